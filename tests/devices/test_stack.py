"""Four levels in one another: what goes in, what is refused and in which words."""

import pytest

from ir_sim.devices import CoaxialSystem
from ir_sim.devices.manoeuvres.operator import Operator, lumen_of
from ir_sim.scenario.catalogue import shipped_devices

CASE = "right-renal-selective"


def at(sheath_fr=6.0):
    from ir_sim.scenario.library import load

    access = load(CASE).access.model_copy(update={"sheath_fr": sheath_fr})
    return Operator(lumen_of(CASE), access)


def why_not(operator, name):
    device = shipped_devices()[name]
    return operator.system.why_not(device.slot, device)


def push(operator, slot, mm):
    operator.do({slot: (100.0, 0.0)}, until=lambda o: o.inserted(slot) > mm)


def test_four_levels_stand_in_one_another():
    o = at(9.0)
    o.mount("guide-6f-straight", "catheter-5f-vertebral", "microcatheter-24", "wire-014-micro")
    for slot, mm in (("wire", 120.0), ("microcatheter", 95.0), ("catheter", 70.0), ("guide", 40.0)):
        push(o, slot, mm)
    states = o.system.states()
    assert list(states) == ["guide", "catheter", "microcatheter", "wire"]
    inserted = [s.inserted_mm for s in states.values()]
    assert inserted == sorted(inserted)
    covered = states["microcatheter"]  # what lies inside another device feels no wall
    assert (covered.wall_force_n[: len(states["catheter"].points_mm) - 2] == 0.0).all()
    assert o.outside_mm < 0.3


def test_a_device_too_wide_for_the_sheath_is_refused():
    assert "does not pass the 4 F sheath" in why_not(at(4.0), "catheter-5f-cobra2")
    assert why_not(at(6.0), "catheter-5f-cobra2") == ""


def test_a_thick_wire_does_not_go_through_a_microcatheter():
    o = at().mount("catheter-5f-vertebral", "microcatheter-24")
    assert "bore too small" in why_not(o, "wire-035-angled")
    assert why_not(o, "wire-014-micro") == ""
    o = at().mount("wire-035-angled")
    assert "does not go over" in why_not(o, "microcatheter-24")


def test_a_full_slot_says_what_is_in_it():
    o = at().mount("wire-035-angled")
    assert "wire-035-angled: remove it first" in why_not(o, "wire-035-rosen")


def test_a_wire_that_is_too_far_in_lets_no_catheter_over_it():
    o = at().mount("wire-035-angled")
    assert why_not(o, "catheter-5f-vertebral") == ""
    push(o, "wire", 500.0)
    reason = why_not(o, "catheter-5f-vertebral")
    assert "cm of it are outside, 100 cm are needed" in reason


def test_the_wrong_slot_and_the_short_device_are_refused():
    o = at(9.0).mount("guide-5f-intermediate")
    device = shipped_devices()["catheter-5f-cobra2"]
    assert "does not go into the wire slot" in o.system.why_not("wire", device)
    assert "does not pass through" in why_not(o, "catheter-5f-cobra2")
    assert "shorter than" in why_not(at(9.0).mount("guide-6f-straight"), "catheter-5f-cobra2")


def test_a_device_in_the_vessel_is_not_taken_away():
    o = at().mount("wire-035-angled")
    push(o, "wire", 50.0)
    with pytest.raises(ValueError, match="withdraw it first"):
        o.system.unmount("wire")
    with pytest.raises(ValueError, match="nothing is in the guide slot"):
        o.system.unmount("guide")
    with pytest.raises(ValueError, match="remove it first"):
        o.mount("wire-035-rosen")
    assert isinstance(o.system, CoaxialSystem)
    o.exchange("wire", "wire-035-rosen")
    assert o.state("wire").device.id == "wire-035-rosen"


def test_an_exchange_over_the_wire_keeps_the_wire():
    o = at().mount("wire-035-angled")
    push(o, "wire", 260.0)
    o.mount("catheter-5f-cobra2")
    push(o, "catheter", 120.0)
    tip = o.tip("wire")
    o.exchange("catheter", "catheter-5f-pigtail", speed=100.0)
    assert o.inserted("wire") == pytest.approx(260.0, abs=2.0)
    assert o.tip("wire")[1] == pytest.approx(tip[1], abs=5.0)  # sideways it may lean over


def test_a_hub_cannot_be_moved_faster_than_a_hand():
    o = at().mount("wire-035-angled")
    o.do({"wire": (5000.0, 0.0)}, seconds=0.5)
    assert o.inserted("wire") <= 100.0 + 1e-6
    o.do({"wire": (0.0, 5000.0)}, seconds=0.5)
    assert o.state("wire").rotation_deg <= 360.0 + 1e-6
