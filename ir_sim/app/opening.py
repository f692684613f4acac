"""What the window shows first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ir_sim.app.gamepad import Gamepads
from ir_sim.app.preferences import load_preferences, preferences_path
from ir_sim.app.program import Choice, Program
from ir_sim.app.screens.author import AuthorScreen
from ir_sim.app.stage import Stage, Window
from ir_sim.app.stage import run as turn
from ir_sim.authoring.draft import Draft
from ir_sim.scenario.patients import Grade
from ir_sim.simulation.recording import Recording, read
from ir_sim.training.session import recorded_case


@dataclass(frozen=True)
class Opening:
    """What was asked for on the command line (``ir_sim.app.main.run_app``)."""

    case: str | None = None
    trainee: str | None = None
    seed: int | None = None
    demo: bool = False
    db: str | None = None
    replay: str | None = None
    patient: int = 0
    difficulty: Grade = "standard"


def run(opening: Opening) -> int:
    """Open the window and turn until it is closed."""
    path = preferences_path()
    liked = load_preferences(path)
    recording = read(opening.replay) if opening.replay is not None else None
    if recording is not None:
        recorded_case(recording, str(opening.replay))  # say what is wrong before a window opens
    window = Window(Window.first_size(), fullscreen=liked.fullscreen)
    pictures = Path(platformdirs.user_pictures_dir())
    stage = Stage(window.surface.get_size(), liked, path, pictures if pictures.is_dir() else None)
    program = Program(stage, opening.db)
    pads = Gamepads()
    stage.plugged = pads.plugged
    begin(program, opening, recording)
    code = turn(stage, window)
    program.close()
    return code


def begin(program: Program, opening: Opening, recording: Recording | None) -> None:
    """The first screen."""
    stage = program.stage
    if recording is not None:
        program.replay(recording, stage.leave)
        return
    if opening.case is not None and (opening.demo or opening.trainee or stage.preferences.trainee):
        trainee = opening.trainee or stage.preferences.trainee
        version = (opening.patient, opening.difficulty)
        choice = Choice(opening.case, trainee, opening.demo, opening.seed, *version)
        program.brief(choice, at_once=opening.demo)
    else:
        if opening.case is not None:
            stage.prefer(case=opening.case)
        program.home()
    if not opening.demo:
        program.recover()


def write(path: Path) -> int:
    """Open the window on the author's screen and turn until it is closed."""
    Draft.open(path)  # say what is wrong before a window opens
    kept = preferences_path()
    liked = load_preferences(kept)
    window = Window(Window.first_size(), fullscreen=liked.fullscreen)
    pictures = Path(platformdirs.user_pictures_dir())
    stage = Stage(window.surface.get_size(), liked, kept, pictures if pictures.is_dir() else None)
    stage.go(AuthorScreen(stage, path, stage.leave))
    return turn(stage, window)
