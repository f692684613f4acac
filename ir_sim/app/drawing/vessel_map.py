"""The author's map in the hands: points to drag, tools, what keys have chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygame

from ir_sim.app.drawing.map_picture import MapScene, draw_map
from ir_sim.app.drawing.map_view import Deeds, Underlay, View
from ir_sim.app.theme import Theme
from ir_sim.app.widgets import Widget
from ir_sim.app.widgets.base import focus_ring
from ir_sim.authoring.look import Look

_GRAB_PX = 11
_MARGIN = 0.9
#: How near to the edge of the map the chosen point may come, as a share of its size.
_EDGE = 0.08


class VesselMap(Widget):
    """The map.

    Args:
        deeds: What it asks for.

    Attributes:
        look: What is drawn, or None.
        points: Points of each vessel as authored, mm.
        tool: ``move``, ``calibre``, ``branch`` or ``lesion``.
        chosen: Vessel and point that keys act on, or None.
        by_keys: Whether keys were used last: then the pointer points to nothing.
    """

    takes_focus = True

    def __init__(self, deeds: Deeds) -> None:
        super().__init__("map")
        self.deeds = deeds
        self.look: Look | None = None
        self.points: dict[str, list[list[float]]] = {}
        self.tool = "move"
        self.chosen: tuple[str, int] | None = None
        self.by_keys = False
        self.underlay: Underlay | None = None
        self.view: View | None = None
        self.pointer = (0, 0)
        self._dragged: tuple[str, int] | None = None
        self._start: tuple[str, tuple[float, float]] | None = None
        self._pan: tuple[int, int] | None = None

    def says(self) -> str:
        """What it shows."""
        count = len(self.look.tree.vessels) if self.look is not None else 0
        at = f", {self.chosen[0]} point {self.chosen[1] + 1}" if self.chosen else ""
        return f"{count} vessels, tool {self.tool}{at}"

    def show(self, look: Look | None) -> None:
        """Draw this from now on; what hangs together no longer stays as it was."""
        if look is None:
            return
        self.look = look
        self.points = {
            spec.id: [list(p) for p in spec.points] for spec in look.scenario.anatomy.vessels
        }
        if self.chosen is not None and self.chosen[1] >= len(self.points.get(self.chosen[0], [])):
            self.chosen = None

    def fit(self) -> None:
        """Show everything."""
        if self.look is None or not self.rect.width:
            return
        r = self.look.tree.sample_radius_mm[:, None]
        low = (self.look.tree.sample_xy_mm - r).min(0)
        high = (self.look.tree.sample_xy_mm + r).max(0)
        size = np.maximum(high - low, 1.0)
        scale = float(_MARGIN * min(self.rect.width / size[0], self.rect.height / size[1]))
        middle = 0.5 * (low + high)
        self.view = View(
            scale,
            self.rect.centerx - scale * float(middle[0]),
            self.rect.centery + scale * float(middle[1]),
        )

    # -- hands ---------------------------------------------------------------------------------

    def point_to(self, at: tuple[int, int]) -> None:
        """The pointer moved."""
        self.pointer, self.by_keys = at, False

    def choose(self, by: int, *, vessel: bool = False) -> None:
        """Choose the next point (1) or the one before (-1), or the next vessel's first point.

        The first time a point of the target's vessel is chosen.
        """
        self.by_keys = True
        names = list(self.points)
        if self.chosen is None or self.chosen[0] not in self.points:
            goal = self.look.scenario.task.target.vessel if self.look is not None else ""
            if names:
                self.chosen = (goal if goal in self.points else names[0], 0)
        else:
            name, point = self.chosen
            place = names.index(name)
            point += by
            if vessel or not 0 <= point < len(self.points[name]):
                name = names[(place + by) % len(names)]
                point = 0 if vessel or by > 0 else len(self.points[name]) - 1
            self.chosen = (name, point)
        self.follow()

    def follow(self) -> None:
        """Move the map so that the chosen point is in it."""
        self.by_keys = True
        if self.chosen is None or self.view is None or self.chosen[0] not in self.points:
            return
        row = self.points[self.chosen[0]][self.chosen[1]]
        x, y = self.view.px(row[0], row[1])
        room = self.rect.inflate(-2 * _EDGE * self.rect.width, -2 * _EDGE * self.rect.height)
        if not room.collidepoint(x, y):
            dx, dy = self.rect.centerx - x, self.rect.centery - y
            self.view = replace(self.view, x0=self.view.x0 + dx, y0=self.view.y0 + dy)

    def zoom(self, notches: int) -> None:
        """Nearer or farther, about the chosen point."""
        if self.view is None:
            return
        at: tuple[float, float] = self.rect.center
        if self.chosen is not None and self.chosen[0] in self.points:
            row = self.points[self.chosen[0]][self.chosen[1]]
            at = self.view.px(row[0], row[1])
        self._zoom(notches, at)
        self.follow()

    def _zoom(self, notches: int, at: tuple[float, float]) -> None:
        if self.view is not None:
            x, y = self.view.mm(at)
            scale = float(np.clip(self.view.px_per_mm * 1.15**notches, 0.3, 60.0))
            self.view = View(scale, at[0] - scale * x, at[1] + scale * y)

    def wheel(self, notches: int) -> bool:
        """Over a point: its calibre; elsewhere: nearer or farther."""
        if self.view is None:
            return False
        near = self._nearest_point(self.pointer)
        if near is not None:
            radius = self.points[near[0]][near[1]][2]
            self.deeds.widen(*near, radius * 1.04**notches)
        else:
            self._zoom(notches, self.pointer)
        return True

    def press(self, at: tuple[int, int]) -> None:
        """Take hold of a point, begin a branch, or put a lesion down."""
        if self.view is None or self.look is None:
            return
        if self.tool in ("move", "calibre"):
            self._dragged = self._nearest_point(at)
            self.chosen = self._dragged or self.chosen
            if self._dragged is not None:
                self.deeds.hold()
            else:
                self._pan = at
            return
        found = self._vessel_at(at)
        if found is None:
            self._pan = at
        elif self.tool == "lesion":
            self.deeds.lesion(*found)
        else:
            self._start = (found[0], self.view.mm(at))

    def drag(self, at: tuple[int, int]) -> None:
        """Move or widen what is held; without anything held, the map."""
        if self.view is None:
            return
        if self._dragged is not None:
            x, y = self.view.mm(at)
            vessel, point = self._dragged
            if self.tool == "calibre" or pygame.key.get_mods() & pygame.KMOD_SHIFT:
                px, py = self.points[vessel][point][:2]
                self.deeds.widen(vessel, point, float(np.hypot(x - px, y - py)))
            else:
                self.deeds.move(vessel, point, x, y)
        elif self._pan is not None:
            self.view = replace(
                self.view,
                x0=self.view.x0 + at[0] - self._pan[0],
                y0=self.view.y0 + at[1] - self._pan[1],
            )
            self._pan = at

    def release(self, at: tuple[int, int]) -> None:
        """Let go; a branch ends here."""
        self._pan = None
        if self._dragged is not None:
            self._dragged = None
            self.deeds.let_go()
        if self._start is not None and self.view is not None:
            vessel, begin = self._start
            self._start = None
            end = self.view.mm(at)
            if np.hypot(end[0] - begin[0], end[1] - begin[1]) > 4.0:
                self.deeds.branch(vessel, begin, end)

    def _nearest_point(self, at: tuple[int, int]) -> tuple[str, int] | None:
        if self.view is None:
            return None
        best, found = float(_GRAB_PX), None
        for vessel, rows in self.points.items():
            for i, row in enumerate(rows):
                x, y = self.view.px(row[0], row[1])
                far = float(np.hypot(x - at[0], y - at[1]))
                if far < best:
                    best, found = far, (vessel, i)
        return found

    def _vessel_at(self, at: tuple[int, int]) -> tuple[str, float] | None:
        """The authored vessel under a place, the thinnest first, and the arclength there."""
        if self.view is None or self.look is None:
            return None
        xy = np.array(self.view.mm(at))
        found: list[tuple[float, str, float]] = []
        for v in self.look.tree.vessels:
            d = np.hypot(*(v.xy_mm - xy).T)
            i = int(np.argmin(d))
            if d[i] < v.radius_mm[i] + 3.0 / self.view.px_per_mm and not v.grown:
                found.append((float(v.radius_mm[i]), v.id, max(float(v.s_mm[i]), 0.0)))
        return min(found)[1:] if found else None

    # -- looks ---------------------------------------------------------------------------------

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw the map."""
        pygame.draw.rect(surface, theme.palette.panel, self.rect, border_radius=theme.px(6))
        if self.view is None:
            self.fit()
        if self.look is None or self.view is None:
            words = "The vessels do not hang together: see below."
            theme.write(
                surface, self.rect.center, words, 15, colour=theme.palette.quiet, anchor="center"
            )
            return
        near = None if self.by_keys else self._nearest_point(self.pointer)
        under = None if self.by_keys else self._vessel_at(self.pointer)
        on = MapScene(self.look, self.view, self.rect, self.points, self.underlay)
        surface.set_clip(self.rect)
        draw_map(surface, theme, on, near, under[0] if under else "", self.chosen)
        surface.set_clip(None)
        if focused:
            focus_ring(surface, self.rect.inflate(-theme.px(8), -theme.px(8)), theme)
