"""Clot through the simulation: plug, suction, retriever, lysis, losses, the same bits again."""

from functools import cache

import numpy as np
import pytest

from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices, shipped_supplies
from ir_sim.simulation import Simulation
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.training.session import Session

CASE = """\
format: 1
id: clotted
title: Clotted artery
level: beginner
objectives: [Clear]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 80, labs: {fibrinogen_mg_dl: %(fibrinogen)d}}
anatomy:
  body: pelvis-leg
  vessels:
    - id: feeder
      points: [[0, 0, 3], [0, -40, 3]]
    - id: side
      parent: feeder
      at_mm: 30
      points: [[6, -34, 1.5], [40, -50, 1.3]]
      outlet: {organ: %(organ)s, flow_ml_min: 60}
    - id: artery
      parent: feeder
      points: [[0, -60, 1.4], [0, -150, 1.4], [0, -240, 1.4]]
      lesions: [{kind: thrombus, at_mm: 100, length_mm: %(length)d, age_h: 6, fibrin_percent: 40}]
    - id: one
      parent: artery
      points: [[-6, -260, 1.2], [-20, -300, 1.1]]
      outlet: {organ: %(organ)s, flow_ml_min: 70}
    - id: two
      parent: artery
      points: [[6, -260, 1.2], [20, -300, 1.1]]
      outlet: {organ: %(organ)s, flow_ml_min: 70}
access: {vessel: feeder, at_mm: 4, sheath_fr: 8, sheath_mm: 10, direction: antegrade}
tray:
  - wire-035-amplatz-stiff
  - wire-014-micro
  - aspiration-6f
  - microcatheter-24
  - retriever-4x20
  - infusion-5f-10
  - alteplase-10mg
task: {target: {vessel: artery, at_mm: 5}}
"""


class Table:
    def __init__(self, seed=1, length=8, organ="muscle", fibrinogen=340, run=Simulation):
        words = {"length": length, "organ": organ, "fibrinogen": fibrinogen}
        supplies = shipped_supplies()
        text = CASE % words
        scenario, problems = from_text(text, "clotted.yaml", shipped_devices(), supplies)
        assert scenario is not None, problems
        self.sim = run(scenario, seed)

    def do(self, kind, **what):
        self.sim.step(Controls(actions=(Action(kind, **what),)))
        return self.sim.state.refused

    def run(self, seconds, **controls):
        for _ in range(round(60 * seconds)):
            self.sim.step(Controls(**controls))

    def push(self, slot, to_mm, mm_s=60.0, also=()):
        """A device until so much of it lies beyond the sheath."""
        for _ in range(900):
            off = to_mm - self.held(slot).inserted_mm
            if abs(off) < 0.3:
                return
            v = float(np.clip(4.0 * off, -mm_s, mm_s))
            self.sim.step(Controls(motions={s: Motion(v) for s in (slot, *also)}))
        raise AssertionError(f"the {slot} does not move to {to_mm}")

    def held(self, slot):
        return self.sim.state.devices[slot]

    def suck(self, seconds=90.0):
        """The aspiration catheter to the clot's face, its pump on."""
        self.do("mount", slot="wire", device="wire-035-amplatz-stiff")
        self.push("wire", 120.0)
        self.do("mount", slot="catheter", device="aspiration-6f")
        self.push("catheter", 110.0)
        while self.held("catheter").tip_vessel_mm < 94.0:
            self.push("catheter", self.held("catheter").inserted_mm + 1.0)
        self.do("remove", slot="wire")
        while "wire" in self.sim.state.devices:
            self.sim.step()
        self.do("take_up", device="aspiration-6f")
        assert not self.do("aspirate", value=85.0)
        self.run(1.0)
        self.do("lapse", value=seconds / 3600.0)
        self.run(0.2)

    def bring_retriever(self, beyond_mm):
        """Covered, to so far beyond the aspiration catheter's tip; returns where that is."""
        self.do("mount", slot="microcatheter", device="microcatheter-24")
        self.do("mount", slot="wire", device="wire-014-micro")
        face = self.held("catheter").inserted_mm
        self.push("wire", face + beyond_mm + 4.0)
        self.push("microcatheter", face + beyond_mm)
        self.do("exchange", slot="wire", device="retriever-4x20")
        while self.held("wire").device.id != "retriever-4x20":
            self.sim.step()
        self.push("wire", face + beyond_mm)
        return face

    def draw(self, mm_s=10.0, slot="catheter", mm=75.0):
        self.push(slot, max(self.held(slot).inserted_mm - mm, 1.0), mm_s)

    @property
    def kinds(self):
        return [event.kind for event in self.sim.events]

    def event(self, kind):
        return next(event for event in self.sim.events if event.kind == kind)

    def measure(self, what, vessel="artery"):
        return self.sim.treatments.measure(what, vessel)

    @property
    def flow(self):
        return 60.0 * self.sim.circulation.flow_ml_s("artery")


