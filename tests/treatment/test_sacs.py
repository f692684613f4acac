"""Coils in the sac of an aneurysm: a ball of loops, less inflow, none outside until it is full."""

import numpy as np
import pytest

from ir_sim.flow.laws import pouch_inflow
from ir_sim.scenario.supply import Coil
from ir_sim.treatment import sac_laws
from tests.treatment.held import Held

SAC = "left_internal_carotid_sac"
FILL = [("7mm-framing", 200), ("6mm-framing", 200), ("5mm-filling", 150), ("4mm-filling", 100),
        ("4mm-filling", 100), ("3mm-finishing", 60), ("3mm-finishing", 60)]  # fmt: skip


def lay(table, name, length_mm):
    table.do("take_up", f"coil-010-{name}")
    table.run(length_mm / 19.0 + 0.6, treat=19.0)
    table.do("release")
    table.run(0.8)


def loops(table):
    coils = next(t for t in table.sim.treatments._all if t.name == "coils")
    return [loop for coil in coils._coils for loop in coil.loops]


def test_inflow_falls_to_what_was_published():
    assert pouch_inflow(0.0, 0.0) == 1.0
    assert pouch_inflow(0.20, 0.0) == pytest.approx(0.40)  # pubmed 23529587
    assert pouch_inflow(0.34, 0.0) == 0.0
    assert pouch_inflow(0.10, 1.0) == 0.0


def test_a_frame_as_wide_as_the_sac_is_safe_and_what_is_taught_against_is_not():
    frame = Coil(loop_mm=7.0, length_mm=200.0, wire_in=0.012, softness="framing")
    wide = Coil(loop_mm=10.0, length_mm=300.0, wire_in=0.012, softness="framing")
    soft = Coil(loop_mm=3.0, length_mm=60.0, wire_in=0.010, softness="finishing")
    least = sac_laws.BEARS - 2.0 * sac_laws.SPREAD
    assert sac_laws.dome_load(frame, 7.0, 0.0, 20.0) < least
    assert sac_laws.dome_load(soft, 7.0, 0.30, 8.0) < least
    assert sac_laws.dome_load(wide, 7.0, 0.0, 14.0) > sac_laws.BEARS + 2.0 * sac_laws.SPREAD
    assert sac_laws.room_density(7.0, 3.5) > sac_laws.room_density(7.0, 6.0)


def test_a_sac_is_packed_loop_by_loop_until_a_quarter_is_wire_and_takes_in_little_blood(
    monkeypatch,
):
    table = Held(monkeypatch, "carotid-aneurysm", SAC, 4.3)
    sac = table.sim.tree.by_id[SAC]
    before = table.sim.circulation.contents.pouch_open.min()
    lay(table, *FILL[0])
    framed = loops(table)
    assert 8 <= len(framed) <= 12
    xy = np.array([[loop.s_mm, loop.y_mm] for loop in framed])
    assert (xy[:, 0] > 0.5).all()
    assert (xy[:, 0] < sac.length_mm).all()
    spread = np.ptp([loop.tilt % np.pi for loop in framed])
    assert spread > 2.0  # they lie all ways, as a basket
    for coil in FILL[1:]:
        lay(table, *coil)
    assert table.sim.state.measure("packing_percent", SAC) >= 25.0
    assert not {"coil_prolapsed", "coil_migrated", "rupture"} & set(table.kinds)
    assert before == 1.0
    assert table.sim.circulation.contents.pouch_open.min() < 0.3
    for _ in range(6):
        lay(table, "4mm-filling", 100)
    assert "coil_prolapsed" in table.kinds  # there is no more room
    assert table.errors["coil_prolapse"] == 3
