"""The commands: what they print, their exit codes, never a traceback."""

from __future__ import annotations

import json

import pytest

from ir_sim.cli import main
from ir_sim.records.store import open_log
from tests.records.made import made_run, recording_of


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder with a log of six runs."""
    monkeypatch.setenv("IR_SIM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IR_SIM_DB", raising=False)
    with open_log() as log:
        for k in range(6):
            log.add(made_run(k, trainee=f"R0{k % 2}"), recording_of(k))
    return tmp_path / "home"


def test_list(home, capsys):
    assert main(["log", "list", "--trainee", "R01"]) == 0
    out = capsys.readouterr().out
    assert out.count("R01") == 3
    assert "R00" not in out
    assert "simulated" in out
    assert main(["log", "list", "--json", "--limit", "2"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["run"]["seed"] for line in lines] == [5, 4]
    assert all(line["run"]["simulated"] for line in lines)


def test_show_and_retract_by_the_first_letters(home, capsys):
    run_id = made_run(1).run_id
    assert main(["log", "show", run_id]) == 0
    assert "(simulated)" in capsys.readouterr().out
    assert main(["log", "show", "00000000"]) == 2
    assert "several runs begin with" in capsys.readouterr().err
    assert main(["log", "retract", run_id, "--reason", "test"]) == 0
    assert main(["log", "show", run_id]) == 0
    assert "RETRACTED" in capsys.readouterr().out


def test_verify_answers_with_its_exit_code(home, capsys):
    import sqlite3

    assert main(["log", "verify"]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    with sqlite3.connect(home / "scores.sqlite") as raw:
        raw.execute("UPDATE run SET total = 100 WHERE total = (SELECT min(total) FROM run)")
    raw.close()
    assert main(["log", "verify", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert "total" in finding["what"]
    assert finding["severity"] == "broken"


def test_verify_by_replay_says_what_cannot_be_run_again(home, capsys):
    assert main(["log", "verify", "--replay"]) == 0
    assert capsys.readouterr().out.count("cannot be run again") == 6


def test_export_import_sync_report(home, capsys, tmp_path):
    path = tmp_path / "runs.jsonl"
    assert main(["log", "export", "--format", "jsonl", "-o", str(path)]) == 0
    other = str(tmp_path / "other.sqlite")
    assert main(["log", "import", str(path), "--db", other]) == 0
    assert "6 runs taken over" in capsys.readouterr().out
    assert main(["log", "import", str(path), "--db", other]) == 0
    assert "6 were in the log already" in capsys.readouterr().out
    assert main(["log", "sync", "--db", other]) == 0
    assert main(["report", "-o", str(tmp_path / "r.html"), "--db", other]) == 0
    assert "6 simulated runs" in capsys.readouterr().out
    assert main(["log", "export", "--db", other]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7


def test_people_names_and_erasure(home, capsys):
    assert main(["log", "person", "R01", "--cohort", "2026", "--name", "Zaphod"]) == 0
    assert main(["log", "people"]) == 0
    assert "Zaphod" not in capsys.readouterr().out
    assert main(["log", "people", "--names"]) == 0
    assert "Zaphod" in capsys.readouterr().out
    assert b"Zaphod" not in (home / "scores.sqlite").read_bytes()
    assert main(["log", "erase", "R01"]) == 2
    assert main(["log", "erase", "R01", "--yes"]) == 0
    capsys.readouterr()
    assert main(["log", "people", "--names"]) == 0
    out = capsys.readouterr().out
    assert "Zaphod" not in out
    assert "R01" not in out


@pytest.mark.parametrize(
    "words",
    [
        ["log", "list", "--since", "nope"],
        ["log", "list", "--limit", "-1"],
        ["log", "list", "--db", "/no/such/log.sqlite"],
        ["log", "list", "--db", "mysql://u:topsecret@h/d"],
        ["log", "show", "nope"],
        ["log", "show", ""],
        ["log", "export", "--format", "xlsx"],
        ["log", "export", "--lrs", "http://127.0.0.1:9/"],
        ["log", "import", "/no/such/file"],
        ["log", "retract", "nope", "--reason", "x"],
        ["report", "--acceptable", "0.9"],
        ["report", "-o", "/no/such/folder/r.html"],
    ],
)
def test_bad_input_is_one_clear_line(home, capsys, words):
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("ir-sim: ")
    assert error.count("\n") == 1
    assert "topsecret" not in error


def test_before_the_first_run_the_list_is_empty_and_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("IR_SIM_HOME", str(tmp_path / "fresh"))
    monkeypatch.delenv("IR_SIM_DB", raising=False)
    assert main(["log", "list"]) == 0
    assert "no runs yet" in capsys.readouterr().out
    assert main(["log", "list", "--json"]) == 0
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("IR_SIM_DB", str(tmp_path / "named.sqlite"))
    assert main(["log", "list"]) == 2  # a log that was named should be there
