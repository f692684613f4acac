"""The page itself: one HTML file that needs no network and no other file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ir_sim import __version__
from ir_sim.errors import RecordError
from ir_sim.records.canonical import utc_text
from ir_sim.records.reading import LoggedRun, RunFilter
from ir_sim.records.report import charts
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.drawing import number
from ir_sim.records.report.figures import (
    Interval,
    band,
    mean,
    periods_of,
    quartiles,
    share,
    share_passed_by_attempt,
)
from ir_sim.records.report.gather import MEASURED, Gathered, Series, gather
from ir_sim.records.report.model import (
    Counted,
    Progress,
    counted_runs,
    day,
    error_rows,
    people_rows,
    progress_of,
)
from ir_sim.records.store import ScoreLog

#: Series that get charts of their own; the others are in the tables.
MOST_SERIES = 40
#: Single people's lines in one chart.
MOST_LINES = 30
#: Lines of the table of people and series.
MOST_ROWS = 12_000
#: Runs that can be opened on the page.
MOST_RUNS = 200
MOST_COHORTS = 5
#: Letters that fit beside a chart's row.
ROW_LETTERS = 27


def write_report(
    log: ScoreLog,
    path: Path,
    which: RunFilter,
    *,
    mode: str = "all",
    test: LearningCusum | None = None,
    progress: Callable[[float], None] | None = None,
) -> int:
    """Write the page; the old file stays until the new one is whole.

    Args:
        log: From where.
        path: The file.
        which: Which runs (retracted ones never count).
        mode: ``all``, ``assessment`` or ``practice``.
        test: LC-CUSUM with its parameters.
        progress: Called with the share that is done.

    Returns:
        How many runs it is about.

    Raises:
        RecordError: The log cannot be read or the file not written.
    """
    html, count = report_html(log, which, mode=mode, test=test, progress=progress)
    try:
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(html)
            Path(part).chmod(0o644)
            Path(part).replace(path)
        except OSError:
            with suppress(OSError):
                Path(part).unlink()
            raise
    except OSError as error:
        raise RecordError(f"{path}: cannot be written: {error.strerror or error}") from error
    return count


def report_html(
    log: ScoreLog,
    which: RunFilter,
    *,
    mode: str = "all",
    test: LearningCusum | None = None,
    progress: Callable[[float], None] | None = None,
    now: datetime | None = None,
) -> tuple[str, int]:
    """The page as text, and how many runs it is about."""
    test = test or LearningCusum()
    step = progress or (lambda _share: None)
    with log.reading() as connection:
        data = gather(connection, which, mode, lambda done: step(0.6 * done))
    counted = counted_runs(data)
    found = progress_of(data, counted, test)
    names = {no: who.shown for no, who in data.people.items()}
    found.sort(key=lambda p: (names[p.person_no], p.series))
    step(0.8)
    practice = {"all": None, "assessment": False, "practice": True}[mode]
    kept = RunFilter(**{**vars(which), "retracted": False, "practice": practice})
    latest = [_run(run) for run in log.runs(kept, newest=MOST_RUNS)]
    step(0.9)
    people = people_rows(data)
    places = {row.no: k for k, row in enumerate(people)}
    environment = Environment(
        loader=PackageLoader("ir_sim.records.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = number
    environment.filters["day"] = day
    html = environment.get_template("report.html").render(
        version=__version__,
        written=utc_text(now or datetime.now(UTC)).replace("T", " ")[:16] + " UTC",
        filters=_filters(which, mode),
        test=test,
        totals=_totals(data, counted),
        practice=_practice(data),
        people=people,
        places=places,
        series=[_series(data, counted, found, k, test) for k in range(_charted(data))],
        all_series=data.series,
        names=[_name(series) for series in data.series],
        progress=[p for p in found if p.person_no in places][:MOST_ROWS],
        progress_left=max(0, len(found) - MOST_ROWS),
        curves=[[places[p.person_no], p.series, np.round(p.curve).astype(int).tolist()]
                for p in found if p.person_no in places and p.series < MOST_SERIES],
        errors=_errors(data, counted),
        ratios=_ratios(data, counted),
        cohorts=_cohorts(data, counted, found),
        unusual=[p for p in found if p.unusual and p.person_no in places],
        runs=latest,
        person_of=data.people,
    )  # fmt: skip
    step(1.0)
    return html, len(data)


def _name(series: Series) -> str:
    return series.title or series.scenario_id


def _short(data: Gathered, k: int) -> str:
    """A series' name beside a chart's row: cut to fit; with its version where names are alike."""
    name = _name(data.series[k])
    twins = sum(_name(other) == name for other in data.series)
    version = f" {data.series[k].scenario_sha256[:4]}" if twins > 1 else ""
    room = ROW_LETTERS - len(version)
    return (name if len(name) <= room else name[: room - 1].rstrip() + "…") + version


def _charted(data: Gathered) -> int:
    return min(len(data.series), MOST_SERIES)


def _filters(which: RunFilter, mode: str) -> str:
    parts = [
        f"{name} {value}"
        for name, value in (
            ("trainee", which.trainee),
            ("cohort", which.cohort),
            ("case", which.case),
            ("since", which.since and utc_text(which.since)[:10]),
            ("until", which.until and utc_text(which.until)[:10]),
            ("player", which.player),
        )
        if value
    ]
    if mode != "all":
        parts.append(f"{mode} mode")
    return ", ".join(parts) or "every run of the log"


def _totals(data: Gathered, counted: Counted) -> dict[str, Any]:
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


def _practice(data: Gathered) -> Markup | None:
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


def _series(
    data: Gathered, counted: Counted, found: list[Progress], k: int, test: LearningCusum
) -> SeriesSection:
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
    cohorts = _cohort_names(data)
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
    name = _name(series)
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


def _cohort_names(data: Gathered) -> list[str]:
    names = sorted({who.cohort for who in data.people.values() if who.cohort})
    return names[-MOST_COHORTS:]


def _errors(data: Gathered, counted: Counted) -> dict[str, Any]:
    runs = len(counted.rows)
    rows = []
    for code, weight, count in error_rows(data, counted):
        part = share(count, runs)
        rows.append((code, weight, 100 * part.value, 100 * part.low, 100 * part.high))
    return {"chart": charts.error_chart(rows, runs, "all cases") if rows else None, "runs": runs}


def _ratios(data: Gathered, counted: Counted) -> list[dict[str, Any]]:
    out = []
    for name, (label, unit) in MEASURED.items():
        reference = data.references[name][counted.rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(reference > 0, data[name][counted.rows] / reference, np.nan)
        rows = []
        for k in range(_charted(data)):
            low, middle, high, n = quartiles(ratio[data["series"][counted.rows] == k])
            if n:
                rows.append((_short(data, k), low, middle, high, n))
        measured = int(np.isfinite(data[name][counted.rows]).sum())
        above = share(int((ratio > 1).sum()), int(np.isfinite(ratio).sum()))
        chart = charts.ratio_chart(rows, label) if rows else None
        out.append({"label": label, "unit": unit, "chart": chart, "above": above, "n": measured})
    return out


def _cohorts(data: Gathered, counted: Counted, found: list[Progress]) -> dict[str, Any]:
    """Cohorts side by side: one value for each person, so that keen ones do not count more."""
    names = _cohort_names(data)
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


def _run(run: LoggedRun) -> dict[str, Any]:
    document = run.document
    return {
        "seq": run.seq,
        "hash": run.hash,
        "no": run.person.no,
        "who": run.person.shown,
        "document": document,
        "name": document["scenario_title"] or document["scenario_id"],
        "started": document["started_utc"].replace("T", " ")[:16],
    }
