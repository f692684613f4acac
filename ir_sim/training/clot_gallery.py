"""Pictures of clot and of what clears it, from the expert's own runs of two cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.library import load
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.session import Session
from ir_sim.xray.strip import write_strip

Grey = NDArray[np.uint8]

#: For each case its strip: the event, and the words under the picture taken so long after it, s.
_STRIPS: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "acute-limb-lysis": (
        ("injection_started", "stump before the clot", 1.2),
        ("target_reached", "side-holes in the clot", 0.1),
        ("lysis_checked", "check after 12 h", 1.2),
        ("run_ended", "dissolved", 0.0),
    ),
    "m1-thrombectomy": (
        ("retriever_opened", "retriever open in M1", 0.1),
        ("clot_pass", "drawn back", 0.3),
        ("run_ended", "open", 0.0),
    ),
}
_LONGEST_S = 600.0


def write_clot_pictures(out: Path, size_px: int = 768) -> list[Path]:
    """Write a strip for each case: before, tools in place, afterwards."""
    out.mkdir(parents=True, exist_ok=True)
    return [
        write_strip(out / f"treatment-{case}.png", _shots(case, size_px), size_px)
        for case in _STRIPS
    ]


def _shots(case: str, size_px: int) -> Iterator[tuple[str, Grey]]:
    session = Session(load(case), 1)
    expert, left, seen = Autopilot(session), list(_STRIPS[case]), 0
    due: list[tuple[float, str]] = []
    while not session.state.finished and session.state.time_s < _LONGEST_S and (left or due):
        now = session.step(expert.controls()).time_s
        for event in session.events[seen:]:
            for shot in [s for s in left if s[0] == event.kind][:1]:
                left.remove(shot)
                due.append((now + shot[2], shot[1]))
        seen = len(session.events)
        for at, words in [d for d in due if d[0] <= now]:
            due.remove((at, words))
            yield words, session.picture(size_px)
