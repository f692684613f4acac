"""A form over the screen that must be answered first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pygame

from ir_sim.app.theme import Theme
from ir_sim.app.widgets.base import Form, Widget
from ir_sim.app.widgets.button import Button

_ENTER = (pygame.K_RETURN, pygame.K_KP_ENTER)
_STEPS = {pygame.K_UP: -1, pygame.K_LEFT: -1, pygame.K_DOWN: 1, pygame.K_RIGHT: 1}


class Dialog:
    """A dialog.

    Args:
        title: Its heading.
        body: What it shows.
        buttons: At its foot, the first with the keyboard if the body takes none.
        size: Width and height at 100 %.
        closed: Called when Escape closes it.
        heights: Height of each widget of the body at 100 %; 0 takes what is left.
        waits: Whether nothing has the keyboard at first, so that a hasty Enter answers nothing.
    """

    def __init__(
        self,
        title: str,
        body: Sequence[Widget],
        buttons: Sequence[Button],
        size: tuple[float, float] = (480, 240),
        closed: Callable[[], None] | None = None,
        heights: Sequence[float] = (),
        *,
        waits: bool = False,
    ) -> None:
        self.title, self.size, self.closed = title, size, closed
        self.body, self.buttons = list(body), list(buttons)
        self.heights = list(heights) or [0.0] * len(self.body)
        self.form = Form([*self.body, *self.buttons], waits=waits)
        self.rect = pygame.Rect(0, 0, 0, 0)

    def handle(self, event: pygame.event.Event) -> bool:
        """Take every key and click.

        Escape closes it, Enter presses the button that says so, the arrows go from one button to
        the next, and the key that is written on a button of the body presses it.
        """
        if (
            event.type == pygame.KEYDOWN
            and event.key == pygame.K_ESCAPE
            and self.closed is not None
        ):
            self.closed()
            return True
        if not self.form.handle(event) and event.type == pygame.KEYDOWN:
            self._key(event)
        return True

    def _key(self, event: pygame.event.Event) -> None:
        """A key that the widget with the keyboard has no use for."""
        if event.key in _STEPS:
            self.form.step(_STEPS[event.key])
            return
        if event.key in _ENTER and self.form.focus is not None:
            for button in self.buttons:
                if button.hint == "Enter" and button.enabled:
                    button.action()
                    return
        for widget in self.body:
            if isinstance(widget, Button) and widget.hint == pygame.key.name(event.key):
                widget.action()
                return

    def layout(self, window: pygame.Rect, theme: Theme) -> None:
        """Place it in the middle of the window."""
        width = min(theme.px(self.size[0]), window.width - theme.px(40))
        height = min(theme.px(self.size[1]), window.height - theme.px(40))
        self.rect = pygame.Rect(0, 0, width, height)
        self.rect.center = window.center
        pad, gap = theme.px(22), theme.px(10)
        inside = self.rect.inflate(-2 * pad, -2 * pad)
        top = inside.y + (theme.px(38) if self.title else 0)
        foot = theme.px(38) if self.buttons else 0
        fixed = sum(theme.px(h) + gap for h in self.heights if h)
        free = [i for i, h in enumerate(self.heights) if not h]
        left = inside.bottom - foot - (gap if foot else 0) - top - fixed - gap * len(free)
        for i, widget in enumerate(self.body):
            tall = left // max(len(free), 1) if i in free else theme.px(self.heights[i])
            widget.rect = pygame.Rect(inside.x, top, inside.width, max(tall, 0))
            top += tall + gap
        x = inside.right
        for button in reversed(self.buttons):
            words = theme.width(button.says(), 15, "bold")
            wide = max(words + theme.px(36), theme.px(96))
            button.rect = pygame.Rect(x - wide, inside.bottom - foot, wide, foot)
            x -= wide + gap

    def draw(self, surface: pygame.Surface, theme: Theme) -> None:
        """Dim the screen and draw it."""
        veil = pygame.Surface(surface.get_size(), pygame.SRCALPHA)
        veil.fill((0, 0, 0, 150))
        surface.blit(veil, (0, 0))
        self.layout(surface.get_rect(), theme)
        pygame.draw.rect(surface, theme.palette.panel, self.rect, border_radius=theme.px(10))
        pygame.draw.rect(surface, theme.palette.line, self.rect, 1, theme.px(10))
        if self.title:
            at = (self.rect.x + theme.px(22), self.rect.y + theme.px(20))
            theme.write(surface, at, self.title, 18, "bold")
        self.form.draw(surface, theme)

    def tree(self) -> str:
        """The dialog as text."""
        return f"dialog {self.title}\n{self.form.tree()}"
