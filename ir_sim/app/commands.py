"""From the name of a key's command to the action at the machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ir_sim.simulation.controls import ACTIONS, Action
from ir_sim.xray.settings import (
    BLADE_LIMIT,
    CRANIAL_LIMIT_DEG,
    DETAILS,
    FIELDS_CM,
    FRAME_RATES,
    LAO_LIMIT_DEG,
    PULSE_RATES,
    Settings,
)

T = TypeVar("T")

#: One press of a blade's key closes or opens this share of the field.
BLADE_STEP = 0.04
#: One press turns the C-arm this far.
ANGLE_STEP_DEG = 5.0
STEP_BACK_M = 2.0
#: Depths of the wedge filter, strengths of the landmark and of the roadmap's overlay.
WEDGES = (0.0, 0.2, 0.35, 0.5)
LANDMARKS = (0.0, 0.3, 0.6)
ROADMAP_SHARES = (0.6, 0.9, 0.3)
#: One press shifts the mask so far, picture elements.
SHIFT_STEP_PX, MOST_SHIFT_PX = 0.5, 32.0
SHIFTS = {
    "shift_left": (-1.0, 0.0),
    "shift_right": (1.0, 0.0),
    "shift_up": (0.0, 1.0),
    "shift_down": (0.0, -1.0),
}


def machine_action(name: str, settings: Settings, *, back: bool) -> Action | None:
    """The action of a key, or None if the name is not a command for the machine.

    Args:
        name: What the key does (``ir_sim.app.bindings``).
        settings: Of the machine, now.
        back: Shift is held: the other way round.
    """
    action = _action(name, settings, -1 if back else 1)
    return action if action is not None and action.kind in ACTIONS else None


def _action(name: str, s: Settings, step: int) -> Action | None:
    if name == "field":
        return Action("field", value=_next(FIELDS_CM, s.field_cm, step))
    if name == "pulse_rate":
        return Action("pulse_rate", value=_next(PULSE_RATES, s.pulse_rate, step))
    if name == "detail":
        return Action("detail", value=_next(DETAILS, s.detail, step))
    if name == "mode":
        return Action("mode", value="cine" if s.mode == "dsa" else "dsa")
    if name == "frame_rate":
        return Action("frame_rate", value=_next(FRAME_RATES[s.mode], s.frame_rate, step))
    if name == "roadmap":
        return Action("roadmap", value=s.roadmap is None)
    if name == "wedge":
        return Action("wedge", value=_wedge_moved(s.wedge, step))
    if name == "landmark":
        return Action("landmark", value=_next(LANDMARKS, s.landmark, step))
    if name == "roadmap_share":
        return Action("roadmap_share", value=_next(ROADMAP_SHARES, s.roadmap_share, step))
    if name == "shift_auto":
        return Action("pixel_shift", value=[0.0, 0.0] if s.pixel_shift is None else "auto")
    if name in SHIFTS:
        return Action("pixel_shift", value=shift_moved(s.pixel_shift, name))
    if name == "mask":
        return Action("mask", value=True)
    if name in ("pressure", "flush", "cuff"):
        return Action(name)
    if name == "shield":
        return Action("shield", value=not s.shield)
    if name == "step_back":
        return Action("step_back", value=0.0 if s.step_back_m else STEP_BACK_M)
    if name.startswith("blades_"):
        return Action("collimate", value=blades_moved(s.blades, name))
    if name in ("lao", "rao"):
        return Action("angulate", value=_turned(s, 1 if name == "lao" else -1, step < 0))
    return None


def shift_moved(shift: tuple[float, float] | None, name: str) -> list[float]:
    """The mask's shift after one press of ``shift_left`` and its like."""
    now = shift or (0.0, 0.0)
    return [
        min(max(now[k] + SHIFT_STEP_PX * SHIFTS[name][k], -MOST_SHIFT_PX), MOST_SHIFT_PX)
        for k in (0, 1)
    ]


def _wedge_moved(share: float, step: int) -> float:
    """The filter further in from the right (or, backwards, from the left); out after the last."""
    depth = abs(share) if share * step >= 0.0 else 0.0
    return step * _next(WEDGES, round(depth, 2), 1)


def blades_moved(blades: Sequence[float], name: str) -> list[float]:
    """The blades after one press of ``blades_in_x`` and its like."""
    by = BLADE_STEP if "_in_" in name else -BLADE_STEP
    sides = (0, 1) if name.endswith("x") else (2, 3)
    return [
        round(min(max(b + by, 0.0), BLADE_LIMIT), 3) if i in sides else b
        for i, b in enumerate(blades)
    ]


def _turned(s: Settings, way: int, tilt: bool) -> list[float]:
    lao, cranial = s.lao_deg, s.cranial_deg
    if tilt:
        cranial = min(max(cranial + way * ANGLE_STEP_DEG, -CRANIAL_LIMIT_DEG), CRANIAL_LIMIT_DEG)
    else:
        lao = min(max(lao + way * ANGLE_STEP_DEG, -LAO_LIMIT_DEG), LAO_LIMIT_DEG)
    return [lao, cranial]


def _next(values: Sequence[T], now: T, step: int) -> T:
    place = values.index(now) if now in values else 0
    return values[(place + step) % len(values)]
