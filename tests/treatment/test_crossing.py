"""Shut vessels: which wires buckle, which cross, and what feeds the leg meanwhile."""

import numpy as np
import pytest

from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.treatment import crossing_laws as laws
from tests.treatment.table import Table

OCCLUSION = "{kind: occlusion, at_mm: 140, length_mm: 20, hardness: fibrous}"
STIFF = "wire-035-angled-stiff"


def test_a_uniform_column_buckles_as_euler_says_and_the_soft_end_rules():
    real = shipped_devices()[STIFF]
    even = [section.model_copy(update={"ei_n_mm2": 50.0}) for section in real.sections]
    wire = real.model_copy(update={"sections": even})
    assert laws.buckles_n(wire, 40.0) == pytest.approx(np.pi**2 * 50.0 / 40.0**2)
    forces = [laws.buckles_n(real, free) for free in (15.0, 25.0, 50.0, 100.0)]
    assert forces == sorted(forces, reverse=True)
    assert laws.stiffness_n_mm2(real, 30.0) < 15.0  # the shaft has 420


def test_turning_and_a_slippery_coat_help_and_too_little_force_goes_nowhere():
    slippery, bare = shipped_devices()[STIFF], shipped_devices()["wire-035-bentson"]
    assert laws.needed_n("fibrous", slippery, 90.0) < laws.needed_n("fibrous", slippery, 0.0)
    assert laws.needed_n("fibrous", slippery, 0.0) < laws.needed_n("fibrous", bare, 0.0)
    assert laws.speed_mm_s(0.2, 0.3) == 0.0
    assert laws.speed_mm_s(0.6, 0.3) == laws.FULL_MM_S


def at_the_cap(wire):
    table = Table(f"catheter-5f-mpa, {wire}", OCCLUSION, wire=False)
    table.do(Action("mount", slot="wire", device=wire))
    for _ in range(600):
        if table.sim.treatments.limits():
            break
        table.sim.step(Controls(motions={"wire": Motion(40.0)}))
    assert table.sim.treatments.limits()
    return table


def hold_close(table):
    for _ in range(400):
        devices = table.sim.state.devices
        if devices["wire"].inserted_mm - devices["catheter"].inserted_mm < 15.0:
            return
        table.sim.step(Controls(motions={"catheter": Motion(40.0)}))


def test_a_wire_alone_buckles_and_with_a_catheter_behind_it_crosses():
    table = at_the_cap(STIFF)
    tip = table.sim.state.devices["wire"].tip_vessel_mm
    table.run(2.5, motions={"wire": Motion(10.0, 120.0)})
    assert "wire_buckles" in table.kinds
    assert table.sim.state.devices["wire"].tip_vessel_mm == pytest.approx(tip, abs=2.0)
    hold_close(table)
    for _ in range(2400):
        if "occlusion_crossed" in table.kinds:
            break
        devices = table.sim.state.devices
        behind = devices["wire"].inserted_mm - devices["catheter"].inserted_mm > 14.0
        moves = {"wire": Motion(8.0, 120.0), "catheter": Motion(8.0 * behind)}
        table.sim.step(Controls(motions=moves))
    assert table.event("occlusion_crossed").data["seconds"] > 2.0
    assert table.measure("residual_percent") > 60.0  # a channel, not a vessel


def test_a_floppy_wire_does_not_cross_even_when_held():
    table = at_the_cap("wire-035-bentson")
    hold_close(table)
    table.run(4.0, motions={"wire": Motion(8.0, 120.0)})
    assert "wire_buckles" in table.kinds
    assert "occlusion_crossed" not in table.kinds


def test_collaterals_keep_up_half_of_the_pressure_and_rest_when_the_way_is_open():
    table = Table("balloon-035-8x40", OCCLUSION, wire=False)
    table.run(14.0)
    circulation = table.sim.circulation
    root = circulation.blood.mean_pressure[0]
    assert 0.45 < circulation.mean_pressure_mmhg("artery", 200.0) / root < 0.6
    tree = table.sim.tree
    circulation.set_radius("artery", tree.by_id["artery"].healthy_radius_mm, 0.5)
    table.run(8.0)
    barrier = table.sim.treatments._all[1].barriers[0]
    assert barrier.collateral_ml_s < 0.3
    assert circulation.mean_pressure_mmhg("artery", 200.0) / root > 0.9
