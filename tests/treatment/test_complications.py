"""Clot on a catheter that lies long, spasm where a wall is pressed; each with its rescue."""

import pytest

from ir_sim.simulation.controls import Action, Controls
from ir_sim.treatment import complications
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
