"""A microcatheter pushed by hands until it fills its branch: what an injection then costs."""

import numpy as np
import pytest

from ir_sim.scenario.library import load
from ir_sim.scenario.task import TipAt
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.injector import WEDGED_SHARE
from ir_sim.training.expert import Operator, Style
from ir_sim.training.expert.procedure import Procedure
from ir_sim.training.session import Session
from tests.treatment import wedging

BRANCH = "left_cervicovaginal"
FRAMES, PULSE_TICKS, SIZE_PX = 6, 8, 256


class Hands:
    """A session, and somebody who works in it through controls alone."""

    def __init__(self):
        self.sim = Session(load("fibroids-both"), 1)
        self.procedure = Procedure(Operator(self.sim, Style(tempo=1.5, pause_s=0.0)))
        self.branch = self.sim.tree.by_id[BRANCH]

    def do(self, work):
        for controls in work:
            self.sim.step(controls)

    def bring(self, device, vessel, at_mm):
        self.do(self.procedure.bring(TipAt(device=device, vessel=vessel, at_mm=at_mm)))

    def grey(self, work):
        """Of the branch beyond the tip, in the last frames of some work."""
        frames = []
        for k, controls in enumerate(work):
            self.sim.step(controls)
            if k % PULSE_TICKS == 0:
                frames = [*frames[1 - FRAMES :], self.sim.picture(SIZE_PX).astype(float)]
        settings = self.sim.state.settings
        along = np.arange(16.0, self.branch.length_mm, 0.3)
        off = np.array([self.branch.point_at(s) for s in along]) - settings.centre_mm
        column, row = ((off / settings.field_mm * [1, -1] + 0.5) * SIZE_PX).astype(int).T
        return float(np.mean(frames, axis=0)[row, column].mean())

    @property
    def tip(self):
        held = self.sim.state.devices[wedging.MICRO]
        return held.tip_vessel, held.tip_vessel_mm

    @property
    def errors(self):
        return [e.data["code"] for e in self.sim.events if e.kind == "error"]


@pytest.fixture(scope="module")
def there():
    """Hands that have wedged the tip, and how everything stands then."""
    hands = Hands()
    hands.do(hands.procedure.o.press(Action("drug", device="heparin", value=5000.0)))
    hands.bring("catheter", "left_external_iliac", 24.0)
    hands.bring("catheter", "left_internal_iliac", 24.0)
    hands.do(wedging.wedge(hands.procedure, BRANCH, 20.0, 15.0))
    hands.do(wedging.magnify(hands.procedure))
    return hands, hands.sim.snapshot()


def test_particles_from_a_tip_pushed_in_until_it_fills_the_branch(there):
    hands, then = there
    hands.sim.restore(then)
    vessel, at_mm = hands.tip
    held = hands.sim.state.devices[wedging.MICRO]
    assert vessel == BRANCH
    assert held.device.outer_radius_mm >= WEDGED_SHARE * hands.branch.radius_at(at_mm)
    assert held.clearance_mm.min() > 0.0  # as wide as the branch, not through its wall
    before = hands.grey([Controls(pedal="fluoro")] * FRAMES * PULSE_TICKS)
    after = hands.grey(wedging.embolize(hands.procedure, 0.9))
    assert after < before - 10.0
    assert "injecting_wedged" not in hands.errors  # from 1 mL
    hands.do(wedging.embolize(hands.procedure, 0.3))
    assert hands.errors.count("injecting_wedged") == 1
    assert hands.errors.count("non_target_embolization") == 1
    assert hands.tip == (BRANCH, pytest.approx(at_mm, abs=1.0))  # nothing pushed it out
    hands.do(hands.procedure.o.press(Action("finish")))
    score = hands.sim.score()
    costs = {e.code: (e.weight, hands.sim.rubric.cost(e.weight)) for e in score.errors}
    assert costs["injecting_wedged"] == (4, 15.0)
    assert costs["non_target_embolization"][0] == 5
    assert not score.passed


def test_the_same_hands_half_a_centimetre_back_inject_free(there):
    hands, then = there
    hands.sim.restore(then)
    for _ in range(120):
        if hands.tip[1] < 10.0:
            break
        hands.sim.step(Controls(motions={wedging.MICRO: Motion(-10.0)}))
    assert hands.tip == (BRANCH, pytest.approx(9.5, abs=0.5))
    assert not {"perforation", "wall_force"} & set(hands.errors)
    hands.do(wedging.embolize(hands.procedure, 1.2))
    assert "injecting_wedged" not in hands.errors
    assert "non_target_embolization" in hands.errors  # the wrong branch all the same
