"""What a database says when it fails, as one clear line without secrets."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ir_sim.errors import RecordError


class LogUnreachable(RecordError):  # noqa: N818 - a state, not a mistake
    """The log's server does not answer; what is to be logged can be kept and synced later."""


#: SQLite's own names of what went wrong -> what to say.
_SQLITE: Sequence[tuple[str, str]] = (
    ("SQLITE_BUSY", "the score log is locked by another program; close that program and try again"),
    ("SQLITE_LOCKED", "the score log is locked by another program; close it and try again"),
    ("SQLITE_READONLY", "the score log is read-only; nothing was written"),
    ("SQLITE_FULL", "the disk is full; nothing was written: free some space and try again"),
    ("SQLITE_CANTOPEN", "the score log cannot be opened: check the folder and its permissions"),
    ("SQLITE_NOTADB", "this file is not a score log"),
    ("SQLITE_CORRUPT", "the score log's file is damaged; restore it from a backup"),
    ("SQLITE_IOERR", "the disk failed while the score log was read or written"),
    ("SQLITE_PERM", "no permission to use the score log"),
    ("SQLITE_TOOBIG", "a recording is larger than the score log can hold"),
)

#: PostgreSQL's SQLSTATE -> what to say.
_POSTGRES: Sequence[tuple[str, str]] = (
    ("53100", "the server's disk is full; nothing was written"),
    ("25006", "the server is read-only; nothing was written"),
    ("55P03", "the score log is locked by another program; try again"),
    ("42501", "this user has no permission for the score log"),
    ("28P01", "the server refused the user name or password"),
    ("28000", "the server refused this user"),
    ("3D000", "the server has no such database"),
    ("53300", "the server has too many connections; try again"),
)

#: Words of a connection that failed before any SQLSTATE -> what to say, and whether to wait for it.
_CONNECTING: Sequence[tuple[str, str, bool]] = (
    ("password authentication failed", "the server refused the user name or password", False),
    ("no password supplied", "the server asks for a password", False),
    ("no pg_hba.conf entry", "the server refuses connections of this user from here", False),
    ('database "', "the server has no such database", False),
    ('role "', "the server knows no such user", False),
    ("too many", "the server has too many connections; try again", True),
    ("in recovery", "the server is starting up; try again", True),
    ("starting up", "the server is starting up; try again", True),
)


def clear_error(error: SQLAlchemyError, name: str) -> RecordError:
    """The error of one clear line for a failure of the database.

    Args:
        error: What SQLAlchemy raised.
        name: The log's address without its password.
    """
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        return RecordError(f"{name}: {_sqlite_line(original)}")
    state = getattr(original, "sqlstate", None)
    if state is not None:
        for code, line in _POSTGRES:
            if state == code:
                return RecordError(f"{name}: {line}")
        if state.startswith(("08", "57P")):
            return LogUnreachable(f"{name}: the server broke off; the last step was not confirmed")
    if isinstance(error, DBAPIError) and type(original).__name__ == "OperationalError":
        said = str(original)
        for words, line, wait in _CONNECTING:
            if words in said:
                return (LogUnreachable if wait else RecordError)(f"{name}: {line}")
        if error.connection_invalidated:
            return LogUnreachable(f"{name}: the server broke off; the last step was not confirmed")
        return LogUnreachable(f"{name}: the server does not answer")
    return RecordError(f"{name}: the database failed: {_first_line(original or error)}")


def _sqlite_line(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorname", "")
    for start, line in _SQLITE:
        if code.startswith(start):
            return line
    said = str(error)
    if "no such table" in said or "no such column" in said:
        return f"this file is not a whole score log ({said})"
    return f"the database failed: {_first_line(error)}"


def _first_line(error: object) -> str:
    first = str(error).strip().splitlines()
    # libpq may echo a connection string; whatever stands after a password= or : … @ is cut.
    text = re.sub(r"(password\s*=\s*)\S+", r"\1***", first[0] if first else "unknown", flags=re.I)
    return re.sub(r"(://[^:/@\s]*:)[^@\s]*@", r"\1***@", text)
