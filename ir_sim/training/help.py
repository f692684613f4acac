"""Help that fades: prompts and hints for a beginner, fewer after every finished run.

Levels, from much to none: ``full`` shows the step and offers a hint after idle time or a repeated
error; ``prompts`` shows the step; ``on_request`` answers only ``Action("hint")``; ``none`` nothing.
Whatever is shown is an event, so that a record says how much help a run had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ir_sim.scenario.task import Step
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import DT_S
from ir_sim.training.moment import Moment
from ir_sim.training.score import ErrorFound

HelpLevel = Literal["full", "prompts", "on_request", "none"]
HELP_LEVELS: tuple[HelpLevel, ...] = get_args(HelpLevel)
#: A hint is offered after this long without anything done, s, and again as long after (assumed).
IDLE_S = 20.0
#: Finished runs of a case after which the help fades to prompts, and to hints on request (assumed).
FADES_AFTER: tuple[tuple[int, HelpLevel], ...] = ((3, "on_request"), (1, "prompts"), (0, "full"))


def help_after(finished_runs: int) -> HelpLevel:
    """The level for somebody who has finished a case so many times."""
    return next(level for runs, level in FADES_AFTER if finished_runs >= runs)


@dataclass
class Help:
    """What is shown, and what has been offered.

    Attributes:
        level: How much.
        hint: The hint on show, or empty; it goes when the next step begins.
    """

    level: HelpLevel = "full"
    hint: str = ""
    _step: str = ""
    _idle_ticks: int = 0
    _made: dict[str, int] = field(default_factory=dict)

    def prompt(self, step: Step | None) -> str:
        """What the step asks for, if that is shown."""
        return step.do if step is not None and self.level in ("full", "prompts") else ""

    def update(
        self, moment: Moment, step: Step | None, errors: Sequence[ErrorFound]
    ) -> list[Event]:
        """``hint_offered`` and ``hint_given`` of this tick."""
        now = step.id if step is not None else ""
        if now != self._step:
            self._step, self.hint, self._idle_ticks = now, "", 0
        asked = self.level != "none" and any(a.kind == "hint" for a in moment.controls.actions)
        found = [self._show("hint_given", "asked for", hint_of(step), moment)] if asked else []
        if self.level == "full":
            found += self._repeated(moment, errors) or self._idle(moment, step)
        return found

    def _repeated(self, moment: Moment, errors: Sequence[ErrorFound]) -> list[Event]:
        found: list[Event] = []
        for error in errors:
            self._made[error.code] = self._made.get(error.code, 0) + 1
            if self._made[error.code] >= 2:
                reason = f"repeated error: {error.code}"
                found.append(self._show("hint_offered", reason, error.hint, moment))
        return found

    def _idle(self, moment: Moment, step: Step | None) -> list[Event]:
        busy = moment.moving or moment.table_moving or moment.injecting
        busy = busy or bool(moment.controls.actions) or moment.state.pedal == "acquire"
        self._idle_ticks = 0 if busy else self._idle_ticks + 1
        if step is None or moment.state.finished or self._idle_ticks < IDLE_S / DT_S:
            return []
        self._idle_ticks = 0
        return [self._show("hint_offered", f"idle for {IDLE_S:.0f} s", hint_of(step), moment)]

    def _show(self, kind: str, reason: str, text: str, moment: Moment) -> Event:
        self.hint = text
        said = f"Hint ({reason}): {text}"
        return Event(moment.state.tick, kind, said, data={"reason": reason, "step": self._step})

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {**vars(self), "_made": dict(self._made)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update({**saved, "_made": dict(saved["_made"])})


def hint_of(step: Step | None) -> str:
    """A step's hint, or what it asks for."""
    if step is None:
        return "All steps are done: end the case."
    return step.hint or step.do
