"""Which key, and which button of a gamepad, does what on the author's screen: input and help."""

from __future__ import annotations

from collections.abc import Mapping

import pygame

from ir_sim.app.bindings import ANYWHERE, Binding

POINT, VESSEL, FILE = "Choose and move a point", "Change the vessel", "View and file"

#: ``held``: Shift makes the step larger, or goes the other way.
AUTHOR_BINDINGS: tuple[Binding, ...] = (
    Binding("next_point", (pygame.K_PERIOD,), ".", "next point (Shift: next vessel)", POINT),
    Binding("last_point", (pygame.K_COMMA,), ",", "previous point (Shift: vessel)", POINT),
    Binding("left", (pygame.K_LEFT,), "Arrows", "move it by 0.5 mm (Shift: 2 mm)", POINT),
    Binding("right", (pygame.K_RIGHT,), "Right", "move it", POINT),
    Binding("up", (pygame.K_UP,), "Up", "move it", POINT),
    Binding("down", (pygame.K_DOWN,), "Down", "move it", POINT),
    Binding(
        "wider",
        (pygame.K_EQUALS, pygame.K_PLUS, pygame.K_KP_PLUS),
        "= or +",
        "radius 0.1 mm wider (Shift: 0.5 mm)",
        POINT,
    ),
    Binding(
        "narrower",
        (pygame.K_MINUS, pygame.K_KP_MINUS),
        "-",
        "radius 0.1 mm narrower (Shift: 0.5 mm)",
        POINT,
    ),
    Binding("insert", (pygame.K_INSERT, pygame.K_n), "Ins or N", "a point more", VESSEL),
    Binding("delete", (pygame.K_DELETE,), "Del", "a point less", VESSEL),
    Binding("branch", (pygame.K_b,), "B", "a new branch at the point", VESSEL),
    Binding("lesion", (pygame.K_l,), "L", "a lesion at the point", VESSEL),
    Binding("kind", (pygame.K_k,), "K", "which kind of lesion (Shift: back)", VESSEL),
    Binding("nearer", (pygame.K_PAGEUP,), "PgUp", "nearer", FILE),
    Binding("farther", (pygame.K_PAGEDOWN,), "PgDn", "farther", FILE),
    Binding("all", (pygame.K_f,), "F", "show all", FILE),
    Binding("undo", (pygame.K_u,), "Ctrl+Z or U", "undo", FILE),
    Binding("redo", (pygame.K_y,), "Ctrl+Y or Y", "redo", FILE),
    Binding("save", (pygame.K_F9,), "Ctrl+S", "save", FILE),
    Binding("problem", (pygame.K_p,), "P", "next line of what is wrong", FILE),
    Binding("help", (pygame.K_F1,), "F1", "these controls", FILE),
    Binding("leave", (pygame.K_ESCAPE,), "Esc", "back", FILE),
)
BY_KEY: Mapping[int, str] = {key: b.does for b in AUTHOR_BINDINGS for key in b.keys}
CTRL_KEYS: Mapping[int, str] = {pygame.K_z: "undo", pygame.K_y: "redo", pygame.K_s: "save"}
#: Keys that other widgets use as well: they act on the map only while it has the keyboard.
SHARED = frozenset({"left", "right", "up", "down", "nearer", "farther"})
#: Deeds that go on while a key or button is held, and are then one step back.
NUDGES = frozenset({"left", "right", "up", "down", "wider", "narrower"})

