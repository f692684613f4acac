"""Keys, wheel, mouse and pad as what two hands and a foot do in a tick."""

import pygame
import pytest

from ir_sim.app.bindings import ANYWHERE, BINDINGS, BY_KEY, help_groups
from ir_sim.app.commands import blades_moved, machine_action
from ir_sim.app.gamepad import pad_event
from ir_sim.app.hands_and_feet import (
    ADVANCE_MM_S,
    COARSE,
    FINE,
    INJECT_ML_S,
    NOTCH_DEG,
    NOTCH_MM,
    TURN_DEG_S,
    WHEEL_MM_S,
    HandsAndFeet,
)
from ir_sim.simulation.controls import Action, Controls
from ir_sim.xray import Settings

DT = 1 / 60


def press(hands, *keys):
    return [hands.key(pygame.event.Event(pygame.KEYDOWN, key=k, mod=0)) for k in keys]


def lift(hands, *keys):
    for key in keys:
        hands.key(pygame.event.Event(pygame.KEYUP, key=key, mod=0))


def test_both_hands_and_the_foot_at_once():
    hands = HandsAndFeet()
    press(hands, pygame.K_w, pygame.K_d, pygame.K_DOWN, pygame.K_LEFT, pygame.K_SPACE, pygame.K_c)
    c = hands.controls(DT)
    c.check()
    assert c.motions["catheter"].advance_mm_s == ADVANCE_MM_S
    assert c.motions["catheter"].rotate_deg_s == -TURN_DEG_S
    assert c.motions["wire"].advance_mm_s == -ADVANCE_MM_S
    assert c.motions["wire"].rotate_deg_s == TURN_DEG_S
    assert c.pedal == "fluoro"
    assert c.inject_ml_s == INJECT_ML_S
    lift(hands, pygame.K_w, pygame.K_d, pygame.K_DOWN, pygame.K_LEFT, pygame.K_SPACE, pygame.K_c)
    assert hands.controls(DT) == Controls()


@pytest.mark.parametrize(("key", "share"), [(pygame.K_LSHIFT, FINE), (pygame.K_RCTRL, COARSE)])
def test_fine_and_fast(key, share):
    hands = HandsAndFeet()
    press(hands, key, pygame.K_UP)
    assert hands.controls(DT).motions["wire"].advance_mm_s == ADVANCE_MM_S * share


def test_opposite_keys_hold_the_hub():
    hands = HandsAndFeet()
    press(hands, pygame.K_w, pygame.K_s)
    assert "catheter" not in hands.controls(DT).motions


def test_acquisition_wins_over_fluoroscopy():
    hands = HandsAndFeet()
    press(hands, pygame.K_SPACE, pygame.K_x)
    assert hands.controls(DT).pedal == "acquire"
    lift(hands, pygame.K_x)
    assert hands.controls(DT).pedal == "fluoro"


def test_a_latching_pedal_stays_down_until_pressed_again():
    hands = HandsAndFeet(latch=True)
    press(hands, pygame.K_SPACE)
    lift(hands, pygame.K_SPACE)
    assert hands.controls(DT).pedal == "fluoro"
    press(hands, pygame.K_SPACE)
    lift(hands, pygame.K_SPACE)
    assert hands.controls(DT).pedal == "off"
    press(hands, pygame.K_SPACE)
    hands.let_go()
    assert hands.controls(DT).pedal == "off"


def test_a_repeating_key_gives_its_command_once():
    hands = HandsAndFeet()
    assert press(hands, pygame.K_f) == ["field"]
    press(hands, pygame.K_w)
    assert press(hands, pygame.K_w) == [None]


def test_the_wheel_moves_exactly_what_it_asks_for():
    hands = HandsAndFeet()
    hands.wheel(5)
    way, fastest = 0.0, 0.0
    for _ in range(60):
        motion = hands.controls(DT).motions.get("wire")
        if motion is not None:
            way += motion.advance_mm_s * DT
            fastest = max(fastest, motion.advance_mm_s)
    assert way == pytest.approx(5 * NOTCH_MM)
    assert fastest <= WHEEL_MM_S + 1e-9
    hands.turning(on=True)
    hands.wheel(-2)
    turn = sum(m.rotate_deg_s * DT for _ in range(60) for m in hands.controls(DT).motions.values())
    assert turn == pytest.approx(-2 * NOTCH_DEG)


