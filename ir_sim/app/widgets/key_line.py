"""Keys and what they do, one after the other, for the foot of a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pygame

from ir_sim.app.theme import Theme
from ir_sim.app.widgets.base import Widget

_SIZE = 12
_BESIDE, _BETWEEN = 6, 16


class KeyLine(Widget):
    """Pairs of (keys, what they do), in as many lines as they need."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.pairs: Sequence[tuple[str, str]] = ()

    def says(self) -> str:
        """Every pair."""
        return "; ".join(f"{keys} {words}" for keys, words in self.pairs)

    def height_for(self, width: int, theme: Theme) -> int:
        """Height of all lines, pixels."""
        rows = [row for row, _, _ in self._places(width, theme)]
        return (max(rows, default=0) + 1) * (theme.height(_SIZE) + theme.px(2))

    def _places(self, width: int, theme: Theme) -> Iterator[tuple[int, int, tuple[str, str]]]:
        """Line and x of each pair."""
        row, x = 0, 0
        for keys, words in self.pairs:
            wide = theme.width(keys, _SIZE, "mono") + theme.width(words, _SIZE) + theme.px(_BESIDE)
            if x and x + wide > width:
                row, x = row + 1, 0
            yield row, x, (keys, words)
            x += wide + theme.px(_BETWEEN)

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw them."""
        step = theme.height(_SIZE) + theme.px(2)
        for row, x, (keys, words) in self._places(self.rect.width, theme):
            at = (self.rect.x + x, self.rect.y + row * step)
            box = theme.write(surface, at, keys, _SIZE, "mono", theme.palette.text)
            beside = (box.right + theme.px(_BESIDE), at[1])
            theme.write(surface, beside, words, _SIZE, colour=theme.palette.quiet)
