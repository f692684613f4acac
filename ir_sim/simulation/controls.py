"""What a pair of hands and feet can do in one tick."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ir_sim.scenario.fields import SLOTS

Pedal = Literal["off", "fluoro", "acquire"]

#: Discrete commands and the fields that each needs: slot, device, value.
ACTIONS: dict[str, tuple[str, ...]] = {
    "mount": ("slot", "device"),
    "remove": ("slot",),
    "exchange": ("slot", "device"),
    "field": ("value",),
    "pulse_rate": ("value",),
    "detail": ("value",),
    "collimate": ("value",),
    "angulate": ("value",),
    "mode": ("value",),
    "frame_rate": ("value",),
    "roadmap": ("value",),
    "wedge": ("value",),
    "delay": ("value",),
    "roadmap_share": ("value",),
    "pixel_shift": ("value",),
    "landmark": ("value",),
    "shield": ("value",),
    "step_back": ("value",),
    "mask": (),
    "drug": ("device", "value"),
    "pressure": (),
    "power_injection": ("value",),
    "syringe": ("device",),
    "take_up": ("device",),
    "release": (),
    "aspirate": ("value",),
    "lapse": ("value",),
    "flush": (),
    "assistant": ("value",),
    "cuff": (),
    "answer": ("device", "value"),
    "hint": (),
    "finish": (),
}


@dataclass(frozen=True)
class Motion:
    """How a hub is moved: at the hub, positive forwards and counter-clockwise."""

    advance_mm_s: float = 0.0
    rotate_deg_s: float = 0.0

    @property
    def held(self) -> bool:
        """Whether the hub is held still."""
        return self.advance_mm_s == 0.0 and self.rotate_deg_s == 0.0


HELD = Motion()


@dataclass(frozen=True)
class Action:
    """A discrete command, carried out at the start of the tick it comes with.

    Attributes:
        kind: One of ``ACTIONS``.
        slot: The place in the coaxial stack.
        device: A device or supply of the tray (or a drug's name).
        value: A number, word, list or truth value, by kind. ``power_injection`` takes
            ``[mL/s, mL, rise s, limit psi]`` (the last two may be left out), or ``[]`` to stop;
            ``syringe`` fills with ``contrast``, ``co2`` or ``saline`` (``device``), contrast to
            so many per cent; ``assistant`` is true (inflates with me) or false (waits).
    """

    kind: str
    slot: str | None = None
    device: str | None = None
    value: Any = None


@dataclass(frozen=True)
class Controls:
    """Everything that is done in one tick of 1/60 s.

    Attributes:
        motions: By slot; absent is held.
        pedal: The foot on the pedal.
        inject_ml_s: Hand injection through the hub of the innermost catheter.
        table_mm_s: Speed of the table in x and y.
        actions: Discrete commands of this tick only.
        treat: The hand on the treating tool that was taken up (``take_up``), as a rate in the
            tool's own unit: an inflation device in atm/s, a stent's sheath drawn back or a coil
            pushed in mm/s, an embolic injected in mL/s. Negative undoes: deflate, draw back in.
    """

    motions: Mapping[str, Motion] = field(default_factory=dict)
    pedal: Pedal = "off"
    inject_ml_s: float = 0.0
    table_mm_s: tuple[float, float] = (0.0, 0.0)
    actions: tuple[Action, ...] = ()
    treat: float = 0.0

    def check(self) -> None:
        """Refuse what no hand can mean.

        Raises:
            ValueError: An unknown name, or a number that is not finite; one clear line.
        """
        for slot, motion in self.motions.items():
            if slot not in SLOTS:
                raise ValueError(f"unknown slot '{slot}': one of {', '.join(SLOTS)}")
            if not isinstance(motion, Motion):
                raise ValueError(f"the motion of '{slot}' is not an ir_sim.Motion: {motion!r}")
            _finite(f"advance_mm_s of '{slot}'", motion.advance_mm_s)
            _finite(f"rotate_deg_s of '{slot}'", motion.rotate_deg_s)
        if self.pedal not in get_args(Pedal):
            raise ValueError(f"unknown pedal '{self.pedal}': one of {', '.join(get_args(Pedal))}")
        _finite("inject_ml_s", self.inject_ml_s)
        if self.inject_ml_s < 0.0:
            raise ValueError(f"inject_ml_s must not be negative, got {self.inject_ml_s:g}")
        _finite("treat", self.treat)
        if len(self.table_mm_s) != 2:
            raise ValueError("table_mm_s needs two numbers, x and y")
        for speed in self.table_mm_s:
            _finite("table_mm_s", speed)
        for action in self.actions:
            _check_action(action)


def _finite(name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")


def _check_action(action: Action) -> None:
    if not isinstance(action, Action):
        raise ValueError(f"not an ir_sim.Action: {action!r}")
    if action.kind not in ACTIONS:
        raise ValueError(f"unknown action '{action.kind}': one of {', '.join(ACTIONS)}")
    for name in ACTIONS[action.kind]:
        if getattr(action, name) is None:
            raise ValueError(f"action '{action.kind}' needs a {name}")
    if action.slot is not None and action.slot not in SLOTS:
        raise ValueError(f"unknown slot '{action.slot}': one of {', '.join(SLOTS)}")
    numbers = action.value if isinstance(action.value, list | tuple) else [action.value]
    for number in numbers:
        if isinstance(number, float):
            _finite(f"value of action '{action.kind}'", number)
