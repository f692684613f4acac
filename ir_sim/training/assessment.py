"""The rating of a run while it is played: steps, target, errors, help and measures, tick by tick.

It sees only what a tick's state, controls and events show, so it can stand beside any simulation
(and beside a stand-in in a test), and a run played again under another rubric is rated anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ir_sim.scenario.task import Step
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import State
from ir_sim.training.case import Asked, Case
from ir_sim.training.detectors import DETECTORS, Detector, Finding
from ir_sim.training.help import Help, HelpLevel
from ir_sim.training.metrics import Tally, metrics_of
from ir_sim.training.moment import Moment
from ir_sim.training.rescues import Rescues
from ir_sim.training.rubric import Rubric
from ir_sim.training.score import ErrorFound, Score
from ir_sim.training.scoring import Done, rate
from ir_sim.training.steps import StepWatch, TargetWatch, met


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes:
        steps: All of them, in order.
        current: The first step that is not done, or None.
        index: Its place; the number of steps once all are done.
        done: Ids of the steps done, in the order in which they were done.
        done_s: When each was done.
        early: Ids of the steps done before the step that should precede them.
        target_reached: Whether the target has been held for its time at least once.
        on_target: Whether it is held now.
        held_s: How long the device has lain in the target now.
        prompt: What the current step asks for, as far as the help level shows it.
        hint: The hint on show, or empty.
        open_questions: Questions of the form that is due and not answered.
        answered: For each question answered, the first answer.
        errors: Errors so far.
    """

    steps: tuple[Step, ...]
    current: Step | None
    index: int
    done: tuple[str, ...]
    done_s: Mapping[str, float]
    early: frozenset[str]
    target_reached: bool
    on_target: bool
    held_s: float
    prompt: str
    hint: str
    open_questions: tuple[Asked, ...]
    answered: Mapping[str, str]
    errors: tuple[ErrorFound, ...]