@cache
def sucked(seed):
    table = Table(seed)
    table.suck()
    table.draw()
    table.run(4.0)
    return table


def test_a_clot_shuts_its_vessel_and_takes_the_contrast_out_of_the_picture():
    table = Table()
    assert table.flow < 1.0
    assert table.measure("tici") == 0.0
    radius = table.sim.circulation.open_radius_mm
    tree = table.sim.tree
    artery = tree.by_id["artery"]
    at = int(tree.first[artery.index]) + int(np.searchsorted(artery.s_mm, 100.0))
    assert radius[at] < 0.1
    assert table.sim.circulation.radius_mm[at] == pytest.approx(1.4, abs=0.1)  # devices pass


def test_suction_brings_some_clots_and_leaves_others_and_the_flow_tells():
    won = [s for s in range(1, 5) if sucked(s).event("clot_pass").data["came"]]
    assert 1 <= len(won) <= 3
    for seed in range(1, 5):
        table = sucked(seed)
        came = seed in won
        assert ("clot_removed" in table.kinds) == came
        assert table.event("clot_pass").data["chance"] > 0.05
        if came and "distal_embolus" not in table.kinds:
            assert table.flow > 110.0
            assert table.measure("tici") == 3.0
        if not came:
            assert table.flow < 5.0
            assert table.measure("tici") == 0.0


def test_away_from_the_clot_suction_does_nothing_and_the_panel_says_so():
    table = Table()
    table.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    table.push("wire", 60.0)
    table.do("mount", slot="catheter", device="aspiration-6f")
    table.push("catheter", 50.0)
    table.do("take_up", device="aspiration-6f")
    table.do("aspirate", value=85.0)
    table.run(0.5)
    assert "freely" in table.sim.state.treatment.text
    table.draw(mm=20.0)
    assert "clot_pass" not in table.kinds


def test_a_short_wait_pulls_less():
    hasty = Table(2)
    hasty.suck(seconds=6.0)
    hasty.draw(mm=10.0)
    patient = sucked(2).event("clot_pass").data
    assert hasty.event("clot_pass").data["pull_n"] < 0.6 * patient["pull_n"]


def test_a_retriever_opens_holds_and_brings_clot_into_the_catheter():
    table = Table(1)
    table.suck(seconds=60.0)
    face = table.bring_retriever(26.0)
    assert not table.sim.treatments.shapes()
    table.push("microcatheter", face - 2.0, 10.0)
    opened = table.event("retriever_opened")
    assert opened.data["in_clot_mm"] >= 6.0
    assert table.sim.treatments.shapes()
    table.do("take_up", device="retriever-4x20")
    table.run(6.0)
    table.do("lapse", value=4.0 / 60.0)
    saved = table.sim.snapshot()
    table.draw(5.0, "wire", 35.0)
    data = table.event("clot_pass").data
    alone = sucked(1).event("clot_pass").data
    assert data["chance"] > alone["chance"]  # forces add up
    first = table.sim.state_hash()
    assert ("clot_removed" in table.kinds) == data["came"]
    table.sim.restore(saved)
    table.draw(5.0, "wire", 35.0)
    assert table.sim.state_hash() == first


def test_a_retriever_beside_the_clot_says_so_and_nothing_can_be_waited_for():
    table = Table(1)
    table.suck(seconds=6.0)
    table.do("aspirate", value=0.0)
    face = table.bring_retriever(56.0)
    table.push("microcatheter", face + 28.0, 10.0)
    assert "retriever_beside" in table.kinds
    assert "retriever_opened" not in table.kinds
    table.do("take_up", device="retriever-4x20")
    assert "Nothing to wait for" in table.do("lapse", value=0.05)[0]


@pytest.mark.parametrize("at_the_clot", [True, False])
def test_only_a_lumen_that_clot_shuts_draws_air_as_the_pump_goes_off(at_the_clot):
    table = Table(1)
    table.suck(seconds=60.0)
    if not at_the_clot:  # drawn off the clot or with it: blood runs into the lumen again
        table.draw(mm=80.0)
        table.run(1.0)
        assert "freely" in table.sim.state.treatment.text
    table.do("aspirate", value=0.0)
    assert ("air_drawn" in table.kinds) == at_the_clot


def test_a_clot_is_lost_when_the_suction_stops_on_the_way():
    seed = next(s for s in range(1, 5) if sucked(s).event("clot_pass").data["came"])
    table = Table(seed)
    table.suck()
    table.draw(mm=30.0)
    table.do("aspirate", value=0.0)
    table.run(3.0)
    assert "clot_dropped" in table.kinds
    assert "clot_removed" not in table.kinds
    assert table.flow < 5.0


def infusing(off_mm=0.0, fibrinogen=340, run=Simulation):
    """The infusion catheter laid, its holes in the clot but for an offset; laid only once."""
    table, saved = laid(off_mm, fibrinogen, run)
    table.sim.restore(saved)
    return table


