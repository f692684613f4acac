"""Kill -9 at random moments: what was finished is there, what ran is there up to its last second.

``python -m tests.ui.kill_runs --kills 100`` prints what was lost; ``test_ui_killed`` does a few.
The player is a process of its own that plays one short run after another as the program does
(journal, score log, recording), without a window and as fast as it can.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from ir_sim.app.keeping import ABANDONED_S, JOURNALS, Keeping, Known, interrupted_runs
from ir_sim.authoring.check import load_case
from ir_sim.records.store import open_log
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.recording import read
from ir_sim.training.session import Session

CASE = "tutorial-first-steps"
RUN_TICKS = 240


def play(home: Path, seed: int, said: Connection) -> None:
    """Runs without end: says each run's id when it begins, its ticks, and when it is kept."""
    scenario = load_case(CASE)
    rng = np.random.default_rng(seed)
    while True:
        session = Session(scenario, seed=int(rng.integers(1000)), practice=False)
        known = Known("R01", "human", datetime.now(tz=UTC))
        keeping = Keeping(session, known, home)
        said.send(("began", keeping.run_id, 0))
        wire = Action("mount", slot="wire", device=scenario.tray[0])
        for tick in range(RUN_TICKS):
            moves = {"wire": Motion(float(rng.uniform(-20, 60)), 0.0)} if tick else {}
            last = tick == RUN_TICKS - 1
            actions = (wire,) if tick == 0 else ((Action("finish"),) if last else ())
            controls = Controls(motions=moves, pedal="fluoro", actions=actions)
            session.step(controls)
            keeping.ticked(controls)
            said.send(("ticked", keeping.run_id, session.recording.ticks))
        keeping.file(None, finished=True)
        said.send(("kept", keeping.run_id, RUN_TICKS))


def kill_once(home: Path, seed: int, after_s: float) -> dict[str, int]:
    """Play, kill after a while, and look at what is there.

    Returns:
        finished: runs that the player called kept; lost: those of them that are not in the log or
        whose recording cannot be read; ticks: of the run that was cut off, 0 if none was;
        missing: ticks of it that the journal has not.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    player = multiprocessing.get_context("fork").Process(target=play, args=(home, seed, theirs))
    player.start()
    theirs.close()
    heard: list[tuple[str, str, int]] = [ours.recv()]  # the first run has begun
    end = time.monotonic() + after_s
    while time.monotonic() < end:
        if ours.poll(0.001):
            heard.append(ours.recv())
    assert player.pid is not None
    os.kill(player.pid, signal.SIGKILL)
    player.join()
    with suppress(EOFError):
        while ours.poll():
            heard.append(ours.recv())
    return _found(home, heard)


def _found(home: Path, heard: list[tuple[str, str, int]]) -> dict[str, int]:
    kept = [run for what, run, _ in heard if what == "kept"]
    what, running, ticks = heard[-1]
    lost = 0
    if kept:
        with open_log(None, home) as log:
            there = {run.record.run_id for run in log.runs()}
        lost = sum(run not in there for run in kept)
        for path in sorted((home / "runs").glob("*.irrun")):
            read(path)
    out = {"finished": len(kept), "lost": lost, "ticks": 0, "missing": 0}
    if what == "kept":
        return out
    later = time.time() + ABANDONED_S + 1.0
    journals = {found.path.stem: found for found in interrupted_runs(home, later)}
    if running in journals:
        out |= {"ticks": ticks, "missing": ticks - journals[running].recording.ticks}
        again = Session.from_recording(journals[running].recording)
        for controls in journals[running].recording.controls():
            again.step(controls)
    else:  # killed while it was being kept: then it is in the log already, whole
        with open_log(None, home) as log:
            there = {run.record.run_id for run in log.runs()}
        out |= {"ticks": ticks, "missing": 0 if running in there else ticks}
    for found in journals.values():
        found.forget()
    for stray in (home / JOURNALS).glob("*"):
        stray.unlink()
    return out


def kill(kills: int, seed: int = 0, tell: Callable[[str], None] = print) -> dict[str, int]:
    """Kill so often, at moments drawn by seed; returns the sums, and the most that was missing."""
    rng = np.random.default_rng(seed)
    total = {"kills": kills, "finished": 0, "lost": 0, "cut_off": 0, "most_missing_ticks": 0}
    with tempfile.TemporaryDirectory() as folder:
        for k in range(kills):
            one = kill_once(Path(folder), seed * 1000 + k, float(rng.uniform(0.0, 1.5)))
            tell(json.dumps(one))
            total["finished"] += one["finished"]
            total["lost"] += one["lost"]
            total["cut_off"] += one["ticks"] > 0
            total["most_missing_ticks"] = max(total["most_missing_ticks"], one["missing"])
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    load_case(CASE)
    print(json.dumps(kill(chosen.kills, chosen.seed)))


if __name__ == "__main__":
    main()
