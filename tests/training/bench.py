"""A stand-in for the simulation: states are written by hand, so that a rating can be provoked."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import DT_S, Injecting
from ir_sim.training.assessment import Assessment
from ir_sim.training.case import case_of
from ir_sim.training.moment import Moment
from ir_sim.training.rubric import load_rubric
from ir_sim.xray import Settings

CASE = """\
format: 1
id: bench
title: Bench case
level: beginner
objectives: [Steer]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 60, creatinine_mg_dl: 1.0%(patient)s}
anatomy:
  body: abdomen-pelvis
  vessels:
    - id: aorta
      points: [[0, 300, 10], [0, 150, 9.5], [0, 0, 9]]
    - id: right_renal
      parent: aorta
      points: [[-10, 200, 3], [-60, 190, 2.5]]
      outlet: {organ: kidney, flow_ml_min: 480}
    - id: left_renal
      parent: aorta
      points: [[10, 200, 3], [60, 190, 2.5]]
      outlet: {organ: kidney, flow_ml_min: 480}
    - id: mesenteric
      parent: aorta
      points: [[10, 230, 4.5], [30, 150, 4.2]]
      outlet: {organ: bowel, flow_ml_min: 600}
access: {vessel: aorta, at_mm: 290, sheath_fr: 6, sheath_mm: 20}
tray: [wire-035-angled, wire-035-bentson, catheter-5f-cobra2, catheter-5f-pigtail]
task:
  side: right
  target: {vessel: right_renal, at_mm: 5}
  steps:
    - {id: wire-up, do: Wire up, when: {tip_at: {device: wire, vessel: aorta}}, hint: Push gently}
    - {id: cobra, do: Mount the Cobra, when: {mounted: {device: catheter, id: catheter-5f-cobra2}}}
    - {id: engage, do: Engage, when: {tip_at: {device: catheter, vessel: right_renal, at_mm: 3}}}
    - id: confirm
      do: Test puff
      when: {injected: {vessel: right_renal, at_least_ml: 2}}
      weight: 2
    - {id: film, do: Film, when: {filmed: {vessel: right_renal, at_least_ml: 3}}, weight: 2}
    - {id: out, do: Take the catheter out, when: {removed: catheter}}
