"""Home and settings, by keyboard."""

import json

import pygame
import pytest

from ir_sim.app import preferences as liked
from ir_sim.app.case_list import CaseList, found
from ir_sim.app.preparing import Preparing
from ir_sim.app.screens.briefing import BriefingScreen
from ir_sim.app.screens.home import HomeScreen
from ir_sim.app.start_check import REPAIR, pygame_problem
from ir_sim.authoring.check import check_case, load_case
from ir_sim.authoring.scaffold import own_copy


@pytest.fixture(scope="module")
def cases():
    listed = CaseList()
    listed.read_all()
    return listed


def home(hand, cases, opened, **preferences):
    h = hand(**preferences)
    h.stage.go(HomeScreen(h.stage, lambda *a: opened.append(a), cases))
    h.turn()
    return h


def test_name_then_enter_enter_opens_the_first_case(hand, cases):
    opened = []
    h = home(hand, cases, opened)
    assert "> field trainee" in h.tree
    h.type("R 07!")  # the mark is not allowed in a pseudonym
    h.key(pygame.K_RETURN)
    assert "> listing cases" in h.tree
    h.key(pygame.K_RETURN)
    assert opened == [(h.stage.screen.entry.id, "R 07", False, 0, "standard")]
    assert h.stage.preferences.trainee == "R 07"


def test_nobody_plays_without_a_name(hand, cases):
    opened = []
    h = home(hand, cases, opened)
    h.stage.screen.form.refocus("open")
    h.key(pygame.K_RETURN)
    assert opened == []
    assert "pseudonym" in " ".join(h.stage.toasts.texts)
    assert "> field trainee" in h.tree


def test_watching_the_expert_needs_no_name(hand, cases):
    opened = []
    h = home(hand, cases, opened)
    h.stage.screen.form.refocus("watch")
    h.key(pygame.K_SPACE)
    assert opened[0][2] is True


def test_search_narrows_and_escape_widens(hand, cases):
    h = home(hand, cases, [], trainee="R01")
    h.stage.screen.form.refocus("search")
    h.type("cobra right renal selective")
    assert "Selective right renal angiogram" in h.tree
    h.type("zzz")
    assert "No case matches" in h.tree
    h.key(pygame.K_ESCAPE)
    assert "Selective right renal angiogram" in h.tree


def test_levels_filter(cases):
    for level in ("beginner", "intermediate", "advanced"):
        items = found(cases.entries, "", level)
        heads = [item.text for item in items if item.value is None]
        assert heads in ([level], [])
    every = {item.value for item in found(cases.entries, "") if item.value}
    assert every == {entry.id for entry in cases.entries}


def test_a_broken_case_is_listed_with_its_reason(tmp_path, monkeypatch):
    (tmp_path / "bad.yaml").write_text("format: 1\nid: bad\n", encoding="utf-8")
    monkeypatch.setenv("IR_SIM_CASES", str(tmp_path))
    listed = CaseList()
    listed.read_all()
    entry = next(e for e in listed.entries if e.id == "bad")
    assert entry.scenario is None
    assert "bad.yaml" in entry.problem
    assert "bad" in {item.value for item in found(listed.entries, "")}


def test_every_size_and_text_scale_draws(hand, cases):
    for size in ((1024, 700), (1280, 800), (1920, 1080), (2560, 1440)):
        for text in liked.TEXT_SCALES:
            h = hand(size, text=text, high_contrast=text == "large")
            h.stage.go(HomeScreen(h.stage, lambda *a: None, cases))
            h.turn()
            window = h.surface.get_rect()
            for widget in h.stage.screen.form.widgets:
                assert window.contains(widget.rect), (size, text, widget.name)


def test_settings_act_at_once(hand, cases):
    h = home(hand, cases, [], trainee="R01")
    h.key(pygame.K_F2)
    assert "dialog Settings" in h.tree
    before = h.stage.theme.scale
    h.key(pygame.K_RIGHT)
    assert h.stage.preferences.text == "large"
    assert h.stage.theme.scale > before
    h.key(pygame.K_ESCAPE)
    assert "dialog" not in h.tree


def test_controls_are_shown_on_f1(hand, cases):
    h = home(hand, cases, [], trainee="R01")
    h.key(pygame.K_F1)
    assert "fluoroscopy pedal (hold)" in h.tree


def test_preferences_survive_and_nonsense_does_not(tmp_path):
    path = tmp_path / "a" / "preferences.json"
    chosen = liked.Preferences(text="largest", volume=0.25, trainee="R09")
    assert liked.save_preferences(chosen, path)
    assert liked.load_preferences(path) == chosen
    path.write_text(json.dumps({"text": "huge", "volume": 7.0, "sound": "yes", "x": 1}))
    assert liked.load_preferences(path) == liked.Preferences(volume=1.0)
    path.write_text("{")
    assert liked.load_preferences(path) == liked.Preferences()
    assert liked.load_preferences(tmp_path / "none.json") == liked.Preferences()
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert not liked.save_preferences(chosen, blocked / "p.json")