PAD_BUTTONS: Mapping[int, str] = {
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: "left",
    pygame.CONTROLLER_BUTTON_DPAD_RIGHT: "right",
    pygame.CONTROLLER_BUTTON_DPAD_UP: "up",
    pygame.CONTROLLER_BUTTON_DPAD_DOWN: "down",
    pygame.CONTROLLER_BUTTON_A: "branch",
    pygame.CONTROLLER_BUTTON_X: "lesion",
    pygame.CONTROLLER_BUTTON_Y: "kind",
    pygame.CONTROLLER_BUTTON_B: "leave",
    pygame.CONTROLLER_BUTTON_LEFTSHOULDER: "undo",
    pygame.CONTROLLER_BUTTON_LEFTSTICK: "delete",
    pygame.CONTROLLER_BUTTON_RIGHTSTICK: "insert",
    pygame.CONTROLLER_BUTTON_START: "save",
    pygame.CONTROLLER_BUTTON_BACK: "help",
}
#: With the right shoulder held.
PAD_SHIFTED: Mapping[str, str] = {"undo": "redo", "save": "all", "help": "problem"}
#: What a stick or trigger does at its low and its high end.
PAD_AXES: Mapping[int, tuple[str, str]] = {
    pygame.CONTROLLER_AXIS_RIGHTX: ("last_point", "next_point"),
    pygame.CONTROLLER_AXIS_RIGHTY: ("last_vessel", "next_vessel"),
    pygame.CONTROLLER_AXIS_LEFTY: ("nearer", "farther"),
    pygame.CONTROLLER_AXIS_TRIGGERLEFT: ("", "narrower"),
    pygame.CONTROLLER_AXIS_TRIGGERRIGHT: ("", "wider"),
}

_MOUSE = [
    ("Drag a point", "move it"),
    ("Wheel on a point", "wider, narrower"),
    ("Wheel elsewhere", "nearer, farther"),
    ("Drag elsewhere", "move the map"),
    ("Tool branch", "drag out of a vessel"),
    ("Tool lesion", "click on a vessel"),
]
_PAD = [
    ("Right stick", "point; up, down: vessel"),
    ("Cross", "move by 0.5 mm"),
    ("Triggers", "right: wider, left: narrower"),
    ("R shoulder held", "2 mm, 0.5 mm of radius"),
    ("A, X, Y", "branch, lesion, its kind"),
    ("Stick presses", "left: point less, right: more"),
    ("Left stick", "up: nearer, down: farther"),
    ("L shoulder", "undo (R held: redo)"),
    ("Start", "save (R held: show all)"),
    ("Back", "help (R held: what is wrong)"),
    ("B", "back"),
]
AUTHOR_COLUMNS = ((POINT, VESSEL), (FILE, "Mouse"), ("Gamepad",))
_FOLDED = ("right", "up", "down")


def author_help() -> list[tuple[str, list[tuple[str, str]]]]:
    """The controls as headings with (keys, what they do)."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for binding in AUTHOR_BINDINGS:
        if binding.does not in _FOLDED:
            groups.setdefault(binding.group, []).append((binding.shown, binding.text))
    groups[FILE] += [("Tab", "to the buttons and lists")]
    groups[FILE] += [(binding.shown, binding.text) for binding in ANYWHERE]
    groups["Mouse"], groups["Gamepad"] = _MOUSE, _PAD
    return list(groups.items())


def key_line(kind: str, *, pad: bool) -> list[tuple[str, str]]:
    """The most used of them, for the foot of the map: (keys, what they do).

    Args:
        kind: Of the lesion that would be put down.
        pad: Whether a gamepad was used last.
    """
    if pad:
        return [
            ("Right stick", "point, vessel"), ("Cross", "move"), ("Triggers", "calibre"),
            ("RB", "larger steps"), ("A", "branch"), ("X", kind), ("Y", "kind of lesion"),
            ("LB", "undo"), ("Start", "save"), ("Back", "all controls"),
        ]  # fmt: skip
    return [
        (", .", "point"), ("Shift+, .", "vessel"), ("Arrows", "move"), ("- =", "calibre"),
        ("Shift", "larger steps"), ("N Del", "point more, less"), ("B", "branch"), ("L", kind),
        ("K", "kind of lesion"), ("PgUp PgDn", "zoom"),
    ]  # fmt: skip
