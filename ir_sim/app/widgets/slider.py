"""A value on a line."""

from __future__ import annotations

from collections.abc import Callable

import pygame

from ir_sim.app.theme import Theme
from ir_sim.app.widgets.base import Widget, focus_ring


class Slider(Widget):
    """A slider; left and right step it, Home and End go to its ends.

    ``told_px`` is the room on its right where its value stands, 0 for none.
    """

    takes_focus = True

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        value: float,
        changed: Callable[[float], None],
        step: float = 0.0,
        shown: Callable[[float], str] = "{:g}".format,
        told_px: int = 0,
    ) -> None:
        super().__init__(name)
        self.low, self.high, self.value, self.step = low, high, value, step
        self.changed, self.shown = changed, shown
        self._told_px, self._told = told_px, 0
        self.marks: list[tuple[float, tuple[int, int, int]]] = []

    def says(self) -> str:
        """Its value."""
        return self.shown(self.value)

    def set(self, value: float) -> None:
        """Move it, and tell."""
        if self.step:
            value = self.low + round((value - self.low) / self.step) * self.step
        value = min(max(value, self.low), self.high)
        if value != self.value:
            self.value = value
            self.changed(value)

    def key(self, event: pygame.event.Event) -> bool:
        """Arrows, Home, End."""
        step = self.step or (self.high - self.low) / 50.0
        to = {
            pygame.K_LEFT: self.value - step,
            pygame.K_RIGHT: self.value + step,
            pygame.K_HOME: self.low,
            pygame.K_END: self.high,
        }.get(getattr(event, "key", 0))
        if event.type != pygame.KEYDOWN or to is None:
            return False
        self.set(to)
        return True

    def press(self, at: tuple[int, int]) -> None:
        """Go to the pointer."""
        self.drag(at)

    def drag(self, at: tuple[int, int]) -> None:
        """Go to the pointer."""
        share = (at[0] - self.rect.x) / max(self._track, 1)
        self.set(self.low + share * (self.high - self.low))

    def x_of(self, value: float) -> int:
        """Where a value lies."""
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 else 0.0
        return round(self.rect.x + share * self._track)

    @property
    def _track(self) -> int:
        return self.rect.width - self._told

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""
        palette = theme.palette
        self._told = theme.px(self._told_px)
        line = pygame.Rect(self.rect.x, 0, self._track, theme.px(5))
        line.centery = self.rect.centery
        pygame.draw.rect(surface, palette.line, line, border_radius=3)
        x = self.x_of(self.value)
        done = pygame.Rect(line.x, line.y, x - line.x, line.height)
        pygame.draw.rect(surface, palette.accent, done, border_radius=3)
        for value, colour in self.marks:
            at = self.x_of(value)
            top = (at, line.top - theme.px(5))
            pygame.draw.line(surface, colour, top, (at, line.bottom + theme.px(5)), 2)
        pygame.draw.aacircle(surface, palette.text, (x, line.centery), theme.px(8))
        if self._told:
            theme.write(
                surface, self.rect.midright, self.says(), 15, "bold", palette.text, "midright"
            )
        if focused:
            focus_ring(surface, self.rect, theme)
