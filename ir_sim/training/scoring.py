"""From what happened to points. Every formula stands in ``docs/scoring.md`` in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ir_sim.training.rubric import Rubric
from ir_sim.training.score import ErrorFound, Gate, Metric, Part, Score

CRITICAL = 5


@dataclass(frozen=True)
class Done:
    """What was done of what the case asks for, by weight.

    Attributes:
        steps: Weight of the procedure's steps done.
        steps_of: Weight of all steps; 0 if the case has none.
        forms: Weight of the questions answered rightly at the first answer.
        forms_of: Weight of all questions.
        reached: Whether the target has been held.
        unmet: The treatment's endpoints that are not met, in words.
    """

    steps: float
    steps_of: float
    forms: float
    forms_of: float
    reached: bool
    unmet: tuple[str, ...] = ()

    @property
    def procedure_share(self) -> float:
        """Share of the procedure's steps; without steps, whether the target was reached."""
        return self.steps / self.steps_of if self.steps_of else float(self.reached)

    def share(self, forms_share: float) -> float:
        """Share of steps and questions together; the questions make up ``forms_share``."""
        if not self.forms_of:
            return self.procedure_share
        forms = self.forms / self.forms_of
        return (1.0 - forms_share) * self.procedure_share + forms_share * forms


def rate(
    rubric: Rubric,
    done: Done,
    errors: Sequence[ErrorFound],
    metrics: Mapping[str, Metric],
    *,
    practice: bool = False,
) -> Score:
    """The score of a run, at its end or at any moment of it."""
    share = safe_share(rubric, errors)
    parts = (
        _steps(rubric, done),
        _errors(rubric, done, errors),
        _as_far_as_safe(_efficiency(rubric, done, metrics), share),
        _as_far_as_safe(_dose(rubric, done, metrics), share),
        _contrast(rubric, done, metrics),
    )
    reasons = gate_reasons(done, errors)
    gate = Gate(not reasons, reasons)
    total = sum(part.points for part in parts)
    if not gate.open:
        total = min(total, rubric.closed_gate_most)
    return Score(
        total=total,
        passed=gate.open and total >= rubric.pass_mark and not practice,
        gate=gate,
        parts=parts,
        metrics=dict(metrics),
        errors=tuple(errors),
        rubric=rubric.id,
        rubric_sha256=rubric.sha256,
        practice=practice,
    )


def gate_reasons(done: Done, errors: Sequence[ErrorFound]) -> tuple[str, ...]:
    """Why a run cannot pass: empty if it can."""
    reasons = [] if done.reached else ["The target was not reached."]
    reasons += [f"Not achieved: {words}." for words in done.unmet]
    reasons += [f"Critical error: {e.text}." for e in errors if e.weight >= CRITICAL]
    return tuple(reasons)


def points_for_ratio(ratio: float, full: float, none: float) -> float:
    """Share of the points for a ratio to the reference: 1 up to ``full``, 0 from ``none``."""
    if none <= full:
        return 1.0 if ratio <= full else 0.0
    return min(max((none - ratio) / (none - full), 0.0), 1.0)


def safe_share(rubric: Rubric, errors: Sequence[ErrorFound]) -> float:
    """Share of the efficiency and dose points that unsafe errors leave."""
    rule = rubric.unsafe
    if rule is None or not rubric.points.errors:
        return 1.0
    cost = sum(rubric.cost(e.weight) for e in errors if e.weight >= rule.from_weight)
    return 1.0 - (1.0 - rule.keeps) * min(cost / rubric.points.errors, 1.0)


def _as_far_as_safe(part: Part, share: float) -> Part:
    if share >= 1.0 or not part.points:
        return part
    because = f"{part.because}; {share:.0%} of it, for unsafe errors"
    return replace(part, points=share * part.points, because=because)


def _steps(rubric: Rubric, done: Done) -> Part:
    out_of, share = rubric.points.steps, done.share(rubric.forms_share)
    because = "target reached" if done.reached else "target not reached"
    if done.steps_of:
        because = f"{done.procedure_share:.0%} of the steps by weight"
    if done.forms_of:
        because += f", {done.forms / done.forms_of:.0%} of the questions"
    return Part("steps", "Steps", out_of * share, out_of, because)


def _errors(rubric: Rubric, done: Done, errors: Sequence[ErrorFound]) -> Part:
    out_of = rubric.points.errors
    cost = sum(rubric.cost(error.weight) for error in errors)
    points = max(out_of * done.procedure_share - cost, 0.0)
    counted = "no errors" if not errors else f"{len(errors)} errors cost {cost:g}"
    if len(errors) == 1:
        counted = f"1 error costs {cost:g}"
    because = f"{counted}, of the {out_of * done.procedure_share:.0f} points of the steps done"
    return Part("errors", "Errors", points, out_of, because)


def _efficiency(rubric: Rubric, done: Done, metrics: Mapping[str, Metric]) -> Part:
    names = ("procedure_time_s", "fluoro_time_s")
    return _against(
        "efficiency", "Efficiency", rubric.points.efficiency, names, rubric, done, metrics
    )


def _dose(rubric: Rubric, done: Done, metrics: Mapping[str, Metric]) -> Part:
    names = ("kap_gy_cm2", "air_kerma_mgy")
    return _against("dose", "Dose", rubric.points.dose, names, rubric, done, metrics)


def _contrast(rubric: Rubric, done: Done, metrics: Mapping[str, Metric]) -> Part:
    return _against(
        "contrast", "Contrast", rubric.points.contrast, ("contrast_ml",), rubric, done, metrics
    )


def _against(
    name: str,
    label: str,
    out_of: float,
    names: Sequence[str],
    rubric: Rubric,
    done: Done,
    metrics: Mapping[str, Metric],
) -> Part:
    """Points for the ratio of each metric to its reference; metrics without one do not count."""
    if not done.reached:
        return Part(name, label, 0.0, out_of, "earned only once the target is reached")
    shares = dict(rubric.shares)
    weighed: list[tuple[float, float, str]] = []
    for metric_name in names:
        metric = metrics[metric_name]
        if metric.reference is None:
            continue
        ratio = metric.value / metric.reference
        earned = points_for_ratio(ratio, rubric.ratio.full, rubric.ratio.none)
        said = f"{metric.label}: {ratio:.2g} x {metric.reference:g} {metric.unit}"
        weighed.append((shares.get(metric_name, 1.0), earned, said))
    total = sum(weight for weight, _, _ in weighed)
    earned = sum(weight * share for weight, share, _ in weighed) / total if total else 1.0
    return Part(name, label, out_of * earned, out_of, "; ".join(said for _, _, said in weighed))
