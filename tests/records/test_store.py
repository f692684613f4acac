"""Adding, reading back, people, retraction and erasure."""

from __future__ import annotations

import os
import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from ir_sim.errors import RecordError
from ir_sim.records.reading import RunFilter
from ir_sim.records.record import RunRecord
from ir_sim.records.schema import metadata
from ir_sim.records.store import open_log
from tests.records.made import START, made_run, recording_of


def test_a_run_comes_back_as_it_was_logged(log):
    record = made_run(1)
    assert log.add(record, recording_of(1))
    (found,) = log.runs()
    sha = found.document["irrun_sha256"]
    assert found.record == record.model_copy(update={"irrun_sha256": sha})
    assert log.recording(sha) == recording_of(1)
    assert log.recording("0" * 64) is None
    assert found.document["simulated"] is True


def test_the_same_run_is_logged_once(log):
    assert log.add(made_run(1), recording_of(1))
    assert not log.add(made_run(1), recording_of(1))
    assert log.count() == 1
    with pytest.raises(RecordError, match="another result"):
        log.add(made_run(1, total=1.0), recording_of(1))
    assert log.count() == 1
    assert log.verify() == []


def test_a_batch_is_all_or_nothing(log):
    log.add(made_run(1))
    bad = [(made_run(2), None, None), (made_run(1, total=3.0), None, None)]
    with pytest.raises(RecordError):
        log.add_many(bad)
    assert log.count() == 1
    assert log.verify() == []


def test_a_recording_of_another_run_is_refused(log):
    record = made_run(1, irrun_sha256="a" * 64)
    with pytest.raises(RecordError, match="not the recording"):
        log.add(record, recording_of(1))
    assert log.count() == 0


def test_there_is_no_field_for_patient_data():
    with pytest.raises(RecordError, match="patient_name"):
        RunRecord.parse({**made_run(1).as_dict(), "patient_name": "x"}, "test")
    with pytest.raises(RecordError, match="simulated"):
        RunRecord.parse({**made_run(1).as_dict(), "simulated": False}, "test")


def test_filters(log):
    log.add_many([(made_run(k, trainee=f"R0{k % 2}"), None, None) for k in range(12)])
    log.place("R01", cohort="2026")
    log.retract(made_run(3).run_id, "wrong person at the desk")

    def numbers(**which):
        return [run.document["seed"] for run in log.runs(RunFilter(**which))]

    assert numbers() == list(range(12))
    assert numbers(trainee="R01") == numbers(cohort="2026") == [1, 3, 5, 7, 9, 11]
    assert numbers(case="sma-selective") == [2, 5, 8, 11]
    assert numbers(since=made_run(9).started_utc) == [9, 10, 11]
    assert numbers(until=made_run(2).started_utc) == [0, 1]
    assert 3 not in numbers(retracted=False)
    assert [r.document["seed"] for r in log.runs(newest=2)] == [11, 10]
    assert numbers(since=START, trainee="nobody") == []


def test_retraction_is_an_event(log):
    log.add(made_run(1))
    assert log.retract(made_run(1).run_id, "played by the instructor")
    assert not log.retract(made_run(1).run_id, "again")
    assert [run.retracted for run in log.runs()] == [True]
    with pytest.raises(RecordError, match="no run"):
        log.retract("nope", "x")
    with pytest.raises(RecordError, match="reason"):
        log.retract(made_run(1).run_id, "  ")
    assert log.verify() == []


def test_erasure_removes_the_identity_and_keeps_the_chain(log):
    secret = "Zaphod.B"
    log.add(made_run(1, trainee=secret), recording_of(1))
    log.place(secret, cohort="class-of-42", level="PGY-4", role="instructor")
    before = [run.hash for run in log.runs()]
    log.erase(secret)
    assert [run.hash for run in log.runs()] == before
    assert log.verify() == []
    (person,) = log.people()
    assert person.pseudonym is None
    with pytest.raises(RecordError, match="nobody"):
        log.erase(secret)
    # The pseudonym is free again, and belongs to somebody else from now on.
    log.add(made_run(2, trainee=secret))
    first, second = log.runs()
    assert first.person.no != second.person.no


def test_erased_data_are_not_in_the_file(tmp_path):
    with open_log(home=tmp_path) as log:
        log.add(made_run(1, trainee="Zaphod.B"))
        log.place("Zaphod.B", cohort="class-of-42")
        log.erase("Zaphod.B")
        everything = b"".join(p.read_bytes() for p in tmp_path.glob("scores.sqlite*"))
        assert b"Zaphod" not in everything
    everything = b"".join(p.read_bytes() for p in tmp_path.glob("scores.sqlite*"))
    assert b"Zaphod" not in everything
    assert b"class-of-42" not in everything


def test_an_erased_person_stays_erased_when_a_run_is_synced_again(log):
    log.add(made_run(1, trainee="R09"))
    log.erase("R09")
    assert not log.add(made_run(1, trainee="R09"))
    assert [p.pseudonym for p in log.people()] == [None]


def test_people_are_placed(log):
    person = log.place("R05", cohort="2026", level="PGY-2", role="resident")
    assert (person.cohort, person.level, person.role) == ("2026", "PGY-2", "resident")
    assert log.place("R05", level="PGY-3").cohort == "2026"
    assert log.place("R05", cohort="").cohort is None
    with pytest.raises(RecordError, match="role"):
        log.place("R05", role="king")
    with pytest.raises(RecordError, match="pseudonym"):
        log.place("two\nlines")
    assert log.verify() == []


def test_migrations_and_models_agree(log):
    with log.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        connection.rollback()


def test_the_key_is_for_its_owner_only(tmp_path):
    with open_log(home=tmp_path) as log:
        log.add(made_run(1))
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "workstation.key").stat().st_mode) == 0o600


def test_a_log_opened_for_reading_writes_nothing(tmp_path):
    with pytest.raises(RecordError, match="no score log here yet"):
        open_log(home=tmp_path / "new", read_only=True)
    assert not (tmp_path / "new").exists()
    with open_log(home=tmp_path) as log:
        log.add(made_run(1))
    with open_log(home=tmp_path, read_only=True) as log:
        assert log.count() == 1
        assert log.verify() == []
        with pytest.raises(RecordError, match="reading only"):
            log.add(made_run(2))


def test_a_log_says_when_the_clock_was_set_back(log):
    log.add(made_run(1))
    with log.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    import ir_sim.records.store as store

    real = store._now
    try:
        store._now = lambda: START  # years before the first entry of the log
        log.add(made_run(2))
    finally:
        store._now = real
    findings = log.verify()
    assert [f.severity for f in findings] == ["note"]
    assert "clock" in str(findings[0])
