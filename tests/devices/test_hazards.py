"""Thresholds and hysteresis of what a device does to a vessel, on made-up states."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from ir_sim.devices import hazards as h

DT = 1 / 60


@dataclass
class Seen:
    """What the watch looks at, to be set by hand."""

    inserted_mm: float = 100.0
    tip_vessel: str = "aorta"
    tip_vessel_mm: float = 50.0
    tip_sample: int = 0
    force: dict[float, float] = field(default_factory=dict)  # N by distance from the tip
    radius_mm: float = 3.0
    nodes: np.ndarray = field(default_factory=lambda: np.arange(6) + 0j)

    @property
    def wall_force_n(self):
        out = np.zeros(51)
        for back, n in self.force.items():
            out[round((self.inserted_mm - back) / self.inserted_mm * 50)] = n
        return out

    def vessel_at(self, point):
        return self.tip_vessel

    @property
    def chain(self):
        tree = SimpleNamespace(sample_radius_mm=np.array([self.radius_mm]))
        lumen = SimpleNamespace(radius_mm=tree.sample_radius_mm)
        s = np.linspace(0, self.inserted_mm, 51)
        return SimpleNamespace(curve_s_mm=s, lumen=lumen, nodes=self.nodes)


def watched(watch, seconds, **devices):
    found = []
    for _ in range(round(seconds / DT)):
        found += watch.update(devices, DT)
    return [f.kind for f in found]


@pytest.mark.parametrize(("back", "limit"), [(4.0, 0.6), (40.0, 1.2)])
def test_sustained_force_is_told_once_until_it_has_gone(back, limit):
    watch, wire = h.HazardWatch(), Seen(force={back: 1.1 * limit})
    assert watched(watch, 0.9, wire=wire) == []
    assert watched(watch, 3.0, wire=wire) == ["wall_force"]
    wire.force = {back: 0.75 * limit}  # less, but not gone
    assert watched(watch, 2.0, wire=wire) == []
    wire.force = {back: 1.1 * limit}
    assert watched(watch, 2.0, wire=wire) == []
    wire.force = {}
    watched(watch, 0.1, wire=wire)
    wire.force = {back: 1.1 * limit}
    assert watched(watch, 2.0, wire=wire) == ["wall_force"]


def test_a_shaft_across_a_bend_may_press_harder_than_a_tip_and_hides_none():
    watch, catheter = h.HazardWatch(), Seen(force={40.0: 0.9})
    assert watched(watch, 5.0, catheter=catheter) == []
    catheter.force = {40.0: 0.9, 4.0: 0.7}
    assert watched(watch, 2.0, catheter=catheter) == ["wall_force"]
    catheter.force = {40.0: 0.9}
    assert watched(watch, 1.0, catheter=catheter) == []
    catheter.force = {40.0: 0.9, 4.0: 0.7}
    assert watched(watch, 2.0, catheter=catheter) == ["wall_force"]


@pytest.mark.parametrize(("radius", "limit"), [(3.0, 1.5), (0.75, 0.75), (0.2, 0.6)])
def test_a_tip_perforates_at_its_vessels_limit(radius, limit):
    assert h.tip_limit_n(radius) == pytest.approx(limit)
    for share, broken in ((0.95, False), (1.05, True)):
        watch = h.HazardWatch()
        wire = Seen(force={0.0: share * limit}, radius_mm=radius)
        assert ("perforation" in watched(watch, 0.5, wire=wire)) == broken
    watch = h.HazardWatch()
    far_from_the_tip = Seen(force={30.0: 5.0}, radius_mm=radius)
    assert "perforation" not in watched(watch, 0.5, wire=far_from_the_tip)


def test_a_knock_shorter_than_a_tenth_of_a_second_does_not_perforate():
    watch, wire = h.HazardWatch(), Seen(force={0.0: 3.0})
    assert watched(watch, 0.06, wire=wire) == []
    wire.force = {}
    assert watched(watch, 0.1, wire=wire) == []


def test_a_blunt_catheter_dissects_and_a_wire_does_not():
    for slot, kinds in (("catheter", ["dissection"]), ("wire", [])):
        watch, device = h.HazardWatch(), Seen(force={0.0: 1.2})
        assert [k for k in watched(watch, 0.8, **{slot: device}) if k != "wall_force"] == kinds


def test_a_tip_inside_another_device_harms_nothing():
    watch = h.HazardWatch()
    wire, catheter = Seen(inserted_mm=120.0), Seen(inserted_mm=100.0, force={0.0: 2.0})
    assert "dissection" not in watched(watch, 1.0, wire=wire, catheter=catheter)


def test_a_catheter_is_blind_after_two_centimetres_without_a_wire():
    watch, catheter = h.HazardWatch(), Seen(inserted_mm=0.0)
    watched(watch, DT, catheter=catheter)
    catheter.inserted_mm = 19.0
    assert watched(watch, DT, catheter=catheter) == []
    catheter.inserted_mm = 21.0
    assert watched(watch, DT, catheter=catheter) == ["catheter_without_wire"]
    catheter.inserted_mm = 80.0
    assert watched(watch, DT, catheter=catheter) == []  # told once
    wire = Seen(inserted_mm=100.0)
    watched(watch, DT, catheter=catheter, wire=wire)
    wire.inserted_mm = 10.0
    catheter.inserted_mm = 105.0
    assert watched(watch, DT, catheter=catheter, wire=wire) == ["catheter_without_wire"]


def test_drawing_back_and_forth_a_little_is_not_blind():
    watch, catheter = h.HazardWatch(), Seen(inserted_mm=100.0)
    watched(watch, DT, catheter=catheter)
    watch.memory["catheter"].blind_mm = 0.0
    for mm in (103.0, 100.0, 104.0, 100.0):
        catheter.inserted_mm = mm
        assert watched(watch, DT, catheter=catheter) == []


def test_a_vessel_is_entered_when_the_tip_is_deep_or_stays():
    watch, wire = h.HazardWatch(), Seen(tip_vessel="aorta")
    watched(watch, 0.1, wire=wire)
    wire.tip_vessel, wire.tip_vessel_mm = "renal", 1.0
    assert watched(watch, 0.2, wire=wire) == []  # only grazed
    wire.tip_vessel, wire.tip_vessel_mm = "aorta", 60.0
    assert watched(watch, 0.2, wire=wire) == []
    wire.tip_vessel, wire.tip_vessel_mm = "renal", 5.0
    assert watched(watch, 0.1, wire=wire) == ["vessel_entered"]
    assert watched(watch, 3.0, wire=wire) == []


def test_a_loop_is_told_when_it_forms_and_when_it_goes():
    straight = np.arange(8) + 0j
    looped = np.array([0, 4, 8, 8 + 4j, 5 + 4j, 5 - 4j, 5 - 8j])
    assert not h.crosses_itself(straight)
    assert h.crosses_itself(looped)
    watch, wire = h.HazardWatch(), Seen(nodes=straight)
    assert watched(watch, 1.0, wire=wire) == []
    wire.nodes = looped
    assert watched(watch, 1.0, wire=wire) == ["loop_formed"]
    wire.nodes = straight
    assert watched(watch, 1.0, wire=wire) == ["loop_gone"]
