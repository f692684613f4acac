"""Two mouths of one bifurcation: plaque that goes over, edges, the aorta, the assistant."""

import math

import numpy as np
import pytest

import ir_sim
from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.library import load
from ir_sim.simulation import Simulation
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.recording import decode_controls, encode_controls
from ir_sim.treatment import kissing_laws as laws

CASE = """\
format: 1
id: parting
title: A bifurcation
level: advanced
objectives: [Kiss]
patient: {age: 60, sex: m, weight_kg: 80, egfr: 80}
anatomy:
  body: abdomen-pelvis
  heart: {rate_bpm: 72, mean_pressure_mmhg: 95}
  vessels:
    - id: aorta
      points: [[0, 160, 9], [0, 80, 9], [0, 0, %(aorta)s]]
      calcium_percent: %(calcium)s
    - id: right_common_iliac
      parent: aorta
      points: [[-10, -18, 4], [-28, -42, 4], [-44, -66, 4]]
      lesions: [{kind: stenosis, at_mm: 7, length_mm: 13, diameter_percent: 66, hardness: soft}]
    - id: right_external_iliac
      parent: right_common_iliac
      points: [[-58, -92, 4], [-80, -150, 4]]
      outlet: {organ: muscle, flow_ml_min: 450}
    - id: left_common_iliac
      parent: aorta
      points: [[10, -18, 4], [28, -42, 4], [44, -66, 4]]
      lesions: [%(left)s]
    - id: left_external_iliac
      parent: left_common_iliac
      points: [[58, -92, 4], [80, -150, 4]]
      outlet: {organ: muscle, flow_ml_min: 450}
access: {vessel: right_external_iliac, at_mm: 60, sheath_fr: 8, sheath_mm: 30}
assistant:
  device: %(his)s
  vessel: left_common_iliac
  edge_mm: %(edge)s
  access: {vessel: left_external_iliac, at_mm: 60, sheath_fr: 8, sheath_mm: 30}
tray: [wire-035-amplatz-stiff, %(own)s]
task:
  target: {vessel: aorta, at_mm: 60}
"""
RIGHT, LEFT = "right_common_iliac", "left_common_iliac"
NARROW = "{kind: stenosis, at_mm: 7, length_mm: 13, diameter_percent: 60, hardness: soft}"
STENT = "stent-balloon-8x37"
READY = {}


class Parting:
    """A stent lies across the right origin; an assistant's across the left one."""

    def __init__(self, own=STENT, his=STENT, left=NARROW, edge=2, own_edge=2.0, aorta=7, calcium=0):
        given = {"own": own, "his": his, "left": left, "edge": edge}
        text = CASE % {**given, "aorta": aorta, "calcium": calcium}
        self.own_edge = own_edge
        if (text, own_edge) in READY:  # the way there is the same: only one at a time
            self.sim, saved = READY[text, own_edge]
            self.sim.restore(saved)
            return
        scenario, problems = from_text(text, "parting.yaml", shipped_devices())
        assert scenario is not None, problems
        self.sim = Simulation(scenario, 1)
        self.do(Action("mount", slot="wire", device="wire-035-amplatz-stiff"))
        self.run(1.2, motions={"wire": Motion(200.0)})
        self.do(Action("mount", slot="catheter", device=own))
        for _ in range(900):
            off = self._off_mm()
            if abs(off) < 0.25:
                break
            push = Motion(float(np.clip(4.0 * off, -60.0, 60.0)))
            self.sim.step(Controls(motions={"catheter": push}))
        self.do(Action("take_up", device=own))
        READY[text, own_edge] = self.sim, self.sim.snapshot()

    def _off_mm(self):
        """How far the stent's upper edge is from where it is to stand."""
        held = self.sim.state.devices["catheter"]
        curve, s = held.chain.curve, held.chain.curve_s_mm
        at = float(s[int(np.argmin(np.hypot(*curve.T)))])
        stent = held.device.stent or held.device.balloon
        return at + self.own_edge + stent.tip_mm - held.inserted_mm

    def do(self, *actions):
        self.sim.step(Controls(actions=actions))

    def run(self, seconds, **controls):
        for _ in range(round(60 * seconds)):
            self.sim.step(Controls(**controls))

    def inflate(self, atm=10.0, keep=0.5):
        while self.sim.state.treatment is None or self.sim.state.treatment.value < atm:
            self.sim.step(Controls(treat=5.0))
        self.run(keep)

    def deflate(self):
        self.run(1.4, treat=-12.0)

    def percent(self, vessel):
        return self.sim.state.measure("residual_percent", vessel)

    def gradient(self, vessel):
        return self.sim.state.measure("gradient_mmhg", vessel)

    def event(self, kind):
        return next((e for e in self.sim.events if e.kind == kind), None)


