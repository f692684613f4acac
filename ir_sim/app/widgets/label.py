"""Words that do nothing."""

from __future__ import annotations

import pygame

from ir_sim.app.theme import Colour, Theme
from ir_sim.app.widgets.base import Widget, focus_ring


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


class Page(Paragraph):
    """A text that is longer than its room: arrows, page keys and the wheel move it."""

    takes_focus = True

    def __init__(self, name: str, text: str = "", size: float = 14) -> None:
        super().__init__(name, text, size)
        self.first = 0
        self._room, self._count = 1, 1

    def show(self, text: str) -> None:
        """Show another text from its beginning."""
        self.text, self.first = text, 0

    def _move(self, by: int) -> None:
        self.first = min(max(self.first + by, 0), max(self._count - self._room, 0))

    def key(self, event: pygame.event.Event) -> bool:
        """Up, down, page keys, Home and End."""
        by = {
            pygame.K_UP: -1,
            pygame.K_DOWN: 1,
            pygame.K_PAGEUP: -self._room,
            pygame.K_PAGEDOWN: self._room,
            pygame.K_HOME: -self._count,
            pygame.K_END: self._count,
        }.get(getattr(event, "key", 0))
        if event.type != pygame.KEYDOWN or by is None:
            return False
        self._move(by)
        return True

    def wheel(self, notches: int) -> bool:
        """Scroll."""
        self._move(-2 * notches)
        return True

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw the lines in view, and how far one is."""
        step, wide = theme.height(self.size), self.rect.width - theme.px(12)
        lines = theme.lines(self.text, wide, self.size)
        self._room, self._count = max(self.rect.height // step, 1), len(lines)
        self._move(0)
        for i, line in enumerate(lines[self.first : self.first + self._room]):
            theme.write(surface, (self.rect.x, self.rect.y + i * step), line, self.size)
        if self._count > self._room:
            tall = max(self.rect.height * self._room // self._count, theme.px(20))
            share = self.first / (self._count - self._room)
            y = self.rect.y + round((self.rect.height - tall) * share)
            bar = pygame.Rect(self.rect.right - theme.px(4), y, theme.px(4), tall)
            pygame.draw.rect(surface, theme.palette.line, bar, border_radius=2)
        if focused:
            focus_ring(surface, self.rect, theme)
