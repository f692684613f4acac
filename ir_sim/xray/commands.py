"""What the buttons of the machine do to its settings, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ir_sim.xray.settings import (
    BLADE_LIMIT,
    CRANIAL_LIMIT_DEG,
    DETAILS,
    FIELDS_CM,
    FRAME_RATES,
    LAO_LIMIT_DEG,
    PULSE_RATES,
    Exposure,
    Settings,
)

Context = tuple[int, Exposure | None]


def changed(
    settings: Settings, kind: str, value: Any, runs: int, last: Exposure | None
) -> tuple[Settings, str]:
    """The settings after a command and a sentence for the timeline.

    Args:
        settings: Before.
        kind: The button.
        value: What it is set to.
        runs: Number of acquisitions so far.
        last: The last exposure.

    Raises:
        ValueError: Unknown command or a value that the machine does not have.
    """
    command = _COMMANDS.get(kind)
    if command is None:
        raise ValueError(f"unknown command '{kind}': one of {', '.join(_COMMANDS)}")
    return command(settings, value, (runs, last))


def _number(what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{what} must be a number, got {value!r}")
    return float(value)


def _numbers(what: str, value: Any, count: int) -> list[float]:
    if not isinstance(value, list | tuple) or len(value) != count:
        raise ValueError(f"{what} needs {count} numbers, got {value!r}")
    return [_number(what, v) for v in value]


def _one_of(what: str, value: Any, choices: tuple[float, ...], unit: str) -> float:
    number = _number(what, value)
    if number not in choices:
        known = ", ".join(f"{c:g}" for c in choices)
        raise ValueError(f"no {what} of {number:g} {unit}: one of {known}")
    return number


def _field(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    cm = _one_of("field", value, FIELDS_CM, "cm")
    return replace(s, field_cm=cm), f"Field {cm:g} cm."


def _pulse_rate(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    rate = _one_of("pulse rate", value, PULSE_RATES, "pulses/s")
    return replace(s, pulse_rate=rate), f"Fluoroscopy at {rate:g} pulses/s."


def _detail(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    for detail in DETAILS:
        if value == detail:
            return replace(s, detail=detail), f"Fluoroscopy with {detail} dose per pulse."
    raise ValueError(f"no detail {value!r}: one of {', '.join(DETAILS)}")


def _collimate(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    blades = _numbers("collimate", value, 4)
    if not all(0.0 <= b <= BLADE_LIMIT for b in blades):
        raise ValueError(f"a blade closes 0 to {BLADE_LIMIT:g} of the field, got {value!r}")
    after = replace(s, blades=(blades[0], blades[1], blades[2], blades[3]))
    return after, f"Blades close {100 * after.closed_share:.0f} % of the field."


def _wedge(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    share = _number("wedge", value)
    if not -0.6 <= share <= 0.6:
        raise ValueError(f"the wedge filter covers -0.6 to 0.6 of the field, got {share:g}")
    return replace(s, wedge=share), f"Wedge filter over {abs(100 * share):.0f} % of the field."


def _angulate(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    lao, cranial = _numbers("angulate", value, 2)
    if abs(lao) > LAO_LIMIT_DEG or abs(cranial) > CRANIAL_LIMIT_DEG:
        limits = f"{LAO_LIMIT_DEG:g} and {CRANIAL_LIMIT_DEG:g} degrees"
        raise ValueError(f"the C-arm turns to {limits} at most, got {lao:g}, {cranial:g}")
    after = replace(s, lao_deg=lao, cranial_deg=cranial)
    return after, f"C-arm at {view_name(lao, cranial)}."


def view_name(lao_deg: float, cranial_deg: float) -> str:
    """The projection as people say it, such as ``LAO 30 CRAN 10`` or ``PA``."""
    words = []
    if round(lao_deg):
        words.append(f"{'LAO' if lao_deg > 0 else 'RAO'} {abs(lao_deg):.0f}")
    if round(cranial_deg):
        words.append(f"{'CRAN' if cranial_deg > 0 else 'CAUD'} {abs(cranial_deg):.0f}")
    return " ".join(words) or "PA"


def _mode(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    if value == "dsa":
        return replace(s, mode="dsa", frame_rate=3.0), "Acquisition: subtraction."
    if value == "cine":
        return replace(s, mode="cine", frame_rate=15.0), "Acquisition: cine."
    raise ValueError(f"no mode {value!r}: dsa or cine")


def _frame_rate(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    rate = _one_of("frame rate", value, FRAME_RATES[s.mode], f"frames/s in {s.mode}")
    return replace(s, frame_rate=rate), f"Acquisition at {rate:g} frames/s."


def _delay(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    seconds = _number("delay", value)
    if not 0.0 <= seconds <= 30.0:
        raise ValueError(f"the X-ray delay is 0 to 30 s, got {seconds:g}")
    return replace(s, delay_s=seconds), f"Acquisition {seconds:g} s after the pedal."


def _roadmap(s: Settings, value: Any, context: Context) -> tuple[Settings, str]:
    runs = context[0]
    if value is None or value is False or value == 0:
        return replace(s, roadmap=None), "Roadmap off."
    run = runs if value is True else round(_number("roadmap", value))
    if not 1 <= run <= runs:
        raise ValueError("a roadmap needs a run: film one first" if not runs else f"no run {run}")
    return replace(s, roadmap=run), f"Roadmap from run {run}."


def _roadmap_share(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    share = _number("roadmap_share", value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"the overlay's strength lies between 0 and 1, got {share:g}")
    return replace(s, roadmap_share=share), f"Overlay at {100 * share:.0f} %."


def _mask(s: Settings, value: Any, context: Context) -> tuple[Settings, str]:
    last = context[1]
    if value is None or value is True:
        if last is None or last.kind != "acquire":
            raise ValueError("a new mask needs a frame of a run")
        return replace(s, mask=last.number), "New mask: the last frame."
    number = round(_number("mask", value))
    if number <= 0:
        return replace(s, mask=None), "Mask: the run's first frames."
    return replace(s, mask=number), f"New mask: exposure {number}."


def _pixel_shift(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    if value == "auto":
        return replace(s, pixel_shift=None), "Pixel shift: automatic."
    dx, dy = _numbers("pixel_shift", value, 2)
    if max(abs(dx), abs(dy)) > 32.0:
        raise ValueError("the mask shifts 32 picture elements at most")
    return replace(s, pixel_shift=(dx, dy)), f"Pixel shift {dx:g}, {dy:g}."


def _landmark(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    share = _number("landmark", value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"the landmark's strength lies between 0 and 1, got {share:g}")
    return replace(s, landmark=share), f"Landmark at {100 * share:.0f} %."


def _shield(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    if not isinstance(value, bool):
        raise ValueError(f"shield is true or false, got {value!r}")
    return replace(s, shield=value), f"Ceiling shield {'in place' if value else 'away'}."


def _step_back(s: Settings, value: Any, _: Context) -> tuple[Settings, str]:
    metres = _number("step_back", value)
    if not 0.0 <= metres <= 5.0:
        raise ValueError(f"step_back is 0 to 5 m, got {metres:g}")
    return replace(s, step_back_m=metres), f"Operator {metres:g} m back for acquisitions."


_COMMANDS: dict[str, Callable[[Settings, Any, Context], tuple[Settings, str]]] = {
    "field": _field,
    "pulse_rate": _pulse_rate,
    "detail": _detail,
    "collimate": _collimate,
    "wedge": _wedge,
    "angulate": _angulate,
    "mode": _mode,
    "frame_rate": _frame_rate,
    "delay": _delay,
    "roadmap": _roadmap,
    "roadmap_share": _roadmap_share,
    "mask": _mask,
    "pixel_shift": _pixel_shift,
    "landmark": _landmark,
    "shield": _shield,
    "step_back": _step_back,
}