def test_the_band_round_two_balloons_is_as_long_as_a_taut_thread():
    for a, b in ((8.0, 8.0), (10.0, 7.0), (9.0, 4.0)):
        # the convex hull of both circles, by many points
        t = np.linspace(0.0, 2.0 * np.pi, 40001)
        angle = t[:, None]
        reach = np.maximum(0.5 * a, 0.5 * (a + b) * np.cos(angle) + 0.5 * b)[:, 0]
        perimeter = float(np.trapezoid(reach, t))  # Cauchy: the integral of the support function
        assert laws.band_mm(a, b) == pytest.approx(perimeter / math.pi, rel=1e-6)
        assert max(a, b, math.hypot(a, b)) < laws.band_mm(a, b) < a + b
    assert laws.band_mm(8.0, 8.0) == pytest.approx(8.0 * (1.0 + 2.0 / math.pi))
    assert laws.band_mm(8.0, 0.0) == 8.0


def test_plaque_that_goes_over_is_a_share_of_what_was_pressed_away_and_can_go_back():
    along = laws.profile(np.arange(0.0, 16.0, 1.0))
    area, none = np.full(16, 30.0), np.zeros(16)
    more = laws.pushed_mm2(100.0, along)
    assert more.sum() == pytest.approx(laws.SHIFT_SHARE * 100.0)
    narrow, taken = laws.narrowed_mm2(area, none, more)
    assert np.allclose(narrow + taken, area)
    wide, taken = laws.narrowed_mm2(narrow, taken, -more)
    assert np.allclose(wide, area)
    assert np.allclose(taken, 0.0)
    shut, taken = laws.narrowed_mm2(area, none, 100.0 * more)
    assert shut.min() == pytest.approx(laws.LEAST_LEFT * 30.0)
    # nothing goes back that has not come
    assert np.allclose(laws.narrowed_mm2(area, none, -more)[0], area)


def test_one_balloon_alone_narrows_the_other_side_and_two_together_do_not():
    alone = Parting()
    before, flow = alone.gradient(LEFT), alone.sim.circulation.flow_ml_s(LEFT)
    alone.inflate()
    alone.deflate()
    alone.run(2.0)
    shifted = alone.event("plaque_shifted")
    assert shifted is not None
    assert shifted.vessel == LEFT
    assert shifted.data["lost_percent"] > 10.0
    assert alone.percent(RIGHT) < 15.0
    assert alone.percent(LEFT) == pytest.approx(shifted.data["residual_percent"], abs=1.0)
    assert alone.gradient(LEFT) > 2.0 * before
    assert alone.sim.circulation.flow_ml_s(LEFT) < 0.9 * flow
    assert alone.sim.state.assistant.words == "ready"
    # the assistant's stent opens it again, and the stented right side takes nothing
    alone.do(Action("assistant", value=True))
    alone.inflate()
    alone.deflate()
    assert alone.percent(LEFT) < 15.0
    assert alone.percent(RIGHT) < 15.0

    both = Parting()
    both.do(Action("assistant", value=True))
    both.inflate()
    state = both.sim.state
    assert state.assistant.atm == pytest.approx(state.treatment.value, abs=0.1)
    assert both.percent(LEFT) == pytest.approx(60.0, abs=1.0)  # a full balloon hides the result
    both.deflate()
    both.run(2.0)
    assert both.event("plaque_shifted") is None
    assert both.event("balloons_kissed").data["ratio"] < 1.0
    assert both.event("edges_uneven") is None
    assert both.event("device_misplaced") is None
    for vessel in (RIGHT, LEFT):
        assert both.percent(vessel) < 15.0
        assert both.gradient(vessel) < 5.0
    led = both.sim.state.iodine_ledger_mg
    assert led["injected"] == pytest.approx(sum(led.values()) - led["injected"], abs=1e-9)


def test_a_healthy_other_side_loses_too_little_to_matter():
    alone = Parting(left="")
    before = alone.gradient(LEFT)
    alone.inflate()
    alone.deflate()
    alone.run(2.0)
    shifted = alone.event("plaque_shifted")
    assert shifted is None or shifted.data["lost_percent"] < 10.0
    assert alone.gradient(LEFT) < before + 2.0


