"""Words that do nothing."""

from __future__ import annotations

import pygame

from ir_sim.app.theme import Colour, Theme
from ir_sim.app.widgets.base import Widget


class Label(Widget):
    """One line.

    Args:
        name: Its name.
        text: What it says.
        size: Of the type.
        weight: Of the type.
        tone: Name of a palette colour.
        align: ``left``, ``centre`` or ``right``.
    """

    def __init__(
        self,
        name: str,
        text: str = "",
        size: float = 15,
        weight: str = "regular",
        tone: str = "text",
        align: str = "left",
    ) -> None:
        super().__init__(name)
        self.text, self.size, self.weight, self.tone, self.align = text, size, weight, tone, align

    def says(self) -> str:
        """Its text."""
        return self.text

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it, cut to its width."""
        words = theme.fitted(self.text, self.rect.width, self.size, self.weight)
        colour: Colour = getattr(theme.palette, self.tone)
        anchor = {"left": "midleft", "centre": "center", "right": "midright"}[self.align]
        theme.write(
            surface,
            getattr(self.rect, anchor),
            words,
            self.size,
            self.weight,
            colour,
            anchor,
        )


class Paragraph(Label):
    """Several lines, broken at its width; what does not fit is cut with an ellipsis."""

    def height_for(self, width: int, theme: Theme) -> int:
        """Height that the whole text needs."""
        count = len(theme.lines(self.text, width, self.size, self.weight))
        return count * theme.height(self.size, self.weight)

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw as many lines as fit."""
        step = theme.height(self.size, self.weight)
        lines = theme.lines(self.text, self.rect.width, self.size, self.weight)
        room = max(self.rect.height // step, 1)
        if len(lines) > room:
            lines = [
                *lines[: room - 1],
                theme.fitted(lines[room - 1] + " …", self.rect.width, self.size, self.weight),
            ]
        colour: Colour = getattr(theme.palette, self.tone)
        for i, line in enumerate(lines):
            at = (self.rect.x, self.rect.y + i * step)
            theme.write(surface, at, line, self.size, self.weight, colour)
