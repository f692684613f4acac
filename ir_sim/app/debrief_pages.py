"""The pages of the debrief as rows: errors, steps, forms, comparison; and the report as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ir_sim.anatomy import VesselTree
from ir_sim.app.drawing.panel import clock
from ir_sim.app.theme import Colour, Palette
from ir_sim.app.widgets import Column
from ir_sim.scenario.model import Scenario
from ir_sim.training.debrief import Debrief, Strip

#: From this weight on an error is drawn as a grave one.
GRAVE = 4


@dataclass(frozen=True, eq=False)
class Run:
    """A run that has been played.

    Attributes:
        scenario: The case.
        tree: Its vessels.
        debrief: What there is to talk about.
        trainee: Pseudonym.
        kept: Where the run was kept, or why it was not; one line.
    """

    scenario: Scenario
    tree: VesselTree
    debrief: Debrief
    trainee: str
    kept: str


@dataclass(frozen=True)
class Listed:
    """A page.

    Attributes:
        columns: Of the table.
        rows: Their cells.
        colours: A dot for each row.
        times: The moment of each row, s; None where it has none.
        empty: What is said where there are no rows.
    """

    columns: list[Column]
    rows: list[tuple[Any, ...]]
    colours: list[Colour]
    times: list[float | None]
    empty: str


def weight_colour(weight: int, palette: Palette) -> Colour:
    """The colour of an error."""
    return palette.bad if weight >= GRAVE else palette.warn


def _errors(debrief: Debrief, palette: Palette) -> Listed:
    found = debrief.score.errors
    return Listed(
        [
            Column("Time", 0.7, weight="mono"),
            Column("Weight", 0.7, weight="mono"),
            Column("What happened (Enter or click: watch it)", 5.6),
        ],
        [(_moment(e.time_s), e.weight, e.text) for e in found],
        [weight_colour(e.weight, palette) for e in found],
        [e.time_s for e in found],
        "No errors.",
    )


def _steps(debrief: Debrief, palette: Palette) -> Listed:
    return Listed(
        [Column("Done", 0.7, weight="mono"), Column("Step", 5.0), Column("Order", 0.9)],
        [(_moment(s.done_s), s.do, "early" if s.early else "") for s in debrief.steps],
        [palette.good if s.done_s is not None else palette.bad for s in debrief.steps],
        [s.done_s for s in debrief.steps],
        "The case has no steps.",
    )


def _forms(debrief: Debrief, palette: Palette) -> Listed:
    return Listed(
        [Column("Question", 3.0), Column("Answer", 2.0), Column("Right would have been", 2.0)],
        [(a.ask, a.given, "" if a.right else a.wanted) for a in debrief.answers],
        [palette.good if a.right else palette.bad for a in debrief.answers],
        [None] * len(debrief.answers),
        "The case has no forms.",
    )


def _compared(debrief: Debrief, palette: Palette) -> Listed:
    """This run's figures beside the expert's and those of one's last runs."""
    rows = []
    for row in debrief.comparison:
        expert = "–" if row.expert is None else f"{row.expert:.3g}"
        before = ", ".join(f"{value:.3g}" for value in row.earlier[-3:]) or "–"
        name = f"{row.metric.label}, {row.metric.unit}" if row.metric.unit else row.metric.label
        rows.append((name, f"{row.metric.value:.3g}", expert, before))
    return Listed(
        [
            Column("Figure", 4.6),
            Column("This run", 1.0, weight="mono"),
            Column("Expert", 1.0, weight="mono"),
            Column("Last runs", 2.0, weight="mono"),
        ],
        rows,
        [palette.quiet] * len(rows),
        [None] * len(rows),
        "Nothing to compare with.",
    )


PAGES: Mapping[str, Callable[[Debrief, Palette], Listed]] = {
    "Errors": _errors,
    "Steps": _steps,
    "Forms": _forms,
    "Compare": _compared,
}


def report_text(debrief: Debrief) -> str:
    """The procedure report."""
    return "\n".join(f"{p.heading}: {p.text}" for p in debrief.report)


def end_s(strips: Sequence[Strip]) -> float:
    """Length of the run."""
    return max((float(s.time_s[-1]) for s in strips if len(s.time_s)), default=0.0)


def _moment(time_s: float | None) -> str:
    return "–" if time_s is None else clock(time_s).split(".")[0]
