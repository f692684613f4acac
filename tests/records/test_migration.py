"""Logs of older and newer versions: upgraded whole, or refused in one line and left alone."""

from __future__ import annotations

import hashlib

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from ir_sim.errors import RecordError
from ir_sim.records import migrate
from ir_sim.records.engine import connect_engine, log_url, writing
from ir_sim.records.schema import SCHEMA, metadata
from ir_sim.records.sign_in import signed_in
from ir_sim.records.store import open_log
from tests.records.made import made_run, recording_of
from tests.records.test_many_writers import numbers, writer


def contents(log):
    """Everything that the chain and the runs hold."""
    with log.engine.connect() as connection:
        chain = connection.exec_driver_sql("SELECT * FROM entry ORDER BY seq").fetchall()
        people = connection.exec_driver_sql("SELECT person_id, pseudonym, cohort FROM person")
        return [tuple(r) for r in chain], [tuple(r) for r in people], list(log.runs())


@pytest.fixture
def old(url, tmp_path):
    """The address of a log of the first schema, and what is in it."""
    home = tmp_path / "home"
    with open_log(url, home) as log:
        log.add_many([(made_run(k, trainee=f"R{k % 3}"), recording_of(k), None) for k in range(9)])
        log.place("R1", cohort="2026")
        log.erase("R2")
        before = contents(log)
    engine = connect_engine(log_url(url, home))
    with writing(engine, "test") as connection:
        # The first schema had no such column, and is otherwise the same; see the test below.
        connection.exec_driver_sql("ALTER TABLE person DROP COLUMN sign_in")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    engine.dispose()
    return url, home, before


def test_the_made_up_old_log_has_the_first_schema(old, tmp_path):
    url, home, _ = old
    first = connect_engine(log_url(str(tmp_path / "first.sqlite"), tmp_path))
    with writing(first, "test") as connection:
        config = Config()
        config.set_main_option("script_location", "ir_sim:records/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine = connect_engine(log_url(url, home))
    tables = {
        name: {column["name"] for column in inspect(engine).get_columns(name)}
        for name in inspect(engine).get_table_names()
    }
    assert tables == {
        name: {column["name"] for column in inspect(first).get_columns(name)}
        for name in inspect(first).get_table_names()
    }
    engine.dispose()
    first.dispose()


def test_an_older_log_is_upgraded_whole(old):
    url, home, before = old
    with open_log(url, home) as log:
        assert contents(log) == before
        assert log.verify() == []
        with log.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert context.get_current_revision() == SCHEMA
            assert compare_metadata(context, metadata) == []
            connection.rollback()
        log.add(made_run(20), recording_of(20))
        log.let_sign_in("R1", "a-long-pass-word")
        with log.reading() as connection:
            assert signed_in(connection, "R1", "a-long-pass-word").cohort == "2026"
        assert log.verify() == []


def test_an_older_log_that_may_only_be_read_says_what_to_do(old):
    url, home, _ = old
    with pytest.raises(RecordError, match=r"older schema 0001.*ir-sim log sync") as error:
        open_log(url, home, read_only=True)
    assert "\n" not in str(error.value)
    open_log(url, home).close()
    with open_log(url, home, read_only=True) as log:
        assert log.count() == 9


def test_an_upgrade_that_is_cut_off_leaves_the_old_log(old, monkeypatch):
    url, home, before = old
    whole = migrate._upgrade

    def cut_off(connection):
        whole(connection)
        raise RecordError("the power failed")

    monkeypatch.setattr(migrate, "_upgrade", cut_off)
    with pytest.raises(RecordError, match="power"):
        open_log(url, home)
    engine = connect_engine(log_url(url, home))
    assert "sign_in" not in {c["name"] for c in inspect(engine).get_columns("person")}
    engine.dispose()
    monkeypatch.undo()
    with open_log(url, home) as log:
        assert contents(log) == before
        assert log.verify() == []


def test_several_programs_upgrade_at_once(old, tmp_path):
    url, home, _ = old
    programs = [writer(url, tmp_path / f"w{k}", 100 * (k + 1), 3) for k in range(3)]
    for process in programs:
        _, error = process.communicate(timeout=90)
        assert process.returncode == 0, error
    with open_log(url, home) as log:
        assert len(numbers(log)) == 9 + 9
        assert log.verify() == []


@pytest.mark.parametrize("read_only", [True, False])
def test_a_newer_log_is_refused_and_left_alone(url, tmp_path, read_only):
    with open_log(url, tmp_path / "home") as log:
        log.add(made_run(1))
        with log.engine.connect() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
            connection.exec_driver_sql("COMMIT")
    path = tmp_path / "log.sqlite"
    digest = hashlib.sha256(path.read_bytes()).digest() if path.exists() else b""
    with pytest.raises(
        RecordError, match=r"newer version of ir_sim .schema 0099.*nothing"
    ) as error:
        open_log(url, tmp_path / "home", read_only=read_only)
    assert "\n" not in str(error.value)
    assert "s3cret" not in str(error.value)
    assert digest == (hashlib.sha256(path.read_bytes()).digest() if path.exists() else b"")
