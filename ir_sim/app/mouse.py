"""The mouse on the live picture: wheel for the device in hand, drags for table and blades."""

from __future__ import annotations

from collections.abc import Callable

import pygame

from ir_sim.app.drawing.monitor import Monitor
from ir_sim.app.hands_and_feet import HandsAndFeet
from ir_sim.app.measuring import Measuring
from ir_sim.app.theme import Theme
from ir_sim.simulation.controls import Action
from ir_sim.xray import Settings

Blades = tuple[float, float, float, float]


class MouseOnMonitor:
    """Turns what the mouse does on the monitor into what hands do.

    Args:
        monitor: The picture.
        hands: Take what it means.
        measuring: The measuring tool.
        measured: Called when something was drawn with it.

    Attributes:
        blades: Where the blades are while one is being dragged, or None.
    """

    def __init__(
        self,
        monitor: Monitor,
        hands: HandsAndFeet,
        measuring: Measuring,
        measured: Callable[[], None],
    ) -> None:
        self._monitor, self._hands = monitor, hands
        self._measuring, self._measured = measuring, measured
        self._dragged: str | int | None = None
        self.blades: Blades | None = None

    def handle(self, event: pygame.event.Event, settings: Settings, theme: Theme) -> bool:
        """Take an event; whether it was for the monitor."""
        kind, hands = event.type, self._hands
        if self._measures(event):
            return True
        if kind == pygame.MOUSEWHEEL:
            at = getattr(event, "pos", None) or pygame.mouse.get_pos()
            if self._monitor.rect.collidepoint(at):
                hands.wheel(getattr(event, "precise_y", 0.0) or float(event.y))
                return True
        elif kind == pygame.MOUSEBUTTONDOWN and self._monitor.rect.collidepoint(event.pos):
            if event.button == 3:
                hands.turning(on=True)
            elif event.button == 1:
                blade = self._monitor.blade_at(event.pos, settings.blades, theme)
                self._dragged = "table" if blade is None else blade
            return True
        elif kind == pygame.MOUSEBUTTONUP and event.button == 3:
            hands.turning(on=False)
        elif kind == pygame.MOUSEBUTTONUP and event.button == 1 and self._dragged is not None:
            self._dragged = None
            if self.blades is not None:
                hands.command(Action("collimate", value=list(self.blades)))
                self.blades = None
            return True
        elif kind == pygame.MOUSEMOTION and self._dragged is not None:
            self._drag(event, settings)
            return True
        return False

    def _measures(self, event: pygame.event.Event) -> bool:
        """Take an event with a measuring tool in hand; whether it was for it."""
        tool, rect = self._measuring, self._monitor.rect
        if not tool.tool:
            return False
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            if not rect.collidepoint(event.pos):
                return False
            tool.begin(self._monitor.share_at(event.pos))
        elif event.type == pygame.MOUSEMOTION and tool.way:
            tool.draw_on(self._monitor.share_at(event.pos))
        elif event.type == pygame.MOUSEBUTTONUP and event.button == 1 and tool.way:
            self._measured()
        else:
            return False
        return True

    def _drag(self, event: pygame.event.Event, settings: Settings) -> None:
        if isinstance(self._dragged, int):
            blades = list(self.blades or settings.blades)
            blades[self._dragged] = self._monitor.blade_to(self._dragged, event.pos)
            self.blades = (blades[0], blades[1], blades[2], blades[3])
        else:
            scale = self._monitor.mm_per_px(settings)
            self._hands.drag_table(-event.rel[0] * scale, event.rel[1] * scale)
