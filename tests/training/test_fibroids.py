"""The two fibroid cases: one drawing layer for the fork, and steps that say what they mean."""

import numpy as np
import pytest

from ir_sim.anatomy.layers import assign_layers
from ir_sim.scenario.library import load
from ir_sim.training.bots import play_bot
from ir_sim.training.expert.route import beyond
from ir_sim.training.session import Session

CASES = ("fibroids-both", "fibroids-left")


@pytest.mark.parametrize("case", CASES)
def test_all_branches_of_the_internal_iliac_arteries_share_a_layer(case):
    tree = Session(load(case), 1).tree
    layers = assign_layers(tree).layer
    for side in ("left", "right"):
        limb = beyond(tree, tree.by_id[f"{side}_common_iliac"].index)
        assert len(limb) >= 11
        assert {layers[tree.by_id[v].index] for v in limb} == {0}


@pytest.mark.parametrize("case", CASES)
def test_a_step_ends_where_the_tip_lies_in_one_iliac_artery_alone(case):
    session = Session(load(case), 1)
    tree, seen = session.tree, 0
    other = {"internal_iliac": "external_iliac", "external_iliac": "internal_iliac"}
    for step in session.scenario.task.steps:
        place = step.when.tip_at
        side, _, name = place.vessel.partition("_") if place is not None else ("", "", "")
        if name not in other:
            continue
        seen += 1
        own, near = tree.by_id[place.vessel], tree.by_id[f"{side}_{other[name]}"]
        away_mm = np.hypot(*(near.xy_mm - own.point_at(place.at_mm)).T) - near.radius_mm
        assert away_mm.min() > own.radius_at(place.at_mm), step.id
    assert seen == {"fibroids-both": 4, "fibroids-left": 1}[case]


@pytest.mark.slow
def test_a_senior_treats_both_sides():
    """Tremor and delay do not lead the microwire from the iliacs' common mouth down the leg."""
    played = play_bot("fibroids-both", "senior", 1)
    assert played.passed
    assert played.total >= 90.0
    assert played.metrics["steps_done"] == 15
