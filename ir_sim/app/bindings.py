"""Which key does what. The one table behind the input and behind the help on F1.

Two hands work at once: the left hand holds the catheter (W A S D), the right hand the wire
(arrows), a thumb is on the pedal (Space).
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame


@dataclass(frozen=True)
class Binding:
    """Keys that do one thing.

    Attributes:
        does: Name of what they do.
        keys: Any of them.
        shown: The keys as people read them.
        text: What they do, for people.
        group: Heading in the help.
        held: Whether it lasts while the key is down.
    """

    does: str
    keys: tuple[int, ...]
    shown: str
    text: str
    group: str
    held: bool = False


LEFT, RIGHT = "Left hand (catheter)", "Right hand (wire)"
X_RAY, TABLE, OTHER = "X-ray", "Table and C-arm", "Procedure"
REVIEW, TREAT = "Review and measure", "Treating tool"

BINDINGS: tuple[Binding, ...] = (
    Binding("left_advance", (pygame.K_w,), "W", "advance", LEFT, held=True),
    Binding("left_retract", (pygame.K_s,), "S", "withdraw", LEFT, held=True),
    Binding("left_turn_left", (pygame.K_a,), "A", "turn counter-clockwise", LEFT, held=True),
    Binding("left_turn_right", (pygame.K_d,), "D", "turn clockwise", LEFT, held=True),
    Binding(
        "inject", (pygame.K_c, pygame.K_i), "C or I", "inject contrast (hold)", LEFT, held=True
    ),
    Binding("right_advance", (pygame.K_UP,), "Up", "advance", RIGHT, held=True),
    Binding("right_retract", (pygame.K_DOWN,), "Down", "withdraw", RIGHT, held=True),
    Binding(
        "right_turn_left", (pygame.K_LEFT,), "Left", "turn counter-clockwise", RIGHT, held=True
    ),
    Binding("right_turn_right", (pygame.K_RIGHT,), "Right", "turn clockwise", RIGHT, held=True),
    Binding("fine", (pygame.K_LSHIFT, pygame.K_RSHIFT), "Shift", "fine", RIGHT, held=True),
    Binding("coarse", (pygame.K_LCTRL, pygame.K_RCTRL), "Ctrl", "fast", RIGHT, held=True),
    Binding("fluoro", (pygame.K_SPACE,), "Space", "fluoroscopy pedal (hold)", X_RAY, held=True),
    Binding(
        "acquire",
        (pygame.K_x, pygame.K_RETURN, pygame.K_KP_ENTER),
        "X or Enter",
        "acquisition pedal (hold)",
        X_RAY,
        held=True,
    ),
    Binding("latch", (pygame.K_l,), "L", "pedals latch", X_RAY),
    Binding("field", (pygame.K_f,), "F", "field of view (Shift: back)", X_RAY),
    Binding("pulse_rate", (pygame.K_p,), "P", "pulses per second (Shift: back)", X_RAY),
    Binding("detail", (pygame.K_o,), "O", "dose per pulse", X_RAY),
    Binding("mode", (pygame.K_v,), "V", "acquire DSA or cine", X_RAY),
    Binding("frame_rate", (pygame.K_b,), "B", "acquired frames per second", X_RAY),
    Binding("roadmap", (pygame.K_g,), "G", "roadmap (Shift: strength)", X_RAY),
    Binding("mask", (pygame.K_n,), "N", "new mask (review: this frame)", X_RAY),
    Binding("blades_in_x", (pygame.K_RIGHTBRACKET,), "]", "side blades in", X_RAY),
    Binding("blades_out_x", (pygame.K_LEFTBRACKET,), "[", "side blades out", X_RAY),
    Binding("blades_in_y", (pygame.K_EQUALS, pygame.K_PLUS), "=", "upper, lower blades in", X_RAY),
    Binding("blades_out_y", (pygame.K_MINUS,), "-", "upper, lower blades out", X_RAY),
    Binding("wedge", (pygame.K_BACKSLASH,), "\\", "wedge filter (Shift: from the left)", X_RAY),
    Binding("landmark", (pygame.K_SLASH,), "/", "anatomy left in a subtraction", X_RAY),
    Binding("store", (pygame.K_j,), "J", "to the reference (Shift: loop)", REVIEW),
    Binding("review", (pygame.K_F3,), "F3", "last run (Shift: the one before)", REVIEW),
    Binding("frame_back", (pygame.K_F4,), "F4", "a frame back", REVIEW),
    Binding("frame_on", (pygame.K_F5,), "F5", "a frame on", REVIEW),
    Binding("loop", (pygame.K_F6,), "F6", "loop, stop", REVIEW),
    Binding("peak", (pygame.K_F7,), "F7", "peak opacification", REVIEW),
    Binding("shift_auto", (pygame.K_F8,), "F8", "pixel shift by the machine", REVIEW),
    Binding(
        "shift", (pygame.K_LALT, pygame.K_RALT), "Alt + arrows", "pixel shift", REVIEW, held=True
    ),
    Binding("measure", (pygame.K_6,), "6", "ruler, calibration, stenosis", REVIEW),
    Binding("clear", (pygame.K_BACKSPACE,), "Backspace", "wipe measurements", REVIEW),
    Binding("treat_more", (pygame.K_PAGEUP,), "PgUp", "inflate, push, unsheathe", TREAT, held=True),
    Binding("treat_less", (pygame.K_PAGEDOWN,), "PgDn", "deflate, draw back", TREAT, held=True),
    Binding("treat", (pygame.K_5,), "5", "take up a tool", TREAT),
    Binding("release", (pygame.K_DELETE,), "Del", "detach, release", TREAT),
    Binding("aspirate", (pygame.K_INSERT,), "Ins", "pump on, off", TREAT),
    Binding("assistant", (pygame.K_9,), "9", "assistant inflates with me, waits", TREAT),
    Binding("table", (pygame.K_t,), "T + arrows", "table (or drag the picture)", TABLE, held=True),
    Binding("table_left", (pygame.K_KP4,), "Keypad 4", "table", TABLE, held=True),
    Binding("table_right", (pygame.K_KP6,), "Keypad 6", "table", TABLE, held=True),
    Binding("table_up", (pygame.K_KP8,), "Keypad 8", "table", TABLE, held=True),
    Binding("table_down", (pygame.K_KP2,), "Keypad 2", "table", TABLE, held=True),
    Binding("lao", (pygame.K_PERIOD,), ".", "C-arm to LAO (Shift: cranial)", TABLE),
    Binding("rao", (pygame.K_COMMA,), ",", "C-arm to RAO (Shift: caudal)", TABLE),
    Binding("shield", (pygame.K_k,), "K", "ceiling shield", TABLE),
    Binding("step_back", (pygame.K_z,), "Z", "step back for acquisitions", TABLE),
    Binding("next_device", (pygame.K_TAB,), "Tab", "next device in hand", OTHER),
    Binding("wire", (pygame.K_1,), "1", "wire", OTHER),
    Binding("catheter", (pygame.K_2,), "2", "catheter", OTHER),
    Binding("microcatheter", (pygame.K_3,), "3", "microcatheter", OTHER),
    Binding("guide", (pygame.K_4,), "4", "guide", OTHER),
    Binding("tray", (pygame.K_m,), "M", "tray: put in, exchange, take out", OTHER),
    Binding("drugs", (pygame.K_y,), "Y", "medicines", OTHER),
    Binding("injector", (pygame.K_q,), "Q", "power injector", OTHER),
    Binding("cuff", (pygame.K_7,), "7", "cuff pressure now", OTHER),
    Binding("flush", (pygame.K_8,), "8", "aspirate and flush the catheters", OTHER),
    Binding("pressure", (pygame.K_u,), "U", "pressure at the catheter's tip, to the report", OTHER),
    Binding("hint", (pygame.K_h,), "H", "hint for this step (counted)", OTHER),
    Binding("finish", (pygame.K_e, pygame.K_F9), "E", "end the procedure", OTHER),
    Binding("restart", (pygame.K_r,), "R", "start again at once", OTHER),
    Binding("pause", (pygame.K_ESCAPE,), "Esc", "pause", OTHER),
    Binding("help", (pygame.K_F1,), "F1", "these controls", OTHER),
)

#: Everywhere in the program.
ANYWHERE: tuple[Binding, ...] = (
    Binding("fullscreen", (pygame.K_F11,), "F11", "full screen", OTHER),
    Binding("screenshot", (pygame.K_F12,), "F12", "save the screen as a picture", OTHER),
)

BY_KEY: dict[int, Binding] = {key: b for b in BINDINGS for key in b.keys}
SLOT_BINDINGS = ("wire", "catheter", "microcatheter", "guide")


def help_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The controls as headings with (keys, what they do)."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for binding in (*BINDINGS, *ANYWHERE):
        if not binding.shown.startswith("Keypad"):
            groups.setdefault(binding.group, []).append((binding.shown, binding.text))
    groups[TABLE].append(("Keypad 4 6 8 2", "table"))
    groups["Mouse on the picture"] = [
        ("Wheel", "device in hand"),
        ("Right + wheel", "turn it"),
        ("Drag", "move the table"),
        ("Drag an edge", "move a blade"),
        ("Drag after 6", "measure"),
    ]
    groups["Gamepad"] = [
        ("Left stick", "left hand"),
        ("Right stick", "right hand"),
        ("Triggers", "right: fluoro, left: acquire"),
        ("A", "inject contrast"),
        ("Shoulders", "fine, fast"),
        ("Cross", "table"),
        ("Y, X, B", "tray, roadmap, next device"),
        ("Fine + Y, B", "take up a tool, assistant"),
        ("Stick presses", "tool: left less, right more"),
    ]
    return list(groups.items())


#: How the help is set in columns.
HELP_COLUMNS = (
    (LEFT, RIGHT, TABLE),
    (X_RAY,),
    (REVIEW, TREAT),
    (OTHER, "Mouse on the picture", "Gamepad"),
)