class Assessment:
    """Rates one run.

    Args:
        case: The case.
        rubric: Which errors are looked for, with which thresholds, and what they cost.
        help_level: How much help is shown.
        practice: Free practice: measured, not rated.

    Attributes:
        errors: Found so far, in order.
        tally: Counts and series.
        rescues: Complications and what answered them.
    """

    def __init__(
        self, case: Case, rubric: Rubric, help_level: HelpLevel = "full", *, practice: bool = False
    ) -> None:
        self.case, self.rubric, self.practice = case, rubric, practice
        self.steps = StepWatch(tuple(case.scenario.task.steps))
        self.target = TargetWatch(case.scenario.task.target)
        self.help = Help(help_level)
        self.tally = Tally()
        self.rescues = Rescues()
        self.errors: list[ErrorFound] = []
        self.answers: dict[str, str] = {}
        self.warned = False
        self.detectors: dict[str, Detector] = {
            code: DETECTORS[code](case, rule.threshold) for code, rule in rubric.errors.items()
        }
        # who looks in a tick that is sampled or not, with a deed or without
        self._looking = {
            (sampled, deed): [
                (code, detector)
                for code, detector in self.detectors.items()
                if {"tick": True, "sample": sampled, "deed": deed}[detector.looks]
            ]
            for sampled in (False, True)
            for deed in (False, True)
        }

    def update(self, moment: Moment) -> list[Event]:
        """Follow one tick.

        Returns:
            What the timeline is to say: ``target_reached``, ``target_lost``, ``step_done``,
            ``contrast_alert``, ``rescued``, ``error``, ``hint_offered`` and ``hint_given``.
        """
        self.tally.update(moment)
        self._hear(moment)
        out = [*self.target.update(moment), *self._alert(moment), *self.rescues.update(moment)]
        reached = self.target.reached_s is not None
        for done in self.steps.update(moment, reached=reached):
            skipped = done.skipped.do if done.skipped is not None else None
            data: dict[str, Any] = {
                "id": done.step.id,
                "step": done.step.do,
                "skipped": skipped,
            }
            text = f"Step done: {done.step.do}."
            out.append(Event(moment.state.tick, "step_done", text, data=data))
        moment.events.extend(out)
        deed = bool(moment.events or moment.controls.actions)
        fresh = [
            self._error(code, finding, moment)
            for code, detector in self._looking[moment.sampled, deed]
            for finding in detector.update(moment)
        ]
        self.errors += fresh
        tick = moment.state.tick
        for error in fresh:
            data = {"code": error.code, "weight": error.weight, "hint": error.hint}
            text = error.text if error.text.endswith("?") else f"{error.text}."
            out.append(Event(tick, "error", text, error.slot, error.vessel, data))
        out += self.help.update(moment, self.steps.current, fresh)
        return out

    def progress(self) -> Progress:
        """How far the run has come."""
        steps, current = self.steps, self.steps.current
        form = "before" if self.tally.started_tick < 0 else "after"
        questions = self.case.questions.values()
        return Progress(
            steps=steps.steps,
            current=current,
            index=steps.steps.index(current) if current is not None else len(steps.steps),
            done=tuple(steps.done_s),
            done_s=dict(steps.done_s),
            early=frozenset(steps.early),
            target_reached=self.target.reached_s is not None,
            on_target=self.target.on_target,
            held_s=self.target.held_s,
            prompt=self.help.prompt(current),
            hint=self.help.hint,
            open_questions=tuple(
                q for q in questions if q.form == form and q.id not in self.answers
            ),
            answered=dict(self.answers),
            errors=tuple(self.errors),
        )

    def score(self, state: State) -> Score:
        """The score up to a state."""
        questions = self.case.questions.values()
        right = sum(q.weight for q in questions if q.right(self.answers.get(q.id)))
        done = Done(
            steps=self.steps.done_weight,
            steps_of=self.steps.weight,
            forms=float(right),
            forms_of=float(sum(q.weight for q in questions)),
            reached=self.target.reached_s is not None,
            unmet=tuple(e.words for e in self.case.scenario.task.endpoints if not met(e, state)),
        )
        metrics = metrics_of(self.case, state, self.tally, self.steps, self.target)
        metrics |= self.rescues.metrics()
        return rate(self.rubric, done, self.errors, metrics, practice=self.practice)

    def _hear(self, moment: Moment) -> None:
        for action in moment.controls.actions:
            if action.kind == "answer" and action.device in self.case.questions:
                self.answers.setdefault(str(action.device), str(action.value))

    def _alert(self, moment: Moment) -> list[Event]:
        warn_ml = self.case.contrast_warning_ml
        if self.warned or moment.state.contrast_ml < warn_ml:
            return []
        self.warned = True
        limit_ml = self.case.contrast_limit_ml
        text = f"{warn_ml:.0f} mL of contrast given; this patient's limit is {limit_ml:.0f} mL."
        data = {"ml": warn_ml, "limit_ml": limit_ml}
        return [Event(moment.state.tick, "contrast_alert", text, data=data)]

    def _error(self, code: str, finding: Finding, moment: Moment) -> ErrorFound:
        rule = self.rubric.errors[code]
        words = {"slot": finding.slot or "device", "vessel": _spoken(finding.vessel)}
        text = rule.text.format_map(_Words({**words, **finding.data}))
        tip = moment.tips.get(finding.slot or moment.leading)
        return ErrorFound(
            code=code,
            weight=rule.weight,
            time_s=moment.state.time_s,
            text=text,
            hint=rule.hint,
            slot=finding.slot,
            vessel=finding.vessel,
            place_mm=tip.xy_mm if tip is not None else None,
        )

    def save(self) -> dict[str, Any]:
        """Everything that changes, for ``restore``."""
        return {
            "steps": self.steps.save(),
            "target": self.target.save(),
            "help": self.help.save(),
            "tally": self.tally.save(),
            "rescues": self.rescues.save(),
            "errors": list(self.errors),
            "answers": dict(self.answers),
            "warned": self.warned,
            "detectors": {code: d.save() for code, d in self.detectors.items()},
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self.steps.restore(saved["steps"])
        self.target.restore(saved["target"])
        self.help.restore(saved["help"])
        self.tally.restore(saved["tally"])
        self.rescues.restore(saved["rescues"])
        self.errors = list(saved["errors"])
        self.answers = dict(saved["answers"])
        self.warned = bool(saved["warned"])
        for code, detector in self.detectors.items():
            if code in saved["detectors"]:
                detector.restore(saved["detectors"][code])


class _Words(dict[str, Any]):
    """Figures for a sentence; one that an event did not carry is said to be unknown."""

    def __missing__(self, key: str) -> Any:
        return _Unknown()


class _Unknown:
    """Formats to a question mark under any format."""

    def __format__(self, spec: str) -> str:
        return "?"


def _spoken(name: str | None) -> str:
    return (name or "vessel").replace("_", " ")
