"""Finding every edit, deletion, reorder and insertion in a score log, and naming its place.

What protects what: an entry's text by its hash, the order by the hash of the entry before, both by
the workstation's signature, the end by the log's first row and by what this workstation remembers;
the drawn tables by drawing them again; pseudonyms by their commitments; recordings by their hashes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, select, text

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.canonical import canonical, utc_moment
from ir_sim.records.chain import KINDS, NOTHING_BEFORE, Link
from ir_sim.records.keys import Anchor, key_id_of, signature_holds
from ir_sim.records.origin import origin_problem
from ir_sim.records.verify_tables import RunRows, loose_ends, people_problems

Severity = Literal["broken", "note"]
Progress = Callable[[int, int], None]
#: Entries between two calls of the progress function.
STEP = 1000
#: The clocks of workstations are not the same to the second.
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        place: Where, such as ``entry 17`` or ``run 6f…, run table``.
        what: What is wrong, in words.
        severity: ``broken``; or ``note`` for what is odd but no sign of a change.
    """

    place: str
    what: str
    severity: Severity = "broken"

    def __str__(self) -> str:
        """``place: what``."""
        return f"{self.place}: {self.what}"


@dataclass
class Told:
    """What the chain's documents say, gathered on the walk.

    Attributes:
        store: The first entry's document.
        keys: Key id -> public key of the workstations introduced so far.
        people: Person id -> (seq, commitment), commitment None once erased.
        retractions: Run id -> seq of its retraction.
    """

    store: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    people: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    retractions: dict[str, int] = field(default_factory=dict)


def verify_log(
    connection: Connection, anchor: Anchor | None, progress: Progress | None = None
) -> list[Finding]:
    """Check a whole log.

    Args:
        connection: From ``engine.reading``.
        anchor: How far the log had come when this workstation last wrote to it.
        progress: Called with (entries done, entries in all).
    """
    findings = list(_file_problems(connection))
    raw = connection.connection.driver_connection
    lenient = connection.dialect.name == "sqlite" and raw is not None
    if lenient and raw is not None:
        # Bytes that are no text any more must be found, not stop the search.
        raw.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        told = Told()
        findings += _walk(connection, told, anchor, progress)
        findings += [Finding(*problem) for problem in people_problems(connection, told.people)]
        findings += [
            Finding(*problem)
            for problem in loose_ends(connection, told.store, told.keys, told.retractions)
        ]
    finally:
        if lenient and raw is not None:
            raw.text_factory = str
    return findings


def _file_problems(connection: Connection) -> Iterator[Finding]:
    """SQLite's own check of the file: pages, and indexes against their tables."""
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if line != "ok":
            yield Finding("file", str(line))


def _walk(
    connection: Connection, told: Told, anchor: Anchor | None, progress: Progress | None
) -> Iterator[Finding]:
    total = int(connection.execute(select(func.count()).select_from(schema.entry)).scalar_one())
    columns = [schema.entry.c[name] for name in (*Link.__dataclass_fields__, "hash", "signature")]
    rows = connection.execution_options(yield_per=500).execute(
        select(*columns).order_by(schema.entry.c.seq)
    )
    runs = RunRows(connection)
    last_seq, last_hash, last_logged = 0, (NOTHING_BEFORE, NOTHING_BEFORE), ""
    for done, (*fields, digest, signature) in enumerate(rows, 1):
        link = Link(*fields)
        place = f"entry {link.seq}"
        if link.seq != last_seq + 1:
            yield Finding(place, _gap(last_seq + 1, link.seq))
        computed = link.hash
        if link.previous not in last_hash:
            yield Finding(place, "it does not follow the entry before it (moved or inserted)")
        if computed != digest:
            yield Finding(place, "its text or its link was changed")
        else:
            yield from _signature(place, link, digest, signature, told)
        if _set_back(link.logged_utc, last_logged):
            yield Finding(place, "the workstation's clock had been set back", "note")
        if anchor is not None and link.seq == anchor.seq and digest != anchor.hash:
            yield Finding(place, "this workstation wrote another entry here")
        yield from _document(place, link, told, runs)
        last_seq, last_hash, last_logged = link.seq, (digest, computed), link.logged_utc
        if progress is not None and done % STEP == 0:
            progress(done, total)
    yield from (Finding(*problem) for problem in runs.left_over())
    yield from _end(connection, last_seq, last_hash, anchor)


