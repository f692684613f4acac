"""Taking over runs from other logs: our own SQLite logs and exports, and older tables as CSV."""

from __future__ import annotations

import csv
import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.chain import Link
from ir_sim.records.columns import from_spreadsheet
from ir_sim.records.keys import data_home
from ir_sim.records.origin import origin_of
from ir_sim.records.record import HEADLINE_METRICS, RunRecord, moment_from
from ir_sim.records.store import ScoreLog, open_log

#: Runs in one transaction.
BATCH = 200
#: Makes run ids for rows without one: the same row always gets the same id.
_SPACE = uuid.UUID("8b6f0a3e-5c64-4f7e-9a55-52c1f0b0a7d4")
_TRUE = {"true", "1", "yes"}


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        new: Runs that were logged.
        already: Runs that the log had.
    """

    new: int
    already: int


Incoming = tuple[RunRecord, bytes | None, str | None]


def import_runs(log: ScoreLog, path: Path) -> Imported:
    """Take over every run of a file.

    Args:
        log: Into which log.
        path: A score log (SQLite), an export (``.jsonl``), or a table (``.csv``) with at least the
            columns ``trainee``, ``scenario_id``, ``started_utc`` and ``total``.

    Raises:
        RecordError: With the line that is wrong; what came before it is logged (and is not logged
            twice when the mended file is imported again).
    """
    if not path.is_file():
        raise RecordError(f"{path}: no such file")
    with path.open("rb") as file:
        start = file.read(16)
    new = total = 0
    retracted: list[str] = []
    read = _from_log if start == b"SQLite format 3\0" else _lines
    source = read(log, path, retracted)
    while batch := list(itertools.islice(source, BATCH)):
        new += log.add_many(batch)
        total += len(batch)
    for run_id in retracted:
        log.retract(run_id, f"retracted in {path.name}")
    return Imported(new, total - new)


def _lines(_log: ScoreLog, path: Path, retracted: list[str]) -> Iterator[Incoming]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix.lower() == ".csv":
                yield from _from_csv(csv.DictReader(file), path, retracted)
            else:
                yield from _from_jsonl(file, path, retracted)
    except UnicodeDecodeError as error:
        raise RecordError(f"{path}: neither a score log, nor JSON Lines, nor CSV") from error
    except csv.Error as error:
        raise RecordError(f"{path}: {error}") from error


def _from_jsonl(lines: Any, path: Path, retracted: list[str]) -> Iterator[Incoming]:
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        try:
            data = json.loads(line)
            fields = dict(data["run"])
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(f"{where}: this line is not a run of a JSON Lines export") from error
        fields["imported_from"] = fields.get("imported_from") or path.name
        record = RunRecord.parse(fields, where)
        if data.get("retracted"):
            retracted.append(record.run_id)
        yield record, None, None


def _from_csv(rows: Any, path: Path, retracted: list[str]) -> Iterator[Incoming]:
    needed = ("trainee", "scenario_id", "started_utc", "total")
    missing = [name for name in needed if name not in (rows.fieldnames or ())]
    if missing:
        raise RecordError(f"{path}:1: missing columns: {', '.join(missing)}")
    for number, row in enumerate(rows, 2):
        where = f"{path}:{number}"
        record = _record_of_row(row, path.name, where)
        if str(row.get("retracted", "")).lower() in _TRUE:
            retracted.append(record.run_id)
        yield record, None, None


def _record_of_row(row: dict[str, str], name: str, where: str) -> RunRecord:
    row = {k: from_spreadsheet(v.strip()) for k, v in row.items() if k and isinstance(v, str)}
    fields: dict[str, Any] = {"imported_from": row.get("imported_from") or name}
    for key in RunRecord.model_fields:
        text = row.get(key, "")
        if not text or key in {"metrics", "errors", "parts", "gate_reasons", "help_used"}:
            continue
        fields[key] = text.lower() in _TRUE if key in _TRUTHS else text
    started = moment_from(row.get("started_utc", ""), where)
    fields["started_utc"] = started
    fields["procedure_s"] = _number(row.get("procedure_s") or "0", where)
    ended = row.get("ended_utc")
    fields["ended_utc"] = (
        moment_from(ended, where) if ended else started + timedelta(seconds=fields["procedure_s"])
    )
    if "total" not in fields:
        fields["status"] = "interrupted"
    if "run_id" not in fields:
        fields["run_id"] = str(uuid.uuid5(_SPACE, json.dumps(row, sort_keys=True)))
    try:
        metrics = json.loads(row.get("all_metrics") or "{}")
    except ValueError as error:
        raise RecordError(f"{where}: all_metrics is not JSON") from error
    for metric in HEADLINE_METRICS:
        if row.get(metric) and metric not in metrics:
            reference = row.get(f"{metric}_reference")
            metrics[metric] = {
                "value": _number(row[metric], where),
                "reference": _number(reference, where) if reference else None,
            }
    fields["metrics"] = metrics
    return RunRecord.parse(fields, where)


_TRUTHS = frozenset({"passed", "gate_open", "practice", "simulated"})


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise RecordError(f"{where}: '{text}' is not a number") from error


def _from_log(log: ScoreLog, path: Path, retracted: list[str]) -> Iterator[Incoming]:
    """Runs of another log, with their recordings and first signatures."""
    with open_log(str(path), data_home(log.home), read_only=True) as other:
        broken = [finding for finding in other.verify() if finding.severity == "broken"]
        if broken:
            raise RecordError(f"{path}: this log was changed and is not taken over: {broken[0]}")
        with other.reading() as connection:
            store_id = str(connection.execute(select(schema.store.c.store_id)).scalar_one())
            keys = {
                row.key_id: row.public_key for row in connection.execute(select(schema.workstation))
            }
        own = select(schema.store.c.store_id)
        with log.reading() as connection:
            if connection.execute(own).scalar_one() == store_id:
                raise RecordError(f"{path}: this is the same score log")
        for run in other.runs():
            with other.reading() as connection:
                row = connection.execute(
                    select(schema.entry).where(schema.entry.c.seq == run.seq)
                ).one()
            link = Link(*(getattr(row, name) for name in Link.__dataclass_fields__))
            origin = origin_of(link, row.signature, keys[link.key_id], store_id)
            irrun = None
            if run.document["recording_kept"]:
                irrun = other.recording(run.document["irrun_sha256"])
            if run.retracted:
                retracted.append(run.document["run_id"])
            yield run.record, irrun, origin
        _place_alike(log, other)


def _place_alike(log: ScoreLog, other: ScoreLog) -> None:
    """Take over cohorts, levels and roles of people who have no cohort and level here."""
    here = {person.pseudonym: person for person in log.people()}
    for person in other.people():
        known = here.get(person.pseudonym)
        if person.pseudonym is None or known is None or known.cohort or known.level:
            continue
        if person.cohort or person.level or person.role != known.role:
            log.place(person.pseudonym, cohort=person.cohort, level=person.level, role=person.role)