@cache
def laid(off_mm, fibrinogen, run):
    table = Table(length=90, fibrinogen=fibrinogen, run=run)
    table.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    table.push("wire", 210.0)
    table.do("mount", slot="catheter", device="infusion-5f-10")
    while table.held("catheter").tip_vessel_mm < 150.0 - off_mm:
        table.push("catheter", table.held("catheter").inserted_mm + 1.0)
    table.do("take_up", device="infusion-5f-10")
    return table, table.sim.snapshot()


def test_a_day_of_lysis_in_the_clot_opens_the_vessel():
    table = infusing()
    assert table.do("lapse", value=8.0)  # the pump is off
    table.run(1.0, treat=1.0)
    assert table.sim.state.treatment.value == pytest.approx(1.0, abs=0.05)
    table.do("lapse", value=12.0)
    half = table.measure("lysis_percent")
    data = table.event("lysis_lapsed").data
    assert data["in_clot"] > 0.8
    assert data["fibrinogen"] < data["fibrinogen_before"]
    # dV/dt = -0.12 sqrt(dose in clot) of a clot 6 to 18 h old, some of it already gone
    age = 0.5 ** (12.0 / 168.0)
    share = data["in_clot"] * data["mg_h"]
    assert half == pytest.approx(100 * (1 - np.exp(-0.12 * age * share**0.5 * 12)), abs=4.0)
    assert table.do("lapse", value=30.0)  # more than a day at once
    table.do("lapse", value=20.0)
    assert table.measure("lysis_percent") > 95.0
    table.push("catheter", 5.0)
    table.run(4.0)
    assert table.flow > 110.0


def test_side_holes_outside_the_clot_waste_the_drug():
    there, beside = infusing(), infusing(off_mm=120.0)
    for table in (there, beside):
        table.run(1.0, treat=1.0)
        table.do("lapse", value=12.0)
    assert beside.event("lysis_lapsed").data["in_clot"] < 0.1
    assert beside.measure("lysis_percent") < 0.4 * there.measure("lysis_percent")


@pytest.mark.parametrize(("off_mm", "errs"), [(0.0, False), (120.0, True)])
def test_a_lysis_beside_the_clot_is_an_error_that_the_rating_finds(off_mm, errs):
    table = infusing(off_mm, run=Session)
    table.run(1.0, treat=1.0)
    table.do("lapse", value=12.0)
    table.run(0.5)
    codes = [event.data["code"] for event in table.sim.events if event.kind == "error"]
    assert ("lysis_outside_clot" in codes) == errs
    assert "lysis_against_rules" not in codes


def test_the_lytic_on_little_fibrinogen_makes_the_patient_bleed_until_it_is_stopped():
    table = infusing(fibrinogen=110)
    table.run(1.5, treat=3.0)
    for _ in range(3):
        table.do("lapse", value=24.0)
    assert "bleeding" in table.kinds
    table.run(1.0)
    assert table.measure("bleed_ml_min", "feeder") > 5.0


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"kind": "aspirate", "value": 50.0}, "no pump"),
        ({"kind": "lapse", "value": -1.0}, "not negative"),
        ({"kind": "lapse", "value": "long"}, "not negative"),
        ({"kind": "release"}, "does not release"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(action, words):
    table = infusing()
    refused = table.do(**action)
    assert words in refused[0]


def test_contrast_after_hours_is_a_check():
    table = infusing()
    table.run(1.0, treat=1.0)
    table.do("lapse", value=12.0)
    table.do("remove", slot="wire")
    table.run(3.0)
    assert "lysis_checked" not in table.kinds
    table.run(2.0, inject_ml_s=2.0)
    assert table.event("lysis_checked").data["percent"] > 50.0


def test_a_full_balloon_guide_arrests_the_flow_and_an_empty_one_does_not(monkeypatch):
    with_guide = CASE.replace("  - aspiration-6f", "  - guide-8f-balloon\n  - aspiration-6f")
    monkeypatch.setitem(Table.__init__.__globals__, "CASE", with_guide)
    table = Table()
    table.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    table.push("wire", 60.0)
    table.do("mount", slot="guide", device="guide-8f-balloon")
    table.push("guide", 18.0)
    table.run(2.0)
    pulls = next(t for t in table.sim.treatments._all if t.name == "clot").thrombectomy
    clot = pulls.clots.all[0]
    assert not pulls.arrested(clot)
    table.do("take_up", device="guide-8f-balloon")
    table.run(2.4, treat=0.5)
    table.run(2.0)
    assert pulls.arrested(clot)
    assert "balloon_inflated" in table.kinds
    assert "balloon_oversized" not in table.kinds
    table.run(2.0, treat=-2.0)
    table.run(3.0)
    assert not pulls.arrested(clot)
