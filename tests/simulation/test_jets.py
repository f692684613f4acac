"""Injections that lift the wall, and those that do not."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

import ir_sim
from ir_sim.flow.injector import medium
from ir_sim.flow.laws import PA_PER_MMHG
from ir_sim.simulation.jets import LIFTS_MMHG, impact_mmhg
from ir_sim.treatment import Outflow

BORE_MM = 0.485  # 5 French


def facing(angle_deg: float, clear_mm: float = 1.5, *, holes: bool = False):
    """A tip in a vessel that runs along x, under an angle to it."""
    a = math.radians(angle_deg)
    vessel = SimpleNamespace(index=0, tangent=np.array([[1.0, 0.0]]))
    tree = SimpleNamespace(vessels=[vessel], sample_vessel=np.array([0]), first=np.array([0]))
    return SimpleNamespace(
        device=SimpleNamespace(
            inner_radius_mm=BORE_MM, outer_radius_mm=0.83, side_holes=object() if holes else None
        ),
        tip_direction=np.array([math.cos(a), math.sin(a)]),
        chain=SimpleNamespace(lumen=SimpleNamespace(tree=tree)),
        tip_sample=0,
        clearance_mm=np.array([clear_mm]),
    )


def test_a_jet_square_on_the_wall_gives_its_stagnation_pressure():
    speed = 5.0 / (math.pi * BORE_MM**2)  # mL/s by mm² is m/s
    whole = 0.5 * medium(300.0)[1] * speed**2 / PA_PER_MMHG
    assert impact_mmhg(facing(90.0), 5.0, 300.0) == pytest.approx(whole)
    assert impact_mmhg(facing(30.0), 5.0, 300.0) == pytest.approx(0.25 * whole)
    assert impact_mmhg(facing(90.0, holes=True), 5.0, 300.0) == pytest.approx(whole / 16.0)
    assert impact_mmhg(facing(0.0), 5.0, 300.0) == 0.0
    assert impact_mmhg(facing(90.0, clear_mm=9.0), 5.0, 300.0) == 0.0


def test_a_hand_does_not_lift_the_wall_before_it_and_a_power_injector_does():
    assert impact_mmhg(facing(90.0), 5.0, 300.0) < LIFTS_MMHG
    assert impact_mmhg(facing(90.0), 8.0, 300.0) > LIFTS_MMHG
    assert impact_mmhg(facing(0.0), 15.0, 300.0) < LIFTS_MMHG


@pytest.mark.parametrize(("rate_ml_s", "lifts"), [(6.0, True), (0.3, False)])
def test_a_hard_push_through_a_wedged_tip_lifts_the_wall_and_a_puff_does_not(
    monkeypatch, rate_ml_s, lifts
):
    sim = ir_sim.Simulation(ir_sim.load_scenario("sma-selective"), seed=1)
    mount = ir_sim.Action("mount", slot="catheter", device="catheter-5f-cobra2")
    sim.step(ir_sim.Controls(actions=(mount,)))
    sim.step(ir_sim.Controls(motions={"catheter": ir_sim.Motion(advance_mm_s=30.0)}))
    vessel = sim.tree.by_id["inferior_pancreaticoduodenal"]
    at = 0.6 * vessel.length_mm
    wedged = Outflow("catheter", vessel.index, at, 0.0, 6.0, BORE_MM, True, "", 6.0)
    monkeypatch.setattr("ir_sim.simulation.simulation.outflow", lambda *_: wedged)
    lying = ir_sim.flow.obstacles.CatheterInLumen(vessel.index, 0.0, at, vessel.radius_at(at))
    monkeypatch.setattr(sim._lying, "now", lambda _: (lying,))
    for _ in range(60):
        sim.step(ir_sim.Controls(inject_ml_s=rate_ml_s))
    found = [event for event in sim.events if event.kind == "jet_dissection"]
    assert len(found) == int(lifts)
    if lifts:
        assert found[0].vessel == "inferior_pancreaticoduodenal"
        assert found[0].data["pressure_mmhg"] > LIFTS_MMHG
        assert "lifted the wall of the inferior pancreaticoduodenal" in found[0].text
