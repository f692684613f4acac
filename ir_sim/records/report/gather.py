"""Reading what the report needs in one streaming pass: a million runs as columns of numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, case, func, select

from ir_sim.records import schema
from ir_sim.records.people import Person
from ir_sim.records.reading import RunFilter

#: Rows taken from the database at once.
CHUNK = 20_000
#: Quantities that have a reference of the case.
MEASURED: Mapping[str, tuple[str, str]] = {
    "fluoro_time_s": ("Fluoroscopy time", "s"),
    "kap_gy_cm2": ("Kerma-area product", "Gy·cm²"),
    "air_kerma_mgy": ("Reference air kerma", "mGy"),
    "contrast_ml": ("Contrast", "mL"),
}
_NUMBERS = (
    "seq", "person_no", "scenario_no", "rubric_no", "ruler_no", "started_s", "procedure_s", "total",
    "help_count", "error_count", "worst_error", *MEASURED,
)  # fmt: skip
_TRUTHS = ("finished", "passed", "practice")
Column = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """What may be compared: one version of a case under one version of a rubric."""

    scenario_id: str
    scenario_sha256: str
    rubric_id: str
    rubric_sha256: str
    title: str
    level: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it this one; a title may have been written in two ways."""
        return (self.scenario_id, self.scenario_sha256, self.rubric_id, self.rubric_sha256)


@dataclass(frozen=True, eq=False)
class Gathered:
    """The chosen runs as columns, in order of person, series and time.

    Attributes:
        columns: Name -> (n,) float64; NaN where there is no value. Truth values are 0 or 1;
            ``series`` is the place in ``series``, ``human`` whether a person played.
        people: By row number.
        series: Versions of cases and rubrics, most played first.
        references: (rulers, measured) reference of each quantity, NaN where there is none.
        errors: (m, 3) whole numbers: place of the run in the columns, code, weight.
        codes: Error codes, by the number used in ``errors``.
        retracted: How many of the chosen runs were left out because they were retracted.
        software: Version -> how many runs.
    """

    columns: dict[str, Column]
    people: dict[int, Person]
    series: list[Series]
    references: Mapping[str, Column]
    errors: NDArray[np.int64]
    codes: list[str]
    retracted: int
    software: dict[str, int]

    def __len__(self) -> int:
        """How many runs."""
        return len(self.columns["seq"])

    def __getitem__(self, name: str) -> Column:
        """A column."""
        return self.columns[name]


def gather(
    connection: Connection,
    which: RunFilter,
    mode: str = "all",
    progress: Callable[[float], None] | None = None,
) -> Gathered:
    """Read the runs that a report is about.

    Args:
        connection: From ``engine.reading``.
        which: Which runs; retracted ones are always left out.
        mode: ``all``, ``assessment`` or ``practice``.
        progress: Called with the share that is done.
    """
    practice = {"all": None, "assessment": False, "practice": True}[mode]
    kept = RunFilter(**{**vars(which), "retracted": False, "practice": practice})
    every = RunFilter(**{**vars(which), "practice": practice})
    total = _count(connection, every)
    columns = _columns(connection, kept, total, progress or (lambda _share: None))
    series = _join_series(connection, columns)
    order = np.lexsort((columns["started_s"], columns["series"], columns["person_no"]))
    columns = {name: column[order] for name, column in columns.items()}
    codes, errors = _errors(connection, columns["seq"])
    persons = [schema.person.c[name] for name in Person.__dataclass_fields__]
    used = set(np.unique(columns["person_no"]).astype(int).tolist())
    people = [Person(*row) for row in connection.execute(select(*persons))]
    software = select(schema.software.c.version, func.count())
    software = software.join_from(schema.run, schema.software)
    software = _joined(software, kept).group_by(schema.software.c.version)
    return Gathered(
        columns,
        {person.no: person for person in people if person.no in used},
        series,
        _references(connection, columns["ruler_no"]),
        errors,
        codes,
        total - len(columns["seq"]),
        {str(row[0]): int(row[1]) for row in connection.execute(software)},
    )


def _joined(query: Select[Any], which: RunFilter) -> Select[Any]:
    conditions = which.conditions()
    if which.trainee is not None or which.cohort is not None:
        query = query.join(schema.person, schema.run.c.person_no == schema.person.c.no)
    if which.case is not None:
        query = query.join(schema.scenario, schema.run.c.scenario_no == schema.scenario.c.no)
    return query.where(*conditions)


