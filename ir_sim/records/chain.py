"""The chain of signed entries: each link's hash covers its text and the hash of the link before.

An entry is one of these documents, as canonical JSON:

========== ============================================================================
log         who this log is; always the first entry
workstation public key of a workstation that writes here
person      random person id, and a commitment to the pseudonym, cohort, level, role and
            password's hash
run         a run, with the person id in place of the pseudonym
retraction  a run that is not to count any more, and why
erasure     a person whose identity was removed
========== ============================================================================

A commitment is the hash of the private data with a random salt: whoever holds both can prove that
they belong to the chain, and once they are erased the chain stays valid and tells nothing.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.canonical import canonical, sha256_hex, utc_text
from ir_sim.records.keys import Anchor, Signer

#: What the first entry names as the link before it.
NOTHING_BEFORE = "0" * 64
FORMAT = 1
#: Tells the time, with its zone.
Clock = Callable[[], datetime]
KINDS = ("log", "workstation", "person", "run", "retraction", "erasure")


@dataclass(frozen=True)
class Link:
    """Everything of an entry that its hash covers."""

    seq: int
    entry_id: str
    kind: str
    document: str
    logged_utc: str
    key_id: str
    previous: str
    origin: str | None = None

    @property
    def hash(self) -> str:
        """The link's hash, hexadecimal."""
        return sha256_hex(
            canonical(
                [
                    FORMAT,
                    self.seq,
                    self.entry_id,
                    self.kind,
                    sha256_hex(self.document),
                    self.logged_utc,
                    self.key_id,
                    self.previous,
                    self.origin or "",
                ]
            )
        )


def commitment(
    salt: str,
    pseudonym: str,
    cohort: str | None,
    level: str | None,
    role: str | None,
    sign_in: str | None = None,
) -> str:
    """The hash that ties a person's private data to the chain without telling them."""
    # Without a password it is what it was before there were passwords.
    last = [] if sign_in is None else [sign_in]
    return sha256_hex(canonical([salt, pseudonym, cohort, level, role, *last]))


def new_salt() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


class Writer:
    """Appends entries within one transaction that holds the right to write.

    Args:
        connection: From ``engine.writing``.
        signer: The workstation's key; introduced to the log at its first entry.
        clock: The workstation's; read once the lock is held, so that the chain is in its order.

    Raises:
        RecordError: The log's first row is missing.
    """

    def __init__(self, connection: Connection, signer: Signer, clock: Clock) -> None:
        self.connection = connection
        self.signer = signer
        row = connection.execute(
            # PostgreSQL: one writer at a time, in the order of the chain. SQLite has locked by now.
            select(schema.store.c.head_seq, schema.store.c.head_hash).with_for_update()
        ).first()
        if row is None:
            raise RecordError("this file is not a whole score log (it does not say which one)")
        self.head = Anchor(int(row.head_seq), str(row.head_hash))
        self._introduced = False
        self._logged = utc_text(clock())

    def append(
        self,
        kind: str,
        document: Mapping[str, Any],
        *,
        entry_id: str | None = None,
        origin: str | None = None,
    ) -> int:
        """Append a signed entry; returns its place in the chain."""
        if not self._introduced:
            self._introduced = True
            self._introduce()
        link = Link(
            self.head.seq + 1,
            entry_id or str(uuid.uuid4()),
            kind,
            canonical(document),
            self._logged,
            self.signer.key_id,
            self.head.hash,
            origin,
        )
        digest = link.hash
        self.connection.execute(
            insert(schema.entry), {**vars(link), "hash": digest, "signature": self.sign(digest)}
        )
        self.head = Anchor(link.seq, digest)
        return link.seq

    def sign(self, digest: str) -> str:
        """The workstation's signature of a link."""
        return self.signer.sign(digest)

    def close(self) -> None:
        """Write where the chain ends; the last act of the transaction."""
        self.connection.execute(
            update(schema.store).values(head_seq=self.head.seq, head_hash=self.head.hash)
        )

    def _introduce(self) -> None:
        known = select(schema.workstation.c.key_id).where(
            schema.workstation.c.key_id == self.signer.key_id
        )
        if self.connection.execute(known).first() is not None:
            return
        self.append("workstation", {"public_key": self.signer.public_hex})
        self.connection.execute(
            insert(schema.workstation),
            {"key_id": self.signer.key_id, "public_key": self.signer.public_hex},
        )


def begin_log(connection: Connection, signer: Signer, clock: Clock) -> None:
    """Give a new log its identity: the first row and the first entry."""
    created = utc_text(clock())
    store_id = str(uuid.uuid4())
    connection.execute(
        insert(schema.store),
        {
            "id": 1,
            "store_id": store_id,
            "created_utc": created,
            "head_seq": 0,
            "head_hash": NOTHING_BEFORE,
        },
    )
    writer = Writer(connection, signer, clock)
    writer._introduced = True  # the log comes before its first workstation
    writer.append(
        "log",
        {"created_utc": created, "format": FORMAT, "simulated": True, "store_id": store_id},
    )
    writer._introduce()
    writer.close()
