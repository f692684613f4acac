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
    if name == "mask":
        return Action("mask", value=True)
    if name == "pressure":
        return Action("pressure")
    if name == "shield":
        return Action("shield", value=not s.shield)
    if name == "step_back":
        return Action("step_back", value=0.0 if s.step_back_m else STEP_BACK_M)
    if name.startswith("blades_"):
        return Action("collimate", value=blades_moved(s.blades, name))
    if name in ("lao", "rao"):
        return Action("angulate", value=_turned(s, 1 if name == "lao" else -1, step < 0))
    return None


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
