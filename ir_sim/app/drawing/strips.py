"""Strips over time: speed, force, dose, contrast, with the pedal below and the errors above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygame
from numpy.typing import NDArray

from ir_sim.app.theme import Colour, Theme

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strip:
    """One quantity over time.

    Attributes:
        name: What it is, with its unit.
        values: (n,) or several of them, each with a colour.
        colours: One for each row of values.
        shown: The last value as words.
        fill: Whether the area below is filled.
    """

    name: str
    values: tuple[Array, ...]
    colours: tuple[Colour, ...]
    shown: str
    fill: bool = False


@dataclass(frozen=True)
class Mark:
    """A moment to mark on the strips."""

    time_s: float
    colour: Colour


def name_width(theme: Theme) -> int:
    """Room for the names at the left of the strips."""
    return theme.px(150)


def draw_strips(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    time_s: Array,
    strips: Sequence[Strip],
    pedal: Array,
    marks: Sequence[Mark],
) -> pygame.Rect:
    """Draw them under one another; returns the part that is the time axis."""
    axis = theme.px(18)
    wide = name_width(theme)
    plot = pygame.Rect(rect.x + wide, rect.y, rect.width - wide, rect.height - axis)
    end = float(time_s[-1]) if len(time_s) else 1.0
    tall = plot.height / max(len(strips), 1)
    _pedal(surface, theme, plot, time_s, pedal, end)
    for i, strip in enumerate(strips):
        box = pygame.Rect(plot.x, round(plot.y + i * tall), plot.width, round(tall) - theme.px(5))
        _strip(surface, theme, box, rect.x, time_s, strip, end)
    for mark in marks:
        x = plot.x + round(mark.time_s / max(end, 1e-9) * plot.width)
        pygame.draw.line(surface, mark.colour, (x, plot.y), (x, plot.bottom))
        size = theme.px(4)
        tip = (x, plot.y + 2 * size)
        feet = ((x - size, plot.y), (x + size, plot.y))
        pygame.draw.polygon(surface, mark.colour, (tip, *feet))
    _axis(surface, theme, plot, end)
    return plot


def _pedal(
    surface: pygame.Surface,
    theme: Theme,
    plot: pygame.Rect,
    time_s: Array,
    pedal: Array,
    end: float,
) -> None:
    """Shade where X-rays were on."""
    for value, colour in ((1.0, (44, 40, 22)), (2.0, (70, 52, 14))):
        on = np.concatenate([[False], pedal == value, [False]])
        starts, ends = np.flatnonzero(on[1:] & ~on[:-1]), np.flatnonzero(~on[1:] & on[:-1])
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
            x0 = plot.x + round(float(time_s[a]) / end * plot.width)
            x1 = plot.x + round(float(time_s[min(b, len(time_s) - 1)]) / end * plot.width)
            pygame.draw.rect(surface, colour, (x0, plot.y, max(x1 - x0, 1), plot.height))


def _strip(
    surface: pygame.Surface,
    theme: Theme,
    box: pygame.Rect,
    left: int,
    time_s: Array,
    strip: Strip,
    end: float,
) -> None:
    palette = theme.palette
    pygame.draw.line(surface, palette.line, box.bottomleft, box.bottomright)
    room = box.x - left - theme.px(10)
    name = theme.fitted(strip.name, room, 12)
    theme.write(surface, (left, box.y), name, 12, colour=palette.quiet)
    at = (left, box.y + theme.height(12))
    theme.write(surface, at, theme.fitted(strip.shown, room, 13, "mono"), 13, "mono")
    top = max((float(np.nanmax(v)) for v in strip.values if len(v)), default=0.0) * 1.08
    if top <= 0.0 or end <= 0.0:
        return
    for values, colour in zip(strip.values, strip.colours, strict=True):
        if len(values) < 2:
            continue
        # one point for each pixel column: the largest value in it, so that no peak is lost
        column = np.minimum((time_s / end * box.width).astype(int), box.width - 1)
        peaks = np.full(box.width, np.nan)
        np.fmax.at(peaks, column, values)
        known = np.flatnonzero(~np.isnan(peaks))
        y = box.bottom - peaks[known] / top * box.height
        points = np.column_stack([box.x + known, y])
        if strip.fill:
            area = [*points.tolist(), (points[-1, 0], box.bottom), (points[0, 0], box.bottom)]
            if len(area) > 2:
                shade = tuple(c // 3 for c in colour)
                pygame.draw.polygon(surface, shade, area)
        if len(points) > 1:
            pygame.draw.aalines(surface, colour, False, points.tolist())


def _axis(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, end: float) -> None:
    step = next((s for s in (5, 10, 15, 30, 60, 120, 300, 600) if end / s <= 12), 1200)
    for seconds in range(0, int(end) + 1, step):
        x = plot.x + round(seconds / max(end, 1e-9) * plot.width)
        pygame.draw.line(
            surface, theme.palette.line, (x, plot.bottom), (x, plot.bottom + theme.px(4))
        )
        words = f"{seconds // 60}:{seconds % 60:02d}"
        at = (x, plot.bottom + theme.px(4))
        anchor = "topleft" if seconds == 0 else "midtop"
        if x + theme.px(16) <= plot.right or seconds == 0:
            theme.write(surface, at, words, 11, "mono", theme.palette.quiet, anchor)
