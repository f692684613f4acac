"""A run of a shipped case whose tip is held where a hand would have brought it."""

import numpy as np

from ir_sim.scenario.library import load
from ir_sim.simulation import simulation
from ir_sim.simulation.controls import Action, Controls
from ir_sim.simulation.injector import WEDGED_SHARE
from ir_sim.training.session import Session
from ir_sim.treatment import Outflow

#: Shipped cases whose classic error a test makes, by their ids, with the tests' names.
CLASSIC: dict[str, list[str]] = {}


def classic_error(*cases):
    """Note that a test makes the classic error of these cases."""

    def note(test):
        for case in cases:
            CLASSIC.setdefault(case, []).append(test.__name__)
        return test

    return note


class Held:
    """Blood, treatments, X-rays, errors and score are real; only the way there is left out.

    Args:
        monkeypatch: Of pytest; holds the tip.
        case: Id of the case.
        vessel: Where the tip is.
        at_mm: Along it.
        bore_mm: Radius of the lumen.
    """

    def __init__(self, monkeypatch, case, vessel, at_mm, bore_mm=0.5):
        self.sim = Session(load(case), 1)
        monkeypatch.setattr(simulation, "outflow", lambda *_: self.out)
        self.tip(vessel, at_mm, bore_mm)

    def tip(self, vessel, at_mm, bore_mm=0.5, slot="microcatheter", outer_mm=0.0):
        v = self.sim.tree.by_id[vessel]
        wedged = outer_mm >= WEDGED_SHARE * v.radius_at(at_mm)
        self.out = Outflow(slot, v.index, at_mm, 0.0, 2.5, bore_mm, wedged=wedged, blocked="")
        self.sim.step()

    def run(self, seconds, **controls):
        for _ in range(round(60 * seconds)):
            self.sim.step(Controls(**controls))

    def do(self, kind, device=None):
        self.sim.step(Controls(actions=(Action(kind, device=device),)))
        assert not self.sim.state.refused

    def coil(self, tool, vessel, at_mm, seconds, speed=8.0):
        self.tip(vessel, at_mm)
        self.do("take_up", tool)
        self.run(seconds, treat=speed)

    def look_at(self, vessel, at_mm, cm=16.0):
        """The table under a place, fluoroscopy for a moment; the picture as floats."""
        goal = self.sim.tree.by_id[vessel].point_at(at_mm)
        self.sim.step(Controls(actions=(Action("field", value=cm),)))
        for _ in range(300):
            off = goal - np.asarray(self.sim.state.settings.centre_mm)
            if float(np.hypot(*off)) < 1.0:
                break
            speed = np.clip(60.0 * off, -100.0, 100.0)
            self.sim.step(Controls(table_mm_s=(float(speed[0]), float(speed[1]))))
        self.run(0.4, pedal="fluoro")
        return self.sim.picture(256).astype(float)

    def finish(self):
        self.sim.step(Controls(actions=(Action("finish"),)))
        return self.sim.score()

    @property
    def kinds(self):
        return [event.kind for event in self.sim.events]

    @property
    def errors(self):
        """Code to weight of every error that was found."""
        found = [e.data for e in self.sim.events if e.kind == "error"]
        return {data["code"]: data["weight"] for data in found}
