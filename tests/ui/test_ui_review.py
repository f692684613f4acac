"""Looking at runs again, measuring, the treating tool: keys, mouse, words."""

import dataclasses

import numpy as np
import pygame
import pytest
from stand_in import StandIn

from ir_sim.anatomy.body import build_body
from ir_sim.app.commands import machine_action
from ir_sim.app.drawing.gauge import draw_gauge
from ir_sim.app.hands_and_feet import HandsAndFeet
from ir_sim.app.measuring import Measuring
from ir_sim.app.painter import Painter, Picture
from ir_sim.app.play import Play
from ir_sim.app.reviewing import Review, chosen_run
from ir_sim.app.screens.procedure import ProcedureScreen
from ir_sim.app.theme import Theme
from ir_sim.app.treating import RATES, lapses, tool_line, tools, treat_rate, treats
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.library import load
from ir_sim.simulation.state import DT_S, Reading
from ir_sim.xray import Exposure, Fluoroscope, Imager, Scene, Settings
from ir_sim.xray.gallery import demonstration_tree

TREE = demonstration_tree("generic")
BODY = build_body("generic")


def filmed(count=4, run=1):
    machine = Fluoroscope(BODY, (0, 10))
    scenes = []
    while len(scenes) < count:
        shot = machine.step(DT_S, "acquire")
        if shot is not None:
            scenes.append(Scene(dataclasses.replace(shot, run=run)))
    return scenes


@pytest.fixture
def procedure(hand):
    h = hand((1280, 800))
    h.session = StandIn()
    h.session.filmed = {1: filmed(), 2: filmed(3, 2)}
    h.session.runs = lambda: h.session.filmed
    painter = Painter(Imager(TREE, BODY, [], 64, 1), 64, threaded=False)
    h.play = Play(h.session, painter)
    h.stage.go(ProcedureScreen(h.stage, h.play, lambda how: None))
    h.screen = h.stage.screen
    h.turn()
    return h


def test_the_last_run_comes_back_and_the_pedal_ends_it(procedure):
    h = procedure
    h.key(pygame.K_F3)
    assert "review: REVIEW RUN 2" in h.tree
    assert h.screen.looking.review.picture.exposure.run == 2
    h.key(pygame.K_F3, pygame.KMOD_SHIFT)
    assert "review: REVIEW RUN 1" in h.tree
    h.key(pygame.K_F5)
    h.key(pygame.K_F5)
    index = h.screen.looking.review.index
    h.key(pygame.K_n)
    assert f"MASK {index + 1}" in h.tree
    h.key(pygame.K_F8)
    assert "PIXEL SHIFT AUTO" in h.tree
    h.key(pygame.K_F7)
    h.turn()
    assert "PEAK" in h.tree
    h.key(pygame.K_j)
    assert h.screen.view.reference.stored is h.screen.looking.review.picture.grey
    h.key(pygame.K_SPACE, hold_turns=3)
    assert h.screen.looking.review is None
    h.key(pygame.K_j, pygame.KMOD_SHIFT)
    assert h.screen.view.reference.stored is None


def test_no_run_no_review(procedure):
    h = procedure
    h.session.filmed = {}
    h.key(pygame.K_F3)
    assert h.screen.looking.review is None
    assert "No run has been filmed yet" in h.tree
    assert chosen_run({}, None, back=False) is None


def test_the_loop_runs_at_the_frame_rate(procedure):
    review = Review(procedure.play.painter, filmed(6))
    rate = review._scenes[0].exposure.settings.frame_rate
    shown = []
    for _ in range(round(2.0 / DT_S)):
        review.update(DT_S)
        shown.append(review.index)
    assert sorted(set(shown)) == [0, 1, 2, 3, 4, 5]
    assert shown.count(2) == pytest.approx(60 / rate, abs=1)


