"""Measurements on the picture: thin lines with dark edges, and their results beside them."""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from ir_sim.app.measuring import Mark, Way
from ir_sim.app.theme import YELLOW, Colour, Theme


def draw_marks(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    marks: Sequence[Mark],
    way: Way,
) -> None:
    """Draw results, and what is being drawn.

    Args:
        surface: The window.
        theme: Type.
        rect: Of the picture.
        marks: Results.
        way: Points so far, as shares of the picture's side.
    """
    clip = surface.get_clip()
    surface.set_clip(rect)
    for mark in marks:
        _line(surface, theme, rect, mark.way, ends=mark.tool == "ruler")
        _words(surface, theme, rect, mark)
    if len(way) > 1:
        _line(surface, theme, rect, way, ends=True)
    surface.set_clip(clip)


def _points(rect: pygame.Rect, way: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(rect.x + x * rect.width, rect.y + y * rect.height) for x, y in way]


def _line(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    way: Sequence[tuple[float, float]],
    *,
    ends: bool,
) -> None:
    points = _points(rect, way)
    pygame.draw.lines(surface, (0, 0, 0), False, points, max(3, theme.px(3.5)))
    pygame.draw.lines(surface, YELLOW, False, points, max(1, theme.px(1.4)))
    if ends:
        for at in (points[0], points[-1]):
            _cross(surface, theme, at, (0, 0, 0), 3.5)
            _cross(surface, theme, at, YELLOW, 1.4)


def _cross(
    surface: pygame.Surface, theme: Theme, at: tuple[float, float], colour: Colour, wide: float
) -> None:
    reach, width = theme.px(6), max(1, theme.px(wide))
    pygame.draw.line(surface, colour, (at[0] - reach, at[1]), (at[0] + reach, at[1]), width)
    pygame.draw.line(surface, colour, (at[0], at[1] - reach), (at[0], at[1] + reach), width)


def _words(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, mark: Mark) -> None:
    (x, y) = _points(rect, [mark.at])[0]
    image = theme.text(mark.text, 14, "bold", YELLOW)
    box = image.get_rect(midleft=(round(x) + theme.px(14), round(y)))
    box.clamp_ip(rect.inflate(-theme.px(16), -theme.px(16)))
    back = box.inflate(theme.px(10), theme.px(4))
    pygame.draw.rect(surface, (0, 0, 0), back, border_radius=theme.px(3))
    surface.blit(image, box)
