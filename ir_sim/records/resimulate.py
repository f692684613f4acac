"""Running the kept recordings again: does each run really come to the score that was logged?"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ir_sim.errors import RecordError
from ir_sim.records.reading import LoggedRun
from ir_sim.records.store import ScoreLog
from ir_sim.records.verify import Finding
from ir_sim.simulation.recording import Recording, from_bytes
from ir_sim.training.session import Session, differs

#: The log keeps a total as the simulation gave it; a file rounds it to two digits.
SAME = 0.005


def resimulate(log: ScoreLog) -> Iterator[list[Finding]]:
    """What is found for each run, in the order of the chain; an empty list where all agrees."""
    for run in log.runs():
        yield list(_findings(log, run))


def _findings(log: ScoreLog, run: LoggedRun) -> Iterator[Finding]:
    document = run.document
    place = f"run {document['run_id']} (entry {run.seq})"
    data = log.recording(document["irrun_sha256"])
    if data is None:
        if not document["imported_from"]:
            yield Finding(place, "it has no recording to run again", "note")
        return
    try:
        recording = from_bytes(data, place)
        yield from _compare(place, run, recording)
    except RecordError as error:
        yield Finding(place, f"its recording cannot be run again: {error}", "note")


def _compare(place: str, run: LoggedRun, recording: Recording) -> Iterator[Finding]:
    other_version = differs(recording)
    session = Session.from_recording(recording)
    known = dict(recording.hashes)
    for controls in recording.controls():
        state = session.step(controls)
        found = session.recording.hashes[-1:]
        if state.tick in known and found != [(state.tick, known[state.tick])]:
            words = f"run again, it differs at {state.time_s:.0f} s"
            if other_version:
                yield Finding(place, f"{words} ({other_version})", "note")
            else:
                yield Finding(place, words)
            return
    document = run.document
    if document["status"] != "finished":
        return
    if document["rubric_sha256"] != session.rubric.sha256:
        yield Finding(place, "its rubric is not the one of today: not rated again", "note")
        return
    total = session.score().total
    logged = document["total"]
    if logged is None or math.isnan(total) or abs(total - logged) > SAME:
        yield Finding(place, f"run again, it comes to {total:.2f}; {logged} was logged")
