"""Monorail balloons: changed over a short wire, faster, and nothing goes in through them."""

from types import SimpleNamespace

from ir_sim.devices.sheath import MONORAIL_PORT_MM, over_wire_mm, why_not
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.handling import WITHDRAW_MM_S
from tests.treatment.table import Table

NOT = {"monorail": False}
RAPID, LONG = "balloon-018-5x20", "balloon-035-5x20"


def test_only_its_last_part_runs_over_the_wire():
    devices = shipped_devices()
    assert over_wire_mm(devices[RAPID]) == MONORAIL_PORT_MM < devices[RAPID].length_mm
    assert over_wire_mm(devices[LONG]) == devices[LONG].length_mm


def test_it_goes_over_a_wire_that_is_too_short_for_its_whole_length():
    devices = shipped_devices()
    rapid, wire = devices[RAPID], devices["wire-014-micro"]
    whole = rapid.model_copy(update={"balloon": rapid.balloon.model_copy(update=NOT)})
    deep = {"wire": SimpleNamespace(device=wire, inserted_mm=wire.length_mm - 900.0)}
    mouth = SimpleNamespace(bore_mm=1.2, sheath_mm=60.0)
    assert why_not(deep, mouth, "catheter", rapid) == ""
    assert "135 cm are needed" in why_not(deep, mouth, "catheter", whole)


def test_nothing_is_injected_through_it_and_it_comes_out_faster():
    table = Table(f"{RAPID}, {LONG}, wire-014-micro", wire=False)
    table.do(Action("mount", slot="wire", device="wire-014-micro"))
    table.run(2.0, motions={"wire": Motion(60.0)})
    table.run(1.0, motions={"catheter": Motion(60.0)})
    assert "monorail" in table.sim.step(Controls(inject_ml_s=1.0)).refused[0]
    before = table.held.inserted_mm
    table.do(Action("remove", slot="catheter"))
    assert before - table.held.inserted_mm > WITHDRAW_MM_S / 60.0 + 0.5
