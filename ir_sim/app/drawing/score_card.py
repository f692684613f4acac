"""The score as a card, and the three headline ratings that are always shown."""

from __future__ import annotations

import pygame

from ir_sim.app.theme import Colour, Theme
from ir_sim.training.debrief import Rating
from ir_sim.training.score import Part, Score

_TONES = {"good": "good", "fair": "warn", "poor": "bad"}


def draw_headline(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, rating: Rating) -> None:
    """A card with one of the three ratings that are always shown."""
    palette = theme.palette
    tone: Colour = getattr(palette, _TONES.get(rating.verdict, "quiet"))
    pygame.draw.rect(surface, palette.panel, rect, border_radius=theme.px(8))
    pygame.draw.rect(surface, palette.line, rect, 1, theme.px(8))
    bar = pygame.Rect(rect.x, rect.y + theme.px(8), theme.px(4), rect.height - theme.px(16))
    pygame.draw.rect(surface, tone, bar, border_radius=2)
    x, room = rect.x + theme.px(18), rect.width - theme.px(30)
    theme.write(surface, (x, rect.y + theme.px(10)), rating.label, 13, colour=palette.quiet)
    right = (rect.right - theme.px(12), rect.y + theme.px(10))
    theme.write(surface, right, rating.verdict, 13, "bold", tone, "topright")
    value = theme.fitted(rating.value, room, 24, "bold")
    theme.write(surface, (x, rect.centery), value, 24, "bold", palette.text, "midleft")
    words = theme.fitted(rating.because, room, 12)
    at = (x, rect.bottom - theme.px(9))
    theme.write(surface, at, words, 12, colour=palette.quiet, anchor="bottomleft")


def draw_total(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, score: Score) -> int:
    """Total and verdict; returns the lower edge."""
    palette = theme.palette
    rated = score.total == score.total  # not a number: free practice
    number = f"{score.total:.0f}" if rated else "–"
    tone = palette.good if score.passed else palette.text
    box = theme.write(surface, rect.topleft, number, 60, "bold", tone)
    at = (box.right + theme.px(8), box.bottom - theme.px(14))
    theme.write(surface, at, "of 100", 16, colour=palette.quiet, anchor="bottomleft")
    verdict, tone = _verdict(score, theme, rated=rated)
    right = (rect.right, box.centery)
    theme.write(surface, right, verdict, 18, "bold", tone, "midright")
    y = box.bottom
    for reason in score.gate.reasons:
        for line in theme.lines(reason, rect.width, 13):
            theme.write(surface, (rect.x, y), line, 13, colour=palette.bad)
            y += theme.height(13)
    return y + theme.px(8)


def _verdict(score: Score, theme: Theme, *, rated: bool) -> tuple[str, Colour]:
    if not rated:
        return "Free practice", theme.palette.quiet
    if score.passed:
        return "Passed", theme.palette.good
    words = "Not passed" if score.gate.open else "Not passed: gate shut"
    return words, theme.palette.bad


def draw_part(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, part: Part) -> None:
    """A part of the score: its points as a bar, and why."""
    palette = theme.palette
    points = f"{part.points:.0f} / {part.out_of:.0f}"
    box = theme.write(surface, rect.topright, points, 14, "mono", anchor="topright")
    room = box.left - rect.x - theme.px(8)
    theme.write(surface, rect.topleft, theme.fitted(part.label, room, 14, "bold"), 14, "bold")
    bar = pygame.Rect(rect.x, box.bottom + theme.px(2), rect.width, theme.px(5))
    pygame.draw.rect(surface, palette.raised, bar, border_radius=2)
    share = part.points / part.out_of if part.out_of else 0.0
    colour = palette.good if share > 0.8 else palette.accent if share > 0.4 else palette.warn
    done = pygame.Rect(bar.x, bar.y, round(bar.width * min(max(share, 0.0), 1.0)), bar.height)
    pygame.draw.rect(surface, colour, done, border_radius=2)
    y = bar.bottom + theme.px(3)
    lines = theme.lines(part.because, rect.width, 12)
    room_lines = max((rect.bottom - y) // theme.height(12), 0)
    for i, line in enumerate(lines[:room_lines]):
        words = line
        if i == room_lines - 1 and len(lines) > room_lines:
            words = theme.fitted(line + " …", rect.width, 12)
        theme.write(surface, (rect.x, y), words, 12, colour=palette.quiet)
        y += theme.height(12)
