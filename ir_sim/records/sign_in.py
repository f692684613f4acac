"""Signing in: a person's password, kept only as a salted scrypt hash in the person's row.

The hash is part of what the chain commits to (``chain.commitment``), so that ``verify`` finds a
password that somebody put into the database, and an erasure removes it with the identity.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from sqlalchemy import Connection, select

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.people import Person
from ir_sim.records.roles import Viewer, viewer_of

FEWEST_LETTERS = 12
#: scrypt's cost (RFC 7914): 16 MiB and some 50 ms for each try.
_COST: dict[str, Any] = {"n": 2**14, "r": 8, "p": 1}


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        RecordError: It is too short.
    """
    if len(password) < FEWEST_LETTERS:
        raise RecordError(f"a password needs {FEWEST_LETTERS} letters or more")
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_digest(password, salt).hex()}"


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password; takes as long for somebody who has none."""
    _, salt, digest = (kept or f"scrypt${'00' * 16}$").split("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)).hex(), digest)


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, **_COST)


def kept_for(connection: Connection, pseudonym: str) -> str | None:
    """What is kept of somebody's password; None if there is none."""
    query = select(schema.person.c.sign_in).where(schema.person.c.pseudonym == pseudonym)
    found = connection.execute(query.order_by(schema.person.c.no)).scalar()
    return None if found is None else str(found)


def anybody(connection: Connection) -> bool:
    """Whether somebody can sign in at all."""
    query = select(schema.person.c.no).where(schema.person.c.sign_in.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def signed_in(connection: Connection, pseudonym: str, password: str) -> Viewer | None:
    """How somebody sees the log, or None if that is not the password."""
    if not matches(password, kept_for(connection, pseudonym)):
        return None
    columns = [schema.person.c[name] for name in Person.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(schema.person.c.pseudonym == pseudonym))
    return viewer_of((Person(*row) for row in rows), pseudonym)
