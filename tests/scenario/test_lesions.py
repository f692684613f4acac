"""Every kind of lesion: what an author may leave out, what it grows, and what the blood does."""

import numpy as np
import pytest

import ir_sim
from ir_sim.anatomy import Lumen, build_tree
from ir_sim.authoring.check import check_scenario
from ir_sim.authoring.explain import explain
from ir_sim.flow import Circulation
from ir_sim.scenario import from_text, load, shipped_scenarios
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.lesions import KINDS, Thrombus

BASE = load("right-renal-selective").text
RENAL = "      points: [[-3, 102, 3.5], [-13, 94, 3.1], [-27, 88, 2.8], [-46, 86, 2.6]]\n"
SHORTEST = {
    "stenosis": "{kind: stenosis, at_mm: 20, length_mm: 8, diameter_percent: 60}",
    "occlusion": "{kind: occlusion, at_mm: 20, length_mm: 8}",
    "aneurysm": "{kind: aneurysm, at_mm: 20, sac: {}}",
    "thrombus": "{kind: thrombus, at_mm: 20, length_mm: 10}",
    "bleed": "{kind: bleed, at_mm: 20}",
    "tumour": "{kind: tumour, at_mm: 20, side: up}",
    "fibroid": "{kind: fibroid, at_mm: 20}",
    "fistula": "{kind: fistula, at_mm: 20}",
    "spasm": "{kind: spasm}",
    "dissection": "{kind: dissection, at_mm: 20}",
}


def case(*lesions):
    text = BASE.replace(RENAL, RENAL + f"      lesions: [{', '.join(lesions)}]\n")
    scenario, problems = from_text(text, "case.yaml", shipped_devices())
    assert scenario is not None, [str(p) for p in problems]
    return scenario


def circulation(scenario, seconds=0.0):
    tree = build_tree(scenario.anatomy)
    blood = Circulation(tree, scenario.anatomy, scenario.patient)
    for _ in range(int(60 * seconds)):
        blood.step(1 / 60)
    return blood


def test_every_kind_is_tried_here():
    assert set(SHORTEST) == {kind.model_fields["kind"].annotation.__args__[0] for kind in KINDS}


@pytest.mark.parametrize("kind", SHORTEST)
def test_the_shortest_form_is_good_plays_and_is_told(kind):
    scenario = case(SHORTEST[kind])
    assert [str(p) for p in check_scenario(scenario) if kind in ("bleed", "spasm")] == []
    assert {"aneurysm": "a sac of"}.get(kind, kind) in explain(scenario)
    sim = ir_sim.Simulation(scenario, seed=1)
    for _ in range(6):
        state = sim.step(ir_sim.Controls(pedal="fluoro"))
    assert np.isfinite(state.flow("right_renal"))
    Lumen(sim.tree)


def test_a_sac_is_a_vessel_that_hangs_on_the_wall():
    scenario = case("{kind: aneurysm, at_mm: 20, sac: {neck_mm: 2, dome_mm: 7, side: up}}")
    tree = build_tree(scenario.anatomy)
    sac, stem = tree.by_id["right_renal_sac"], tree.by_id["right_renal"]
    assert sac.grown == "aneurysm"
    assert sac.radius_mm.max() == pytest.approx(3.5, abs=0.1)
    ball, own = 4 / 3 * np.pi * 3.5**3, np.trapezoid(np.pi * sac.radius_mm**2, sac.s_mm)
    assert own == pytest.approx(ball, rel=0.2)
    assert sac.parent == stem.index
    assert sac.parent_at_mm == pytest.approx(20)
    assert sac.xy_mm[-1, 1] > stem.point_at(20)[1] + 3
    # neck to dome, with the round end, is the height
    assert sac.length_mm == pytest.approx(1.2 * 7, abs=0.8)
    assert circulation(scenario).flow_ml_s("right_renal_sac") == pytest.approx(0.0, abs=1e-6)


def test_two_sacs_have_two_names_and_a_target_may_name_one():
    sacs = "{kind: aneurysm, at_mm: 10, sac: {}}", "{kind: aneurysm, at_mm: 30, sac: {side: right}}"
    scenario = case(*sacs)
    assert scenario.anatomy.names[-2:] == ["right_renal_sac", "right_renal_sac_2"]
    text = scenario.text.replace(
        "target: {vessel: right_renal, at_mm: 6}", "target: {vessel: right_renal_sac_2, at_mm: 2}"
    )
    again, problems = from_text(text, "case.yaml", shipped_devices())
    assert again is not None, problems


