"""A simulation with its task: what ``ir_sim.Simulation`` is.

It adds to the tick the rating of what was done, and nothing to the physics: the devices, the flow
and the X-rays of a session are those of the bare simulation, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ir_sim.scenario.model import Scenario
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.simulation import Simulation
from ir_sim.simulation.state import State
from ir_sim.training.assessment import Assessment, Progress
from ir_sim.training.case import Case, case_of
from ir_sim.training.debrief import Debrief, debrief_of
from ir_sim.training.debrief_html import debrief_page
from ir_sim.training.help import HelpLevel
from ir_sim.training.moment import Moment
from ir_sim.training.rubric import Rubric, load_rubric
from ir_sim.training.score import Score


class Session(Simulation):
    """A simulated procedure that is rated while it goes on.

    Args:
        scenario: The case.
        seed: Of everything random.
        rubric: A rubric, its id or its path; the case's own if None.
        help_level: ``full``, ``prompts``, ``on_request`` or ``none``.
        practice: Free practice: measured and named, never passed or failed.

    Raises:
        AuthoringError: The rubric cannot be read.

    Attributes:
        case: What follows from the case alone: limits, the way, the forms.
        rubric: In use.
        assessment: The rating as it goes on.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 0,
        *,
        rubric: Rubric | str | Path | None = None,
        help_level: HelpLevel = "full",
        practice: bool = False,
    ) -> None:
        super().__init__(scenario, seed)
        if not isinstance(rubric, Rubric):
            rubric = load_rubric(rubric if rubric is not None else scenario.scoring.rubric)
        self.rubric = rubric
        self.case: Case = case_of(scenario, self.tree)
        self.assessment = Assessment(self.case, rubric, help_level, practice=practice)

    def step(self, controls: Controls) -> State:
        """One tick, then its rating.

        Raises:
            ValueError: The controls make no sense; nothing has changed.
        """
        seen = len(self.events)
        state = super().step(controls)
        moment = Moment(state, controls, self.events[seen:])
        self.events.extend(self.assessment.update(moment))
        return state

    @property
    def progress(self) -> Progress:
        """Steps, target, help and open questions."""
        return self.assessment.progress()

    def score(self) -> Score:
        """The score up to now."""
        return self.assessment.score(self.state)

    def debrief(
        self,
        expert: Mapping[str, float] | None = None,
        earlier: Sequence[Mapping[str, float]] = (),
    ) -> Debrief:
        """Everything there is to talk about; see ``debrief_of``."""
        return debrief_of(self.assessment, self.state, self.events, expert, earlier)

    def debrief_page(self, debrief: Debrief | None = None, trainee: str = "") -> str:
        """The debrief as one HTML page."""
        shown = debrief if debrief is not None else self.debrief()
        return debrief_page(shown, self.tree, self.scenario.task.target, trainee)

    def snapshot(self) -> dict[str, Any]:
        """Everything that changes, the rating included."""
        return {**super().snapshot(), "assessment": self.assessment.save()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``snapshot`` returned."""
        super().restore(saved)
        self.assessment.restore(saved["assessment"])
