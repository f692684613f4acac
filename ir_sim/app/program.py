"""How the screens follow one another."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ir_sim.app.case_list import CaseList
from ir_sim.app.debrief_pages import Run
from ir_sim.app.drawing.panel import clock
from ir_sim.app.keeping import Interrupted, Keeping, Known, interrupted_runs
from ir_sim.app.painter import Painter
from ir_sim.app.past_runs import PastRuns
from ir_sim.app.play import Play
from ir_sim.app.prepared import PICTURE_PX, Prepared, prepare
from ir_sim.app.preparing import Preparing
from ir_sim.app.replaying import Replaying
from ir_sim.app.screens.author import AuthorScreen
from ir_sim.app.screens.base import ask_first
from ir_sim.app.screens.briefing import BriefingScreen
from ir_sim.app.screens.debrief import DebriefScreen
from ir_sim.app.screens.home import HomeScreen
from ir_sim.app.screens.procedure import ProcedureScreen
from ir_sim.app.screens.records import RecordsScreen
from ir_sim.app.screens.replay import ReplayScreen
from ir_sim.app.screens.waiting import WaitingScreen
from ir_sim.app.stage import Stage
from ir_sim.authoring.check import load_case
from ir_sim.authoring.scaffold import own_copy
from ir_sim.errors import IrSimError
from ir_sim.records.filing import IMPATIENT_S
from ir_sim.scenario.library import load
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.patients import Grade
from ir_sim.simulation.recording import Recording
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.debrief import debrief_of
from ir_sim.training.help import HelpLevel
from ir_sim.training.session import Session, recorded_case
from ir_sim.xray import Imager

#: A run that is started again earlier than this leaves no trace, s.
TOO_SHORT_S = 10.0


@dataclass(frozen=True)
class Choice:
    """What is being played.

    Attributes:
        case: Id or path.
        trainee: Pseudonym; empty for the expert.
        watch: Whether the expert plays.
        seed: Of the patient; None draws one.
    """

    case: str
    trainee: str
    watch: bool = False
    seed: int | None = None
    patient: int = 0
    difficulty: Grade = "standard"


class Program:
    """Home, briefing, procedure, debrief, replay, and back.

    Args:
        stage: Where they appear.
        db: The score log.
        home: The data folder.
        threaded: False draws pictures in the caller's thread (tests).
    """

    def __init__(
        self,
        stage: Stage,
        db: str | None = None,
        home: Path | None = None,
        *,
        threaded: bool = True,
    ) -> None:
        self.stage, self.db, self.home_folder = stage, db, home
        self.threaded, self.picture_px = threaded, PICTURE_PX
        self.cases, self.past = CaseList(), PastRuns(db, home)
        self._filing: Preparing[str] | None = None

    def close(self) -> None:
        """Wait for a run that is still being kept."""
        if self._filing is not None:
            with suppress(TimeoutError, IrSimError):
                self._filing.result(IMPATIENT_S + 2.0)

    # -- home and briefing ---------------------------------------------------------------------

    def home(self) -> None:
        """The first screen."""
        lines = self.past.lines
        self.stage.go(
            HomeScreen(self.stage, self._chosen, self.cases, lines, self.write, self._records)
        )

    def _records(self, trainee: str) -> None:
        self.stage.go(RecordsScreen(self.stage, self.past, trainee, self.home))

    def _chosen(
        self, case: str, trainee: str, watch: bool, patient: int = 0, difficulty: Grade = "standard"
    ) -> None:
        self.brief(Choice(case, trainee, watch, None, patient, difficulty))

    def write(self, case: str) -> None:
        """The author's screen on an own case, or on a copy of a shipped one."""
        try:
            path = own_copy(case)
            screen = AuthorScreen(self.stage, path, self._written)
        except IrSimError as error:
            self.stage.toasts.say(str(error).splitlines()[0])
            return
        self.stage.toasts.say(f"You write on {path}")
        self.stage.prefer(case=path.stem)
        self.stage.go(screen)

    def _written(self) -> None:
        """Home, with the cases read anew."""
        self.cases = CaseList()
        self.home()

    def brief(self, choice: Choice, *, at_once: bool = False) -> None:
        """The briefing of a case, or a line that says why there is none."""
        try:
            scenario = load_case(choice.case, choice.patient, choice.difficulty)
        except IrSimError as error:
            self.stage.toasts.say(str(error).splitlines()[0])
            self.home()
            return
        seed = choice.seed if choice.seed is not None else secrets.randbelow(2**31)
        helped: HelpLevel = (
            "prompts" if choice.watch else self.past.help(choice.trainee, scenario.id)
        )
        make = partial(Session, scenario, seed, help_level=helped)
        preparing = Preparing(lambda: self._prepare(make))
        another: Callable[[], None] | None = None
        if self._varies(choice.case):
            following = replace(choice, seed=None, patient=choice.patient + 1)
            another = partial(self.brief, following)
        self.stage.go(
            BriefingScreen(
                self.stage,
                scenario,
                preparing,
                partial(self.play, choice=choice),
                self.home,
                watch=choice.watch,
                at_once=at_once,
                version=(choice.patient, choice.difficulty),
                another=another,
            )
        )

    @staticmethod
    def _varies(case: str) -> bool:
        """Whether a case has other patients."""
        return load(case).variation is not None

    # -- procedure -----------------------------------------------------------------------------

    def _prepare(self, make: Callable[[], Session], imager: Imager | None = None) -> Prepared:
        return prepare(make, self.picture_px, imager)

    def _play(self, prepared: Prepared, keeping: Keeping | None = None) -> Play:
        painter = Painter(prepared.imager, self.picture_px, threaded=self.threaded)
        ticked = keeping.ticked if keeping is not None else None
        return Play(prepared.session, painter, ticked)

    def play(self, prepared: Prepared, choice: Choice) -> None:
        """The procedure."""
        session = prepared.session
        player = "expert" if choice.watch else "human"
        known = Known(choice.trainee or "expert", player, datetime.now(tz=UTC))  # type: ignore[arg-type]
        keeping = Keeping(session, known, self.home_folder, journalled=not choice.watch)
        if keeping.problem:
            self.stage.toasts.say(keeping.problem)
        self._steer(prepared, keeping, choice)

    def _steer(self, prepared: Prepared, keeping: Keeping, choice: Choice) -> None:
        play = self._play(prepared, keeping)
        expert = Autopilot(play.session).controls if choice.watch else None
        screen = ProcedureScreen(
            self.stage,
            play,
            lambda how: self._ended(how, prepared, keeping, choice),
            expert,
            banner="THE EXPERT PLAYS" if choice.watch else "",
            alive=keeping.touch,
        )
        self.stage.go(screen)

    def _ended(self, how: str, prepared: Prepared, keeping: Keeping, choice: Choice) -> None:
        session = prepared.session
        if how == "finished":
            if choice.watch:
                self.debrief(prepared, choice, "The expert's run is not kept.")
                return
            filing = Preparing(lambda: keeping.file(self.db, finished=True))
            ready = partial(self.debrief, prepared, choice)
            lost = partial(ready, "The run could not be kept.")
            words = "Keeping the run"
            screen = WaitingScreen(self.stage, words, filing, ready, lost, may_leave=False)
            self.stage.go(screen)
            return
        if choice.watch or session.state.time_s < TOO_SHORT_S:
            keeping.close(keep=False)
        else:
            self._filing = Preparing(lambda: keeping.file(self.db, finished=False))
        if how == "restart":
            self._again(prepared, choice)
        else:
            self.home()

    def _again(self, prepared: Prepared, choice: Choice) -> None:
        scenario, seed = prepared.session.scenario, prepared.session.seed
        helped: HelpLevel = (
            "prompts" if choice.watch else self.past.help(choice.trainee, scenario.id)
        )
        make = partial(Session, scenario, seed, help_level=helped)
        fresh = Preparing(lambda: self._prepare(make, prepared.imager))
        ready = partial(self.play, choice=choice)
        self.stage.go(WaitingScreen(self.stage, "Starting again", fresh, ready, self.home))

    # -- debrief and replay --------------------------------------------------------------------

    def debrief(self, prepared: Prepared, choice: Choice, kept: str) -> None:
        """The debrief of a run that has just ended."""
        session = prepared.session
        recording = session.recording
        earlier = [] if choice.watch else self.past.figures(choice.trainee, session.scenario.id)
        told = debrief_of(session.assessment, session.state, session.events, None, earlier[:-1])
        trainee = "expert" if choice.watch else choice.trainee
        run = Run(session.scenario, session.tree, told, trainee, kept)

        def show() -> None:
            screen = DebriefScreen(
                self.stage,
                run,
                lambda: self._again(prepared, choice),
                lambda at_s: self.replay(recording, show, at_s, prepared.imager),
                self.home,
            )
            self.stage.go(screen)

        show()

    def replay(
        self,
        recording: Recording,
        back: Callable[[], None],
        at_s: float = 0.0,
        imager: Imager | None = None,
    ) -> None:
        """Watch a run."""
        make = partial(Session.from_recording, recording)
        preparing = Preparing(lambda: self._prepare(make, imager))
        marks = [
            (e["tick"] / 60.0, int(e.get("data", {}).get("weight", 1)), str(e["text"]))
            for e in recording.events
            if e["kind"] == "error"
        ]

        def ready(prepared: Prepared) -> None:
            replaying = Replaying(self._play(prepared), recording)
            self.stage.go(ReplayScreen(self.stage, replaying, back, at_s, marks))

        self.stage.go(WaitingScreen(self.stage, "Preparing the replay", preparing, ready, back))

    # -- after a crash -------------------------------------------------------------------------

    def recover(self) -> None:
        """Offer what was cut off to be gone on with, or record it as interrupted."""
        found = next(interrupted_runs(self.home_folder), None)
        if found is None:
            return
        started = found.started_utc.astimezone()
        text = (
            f"{found.trainee} was cut off in {found.case} on {started:%Y-%m-%d at %H:%M} after "
            f"{clock(found.time_s).split('.')[0]}. Go on where it stopped, or record it as "
            "interrupted?"
        )
        ask_first(
            self.stage,
            "A run was interrupted",
            text,
            "Go on with it",
            lambda: self._resume(found),
            "Record it as interrupted",
            undo=lambda: self._record(found),
        )

    def _record(self, found: Interrupted) -> None:
        scenario: Scenario | None = None
        with suppress(IrSimError):
            scenario = recorded_case(found.recording)
        self.stage.toasts.say(found.file(self.db, scenario, self.home_folder))
        self.recover()

    def _resume(self, found: Interrupted) -> None:
        choice = Choice(found.case, found.trainee)
        known = Known(found.trainee, "human", found.started_utc)

        def again() -> Session:
            session = Session.from_recording(found.recording)
            for controls in found.recording.controls():
                session.step(controls)
            return session

        def ready(prepared: Prepared) -> None:
            found.forget()
            keeping = Keeping(prepared.session, known, self.home_folder)
            self._steer(prepared, keeping, choice)

        def failed() -> None:
            self._record(found)
            self.home()

        text = f"Playing {clock(found.time_s).split('.')[0]} of the run again"
        preparing = Preparing(lambda: self._prepare(again))
        self.stage.go(WaitingScreen(self.stage, text, preparing, ready, failed))