def test_alt_and_arrows_shift_the_mask_not_the_wire():
    hands = HandsAndFeet()

    def press(key, kind=pygame.KEYDOWN):
        return hands.key(pygame.event.Event(kind, key=key))

    press(pygame.K_LALT)
    assert press(pygame.K_LEFT) == "shift_left"
    assert press(pygame.K_LEFT) is None  # the keyboard repeats
    assert hands.controls(DT_S).motions == {}
    press(pygame.K_LALT, pygame.KEYUP)
    press(pygame.K_LEFT, pygame.KEYUP)
    assert press(pygame.K_LEFT) is None
    assert hands.controls(DT_S).motions["wire"].rotate_deg_s > 0


def test_the_machine_takes_wedge_shift_landmark_and_overlay():
    machine = Fluoroscope(BODY, (0, 0))
    seen = []
    for name, back in (
        ("wedge", False), ("wedge", False), ("wedge", True), ("landmark", False),
        ("roadmap_share", False), ("shift_up", False), ("shift_left", False), ("shift_auto", False),
    ):  # fmt: skip
        action = machine_action(name, machine.settings, back=back)
        machine.command(action.kind, action.value)
        seen.append(machine.settings)
    assert [s.wedge for s in seen[:3]] == [0.2, 0.35, -0.2]
    assert seen[3].landmark == 0.3
    assert seen[4].roadmap_share == 0.9
    assert seen[6].pixel_shift == (-0.5, 0.5)
    assert seen[7].pixel_shift is None


# -- measuring -----------------------------------------------------------------------------------


def tube(width_px, side=256, *, narrow=1.0):
    """A vertical dark tube, narrower in its middle."""
    x = np.arange(side) - side / 2
    y = (np.arange(side) - side / 2) / side
    half = 0.5 * width_px * (1 - (1 - narrow) * np.exp(-((y / 0.08) ** 2)))
    chord = np.sqrt(np.maximum(half[:, None] ** 2 - x[None, :] ** 2, 0.0))
    grey = (170 - 6.0 * chord).clip(0, 255).astype(np.uint8)
    shot = Exposure(7, 1.0, "acquire", 1, 70.0, 20.0, Settings(), 0.1, 0.01)
    return Picture(shot, grey, grey, 0.0)


def drawn(measuring, picture, way, french=None):
    measuring.begin(way[0])
    for at in way[1:]:
        measuring.draw_on(at)
    return measuring.end(picture, french)


def line(x=0.5, y0=0.1, y1=0.9, n=60):
    return [(x, y) for y in np.linspace(y0, y1, n)]


def test_the_ruler_measures_at_the_isocentre_until_it_is_calibrated():
    measuring, picture = Measuring(), tube(20)
    assert "Ruler" in measuring.next_tool()
    assert drawn(measuring, picture, [(0.25, 0.5), (0.75, 0.5)]) == ""
    expected = 0.5 * Settings().field_mm
    assert measuring.marks[0].text == f"{expected:.1f} mm (at the isocentre)"
    measuring.next_tool()
    assert "no catheter" in drawn(measuring, picture, line())
    assert drawn(measuring, picture, line(), 6.0) == ""  # 2 mm wide, 20 elements by 0.87 FWHM
    assert measuring.calibrated(Settings())
    assert not measuring.calibrated(Settings(field_cm=32.0))
    assert measuring.seen(picture) == measuring.marks
    measuring.clear()
    assert measuring.marks == []


def test_stenosis_is_percent_of_the_diameter():
    measuring, picture = Measuring(), tube(28, narrow=0.4)
    for _ in range(3):
        measuring.next_tool()
    assert drawn(measuring, picture, line()) == ""
    percent = int(measuring.marks[0].text.split()[0])
    assert percent == pytest.approx(60, abs=6)