def _set_back(now: str, before: str) -> bool:
    try:
        return utc_moment(now) < utc_moment(before) - CLOCKS_DIFFER
    except ValueError:
        return False  # not a moment: its hash has told already


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return "its number is not one of the chain's"
    if found == expected + 1:
        return f"entry {expected} before it is missing"
    return f"entries {expected} to {found - 1} before it are missing"


def _signature(
    place: str, link: Link, digest: str, signature: str, told: Told
) -> Iterator[Finding]:
    key = told.keys.get(link.key_id)
    if key is None:  # a workstation's own first entry, or that of the log, brings its key along
        own = _own_key(link)
        if own is None and link.kind == "log":
            told.store["unsigned"] = (link, digest, signature)
            return
        key = own
    if key is None:
        yield Finding(place, "signed with the key of a workstation that was never introduced")
    elif not signature_holds(key, digest, signature):
        yield Finding(place, "the signature is not that of its workstation")
    first = told.store.pop("unsigned", None)
    if first is not None and key is not None:
        log, log_hash, log_signature = first
        if log.key_id != link.key_id or not signature_holds(key, log_hash, log_signature):
            yield Finding("entry 1", "the signature is not that of its workstation")


def _own_key(link: Link) -> str | None:
    if link.kind != "workstation":
        return None
    try:
        key = str(json.loads(link.document)["public_key"])
        return key if key_id_of(key) == link.key_id else None
    except (ValueError, KeyError, TypeError):
        return None


def _document(place: str, link: Link, told: Told, runs: RunRows) -> Iterator[Finding]:
    """Read a document, gather what it says, compare the drawn rows of a run."""
    try:
        document = json.loads(link.document)
        if canonical(document) != link.document or link.kind not in KINDS:
            raise ValueError
        if link.kind == "log":
            told.store.update(document, logged_seq=link.seq)
        elif link.kind == "workstation":
            key = str(document["public_key"])
            told.keys[key_id_of(key)] = key
        elif link.kind == "person":
            told.people[document["person_id"]] = (link.seq, str(document["commitment"]))
        elif link.kind == "erasure":
            told.people[document["person_id"]] = (link.seq, None)
        elif link.kind == "retraction":
            told.retractions[document["run_id"]] = link.seq
        else:
            for problem in runs.problems(link, document):
                yield Finding(*problem)
            problem_of_origin = origin_problem(link, document)
            if problem_of_origin:
                yield Finding(place, problem_of_origin)
    except (ValueError, KeyError, TypeError, AttributeError, RecordError):
        yield Finding(place, "its document cannot be understood")


def _end(
    connection: Connection, last_seq: int, last_hash: tuple[str, str], anchor: Anchor | None
) -> Iterator[Finding]:
    rows = connection.execute(select(schema.store)).all()
    if len(rows) != 1 or rows[0].id != 1:
        yield Finding("store table", f"there must be one row, number 1; there are {len(rows)}")
    for row in rows[:1]:
        if row.head_seq != last_seq or row.head_hash not in last_hash:
            yield Finding(
                "end of the chain",
                f"the log says that it ends with entry {row.head_seq}, "
                f"the last one found is entry {last_seq}",
            )
    if anchor is not None and anchor.seq > last_seq:
        yield Finding(
            "end of the chain",
            f"this workstation has seen entry {anchor.seq}; the log ends at entry {last_seq}: "
            "entries were cut off, or an older copy was put back",
        )