@pytest.mark.parametrize(
    ("there", "word"),
    [
        ({"pygame-ce"}, None),
        ({"pygame-ce", "pygame"}, "both"),
        ({"pygame"}, "needs pygame-ce"),
        (set(), "not installed"),
    ],
)
def test_exactly_one_pygame(there, word):
    problem = pygame_problem(there.__contains__)
    if word is None:
        assert problem is None
    else:
        assert word in problem
        assert REPAIR in problem


def test_f12_saves_the_screen(hand, cases, tmp_path):
    h = home(hand, cases, [], trainee="R01")
    h.stage.pictures = tmp_path / "pictures"
    h.key(pygame.K_F12)
    saved = list((tmp_path / "pictures").glob("*.png"))
    assert len(saved) == 1
    assert pygame.image.load(str(saved[0])).get_size() == (1280, 800)


def test_the_cross_ends_the_program(hand, cases):
    h = home(hand, cases, [], trainee="R01")
    h.turn(pygame.event.Event(pygame.QUIT))
    assert h.stage.exit_code == 0


def test_a_held_key_presses_nothing_on_the_next_screen(hand, cases):
    opened = []
    h = home(hand, cases, opened, trainee="R01")
    h.stage.screen.list.first()
    down = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, mod=0)
    for _ in range(5):
        h.turn(down)
    assert len(opened) == 1
    h.turn(pygame.event.Event(pygame.KEYUP, key=pygame.K_RETURN, mod=0))
    h.turn(down)
    assert len(opened) == 2
    arrow = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_DOWN, mod=0)
    before = h.stage.screen.list.value
    h.turn(arrow)
    h.turn(arrow)
    after = h.stage.screen.list.value
    assert after != before


def test_another_patient_and_a_harder_case_are_chosen_by_keys(hand, cases):
    opened = []
    h = home(hand, cases, opened, trainee="R01", case="left-subclavian")
    form = h.stage.screen.form
    form.refocus("patient")
    h.key(pygame.K_RETURN)
    h.key(pygame.K_RETURN)
    assert "Patient 2" in h.tree
    form.refocus("difficulty")
    for _ in range(3):
        if "[harder]" not in h.tree:
            h.key(pygame.K_RIGHT)
    form.refocus("open")
    h.key(pygame.K_RETURN)
    assert opened == [("left-subclavian", "R01", False, 2, "harder")]


def test_a_case_without_variation_has_one_patient(hand, cases):
    h = home(hand, cases, [], trainee="R01", case="sma-selective")
    assert not h.stage.screen.patient.enabled
    assert "One patient only" in h.tree


def test_a_gamepad_goes_through_the_screen(hand, cases):
    opened = []
    h = home(hand, cases, opened, trainee="R01", case="left-subclavian")

    def pad(button):
        for kind in (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP):
            h.turn(pygame.event.Event(kind, button=button))

    chosen = h.stage.screen.entry.id
    pad(pygame.CONTROLLER_BUTTON_DPAD_DOWN)
    assert h.stage.screen.entry.id != chosen
    for _ in range(20):
        if "> button watch" not in h.tree:
            pad(pygame.CONTROLLER_BUTTON_RIGHTSHOULDER)
    pad(pygame.CONTROLLER_BUTTON_A)
    assert opened[0][0] == h.stage.screen.entry.id
    assert opened[0][2] is True


def test_the_author_writes_on_a_copy(tmp_path, monkeypatch):
    monkeypatch.setenv("IR_SIM_CASES", str(tmp_path / "mine"))
    path = own_copy("sma-selective")
    assert path == tmp_path / "mine" / "my-sma-selective.yaml"
    assert check_case(path)[1] == []
    path.write_text(path.read_text() + "# mine\n")
    assert own_copy("sma-selective").read_text().endswith("# mine\n")
    assert own_copy("my-sma-selective") == path


def test_write_on_it_hands_over_the_case(hand, cases):
    h, asked = hand(trainee="R01", case="left-subclavian"), []
    h.stage.go(HomeScreen(h.stage, lambda *a: None, cases, write=asked.append))
    h.turn()
    h.click(h.stage.screen.edit.rect.center)
    assert asked == ["left-subclavian"]


def test_the_briefing_says_who_it_is_and_offers_another(hand):
    h, asked = hand(trainee="R01"), []
    case = load_case("left-subclavian", 2, "harder")
    assert f"A {case.patient.age}-year-old woman" in case.briefing
    screen = BriefingScreen(
        h.stage,
        case,
        Preparing(lambda: 1),
        lambda _: None,
        lambda: None,
        version=(2, "harder"),
        another=lambda: asked.append(3),
    )
    h.stage.go(screen)
    h.turn()
    h.click(screen.another.rect.center)
    assert asked == [3]
