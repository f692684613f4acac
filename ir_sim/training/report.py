"""The run in words, as a procedure report reads: indication, technique, complications, dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ir_sim.scenario.model import Scenario
from ir_sim.simulation.events import Event
from ir_sim.training.score import ErrorFound, Score

#: Events that a report does not list one by one.
_SMALL = {
    "procedure_started",
    "pedal_down",
    "pedal_up",
    "setting_changed",
    "run_started",
    "injection_started",
    "table_moved",
    "refused",
    "hint_taken",
    "hint_offered",
    "hint_given",
    "answered",
    "error",
    "step_done",
    "wall_force",
    "catheter_without_wire",
    "loop_gone",
}
_SEX = {"f": "woman", "m": "man"}


@dataclass(frozen=True)
class ReportLine:
    """One sentence of the timeline.

    Attributes:
        time_s: When.
        kind: Of the event: ``error`` and ``step_done`` stand out.
        text: The sentence.
        weight: Of an error; 0 otherwise.
    """

    time_s: float
    kind: str
    text: str
    weight: int = 0


@dataclass(frozen=True)
class Paragraph:
    """A headed paragraph of the report."""

    heading: str
    text: str


def clock(seconds: float) -> str:
    """Minutes and seconds, ``2:07``."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def figure(value: float) -> str:
    """Three significant digits without an exponent: 2503, 47.2, 6.30, 0.059."""
    size = abs(value)
    if size >= 99.95:
        return f"{value:.0f}"
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10.0 else f"{value:.2f}" if size >= 1.0 else f"{value:.3g}"


def timeline_lines(events: Sequence[Event]) -> tuple[ReportLine, ...]:
    """Everything that an instructor wants to see in order: steps, errors and what was done."""
    kept = _SMALL - {"error", "step_done", "hint_given", "hint_offered"}
    return tuple(
        ReportLine(e.time_s, e.kind, e.text, int(e.data.get("weight", 0)))
        for e in events
        if e.kind not in kept
    )


def report(
    scenario: Scenario, events: Sequence[Event], score: Score, results: Sequence[str] = ()
) -> tuple[Paragraph, ...]:
    """The paragraphs of the report. It reports a simulated procedure and says so first.

    Args:
        scenario: The case.
        events: The timeline.
        score: The rating.
        results: What the treatment has come to, a sentence each.
    """
    patient, access = scenario.patient, scenario.access
    who = f"{patient.age}-year-old {_SEX[patient.sex]}, {patient.weight_kg:g} kg"
    vessel = access.vessel.replace("_", " ")
    sheath = f"{access.sheath_fr:g} French sheath in the {vessel}, {access.direction}."
    return (
        Paragraph("Simulated procedure", f"{scenario.title}. Not a patient's record."),
        Paragraph("Indication", scenario.briefing or f"{who}. {'; '.join(scenario.objectives)}."),
        Paragraph("Access", sheath),
        Paragraph("Technique", _technique(events)),
        *_result(results),
        Paragraph("Complications and deviations", _deviations(score.errors)),
        Paragraph("Radiation and contrast", _figures(score)),
    )


def _result(results: Sequence[str]) -> tuple[Paragraph, ...]:
    text = "; ".join(results)
    return (Paragraph("Result", f"{text[:1].upper()}{text[1:]}."),) if results else ()


def _technique(events: Sequence[Event]) -> str:
    said = [f"{e.text} ({clock(e.time_s)})" for e in events if e.kind not in _SMALL]
    return " ".join(said) or "Nothing was done."


def _deviations(errors: Sequence[ErrorFound]) -> str:
    if not errors:
        return "None."
    worst = sorted(errors, key=lambda e: (-e.weight, e.time_s))
    return " ".join(f"{e.text} ({clock(e.time_s)})." for e in worst)


def _figures(score: Score) -> str:
    value = {name: metric.value for name, metric in score.metrics.items()}
    runs = int(value["runs"])
    return (
        f"Fluoroscopy {clock(value['fluoro_time_s'])} min, {runs} run{'s' * (runs != 1)}, "
        f"{value['frames']:.0f} pulses. KAP {value['kap_gy_cm2']:.2f} Gy cm², "
        f"Ka,r {value['air_kerma_mgy']:.1f} mGy. Contrast {value['contrast_ml']:.1f} mL. "
        f"Procedure time {clock(value['procedure_time_s'])} min."
    )
