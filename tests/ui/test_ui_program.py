"""The whole program with the real session: home, briefing, procedure, debrief, replay, log."""

import time

import pygame
import pytest

from ir_sim.app.hands_and_feet import ADVANCE_MM_S, COARSE
from ir_sim.app.keeping import ABANDONED_S, Keeping, Known, interrupted_runs
from ir_sim.app.opening import Opening, begin
from ir_sim.app.program import Choice, Program
from ir_sim.authoring.check import load_case
from ir_sim.records.store import open_log
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.recording import from_bytes
from ir_sim.training.session import Session

CASE = "right-renal-selective"


@pytest.fixture
def program(hand, tmp_path, monkeypatch):
    monkeypatch.setenv("IR_SIM_HOME", str(tmp_path))
    monkeypatch.delenv("IR_SIM_DB", raising=False)
    h = hand((1024, 700), trainee="R01")
    p = Program(h.stage, None, tmp_path, threaded=False)
    p.picture_px = 96
    h.program = p
    return h


def wait_for(h, name, seconds=60.0):
    end = time.monotonic() + seconds
    while h.stage.screen.name != name and time.monotonic() < end:
        h.turn(dt_s=0.0)
        time.sleep(0.01)
    assert h.stage.screen.name == name


def start(h, **choice):
    h.program.brief(Choice(CASE, "R01", seed=1, **choice))
    h.turn()
    h.key(pygame.K_RETURN)
    wait_for(h, "procedure")
    return h.stage.screen


def down(key):
    return pygame.event.Event(pygame.KEYDOWN, key=key, mod=0)


def up(key):
    return pygame.event.Event(pygame.KEYUP, key=key, mod=0)


def test_from_home_to_the_log_and_back(program, tmp_path):
    h = program
    begin(h.program, Opening(), None)
    assert h.stage.screen.name == "home"
    screen = start(h)

    h.key(pygame.K_m)
    assert "dialog Tray" in h.tree
    h.key(pygame.K_RETURN)
    assert "device wire: wire-035-bentson" in h.tree

    before = screen.play.state.devices["wire"].inserted_mm
    h.turn(down(pygame.K_UP), down(pygame.K_LCTRL), down(pygame.K_SPACE))
    for _ in range(30):
        h.turn()
    state = screen.play.state
    moved = state.devices["wire"].inserted_mm - before
    assert moved == pytest.approx(ADVANCE_MM_S * COARSE * 0.5, rel=0.15)
    assert state.fluoro_time_s == pytest.approx(0.5, abs=0.05)
    assert "X-RAY ON" in h.tree
    picture = screen.play.painter.latest
    assert picture is not None
    assert picture.exposure.number == state.frames
    h.turn(up(pygame.K_UP), up(pygame.K_LCTRL), up(pygame.K_SPACE))
    h.turn()
    assert "X-RAY OFF" in h.tree

    h.key(pygame.K_e)
    assert "dialog End the procedure?" in h.tree
    h.key(pygame.K_TAB)
    h.key(pygame.K_RETURN)
    wait_for(h, "debrief")
    assert "Simulated - not a medical device" in h.tree
    for rating in ("Fluoroscopy time", "Contrast", "Target"):
        assert f"rating {rating}" in h.tree
    assert "competent" not in h.tree.lower()

    with open_log(None, tmp_path) as log:
        (run,) = list(log.runs())
        assert run.record.trainee == "R01"
        assert run.record.status == "finished"
        assert run.record.player == "human"
        irrun = log.recording(run.record.irrun_sha256)
    again = Session.from_recording(from_bytes(irrun, "log"))
    for controls in from_bytes(irrun, "log").controls():
        again.step(controls)
    assert again.state_hash() == screen.play.session.state_hash()
    assert not list((tmp_path / "journals").glob("*"))

    h.key(pygame.K_w)
    wait_for(h, "replay")
    h.turn(dt_s=0.2)
    h.turn(dt_s=0.2)
    assert "device wire" in h.tree
    h.key(pygame.K_ESCAPE)
    assert h.stage.screen.name == "debrief"
    h.key(pygame.K_ESCAPE)
    assert h.stage.screen.name == "home"
    h.turn()


def test_escape_pauses_and_time_stands_still(program):
    h = program
    screen = start(h)
    h.turn()
    h.key(pygame.K_ESCAPE)
    assert "dialog Paused" in h.tree
    tick = screen.play.state.tick
    for _ in range(5):
        h.turn()
    assert screen.play.state.tick == tick
    h.key(pygame.K_ESCAPE)
    h.turn()
    assert screen.play.state.tick > tick


def test_r_starts_again_at_once_and_leaves_no_trace_of_a_short_run(program, tmp_path):
    h = program
    first = start(h)
    h.turn()
    h.key(pygame.K_r)
    wait_for(h, "procedure")
    assert h.stage.screen is not first
    assert h.stage.screen.play.session.seed == first.play.session.seed
    assert h.stage.screen.play.session.recording.ticks < 3
    assert len(list((tmp_path / "journals").glob("*.journal"))) == 1


def test_an_empty_hand_is_refused_nothing_and_hints_are_counted(program):
    h = program
    screen = start(h)
    h.turn(down(pygame.K_w), down(pygame.K_UP))  # nothing is mounted: nothing moves, nothing fails
    h.turn()
    h.turn(up(pygame.K_w), up(pygame.K_UP))
    h.key(pygame.K_3)
    assert "No microcatheter is in the patient" in h.tree
    h.key(pygame.K_h)
    h.turn()
    assert any(e.kind == "hint_taken" for e in screen.play.session.events)


