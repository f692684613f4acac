"""The expert over many seeds: ``python -m tests.training.seeds [CASE…] --seeds 20 --keep FILE``.

A seed enters a run's physics by three ways only: whether the patient reacts to contrast, what
treatments draw (``Bench.chance``), and the body's texture, which the tube's control may see as
thickness. A seed is taken for another one's run, and not played, where that is certain: neither
run's patient reacts, nothing was drawn, and two seeds played to the end have the same hash of the
whole state, dose included. All other seeds are played. What ``--keep`` names holds a line a run.
Exit 1 if a case does not pass without a critical error in 19 of 20 seeds.
"""

import argparse
import csv
import math
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from ir_sim.authoring.check import load_case
from ir_sim.flow.reactions import draw_reaction
from ir_sim.scenario import shipped_scenarios
from ir_sim.simulation.bedside import _STREAM
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.bots import LONGEST_S
from ir_sim.training.session import Session
from ir_sim.treatment import Bench

#: Share of the seeds that must be solved.
WANTED = 0.95
CRITICAL = 5


@dataclass(frozen=True)
class Run:
    """One run of the expert."""

    case: str
    text: str
    seed: int
    solved: int  # passed, without a critical error
    score: float
    drawn: int  # how often a treatment drew
    reacts: int
    state: str
    errors: str


def play(case: str, seed: int) -> Run:
    """Play one seed to its end, counting what is drawn."""
    drawn, chance = [0], Bench.chance

    def counted(bench: Bench, stream: int, count: int) -> np.random.Generator:
        drawn[0] += 1
        return chance(bench, stream, count)

    Bench.chance = counted  # type: ignore[method-assign]
    try:
        session = Session(load_case(case), seed)
        expert = Autopilot(session)
        while not session.state.finished and session.state.time_s < LONGEST_S:
            session.step(expert.controls())
    finally:
        Bench.chance = chance  # type: ignore[method-assign]
    score = session.score()
    worst = max((error.weight for error in score.errors), default=0)
    return Run(
        session.scenario.id,
        session.scenario.sha256[:16],
        seed,
        int(score.passed and worst < CRITICAL),
        round(score.total, 2),
        drawn[0],
        int(reacts(case, seed)),
        session.state_hash()[:16],
        " ".join(error.code for error in score.errors),
    )


def reacts(case: str, seed: int) -> bool:
    """Whether this seed's patient reacts to contrast."""
    chance = np.random.default_rng([seed, _STREAM])
    return draw_reaction(chance, load_case(case).patient.allergies).severity != "none"


def alike(one: Run, two: Run) -> bool:
    """Whether chance has had no part in two runs, and they went the same way."""
    free = not (one.drawn or two.drawn or one.reacts or two.reacts)
    return free and one.state == two.state


def known(path: Path | None) -> dict[tuple[str, str, int], Run]:
    """The runs of a file, by case, its text and seed."""
    if path is None or not path.exists():
        return {}
    out = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            run = Run(
                **{f.name: row[f.name] for f in fields(Run) if f.type is str},
                **{f.name: int(row[f.name]) for f in fields(Run) if f.type is int},
                score=float(row["score"]),
            )
            out[run.case, run.text, run.seed] = run
    return out


def keep(path: Path | None, run: Run) -> None:
    """Add a run to the file."""
    if path is None:
        return
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [f.name for f in fields(Run)], lineterminator="\n")
        if fresh:
            table.writeheader()
        table.writerow(asdict(run))


def played(
    case: str, seeds: list[int], had: dict[tuple[str, str, int], Run], jobs: int
) -> Iterator[Run]:
    """Runs of a case, those that are kept first."""
    text = load_case(case).sha256[:16]
    yield from (had[case, text, seed] for seed in seeds if (case, text, seed) in had)
    rest = [seed for seed in seeds if (case, text, seed) not in had]
    if rest:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(jobs, len(rest)), mp_context=spawn) as pool:
            yield from pool.map(play, [case] * len(rest), rest)


def main() -> int:
    """Case by case."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("cases", nargs="*", help="all by default")
    words.add_argument("--seeds", type=int, default=20)
    words.add_argument("--jobs", type=int, default=1)
    words.add_argument("--keep", type=Path)
    given = words.parse_args()
    had, failed = known(given.keep), 0
    for case in given.cases or sorted(shipped_scenarios()):
        calm = [seed for seed in range(1, given.seeds + 1) if not reacts(case, seed)]
        runs: dict[int, Run] = {}

        def go(seeds: list[int], case: str = case, runs: dict[int, Run] = runs) -> None:
            for run in played(case, seeds, had, given.jobs):
                runs[run.seed] = run
                if (run.case, run.text, run.seed) not in had:
                    keep(given.keep, run)

        go(calm[:2])
        same = len(calm) > 1 and alike(runs[calm[0]], runs[calm[1]])
        go([s for s in range(1, given.seeds + 1) if s not in runs and not (same and s in calm)])
        implied = given.seeds - len(runs)
        solved = sum(run.solved for run in runs.values())
        solved += implied * (runs[calm[0]].solved if implied else 0)
        scores = [run.score for run in runs.values()]
        codes = sorted({code for run in runs.values() for code in run.errors.split()})
        print(
            f"{case:26} solved {solved} of {given.seeds}  played {len(runs)}, alike {implied}  "
            f"score {min(scores):g} to {max(scores):g}  {' '.join(codes)}",
            flush=True,
        )
        failed += solved < math.floor(WANTED * given.seeds)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