scoring: {baseline: {procedure_time_s: 100, fluoro_time_s: 40, contrast_ml: 20, kap_gy_cm2: 10}}
%(more)s
"""

HELD = Controls()


def case_text(patient="", more=""):
    return CASE % {"patient": patient, "more": more}


def scenario_of(patient="", more=""):
    scenario, problems = from_text(case_text(patient, more), "bench.yaml", shipped_devices())
    assert scenario is not None, problems
    return scenario


@dataclass
class Device:
    """What the rating reads of a device."""

    device: SimpleNamespace
    tip_vessel: str
    tip_vessel_mm: float
    tip_mm: tuple
    inserted_mm: float
    wall_force_n: np.ndarray = field(default_factory=lambda: np.zeros(3))


@dataclass
class Bench:
    """Drives an assessment tick by tick with states made up by the test."""

    patient: str = ""
    more: str = ""
    rubric: str = "default"
    level: str = "full"
    practice: bool = False

    def __post_init__(self):
        self.scenario = scenario_of(self.patient, self.more)
        self.tree = build_tree(self.scenario.anatomy)
        self.case = case_of(self.scenario, self.tree)
        self.assessment = Assessment(
            self.case, load_rubric(self.rubric), self.level, practice=self.practice
        )
        self.events: list[Event] = []
        self.state = SimpleNamespace(
            tick=0,
            time_s=0.0,
            devices={},
            pedal="off",
            exposing=False,
            settings=Settings(centre_mm=(0.0, 180.0)),
            contrast_ml=0.0,
            fluoro_time_s=0.0,
            acquire_time_s=0.0,
            kap_gy_cm2=0.0,
            air_kerma_mgy=0.0,
            frames=0,
            injecting=Injecting(),
            finished=False,
        )

    # -- what a test writes --------------------------------------------------------------------

    def put(self, slot, vessel, at_mm, inserted_mm=None, device=None, xy=None):
        """Lay a device's tip in a vessel."""
        default = "wire-035-angled" if slot == "wire" else "catheter-5f-cobra2"
        spec = self.scenario.devices[device or default]
        place = xy or tuple(self.tree.by_id[vessel].point_at(at_mm))
        was = self.state.devices.get(slot)
        length = inserted_mm if inserted_mm is not None else (was.inserted_mm if was else 100.0)
        self.state.devices[slot] = Device(spec, vessel, at_mm, place, length)
        return self

    def take(self, slot):
        """Remove a device."""
        del self.state.devices[slot]
        return self.tick(events=[self.event("removed", slot=slot)])

    def event(self, kind, slot=None, vessel=None, **data):
        return Event(self.state.tick + 1, kind, kind, slot, vessel, data)

    def act(self, kind, device=None, value=None):
        return self.tick(controls=Controls(actions=(Action(kind, device=device, value=value),)))

    def answer(self, question, value):
        return self.act("answer", question, value)

    # -- time ----------------------------------------------------------------------------------

    def tick(self, controls=HELD, events=()):
        """One tick; counts what the machine would count."""
        state = self.state
        state.tick += 1
        state.time_s = state.tick * DT_S
        state.pedal = controls.pedal
        state.exposing = controls.pedal != "off" and state.tick % 8 == 0
        state.fluoro_time_s += DT_S * (controls.pedal == "fluoro")
        state.acquire_time_s += DT_S * (controls.pedal == "acquire")
        state.frames += state.exposing
        state.contrast_ml += state.injecting.rate_ml_s * DT_S
        moment = Moment(state, controls, list(events))
        own = self.assessment.update(moment)
        self.events += [*events, *own]
        return self

    def run(self, seconds, controls=HELD, advance=None):
        """Hold the controls; ``advance`` moves inserted lengths by slot, mm/s."""
        for _ in range(round(seconds / DT_S)):
            for slot, speed in (advance or {}).items():
                self.state.devices[slot].inserted_mm += speed * DT_S
            self.tick(controls)
        return self

    def inject(self, ml, vessel, slot="catheter", pedal="fluoro", wedged=False, rate=2.0):
        """Inject so much."""
        self.state.injecting = Injecting(rate, slot, vessel, wedged)
        self.run(ml / rate + DT_S, Controls(pedal=pedal, inject_ml_s=rate))
        self.state.injecting = Injecting()
        return self

    def film(self, vessel, ml=5.0, number=1, closed=0.3, slot="catheter", **data):
        """A run with contrast."""
        self.tick(Controls(pedal="acquire"), [self.event("run_started", run=number)])
        if ml:
            self.inject(ml, vessel, slot, pedal="acquire")
        told = {
            "run": number,
            "frames": 8,
            "closed_share": closed,
            "contrast_ml": ml,
            "field_cm": 32.0,
            "lao_deg": 0.0,
            "cranial_deg": 0.0,
            "centre_mm": [0.0, 180.0],
            **data,
        }
        return self.tick(HELD, [self.event("run_ended", vessel=vessel, **told)])

    # -- what it reads -------------------------------------------------------------------------

    @property
    def codes(self):
        return [error.code for error in self.assessment.errors]

    @property
    def done(self):
        return list(self.assessment.steps.done_s)

    def score(self):
        return self.assessment.score(self.state)


MOVE = Controls(motions={"wire": Motion(20.0)}, pedal="fluoro")
LOOK = Controls(pedal="fluoro")


def good_run(bench):
    """The bench case done as it should be done."""
    bench.tick(events=[bench.event("mounted", slot="wire")])
    bench.put("wire", "aorta", 200.0).run(2.0, MOVE)
    bench.put("catheter", "aorta", 220.0, inserted_mm=80.0)
    bench.tick(events=[bench.event("mounted", slot="catheter")]).run(2.0, MOVE)
    bench.put("catheter", "right_renal", 8.0).run(2.0, MOVE)
    bench.inject(2.5, "right_renal").film("right_renal", 5.0)
    bench.take("catheter")
    bench.state.finished = True
    return bench.tick(events=[bench.event("finished")])
