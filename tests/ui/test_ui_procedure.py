"""The procedure screen against the session without blood: mouse, tray, medicines, machine."""

from dataclasses import replace

import numpy as np
import pygame
import pytest
from stand_in import StandIn

from ir_sim.app.drawing.vitals import alarming, ecg
from ir_sim.app.medicines import medicine_items
from ir_sim.app.painter import Painter
from ir_sim.app.play import MOST_TICKS, Play
from ir_sim.app.screens.procedure import ProcedureScreen
from ir_sim.app.tray import tray_action
from ir_sim.flow.drugs import FORMULARY
from ir_sim.flow.vitals import Vitals
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S, Assisting
from ir_sim.xray import Settings


class Blank:
    def draw(self, scene):
        return np.full((64, 64), 128, np.uint8)

    def prepare(self, settings):
        pass


@pytest.fixture
def procedure(hand):
    h = hand((1280, 800))
    h.session, h.ended = StandIn(), []
    h.play = Play(h.session, Painter(Blank(), 64, threaded=False))
    h.stage.go(ProcedureScreen(h.stage, h.play, h.ended.append))
    h.screen = h.stage.screen
    h.turn()
    return h


def mouse(kind, at, button=1, rel=(0, 0)):
    return pygame.event.Event(kind, pos=at, button=button, rel=rel, buttons=(1, 0, 0))


def test_dragging_the_picture_moves_the_anatomy_with_the_mouse(procedure):
    h = procedure
    before = h.play.state.settings
    centre = h.screen.view.monitor.rect.center
    h.turn(mouse(pygame.MOUSEBUTTONDOWN, centre))
    h.turn(mouse(pygame.MOUSEMOTION, centre, rel=(0, 60)))
    h.turn(mouse(pygame.MOUSEBUTTONUP, centre))
    h.turn()
    after = h.play.state.settings
    mm = 60 * before.field_mm / h.screen.view.monitor.rect.width
    # the picture went down, so what is in the middle now lay higher
    assert after.centre_mm[1] - before.centre_mm[1] == pytest.approx(mm, rel=0.02)


