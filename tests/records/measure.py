"""Measurements that take minutes: run by hand, not by pytest.

python -m tests.records.measure make LOG 1000000     synthetic runs of 500 trainees
python -m tests.records.measure report LOG PAGE      time, memory and size of the page
python -m tests.records.measure stream LOG FOLDER    list, filter and export: time and memory
python -m tests.records.measure writers URL 20 500   many programs at one log
"""

from __future__ import annotations

import hashlib
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

from ir_sim.records.store import open_log
from tests.records.made import CODES, START, made_run

TRAINEES, CASES, BATCH = 500, 24, 5000


def synthetic_run(number: int, total: int, rng: np.random.Generator):
    """A run of somebody who learns: failures become rarer with every one."""
    trainee, case = int(rng.integers(TRAINEES)), int(rng.integers(CASES) * rng.random())
    practised = number / total * (0.5 + trainee / TRAINEES)
    score = float(np.round(np.clip(rng.normal(52 + 30 * practised, 13), 0, 100), 2))
    started = START + timedelta(minutes=number * 1_050_000 / total)
    name = f"case-{case:02d}"
    changes = {
        "scenario_id": name,
        "scenario_sha256": hashlib.sha256(f"{name}{number * 2 // total}".encode()).hexdigest(),
        "scenario_title": f"Synthetic case {case + 1} of the measurement",
        "started_utc": started,
        "ended_utc": started + timedelta(seconds=300),
        "total": score,
        "passed": score >= 70,
    }
    if rng.random() < 0.03:
        changes |= {"status": "interrupted", "total": None, "passed": False}
    return made_run(number, trainee=f"R{trainee:03d}", **changes)


def make(path: str, total: int) -> None:
    """Fill a log."""
    rng, began = np.random.default_rng(8), time.monotonic()
    with open_log(path, Path(path).parent) as log:
        for first in range(0, total, BATCH):
            some = range(first, min(first + BATCH, total))
            log.add_many([(synthetic_run(k, total, rng), None, None) for k in some])
            print(f"\r{some.stop} of {total}", end="", file=sys.stderr)
        for k in range(TRAINEES):
            log.place(f"R{k:03d}", cohort=str(2020 + k % 5), level=f"PGY-{2 + k % 5}")
    print(f"\nmade in {time.monotonic() - began:.0f} s, {len(CODES)} kinds of error")


def main() -> None:
    """Do what the command line says."""
    what, *words = sys.argv[1:]
    if what == "make":
        make(words[0], int(words[1]))


if __name__ == "__main__":
    main()