def test_a_stent_that_stands_higher_is_told_and_hides_the_other_mouth():
    high = Parting(own_edge=9.0, edge=0)
    high.do(Action("assistant", value=True))
    high.inflate()
    high.deflate()
    apart = high.event("edges_uneven")
    assert apart is not None
    assert apart.vessel == RIGHT
    assert apart.data["apart_mm"] == pytest.approx(9.0, abs=1.5)
    hidden = laws.hidden_share(apart.data["apart_mm"])
    assert high.percent(LEFT) == pytest.approx(100.0 * hidden, abs=6.0)
    assert high.event("device_misplaced").vessel == RIGHT  # more than 6 mm in the aorta


def test_two_balloons_wider_than_the_aorta_are_told_and_a_stiff_one_tears():
    wide = Parting(own="stent-covered-10x38", his="stent-balloon-9x37")
    wide.do(Action("assistant", value=True))
    wide.inflate(9.0)
    told = wide.event("kissing_oversized")
    assert told is not None
    assert told.data["band_mm"] > told.data["aorta_mm"]
    assert wide.event("rupture") is None
    nine = "stent-balloon-9x37"
    small = Parting(own=nine, his=nine, aorta=4.9, calcium=100)
    small.do(Action("assistant", value=True))
    small.inflate(9.0)
    assert small.event("pain") is not None
    assert small.event("rupture").vessel == "aorta"
    lost = small.sim.circulation.blood_loss_ml
    small.deflate()
    small.run(3.0)
    assert small.sim.circulation.blood_loss_ml > lost + 1.0


def test_a_snapshot_in_a_kiss_goes_on_with_the_same_bits():
    both = Parting()
    both.do(Action("assistant", value=True))
    both.inflate(5.0)
    saved = both.sim.snapshot()

    def go_on():
        both.run(0.7, treat=3.0)
        both.do(Action("assistant", value=False))
        both.run(2.0, treat=-8.0)
        return both.sim.state_hash()

    first = go_on()
    both.sim.restore(saved)
    assert go_on() == first


def test_a_recording_brings_the_assistants_device_and_replays_bit_for_bit(tmp_path):
    both = Parting(own="stent-covered-10x38", his="stent-balloon-9x37")
    both.do(Action("assistant", value=True))
    both.inflate(7.0)
    path = tmp_path / "kiss.irrun"
    both.sim.save(path)
    again = ir_sim.replay(path)
    assert again.scenario.assistant_device.id == "stent-balloon-9x37"
    assert "stent-balloon-9x37" not in again.scenario.devices
    assert again.state_hash() == both.sim.state_hash()
    assert again.state.assistant == both.sim.state.assistant


def test_the_order_survives_a_recording_and_is_refused_where_nobody_helps():
    order = Controls(actions=(Action("assistant", value=True),))
    assert decode_controls(encode_controls(order)) == order
    sim = Simulation(load("iliac-stenosis-stent"), 1)
    assert "no assistant" in sim.step(order).refused[0]
    assert sim.state.assistant is None


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("device: stent-balloon-8x37", "device: stent-baloon-8x37", "no device"),
        ("device: stent-balloon-8x37", "device: stent-self-9x40", "no balloon-expandable stent"),
        ("vessel: left_common_iliac\n  edge", "vessel: left_iliac\n  edge", "no vessel"),
        ("vessel: left_common_iliac\n  edge", "vessel: right_common_iliac\n  edge", "already"),
        ("vessel: left_common_iliac\n  edge", "vessel: left_external_iliac\n  edge", "part from"),
        ("{vessel: left_external_iliac, at", "{vessel: right_external_iliac, at", "no sheath"),
        ("sheath_fr: 8, sheath_mm: 30}\ntray", "sheath_fr: 5, sheath_mm: 30}\ntray", "not fit"),
        ("edge_mm: 2", "edge_mm: 12", "edge_mm"),
    ],
)
def test_an_author_is_told_what_does_not_go_together(was, now, says):
    given = {"own": STENT, "his": STENT, "left": NARROW, "edge": 2, "aorta": 7, "calcium": 0}
    text = CASE % given
    assert was in text
    scenario, problems = from_text(text.replace(was, now), "p.yaml", shipped_devices())
    assert scenario is None
    assert any(says in p.message or says in p.where for p in problems), problems
    at = text.replace(was, now).splitlines()
    start = next(i for i, line in enumerate(at, 1) if line == "assistant:")
    assert all(p.line >= start for p in problems)
