"""What there is to talk about after a run: plain data for the app and for the page.

Nothing here judges a person: a simulated procedure passed its rubric or did not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.fields import SLOTS
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import State
from ir_sim.training.advice import Advice, Rating, advice, ratings
from ir_sim.training.assessment import Assessment
from ir_sim.training.expert_figures import expert_figures
from ir_sim.training.report import Paragraph, ReportLine, report, timeline_lines
from ir_sim.training.score import Metric, Score
from ir_sim.training.series import Series

__all__ = [
    "Advice",
    "AnswerLine",
    "Compared",
    "Debrief",
    "Rating",
    "StepLine",
    "Strip",
    "debrief_of",
    "values_of",
]

Array = NDArray[np.float64]

#: What is compared with the expert and with earlier runs.
COMPARED = (
    "procedure_time_s",
    "fluoro_time_s",
    "kap_gy_cm2",
    "air_kerma_mgy",
    "contrast_ml",
    "path_length_mm",
    "idle_fluoro_s",
    "sub_movements",
    "spectral_arc_length",
)


@dataclass(frozen=True)
class StepLine:
    """A step and when it was done; None if it was not."""

    do: str
    done_s: float | None
    early: bool
    weight: int


@dataclass(frozen=True)
class AnswerLine:
    """A question of the forms, what was answered and what would have been right."""

    form: str
    ask: str
    given: str
    right: bool
    wanted: str
    why: str
    source: str


@dataclass(frozen=True, eq=False)
class Strip:
    """A quantity over time, 10 values a second.

    Attributes:
        name: Key.
        label: What it is, on screen.
        unit: Its unit.
        time_s: (n,).
        value: (n,).
        limit: A level worth a line, or None.
        limit_label: What that level is.
    """

    name: str
    label: str
    unit: str
    time_s: Array
    value: Array
    limit: float | None = None
    limit_label: str = ""


@dataclass(frozen=True)
class Compared:
    """A metric beside the expert's and one's earlier runs.

    Attributes:
        name: Of the metric.
        metric: This run's.
        expert: The expert's value on this case, or None.
        earlier: Values of one's earlier runs, oldest first.
    """

    name: str
    metric: Metric
    expert: float | None
    earlier: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Debrief:
    """A run, ready to be shown.

    Attributes:
        title: Of the case.
        case_id: Its id.
        level: Its level.
        review: ``unreviewed``, or who reviewed the clinical content and when.
        score: The score.
        ratings: Fluoroscopy time, contrast use, target reached.
        steps: In order.
        answers: To the forms, in order.
        report: Paragraphs of the procedure report.
        timeline: Sentences with times.
        strips: Tip speed, wall force, dose and contrast over time.
        paths: By slot, (n, 2) way of the tip, mm; NaN where it was not in the vessels.
        comparison: With the expert and earlier runs.
        advice: The next thing to practise.
    """

    title: str
    case_id: str
    level: str
    review: str
    score: Score
    ratings: tuple[Rating, ...]
    steps: tuple[StepLine, ...]
    answers: tuple[AnswerLine, ...]
    report: tuple[Paragraph, ...]
    timeline: tuple[ReportLine, ...]
    strips: tuple[Strip, ...]
    paths: Mapping[str, Array]
    comparison: tuple[Compared, ...]
    advice: Advice


def values_of(score: Score) -> dict[str, float]:
    """A score as the plain figures that later runs are compared with."""
    return {"total": score.total, **{name: m.value for name, m in score.metrics.items()}}


def debrief_of(
    assessment: Assessment,
    state: State,
    events: Sequence[Event],
    expert: Mapping[str, float] | None = None,
    earlier: Sequence[Mapping[str, float]] = (),
) -> Debrief:
    """Everything about a run up to a state.

    Args:
        assessment: The rating that followed the run.
        state: Its last state.
        events: Its timeline.
        expert: Figures of the expert's run of this case (``values_of``); those that are shipped
            with the case if None.
        earlier: Figures of one's own earlier runs of it, oldest first.
    """
    scenario, score = assessment.case.scenario, assessment.score(state)
    if expert is None:
        expert = expert_figures(scenario)
    review = scenario.review
    series = assessment.tally.series
    return Debrief(
        title=scenario.title,
        case_id=scenario.id,
        level=scenario.level,
        review=review if isinstance(review, str) else f"reviewed by {review.by}, {review.date}",
        score=score,
        ratings=ratings(score),
        steps=tuple(_steps(assessment)),
        answers=tuple(_answers(assessment)),
        report=report(scenario, events, score, _results(scenario, state)),
        timeline=timeline_lines(events),
        strips=tuple(_strips(assessment, series)),
        paths={slot: series.tip_xy_mm(slot) for slot in _moved(series)},
        comparison=tuple(_comparison(score, expert or {}, earlier)),
        advice=advice(score, assessment),
    )


def _results(scenario: Scenario, state: State) -> list[str]:
    ends = scenario.task.endpoints
    return [end.told(state.measure(end.measure, end.vessel)) for end in ends]


def _steps(assessment: Assessment) -> Iterator[StepLine]:
    watch = assessment.steps
    for step in watch.steps:
        done = watch.done_s.get(step.id)
        yield StepLine(step.do, done, step.id in watch.early, step.weight)


def _answers(assessment: Assessment) -> Iterator[AnswerLine]:
    for question in assessment.case.questions.values():
        given = assessment.answers.get(question.id)
        text = next((a.text for a in question.answers if a.id == given), "not answered")
        wanted = next((a.text for a in question.answers if a.right), "")
        yield AnswerLine(
            question.form,
            question.ask,
            text,
            question.right(given),
            wanted,
            question.why,
            question.source,
        )


def _moved(series: Series) -> list[str]:
    return [slot for slot in SLOTS if not np.isnan(series.tip_xy_mm(slot)).all()]


def _strips(assessment: Assessment, series: Series) -> Iterator[Strip]:
    time_s = series.column("time_s")
    for slot in _moved(series):
        speed = series.tip_speed_mm_s(slot)
        yield Strip(f"speed_{slot}", f"Speed of the {slot}'s tip", "mm/s", time_s, speed)
    rule = assessment.rubric.errors.get("wall_force")
    most = rule.threshold.get("force_n", 0.6) if rule is not None else None
    force = series.column("force_n")
    yield Strip("force_n", "Largest wall force", "N", time_s, force, most, "resistance")
    base = assessment.case.scenario.scoring.baseline
    kap = series.column("kap_gy_cm2")
    yield Strip("kap_gy_cm2", "KAP", "Gy cm²", time_s, kap, base.kap_gy_cm2, "case reference")
    yield Strip("air_kerma_mgy", "Ka,r", "mGy", time_s, series.column("air_kerma_mgy"))
    contrast = series.column("contrast_ml")
    limit = base.contrast_ml
    yield Strip("contrast_ml", "Contrast", "mL", time_s, contrast, limit, "case reference")
    yield Strip("pedal", "X-rays (1 fluoroscopy, 2 filmed)", "", time_s, series.column("pedal"))


def _comparison(
    score: Score, expert: Mapping[str, float], earlier: Sequence[Mapping[str, float]]
) -> Iterator[Compared]:
    for name in COMPARED:
        if name in score.metrics:
            before = tuple(run[name] for run in earlier if name in run)
            yield Compared(name, score.metrics[name], expert.get(name), before)