def test_a_blade_follows_the_mouse_and_is_set_when_it_is_let_go(procedure):
    h = procedure
    rect = h.screen.view.monitor.rect
    edge = (rect.left + 3, rect.centery)
    inside = (rect.left + rect.width // 5, rect.centery)
    h.turn(mouse(pygame.MOUSEBUTTONDOWN, edge))
    h.turn(mouse(pygame.MOUSEMOTION, inside, rel=(1, 0)))
    assert h.play.state.settings.blades == (0.0, 0.0, 0.0, 0.0)
    h.turn(mouse(pygame.MOUSEBUTTONUP, inside))
    h.turn()
    assert h.play.state.settings.blades == pytest.approx((0.2, 0.0, 0.0, 0.0), abs=0.01)


def test_the_wheel_over_the_picture_feeds_the_device_in_hand(procedure):
    h = procedure
    h.screen.hands.command(Action("mount", slot="wire", device="wire-035-bentson"))
    h.turn()
    before = h.play.state.devices["wire"].inserted_mm
    at = h.screen.view.monitor.rect.center
    h.turn(pygame.event.Event(pygame.MOUSEWHEEL, y=5, x=0, pos=at, precise_y=5.0))
    for _ in range(30):
        h.turn()
    assert h.play.state.devices["wire"].inserted_mm - before == pytest.approx(20.0, abs=0.5)


def test_what_is_put_in_is_in_hand_at_once(procedure):
    h = procedure
    h.screen.hands.command(Action("mount", slot="wire", device="wire-035-bentson"))
    h.turn()
    assert "device wire: wire-035-bentson" in h.tree
    assert "[arrows, wheel]" in h.tree
    h.screen.hands.command(Action("mount", slot="catheter", device="catheter-5f-cobra2"))
    h.turn()
    assert h.screen.hands.selected == "catheter"
    assert "[W A S D, wheel]" in h.tree


def test_the_tray_knows_what_a_choice_means():
    session = StandIn()
    tray = session.scenario.devices
    wire, other = tray["wire-035-bentson"], tray["wire-035-angled"]
    assert tray_action(wire, {}) == Action("mount", slot="wire", device=wire.id)

    class Held:
        device = wire

    assert tray_action(wire, {"wire": Held}) == Action("remove", slot="wire")
    assert tray_action(other, {"wire": Held}) == Action("exchange", slot="wire", device=other.id)


def test_refusals_are_said(procedure):
    h = procedure
    h.key(pygame.K_g)  # no run to make a roadmap of
    h.turn()
    assert "film one first" in h.tree.lower()


def test_the_power_injector_is_armed_and_goes_with_the_next_run(procedure):
    h = procedure
    h.key(pygame.K_q)
    assert "dialog Power injector" in h.tree
    h.key(pygame.K_RIGHT)  # the rate, half a mL/s up
    h.key(pygame.K_TAB)
    h.key(pygame.K_END)
    h.key(pygame.K_TAB)
    h.key(pygame.K_LEFT)  # contrast in the syringe, 5 % less
    for _ in range(3):
        h.key(pygame.K_TAB)
    h.key(pygame.K_RETURN)
    injector = h.screen.hands.injector
    assert injector.percent == 95.0
    assert (injector.armed, injector.rate_ml_s, injector.volume_ml) == (True, 15.5, 60.0)
    hands = h.screen.hands
    hands.key(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE))
    assert not [a for _ in range(90) for a in hands.controls(DT_S).actions]  # not with fluoroscopy
    hands.key(pygame.event.Event(pygame.KEYUP, key=pygame.K_SPACE))
    hands.key(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_x))
    ticks = [hands.controls(DT_S) for _ in range(90)]
    started = [(n, a) for n, c in enumerate(ticks) for a in c.actions]
    ((n, action),) = started
    assert n * DT_S == pytest.approx(0.8, abs=0.05)
    assert action == Action("power_injection", value=[15.5, 60.0, 0.3])
    assert not injector.armed


def test_medicines_have_a_dialog_and_a_dose(procedure):
    h = procedure
    h.key(pygame.K_y)
    assert "dialog Medicines" in h.tree
    listed = [item.value for item in medicine_items()]
    assert sorted(listed) == sorted(FORMULARY)
    given = []
    h.screen.hands.command = lambda *a: given.extend(a)
    h.key(pygame.K_y)
    h.stage.close_dialog()
    h.key(pygame.K_y)
    h.key(pygame.K_TAB)
    h.key(pygame.K_LEFT)  # half
    h.key(pygame.K_TAB)
    h.key(pygame.K_TAB)
    h.key(pygame.K_RETURN)
    (action,) = given
    assert action.device == listed[0]
    assert action.value == FORMULARY[listed[0]].usual / 2


