"""A run that begins with a copy of a patient at rest goes as in a patient made for it."""

import pytest

import ir_sim
from ir_sim import Action, Controls, Motion
from ir_sim.simulation import at_rest

CASE = "left-renal-stenosis"
WIRE = Action("mount", slot="wire", device="wire-035-angled")


def hashes(scenario, harm=False):
    """Of a second's run in which walls move, contrast flows and a wire goes up."""
    sim = ir_sim.Simulation(scenario, seed=3)
    out = [sim.state_hash()]
    sim.step(Controls(actions=(WIRE,)))
    vessel = sim.tree.vessels[1].id
    if harm:
        sim.circulation.narrow(vessel, 10.0, 12.0, 60.0, 0.2)
        sim.circulation.add_bleed(vessel, 12.0, 2.0)
    for _ in range(60):
        sim.step(Controls({"wire": Motion(80.0)}, "fluoro", 3.0))
    return [*out, sim.state_hash()]


@pytest.fixture(scope="module")
def scenario():
    return ir_sim.load_scenario(CASE)


@pytest.fixture(autouse=True)
def forgotten():
    at_rest._kept.clear()


def test_a_copy_goes_as_the_first_did(scenario):
    first = hashes(scenario)
    assert hashes(scenario) == first
    assert hashes(ir_sim.load_scenario(CASE)) == first
    assert len(at_rest._kept) == 1


def test_what_one_run_does_to_a_patient_is_not_there_in_the_next(scenario):
    first = hashes(scenario)
    assert hashes(scenario, harm=True)[1] != first[1]
    assert hashes(scenario) == first


def test_another_patient_is_another_one(scenario):
    first = hashes(scenario)
    heavy = scenario.patient.model_copy(update={"weight_kg": scenario.patient.weight_kg + 30.0})
    other = hashes(scenario.model_copy(update={"patient": heavy}))
    assert other != first
    at_rest._kept.clear()
    assert hashes(scenario.model_copy(update={"patient": heavy})) == other
