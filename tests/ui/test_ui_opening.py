"""What the command line opens, and what stops it before a window appears."""

import time

import pygame
import pytest

from ir_sim.app import main, opening
from ir_sim.app.opening import Opening, begin
from ir_sim.app.program import Program
from ir_sim.errors import RecordError
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.recording import read


@pytest.fixture
def program(hand, tmp_path, monkeypatch):
    monkeypatch.setenv("IR_SIM_HOME", str(tmp_path))
    h = hand((1024, 700))
    h.program = Program(h.stage, None, tmp_path, threaded=False)
    h.program.picture_px = 96
    return h


def test_two_pygames_stop_the_program_with_the_repair(monkeypatch, capsys):
    monkeypatch.setattr(main, "pygame_problem", lambda: "both are installed; repair: pip ...")
    assert main.run_app() == 2
    assert "repair: pip" in capsys.readouterr().err


def test_a_missing_recording_is_said_before_a_window_opens(monkeypatch, tmp_path):
    monkeypatch.setattr(opening, "Window", lambda *a, **k: pytest.fail("a window was opened"))
    with pytest.raises(RecordError, match=r"none\.irrun"):
        opening.run(Opening(replay=str(tmp_path / "none.irrun")))


def test_play_without_a_name_asks_for_one_at_home(program):
    begin(program.program, Opening(case="right-renal-selective"), None)
    assert program.stage.screen.name == "home"
    assert program.stage.preferences.case == "right-renal-selective"


def test_play_with_a_name_goes_to_the_briefing(program):
    begin(program.program, Opening(case="right-renal-selective", trainee="R01"), None)
    assert program.stage.screen.name == "briefing"
    program.turn()
    program.key(pygame.K_ESCAPE)
    assert program.stage.screen.name == "home"


def test_a_recording_is_watched_from_its_file(program, tmp_path):
    from ir_sim.authoring.check import load_case
    from ir_sim.training.session import Session

    session = Session(load_case("right-renal-selective"), seed=2)
    session.step(Controls(actions=(Action("mount", slot="wire", device="wire-035-bentson"),)))
    for _ in range(60):
        session.step(Controls({"wire": Motion(50.0)}, "fluoro"))
    path = tmp_path / "run.irrun"
    session.save(path)

    h = program
    begin(h.program, Opening(replay=str(path)), read(path))
    end = time.monotonic() + 60
    while h.stage.screen.name != "replay" and time.monotonic() < end:
        h.turn()
        time.sleep(0.01)
    assert "REPLAY" in " ".join(h.stage.screen._shown().notes)
    replaying = h.stage.screen.replaying
    for _ in range(500):  # a slow computer takes more turns, not other ones
        h.turn(dt_s=0.1)
        if replaying.at_end:
            break
    assert replaying.at_end
    assert replaying.play.session.state_hash() == session.state_hash()
    h.key(pygame.K_SPACE)  # from the beginning again
    assert not replaying.at_end
    h.key(pygame.K_UP)
    assert h.stage.screen.speed.chosen == "2"
    h.key(pygame.K_ESCAPE)
    assert h.stage.exit_code == 0


def test_the_expert_plays_unasked_and_the_keys_are_not_heard(program):
    h = program
    begin(h.program, Opening(case="right-renal-selective", demo=True, seed=1), None)
    end = time.monotonic() + 60
    while h.stage.screen.name != "procedure" and time.monotonic() < end:
        h.turn(dt_s=0.0)
        time.sleep(0.01)
    for _ in range(40):
        h.turn(dt_s=0.05)
    assert "device" in h.tree  # the expert has put something in
    h.key(pygame.K_m)
    assert "The expert is playing" in h.tree
    assert h.stage.dialog is None
    h.key(pygame.K_ESCAPE)
    assert "Stop watching" in h.tree
