"""From the gathered runs to what each section of the page shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.records.canonical import utc_text
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.figures import (
    Column,
    attempts_of,
    bin_of,
    groups_of,
    outliers,
)
from ir_sim.records.report.gather import Gathered

#: Runs at the end of a series whose median is shown as "now".
LATEST = 5
NOTHING = "–"


@dataclass(frozen=True, eq=False)
class Counted:
    """The runs that curves and shares are made of: finished, played by people.

    Attributes:
        rows: (n,) their places in the gathered columns.
        attempt: (n,) number of the attempt at this version of the case, by this person.
        resident: (n,) whether the person counts for the cohort's bands.
    """

    rows: NDArray[np.int64]
    attempt: Column
    resident: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Progress:
    """A person on a series.

    Attributes:
        person_no: Who.
        series: On what.
        attempts: Finished runs.
        passed: How many of them were passed.
        first_pass: Number of the first passed attempt, or None.
        minutes_to_pass: Simulated minutes up to and with it, or None.
        best: Best score.
        latest: Median of the latest five scores.
        signal: Run at which LC-CUSUM signalled, or None.
        path: S after each run.
        curve: Mean score by bin of attempts.
        last_s: When last, seconds since 1970.
        unusual: Far from the other people on this series.
    """

    person_no: int
    series: int
    attempts: int
    passed: int
    first_pass: int | None
    minutes_to_pass: float | None
    best: float
    latest: float
    signal: int | None
    path: Column
    curve: Column
    last_s: float
    unusual: bool = False


def counted_runs(data: Gathered) -> Counted:
    """The finished runs of people, with the number of each attempt."""
    rows = np.flatnonzero((data["human"] == 1) & (data["finished"] == 1))
    attempt = attempts_of(data["person_no"][rows], data["series"][rows])
    others = [no for no, person in data.people.items() if person.role in {"instructor", "director"}]
    return Counted(rows, attempt, ~np.isin(data["person_no"][rows], others))


def progress_of(data: Gathered, counted: Counted, test: LearningCusum) -> list[Progress]:
    """Every person on every series, in the order of the columns."""
    rows = counted.rows
    person, series = data["person_no"][rows], data["series"][rows]
    total, passed = data["total"][rows], data["passed"][rows] == 1
    seconds, started = data["procedure_s"][rows], data["started_s"][rows]
    bins = bin_of(counted.attempt)
    out = []
    for a, b in groups_of(person, series) if len(rows) else []:
        hits = np.flatnonzero(passed[a:b])
        first = int(hits[0]) + 1 if len(hits) else None
        path = test.path(passed[a:b])
        counts = np.bincount(bins[a:b])
        out.append(
            Progress(
                int(person[a]),
                int(series[a]),
                b - a,
                len(hits),
                first,
                None if first is None else float(seconds[a : a + first].sum()) / 60.0,
                float(np.max(total[a:b])),
                float(np.median(total[max(a, b - LATEST) : b])),
                test.signal(path),
                path,
                np.bincount(bins[a:b], total[a:b]) / np.maximum(counts, 1),
                float(started[b - 1]),
            )
        )
    return _mark_unusual(out)


def _mark_unusual(progress: Sequence[Progress]) -> list[Progress]:
    latest = np.array([p.latest for p in progress])
    series = np.array([p.series for p in progress])
    unusual = np.zeros(len(progress), dtype=bool)
    for one in np.unique(series):
        places = np.flatnonzero(series == one)
        unusual[places] = outliers(latest[places])
    return [
        Progress(**{**vars(p), "unusual": bool(flag)})
        for p, flag in zip(progress, unusual, strict=True)
    ]


@dataclass(frozen=True)
class PersonRow:
    """A line of the table of people."""

    no: int
    name: str
    cohort: str
    level: str
    role: str
    runs: int
    hours: float
    cases: int
    passed: int
    finished: int
    interrupted: int
    helps: int
    first: str
    last: str


def people_rows(data: Gathered) -> list[PersonRow]:
    """Who practised what and when: every person with the sums of their own runs."""
    human = data["human"] == 1
    person = data["person_no"][human].astype(np.int64)
    if not len(person):
        return []
    top = int(person.max()) + 1

    def summed(values: Column) -> Column:
        return np.bincount(person, values[human], minlength=top).astype(np.float64)

    runs = np.bincount(person, minlength=top)
    finished, passed = summed(data["finished"]), summed(data["passed"])
    hours, helps = summed(data["procedure_s"]) / 3600.0, summed(data["help_count"])
    first, last = np.full(top, np.inf), np.full(top, -np.inf)
    np.minimum.at(first, person, data["started_s"][human])
    np.maximum.at(last, person, data["started_s"][human])
    pairs = np.unique(person * 1_000_000 + data["series"][human].astype(np.int64))
    cases = np.bincount(pairs // 1_000_000, minlength=top)
    return sorted(
        (
            PersonRow(
                no,
                who.shown,
                who.cohort or NOTHING,
                who.level or NOTHING,
                who.role or NOTHING,
                int(runs[no]),
                float(hours[no]),
                int(cases[no]),
                int(passed[no]),
                int(finished[no]),
                int(runs[no] - finished[no]),
                int(helps[no]),
                day(float(first[no])),
                day(float(last[no])),
            )
            for no, who in data.people.items()
            if no < top and runs[no]
        ),
        key=lambda row: row.name,
    )


def day(seconds: float) -> str:
    """The date of a moment, UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - a name that the columns use otherwise

    if not math.isfinite(seconds):
        return NOTHING
    return utc_text(datetime.fromtimestamp(seconds, UTC))[:10]


def error_rows(data: Gathered, counted: Counted, most: int = 20) -> list[tuple[str, int, int]]:
    """(code, weight, runs with it), the most frequent first: each run counts once for each code."""
    if not len(data.errors):
        return []
    ours = np.zeros(len(data), dtype=bool)
    ours[counted.rows] = True
    errors = data.errors[ours[data.errors[:, 0]]]
    kinds = np.unique(errors[:, 0] * 10_000 + errors[:, 1])
    counts = np.bincount(kinds % 10_000, minlength=len(data.codes))
    weight = np.zeros(len(data.codes), dtype=np.int64)
    np.maximum.at(weight, errors[:, 1], errors[:, 2])
    order = np.argsort(-counts, kind="stable")[:most]
    return [(data.codes[k], int(weight[k]), int(counts[k])) for k in order if counts[k]]
