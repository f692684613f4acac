"""Rows and columns; a row can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pygame

from ir_sim.app.theme import Colour, Theme
from ir_sim.app.widgets.base import Widget, focus_ring


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the width, and which way its words lean."""

    title: str
    share: float
    align: str = "left"
    weight: str = "regular"


class Table(Widget):
    """A table."""

    takes_focus = True
    ROW = 28

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        taken: Callable[[int], None] | None = None,
        empty: str = "None.",
    ) -> None:
        super().__init__(name)
        self.columns, self.taken, self.empty = list(columns), taken, empty
        self.rows: list[tuple[Any, ...]] = []
        self.colours: list[Colour | None] = []
        self.at, self.first = 0, 0
        self._theme = Theme()

    def fill(
        self, rows: Sequence[tuple[Any, ...]], colours: Sequence[Colour | None] | None = None
    ) -> None:
        """Show other rows; ``colours`` gives each a dot."""
        self.rows = list(rows)
        self.colours = list(colours) if colours is not None else [None] * len(self.rows)
        self.at, self.first = 0, 0

    def says(self) -> str:
        """Every row."""
        rows = [" | ".join(str(cell) for cell in row) for row in self.rows]
        return "".join(f"\n- {row}" for row in rows) or self.empty

    def key(self, event: pygame.event.Event) -> bool:
        """Arrows choose, Enter takes."""
        if event.type != pygame.KEYDOWN or not self.rows:
            return False
        step = {pygame.K_UP: -1, pygame.K_DOWN: 1}.get(event.key, 0)
        if step:
            self.at = min(max(self.at + step, 0), len(self.rows) - 1)
            room = self._room()
            self.first = min(max(self.first, self.at - room + 1), self.at)
            return True
        if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER) and self.taken is not None:
            self.taken(self.at)
            return True
        return False

    def press(self, at: tuple[int, int]) -> None:
        """Take the row under the pointer."""
        row = (at[1] - self.rect.y) // self._theme.px(self.ROW) - 1 + self.first
        if 0 <= row < len(self.rows) and at[1] >= self.rect.y + self._theme.px(self.ROW):
            self.at = row
            if self.taken is not None:
                self.taken(row)

    def wheel(self, notches: int) -> bool:
        """Scroll."""
        most = max(len(self.rows) - self._room(), 0)
        self.first = min(max(self.first - notches, 0), most)
        return True

    def _room(self) -> int:
        return max(self.rect.height // self._theme.px(self.ROW) - 1, 1)

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""
        self._theme = theme
        palette, step = theme.palette, theme.px(self.ROW)
        head = pygame.Rect(self.rect.x, self.rect.y, self.rect.width, step)
        self._cells(surface, head, [c.title for c in self.columns], 12, palette.quiet)
        pygame.draw.line(surface, palette.line, head.bottomleft, head.bottomright)
        if not self.rows:
            at = (head.x + theme.px(8), head.bottom + theme.px(8))
            theme.write(surface, at, self.empty, colour=palette.quiet)
        shown = self.rows[self.first : self.first + self._room()]
        for i, row in enumerate(shown, self.first):
            box = pygame.Rect(head.x, head.bottom + (i - self.first) * step, head.width, step)
            if focused and i == self.at:
                pygame.draw.rect(surface, palette.raised, box, border_radius=theme.px(4))
            colour = self.colours[i]
            if colour is not None:
                at = (box.x + theme.px(6), box.centery)
                pygame.draw.aacircle(surface, colour, at, theme.px(4))
            self._cells(surface, box, [str(cell) for cell in row], 14, palette.text)
        left = len(self.rows) - self.first - len(shown)
        if left > 0:
            at = (head.right - theme.px(4), head.centery)
            theme.write(surface, at, f"{left} more ↓", 12, colour=palette.warn, anchor="midright")
        if focused:
            focus_ring(surface, self.rect, theme)

    def _cells(
        self,
        surface: pygame.Surface,
        box: pygame.Rect,
        words: Sequence[str],
        size: float,
        colour: Colour,
    ) -> None:
        theme = self._theme
        total, x = sum(c.share for c in self.columns), float(box.x + theme.px(16))
        wide = box.width - theme.px(20)
        for column, text in zip(self.columns, words, strict=True):
            width = wide * column.share / total
            room = int(width) - theme.px(8)
            cut = theme.fitted(text, room, size, column.weight)
            at = (x + room, box.centery) if column.align == "right" else (x, box.centery)
            anchor = "midright" if column.align == "right" else "midleft"
            theme.write(surface, at, cut, size, column.weight, colour, anchor)
            x += width
