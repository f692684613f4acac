"""A moment of waiting, with words; Escape goes back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

import pygame

from ir_sim.app.preparing import Preparing
from ir_sim.app.screens.base import FormScreen
from ir_sim.app.stage import Stage
from ir_sim.errors import IrSimError

T = TypeVar("T")


class WaitingScreen(FormScreen, Generic[T]):
    """Waits for something that is being prepared.

    Args:
        stage: The stage.
        text: What is going on.
        preparing: What is waited for.
        ready: Called with it.
        back: Called on Escape, and if it cannot be prepared.
        may_leave: Whether Escape goes back.
    """

    name = "waiting"

    def __init__(
        self,
        stage: Stage,
        text: str,
        preparing: Preparing[T],
        ready: Callable[[T], None],
        back: Callable[[], None],
        *,
        may_leave: bool = True,
    ) -> None:
        super().__init__(stage)
        self._may_leave = may_leave
        self.text, self._preparing, self._ready, self._back = text, preparing, ready, back
        self._age_s = 0.0

    def escape(self) -> None:
        """Give up."""
        if self._may_leave:
            self._back()

    def update(self, dt_s: float) -> None:
        """Go on as soon as it is there."""
        self._age_s += dt_s
        if not self._preparing.ready:
            return
        try:
            result = self._preparing.result()
        except IrSimError as error:
            self.stage.toasts.say(str(error).splitlines()[0])
            self._back()
            return
        self._ready(result)

    def paint(self, surface: pygame.Surface) -> None:
        """Words, and a dot that goes round."""
        theme, middle = self.theme, surface.get_rect().center
        theme.write(surface, middle, f"{self.text}…", 20, anchor="center")
        angle = self._age_s * 4.0
        y = middle[1] + theme.px(60)
        for k in range(6):
            at = angle - k * 0.45
            dot = (
                round(middle[0] + theme.px(16) * math.cos(at)),
                round(y + theme.px(16) * math.sin(at)),
            )
            shade = tuple(max(c - 36 * k, 20) for c in theme.palette.accent)
            pygame.draw.aacircle(surface, shade, dot, theme.px(4))

    def tree(self) -> str:
        """The words."""
        return f"  label: {self.text}"
