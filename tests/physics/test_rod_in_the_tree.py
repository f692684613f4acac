"""The rod in a vessel tree against an independent rod, and against itself with half the links."""

import numpy as np
import pytest
from independent_rod import IndependentRod

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices import CoaxialSystem, sheath_mouth
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.library import load

DT = 1 / 60


@pytest.fixture(scope="module")
def case():
    scenario = load("right-renal-selective")
    return Lumen(build_tree(scenario.anatomy)), scenario.access


def fed(case, goals, link_mm=4.0, friction=0.0, speed=30.0):
    """A coaxial system with devices fed in together and settled."""
    lumen, access = case
    system = CoaxialSystem(lumen, sheath_mouth(lumen.tree, access), link_mm)
    devices = [
        shipped_devices()[name].model_copy(update={"friction": friction}) for name, _ in goals
    ]
    for device in devices:
        system.mount(device.slot, device)
    while True:
        left = {
            device.slot: mm - system.stack[device.slot].inserted_mm
            for device, (_, mm) in zip(devices, goals, strict=True)
        }
        if max(left.values()) < 1e-9:
            break
        system.advance({k: (min(speed, mm / DT), 0.0) for k, mm in left.items()}, DT)
    for _ in range(60):
        system.advance({}, DT)
    return system, devices


@pytest.mark.parametrize(
    "goals",
    [
        [("wire-035-angled", 150.0)],
        [("wire-035-j3", 120.0)],
        [("catheter-5f-cobra2", 90.0)],
        [("catheter-5f-vertebral", 160.0)],
        [("wire-035-angled", 150.0), ("catheter-5f-cobra2", 110.0)],
    ],
    ids=lambda goals: "+".join(name for name, _ in goals),
)
def test_shape_against_an_independent_rod(case, goals):
    system, devices = fed(case, goals)
    mouth = system.mouth
    other = IndependentRod(
        system.lumen.maps[0], complex(*mouth.xy_mm), mouth.angle_rad, devices, link_mm=3.0
    )
    tip = other.reach([mm for _, mm in goals], step_mm=4.0)
    assert abs(system.rod.nodes[-1] - tip) < 1.5
    ours = np.interp(np.linspace(0, 100, 26), system.rod.node_s_mm, system.rod.nodes)
    s = np.concatenate([[0.0], other.lengths.cumsum()])
    theirs = np.interp(np.linspace(0, 100, 26), s, other.nodes())
    assert np.abs(ours - theirs).max() < 1.5


@pytest.mark.parametrize(
    "goals",
    [
        [("wire-035-angled", 300.0)],
        [("catheter-5f-cobra2", 90.0)],
        [("wire-035-angled", 260.0), ("catheter-5f-cobra2", 200.0)],
    ],
    ids=lambda goals: "+".join(name for name, _ in goals),
)
def test_half_the_link_length_moves_tips_less_than_a_millimetre(case, goals):
    coarse, _ = fed(case, goals, 4.0)
    fine, _ = fed(case, goals, 2.0)
    for a, b in zip(coarse.states().values(), fine.states().values(), strict=True):
        assert np.hypot(*(a.tip_mm - b.tip_mm)) < 1.0
