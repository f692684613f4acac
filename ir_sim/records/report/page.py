"""The page itself: one HTML file that needs no network and no other file."""

from __future__ import annotations

import base64
import gzip
import json
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
from ir_sim.records.report.crowd import view_of
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.figures import number
from ir_sim.records.report.library import bokeh
from ir_sim.records.report.model import day, people_rows
from ir_sim.records.report.sections import (
    MOST_SERIES,
    charted,
    cohorts,
    errors,
    name_of,
    practice,
    progress_cells,
    ratios,
    series_section,
    totals,
)
from ir_sim.records.roles import HOLDER, Viewer
from ir_sim.records.store import ScoreLog

#: Lines of the table of people and series; a picked person's are added beyond them.
MOST_ROWS = 3_000
#: Runs that can be opened on the page.
MOST_RUNS = 200


def write_report(
    log: ScoreLog,
    path: Path,
    which: RunFilter,
    *,
    mode: str = "all",
    viewer: Viewer = HOLDER,
    test: LearningCusum | None = None,
    progress: Callable[[float], None] | None = None,
) -> int:
    """Write the page; the old file stays until the new one is whole.

    Args:
        log: From where.
        path: The file.
        which: Which runs (retracted ones never count).
        mode: ``all``, ``assessment`` or ``practice``.
        viewer: For whom; the role decides what is on the page.
        test: LC-CUSUM with its parameters.
        progress: Called with the share that is done.

    Returns:
        How many runs it is about.

    Raises:
        RecordError: The log cannot be read or the file not written.
    """
    html, count = report_html(log, which, mode=mode, viewer=viewer, test=test, progress=progress)
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
    viewer: Viewer = HOLDER,
    test: LearningCusum | None = None,
    progress: Callable[[float], None] | None = None,
    now: datetime | None = None,
    live: bool = False,
) -> tuple[str, int]:
    """The page as text, and how many runs it shows by name.

    Raises:
        RecordError: The log cannot be read, Bokeh is not installed, or the viewer may not narrow
            the page like this.
    """
    test = test or LearningCusum()
    step = progress or (lambda _share: None)
    script, bokeh_version = bokeh()
    view = view_of(log, which, viewer, mode, test, lambda done: step(0.7 * done))
    own, beside = view.own, view.beside
    data, found = own.data, own.found
    latest = [_run(run) for run in log.runs(view.which, newest=MOST_RUNS)]
    step(0.8)
    people = people_rows(data)
    places = {row.no: k for k, row in enumerate(people)}
    lines = [(places[p.person_no], progress_cells(data, p)) for p in found if p.person_no in places]
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
        viewer=viewer,
        live=live,
        mode=mode,
        chosen=_chosen(which),
        bokeh=script,
        bokeh_version=bokeh_version,
        test=test,
        totals=totals(data, own.counted),
        practice=practice(data),
        people=people,
        places=places,
        series=[
            series_section(own, beside, k, test, places, viewer.fewest)
            for k in range(charted(data))
        ],
        all_series=data.series,
        names=[name_of(series) for series in data.series],
        progress=lines[:MOST_ROWS],
        progress_left=max(0, len(lines) - MOST_ROWS),
        packed=_packed(
            {
                "curves": [
                    [places[p.person_no], p.series, np.round(p.curve).astype(int).tolist()]
                    for p in found
                    if p.person_no in places and p.series < MOST_SERIES
                ],
                "lines": lines[MOST_ROWS:],
            }
        ),
        errors=errors(data, own.counted),
        ratios=ratios(data, own.counted),
        cohorts=cohorts(data, found),
        unusual=[p for p in found if p.unusual and p.person_no in places],
        runs=latest,
        person_of=data.people,
    )  # fmt: skip
    step(1.0)
    return html, len(data)


def _packed(value: object) -> str:
    """JSON, made small: half a million numbers of which a reader looks at few."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(text, mtime=0)).decode()


def _chosen(which: RunFilter) -> dict[str, str]:
    return {
        "trainee": which.trainee or "",
        "cohort": which.cohort or "",
        "case": which.case or "",
        "since": utc_text(which.since)[:10] if which.since else "",
        "until": utc_text(which.until)[:10] if which.until else "",
        "player": which.player or "",
    }


def _filters(which: RunFilter, mode: str) -> str:
    parts = [f"{name} {value}" for name, value in _chosen(which).items() if value]
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
