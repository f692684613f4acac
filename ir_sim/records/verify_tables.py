"""The drawn tables against the chain: the second half of ``verify``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, select, type_coerce

from ir_sim.records import schema
from ir_sim.records.canonical import sha256_hex
from ir_sim.records.chain import Link, commitment
from ir_sim.records.drawing import Drawn, drawn

Problem = tuple[str, str]
_PRIVATE = ("salt", "pseudonym", "cohort", "level", "role", "sign_in")

#: Truth values are compared as the numbers that are stored, so that a 3 is not taken for a 1.
_TRUTHS = ("finished", "passed", "practice")


class RunRows:
    """Walks the run and error tables beside the chain, in the same order."""

    def __init__(self, connection: Connection) -> None:
        self._runs = self._stream_runs(connection)
        self._errors = self._stream_errors(connection)
        self._run = next(self._runs, None)
        self._error = next(self._errors, None)

    def problems(self, link: Link, document: Mapping[str, Any]) -> Iterator[Problem]:
        """What of a run's rows differs from its document."""
        yield from self.left_over(link.seq)
        expected = drawn(document)
        place = f"run {document['run_id']} (entry {link.seq})"
        if link.entry_id != document["run_id"]:
            yield place, "the entry's id is not the run's"
        row = self._run
        if row is None or row["seq"] != link.seq:
            yield place, "its row in the run table is missing"
        else:
            self._run = next(self._runs, None)
            yield from _compare(place, row, expected, document)
        errors = []
        while self._error is not None and self._error[0] == link.seq:
            errors.append(self._error[1:])
            self._error = next(self._errors, None)
        wanted = [(k, code, weight, t) for k, (code, weight, t) in enumerate(expected.errors)]
        if errors != wanted:
            yield place, "its rows in the run_error table do not agree with the chain"

    def left_over(self, before: int | None = None) -> Iterator[Problem]:
        """Rows that no entry of the chain explains."""
        while self._run is not None and (before is None or self._run["seq"] < before):
            yield f"run table, row {self._run['seq']}", "no run of the chain stands behind this row"
            self._run = next(self._runs, None)
        while self._error is not None and (before is None or self._error[0] < before):
            yield f"run_error table, row {self._error[0]}", "no run of the chain stands behind it"
            self._error = next(self._errors, None)

    @staticmethod
    def _stream_runs(connection: Connection) -> Iterator[dict[str, Any]]:
        run, person, scenario = schema.run, schema.person, schema.scenario
        rubric, software, ruler = schema.rubric, schema.software, schema.ruler
        own = [
            type_coerce(column, Integer).label(column.name) if column.name in _TRUTHS else column
            for column in run.c
        ]
        query = (
            select(
                *own,
                person.c.person_id,
                scenario.c.scenario_id,
                scenario.c.sha256.label("scenario_sha256"),
                scenario.c.title,
                scenario.c.level,
                rubric.c.rubric_id,
                rubric.c.sha256.label("rubric_sha256"),
                software.c.version,
                ruler.c.definition,
                schema.recording.c.sha256.label("kept"),
            )
            .outerjoin_from(run, person, run.c.person_no == person.c.no)
            .outerjoin(scenario, run.c.scenario_no == scenario.c.no)
            .outerjoin(rubric, run.c.rubric_no == rubric.c.no)
            .outerjoin(software, run.c.software_no == software.c.no)
            .outerjoin(ruler, run.c.ruler_no == ruler.c.no)
            .outerjoin(schema.recording, run.c.irrun_sha256 == schema.recording.c.sha256)
            .order_by(run.c.seq)
        )
        rows = connection.execution_options(yield_per=500).execute(query)
        yield from (dict(row) for row in rows.mappings())

    @staticmethod
    def _stream_errors(connection: Connection) -> Iterator[tuple[Any, ...]]:
        error, code = schema.run_error, schema.error_code
        query = (
            select(error.c.seq, error.c.place, code.c.code, error.c.weight, error.c.time_s)
            .outerjoin_from(error, code, error.c.code_no == code.c.no)
            .order_by(error.c.seq, error.c.place)
        )
        rows = connection.execution_options(yield_per=500).execute(query)
        yield from (tuple(row) for row in rows)