def test_losing_the_window_lets_go_of_everything(procedure):
    h = procedure
    h.turn(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE, mod=0))
    h.turn()
    assert "X-RAY ON" in h.tree
    h.turn(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    h.turn()
    assert "X-RAY OFF" in h.tree


def test_every_layout_keeps_its_parts_apart(hand):
    session = StandIn()
    play = Play(session, None)
    for size in ((1024, 700), (1280, 800), (1920, 1080), (2560, 1080), (1600, 1200)):
        for text in ("small", "normal", "largest"):
            h = hand(size, text=text)
            screen = ProcedureScreen(h.stage, play, lambda how: None)
            h.stage.go(screen)
            h.turn(dt_s=0.0)
            view, window = screen.view, h.surface.get_rect()
            parts = [view.monitor.rect, view._column, view._bottom]
            assert all(window.contains(p) for p in parts)
            assert all(not a.colliderect(b) for a in parts for b in parts if a is not b)
            assert view.monitor.rect.width == view.monitor.rect.height
            for button in view.buttons.widgets:
                assert view._column.contains(button.rect)


def test_time_runs_in_whole_ticks_and_is_dropped_rather_than_hurried(procedure):
    h = procedure
    start = h.play.state.tick
    for _ in range(60):
        h.play.advance(1 / 144, h.screen._next_controls)
    assert h.play.state.tick - start in (24, 25)
    assert h.play.advance(1.0, h.screen._next_controls) == MOST_TICKS
    assert not h.play.slow
    for _ in range(50):
        h.play.advance(20 * DT_S, h.screen._next_controls)
    assert h.play.slow


def test_the_lamp_is_lit_exactly_while_the_pedal_is_down(procedure):
    h = procedure
    h.turn(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_x, mod=0))
    h.turn()
    assert "X-RAY ON" in h.tree
    assert h.play.state.pedal == "acquire"
    h.turn(pygame.event.Event(pygame.KEYUP, key=pygame.K_x, mod=0))
    h.turn()
    assert "X-RAY OFF" in h.tree


def test_the_monitor_alarms_outside_its_limits():
    well = Vitals(72.0, 128.0, 74.0, 92.0, 97.0, 14.0, 0.0, 120.0, 0.0, 0.0)
    assert alarming(well) == (False, False, False)
    ill = Vitals(140.0, 70.0, 40.0, 50.0, 85.0, 30.0, 0.0, 120.0, 900.0, 0.0)
    assert alarming(ill) == (True, True, True)


def test_the_ecg_has_one_r_wave_a_beat():
    phase = np.linspace(0.0, 1.0, 1000, endpoint=False)
    height = ecg(phase)
    assert height.max() == pytest.approx(1.0, abs=0.05)
    assert (height > 0.5).sum() < 50
    assert abs(height[0] - height[-1]) < 0.01


def test_blades_on_the_picture_are_found_at_their_edges(procedure):
    monitor, theme = procedure.screen.view.monitor, procedure.stage.theme
    rect = monitor.rect
    blades = (0.2, 0.1, 0.0, 0.3)
    assert monitor.blade_at((rect.left + round(0.2 * rect.width), rect.centery), blades, theme) == 0
    assert monitor.blade_at((rect.centerx, rect.top + round(0.3 * rect.width)), blades, theme) == 3
    assert monitor.blade_at(rect.center, blades, theme) is None
    assert (
        monitor.blade_to(1, (rect.left, rect.centery)) == 0.45
    )  # no further than the machine goes
    assert monitor.mm_per_px(Settings()) == pytest.approx(Settings().field_mm / rect.width)


def test_the_assistant_is_asked_by_key_and_by_mouse_and_seen_on_the_panel(procedure):
    h = procedure
    asked = []
    plain = h.session.step

    def step(controls):  # the stand-in has no assistant of its own
        state = plain(replace(controls, actions=()))
        asked.extend(a for a in controls.actions if a.kind == "assistant")
        on = bool(asked and asked[-1].value)
        helper = Assisting("Stent 8 x 37", on, 6.5 if on else 0.0, "7.7 mm", 61.0)
        h.session.state = replace(state, assistant=helper)
        return h.session.state

    h.session.step = step
    h.turn()
    assert "assistant: waits (9), 7.7 mm, sheath 61 mmHg" in h.tree
    h.key(pygame.K_9)
    assert asked == [Action("assistant", value=True)]
    assert "assistant: inflates with you, 6.5 atm, 7.7 mm, sheath 61 mmHg" in h.tree
    h.key(pygame.K_5)
    assert "Assistant: wait" in h.tree
    button = next(b for b in h.stage.dialog.buttons if b.name == "assistant")
    h.click(button.rect.center)
    h.turn()
    assert asked[-1] == Action("assistant", value=False)
    assert "assistant: waits" in h.tree
