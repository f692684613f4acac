"""The slow check of the text beside the hands, and the monitor's pictures that it makes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pygame

from ir_sim.app.preparing import Preparing
from ir_sim.app.theme import Theme
from ir_sim.authoring.look import Verdict, judge
from ir_sim.errors import Problem

#: How long hands must rest before the slow check, s.
_REST_S = 0.5
_PICTURE_PX = 440


class AuthorPictures:
    """Fluoroscopy and subtraction of the text as it is, when hands rest.

    Args:
        path: Of the case's file.

    Attributes:
        shown: Both pictures side by side, or None while nothing can be shown.
        panes: Where they are drawn.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.shown: pygame.Surface | None = None
        self.panes: tuple[pygame.Rect, pygame.Rect] = (pygame.Rect(0, 0, 0, 0),) * 2
        self._judging: Preparing[Verdict] | None = None
        self._judged = ""
        self._since_change = 0.0

    def changed(self) -> None:
        """Hands are at work: wait."""
        self._since_change = 0.0

    def update(self, dt_s: float, text: str) -> list[Problem] | None:
        """Let the check follow the text; what it found, when it has found it."""
        self._since_change += dt_s
        found: list[Problem] | None = None
        if self._judging is not None and self._judging.ready:
            verdict = self._judging.result()
            self._judging = None
            found = verdict.problems
            if verdict.pictures is not None:
                shown = verdict.pictures.convert("RGB")
                self.shown = pygame.image.frombytes(shown.tobytes(), shown.size, "RGB")
        resting = self._since_change > _REST_S
        if self._judging is None and resting and self._judged != text:
            self._judged = text
            self._judging = Preparing(partial(judge, text, self._path, _PICTURE_PX))
        return found

    def paint(self, surface: pygame.Surface, t: Theme) -> None:
        """Draw both."""
        for k, pane in enumerate(self.panes):
            pygame.draw.rect(surface, t.palette.panel, pane, border_radius=t.px(6))
            if self.shown is None:
                words = "the monitor's picture comes when nothing is wrong"
                t.write(surface, pane.center, words, 13, colour=t.palette.quiet, anchor="center")
                continue
            half = self.shown.get_width() // 2
            part = self.shown.subsurface((k * half, 0, half, self.shown.get_height()))
            surface.blit(pygame.transform.smoothscale(part, pane.size), pane)
        if self._judging is not None:
            at = (self.panes[0].right - t.px(8), self.panes[0].y + t.px(6))
            box = t.text("drawing ...", 12).get_rect(topright=at).inflate(t.px(8), t.px(4))
            pygame.draw.rect(surface, t.palette.panel, box, border_radius=t.px(4))
            t.write(surface, at, "drawing ...", 12, colour=t.palette.quiet, anchor="topright")
