"""What the author's map looks like: vessels, the way to the target, lesions, points and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from ir_sim.app.drawing.map_view import Underlay, View
from ir_sim.app.theme import Colour, Theme
from ir_sim.authoring.lesion_words import place_words
from ir_sim.authoring.look import Look
from ir_sim.scenario.lesions import Spasm

#: One colour a layer (Okabe and Ito).
LAYERS: tuple[Colour, ...] = (
    (150, 70, 70), (0, 92, 143), (0, 126, 92), (160, 112, 0), (150, 86, 120),
)  # fmt: skip
_LESION: Colour = (215, 135, 180)
_WAY: Colour = (240, 228, 66)
_TARGET: Colour = (232, 112, 44)
_CENTRELINE: Colour = (10, 12, 15)
#: A traced picture is drawn no larger than this, px.
_LARGEST_PX = 6000

#: A vessel and the place of one of its points.
Point = tuple[str, int]


@dataclass(frozen=True)
class MapScene:
    """What there is to draw.

    Attributes:
        look: The case.
        view: Where its millimetres lie.
        rect: The map on the screen.
        points: Points of each vessel as authored: x, y and radius, mm.
        underlay: The picture to trace, or None.
    """

    look: Look
    view: View
    rect: pygame.Rect
    points: Mapping[str, Sequence[Sequence[float]]]
    underlay: Underlay | None

    def lines(self, xy: object) -> list[tuple[float, float]]:
        """(n, 2) mm as places on the screen."""
        return [self.view.px(float(x), float(y)) for x, y in np.asarray(xy)]


def draw_map(
    surface: pygame.Surface,
    theme: Theme,
    scene: MapScene,
    near: Point | None,
    under: str,
    chosen: Point | None,
) -> None:
    """Draw it.

    Args:
        surface: The window, clipped to the map.
        theme: Colours and sizes.
        scene: What there is.
        near: The point under the pointer.
        under: The vessel under the pointer, or an empty text.
        chosen: The point that keys act on.
    """
    _draw_underlay(surface, scene)
    _draw_vessels(surface, scene)
    _draw_way(surface, theme, scene)
    taken = _draw_lesions(surface, theme, scene)
    _draw_handles(surface, theme, scene, (chosen, near))
    name = near[0] if near else under or (chosen or ("", 0))[0]
    _draw_names(surface, theme, scene, name, taken)
    _draw_sides(surface, theme, scene)
    _draw_spot(surface, theme, scene, near or chosen)


def _draw_underlay(surface: pygame.Surface, scene: MapScene) -> None:
    under, view = scene.underlay, scene.view
    if under is None:
        return
    scale = under.mm_per_px * view.px_per_mm
    size = (round(under.image.get_width() * scale), round(under.image.get_height() * scale))
    if max(size) > _LARGEST_PX or min(size) < 2:
        return
    image = pygame.transform.smoothscale(under.image, size)
    surface.blit(image, image.get_rect(center=[round(c) for c in view.px(*under.centre_mm)]))


def _draw_vessels(surface: pygame.Surface, scene: MapScene) -> None:
    look, traced = scene.look, scene.underlay is not None
    glass = pygame.Surface(surface.get_size(), pygame.SRCALPHA) if traced else surface
    for layer in sorted(set(look.layers), reverse=True):
        colour = LAYERS[layer % len(LAYERS)]
        alpha = (*colour, 120) if traced else colour
        for vessel in reversed(look.tree.vessels):
            if look.layers[vessel.index] == layer:
                for ring in look.outlines[vessel.index]:
                    pygame.draw.polygon(glass, alpha, scene.lines(ring))
    if traced:
        surface.blit(glass, (0, 0))
    for vessel in look.tree.vessels:
        pygame.draw.aalines(surface, _CENTRELINE, False, scene.lines(vessel.xy_mm))


def _draw_way(surface: pygame.Surface, theme: Theme, scene: MapScene) -> None:
    look = scene.look
    if len(look.course) > 1:
        pygame.draw.lines(surface, _WAY, False, scene.lines(look.course), theme.px(2))
    target = look.scenario.task.target
    if target.vessel in look.tree.by_id:
        at = scene.lines([look.tree.by_id[target.vessel].point_at(target.at_mm)])[0]
        pygame.draw.circle(surface, _TARGET, at, theme.px(10), theme.px(3))
    access = look.scenario.access
    if access.vessel in look.tree.by_id:
        x, y = scene.lines([look.tree.by_id[access.vessel].point_at(access.at_mm)])[0]
        box = pygame.Rect(0, 0, theme.px(12), theme.px(12))
        box.center = (round(x), round(y))
        pygame.draw.rect(surface, theme.palette.text, box, theme.px(2))


def _draw_lesions(surface: pygame.Surface, theme: Theme, scene: MapScene) -> list[pygame.Rect]:
    """Returns where their words stand."""
    taken = []
    for vessel in scene.look.tree.vessels:
        for lesion in vessel.lesions:
            at_mm = 0.5 * vessel.length_mm if isinstance(lesion, Spasm) else lesion.at_mm
            x, y = scene.lines([vessel.point_at(at_mm)])[0]
            pygame.draw.circle(surface, _LESION, (x, y), theme.px(7), theme.px(2))
            words = f"{lesion.kind}{place_words(lesion)}"
            at = (x + theme.px(10), y - theme.px(8))
            taken.append(theme.write(surface, at, words, 12, colour=_LESION))
    return taken


def _draw_handles(
    surface: pygame.Surface, theme: Theme, scene: MapScene, held: Sequence[Point | None]
) -> None:
    for vessel, rows in scene.points.items():
        for i, row in enumerate(rows):
            at = scene.view.px(row[0], row[1])
            if not scene.rect.collidepoint(at):
                continue
            here = (vessel, i) in held
            colour = theme.palette.accent if here else theme.palette.quiet
            pygame.draw.circle(surface, colour, at, theme.px(5 if here else 3))
            if here:
                around = row[2] * scene.view.px_per_mm
                pygame.draw.circle(surface, colour, at, max(around, 2.0), 1)


def _draw_names(
    surface: pygame.Surface, theme: Theme, scene: MapScene, name: str, taken: list[pygame.Rect]
) -> None:
    """Names where there is room; with calibre and flow beside the vessel that is meant."""
    look = scene.look
    for v in sorted(look.tree.vessels, key=lambda v: (v.id != name, -v.radius_at(0.0))):
        x, y = scene.lines([v.point_at(0.55 * v.length_mm)])[0]
        words = v.id.replace("_", " ")
        if v.id == name:
            ends = f"{2 * v.radius_at(0.0):.1f}-{2 * float(v.radius_mm[-1]):.1f} mm"
            words += f"  {ends}  {v.length_mm:.0f} mm long  {look.flows[v.id]:.0f} mL/min"
        box = theme.text(words, 12).get_rect(midleft=(round(x) + theme.px(8), round(y)))
        if v.id != name and (box.collidelist(taken) >= 0 or not scene.rect.contains(box)):
            continue
        box.clamp_ip(scene.rect)
        taken.append(box)
        colour = theme.palette.text if v.id == name else theme.palette.quiet
        if v.id == name:
            pygame.draw.rect(surface, theme.palette.background, box.inflate(8, 4))
        theme.write(surface, box.topleft, words, 12, colour=colour)


def _draw_sides(surface: pygame.Surface, theme: Theme, scene: MapScene) -> None:
    top, quiet = scene.rect.y + theme.px(6), theme.palette.quiet
    left, right = scene.rect.left + theme.px(10), scene.rect.right - theme.px(10)
    theme.write(surface, (left, top), "R", 18, "bold", quiet, "topleft")
    theme.write(surface, (right, top), "L", 18, "bold", quiet, "topright")


def _draw_spot(surface: pygame.Surface, theme: Theme, scene: MapScene, shown: Point | None) -> None:
    """The figures of a point."""
    if shown is None or shown[0] not in scene.points:
        return
    row = scene.points[shown[0]][shown[1]]
    spot = f"point {shown[1] + 1}  x {row[0]:g}  y {row[1]:g}  radius {row[2]:g} mm"
    at = (scene.rect.x + theme.px(12), scene.rect.bottom - theme.px(10))
    theme.write(surface, at, spot, 13, "mono", theme.palette.text, "bottomleft")
