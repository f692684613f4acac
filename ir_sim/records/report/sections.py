"""The page's sections: figures and charts put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.records.report import charts
from ir_sim.records.report.charts import Chart
from ir_sim.records.report.crowd import Crowd
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.figures import (
    Interval,
    band,
    difference,
    mean,
    number,
    periods_of,
    quartiles,
    share,
    share_passed_by_attempt,
)
from ir_sim.records.report.gather import MEASURED, Gathered, Series
from ir_sim.records.report.model import NOTHING, Counted, Progress, day, error_rows

#: Series that get charts of their own; the others are in the tables.
MOST_SERIES = 40
#: Single people's lines in one chart.
MOST_LINES = 30
MOST_COHORTS = 5
#: Letters that fit beside a chart's row.
ROW_LETTERS = 27


def name_of(series: Series) -> str:
    """What a series is called."""
    return series.title or series.scenario_id


def short_name(data: Gathered, k: int) -> str:
    """A series' name beside a chart's row: cut to fit; with its version where names are alike."""
    name = name_of(data.series[k])
    twins = sum(name_of(other) == name for other in data.series)
    version = f" {data.series[k].scenario_sha256[:4]}" if twins > 1 else ""
    room = ROW_LETTERS - len(version)
    return (name if len(name) <= room else name[: room - 1].rstrip() + "…") + version


def progress_cells(data: Gathered, p: Progress) -> tuple[str, ...]:
    """A line of the table of people and series."""
    series = data.series[p.series]
    return (
        data.people[p.person_no].shown,
        f"{name_of(series)} ({series.scenario_sha256[:6]}/{series.rubric_sha256[:6]})",
        f"{p.attempts}",
        f"{p.passed}",
        f"{p.first_pass}" if p.first_pass else NOTHING,
        number(p.minutes_to_pass) if p.minutes_to_pass is not None else NOTHING,
        f"{p.best:.1f}",
        f"{p.latest:.1f}",
        f"{p.signal}" if p.signal else NOTHING,
        day(p.last_s),
    )


def charted(data: Gathered) -> int:
    """How many series get charts."""
    return min(len(data.series), MOST_SERIES)


def totals(data: Gathered, counted: Counted) -> dict[str, Any]:
    """The overview: what there is, and what was left out."""
    human = data["human"] == 1
    cut = int((human & (data["finished"] == 0)).sum())
    return {
        "runs": int(human.sum()),
        "people": len(np.unique(data["person_no"][human])),
        "hours": float(data["procedure_s"][human].sum()) / 3600.0,
        "cases": len({s.scenario_id for s in data.series}),
        "finished": len(counted.rows),
        "interrupted": cut,
        "interrupted_share": share(cut, int(human.sum())),
        "passed": share(int(data["passed"][counted.rows].sum()), len(counted.rows)),
        "retracted": data.retracted,
        "machines": int((~human).sum()),
        "practice": int((human & (data["practice"] == 1)).sum()),
        "helped": int((human & (data["help_count"] > 0)).sum()),
        "software": data.software,
    }


def practice(data: Gathered) -> Chart | None:
    """Runs over time, or None if there are none."""
    human = data["human"] == 1
    if not human.any():
        return None
    periods = periods_of(data["started_s"][human])
    cut_off = periods.count(1.0 - data["finished"][human])
    return charts.practice_chart(
        periods.starts, periods.ends, periods.count(), cut_off, periods.unit
    )


@dataclass(frozen=True)
class SeriesSection:
    """One version of a case on the page."""

    number: int
    series: Series
    name: str
    runs: int
    people: int
    learning: Chart
    first_pass: Chart | None
    cusum: Chart | None
    signalled: int
    passed_people: int


def series_section(
    own: Crowd, beside: Crowd, k: int, test: LearningCusum, places: dict[int, int], fewest: int
) -> SeriesSection:
    """Charts and counts of one version of a case.

    Args:
        own: The runs shown by name.
        beside: The runs that the bands are of; ``own`` unless the viewer is a resident.
        k: Which series of ``own``.
        test: LC-CUSUM.
        places: Person -> place in the page's list of people.
        fewest: People below whom no band is drawn.
    """
    series = own.data.series[k]
    data, counted = beside.data, beside.counted
    there = next(j for j, other in enumerate(data.series) if other.key == series.key)
    bands = (data["series"][counted.rows] == there) & counted.resident
    rows, attempt = counted.rows[bands], counted.attempt[bands]
    person, total = data["person_no"][rows], data["total"][rows]
    shape = band(attempt, person, total)
    residents = set(np.unique(person).astype(int).tolist())
    crowd = [p for p in beside.found if p.series == there and p.person_no in residents]
    mine = [p for p in own.found if p.series == k]
    named = [
        p for p in mine if p.person_no in places and (own is not beside or p.person_no in residents)
    ]
    few = named if len(named) <= MOST_LINES else []
    lines = [(places[p.person_no], p.curve) for p in few]
    cohorts = cohort_names(data) if own is beside else []
    shapes = []
    for name in cohorts if len(cohorts) > 1 else []:
        members = [no for no, who in data.people.items() if who.cohort == name]
        inside = np.isin(person, members)
        shapes.append((name, band(attempt[inside], person[inside], total[inside])))
    shown = sorted(named, key=lambda p: -p.attempts)[:MOST_LINES]
    paths = [
        (places[p.person_no], own.data.people[p.person_no].shown, p.path, p.signal) for p in shown
    ]
    name = name_of(series)
    return SeriesSection(
        k,
        series,
        name,
        sum(p.attempts for p in mine),
        len(mine),
        charts.learning_chart(shape, lines, shapes, name, len(rows), k, fewest),
        _first_pass(crowd, name) if own is beside or len(crowd) >= fewest else None,
        charts.cusum_chart(paths, test.limit, name, len(named)) if paths else None,
        sum(p.signal is not None for p in named),
        sum(p.first_pass is not None for p in crowd),
    )


def _first_pass(crowd: list[Progress], name: str) -> Chart | None:
    steps, passed, at_risk = share_passed_by_attempt(
        np.array([p.first_pass or np.nan for p in crowd], dtype=np.float64),
        np.array([p.attempts for p in crowd], dtype=np.float64),
    )
    return charts.first_pass_chart(steps, passed, at_risk, name) if len(steps) else None


def cohort_names(data: Gathered) -> list[str]:
    """The newest cohorts, in order of their names."""
    names = sorted({who.cohort for who in data.people.values() if who.cohort})
    return names[-MOST_COHORTS:]


def errors(data: Gathered, counted: Counted) -> dict[str, Any]:
    """Which errors, in how many of the runs."""
    runs = len(counted.rows)
    rows = []
    for code, weight, count in error_rows(data, counted):
        part = share(count, runs)
        rows.append((code, weight, 100 * part.value, 100 * part.low, 100 * part.high))
    return {"chart": charts.error_chart(rows, runs, "all cases") if rows else None, "runs": runs}


def ratios(data: Gathered, counted: Counted) -> list[dict[str, Any]]:
    """Dose, time and contrast as multiples of the cases' references."""
    out = []
    for name, (label, unit) in MEASURED.items():
        reference = data.references[name][counted.rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(reference > 0, data[name][counted.rows] / reference, np.nan)
        rows = []
        for k in range(charted(data)):
            low, middle, high, n = quartiles(ratio[data["series"][counted.rows] == k])
            if n:
                rows.append((short_name(data, k), low, middle, high, n))
        measured = int(np.isfinite(data[name][counted.rows]).sum())
        above = share(int((ratio > 1).sum()), int(np.isfinite(ratio).sum()))
        chart = charts.ratio_chart(rows, label) if rows else None
        out.append({"label": label, "unit": unit, "chart": chart, "above": above, "n": measured})
    return out


@dataclass(frozen=True)
class Cohorts:
    """Cohorts side by side.

    Attributes:
        score: People's latest scores.
        passed: People's shares of passed runs.
        differences: Name of a cohort, what, and its difference to the first one.
        first: The cohort that the others are compared with.
    """

    score: Chart
    passed: Chart
    differences: tuple[tuple[str, str, Interval], ...]
    first: str


def cohorts(data: Gathered, found: list[Progress]) -> Cohorts | None:
    """Cohorts compared; None for fewer than two.

    One value for each person, so that keen ones do not count more.
    """
    names = cohort_names(data)
    if len(names) < 2:
        return None
    latest = {name: _people_values(data, found, name) for name in names}
    rows = [(name, mean(values[0])) for name, values in latest.items()]
    passed = [(name, mean(values[1])) for name, values in latest.items()]
    first, *others = names
    differences = [
        (name, what, difference(latest[name][k], latest[first][k]))
        for name in others
        for k, what in enumerate(("latest score", "passed runs (%)"))
    ]
    return Cohorts(
        charts.interval_chart(rows, "score (0–100)", "Latest score by cohort", 100.0),
        charts.interval_chart(passed, "passed runs (%)", "Passed by cohort", 100.0),
        tuple(differences),
        first,
    )


def _people_values(
    data: Gathered, found: list[Progress], cohort: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each person's mean latest score, and share of passed runs in percent."""
    members = {
        no
        for no, who in data.people.items()
        if who.cohort == cohort and who.role not in {"instructor", "director"}
    }
    latest: dict[int, list[float]] = {}
    shares: dict[int, list[tuple[int, int]]] = {}
    for p in found:
        if p.person_no in members:
            latest.setdefault(p.person_no, []).append(p.latest)
            shares.setdefault(p.person_no, []).append((p.passed, p.attempts))
    passed = [100.0 * sum(a for a, _ in v) / sum(b for _, b in v) for v in shares.values()]
    return np.array([np.mean(v) for v in latest.values()]), np.array(passed)
