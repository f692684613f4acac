"""The author's map under keys and gamepad: what the mouse can do, point by point."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pygame

from ir_sim.app.author_keys import (
    BY_KEY,
    CTRL_KEYS,
    NUDGES,
    PAD_AXES,
    PAD_BUTTONS,
    PAD_SHIFTED,
    SHARED,
)
from ir_sim.app.drawing.vessel_map import VesselMap

FINE_MM, COARSE_MM = 0.5, 2.0
FINE_RADIUS_MM, COARSE_RADIUS_MM = 0.1, 0.5
#: A gamepad's button that is held acts again after this, and then so often, s.
_WAIT_S, _AGAIN_S = 0.4, 0.08
_PRESSED = 0.55
_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}


class AuthorHands:
    """Keys and buttons become deeds on the map.

    Args:
        vessels: The map.
        deeds: What the screen does by name, once a press: ``branch``, ``save`` and so on; they are
            told whether Shift is down.

    Attributes:
        pad: Whether a gamepad was used last.
    """

    def __init__(self, vessels: VesselMap, deeds: Mapping[str, Callable[[bool], None]]) -> None:
        self.map, self.deeds, self.pad = vessels, deeds, False
        self._holding = ""
        self._repeating, self._wait_s = "", 0.0
        self._coarse = False
        self._axes: dict[int, str] = {}

    # -- events --------------------------------------------------------------------------------

    def handle(self, event: pygame.event.Event, *, focused: bool) -> bool:
        """Take an event; whether it was used.

        Args:
            event: Any.
            focused: Whether the map has the keyboard.
        """
        if event.type == pygame.KEYDOWN:
            return self._key(event, focused=focused)
        if (
            event.type == pygame.KEYUP and BY_KEY.get(event.key) == self._holding
        ) or event.type == pygame.WINDOWFOCUSLOST:
            self.let_go()
        elif event.type in (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP):
            return self._button(event.button, down=event.type == pygame.CONTROLLERBUTTONDOWN)
        elif event.type == pygame.CONTROLLERAXISMOTION:
            return self._axis(event.axis, event.value)
        return False

    def _key(self, event: pygame.event.Event, *, focused: bool) -> bool:
        if event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META):
            name = CTRL_KEYS.get(event.key, "")
        elif event.mod & pygame.KMOD_ALT:
            name = ""
        else:
            name = BY_KEY.get(event.key, "")
        if not name or (name in SHARED and not focused):
            return False
        self.pad = False
        self.do(name, coarse=bool(event.mod & pygame.KMOD_SHIFT))
        return True

    def _button(self, button: int, *, down: bool) -> bool:
        if button == pygame.CONTROLLER_BUTTON_RIGHTSHOULDER:
            self._coarse = down
            return True
        name = PAD_BUTTONS.get(button, "")
        if self._coarse:
            name = PAD_SHIFTED.get(name, name)
        self._pad(name, down=down)
        return bool(name)

    def _axis(self, axis: int, value: float) -> bool:
        share = value / 32767.0 if abs(value) > 1 else float(value)
        low, high = PAD_AXES.get(axis, ("", ""))
        name = high if share > _PRESSED else low if share < -_PRESSED else ""
        before = self._axes.get(axis, "")
        if name != before:
            self._axes[axis] = name
            if before:
                self._pad(before, down=False)
            if name:
                self._pad(name, down=True)
        return bool(name)

    def _pad(self, name: str, *, down: bool) -> None:
        if down and name:
            self.pad = True
            self._repeating, self._wait_s = name, _WAIT_S
            self.do(name, coarse=self._coarse)
        elif name == self._repeating:
            self._repeating = ""
            self.let_go()

    def update(self, dt_s: float) -> None:
        """A gamepad's button that is held acts again."""
        again = self._repeating in NUDGES or self._repeating.endswith(("_point", "_vessel"))
        if not again and self._repeating not in ("nearer", "farther"):
            return
        self._wait_s -= dt_s
        if self._wait_s <= 0.0:
            self._wait_s = _AGAIN_S
            self.do(self._repeating, coarse=self._coarse)

    def let_go(self) -> None:
        """What was held is one step back."""
        if self._holding:
            self._holding = ""
            self.map.deeds.let_go()

    # -- deeds ---------------------------------------------------------------------------------

    def do(self, name: str, *, coarse: bool) -> None:
        """Carry out a deed by name; the first on a map without a chosen point chooses one."""
        if name != self._holding:
            self.let_go()
        if name in ("next_point", "last_point") and coarse and not self.pad:
            name = name.replace("point", "vessel")
        view = self.map
        if name in ("next_point", "last_point", "next_vessel", "last_vessel"):
            view.choose(1 if name.startswith("next") else -1, vessel=name.endswith("vessel"))
        elif name in ("nearer", "farther"):
            view.zoom(1 if name == "nearer" else -1)
        elif name in NUDGES:
            if view.chosen is None:
                view.choose(1)
                return
            if not self._holding:
                self._holding = name
                view.deeds.hold()
            self._nudge(name, *view.chosen, coarse=coarse)
            view.follow()
        elif name in self.deeds:
            self.deeds[name](coarse)

    def _nudge(self, name: str, vessel: str, point: int, *, coarse: bool) -> None:
        x, y, radius = self.map.points[vessel][point][:3]
        deeds = self.map.deeds
        if name in _WAYS:
            step = COARSE_MM if coarse else FINE_MM
            right, up = _WAYS[name]
            deeds.move(vessel, point, x + step * right, y + step * up)
        else:
            step = COARSE_RADIUS_MM if coarse else FINE_RADIUS_MM
            deeds.widen(vessel, point, radius + (step if name == "wider" else -step))
