"""The patient monitor's strip: heart rate, arterial line, oxygen saturation, cuff on the arm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pygame
from numpy.typing import NDArray

from ir_sim.app.play import TRACE_S, Pulse
from ir_sim.app.theme import Colour, Theme
from ir_sim.simulation.state import Cuff, Vitals

#: The colours that patient monitors use: each trace also has its name and place.
ECG: Colour = (70, 220, 120)
PRESSURE: Colour = (255, 92, 92)
OXYGEN: Colour = (80, 200, 255)
CUFF: Colour = (225, 190, 255)
#: Width of the cuff's figures, at the scale of the theme.
_CUFF_PX = 158
#: Outside these the monitor alarms: heart rate, mean pressure, saturation (usual adult limits).
HEART_LIMITS, MEAN_LEAST_MMHG, SPO2_LEAST = (45.0, 130.0), 55.0, 90.0
#: P, Q, R, S, T: place in the beat, width, height (drawn by eye after lead II).
_WAVES = (
    (0.18, 0.025, 0.12),
    (0.275, 0.008, -0.12),
    (0.30, 0.010, 1.0),
    (0.325, 0.010, -0.28),
    (0.52, 0.045, 0.24),
)


def ecg(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) height of lead II at phases of the beat from 0 to 1; 1 is the R wave's peak."""
    total = np.zeros_like(phase)
    for at, width, height in _WAVES:
        total += height * np.exp(-0.5 * ((phase - at) / width) ** 2)
    return total


def draw_vitals(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    vitals: Vitals,
    trace: Sequence[Pulse],
    time_s: float,
    cuff: Cuff,
) -> None:
    """Draw the strip."""
    pygame.draw.rect(surface, (0, 0, 0), rect)
    pygame.draw.line(surface, theme.palette.line, rect.topleft, rect.topright)
    cells = (("HR", ECG), ("ART", PRESSURE), ("SpO₂", OXYGEN))
    values = (
        f"{vitals.heart_rate_bpm:.0f}",
        f"{vitals.systolic_mmhg:.0f}/{vitals.diastolic_mmhg:.0f}",
        f"{vitals.spo2_percent:.0f}",
    )
    units = ("/min", f"({vitals.mean_mmhg:.0f}) mmHg", f"%   RR {vitals.breaths_per_min:.0f}")
    alarms = alarming(vitals)
    lit = int(time_s * 2.0) % 2 == 0
    wide = (rect.width - theme.px(_CUFF_PX)) / 3.0
    _cuff(surface, theme, rect, cuff, time_s)
    for i, ((name, colour), value, unit) in enumerate(zip(cells, values, units, strict=True)):
        cell = pygame.Rect(round(rect.x + i * wide), rect.y, round(wide), rect.height)
        numbers = theme.px(150 if i == 1 else 110)
        shown = (255, 255, 255) if alarms[i] and lit else colour
        _numbers(surface, theme, cell, numbers, name, shown, value, unit)
        left, gap = theme.px(14), theme.px(14)
        area = pygame.Rect(cell.x + left, cell.y, cell.width - numbers - left - gap, cell.height)
        area = area.inflate(0, -theme.px(16))
        _trace(surface, colour, area, i, vitals, trace, time_s)


def cuff_words(cuff: Cuff, time_s: float) -> tuple[str, str]:
    """The cuff's figures, and when they were taken."""
    if cuff.measuring:
        when = "measuring"
    else:
        minutes = int(max(time_s - cuff.time_s, 0.0) / 60.0)
        when = f"{minutes} min ago" if minutes else "now"
    if cuff.mean_mmhg <= 0.0:
        return "none found", when
    return f"{cuff.systolic_mmhg:.0f}/{cuff.diastolic_mmhg:.0f} ({cuff.mean_mmhg:.0f})", when


def _cuff(
    surface: pygame.Surface, theme: Theme, rect: pygame.Rect, cuff: Cuff, time_s: float
) -> None:
    """The pressure in the arm, right of the traces: true when the line on the sheath is not."""
    x = rect.right - theme.px(_CUFF_PX)
    value, when = cuff_words(cuff, time_s)
    low = 0.0 < cuff.mean_mmhg < MEAN_LEAST_MMHG or cuff.mean_mmhg <= 0.0
    colour = (255, 255, 255) if low and int(time_s * 2.0) % 2 == 0 else CUFF
    theme.write(surface, (x, rect.y + theme.px(6)), f"CUFF  mmHg   {when}", 11, colour=colour)
    theme.write(surface, (x, rect.bottom - theme.px(3)), value, 20, "bold", colour, "bottomleft")


def alarming(vitals: Vitals) -> tuple[bool, bool, bool]:
    """Whether heart rate, pressure and saturation are outside their limits."""
    low, high = HEART_LIMITS
    return (
        not low <= vitals.heart_rate_bpm <= high,
        vitals.mean_mmhg < MEAN_LEAST_MMHG,
        vitals.spo2_percent < SPO2_LEAST,
    )


def _numbers(
    surface: pygame.Surface,
    theme: Theme,
    cell: pygame.Rect,
    wide: int,
    name: str,
    colour: Colour,
    value: str,
    unit: str,
) -> None:
    x = cell.right - wide
    theme.write(surface, (x, cell.y + theme.px(6)), f"{name}  {unit}", 11, colour=colour)
    at = (x, cell.bottom - theme.px(3))
    theme.write(surface, at, value, 26, "bold", colour, "bottomleft")


def _trace(
    surface: pygame.Surface,
    colour: Colour,
    area: pygame.Rect,
    which: int,
    vitals: Vitals,
    trace: Sequence[Pulse],
    time_s: float,
) -> None:
    """A sweep: the newest point writes over the oldest, with a gap ahead of it."""
    x = np.arange(area.width, dtype=float)
    sweep = TRACE_S / 2.0
    now = (time_s % sweep) / sweep * area.width
    ahead = (x - now) % area.width
    t = time_s - (area.width - ahead) / area.width * sweep
    if which == 1:
        if len(trace) < 2:
            return
        times = np.array([p.time_s for p in trace])
        mmhg = np.array([p.pressure_mmhg for p in trace])
        low = min(float(mmhg.min()), vitals.diastolic_mmhg) - 5.0
        high = max(float(mmhg.max()), vitals.systolic_mmhg) + 5.0
        y = (np.interp(t, times, mmhg) - low) / (high - low)
        seen = t >= times[0]
    else:
        beat_s = 60.0 / max(vitals.heart_rate_bpm, 1.0)
        phase = (t / beat_s) % 1.0
        if which == 0:
            y = 0.2 + 0.75 * ecg(phase)
        else:
            late = (phase - 0.35) % 1.0
            y = 0.1 + 0.85 * (
                np.exp(-(((late - 0.18) / 0.11) ** 2))
                + 0.35 * np.exp(-(((late - 0.45) / 0.12) ** 2))
            )
        seen = t >= 0.0
    seen &= ahead > 0.04 * area.width
    points = np.column_stack([area.x + x, area.bottom - y * area.height])
    breaks = np.flatnonzero(np.diff(seen.astype(int)))
    for part in np.split(points, breaks + 1):
        inside = len(part) > 1 and bool(seen[int(part[0, 0] - area.x)])
        if inside:
            pygame.draw.aalines(surface, colour, False, part.tolist())
