"""The page's sections: figures and charts put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from ir_sim.records.report import charts
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.figures import (
    Interval,
    band,
    mean,
    periods_of,
    quartiles,
    share,
    share_passed_by_attempt,
)
from ir_sim.records.report.gather import MEASURED, Gathered, Series
from ir_sim.records.report.model import Counted, Progress, error_rows

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


def practice(data: Gathered) -> Markup | None:
    """Runs over time, or None if there are none."""
    human = data["human"] == 1
    if not human.any():
        return None
    periods = periods_of(data["started_s"][human])
    cut_off = periods.count(1.0 - data["finished"][human])
    return charts.practice_chart(periods.starts, periods.count(), cut_off, periods.unit)


@dataclass(frozen=True)
class SeriesSection:
    """One version of a case on the page."""

    number: int
    series: Series
    name: str
    runs: int
    people: int
    cohorts: list[str]
    learning: Markup
    first_pass: Markup | None
    cusum: Markup | None
    signalled: int
    passed_people: int


def series_section(
    data: Gathered, counted: Counted, found: list[Progress], k: int, test: LearningCusum
) -> SeriesSection:
    """Charts and counts of one version of a case."""
    series = data.series[k]
    ours = data["series"][counted.rows] == k
    bands = ours & counted.resident
    rows, attempt = counted.rows[bands], counted.attempt[bands]
    shape = band(attempt, data["person_no"][rows], data["total"][rows])
    mine = [p for p in found if p.series == k]
    residents = set(np.unique(data["person_no"][rows]).astype(int).tolist())
    learners = [p for p in mine if p.person_no in residents]
    few = learners if len(learners) <= MOST_LINES else []
    lines = [list(enumerate(p.curve.tolist())) for p in few]
    cohorts = cohort_names(data)
    shapes = []
    for name in cohorts if len(cohorts) > 1 else []:
        members = [no for no, who in data.people.items() if who.cohort == name]
        inside = np.isin(data["person_no"][rows], members)
        one = band(attempt[inside], data["person_no"][rows][inside], data["total"][rows][inside])
        shapes.append((name, one))
    steps, passed, at_risk = share_passed_by_attempt(
        np.array([p.first_pass or np.nan for p in learners], dtype=np.float64),
        np.array([p.attempts for p in learners], dtype=np.float64),
    )
    shown = sorted(learners, key=lambda p: -p.attempts)[:MOST_LINES]
    name = name_of(series)
    return SeriesSection(
        k,
        series,
        name,
        int(ours.sum()),
        len(mine),
        [f"{label}" for label, _ in shapes],
        charts.learning_chart(shape, lines, shapes, name, len(rows), k),
        charts.first_pass_chart(steps, passed, at_risk, name) if len(steps) else None,
        charts.cusum_chart([p.path for p in shown], test.limit, name, len(learners))
        if shown
        else None,
        sum(p.signal is not None for p in learners),
        sum(p.first_pass is not None for p in learners),
    )


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


def cohorts(data: Gathered, counted: Counted, found: list[Progress]) -> dict[str, Any]:
    """Cohorts side by side: one value for each person, so that keen ones do not count more."""
    names = cohort_names(data)
    rows: list[tuple[str, Interval]] = []
    passed: list[tuple[str, Interval]] = []
    for name in names:
        members = {no for no, who in data.people.items() if who.cohort == name}
        latest: dict[int, list[float]] = {}
        shares: dict[int, list[tuple[int, int]]] = {}
        for p in found:
            if p.person_no in members:
                latest.setdefault(p.person_no, []).append(p.latest)
                shares.setdefault(p.person_no, []).append((p.passed, p.attempts))
        rows.append((name, mean(np.array([np.mean(v) for v in latest.values()]))))
        each = [100.0 * sum(a for a, _ in v) / sum(b for _, b in v) for v in shares.values()]
        passed.append((name, mean(np.array(each))))
    if len(names) < 2:
        return {"score": None, "passed": None}
    return {
        "score": charts.interval_chart(rows, "score (0–100)", "Latest score by cohort", 100.0),
        "passed": charts.interval_chart(passed, "passed runs (%)", "Passed by cohort", 100.0),
    }