@pytest.mark.parametrize("share", [50.0, 80.0])
def test_clot_takes_its_share_of_the_area(share):
    scenario = case(f"{{kind: thrombus, at_mm: 20, length_mm: 10, occlusion_percent: {share}}}")
    blood = circulation(scenario)
    tree = blood.tree
    vessel = tree.by_id["right_renal"]
    on = np.abs(vessel.s_mm - 20) < 3
    left = blood.open_radius_mm[tree.first[vessel.index] : tree.first[vessel.index + 1]][on]
    assert (left / vessel.radius_mm[on]) ** 2 == pytest.approx(1 - share / 100, abs=1e-9)
    assert blood.lesion_rows[vessel.index, 0] == 0


def test_a_thrombus_that_fills_the_lumen_stops_the_flow_until_it_is_taken_out():
    blood = circulation(case(SHORTEST["thrombus"]))
    assert blood.flow_ml_s("right_renal") < 1e-3
    (row,) = blood.lesion_rows.values()
    blood.close_plug(row, 0.0)
    for _ in range(180):
        blood.step(1 / 60)
    assert blood.flow_ml_s("right_renal") > 6.0


def test_a_bleed_starts_with_what_was_stated():
    blood = circulation(case("{kind: bleed, at_mm: 20, flow_ml_min: 60, into: cavity}"), 4.0)
    # 0.5 s ramp, then 1 mL/s at the pressure that there was
    assert blood.blood_loss_ml == pytest.approx(3.75, rel=0.08)


def test_a_fistula_carries_what_was_stated_and_the_heart_pays_for_it():
    plain, shunt = circulation(case(), 4.0), circulation(case(SHORTEST["fistula"]), 4.0)
    more = 60 * (shunt.flow_ml_s("right_renal") - plain.flow_ml_s("right_renal"))
    assert more == pytest.approx(200, rel=0.15)
    pressure = [b.mean_pressure_mmhg("aorta") for b in (plain, shunt)]
    assert pressure[1] == pytest.approx(pressure[0], abs=4)
    assert shunt.blood_loss_ml == 0


def test_spasm_narrows_the_whole_vessel_and_a_dilator_relieves_it():
    blood = circulation(case("{kind: spasm, diameter_percent: 50}"))
    index = blood.tree.by_id["right_renal"].index
    span = slice(blood.tree.first[index], blood.tree.first[index + 1])
    healthy = blood.tree.vessels[index].healthy_radius_mm
    assert blood.radius_mm[span] == pytest.approx(0.5 * healthy)
    blood.give("nitroglycerin", 200.0, "right_renal")
    for _ in range(60 * 90):
        blood.blood.calibres.advance(1 / 60, (), 1.0)
    assert (blood.radius_mm[span] > 0.75 * healthy).all()


def test_a_dissection_is_as_narrow_over_most_of_its_length():
    tree = build_tree(case("{kind: dissection, at_mm: 22, length_mm: 20}").anatomy)
    v = tree.by_id["right_renal"]
    share = v.radius_mm / v.healthy_radius_mm
    assert share[np.abs(v.s_mm - 22) < 6] == pytest.approx(0.5)
    assert share[np.abs(v.s_mm - 22) > 10] == pytest.approx(1.0)


def test_a_tumour_takes_its_flow_through_its_own_feeder_and_blushes():
    scenario = case("{kind: tumour, at_mm: 20, flow_ml_min: 50, capacity_ml: 0.5, side: up}")
    blood = circulation(scenario, 2.0)
    assert 60 * blood.flow_ml_s("right_renal_tumour") == pytest.approx(50, rel=0.1)
    bed = blood.organs.index("tumour")
    assert blood.contents.beds.capacity_mg[bed] == 500
    assert blood.tree.vessels[blood.bed_vessel[bed]].id == "right_renal_tumour"


def test_a_clots_age_in_hours_or_days():
    assert Thrombus(kind="thrombus", at_mm=1, age_days=2).hours == 48
    assert Thrombus(kind="thrombus", at_mm=1, age_h=6).hours == 6


def test_restored_clots_and_leaks_go_on_with_the_same_bits():
    scenario = case(SHORTEST["thrombus"], SHORTEST["bleed"], SHORTEST["fistula"])
    one, two = circulation(scenario, 0.5), circulation(scenario)
    two.restore(one.state())
    for _ in range(20):
        one.step(1 / 60)
        two.step(1 / 60)
    assert np.array_equal(one.blood.circuit.pressure, two.blood.circuit.pressure)
    assert one.blood_loss_ml == two.blood_loss_ml


def test_no_shipped_case_has_changed_its_lesions():
    kinds = [
        le.kind for c in shipped_scenarios() for v in load(c).anatomy.vessels for le in v.lesions
    ]
    assert set(kinds) <= set(SHORTEST)
