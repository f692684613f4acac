"""Reading runs back from a log: filters, and a stream in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from ir_sim.records import schema
from ir_sim.records.people import Person
from ir_sim.records.record import RunRecord

#: Rows fetched at once.
CHUNK = 500


@dataclass(frozen=True)
class RunFilter:
    """Which runs; an empty filter means all.

    Attributes:
        trainee: Pseudonym.
        cohort: Cohort.
        case: Scenario id.
        since: Started at or after.
        until: Started before.
        player: ``human``, ``expert`` or ``bot``; None for all.
        retracted: Whether retracted runs are among them.
        practice: Only practice (True), only assessment (False), or both (None).
        people: Row numbers of people; None for everyone.
    """

    trainee: str | None = None
    cohort: str | None = None
    case: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    player: str | None = None
    retracted: bool = True
    practice: bool | None = None
    people: frozenset[int] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """SQL over ``run`` joined with ``person`` and ``scenario``."""
        run, person, scenario = schema.run.c, schema.person.c, schema.scenario.c
        out: list[ColumnElement[bool]] = []
        if self.trainee is not None:
            out.append(person.pseudonym == self.trainee)
        if self.cohort is not None:
            out.append(person.cohort == self.cohort)
        if self.case is not None:
            out.append(scenario.scenario_id == self.case)
        if self.since is not None:
            out.append(run.started_s >= self.since.timestamp())
        if self.until is not None:
            out.append(run.started_s < self.until.timestamp())
        if self.player is not None:
            out.append(run.player == self.player)
        if not self.retracted:
            out.append(run.retracted_seq.is_(None))
        if self.practice is not None:
            out.append(run.practice.is_(self.practice))
        if self.people is not None:
            out.append(run.person_no.in_(sorted(self.people)))
        return out


@dataclass(frozen=True)
class LoggedRun:
    """A run as the log holds it.

    Attributes:
        seq: Its place in the chain.
        person: Whose it is.
        document: The run's document: ``RunRecord`` with ``person_id`` instead of ``trainee``.
        logged_utc: When it was logged.
        hash: Its link in the chain.
        retracted: Whether it was retracted.
    """

    seq: int
    person: Person
    document: Mapping[str, Any]
    logged_utc: str
    hash: str
    retracted: bool

    @property
    def plain(self) -> dict[str, Any]:
        """The record as plain data, under the pseudonym."""
        return plain_record(self.document, self.person.shown)

    @property
    def record(self) -> RunRecord:
        """The record.

        Raises:
            RecordError: The log holds something that is not one.
        """
        return RunRecord.parse(self.plain, f"run {self.document.get('run_id')}")


def plain_record(document: Mapping[str, Any], trainee: str) -> dict[str, Any]:
    """A run's document as ``RunRecord``'s plain data."""
    plain = {k: v for k, v in document.items() if k not in {"person_id", "recording_kept"}}
    return {**plain, "trainee": trainee}


def run_query(which: RunFilter) -> Select[Any]:
    """The runs with their documents and people, in the order of the chain."""
    run, entry, person, scenario = schema.run, schema.entry, schema.person, schema.scenario
    return (
        select(
            run.c.seq,
            entry.c.document,
            entry.c.logged_utc,
            entry.c.hash,
            run.c.retracted_seq,
            *(person.c[name] for name in Person.__dataclass_fields__),
        )
        .join_from(run, entry, run.c.seq == entry.c.seq)
        .join(person, run.c.person_no == person.c.no)
        .join(scenario, run.c.scenario_no == scenario.c.no)
        .where(*which.conditions())
        .order_by(run.c.seq)
    )


def stream_runs(
    connection: Connection,
    which: RunFilter,
    *,
    newest: int | None = None,
    where: ColumnElement[bool] | None = None,
) -> Iterator[LoggedRun]:
    """Runs one by one, never all in memory.

    Args:
        connection: From ``engine.reading``.
        which: Which runs.
        newest: Only so many, the newest first.
        where: One more condition.
    """
    query = run_query(which)
    if where is not None:
        query = query.where(where)
    if newest is not None:
        query = query.order_by(None).order_by(schema.run.c.seq.desc()).limit(newest)
    rows = connection.execution_options(yield_per=CHUNK).execute(query)
    for seq, document, logged_utc, digest, retracted_seq, *who in rows:
        yield LoggedRun(
            seq, Person(*who), json.loads(document), logged_utc, digest, retracted_seq is not None
        )
