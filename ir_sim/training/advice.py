"""The three ratings that are always shown, and the one thing to practise next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ir_sim.training.assessment import Assessment
from ir_sim.training.rubric import Rubric
from ir_sim.training.score import Metric, Score


@dataclass(frozen=True)
class Rating:
    """One of the three ratings that are always shown.

    Attributes:
        label: What is rated.
        value: The figure with its unit.
        verdict: ``good``, ``fair`` or ``poor``; ``open`` while the target is not reached.
        because: Against what.
    """

    label: str
    value: str
    verdict: str
    because: str


@dataclass(frozen=True)
class Advice:
    """The next thing to practise."""

    title: str
    text: str
    because: str


def ratings(score: Score) -> tuple[Rating, ...]:
    """The design's three: fluoroscopy time, contrast use, target reached."""
    reached = score.metrics["target_reached"].value > 0.5
    task = score.metrics["target_reached"].source
    return (
        _against_reference(score.metrics["fluoro_time_s"], reached),
        _against_reference(score.metrics["contrast_ml"], reached),
        Rating("Target reached", "yes" if reached else "no", "good" if reached else "poor", task),
    )


def _against_reference(metric: Metric, reached: bool) -> Rating:
    reference = metric.reference or 1.0
    ratio = metric.value / reference
    verdict = "good" if ratio <= 1.25 else "fair" if ratio <= 2.0 else "poor"
    if not reached and verdict == "good":
        verdict = "open"  # little was used because little was done
    because = f"{ratio:.1f} x the reference of {reference:g} {metric.unit}"
    return Rating(metric.label, f"{metric.value:.0f} {metric.unit}", verdict, because)


def advice(score: Score, assessment: Assessment) -> Advice:
    """The one thing that would have earned most."""
    rubric = assessment.rubric
    critical = [e for e in score.errors if e.weight >= 5]
    if critical:
        first = critical[0]
        return Advice("Safety first", first.hint, f"{first.text}: the run could not pass.")
    missing = assessment.steps.current
    if missing is not None and not assessment.target.reached_s:
        text = missing.hint or "Ask for a hint when you are stuck; the expert's run shows the way."
        return Advice(f"Finish: {missing.do}", text, "The step is open.")
    losses = list(_losses(score, rubric))
    if not losses or max(losses)[0] < 1.0:
        return Advice(
            "Next: less help, or a harder case",
            "Repeat the case with the prompts off, or take one of the next level.",
            "Hardly a point was lost.",
        )
    _, title, text, because = max(losses)
    return Advice(title, text, because)


def _losses(score: Score, rubric: Rubric) -> Iterator[tuple[float, str, str, str]]:
    """Points lost, by cause."""
    by_code: dict[str, float] = {}
    for error in score.errors:
        by_code[error.code] = by_code.get(error.code, 0.0) + rubric.cost(error.weight)
    for code, cost in by_code.items():
        times = sum(e.code == code for e in score.errors)
        found = next(e for e in score.errors if e.code == code)
        because = f"It happened {times} time{'s' * (times > 1)} and cost {cost:g} points."
        yield cost, found.text, found.hint, because
    texts = {
        "steps": ("Do every step", "Read the list of steps before the puncture and tick them off."),
        "efficiency": ("Work at a steadier pace", "Plan the next two moves on the held image."),
        "dose": ("Use less radiation", "Fewer pulses, tight blades, large field, last-image hold."),
        "contrast": ("Use less contrast", "Small puffs, diluted; plan one run for each question."),
    }
    for part in score.parts:
        if part.name in texts:
            title, text = texts[part.name]
            yield part.out_of - part.points, title, text, f"{part.label}: {part.because}."
