"""Clot on a catheter that lies long, spasm where a wall is pressed; each with its rescue."""

import numpy as np
import pytest

from ir_sim.simulation.controls import Action, Controls
from ir_sim.training.session import Session
from ir_sim.treatment import complications
from ir_sim.treatment.balloon_laws import SEALS_S
from tests.treatment.test_clot import Table


@pytest.fixture
def lying(monkeypatch):
    monkeypatch.setattr(complications, "CLOTS_S", 4.0)
    table = Table()
    table.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    table.push("wire", 40.0)
    table.do("mount", slot="catheter", device="aspiration-6f")
    table.push("catheter", 20.0)
    return table


def test_clot_grows_on_a_catheter_without_heparin(lying):
    lying.run(6.0)
    assert "thrombus_formed" in lying.kinds
    assert lying.kinds.count("thrombus_formed") == 1


def test_heparin_keeps_a_catheter_clean(lying):
    lying.sim.circulation.physiology.doses.site["heparin"] = 7000.0
    lying.sim.circulation.physiology.doses.blood["heparin"] = 7000.0
    lying.run(2.5)
    assert lying.sim.circulation.physiology.clotting < 0.3
    lying.run(3.5)
    assert "thrombus_formed" not in lying.kinds


def test_a_pressed_small_vessel_contracts_and_nitroglycerin_opens_it(monkeypatch):
    monkeypatch.setattr(complications, "PRESSED_N", -1.0)  # any touch presses
    monkeypatch.setattr(complications, "SPASM_NS", -1.0)
    table = Table()
    table.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    table.push("wire", 80.0)
    table.run(3.0)
    assert "spasm" in table.kinds
    index = table.sim.tree.by_id["artery"].index
    calibres = table.sim.circulation.blood.calibres
    assert calibres.spasm_of(index) == pytest.approx(complications.CONTRACTS)
    monkeypatch.setattr(complications, "PRESSED_N", 100.0)
    for _ in range(4):
        drug = Action("drug", device="nitroglycerin", value=200.0)
        table.sim.step(Controls(actions=(drug,)))
        table.run(2.0)
    table.run(20.0)
    assert calibres.spasm_of(index) > 0.85
    assert "spasm_relieved" in table.kinds


def test_gentle_hands_cause_nothing():
    table = Table()
    table.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    table.push("wire", 60.0)
    table.run(2.0)
    assert not {"spasm", "thrombus_formed"} & set(table.kinds)


def test_clot_on_a_tip_comes_out_by_flushing_and_goes_into_the_blood_by_injecting(lying):
    lying.run(4.5)
    lying.do("remove", slot="wire")
    lying.run(2.0)
    saved = lying.sim.snapshot()
    lying.do("flush")
    assert "clot_aspirated" in lying.kinds
    lying.run(1.0, inject_ml_s=2.0)
    assert "clot_injected" not in lying.kinds
    lying.sim.restore(saved)
    lying.run(1.0, inject_ml_s=2.0)
    shot = lying.event("clot_injected")
    assert shot.vessel in ("side", "one", "two")
    lying.run(3.0)
    assert lying.sim.circulation.flow_ml_s(shot.vessel) < 0.1


def hole(vessel, rate_ml_s):
    """A table with a hole that a device made."""
    table = Table(run=Session)
    circulation = table.sim.circulation
    table.run(0.5)
    circulation.open_leak(circulation.add_bleed(vessel, 12.0), rate_ml_s)
    return table


def test_a_small_hole_closes_by_itself_and_heparin_keeps_it_open():
    left = {}
    for units in (0.0, 7000.0):
        table = hole("artery", 0.4)
        doses = table.sim.circulation.physiology.doses
        doses.blood["heparin"] = doses.site["heparin"] = units
        table.run(3.0)
        tear = table.sim.treatments._all[0].walls.tears[-1]
        start = tear.rate_ml_s
        table.run(10.0)
        left[units] = tear.rate_ml_s / start
    assert left[0.0] == pytest.approx(np.exp(-10.0 / SEALS_S), abs=0.01)
    assert left[7000.0] > 0.98


def test_a_large_hole_goes_on_and_its_time_is_told_when_it_is_held():
    table = hole("artery", 2.0)
    table.run(4.0)
    row = len(table.sim.circulation.leaks.rows) - 1
    assert table.measure("bleed_ml_min", "artery") > 50.0
    assert "bleed_held" not in table.kinds
    table.sim.treatments._all[0].walls.tears[-1].sealed = True
    table.run(7.0)
    held = table.event("bleed_held")
    assert held.data["row"] == row
    assert held.data["lost_ml"] > 3.0
