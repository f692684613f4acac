"""How long the C-arm's new view takes, and whether the hands notice."""

from __future__ import annotations

import time

import numpy as np

from ir_sim.app.painter import Painter
from ir_sim.app.play import Play
from ir_sim.authoring.check import load_case
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.state import DT_S
from ir_sim.training.session import Session
from ir_sim.xray import Imager

#: Views of the C-arm, LAO and cranial, degrees; each differs from the one before.
_VIEWS: tuple[tuple[float, float], ...] = (
    (30, 0),
    (30, 15),
    (0, 0),
    (-25, 0),
    (-25, -15),
    (10, 0),
    (45, 0),
    (0, 0),
)
_EVERY_S = 1.0


def view_change(case: str = "right-renal-selective", size_px: int = 1024) -> dict[str, float]:
    """Turn the C-arm once a second under fluoroscopy while the wire is moved.

    Real time: on a machine with other work, the figures are upper bounds.

    Returns:
        ready_ms and worst_ready_ms: from the command to the first picture of the new view, median
        and most; turn_ms: the longest turn of the program's loop (ticks and hand-over) while views
        change; still_ms: the same while they do not.
    """
    session = Session(load_case(case), seed=0)
    beds = tuple(int(vessel) for vessel in session.circulation.bed_vessel)
    imager = Imager(session.tree, session.body, beds, size_px)
    painter = Painter(imager, size_px)
    play = Play(session, painter)
    mount = Action("mount", slot="wire", device=session.scenario.tray[0])
    ready: list[float] = []
    turns: tuple[list[float], list[float]] = ([], [])
    wanted: tuple[tuple[float, float], float] | None = None
    commands: list[Action] = [mount]

    def controls() -> Controls:
        actions, commands[:] = tuple(commands), []
        moves = {"wire": Motion(20.0, 90.0)} if "wire" in play.state.devices else {}
        return Controls(motions=moves, pedal="fluoro", actions=actions)

    try:
        begin = last = time.perf_counter()
        due = [begin + _EVERY_S * (i + 2) for i in range(len(_VIEWS))]
        views = list(_VIEWS)
        while views or wanted is not None:
            now = time.perf_counter()
            if views and now >= due[0]:
                wanted = (views.pop(0), now)
                due.pop(0)
                commands.append(Action("angulate", value=list(wanted[0])))
            changing = wanted is not None
            play.advance(now - last, controls)
            last = now
            turns[changing].append(time.perf_counter() - now)
            picture = painter.latest
            if wanted is not None and picture is not None:
                s = picture.exposure.settings
                if (s.lao_deg, s.cranial_deg) == wanted[0]:
                    ready.append(time.perf_counter() - wanted[1])
                    wanted = None
            time.sleep(max(0.0, DT_S - (time.perf_counter() - now)))
    finally:
        painter.close()
    return {
        "ready_ms": 1e3 * float(np.median(ready)),
        "worst_ready_ms": 1e3 * max(ready),
        "turn_ms": 1e3 * max(turns[True]),
        "still_ms": 1e3 * max(turns[False]),
    }
