"""Several programs at one log, killed programs, a killed server: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ir_sim.errors import RecordError
from ir_sim.records.engine import connect_engine, log_url, reading
from ir_sim.records.store import open_log

#: Adds runs and prints the number of each once the log has confirmed it.
WRITER = """
import sys, time
from pathlib import Path
from ir_sim.errors import RecordError
from ir_sim.records.store import open_log
from tests.records.made import made_run, recording_of
url, home, first, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with open_log(url, home) as log:
    for k in range(first, first + count):
        log.add(made_run(k, trainee=f"R{k % 7}"), recording_of(k))
        print(k, flush=True)
"""
ROOT = Path(__file__).resolve().parents[2]


def writer(url, home, first, count):
    """Start a writing program."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(home), str(first), str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def numbers(log):
    """Which runs are there."""
    return [run.document["seed"] for run in log.runs()]


def test_writers_at_once_on_a_log_that_does_not_exist_yet(url, tmp_path):
    """Four workstations (own keys), two programs each on the first's."""
    homes = [tmp_path / f"w{k // 2}" for k in range(4)]
    writers = [writer(url, home, 100 * k, 12) for k, home in enumerate(homes)]
    for process in writers:
        _, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
    with open_log(url, homes[0]) as log:
        assert sorted(numbers(log)) == [100 * k + j for k in range(4) for j in range(12)]
        assert log.verify() == []
        assert len(log.people()) == 7


def test_killed_writers_lose_nothing_that_was_confirmed(url, tmp_path):
    rng = random.Random(3)
    with open_log(url, tmp_path / "w") as log:
        confirmed: list[int] = []
        for k in range(3):
            process = writer(url, tmp_path / "w", 1000 * k, 1000)
            assert process.stdout is not None
            confirmed.append(int(process.stdout.readline()))
            time.sleep(rng.uniform(0.05, 0.3))
            os.kill(process.pid, signal.SIGKILL)
            out, _ = process.communicate()
            confirmed += [int(line) for line in out.splitlines() if line]
        found = numbers(log)
        assert set(confirmed) <= set(found)
        assert len(found) - len(confirmed) <= 3  # confirmed by the log, killed before it was told
        assert len(set(found)) == len(found)
        assert log.verify() == []


def test_a_killed_server_loses_nothing_that_was_confirmed(postgres, tmp_path):
    url = postgres.new_database()
    process = writer(url, tmp_path / "w", 0, 1000)
    assert process.stdout is not None
    confirmed = [int(process.stdout.readline()) for _ in range(10)]
    postgres.kill()
    out, error = process.communicate(timeout=60)
    confirmed += [int(line) for line in out.splitlines() if line]
    assert "RecordError" in error.splitlines()[-1] or "LogUnreachable" in error.splitlines()[-1]
    with pytest.raises(RecordError, match="does not answer"):
        open_log(url, tmp_path / "w")
    postgres.start()
    with open_log(url, tmp_path / "w") as log:
        assert set(confirmed) <= set(numbers(log))
        assert log.verify() == []


def test_a_new_file_that_another_program_writes_is_waited_for(tmp_path):
    """SQLite does not wait by itself when a file is to be written ahead: it refuses at once."""
    path = tmp_path / "log.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN IMMEDIATE")
    letting_go = threading.Timer(0.5, lambda: other.execute("COMMIT"))
    letting_go.start()
    with connect_engine(log_url(str(path), tmp_path)).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    letting_go.join()
    other.close()


def test_a_file_that_is_never_let_go_is_not_waited_for_longer_than_asked(tmp_path):
    path = tmp_path / "log.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN IMMEDIATE")
    engine = connect_engine(log_url(str(path), tmp_path), lock_wait_s=0.2)
    with pytest.raises(RecordError, match="locked by another program"), reading(engine, "log"):
        pass
    other.close()
