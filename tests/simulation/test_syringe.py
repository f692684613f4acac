"""What is in the syringe: diluted contrast, carbon dioxide, saline, and how it is counted."""

from __future__ import annotations

import pytest

import ir_sim
from ir_sim.flow.injector import medium
from ir_sim.simulation.syringe import Syringe


def after(*fills, seconds=1.0, rate_ml_s=3.0):
    sim = ir_sim.Simulation(ir_sim.load_scenario("right-renal-selective"), seed=1)
    acts = tuple(ir_sim.Action("syringe", device=what, value=share) for what, share in fills)
    sim.step(ir_sim.Controls(actions=acts))
    for _ in range(round(60 * seconds)):
        sim.step(ir_sim.Controls(inject_ml_s=rate_ml_s))
    return sim


def test_diluted_contrast_counts_by_what_is_in_it():
    whole, half = after(), after(("contrast", 50.0))
    assert whole.state.contrast_ml == pytest.approx(3.0)
    assert half.state.contrast_ml == pytest.approx(1.5)
    iodine = [sim.state.iodine_ledger_mg["injected"] for sim in (whole, half)]
    assert iodine == pytest.approx([900.0, 450.0])
    filled = [event for event in half.events if event.kind == "syringe_filled"]
    assert "150 mg iodine per mL" in filled[0].text
    assert half.circulation.concentration_mg_ml.max() <= 150.0


def test_carbon_dioxide_and_saline_hold_no_iodine_and_no_reaction():
    gas, water = after(("co2", None)), after(("saline", None))
    for sim in (gas, water):
        assert sim.state.contrast_ml == 0.0
        assert sim.state.iodine_ledger_mg["injected"] == 0.0
    assert gas.circulation.ledger_of("co2")["injected"] > 0.0
    assert gas.state.injecting.medium == "co2"
    assert any("Carbon dioxide through the" in event.text for event in gas.events)


def test_a_snapshot_and_a_recording_keep_the_syringe(tmp_path):
    sim = after(("contrast", 40.0))
    saved = sim.snapshot()
    sim.step(ir_sim.Controls(actions=(ir_sim.Action("syringe", device="saline"),)))
    sim.restore(saved)
    assert sim.syringe == Syringe("contrast", 40.0)
    sim.save(tmp_path / "run.irrun")
    again = ir_sim.replay(tmp_path / "run.irrun")
    assert again.state_hash() == sim.state_hash()


@pytest.mark.parametrize(
    ("what", "share", "says"),
    [("blood", None, "no syringe of 'blood'"), ("contrast", 0.0, "5 to 100"), ("co2", 50.0, "not")],
)
def test_what_cannot_be_filled_is_refused(what, share, says):
    sim = after()
    state = sim.step(ir_sim.Controls(actions=(ir_sim.Action("syringe", device=what, value=share),)))
    assert any(says in line for line in state.refused)
    assert sim.syringe.untouched


def test_thinner_contrast_is_lighter_in_the_hand():
    assert medium(150.0)[0] < 0.5 * medium(300.0)[0]