def test_a_killed_run_loses_a_second_at_most_and_is_offered(program, tmp_path):
    h = program
    screen = start(h)
    screen.hands.command(Action("mount", slot="wire", device="wire-035-bentson"))
    h.turn(down(pygame.K_UP))
    for _ in range(100):
        h.turn()
    ticks = screen.play.session.recording.ticks
    state = screen.play.session
    # the program dies here: nothing is closed
    later = time.time() + ABANDONED_S + 1
    (found,) = interrupted_runs(tmp_path, later)
    assert ticks - found.recording.ticks <= 60
    assert found.trainee == "R01"
    assert list(interrupted_runs(tmp_path)) == []  # as long as it may be running

    again = Session.from_recording(found.recording)
    for controls in found.recording.controls():
        again.step(controls)
    assert again.scenario.sha256 == state.scenario.sha256

    said = found.file(None, again.scenario, tmp_path)
    assert "kept in the score log" in said
    with open_log(None, tmp_path) as log:
        (run,) = list(log.runs())
    assert run.record.status == "interrupted"
    assert run.record.total is None
    assert list(interrupted_runs(tmp_path, later)) == []


def test_a_broken_log_keeps_the_run_and_says_so(program, tmp_path):
    h = program
    bad = tmp_path / "bad.sqlite"
    bad.write_text("this is no database, but a text that is long enough to be looked at" * 20)
    h.program.db = str(bad)
    screen = start(h)
    h.turn()
    screen.hands.command(Action("finish"))
    h.turn()
    h.turn()
    wait_for(h, "debrief")
    assert "is safe in" in h.stage.screen.run.kept
    assert list((tmp_path / "runs").glob("*.irrun"))


def test_a_journal_that_cannot_be_written_does_not_stop_the_run(tmp_path):
    from datetime import UTC, datetime

    (tmp_path / "journals").write_text("a file in the way")
    session = Session(load_case(CASE), seed=1)
    keeping = Keeping(session, Known("R01", "human", datetime.now(tz=UTC)), tmp_path)
    assert "cannot be written" in keeping.problem
    session.step(Controls())
    keeping.ticked(Controls())
    keeping.close(keep=False)


def test_winding_back_and_forth_gives_the_same_bits(program):
    from ir_sim.app.play import Play
    from ir_sim.app.replaying import Replaying

    case = load_case(CASE)
    session = Session(case, seed=3)
    session.step(Controls(actions=(Action("mount", slot="wire", device="wire-035-bentson"),)))
    for tick in range(700):
        pedal = "fluoro" if tick % 120 < 60 else "off"
        session.step(Controls({"wire": Motion(30.0, 20.0)}, pedal))
    fresh = Session.from_recording(session.recording)
    replaying = Replaying(Play(fresh, None), session.recording)
    for _ in range(10):
        replaying.advance(0.2, 8.0, 1e9)
    assert replaying.at_end
    assert fresh.state_hash() == session.state_hash()
    replaying.seek(3.0)
    while not replaying.wind(10.0):
        pass
    at_three = fresh.state_hash()
    assert fresh.state.tick == 180
    replaying.seek(11.5)
    while not replaying.wind(10.0):
        pass
    replaying.seek(3.0)
    while not replaying.wind(10.0):
        pass
    assert fresh.state_hash() == at_three


def test_the_case_that_is_missing_is_said_at_home(program):
    h = program
    h.program.brief(Choice("no-such-case", "R01"))
    h.turn()
    assert h.stage.screen.name == "home"
    assert "no-such-case" in " ".join(h.stage.toasts.texts)


def test_the_forms_are_asked_before_and_after(hand):
    """Time stands still until they are answered; every answer is an action of the run."""
    from stand_in import StandIn

    from ir_sim.app.play import Play
    from ir_sim.app.screens.procedure import ProcedureScreen

    h = hand((1024, 700))
    session = StandIn("left-renal-stenosis")
    before = [q for q in session.case.questions.values() if q.form == "before"]
    after = [q for q in session.case.questions.values() if q.form == "after"]
    assert before
    assert after
    ended = []
    screen = ProcedureScreen(h.stage, Play(session, None), ended.append)
    h.stage.go(screen)
    for i, question in enumerate(before, 1):
        assert f"Before the procedure  ·  {i} of {len(before)}" in h.tree
        assert session.state.tick == 0
        right = next(k for k, a in enumerate(question.answers) if a.right)
        h.key(pygame.K_RETURN)  # a hasty one answers nothing
        for _ in range(right + 1):
            h.key(pygame.K_DOWN)
        h.key(pygame.K_RETURN)
        assert "Right." in h.tree
        h.key(pygame.K_RETURN)
    assert h.stage.dialog is None
    h.turn()
    assert set(session.progress.answered) == {q.id for q in before}
    h.key(pygame.K_e)
    h.key(pygame.K_TAB)
    h.key(pygame.K_RETURN)
    for _ in after:
        h.key(pygame.K_1)
        h.key(pygame.K_RETURN)
    h.turn()
    assert ended[0] == "finished"
    assert set(session.progress.answered) == {q.id for q in (*before, *after)}
