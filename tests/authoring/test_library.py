"""The shipped cases: complete, free of warnings, filed where they belong."""

import numpy as np
import pytest

from ir_sim.anatomy import build_tree
from ir_sim.authoring.catalogue import catalogue
from ir_sim.authoring.check import check_case
from ir_sim.authoring.explain import BOUNDS, CHANGES, explain
from ir_sim.authoring.flows import resting_flows
from ir_sim.scenario import shipped_scenarios
from ir_sim.scenario.patients import Change, Variation

CASES = shipped_scenarios()


def test_there_is_a_library():
    assert len(CASES) >= 16
    levels = [entry.level for entry in catalogue() if entry.origin == "shipped"]
    assert levels == sorted(levels, key=["beginner", "intermediate", "advanced"].index)
    assert set(levels) == {"beginner", "intermediate", "advanced"}


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_complete(name):
    scenario, problems = check_case(name)
    assert problems == []
    assert scenario.id == name
    assert CASES[name].parent.name == scenario.level
    assert scenario.review == "unreviewed" or scenario.review.by
    assert len(scenario.objectives) >= 3
    assert len(scenario.task.steps) >= 4
    assert scenario.briefing
    assert scenario.patient.history
    assert {"inr", "platelets_10e9_l"} <= set(scenario.patient.labs)
    # the target is the business of at least one step, or of an endpoint
    named = [s.when.tip_at.vessel for s in scenario.task.steps if s.when.tip_at is not None]
    named += [endpoint.vessel for endpoint in scenario.task.endpoints]
    assert scenario.task.target.vessel in named


@pytest.mark.parametrize("name", CASES)
def test_flows_and_calibres_are_a_bodys(name):
    scenario, _ = check_case(name)
    tree = build_tree(scenario.anatomy)
    flows = resting_flows(tree)
    assert 500 < flows[tree.vessels[0].id] < 7000
    for vessel in tree.vessels:
        if vessel.grown == "aneurysm":
            continue  # a sac is blind
        # mean velocity at rest in cm/s; wide bounds (assumed), a slip by ten falls outside
        middle_mm = 0.5 * vessel.length_mm
        healthy_mm = float(np.interp(middle_mm, vessel.s_mm, vessel.healthy_radius_mm))
        area_mm2 = 3.1416 * healthy_mm**2
        velocity_cm_s = flows[vessel.id] * 1000 / 60 / area_mm2 / 10
        assert 2 < velocity_cm_s < 130, (vessel.id, velocity_cm_s)
        path = tree.path_to_root(vessel.index)
        shunted = vessel.vein and any(not tree.vessels[i].vein for i in path)
        if vessel.parent >= 0 and not shunted:  # a fistula's veins widen towards the heart
            assert vessel.radius_at(0.0) <= 1.1 * tree.vessels[vessel.parent].radius_at(
                vessel.parent_at_mm
            )


@pytest.mark.parametrize("name", CASES)
def test_a_case_can_be_read_out(name):
    scenario, _ = check_case(name)
    said = explain(scenario)
    assert scenario.title in said
    assert scenario.task.target.vessel.replace("_", " ") in said
    for word in ("None", " nan", "_mm", "{"):
        assert word not in said


def test_every_way_to_differ_can_be_read_out():
    assert set(BOUNDS) == set(Variation.model_fields)
    assert set(CHANGES) == set(Change.model_fields)


def test_a_case_over_a_template_has_other_patients_and_grades():
    scenario, _ = check_case("left-subclavian")
    assert scenario.anatomy.template == "arch"
    assert scenario.variation is not None
    assert scenario.difficulty is not None
