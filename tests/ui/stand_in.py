"""A session without blood: real devices, machine, timeline and rating, but no flow to solve.

Screens are tested against this, because it starts at once; the tests of the whole program use the
real session.
"""

import copy
import math
from types import SimpleNamespace

import numpy as np

from ir_sim.anatomy import build_tree
from ir_sim.anatomy.body import build_body
from ir_sim.anatomy.lumen import Lumen
from ir_sim.devices import CoaxialSystem, sheath_mouth
from ir_sim.scenario.library import load
from ir_sim.simulation.handling import Hands
from ir_sim.simulation.injector import injection, outflow
from ir_sim.simulation.recording import Recording
from ir_sim.simulation.stage import sheath_path
from ir_sim.simulation.state import DT_S, Injecting, State, Vitals
from ir_sim.simulation.timeline import Timeline
from ir_sim.training.assessment import Assessment
from ir_sim.training.case import case_of
from ir_sim.training.moment import Moment
from ir_sim.training.rubric import load_rubric
from ir_sim.xray import DeviceShape, Fluoroscope, Scene, device_pieces


class _Answers:
    """What the monitor and the forms ask for, without blood."""

    def flow_ml_s(self, tick, vessel):
        return 1.0

    def pressure_mmhg(self, tick, vessel, at_mm):
        return 92.0 + 30.0 * math.sin(2.0 * math.pi * 1.2 * tick * DT_S)

    def ledger_mg(self, tick):
        return {"injected": 0.0}

    def measure(self, tick, measure, vessel):
        return None

    def line_mmhg(self, tick):
        return None


class StandIn:
    def __init__(self, case="right-renal-selective", seed=0):
        self.scenario, self.seed = load(case), seed
        self.tree = build_tree(self.scenario.anatomy)
        self.lumen = Lumen(self.tree)
        self.mouth = sheath_mouth(self.tree, self.scenario.access)
        self.coaxial = CoaxialSystem(self.lumen, self.mouth)
        self.hands = Hands(self.scenario.devices, self.coaxial)
        body = build_body(self.scenario.anatomy.body, self.scenario.patient)
        self.fluoroscope = Fluoroscope(body, tuple(self.mouth.xy_mm))
        self.timeline = Timeline()
        self.case = case_of(self.scenario, self.tree)
        self.assessment = Assessment(self.case, load_rubric(self.scenario.scoring.rubric))
        self.recording = Recording({"case": self.scenario.id, "seed": seed})
        self.contrast_ml, self.tick, self.finished, self.exposure = 0.0, 0, False, None
        self._path = sheath_path(self.tree, self.scenario.access, self.mouth)
        self._say = []
        self.circulation = SimpleNamespace(arterial_mmhg=92.0)
        self.vitals = Vitals(72.0, 128.0, 74.0, 92.0, 97.0, 14.0, 0.0, 120.0, 0.0, 0.0)
        self.state = self._state("off", Injecting())

    @property
    def events(self):
        return self.timeline.events

    @property
    def progress(self):
        return self.assessment.progress()

    def score(self):
        return self.assessment.score(self.state)

    def _state(self, pedal, injecting):
        vitals = Vitals(72.0, 128.0, 74.0, 92.0, 97.0, 14.0, 0.0, 120.0, 0.0, 0.0)
        return State(
            self.tick,
            self.coaxial.states(),
            pedal,
            self.exposure is not None,
            self.fluoroscope.settings,
            self.fluoroscope.dose,
            self.contrast_ml,
            injecting,
            vitals,
            tuple(self._say),
            self.finished,
            None,
            _Answers(),
        )

    def step(self, controls):
        controls.check()
        self.recording.add(controls)
        first, self._say = len(self.events), []
        for action in controls.actions:
            if action.kind in ("mount", "remove", "exchange"):
                self._handled(self.hands.command(action))
            elif action.kind == "finish":
                self.finished = True
            elif action.kind not in ("answer", "hint", "drug"):
                try:
                    text = self.fluoroscope.command(action.kind, action.value)
                    self.timeline.add(self.tick, "setting_changed", text)
                except ValueError as error:
                    self._refuse(str(error))
        wanted = {
            s: (m.advance_mm_s, math.radians(m.rotate_deg_s)) for s, m in controls.motions.items()
        }
        self.coaxial.advance(self.hands.motions(wanted), DT_S)
        self._handled(self.hands.settle())
        out = outflow(self.coaxial.states(), self.tree, self.mouth)
        where = injection(out, self.tree, controls.inject_ml_s, power=False)
        self.contrast_ml += where.rate_ml_s * DT_S
        self.exposure = self.fluoroscope.step(DT_S, controls.pedal, controls.table_mm_s)
        self.tick += 1
        self.state = self._state(controls.pedal, where)
        self.timeline.watch(self.state, controls, self.fluoroscope.run)
        if self.finished:
            self.timeline.close(self.state)
            self.timeline.add(self.tick, "finished", "The procedure was ended.")
        moment = Moment(self.state, controls, list(self.events[first:]))
        self.timeline.events += self.assessment.update(moment)
        return self.state

    def _handled(self, done):
        for h in done:
            if h.kind == "refused":
                self._refuse(h.text)
            else:
                self.timeline.add(self.tick, h.kind, h.text, h.slot, device=h.device)

    def _refuse(self, text):
        self._say.append(text)
        self.timeline.add(self.tick, "refused", text)

    def scene(self):
        if self.exposure is None:
            return None
        shapes = [
            DeviceShape(np.vstack([self._path[:-1], d.points_mm]), device_pieces(d.device))
            for d in self.state.devices.values()
        ]
        blank = np.zeros(len(self.tree.sample_s_mm), np.float32)
        return Scene(self.exposure, tuple(shapes), blank)

    def snapshot(self):
        return {
            "coaxial": self.coaxial.save(),
            "hands": self.hands.save(),
            "machine": self.fluoroscope.state(),
            "timeline": self.timeline.save(),
            "rating": self.assessment.save(),
            "plain": (self.contrast_ml, self.tick, self.finished, self.exposure),
            "state": self.state,
            "recording": copy.deepcopy(self.recording),
        }

    def restore(self, saved):
        self.coaxial.restore(saved["coaxial"])
        self.hands.restore(saved["hands"])
        self.fluoroscope.restore(saved["machine"])
        self.timeline.restore(saved["timeline"])
        self.assessment.restore(saved["rating"])
        self.contrast_ml, self.tick, self.finished, self.exposure = saved["plain"]
        self.state = saved["state"]
        self.recording = copy.deepcopy(saved["recording"])
