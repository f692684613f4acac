"""Bringing a score log to the present schema, and refusing one that this version cannot read."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from ir_sim.errors import RecordError
from ir_sim.records.chain import Clock, begin_log
from ir_sim.records.engine import reading, writing
from ir_sim.records.keys import Signer
from ir_sim.records.schema import SCHEMA, metadata

#: Revisions that this version knows, oldest first.
KNOWN = ("0001", "0002")
#: Any number that no other program uses for its PostgreSQL advisory locks.
_LOCK = 0x6972_7369_6D


def revision_of(connection: Connection) -> str | None:
    """The schema revision of a log; None for an empty database.

    Raises:
        RecordError: The database is something else, or of a newer version.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables or "entry" not in tables:
        if tables & (set(metadata.tables) | {"alembic_version"}) or (
            tables and connection.dialect.name == "sqlite"
        ):
            raise RecordError("this database is not a score log, or not a whole one")
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(found) != 1:
        raise RecordError("this score log does not say which schema it has")
    if found[0] not in KNOWN:
        raise RecordError(
            f"this score log was written by a newer version of ir_sim (schema {found[0]}, "
            f"this version knows {KNOWN[-1]}); update ir_sim, nothing was changed"
        )
    return str(found[0])


def ensure_schema(engine: Engine, name: str, signer: Signer, clock: Clock) -> None:
    """Create or upgrade the tables; does nothing (and takes no lock) on a log that is up to date.

    Raises:
        RecordError: The log cannot be used.
    """
    with reading(engine, name) as connection:
        found = _named(connection, name)
    if found == SCHEMA:
        return
    with writing(engine, name) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        found = _named(connection, name)  # another program may have been faster
        if found == SCHEMA:
            return
        _upgrade(connection)
        if found is None:
            begin_log(connection, signer, clock)


def require_schema(engine: Engine, name: str) -> None:
    """Refuse a log that can only be read and is not of the present schema.

    Raises:
        RecordError: It is empty, older or newer.
    """
    with reading(engine, name) as connection:
        found = _named(connection, name)
    if found is None:
        raise RecordError(f"{name}: there are no runs in this score log yet")
    if found != SCHEMA:
        raise RecordError(
            f"{name}: this score log has the older schema {found}; open it once for writing "
            "(for example 'ir-sim log sync') to bring it up to date"
        )


def _named(connection: Connection, name: str) -> str | None:
    try:
        return revision_of(connection)
    except RecordError as error:
        raise RecordError(f"{name}: {error}") from error


def _upgrade(connection: Connection) -> None:
    # Imported here: a log that is up to date opens without Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    config.attributes["connection"] = connection
    command.upgrade(config, SCHEMA)
