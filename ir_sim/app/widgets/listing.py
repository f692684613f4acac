"""A list to choose from, under headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pygame

from ir_sim.app.theme import Theme
from ir_sim.app.widgets.base import Widget, focus_ring


@dataclass(frozen=True)
class Item:
    """A line of a list.

    Attributes:
        text: What it says.
        value: What it stands for; None makes it a heading.
        note: Small words below it.
        mark: Small words at its right.
    """

    text: str
    value: Any = None
    note: str = ""
    mark: str = ""


class Listing(Widget):
    """A list; the arrows go through it, Enter or a second click takes the line."""

    takes_focus = True
    ROW, NOTED, HEAD = 34, 54, 30

    def __init__(
        self,
        name: str,
        items: Sequence[Item] = (),
        changed: Callable[[Any], None] | None = None,
        taken: Callable[[Any], None] | None = None,
        empty: str = "Nothing here.",
    ) -> None:
        super().__init__(name)
        self.items: list[Item] = []
        self.at = -1
        self.scroll = 0
        self._show = False  # the chosen line is to be seen as soon as the list is
        self.changed, self.taken, self.empty = changed, taken, empty
        self._theme = Theme()
        self.fill(items)

    def fill(self, items: Sequence[Item]) -> None:
        """Show other lines; what was chosen stays chosen if it is still there."""
        value = self.value
        self.items = list(items)
        lines = self._lines()
        same = [i for i in lines if self.items[i].value == value]
        self.at = same[0] if same else (lines[0] if lines else -1)
        self.scroll, self._show = 0, True

    @property
    def value(self) -> Any:
        """What the chosen line stands for, or None."""
        return self.items[self.at].value if 0 <= self.at < len(self.items) else None

    def choose(self, value: Any) -> None:
        """Choose the line that stands for a value."""
        for i in self._lines():
            if self.items[i].value == value:
                self._go(i)
                return

    def first(self) -> None:
        """Choose the first line."""
        lines = self._lines()
        if lines:
            self._go(lines[0])

    def says(self) -> str:
        """Every line, the chosen one marked."""
        marks = {self.at: "* "}
        rows = []
        for i, item in enumerate(self.items):
            head = "- " if item.value is not None else "# "
            mark = f" ({item.mark})" if item.mark else ""
            rows.append(f"\n{marks.get(i, head)}{item.text}{mark}")
        return "".join(rows) or self.empty

    def _lines(self) -> list[int]:
        return [i for i, item in enumerate(self.items) if item.value is not None]

    def _go(self, i: int) -> None:
        moved = i != self.at
        self.at = i
        self._reveal()
        if moved and self.changed is not None:
            self.changed(self.value)

    def key(self, event: pygame.event.Event) -> bool:
        """Arrows, Home, End, page keys, Enter."""
        lines = self._lines()
        if event.type != pygame.KEYDOWN or not lines:
            return False
        place = lines.index(self.at) if self.at in lines else 0
        last = len(lines) - 1
        steps = {
            pygame.K_UP: place - 1,
            pygame.K_DOWN: place + 1,
            pygame.K_PAGEUP: place - 8,
            pygame.K_PAGEDOWN: place + 8,
            pygame.K_HOME: 0,
            pygame.K_END: last,
        }
        if event.key in steps:
            self._go(lines[min(max(steps[event.key], 0), last)])
            return True
        if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER) and self.taken is not None:
            self.taken(self.value)
            return True
        return False

    def press(self, at: tuple[int, int]) -> None:
        """Choose the line under the pointer; take it if it was chosen already."""
        for i, row in self._rows():
            if row.collidepoint(at) and self.items[i].value is not None:
                again = i == self.at
                self._go(i)
                if again and self.taken is not None:
                    self.taken(self.value)
                return

    def wheel(self, notches: int) -> bool:
        """Scroll."""
        most = max(self._total() - self.rect.height, 0)
        self.scroll = min(max(self.scroll - notches * self._theme.px(self.ROW), 0), most)
        return True

    def _height(self, item: Item) -> int:
        if item.value is None:
            return self._theme.px(self.HEAD)
        return self._theme.px(self.NOTED if item.note else self.ROW)

    def _total(self) -> int:
        return sum(self._height(item) for item in self.items)

    def _rows(self) -> list[tuple[int, pygame.Rect]]:
        rows, y = [], self.rect.y - self.scroll
        for i, item in enumerate(self.items):
            height = self._height(item)
            rows.append((i, pygame.Rect(self.rect.x, y, self.rect.width, height)))
            y += height
        return rows

    def _reveal(self) -> None:
        self._show = not self.rect.height
        if self.at < 0 or self._show:
            return
        row = self._rows()[self.at][1]
        first = self.at == (self._lines() or [0])[0]
        if row.top < self.rect.top:
            self.scroll = 0 if first else self.scroll - (self.rect.top - row.top)
        elif row.bottom > self.rect.bottom:
            self.scroll += row.bottom - self.rect.bottom

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw the lines that fit."""
        self._theme = theme
        palette = theme.palette
        if self._show:
            self._reveal()
        self.scroll = min(self.scroll, max(self._total() - self.rect.height, 0))
        was = surface.get_clip()
        surface.set_clip(self.rect.clip(was))
        if not self.items:
            at = (self.rect.x + theme.px(12), self.rect.y + theme.px(12))
            theme.write(surface, at, self.empty, colour=palette.quiet)
        for i, row in self._rows():
            if row.bottom >= self.rect.top and row.top <= self.rect.bottom:
                self._row(surface, theme, self.items[i], row, chosen=i == self.at)
        surface.set_clip(was)
        total = self._total()
        if total > self.rect.height:
            _bar(surface, theme, self.rect, self.scroll, total)
        if focused:
            focus_ring(surface, self.rect, theme)

    def _row(
        self, surface: pygame.Surface, theme: Theme, item: Item, row: pygame.Rect, *, chosen: bool
    ) -> None:
        palette, pad = theme.palette, theme.px(12)
        if item.value is None:
            at = (row.x + pad, row.bottom - theme.px(5))
            theme.write(
                surface, at, item.text.upper(), 12, "bold", palette.quiet, anchor="bottomleft"
            )
            return
        if chosen:
            box = row.inflate(-theme.px(6), -theme.px(3))
            pygame.draw.rect(surface, palette.raised, box, border_radius=theme.px(5))
            bar = pygame.Rect(box.x, box.y, theme.px(4), box.height)
            pygame.draw.rect(surface, palette.accent, bar, border_radius=2)
        right = row.right - pad - theme.px(8)
        if item.mark:
            mark = theme.write(
                surface,
                (right, row.centery),
                item.mark,
                13,
                colour=palette.quiet,
                anchor="midright",
            )
            right = mark.left - theme.px(8)
        room = right - row.x - pad - theme.px(6)
        x = row.x + pad + theme.px(4)
        y = row.y + row.height * (0.34 if item.note else 0.5)
        theme.write(surface, (x, y), theme.fitted(item.text, room), anchor="midleft")
        if item.note:
            note = theme.fitted(item.note, room, 13)
            below = (x, row.y + row.height * 0.72)
            theme.write(surface, below, note, 13, colour=palette.quiet, anchor="midleft")


def _bar(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, scroll: int, total: int) -> None:
    height = max(int(rect.height * rect.height / total), theme.px(24))
    y = rect.y + int((rect.height - height) * scroll / max(total - rect.height, 1))
    bar = pygame.Rect(rect.right - theme.px(6), y, theme.px(4), height)
    pygame.draw.rect(surface, theme.palette.line, bar, border_radius=2)