def test_measuring_with_the_mouse_leaves_the_table_alone(procedure):
    h = procedure
    h.key(pygame.K_F3)
    centre = h.play.state.settings.centre_mm
    h.key(pygame.K_6)
    rect = h.screen.view.monitor.rect

    def mouse(kind, at):
        return pygame.event.Event(kind, pos=at, button=1, rel=(9, 9), buttons=(1, 0, 0))

    h.turn(mouse(pygame.MOUSEBUTTONDOWN, (rect.x + 100, rect.centery)))
    h.turn(mouse(pygame.MOUSEMOTION, (rect.x + 300, rect.centery)))
    h.turn(mouse(pygame.MOUSEBUTTONUP, (rect.x + 300, rect.centery)))
    h.turn()
    mm = 200 * Settings().field_mm / rect.width
    assert f"measured: ruler: {mm:.1f} mm" in h.tree
    assert h.play.state.settings.centre_mm == centre
    h.key(pygame.K_BACKSPACE)
    assert "measured" not in h.tree


# -- treating ------------------------------------------------------------------------------------


def test_the_hand_on_the_tool_has_the_tools_unit():
    hands = HandsAndFeet()
    hands.key(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_PAGEUP))
    atm = Reading("balloon", 4.0, "atm", "", 14.0)
    assert hands.controls(DT_S, None, atm).treat == RATES["atm"]
    assert hands.controls(DT_S).treat == 0.0
    hands.key(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_LSHIFT))
    assert 0 < hands.controls(DT_S, None, atm).treat < RATES["atm"]
    assert treat_rate(Reading("x", 1.0, "?"), -1.0) == -1.0


def test_tools_of_a_tray_and_their_figures():
    case = load("left-renal-stenosis")
    found = tools(case)
    assert all(name in case.tray for name in found)
    for device in shipped_devices().values():
        assert bool(tool_line(device)) <= treats(device)


def test_only_what_the_tool_in_hand_waits_for_may_pass():
    devices = shipped_devices()
    assert lapses(None) == lapses(devices["balloon-035-8x40"]) == []
    offered = {
        name: [words for _, words in lapses(devices[name])]
        for case in ("m1-thrombectomy", "acute-limb-lysis", "fistula-declot")
        for name in tools(load(case))
        if name in devices
    }
    assert offered["retriever-4x20"] == offered["aspiration-6f"] == ["1 min", "4 min"]
    assert ["1 h", "6 h"] in offered.values()
    assert ["15 min", "30 min"] in offered.values()
    assert max(hours for hours, _ in lapses(devices["retriever-4x20"])) <= 0.25  # the law's most


def test_the_gauge_draws_every_unit():
    theme = Theme()
    for reading in (
        Reading("a", 16.0, "atm", "waist at 60 %", 14.0),
        Reading("a", 3.0, "mL", "", 10.0),
        Reading("a", 85.0, "kPa", "no flow", 85.0),
        Reading("a", 3.0, "mm", "a very long sentence " * 9),
    ):
        surface = pygame.Surface((340, 76))
        draw_gauge(surface, theme, surface.get_rect(), "Balloon 5 x 20", reading)
        assert len(set(pygame.surfarray.array2d(surface).ravel().tolist())) > 10


def test_the_tool_dialog_opens_and_closes(procedure):
    h = procedure
    h.key(pygame.K_5)
    assert "Treatment" in h.tree
    h.key(pygame.K_ESCAPE)
    assert "Take up" not in h.tree


def test_dialogs_open_on_what_one_wants_and_enter_presses_the_button_that_says_so(procedure):
    h = procedure
    h.key(pygame.K_m)
    h.key(pygame.K_RETURN)  # the first device goes in
    inside = set(h.stage.screen.play.state.devices)
    assert len(inside) == 1
    h.key(pygame.K_m)
    assert "Put in [Enter]" in h.tree
    h.key(pygame.K_ESCAPE)
    assert set(h.stage.screen.play.state.devices) == inside
    h.key(pygame.K_q)
    h.key(pygame.K_RIGHT)  # a rate
    h.key(pygame.K_RETURN)
    assert "dialog Power injector" not in h.tree
    assert h.stage.screen.hands.injector.armed
    h.key(pygame.K_y)
    h.key(pygame.K_TAB)  # to the dose
    h.key(pygame.K_RETURN)
    assert "dialog Medicines" not in h.tree