def test_dragging_the_picture_moves_the_table_by_as_much():
    hands = HandsAndFeet()
    hands.drag_table(12.0, -3.0)
    x, y = hands.controls(DT).table_mm_s
    assert (x * DT, y * DT) == pytest.approx((12.0, -3.0))
    assert hands.controls(DT).table_mm_s == (0.0, 0.0)


def test_t_lends_the_arrows_to_the_table():
    hands = HandsAndFeet()
    press(hands, pygame.K_t, pygame.K_UP)
    c = hands.controls(DT)
    assert c.table_mm_s[1] > 0.0
    assert "wire" not in c.motions


def test_devices_change_hands():
    hands = HandsAndFeet()
    mounted = ["guide", "catheter", "wire"]
    assert hands.take_in_hand("guide", mounted)
    assert (hands.left, hands.right, hands.selected) == ("guide", "wire", "guide")
    assert not hands.take_in_hand("microcatheter", mounted)
    hands.take_in_hand("catheter", mounted, right=True)
    assert (hands.left, hands.right) == ("guide", "catheter")
    hands.take_in_hand("wire", mounted)
    assert hands.right == "wire"
    seen = set()
    for _ in range(3):
        hands.next_device(mounted)
        seen.add(hands.selected)
    assert seen == set(mounted)


def test_actions_come_once():
    hands = HandsAndFeet()
    hands.command(Action("hint"))
    assert hands.controls(DT).actions == (Action("hint"),)
    assert hands.controls(DT).actions == ()


def test_a_pad_steers_finer_near_the_middle_of_its_stick():
    hands = HandsAndFeet()
    for value, low, high in ((3000, 0.0, 0.0), (16384, 0.01, 0.3), (32767, 0.99, 1.0)):
        event = pygame.event.Event(
            pygame.CONTROLLERAXISMOTION, axis=pygame.CONTROLLER_AXIS_RIGHTY, value=-value
        )
        pad_event(event, hands.pad)
        motion = hands.controls(DT).motions.get("wire")
        share = motion.advance_mm_s / ADVANCE_MM_S if motion else 0.0
        assert low <= share <= high
    event = pygame.event.Event(
        pygame.CONTROLLERAXISMOTION, axis=pygame.CONTROLLER_AXIS_TRIGGERRIGHT, value=32000
    )
    pad_event(event, hands.pad)
    assert hands.controls(DT).pedal == "fluoro"
    y = pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, button=pygame.CONTROLLER_BUTTON_Y)
    assert pad_event(y, hands.pad) == "tray"
    fine = pygame.event.Event(
        pygame.CONTROLLERBUTTONDOWN, button=pygame.CONTROLLER_BUTTON_LEFTSHOULDER
    )
    pad_event(fine, hands.pad)
    assert pad_event(y, hands.pad) == "treat"
    b = pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, button=pygame.CONTROLLER_BUTTON_B)
    assert pad_event(b, hands.pad) == "assistant"


def test_no_key_does_two_things():
    keys = [key for b in (*BINDINGS, *ANYWHERE) for key in b.keys]
    assert len(keys) == len(set(keys))
    assert len(BY_KEY) == sum(len(b.keys) for b in BINDINGS)


def test_every_binding_is_in_the_help():
    shown = {text for _, lines in help_groups() for _, text in lines}
    assert {b.text for b in BINDINGS} <= shown


@pytest.mark.parametrize(
    ("name", "back", "kind", "value"),
    [
        ("field", False, "field", 32.0),
        ("field", True, "field", 16.0),
        ("pulse_rate", False, "pulse_rate", 15.0),
        ("detail", False, "detail", "high"),
        ("mode", False, "mode", "cine"),
        ("frame_rate", False, "frame_rate", 4.0),
        ("roadmap", False, "roadmap", True),
        ("lao", False, "angulate", [5.0, 0.0]),
        ("rao", True, "angulate", [0.0, -5.0]),
    ],
)
def test_a_key_sets_the_machine(name, back, kind, value):
    action = machine_action(name, Settings(), back=back)
    assert (action.kind, action.value) == (kind, value)


def test_blades_stop_at_their_ends():
    assert blades_moved((0.0, 0.0, 0.0, 0.0), "blades_out_x") == [0.0, 0.0, 0.0, 0.0]
    assert blades_moved((0.44, 0.1, 0.0, 0.0), "blades_in_x") == [0.45, 0.14, 0.0, 0.0]
    assert blades_moved((0.1, 0.1, 0.1, 0.2), "blades_in_y") == [0.1, 0.1, 0.14, 0.24]
