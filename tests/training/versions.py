"""The expert over other patients and grades: ``python -m tests.training.versions``.

Every case with a ``variation`` is played by patients 1 to ``--patients``, every case with a
``difficulty`` in its grades; ``--all`` plays the usual grades of every case too. What ``--keep``
names holds a line a run, and what is in it is not played again. Exit 1 if the expert left one
unfinished.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ir_sim.authoring.check import load_case
from ir_sim.errors import IrSimError
from ir_sim.scenario import load, shipped_scenarios
from ir_sim.scenario.patients import Grade
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.session import Session

#: An expert who needs longer has lost the way, s of the procedure.
LONGEST_S = 1500.0
Version = tuple[str, int, Grade]


def versions(cases: list[str], patients: int, *, every: bool) -> Iterator[Version]:
    """Case, patient and grade of each run."""
    for case in cases or list(shipped_scenarios()):
        scenario = load(case)
        if scenario.difficulty is not None or every:
            yield from ((case, 0, "easier"), (case, 0, "harder"))
        if scenario.variation is not None:
            yield from ((case, patient, "standard") for patient in range(1, patients + 1))
            if scenario.difficulty is not None:
                yield from ((case, 1, "easier"), (case, 1, "harder"))


def play(version: Version, seed: int = 1) -> dict[str, object]:
    """One run of the expert."""
    case, patient, grade = version
    row: dict[str, object] = {"case": case, "patient": patient, "grade": grade}
    begun = time.process_time()
    try:
        session = Session(load_case(case, patient, grade), seed)
    except IrSimError as error:
        return row | {"passed": False, "why": str(error).splitlines()[0]}
    expert = Autopilot(session)
    while not session.state.finished and session.state.time_s < LONGEST_S:
        session.step(expert.controls())
    score = session.score()
    steps = [step.id for step in session.scenario.task.steps]
    missed = [name for name in steps if name not in session.progress.done]
    return row | {
        "passed": score.passed,
        "points": round(score.total, 1),
        "steps": f"{len(steps) - len(missed)}/{len(steps)}",
        "missed": missed,
        "errors": sorted({error.code for error in score.errors}),
        "time_s": round(session.state.time_s),
        "cpu_s": round(time.process_time() - begun),
    }


def told(row: dict[str, object]) -> str:
    """A line of the table."""
    who = f"{row['case']:26} patient {row['patient']}  {row['grade']:8}"
    if "why" in row:
        return f"{who} cannot be played: {row['why']}"
    word = "passed" if row["passed"] else "FAILED"
    missed = f"  missed {row['missed']}" if row["missed"] else ""
    return (
        f"{who} {word} {row['points']:5} points  {row['steps']} steps  "
        f"{row['time_s']:5} s  cpu {row['cpu_s']:4} s{missed}  {row['errors'] or ''}"
    )


def main() -> int:
    """Play them, one after the other."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("cases", nargs="*", help="all by default")
    words.add_argument("--patients", type=int, default=8)
    words.add_argument("--all", action="store_true", help="the usual grades of every case too")
    words.add_argument("--keep", type=Path, help="a file of lines that holds what was played")
    words.add_argument("--most-s", type=float, default=float("inf"), help="stop after so long")
    given = words.parse_args()
    rows = []
    if given.keep is not None and given.keep.exists():
        rows = [json.loads(line) for line in given.keep.read_text("utf-8").splitlines()]
    kept = {(row["case"], row["patient"], row["grade"]): row for row in rows}
    until, failed = time.monotonic() + given.most_s, 0
    for version in versions(given.cases, given.patients, every=given.all):
        row = kept.get(version)
        if row is None:
            if time.monotonic() > until:
                break
            row = play(version)
            if given.keep is not None:
                with given.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
        failed += not row["passed"]
        print(told(row), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
