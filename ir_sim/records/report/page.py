"""The page itself: one HTML file that needs no network and no other file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from ir_sim import __version__
from ir_sim.errors import RecordError
from ir_sim.records.canonical import utc_text
from ir_sim.records.reading import LoggedRun, RunFilter
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.drawing import number
from ir_sim.records.report.gather import gather
from ir_sim.records.report.model import counted_runs, day, people_rows, progress_of
from ir_sim.records.report.sections import (
    MOST_SERIES,
    charted,
    cohorts,
    errors,
    name_of,
    practice,
    ratios,
    series_section,
    totals,
)
from ir_sim.records.store import ScoreLog

#: Lines of the table of people and series.
MOST_ROWS = 12_000
#: Runs that can be opened on the page.
MOST_RUNS = 200


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
    in_practice = {"all": None, "assessment": False, "practice": True}[mode]
    kept = RunFilter(**{**vars(which), "retracted": False, "practice": in_practice})
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
        totals=totals(data, counted),
        practice=practice(data),
        people=people,
        places=places,
        series=[series_section(data, counted, found, k, test) for k in range(charted(data))],
        all_series=data.series,
        names=[name_of(series) for series in data.series],
        progress=[p for p in found if p.person_no in places][:MOST_ROWS],
        progress_left=max(0, len(found) - MOST_ROWS),
        curves=[[places[p.person_no], p.series, np.round(p.curve).astype(int).tolist()]
                for p in found if p.person_no in places and p.series < MOST_SERIES],
        errors=errors(data, counted),
        ratios=ratios(data, counted),
        cohorts=cohorts(data, counted, found),
        unusual=[p for p in found if p.unusual and p.person_no in places],
        runs=latest,
        person_of=data.people,
    )  # fmt: skip
    step(1.0)
    return html, len(data)


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
