"""What can go wrong: one clear line each, no secrets, and the run is never lost."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from ir_sim.errors import RecordError
from ir_sim.records.failures import LogUnreachable
from ir_sim.records.filing import log_run, sync
from ir_sim.records.spool import FOLDER
from ir_sim.records.store import open_log
from ir_sim.training.score import ErrorFound, Gate, Metric, Part, Score
from tests.records.made import START, made_run, recording_of

ROOT = Path(__file__).resolve().parents[2]
SCORE = Score(
    81.5,
    True,
    Gate(True, ()),
    (Part("steps", "Steps", 40.0, 40.0, "all done"),),
    {
        "fluoro_time_s": Metric(120.0, "s", 110.0, "case", "Fluoroscopy"),
        "never_measured": Metric(float("nan"), "s", None, "", "x"),
    },
    (ErrorFound("catheter_without_wire", 3, 12.0, "text", "hint"),),
    "default",
    "a" * 64,
)


def play(home, number=1, url=None, score=SCORE):
    """Log a run as the app does."""
    return log_run(
        score,
        trainee="R01",
        scenario_id="right-renal-selective",
        started_utc=START,
        ended_utc=START,
        procedure_s=60.0,
        irrun=recording_of(number),
        url=url,
        home=home,
        seed=number,
    )


def one_line(error):
    """The text of an error, checked for being one line."""
    text = str(error.value)
    assert "\n" not in text
    return text


def waiting(home):
    """How many runs wait."""
    return len(list((home / FOLDER).glob("*.json")))


def test_a_run_is_filed(tmp_path):
    filed = play(tmp_path)
    assert filed.logged == 1
    assert waiting(tmp_path) == 0
    assert list((tmp_path / FOLDER).iterdir()) == []
    with open_log(home=tmp_path) as log:
        (run,) = log.runs()
        assert run.document["run_id"] == filed.run_id
        assert run.document["metrics"].keys() == {"fluoro_time_s"}
        assert run.document["errors"][0]["code"] == "catheter_without_wire"
        assert log.recording(run.document["irrun_sha256"]) == recording_of(1)


def test_an_interrupted_run_is_filed_without_a_score(tmp_path):
    play(tmp_path, score=None)
    with open_log(home=tmp_path) as log:
        (run,) = log.runs()
        assert (run.document["status"], run.document["total"]) == ("interrupted", None)


def test_a_locked_log(tmp_path, monkeypatch):
    play(tmp_path)
    monkeypatch.setattr("ir_sim.records.filing.IMPATIENT_S", 0.2)
    other = sqlite3.connect(tmp_path / "scores.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordError) as error:
        play(tmp_path, 2)
    assert "locked" in one_line(error)
    assert "safe in" in str(error.value)
    assert waiting(tmp_path) == 1
    other.execute("ROLLBACK")
    other.close()
    assert play(tmp_path, 3).logged == 2  # the next run takes it along
    assert sync(home=tmp_path).logged == 0
    with open_log(home=tmp_path) as log:
        assert log.count() == 3
        assert log.verify() == []


def test_a_program_that_dies_after_the_log_took_the_run(tmp_path, monkeypatch):
    """Logged, but not yet removed from the disk: the next sync must not log it again."""
    monkeypatch.setattr("ir_sim.records.spool.Waiting.done", lambda _self: None)
    play(tmp_path)
    monkeypatch.undo()
    assert waiting(tmp_path) == 1
    done = sync(home=tmp_path)
    assert (done.logged, done.already) == (0, 1)
    assert waiting(tmp_path) == 0
    with open_log(home=tmp_path) as log:
        assert log.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is a text file, not a database at all" * 9, "not a score log"),
        (None, "not a score log"),
    ],
)
def test_something_else_in_the_place_of_the_log(tmp_path, content, words):
    path = tmp_path / "scores.sqlite"
    if content is None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE recipes (name TEXT)")
        other.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(RecordError) as error:
        play(tmp_path)
    assert words in one_line(error)
    assert waiting(tmp_path) == 1
    if content is not None:
        assert path.read_bytes() == before


def test_a_damaged_log_keeps_the_run(tmp_path):
    for k in range(30):
        play(tmp_path, k)
    path = tmp_path / "scores.sqlite"
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    with pytest.raises(RecordError) as error:
        play(tmp_path, 99)
    assert "damaged" in one_line(error)
    assert waiting(tmp_path) == 1
    shutil.move(path, tmp_path / "damaged.sqlite")
    for name in ("scores.sqlite-wal", "scores.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert sync(home=tmp_path).logged == 1


def test_a_log_of_a_newer_version(tmp_path):
    play(tmp_path)
    with sqlite3.connect(tmp_path / "scores.sqlite") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")
    raw.close()
    with pytest.raises(RecordError) as error:
        play(tmp_path, 2)
    assert "newer version" in one_line(error)
    assert waiting(tmp_path) == 1


def test_a_damaged_waiting_run_does_not_stop_the_others(tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "0-half.json").write_text('{"log": "x", "ru')
    filed = play(tmp_path)
    assert filed.logged == 1
    assert len(filed.problems) == 1
    assert "damaged" in filed.problems[0]


def test_a_waiting_recording_that_was_changed_is_not_logged(tmp_path, monkeypatch):
    monkeypatch.setenv("IR_SIM_DB", str(tmp_path))  # a folder: no log
    with pytest.raises(RecordError, match="folder"):
        play(tmp_path)
    monkeypatch.delenv("IR_SIM_DB")
    (path,) = (tmp_path / FOLDER).glob("*.irrun")
    path.write_bytes(b"irrun1\nother")
    filed = sync(home=tmp_path, everything=True)
    assert filed.logged == 0
    assert "changed since the run" in filed.problems[0]
    assert waiting(tmp_path) == 1


def test_a_run_waits_for_its_own_log(tmp_path):
    elsewhere = tmp_path / "other" / "log.sqlite"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"not a database, and long enough to be looked at" * 9)
    with pytest.raises(RecordError):
        play(tmp_path, url=str(elsewhere))
    filed = play(tmp_path, 2)
    assert (filed.logged, filed.elsewhere) == (1, {str(elsewhere): 1})
    elsewhere.unlink()
    assert sync(str(elsewhere), home=tmp_path).logged == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://a:topsecret@h/x", "not a kind of score log"),
        ("postgresql://ir:topsecret@127.0.0.1:1/x", "does not answer"),
        ("postgresql://ir:topsecret@127.0.0.1:notaport/x", "cannot be read"),
        ("sqlite://", "names no file"),
        ("/proc/no/such/place/log.sqlite", "cannot be opened"),
    ],
)
def test_wrong_addresses_and_no_secrets(tmp_path, url, words):
    with pytest.raises(RecordError) as error:
        play(tmp_path, url=url)
    assert words in one_line(error)
    whole = "".join(traceback.format_exception(error.value))
    assert "topsecret" not in str(error.value)
    if "notaport" not in url:
        assert "topsecret" not in whole.replace(url, "")


def test_wrong_password_and_database(postgres, tmp_path):
    good = postgres.new_database()
    wrong = good.replace("s3cret-word", "wr0ng-word")
    with pytest.raises(RecordError, match="refused the user name or password") as error:
        open_log(wrong, tmp_path)
    assert "wr0ng" not in one_line(error)
    assert not isinstance(error.value, LogUnreachable)
    with pytest.raises(RecordError, match="no such database"):
        open_log(postgres.url("nowhere"), tmp_path)


def test_a_server_that_comes_back(postgres, tmp_path):
    url = postgres.new_database()
    play(tmp_path, 1, url)
    postgres.kill()
    with pytest.raises(RecordError, match="safe in"):
        play(tmp_path, 2, url)
    for path in (tmp_path / FOLDER).glob("*.json"):
        assert "s3cret" not in path.read_text()
    postgres.start()
    assert play(tmp_path, 3, url).logged == 2
    with open_log(url, tmp_path) as log:
        assert sorted(run.document["seed"] for run in log.runs()) == [1, 2, 3]
        assert log.verify() == []


def test_a_full_disk(tmp_path):
    """No file may grow beyond what the log needs for a few runs; then there is room again."""
    play(tmp_path)
    code = f"""
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.records.test_failures import play
from ir_sim.errors import RecordError
home = Path({str(tmp_path)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
for k in range(2, 400):
    try:
        play(home, k)
    except RecordError as error:
        print(k, error)
        break
    print(k)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    stopped, _, text = lines[-1].partition(" ")
    assert "full" in text or "disk" in text or "too large" in text, lines[-1]
    assert sync(home=tmp_path).logged == waiting(tmp_path) + 1
    with open_log(home=tmp_path) as log:
        assert sorted(run.document["seed"] for run in log.runs()) == list(
            range(1, int(stopped) + 1)
        )
        assert log.verify() == []


@pytest.mark.skipif(not hasattr(os, "fork") or os.geteuid() != 0, reason="needs to give up rights")
def test_a_read_only_log(tmp_path):
    """Root may write everywhere, so a child without rights tries."""
    home, shared = tmp_path / "home", tmp_path / "shared"
    shared.mkdir()
    with open_log(str(shared / "log.sqlite"), home) as log:
        log.add(made_run(1))
    for folder in (tmp_path, home, *tmp_path.parents):
        if "pytest" in str(folder):  # pytest's own folders, those of parallel workers included
            folder.chmod(0o755)
    for path in home.rglob("*"):
        os.chown(path, 65534, 65534)
    os.chown(home, 65534, 65534)
    for path in shared.iterdir():
        path.chmod(0o444)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65534)
            try:
                play(home, 2, str(shared / "log.sqlite"))
                text = "no error"
            except RecordError as error:
                text = str(error)
            with open_log(str(shared / "log.sqlite"), home, read_only=True) as log:
                text += f"|{log.count()}"
            os.write(write, text.encode())
        except BaseException as error:
            os.write(write, repr(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    text, _, count = os.read(read, 4000).decode().partition("|")
    assert "read-only" in text or "cannot be opened" in text
    assert "safe in" in text
    assert count == "1"
    assert waiting(home) == 1


def test_signals_are_not_needed():
    """The full-disk test counts on this."""
    assert hasattr(signal, "SIGXFSZ")
    assert hasattr(resource, "RLIMIT_FSIZE")
