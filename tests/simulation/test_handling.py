"""What hands at the table may and may not put in."""

import pytest

import ir_sim
from ir_sim import Action, Controls, Motion

WIRE = Action("mount", slot="wire", device="wire-035-angled")
COBRA = Action("mount", slot="catheter", device="catheter-5f-cobra2")


@pytest.fixture
def strict():
    """The case with a rule that catheters go in over a wire."""
    scenario = ir_sim.load_scenario("right-renal-selective")
    assert scenario.task.catheter_without_wire == "allowed"
    task = scenario.task.model_copy(update={"catheter_without_wire": "refused"})
    return scenario.model_copy(update={"task": task})


def test_a_catheter_without_a_wire_is_refused_where_the_case_forbids_it(strict):
    sim = ir_sim.Simulation(strict)
    (said,) = sim.step(Controls(actions=(COBRA,))).refused
    assert "put a wire into the vessel first" in said
    (said,) = sim.step(Controls(actions=(WIRE, COBRA))).refused  # its tip is still in the sheath
    assert "over a wire" in said
    for _ in range(10):
        sim.step(Controls(motions={"wire": Motion(60.0)}))
    assert sim.step(Controls(actions=(COBRA,))).refused == ()
    assert "catheter" in sim.coaxial.stack


def test_it_is_allowed_where_the_case_says_nothing():
    sim = ir_sim.Simulation(ir_sim.load_scenario("right-renal-selective"))
    assert sim.step(Controls(actions=(COBRA,))).refused == ()
