"""The treating tool in hand: a manometer for an inflation device, a bar for all else."""

from __future__ import annotations

import math

import pygame

from ir_sim.app.theme import Colour, Theme
from ir_sim.simulation.state import Assisting, Reading

#: The manometer's scale turns from 225 degrees clockwise to -45; the red begins at this share.
_FROM_DEG, _SWEEP_DEG = 225.0, 270.0
_RED_AT = 0.78


def draw_gauge(
    surface: pygame.Surface, theme: Theme, rect: pygame.Rect, title: str, reading: Reading
) -> None:
    """Draw what the tool shows.

    Args:
        surface: The panel.
        theme: Type.
        rect: Where.
        title: Of the tool.
        reading: Of the tool.
    """
    palette, px = theme.palette, theme.px
    pygame.draw.rect(surface, palette.raised, rect, border_radius=px(5))
    over = reading.most is not None and reading.value >= reading.most
    tone: Colour = palette.bad if over and reading.unit == "atm" else palette.text
    if reading.unit in ("atm", "kPa"):
        radius = rect.height // 2 - px(6)
        centre = (rect.right - radius - px(10), rect.centery)
        _manometer(surface, theme, centre, radius, reading)
        right = centre[0] - radius - px(10)
    else:
        right = rect.right - px(12)
    x = rect.x + px(12)
    name = theme.fitted(title, right - x, 14, "bold")
    theme.write(surface, (x, rect.y + px(6)), name, 14, "bold")
    figure = f"{reading.value:.2f}" if reading.unit == "mL" else f"{reading.value:.1f}"
    box = theme.write(surface, (x, rect.y + px(25)), figure, 18, "mono", tone)
    unit = reading.unit
    if reading.most is not None:
        word = "burst" if unit == "atm" else "of"
        unit += f"  ({word} {reading.most:g})"
    at = (box.right + px(8), box.centery)
    theme.write(surface, at, unit, 12, colour=palette.quiet, anchor="midleft")
    words = reading.text or "PgUp more, PgDn less, Del releases"
    line = theme.fitted(words, right - x, 13)
    theme.write(surface, (x, rect.bottom - px(22)), line, 13, colour=palette.accent)
    if reading.unit not in ("atm", "kPa") and reading.most:
        bar = pygame.Rect(right - px(110), box.centery - px(4), px(110), px(8))
        pygame.draw.rect(surface, palette.panel, bar, border_radius=2)
        share = min(max(reading.value / reading.most, 0.0), 1.0)
        done = pygame.Rect(bar.x, bar.y, round(bar.width * share), bar.height)
        pygame.draw.rect(surface, palette.accent, done, border_radius=2)


def draw_assistant(
    surface: pygame.Surface, theme: Theme, rect: pygame.Rect, assisting: Assisting
) -> None:
    """Draw what the assistant at the other groin has in hand.

    Args:
        surface: The panel.
        theme: Type.
        rect: Where.
        assisting: What it is and how it stands.
    """
    palette, px = theme.palette, theme.px
    pygame.draw.rect(surface, palette.raised, rect, border_radius=px(5))
    x, right = rect.x + px(12), rect.right - px(12)
    name = theme.fitted(f"Assistant: {assisting.device}", right - x, 13, "bold")
    theme.write(surface, (x, rect.y + px(4)), name, 13, "bold")
    line = theme.fitted(assistant_line(assisting), right - x, 13)
    tone: Colour = palette.accent if assisting.with_you else palette.quiet
    theme.write(surface, (x, rect.bottom - px(21)), line, 13, colour=tone)


def assistant_line(assisting: Assisting) -> str:
    """How the assistant stands, in a line."""
    does = "inflates with you" if assisting.with_you else "waits (9)"
    figure = f"{assisting.atm:.1f} atm, " if assisting.atm > 0.0 else ""
    return f"{does}, {figure}{assisting.words}, sheath {assisting.sheath_mmhg:.0f} mmHg"


def _manometer(
    surface: pygame.Surface,
    theme: Theme,
    centre: tuple[int, int],
    radius: int,
    reading: Reading,
) -> None:
    palette, px = theme.palette, theme.px
    red = reading.unit == "atm" and reading.most is not None
    full = (reading.most or 20.0) / (_RED_AT if red else 1.0)
    pygame.draw.aacircle(surface, (232, 236, 240), centre, radius)
    pygame.draw.aacircle(surface, palette.line, centre, radius, max(1, px(2)))
    if red:
        steps = [_RED_AT + (1.0 - _RED_AT) * k / 12 for k in range(13)]
        outer = [_on(centre, radius - px(3), share) for share in steps]
        inner = [_on(centre, radius - px(7), share) for share in reversed(steps)]
        pygame.draw.polygon(surface, palette.bad, outer + inner)
    for k in range(6):
        share = k / 5
        start, end = _on(centre, radius - px(8), share), _on(centre, radius - px(3), share)
        pygame.draw.line(surface, (40, 44, 50), start, end, max(1, px(1.5)))
    share = min(max(reading.value / full, 0.0), 1.0)
    tip = _on(centre, radius - px(7), share)
    pygame.draw.line(surface, (20, 22, 26), centre, tip, max(2, px(2)))
    pygame.draw.aacircle(surface, (20, 22, 26), centre, max(2, px(3)))
    at = (centre[0], centre[1] + radius * 0.55)
    theme.write(surface, at, reading.unit, 10, "bold", (60, 66, 74), anchor="center")


def _on(centre: tuple[int, int], radius: float, share: float) -> tuple[float, float]:
    angle = math.radians(_FROM_DEG - _SWEEP_DEG * share)
    return (centre[0] + radius * math.cos(angle), centre[1] - radius * math.sin(angle))
