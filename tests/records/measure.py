"""Measurements that take minutes: run by hand, not by pytest.

python -m tests.records.measure make LOG 1000000     synthetic runs of 500 trainees
python -m tests.records.measure report LOG PAGE      time, memory and size of the page
python -m tests.records.measure stream LOG FOLDER    list, filter and export: time and memory
python -m tests.records.measure writers URL 20 500   many programs at one log
"""

from __future__ import annotations

import hashlib
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np

from ir_sim.records.store import open_log
from tests.records.conftest import _binaries
from tests.records.made import CODES, START, made_run
from tests.records.server import Server
from tests.records.test_many_writers import numbers, writer

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


def used(what: str, began: tuple[float, float]) -> None:
    """Say what a piece of work took."""
    wall, cpu = time.monotonic() - began[0], time.process_time() - began[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {wall:.1f} s wall, {cpu:.1f} s CPU, {memory:.0f} MiB at most", flush=True)


def now() -> tuple[float, float]:
    """Both clocks."""
    return time.monotonic(), time.process_time()


def report(path: str, out: str) -> None:
    """Write the page."""
    from ir_sim.records.reading import RunFilter
    from ir_sim.records.report.page import write_report

    began = now()
    with open_log(path, Path(path).parent, read_only=True) as log:
        count = write_report(log, Path(out), RunFilter())
    used(f"report of {count} runs, page {Path(out).stat().st_size / 1e6:.2f} MB", began)


def stream(path: str, folder: str) -> None:
    """List, filter, export."""
    from ir_sim.records.export import export
    from ir_sim.records.reading import RunFilter

    with open_log(path, Path(path).parent, read_only=True) as log:
        began = now()
        print(sum(1 for _ in log.runs(RunFilter(), newest=20)))
        used("the newest 20", began)
        began = now()
        print(sum(1 for _ in log.runs(RunFilter(trainee="R007", case="case-00"))))
        used("a filter", began)
        for form in ("csv", "jsonl", "parquet"):
            began = now()
            file = Path(folder) / f"runs.{form}"
            count = export(log, RunFilter(), form, file)
            used(f"{count} runs as {form}, {file.stat().st_size / 1e6:.0f} MB", began)
            file.unlink()


def writers(url: str, programs: int, runs: int) -> None:
    """Many programs at one log, each with a key of its own."""
    with tempfile.TemporaryDirectory() as folder:
        began = now()
        homes = [Path(folder) / f"w{k}" for k in range(programs)]
        started = [writer(url, home, 10_000 * k, runs) for k, home in enumerate(homes)]
        told: list[int] = []
        for process in started:
            out, error = process.communicate()
            assert process.returncode == 0, error
            told += [int(line) for line in out.split()]
        used(f"{programs} programs, {runs} runs each", began)
        with open_log(url, homes[0]) as log:
            found = numbers(log)
            wanted = [10_000 * k + j for k in range(programs) for j in range(runs)]
            assert sorted(found) == sorted(told) == wanted
            print(f"{len(found)} runs, none lost, none doubled; findings: {log.verify()}")


@contextmanager
def server() -> Iterator[Server]:
    """A PostgreSQL server of our own."""
    base = Path(tempfile.mkdtemp(prefix="ir-pg-"))
    started = Server(_binaries(), base)
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(base, ignore_errors=True)


def kills(times: int) -> None:
    """Kill -9 a PostgreSQL server while four programs write."""
    rng = random.Random(4)
    with server() as database:
        for attempt in range(times):
            url = database.new_database()
            homes = [database.base / f"k{attempt}-{k}" for k in range(4)]
            some = [writer(url, home, 10_000 * k, 10_000) for k, home in enumerate(homes)]
            told = [int(process.stdout.readline()) for process in some]
            time.sleep(rng.uniform(1.0, 6.0))
            database.kill()
            told += [int(n) for process in some for n in process.communicate()[0].split()]
            database.start()
            with open_log(url, homes[0]) as log:
                found = numbers(log)
                assert set(told) <= set(found)
                assert len(found) == len(set(found))
                print(f"server killed: {len(told)} acknowledged, {len(found)} kept; "
                      f"findings: {log.verify()}", flush=True)  # fmt: skip


def main() -> None:
    """Do what the command line says."""
    what, *words = sys.argv[1:]
    if what == "make":
        make(words[0], int(words[1]))
    elif what == "report":
        report(words[0], words[1])
    elif what == "stream":
        stream(words[0], words[1])
    elif what == "writers":
        writers(words[0], int(words[1]), int(words[2]))
    elif what == "postgres":
        with server() as database:
            writers(database.new_database(), int(words[0]), int(words[1]))
    elif what == "kills":
        kills(int(words[0]))
    else:
        print(__doc__)


if __name__ == "__main__":
    main()