def _compare(
    place: str, row: Mapping[str, Any], run: Drawn, document: Mapping[str, Any]
) -> Iterator[Problem]:
    for name, value in run.values.items():
        if row[name] != value or isinstance(row[name], str) != isinstance(value, str):
            yield place, f"run table, {name}: '{row[name]}' is not what was logged ('{value}')"
    named = (
        ("person", row["person_id"], run.person_id),
        ("scenario", _of(row, "scenario_id", "scenario_sha256", "title", "level"), run.scenario),
        ("rubric", _of(row, "rubric_id", "rubric_sha256"), run.rubric),
        ("software", row["version"], run.software),
        ("ruler", row["definition"], run.ruler),
    )
    for table, found, expected in named:
        if found != expected:
            yield place, f"{table} table: not what was logged"
    if document["recording_kept"] and row["kept"] is None:
        yield place, "its recording is missing"


def _of(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def people_problems(
    connection: Connection, told: Mapping[str, tuple[int, str | None]]
) -> Iterator[Problem]:
    """Pseudonyms, cohorts, levels and roles against their commitments."""
    left = dict(told)
    columns = schema.person.c
    for row in connection.execute(select(*columns)).mappings():
        place = f"person {row['pseudonym'] or row['person_id']}"
        seq, promise = left.pop(row["person_id"], (None, None))
        private = [row[name] for name in _PRIVATE]
        if seq is None:
            yield place, "the chain knows no such person"
        elif promise is None:
            if any(value is not None for value in private):
                yield place, "was erased, and yet there is something in the person table"
        elif row["salt"] is None or row["pseudonym"] is None:
            yield place, "the identity is gone without an erasure in the chain"
        elif commitment(*private) != promise:
            yield place, "pseudonym, cohort, level, role or password is not what was logged"
        if seq is not None and row["seq"] != seq:
            yield place, "the row points at another entry of the chain"
    for person_id in left:
        yield f"person {person_id}", "the row in the person table is missing"


def loose_ends(
    connection: Connection,
    store: Mapping[str, Any],
    keys: Mapping[str, str],
    retractions: Mapping[str, int],
) -> Iterator[Problem]:
    """The small tables, retractions, and recordings."""
    for row in connection.execute(select(schema.store)):
        if row.store_id != store.get("store_id") or row.created_utc != store.get("created_utc"):
            yield "store table", "it names another log than the first entry of the chain"
    found = {row.key_id: row.public_key for row in connection.execute(select(schema.workstation))}
    for key_id in sorted(found.keys() | keys.keys()):
        if found.get(key_id) != keys.get(key_id):
            yield (
                f"workstation {key_id[:12]}",
                "the workstation table does not agree with the chain",
            )
    run = schema.run.c
    marked = select(run.run_id, run.retracted_seq).where(run.retracted_seq.is_not(None))
    table = {row.run_id: row.retracted_seq for row in connection.execute(marked)}
    for run_id in sorted(table.keys() | retractions.keys()):
        if table.get(run_id) != retractions.get(run_id):
            yield f"run {run_id}", "retracted in the run table but not in the chain, or the reverse"
    yield from _unused(connection)
    for sha256, data in connection.execution_options(yield_per=20).execute(
        select(schema.recording.c.sha256, schema.recording.c.data)
    ):
        if not isinstance(data, bytes | memoryview) or sha256_hex(bytes(data)) != sha256:
            yield f"recording {sha256[:12]}", "its content was changed"


def _unused(connection: Connection) -> Iterator[Problem]:
    """Rows of the small tables that no run needs: somebody put them there."""
    run, error = schema.run.c, schema.run_error.c
    for table, user in (
        (schema.scenario, run.scenario_no),
        (schema.rubric, run.rubric_no),
        (schema.software, run.software_no),
        (schema.ruler, run.ruler_no),
        (schema.error_code, error.code_no),
    ):
        query = select(table.c.no).where(table.c.no.not_in(select(user)))
        for (number,) in connection.execute(query):
            yield f"{table.name} table, row {number}", "no run needs this row"
    for row in connection.execute(select(schema.ruler)):
        if sha256_hex(row.definition) != row.sha256:
            yield f"ruler table, row {row.no}", "its text was changed"
    recording = schema.recording.c.sha256
    spare = select(recording).where(recording.not_in(select(run.irrun_sha256)))
    for (sha256,) in connection.execute(spare):
        yield f"recording {sha256[:12]}", "no run needs this recording"
