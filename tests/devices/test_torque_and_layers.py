"""Torque that friction holds back, and vessels that cross without joining."""

import numpy as np
import pytest

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.contact_space import SLOTS_PER_LINK
from ir_sim.devices.manoeuvres.operator import Operator
from ir_sim.scenario.model import Access, Anatomy, Vessel


def in_the_winding_vessel():
    y = np.arange(300.0, -1.0, -10.0)
    points = [[float(20.0 * np.sin(v / 22.0)), float(v), 3.0] for v in y]
    anatomy = Anatomy(body="generic", vessels=[Vessel(id="trunk", points=points)])
    length = build_tree(anatomy).vessels[0].length_mm
    access = Access(vessel="trunk", at_mm=length - 5.0, sheath_fr=6.0, sheath_mm=5.0)
    o = Operator(Lumen(build_tree(anatomy)), access).mount("catheter-5f-vertebral")
    o.do({"catheter": (80.0, 0.0)}, until=lambda o: o.inserted("catheter") > 300.0)
    o.wait(1.0)
    return o


@pytest.fixture(scope="module")
def wound():
    return in_the_winding_vessel()


def friction_bound_deg(o):
    """Sum(mu N r s) / GJ over the contacts, by hand."""
    mounted = o.system.stack["catheter"]
    normal = o.system.rod.state.normal_n.reshape(-1, SLOTS_PER_LINK).sum(1)
    torque = mounted.device.friction * mounted.device.outer_radius_mm
    torque *= float((normal * o.system.rod.node_s_mm[1:]).sum())
    return np.degrees(torque / (mounted.device.torque_ratio * mounted.profile.shaft_ei_n_mm2))


def test_friction_holds_the_tip_back_as_far_as_it_can(wound):
    o = wound.fork()
    bound = friction_bound_deg(o)
    assert bound > 1.0
    o.do({"catheter": (0.0, 0.5 * bound)}, seconds=1.0)
    state = o.state("catheter")
    assert abs(state.tip_rotation_deg) < 0.1 * bound + 0.5 * bound  # hardly any of it arrives
    o.do({"catheter": (0.0, 90.0)}, seconds=3.0)
    state = o.state("catheter")
    lag = state.rotation_deg - state.tip_rotation_deg
    assert lag == pytest.approx(friction_bound_deg(o), rel=0.35)
    assert lag < 60.0


def test_what_is_wound_up_comes_out_when_friction_lets_go(wound):
    o = wound.fork()
    o.do({"catheter": (0.0, 90.0)}, seconds=2.0)
    held = o.state("catheter")
    o.do({"catheter": (-80.0, 0.0)}, until=lambda o: o.inserted("catheter") < 60.0)
    free = o.state("catheter")
    assert free.rotation_deg == held.rotation_deg
    assert abs(free.rotation_deg - free.tip_rotation_deg) < abs(
        held.rotation_deg - held.tip_rotation_deg
    )


def test_without_contact_the_tip_follows_the_hub():
    o = Operator.at("right-renal-selective").mount("catheter-5f-vertebral")
    o.do({"catheter": (20.0, 0.0)}, seconds=0.5)
    o.do({"catheter": (0.0, 60.0)}, seconds=1.0)
    state = o.state("catheter")
    assert state.tip_rotation_deg == pytest.approx(state.rotation_deg, abs=3.0)


def test_a_wire_passes_behind_a_crossing_vessel_without_feeling_it():
    vessels = [
        Vessel(id="trunk", points=[[0.0, 200.0, 6.0], [0.0, 100.0, 6.0], [0.0, 0.0, 6.0]]),
        Vessel(
            id="arm",
            parent="trunk",
            points=[[7.0, 180.0, 2.5], [40.0, 150.0, 2.5], [0.0, 60.0, 2.5], [-50.0, 30.0, 2.5]],
        ),
    ]
    tree = build_tree(Anatomy(body="generic", vessels=vessels))
    at = tree.by_id["arm"].length_mm - 5.0
    access = Access(vessel="arm", at_mm=at, sheath_fr=5.0, sheath_mm=5.0)
    o = Operator(Lumen(tree), access).mount("wire-035-bentson")
    vessels_met = set()
    inside_the_trunk = 0.0

    def look(o):
        nonlocal inside_the_trunk
        vessels_met.add(o.vessel("wire")[0])
        x, y = o.tip("wire")
        if abs(x) < 6.0 and y < 100.0:
            inside_the_trunk = max(inside_the_trunk, float(o.state("wire").wall_force_n.max()))
        return y > 120.0

    assert o.do({"wire": (40.0, 0.0)}, until=look, seconds=8.0)
    assert vessels_met == {"arm"}
    assert inside_the_trunk < 0.2
    assert o.outside_mm < 0.3
