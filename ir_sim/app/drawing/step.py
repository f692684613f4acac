"""The step that is asked for now, and its hint."""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from ir_sim.app.drawing.panel import draw_heading
from ir_sim.app.theme import Theme
from ir_sim.training.assessment import Progress

#: A line, and whether it is a hint's.
Line = tuple[str, bool]


def step_lines(theme: Theme, progress: Progress, width: int) -> list[Line]:
    """The prompt, then the hint if there is one, no wider than so many pixels."""
    text, hint = progress.prompt, progress.hint
    if progress.current is None:
        text = "Every step is done: end the procedure (E)."
    lines = [(line, False) for line in theme.lines(text, width, 16, "bold")] if text else []
    if hint and hint != text:
        lines += [(line, True) for line in theme.lines(hint, width, 13)]
    return lines


def step_height(theme: Theme, lines: Sequence[Line]) -> int:
    """What ``draw_step`` needs, px."""
    text = sum(theme.height(13) if hint else theme.height(16, "bold") for _, hint in lines)
    return theme.px(30) + text


def draw_step(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    progress: Progress,
    lines: Sequence[Line],
) -> None:
    """Draw a heading with the number of the step, and the lines."""
    total = len(progress.steps)
    words = f"Step {min(progress.index + 1, total)} of {total}" if total else "Task"
    draw_heading(surface, theme, pygame.Rect(rect.x, rect.y, rect.width, theme.px(16)), words)
    y = rect.y + theme.px(20)
    for line, hint in lines:
        if hint:
            theme.write(surface, (rect.x, y), line, 13, colour=theme.palette.accent)
            y += theme.height(13)
        else:
            theme.write(surface, (rect.x, y), line, 16, "bold")
            y += theme.height(16, "bold")
