"""Connections to a score log: SQLite by default, PostgreSQL for a department."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ir_sim.errors import RecordError
from ir_sim.records.failures import clear_error

#: How long a writer waits for another one, seconds.
LOCK_WAIT_S = 60.0
#: How long it waits before it asks again for what SQLite does not wait for by itself, seconds.
_AGAIN_S = 0.02
DEFAULT_FILE = "scores.sqlite"
POSTGRES = "postgresql+psycopg"


def log_url(given: str | None, home: Path) -> URL:
    """The address of the log: given, ``IR_SIM_DB``, or the file in the data folder.

    A plain path names a SQLite file.

    Raises:
        RecordError: The address is not one.
    """
    named = given or os.environ.get("IR_SIM_DB")
    if not named:
        return URL.create("sqlite", database=str(home / DEFAULT_FILE))
    if "://" not in named:
        return URL.create("sqlite", database=str(Path(named).expanduser()))
    try:
        url = make_url(named)
    except (ArgumentError, ValueError) as error:
        raise RecordError(
            "the score log's address cannot be read: expected a file, sqlite:///FILE or "
            f"{POSTGRES}://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from error
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername=POSTGRES)
    if url.drivername == "sqlite" and not url.database:
        raise RecordError("the score log's address names no file: sqlite:///FILE")
    if url.drivername not in {"sqlite", POSTGRES}:
        raise RecordError(
            f"'{url.drivername}' is not a kind of score log: use sqlite or {POSTGRES}"
        )
    return url


def shown(url: URL) -> str:
    """The address as it may be printed: never with a password."""
    if url.drivername == "sqlite":
        return str(url.database)
    return url.set(query={}).render_as_string(hide_password=True)


def connect_engine(
    url: URL, *, read_only: bool = False, lock_wait_s: float = LOCK_WAIT_S
) -> Engine:
    """An engine for a log; no connection is made yet.

    Raises:
        RecordError: The driver is not installed.
    """
    try:
        if url.drivername == "sqlite":
            return _sqlite_engine(url, read_only, lock_wait_s)
        engine = create_engine(
            url.difference_update_query(["connect_timeout"])
            if "connect_timeout" in url.query
            else url,
            pool_pre_ping=True,
            pool_size=2,
            connect_args={
                "connect_timeout": int(str(url.query.get("connect_timeout", 5))),
                "application_name": "ir_sim",
                "options": f"-c lock_timeout={int(lock_wait_s * 1000)} -c timezone=UTC",
            },
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise RecordError(
            "a PostgreSQL log needs the extra 'server': pip install 'ir-sim[server]'"
        ) from error
    return engine


def _sqlite_engine(url: URL, read_only: bool, lock_wait_s: float) -> Engine:
    path = Path(str(url.database))
    options = {"uri": "true", "mode": "ro" if read_only else "rwc"}
    if read_only and _on_a_read_only_medium(path):
        options["immutable"] = "1"
    engine = create_engine(
        URL.create(
            "sqlite",
            database=f"file:{_uri_path(path)}",
            query=options,
        ),
        connect_args={"timeout": lock_wait_s, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        cursor = raw.cursor()
        if not read_only:
            _into_wal(cursor, lock_wait_s)
        # FULL: an acknowledged run is on the disk, also through a power cut.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What is erased is overwritten, not only unlinked.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("ir_sim_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _into_wal(cursor: sqlite3.Cursor, lock_wait_s: float) -> None:
    """Let the file be written by one while others read.

    Where several programs open a new log at once, SQLite refuses this change at once instead of
    waiting as it does for other locks: two that both read would else wait for each other for ever.
    """
    until = time.monotonic() + lock_wait_s
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _on_a_read_only_medium(path: Path) -> bool:
    """Whether SQLite cannot even make the file by which readers and writers see each other."""
    wal = path.with_name(path.name + "-wal")
    return not os.access(path.parent, os.W_OK) and not (wal.exists() and wal.stat().st_size)


def _uri_path(path: Path) -> str:
    return path.absolute().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")


@contextmanager
def reading(engine: Engine, name: str) -> Iterator[Connection]:
    """A consistent view of the log.

    Raises:
        RecordError: The database failed; one clear line.
    """
    try:
        with engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(
                    text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                )
            yield connection
    except SQLAlchemyError as error:
        raise clear_error(error, name) from error


@contextmanager
def writing(engine: Engine, name: str) -> Iterator[Connection]:
    """A transaction that has the right to write from its start; all or nothing.

    Raises:
        RecordError: The database failed; one clear line, nothing was written.
    """
    try:
        with (
            engine.connect().execution_options(ir_sim_writes=True) as connection,
            connection.begin(),
        ):
            yield connection
    except SQLAlchemyError as error:
        raise clear_error(error, name) from error
