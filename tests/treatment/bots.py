"""The classic error of each case, made by the expert's hands with one thing done wrong.

Run by hand, it takes minutes: ``python -m tests.treatment.bots [CASE ...] [--pictures DIR]``. For
each bot it says whether the error was found, what it cost, and whether the run failed as it should.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

from ir_sim.scenario.library import load
from ir_sim.scenario.task import TipAt
from ir_sim.simulation.controls import Action
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.expert import (
    angioplasty,
    clearing,
    declotting,
    filming,
    kissing,
    treating,
)
from ir_sim.training.session import Session
from ir_sim.treatment import clot_laws, thrombectomy
from tests.treatment import wedging

LONGEST_S = 330.0
AS_IF = {"burst_atm": 26.0}


@dataclass(frozen=True)
class Bot:
    """One error in one case.

    Attributes:
        case: The case.
        wrong: What is done wrong.
        code: The error that has to be found.
        event: What the timeline has to tell.
        how: Puts the wrong habit into the expert's hands.
        seed: Of the run.
    """

    case: str
    wrong: str
    code: str
    event: str
    how: Callable[[], object]
    seed: int = 1


def nothing(*_: object) -> Iterator[object]:
    """Leave it out."""
    return
    yield


def largest(self, *_: object, **__: object):
    """The largest balloon of the tray."""
    found = [d for d in self.scenario.devices.values() if d.balloon and not d.stent]
    return max(found, key=lambda d: d.balloon.diameter_mm)


def oversized():
    return patch.object(angioplasty.Lesion, "choose_balloon", largest)


def stent_off(mm: float):
    """Every stent lies so much too far on along the wire."""
    bring = angioplasty.bring

    def off(procedure, lesion, device, middle_mm, lead_mm):
        more = mm if device.stent is not None else 0.0
        return bring(procedure, lesion, device, middle_mm, lead_mm - more)

    return patch.object(angioplasty, "bring", off)


def over_the_label():
    """A plain balloon on calcium, filled as if its label said 26 atm; nothing is done then."""

    def misread(self, *_: object, **__: object):
        plain = [d for d in self.scenario.devices.values() if d.balloon and not d.stent]
        weak = min(plain, key=lambda d: (d.balloon.burst_atm > 16.0, -d.balloon.length_mm))
        return weak.model_copy(update={"balloon": weak.balloon.model_copy(update=AS_IF)})

    return patch.object(angioplasty.Lesion, "choose_balloon", misread)


def only_waiting(procedure, _wanted):
    """Minutes for the struts to grow in, the pump off and the guide's balloon empty."""
    o, device = procedure.o, clearing._tool(procedure.o, "aspiration")
    yield from o.press(Action("take_up", device=device.id))
    return (yield from o.press(Action("lapse", value=clearing._WAIT_H)))


@contextmanager
def without_suction():
    """The retriever is pulled with the pump off and the guide's balloon empty."""
    with (
        patch.object(clearing, "_suction", nothing),
        patch.object(clearing, "arrest", only_waiting),
        patch.object(clearing, "_arrested", lambda o: True),
    ):
        yield


def alone():
    """Nobody is asked to help: one balloon alone in the bifurcation."""
    return patch.dict(treating.TREATING, {"assistant_joins": nothing})


@contextmanager
def alone_to_the_end():
    """Neither before nor after."""
    with alone(), patch.object(kissing, "improve", nothing):
        yield


def widest():
    """The widest stent that the tray has, not the one that fits the aorta with the other."""

    def choose(self, **_: object):
        found = [d for d in self.scenario.devices.values() if d.stent and d.balloon]
        return max(found, key=lambda d: d.stent.diameter_mm)

    return patch.object(kissing.KissedLesion, "choose_stent", choose)


def bare():
    """A bare stent on the tear."""
    choose = angioplasty.Lesion.choose_stent

    def uncovered(self, *, covered):
        del covered
        found = [d for d in self.scenario.devices.values() if d.stent and not d.stent.covered]
        return found[0] if found else choose(self, covered=True)

    return patch.object(angioplasty.Lesion, "choose_stent", uncovered)


def three_times_the_dose():
    return patch.object(clearing, "DOSE_MG_H", 3.0)


def wedged():
    """The microcatheter goes on into the side branch and fills it; particles from there."""
    return patch.dict(treating.TREATING, {"near_stasis": wedging.astray})