def _count(connection: Connection, which: RunFilter) -> int:
    query = _joined(select(func.count()).select_from(schema.run), which)
    return int(connection.execute(query).scalar_one())


def _columns(
    connection: Connection, which: RunFilter, total: int, progress: Callable[[float], None]
) -> dict[str, Column]:
    run = schema.run.c
    numbers = [run[name] for name in _NUMBERS]
    # PostgreSQL hands out True and False, SQLite 1 and 0: numbers for both.
    truths = [case((run[name], 1), else_=0) for name in _TRUTHS]
    human = case((run.player == "human", 1), else_=0)
    query = _joined(select(*numbers, *truths, human).select_from(schema.run), which)
    names = (*_NUMBERS, *_TRUTHS, "human")
    out = {name: np.empty(total) for name in names}
    done = 0
    for rows in _chunks(connection, query):
        block = np.array(rows, dtype=np.float64)
        for k, name in enumerate(names):
            out[name][done : done + len(block)] = block[:, k]
        done += len(block)
        progress(done / max(total, 1))
    return {name: column[:done] for name, column in out.items()}


def _chunks(connection: Connection, query: Select[Any]) -> Iterator[list[Any]]:
    """Rows, so many at once."""
    if connection.dialect.name == "sqlite":
        # As the driver has them: a million rows need no further dressing, and it streams by itself.
        cursor = connection.execute(query).cursor
        while rows := cursor.fetchmany(CHUNK):
            yield list(rows)
        return
    for part in connection.execution_options(yield_per=CHUNK).execute(query).partitions():
        yield [tuple(row) for row in part]


def _join_series(connection: Connection, columns: dict[str, Column]) -> list[Series]:
    """Add the column ``series`` and name its values, most played first."""
    scenarios = {row.no: row for row in connection.execute(select(schema.scenario))}
    rubrics = {row.no: row for row in connection.execute(select(schema.rubric))}
    pairs = columns["scenario_no"] * 1e6 + columns["rubric_no"]
    values, place, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    found: dict[tuple[str, ...], tuple[Series, int]] = {}
    keys: list[tuple[str, ...]] = []
    for value, count in zip(values, counts, strict=True):
        case_row, rubric_row = scenarios[int(value // 1e6)], rubrics[int(value % 1e6)]
        key = (case_row.scenario_id, case_row.sha256, rubric_row.rubric_id, rubric_row.sha256)
        keys.append(key)
        series, before = found.get(key, (Series(*key, case_row.title, case_row.level), 0))
        found[key] = (series, before + int(count))
    ranked = sorted(found, key=lambda key: (-found[key][1], key))
    number = {key: k for k, key in enumerate(ranked)}
    renumbered = np.array([number[key] for key in keys], dtype=np.float64)
    columns["series"] = renumbered[place] if len(values) else np.empty(0)
    return [found[key][0] for key in ranked]


def _references(connection: Connection, ruler_no: Column) -> dict[str, Column]:
    """The reference of each run's measured quantities, NaN where its case has none."""
    rulers = {
        row.no: json.loads(row.definition) for row in connection.execute(select(schema.ruler))
    }
    values, place = np.unique(ruler_no, return_inverse=True)
    out = {}
    for name in MEASURED:
        known = [(rulers[int(v)].get(name) or [None, None])[1] for v in values]
        table = np.array([np.nan if k is None else float(k) for k in known], dtype=np.float64)
        out[name] = table[place] if len(values) else np.empty(0)
    return out


def _errors(connection: Connection, seq: Column) -> tuple[list[str], NDArray[np.int64]]:
    codes = {row.no: row.code for row in connection.execute(select(schema.error_code))}
    numbers = {no: k for k, no in enumerate(sorted(codes))}
    error = schema.run_error.c
    query = select(error.seq, error.code_no, error.weight)
    order = np.argsort(seq)
    ordered = seq[order]
    parts = [np.empty((0, 3), dtype=np.int64)]
    for rows in _chunks(connection, query):
        block = np.array(rows, dtype=np.int64)
        place = np.searchsorted(ordered, block[:, 0])
        place[place == len(ordered)] = 0
        ours = ordered[place] == block[:, 0] if len(ordered) else np.zeros(len(block), bool)
        block = block[ours]
        block[:, 0] = order[place[ours]]
        parts.append(block)
    errors = np.concatenate(parts)
    if len(errors):
        table = np.zeros(max(numbers) + 1, dtype=np.int64)
        for no, k in numbers.items():
            table[no] = k
        errors[:, 1] = table[errors[:, 1]]
    return [codes[no] for no in sorted(codes)], errors
