"""Air: the law of the pull, a quick hand and a slow one, flushing, where the bubbles go."""

from functools import cache

import numpy as np
import pytest

from ir_sim.flow.laws import VISCOSITY_PA_S
from ir_sim.training.session import Session
from ir_sim.treatment import air_laws as laws
from tests.treatment.test_clot import Table


def test_the_closed_form_is_the_sum_over_the_pull():
    wire, bore, speed, mmhg = 0.356, 0.533, 150.0, 90.0
    free = np.linspace(0.05, 1300.0, 200_001)
    drag = 128.0 * VISCOSITY_PA_S * 1e-3 * free / (np.pi * (1e-3 * bore) ** 4)
    emptied = 0.25 * np.pi * (1e-3 * wire) ** 2 * 1e-3 * speed
    missing = np.maximum(emptied - mmhg * 133.322 / drag, 0.0) * 1e6
    summed = float(np.trapezoid(missing, free) / speed)
    assert laws.drawn_ml(0.0, 1300.0, speed, wire, bore, mmhg) == pytest.approx(summed, rel=1e-4)
    halves = [laws.drawn_ml(*ends, speed, wire, bore, mmhg) for ends in ((0, 700), (700, 1300))]
    assert sum(halves) == pytest.approx(summed, rel=1e-4)


def test_slow_hands_short_lumens_and_pressure_draw_no_air():
    assert laws.drawn_ml(0.0, 1300.0, 20.0, 0.356, 0.533, 90.0) == 0.0
    assert laws.drawn_ml(0.0, 650.0, 120.0, 0.889, 0.965, 90.0) == 0.0
    low = laws.drawn_ml(0.0, 1300.0, 150.0, 0.356, 0.533, 5.0)
    assert low > laws.drawn_ml(0.0, 1300.0, 150.0, 0.356, 0.533, 90.0) > 0.0


def micro(organ="muscle"):
    """A microcatheter in the artery, its wire drawn out quickly; made once for each organ."""
    table, saved = pulled(organ)
    table.sim.restore(saved)
    return table


@cache
def pulled(organ):
    table = Table(organ=organ, run=Session)
    table.do("mount", slot="wire", device="wire-014-micro")
    table.push("wire", 60.0)
    table.do("mount", slot="microcatheter", device="microcatheter-24")
    table.push("microcatheter", 45.0)
    table.do("remove", slot="wire")
    while "wire" in table.sim.state.devices:
        table.sim.step()
    return table, table.sim.snapshot()


def codes(table):
    return [event.data["code"] for event in table.sim.events if event.kind == "error"]


def test_a_quick_pull_and_an_injection_send_air_into_the_blood():
    table = micro()
    drawn = table.event("air_drawn").data["ml"]
    assert 0.01 < drawn < 0.06
    table.run(1.0, inject_ml_s=1.0)
    assert table.event("air_injected").data["ml"] == pytest.approx(drawn, abs=1e-3)
    assert "air_injected" in codes(table)
    assert "embolus_to_brain" not in codes(table)
    assert table.sim.treatments.shapes()  # bubbles on the picture
    table.run(4.0)
    lodged = [e.vessel for e in table.sim.events if e.kind == "air_lodged"]
    assert set(lodged) <= {"side", "one", "two"}
    assert lodged


def test_air_to_the_brain_shuts_the_gate():
    table = micro(organ="brain")
    table.run(1.0, inject_ml_s=1.0)
    assert "embolus_to_brain" in codes(table)
    assert not table.sim.score().gate.open


def test_flushing_before_the_injection_makes_it_harmless():
    table = micro(organ="brain")
    assert not table.do("flush")
    assert table.event("flushed").data["ml"] > 0.01
    table.run(1.0, inject_ml_s=1.0)
    assert "air_injected" not in table.kinds
    assert not {"embolus_to_brain", "air_injected"} & set(codes(table))


def test_without_a_catheter_there_is_nothing_to_flush():
    assert "no catheter" in Table().do("flush")[0]


def test_bubbles_lower_the_flow_are_absorbed_and_oxygen_helps():
    table = micro()
    table.run(1.0, inject_ml_s=1.0)
    table.run(2.5)
    air = table.sim.treatments._complications.air
    there = sum(b.ml for b in air.bubbles)
    table.run(6.0)
    slow = sum(b.ml for b in air.bubbles) / there
    assert slow == pytest.approx(laws.left(1.0, 6.0), abs=0.006)
    table.do("drug", device="oxygen", value=8.0)
    before = sum(b.ml for b in air.bubbles)
    table.run(6.0)
    assert sum(b.ml for b in air.bubbles) / before == pytest.approx(
        laws.left(1.0, 6.0, oxygen=True), abs=0.006
    )
    assert table.event("rescued").data["by"] == "oxygen"


def test_air_goes_on_with_the_same_bits():
    table = micro()
    table.run(0.5, inject_ml_s=1.0)
    saved = table.sim.snapshot()
    table.run(3.0)
    first = table.sim.state_hash()
    table.sim.restore(saved)
    table.run(3.0)
    assert table.sim.state_hash() == first