def into_the_clot():
    """The first film from the middle of the clot, before the way to the heart is open."""
    film, clotted = filming.film, TipAt(device="catheter", vessel="cephalic_vein", to_mm=60.0)

    def deep(o, vessel: str, at_least_ml: float):
        if vessel == "upper_cephalic_vein":
            yield from o.put_in("wire", "wire-035-angled")
            yield from declotting.along(o, clotted)
            yield from o.take_out("wire")
        return (yield from film(o, vessel, at_least_ml))

    return patch.object(filming, "film", deep)


def astray_seed() -> int:
    """The first seed with which the first pass loses clot into an open branch."""
    for seed in range(1, 200):
        drawn = np.random.default_rng([seed, thrombectomy.STREAM, 0]).random(4)
        held = clot_laws.adhesion_n(2.7, 10.0, 0.4)
        grip = clot_laws.grip_n(6.0, 3600.0 * clearing._WAIT_H)  # 6 mm of the struts in clot
        if drawn[3] < clot_laws.LOST and drawn[0] < clot_laws.success(held, grip, 0):
            return seed
    raise LookupError("no seed of 200 loses clot")


BOTS = (
    Bot("iliac-stenosis-stent", "balloon of 10 mm in 8 mm", "balloon_oversized",
        "balloon_oversized", oversized),
    Bot("iliac-stenosis-stent", "stent 30 mm too far", "device_misplaced", "geographic_miss",
        lambda: stent_off(-30.0)),
    Bot("iliac-occlusion", "stent 30 mm too far", "device_misplaced", "geographic_miss",
        lambda: stent_off(-30.0)),
    Bot("kissing-iliacs", "inflates alone, asks for help then", "other_side_compromised",
        "plaque_shifted", alone),
    Bot("kissing-iliacs", "inflates alone to the end", "other_side_compromised", "plaque_shifted",
        alone_to_the_end),
    Bot("kissing-iliacs", "stent 8 mm too high", "kissing_uneven", "edges_uneven",
        lambda: stent_off(8.0)),
    Bot("kissing-iliacs", "10 mm beside 8 mm in 14 mm", "kissing_oversized", "kissing_oversized",
        widest),
    Bot("renal-stenosis-stent", "stent 10 mm too far out", "device_misplaced", "geographic_miss",
        lambda: stent_off(-10.0)),
    Bot("sfa-angioplasty", "a plain balloon far beyond its label", "balloon_over_rated",
        "balloon_over_rated", over_the_label),
    Bot("dialysis-fistula", "balloon of 8 mm in 6.6 mm", "balloon_oversized",
        "balloon_oversized", oversized),
    Bot("acute-limb-lysis", "3 mg an hour", "lysis_against_rules", "lysis_lapsed",
        three_times_the_dose),
    Bot("iliofemoral-dvt", "3 mg an hour", "lysis_against_rules", "lysis_lapsed",
        three_times_the_dose),
    Bot("m1-thrombectomy", "no suction, no arrest", "embolus_to_brain", "embolus",
        without_suction, astray_seed()),
    Bot("fibroids-both", "microcatheter wedged in the cervicovaginal branch", "injecting_wedged",
        "embolic_wedged", wedged),
    Bot("fistula-declot", "first film from inside the clot", "clot_injected", "clot_injected",
        into_the_clot),
    Bot("iliac-rupture-rescue", "a bare stent on the tear", "", "stent_deployed", bare),
)  # fmt: skip


def play(bot: Bot, pictures: Path | None) -> bool:
    """Let a bot play; whether its error was found and the run did not pass unpunished."""
    with bot.how():
        session = Session(load(bot.case), bot.seed)
        expert, state = Autopilot(session), session.state
        while not state.finished and state.time_s < LONGEST_S:
            state = session.step(expert.controls())
    score = session.score()
    codes = [e.code for e in score.errors]
    cost = sum(session.rubric.cost(e.weight) for e in score.errors if e.code == bot.code)
    told = any(e.kind == bot.event for e in session.events)
    found = told and (bot.code in codes if bot.code else not score.gate.open)
    if pictures is not None:
        cv2.imwrite(str(pictures / f"{bot.case}-{bot.event}.png"), session.picture(768))
    reasons = "; ".join(score.gate.reasons)
    print(f"{bot.case} (seed {bot.seed}), {bot.wrong}: {'found' if found else 'NOT FOUND'}; "
          f"{bot.code or 'gate'} costs {cost:g}; total {score.total:.0f}, "
          f"{'passed' if score.passed else 'not passed'}; {reasons}; {sorted(set(codes))}",
          flush=True)  # fmt: skip
    return found


def main() -> int:
    """Play the bots of the named cases, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    if asked.pictures is not None:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    bots = [b for b in BOTS if not asked.cases or b.case in asked.cases]
    done = [play(bot, asked.pictures) for bot in bots]  # all, whatever the first one found
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
