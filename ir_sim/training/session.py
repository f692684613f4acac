"""A simulation that is taught and rated: what ``ir_sim.Simulation`` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ir_sim import __version__
from ir_sim.errors import RecordError, ScenarioError
from ir_sim.scenario.device import Device
from ir_sim.scenario.library import from_text
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.supply import Supply
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.recording import Recording, read
from ir_sim.simulation.simulation import Simulation
from ir_sim.simulation.state import State
from ir_sim.training.assessment import Assessment, Progress
from ir_sim.training.case import case_of
from ir_sim.training.debrief import Debrief, debrief_of
from ir_sim.training.debrief_html import debrief_page
from ir_sim.training.help import HelpLevel
from ir_sim.training.moment import Moment
from ir_sim.training.rubric import Rubric, load_rubric
from ir_sim.training.score import Score


class Session(Simulation):
    """A simulation with steps, errors, help and a score.

    Args:
        scenario: The case.
        seed: Varies the patient's body, the noise of the pictures and chance.
        rubric: How it is rated; the case's own by default.
        help_level: How much help is shown.
        practice: Free practice: measured, not rated.

    Attributes:
        case: What follows from the scenario alone.
        assessment: The rating while it goes on.

    Raises:
        AuthoringError: The case's rubric cannot be used.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 0,
        *,
        rubric: Rubric | None = None,
        help_level: HelpLevel = "full",
        practice: bool = False,
    ) -> None:
        self.rubric = rubric if rubric is not None else load_rubric(scenario.scoring.rubric)
        self._help: tuple[HelpLevel, bool] = (help_level, practice)
        super().__init__(scenario, seed)
        self.case = case_of(scenario, self.tree)
        self.assessment = Assessment(self.case, self.rubric, help_level, practice=practice)

    def step(self, controls: Controls | None = None) -> State:
        """Go on by one tick, and rate it.

        Raises:
            ValueError: Something in the controls cannot be meant; nothing has changed then.
        """
        controls = controls if controls is not None else Controls()
        first = len(self.events)
        state = super().step(controls)
        fresh = self.events[first:]
        said = self.assessment.update(Moment(state, controls, fresh))
        self.events.extend(said)
        if state.finished:
            self.recording.events = [event.as_dict() for event in self.events]
            self.recording.result = self.score().as_dict()
        return state

    @property
    def progress(self) -> Progress:
        """Steps, target, help and errors so far."""
        return self.assessment.progress()

    def score(self) -> Score:
        """The rating up to now."""
        return self.assessment.score(self.state)

    def debrief(
        self,
        expert: Mapping[str, float] | None = None,
        earlier: Sequence[Mapping[str, float]] = (),
    ) -> Debrief:
        """What there is to talk about up to now.

        Args:
            expert: Figures of the expert's run of this case (``values_of`` its score).
            earlier: Figures of one's own earlier runs of it, oldest first.
        """
        return debrief_of(self.assessment, self.state, self.events, expert, earlier)

    def debrief_page(self, debrief: Debrief | None = None, trainee: str = "") -> str:
        """The debrief as one HTML page that needs nothing else."""
        shown = debrief if debrief is not None else self.debrief()
        return debrief_page(shown, self.tree, self.scenario.task.target, trainee)

    def save(self, path: str | Path) -> str:
        """Write the recording with the score so far; returns its SHA-256.

        Raises:
            RecordError: It cannot be written.
        """
        self.recording.result = self.score().as_dict()
        return super().save(path)

    def snapshot(self) -> dict[str, Any]:
        """Everything needed to go on from here with the same bits."""
        return {**super().snapshot(), "assessment": self.assessment.save()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``snapshot`` returned."""
        super().restore(saved)
        self.assessment.restore(saved["assessment"])

    def _header(self) -> dict[str, Any]:
        level, practice = self._help
        return {
            **super()._header(),
            "rubric": self.rubric.id,
            "rubric_sha256": self.rubric.sha256,
            "help": level,
            "practice": practice,
        }

    @classmethod
    def from_recording(cls, recording: Recording, rubric: Rubric | None = None) -> Session:
        """A fresh session of a recording's case, seed and help.

        Args:
            recording: What was recorded.
            rubric: Rate under this one instead of the case's own.

        Raises:
            RecordError: The recording's case cannot be used.
        """
        header = recording.header
        level: HelpLevel = header.get("help", "full")
        practice = bool(header.get("practice", False))
        seed = int(header.get("seed", 0))
        scenario = recorded_case(recording)
        return cls(scenario, seed, rubric=rubric, help_level=level, practice=practice)


def recorded_case(recording: Recording, name: str = "recording") -> Scenario:
    """The case as it was when the run was recorded.

    Raises:
        RecordError: The recording's case cannot be used by this version of the program.
    """
    header = recording.header
    try:
        found = [Device.model_validate(device, strict=False) for device in header["devices"]]
        stocked = [Supply.model_validate(s, strict=False) for s in header.get("supplies", [])]
        text = str(header["scenario"])
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{name}: the recording's case or devices are damaged") from error
    devices = {device.id: device for device in found}
    scenario, problems = from_text(text, name, devices, {s.id: s for s in stocked})
    if scenario is None:
        made = header.get("software", "unknown")
        first = problems[0] if problems else "it is empty"
        message = (
            f"{name}: recorded by version {made}, this is {__version__}, "
            f"which does not take its case: {first}"
        )
        raise RecordError(message) from ScenarioError(problems)
    return scenario


def differs(recording: Recording) -> str:
    """Why a replay may differ from what was recorded, in one line; empty if it should not."""
    made = recording.header.get("software", "unknown")
    if made != __version__:
        return f"recorded by version {made}, replayed by {__version__}: the bits may differ"
    return ""


def replay(path: str | Path, rubric: Rubric | None = None) -> Session:
    """Run a recording again, bit for bit.

    Args:
        path: An ``.irrun`` file, or the journal of a run that was cut off.
        rubric: Rate under this one instead of the case's own.

    Raises:
        RecordError: It cannot be read, or the simulation came to another state than was recorded.
    """
    recording = read(path)
    session = Session.from_recording(recording, rubric)
    known = dict(recording.hashes)
    for controls in recording.controls():
        session.step(controls)
        tick = session.state.tick
        if tick in known and session.recording.hashes[-1] != (tick, known[tick]):
            why = differs(recording) or "the file was changed, or this machine computes otherwise"
            message = (
                f"{path}: the replay differs from the recording at {session.state.time_s:.0f} s"
            )
            raise RecordError(f"{message} ({why})")
    return session
