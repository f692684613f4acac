"""The documented columns of an export: one row for each run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ir_sim.records.canonical import canonical
from ir_sim.records.reading import LoggedRun
from ir_sim.records.record import HEADLINE_METRICS

Kind = Literal["text", "number", "whole", "truth"]


@dataclass(frozen=True)
class ExportColumn:
    """A column: its name, kind, meaning, and how it is had from a run."""

    name: str
    kind: Kind
    meaning: str
    of: Callable[[LoggedRun], Any]


def _doc(name: str) -> Callable[[LoggedRun], Any]:
    return lambda run: run.document[name]


def _metric(name: str, part: str) -> Callable[[LoggedRun], Any]:
    return lambda run: run.document["metrics"].get(name, {}).get(part)


def _metric_columns() -> list[ExportColumn]:
    out = []
    for name in HEADLINE_METRICS:
        out.append(ExportColumn(name, "number", f"{name} of the run", _metric(name, "value")))
        meaning = f"the case's own reference for {name}"
        out.append(ExportColumn(f"{name}_reference", "number", meaning, _metric(name, "reference")))
    return out


def _errors(run: LoggedRun) -> str:
    return "; ".join(
        f"{e['code']} (weight {e['weight']}) at {e['time_s']:.1f} s" for e in run.document["errors"]
    )


COLUMNS: tuple[ExportColumn, ...] = (
    ExportColumn("run_id", "text", "UUID of the run", _doc("run_id")),
    ExportColumn("simulated", "truth", "always true: no patient was treated", _doc("simulated")),
    ExportColumn("trainee", "text", "pseudonym", lambda run: run.person.shown),
    ExportColumn("cohort", "text", "cohort, now", lambda run: run.person.cohort),
    ExportColumn("level", "text", "level of training, now", lambda run: run.person.level),
    ExportColumn("role", "text", "resident, instructor or director", lambda run: run.person.role),
    ExportColumn("scenario_id", "text", "case", _doc("scenario_id")),
    ExportColumn("scenario_title", "text", "its title", _doc("scenario_title")),
    ExportColumn("scenario_level", "text", "its level", _doc("scenario_level")),
    ExportColumn("scenario_sha256", "text", "its version", _doc("scenario_sha256")),
    ExportColumn("rubric_id", "text", "rubric", _doc("rubric_id")),
    ExportColumn("rubric_sha256", "text", "its version", _doc("rubric_sha256")),
    ExportColumn("software_version", "text", "version of ir_sim", _doc("software_version")),
    ExportColumn("seed", "whole", "seed of the simulation", _doc("seed")),
    ExportColumn("started_utc", "text", "ISO 8601, UTC", _doc("started_utc")),
    ExportColumn("ended_utc", "text", "ISO 8601, UTC", _doc("ended_utc")),
    ExportColumn("procedure_s", "number", "length, simulated seconds", _doc("procedure_s")),
    ExportColumn("status", "text", "finished or interrupted", _doc("status")),
    ExportColumn("total", "number", "score, 0 to 100; empty if interrupted", _doc("total")),
    ExportColumn("passed", "truth", "pass mark met and gate open", _doc("passed")),
    ExportColumn("gate_open", "truth", "target reached, no critical error", _doc("gate_open")),
    ExportColumn(
        "gate_reasons", "text", "why not", lambda run: "; ".join(run.document["gate_reasons"])
    ),
    *_metric_columns(),
    ExportColumn("error_count", "whole", "errors", lambda run: len(run.document["errors"])),
    ExportColumn(
        "worst_error",
        "whole",
        "largest weight, 0 if none",
        lambda run: max((e["weight"] for e in run.document["errors"]), default=0),
    ),
    ExportColumn("errors", "text", "each error, its weight and time", _errors),
    ExportColumn("player", "text", "human, expert (autopilot) or bot", _doc("player")),
    ExportColumn("practice", "truth", "practice mode (help allowed)", _doc("practice")),
    ExportColumn("help_count", "whole", "helps taken", lambda run: len(run.document["help_used"])),
    ExportColumn("retracted", "truth", "retracted later: not to count", lambda run: run.retracted),
    ExportColumn(
        "all_metrics",
        "text",
        "every metric with value, unit, reference and source, as JSON",
        lambda run: canonical(run.document["metrics"]),
    ),
    ExportColumn("imported_from", "text", "file it was imported from", _doc("imported_from")),
    ExportColumn("irrun_sha256", "text", "hash of the recording", _doc("irrun_sha256")),
    ExportColumn("logged_utc", "text", "when it was logged", lambda run: run.logged_utc),
    ExportColumn("seq", "whole", "place in the chain", lambda run: run.seq),
    ExportColumn("hash", "text", "its link in the chain", lambda run: run.hash),
)

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row_of(run: LoggedRun) -> list[Any]:
    """A run's values in the order of ``COLUMNS``."""
    return [column.of(run) for column in COLUMNS]


def for_spreadsheet(value: Any) -> Any:
    """A value that no spreadsheet runs: text that looks like a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def from_spreadsheet(text: str) -> str:
    """The text that ``for_spreadsheet`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def line_of(run: LoggedRun) -> str:
    """A run as one line of JSON: the whole record, and what the log knows of it."""
    return json.dumps(
        {
            "ir_sim_run": 1,
            "run": run.plain,
            "cohort": run.person.cohort,
            "level": run.person.level,
            "role": run.person.role,
            "retracted": run.retracted,
            "seq": run.seq,
            "hash": run.hash,
            "logged_utc": run.logged_utc,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
