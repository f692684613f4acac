"""The records screen: who sees what, and the password that is never shown."""

import time

import pygame
import pytest

from ir_sim.app.past_runs import PastRuns
from ir_sim.app.program import Program
from ir_sim.records.store import open_log
from tests.records.made import made_run

WORD = "a-long-pass-word"


@pytest.fixture
def past(tmp_path):
    """The log of seven residents of a cohort and one of another, an instructor, a director."""
    with open_log(home=tmp_path) as log:
        log.add_many([(made_run(3 * k, trainee=f"R{k % 8:02d}"), None, None) for k in range(48)])
        for k in range(8):
            log.place(f"R{k:02d}", cohort="2026" if k < 7 else "2025")
        for name, role in (("Tutor", "instructor"), ("Chief", "director"), ("New", "instructor")):
            log.place(name, role=role, cohort="2026")
            if name != "New":
                log.let_sign_in(name, WORD)
        log.let_sign_in("R05", WORD)
    return PastRuns(None, tmp_path)


@pytest.fixture
def records(hand, past, tmp_path, monkeypatch):
    """Opens the records of somebody from the home screen."""
    monkeypatch.setenv("IR_SIM_HOME", str(tmp_path))

    def go(name):
        h = hand(trainee=name)
        program = Program(h.stage, None, tmp_path, threaded=False)
        program.cases.complete = True
        program.home()
        h.turn()
        h.stage.screen.form.refocus("records")
        h.key(pygame.K_RETURN)
        settle(h)
        return h

    return go


def settle(h):
    """Wait for what is read or written beside."""
    end = time.monotonic() + 30
    while h.stage.screen._busy is not None and time.monotonic() < end:
        time.sleep(0.01)
        h.turn()
    h.turn()


def sign_in(h, word):
    h.stage.screen.form.refocus("password")
    h.type(word)
    assert word not in h.tree
    h.key(pygame.K_RETURN)
    if h.stage.screen.viewer is not None:
        settle(h)


def test_a_resident_sees_the_own_standing_and_the_band(records):
    h = records("R02")
    assert "- R02 | right renal selective" in h.tree
    assert "(n = 7)" in h.tree
    assert "R03" not in h.tree
    assert "Export table" not in h.tree
    h.key(pygame.K_ESCAPE)
    assert h.stage.screen.name == "home"


def test_too_few_people_make_no_band(records):
    assert "too few people (n = 1)" in records("R07").tree


def test_an_instructor_signs_in_and_sees_the_cohort(records):
    h = records("Tutor")
    assert "R02" not in h.tree
    sign_in(h, "wrong-pass-word")
    assert h.stage.screen.viewer is None
    assert "not the password" in h.stage.screen.said
    sign_in(h, WORD)
    assert "- R02 |" in h.tree
    assert "- R07 |" not in h.tree
    assert "Export table" not in h.tree


def test_a_director_sees_everyone_and_exports(records, tmp_path):
    h = records("Chief")
    sign_in(h, WORD)
    assert "- R02 |" in h.tree
    assert "- R07 |" in h.tree
    for button, path in (("export", "exports/runs.csv"), ("report", "reports/Chief.html")):
        h.stage.screen.form.refocus(button)
        h.key(pygame.K_RETURN)
        settle(h)
        assert (tmp_path / path).stat().st_size > 1000
        assert str(tmp_path / path) in " ".join(h.stage.toasts.texts)


def test_nobody_gets_in_without_a_password(records, past):
    h = records("New")  # an instructor, and nobody has given a password yet
    assert h.stage.screen.viewer is None
    assert "--sign-in" in h.stage.screen.said
    h = records("Nobody")
    assert "nobody in this score log" in h.stage.screen.said
    h = records("R05")  # a resident who wants the own runs kept private
    assert h.stage.screen.viewer is None
    sign_in(h, WORD)
    assert "- R05 |" in h.tree
    assert past.lines("R05") == ("Shown after signing in: Records.",)
    assert len(past.lines("R02")) == 3
