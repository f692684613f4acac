"""A plan of the vessels: the picture in the briefing and the path in the debrief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygame
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.app.theme import Colour, Theme
from ir_sim.scenario.model import Access
from ir_sim.scenario.task import Target

Array = NDArray[np.float64]
VESSEL: Colour = (96, 60, 62)
VESSEL_EDGE: Colour = (140, 88, 88)


@dataclass(frozen=True)
class PlanView:
    """World mm to window px: the vessels that matter, fitted into a rectangle."""

    rect: pygame.Rect
    scale: float
    centre_mm: tuple[float, float]

    def px(self, xy_mm: Array) -> Array:
        """(n, 2) window positions of (n, 2) world positions."""
        xy = np.atleast_2d(xy_mm) - np.array(self.centre_mm)
        middle: Array = np.array(self.rect.center, dtype=float)
        flip: Array = np.array([self.scale, -self.scale])
        return np.asarray(middle + xy * flip)


def fitted(rect: pygame.Rect, points_mm: Array, margin: float = 1.08) -> PlanView:
    """A view that shows all points."""
    low, high = points_mm.min(0), points_mm.max(0)
    span = np.maximum(high - low, 1.0) * margin
    scale = float(min(rect.width / span[0], rect.height / span[1]))
    middle = (low + high) / 2
    return PlanView(rect, scale, (float(middle[0]), float(middle[1])))


def way_points(tree: VesselTree, access: Access, target: Target) -> Array:
    """(n, 2) from the puncture to the target, along the vessels."""
    there = _to_root(tree, target.vessel, target.at_mm)
    here = _to_root(tree, access.vessel, access.at_mm)
    shared = {v for v, _ in there} & {v for v, _ in here}
    meet = max(shared, key=lambda v: len(tree.path_to_root(v)))
    a = dict(here)[meet]
    b = dict(there)[meet]
    up = [_stretch(tree, v, 0.0, s)[::-1] for v, s in here if v not in shared]
    low, high = min(a, b), max(a, b)
    between = _stretch(tree, meet, low, high)
    down = [_stretch(tree, v, -1e9, s) for v, s in reversed(there) if v not in shared]
    return np.vstack([*up, between[::-1] if a > b else between, *down])


def _to_root(tree: VesselTree, vessel: str, at_mm: float) -> list[tuple[int, float]]:
    out, v = [], tree.by_id[vessel]
    out.append((v.index, at_mm))
    while v.parent >= 0:
        out.append((v.parent, v.parent_at_mm))
        v = tree.vessels[v.parent]
    return out


def _stretch(tree: VesselTree, vessel: int, low: float, high: float) -> Array:
    v = tree.vessels[vessel]
    on = (v.s_mm >= low) & (v.s_mm <= high)
    return v.xy_mm[on]


def tree_rings(tree: VesselTree) -> list[tuple[Array, list[Array]]]:
    """The outline of all vessels together: outer rings with their holes, mm."""
    tubes = [tube_polygon(v.xy_mm, v.radius_mm) for v in tree.vessels]
    parts = shapely.get_parts(shapely.union_all(tubes))
    return [
        (np.array(p.exterior.coords), [np.array(hole.coords) for hole in p.interiors])
        for p in parts
        if p.geom_type == "Polygon"
    ]


def draw_tree(
    surface: pygame.Surface,
    rings: Sequence[tuple[Array, Sequence[Array]]],
    view: PlanView,
    under: Colour,
) -> None:
    """Fill the vessels."""
    clip = surface.get_clip()
    surface.set_clip(view.rect.clip(clip))
    for outer, holes in rings:
        ring = view.px(outer).tolist()
        pygame.draw.polygon(surface, VESSEL, ring)
        pygame.draw.aalines(surface, VESSEL_EDGE, True, ring)
        for hole in holes:
            inner = view.px(hole).tolist()
            pygame.draw.polygon(surface, under, inner)
            pygame.draw.aalines(surface, VESSEL_EDGE, True, inner)
    surface.set_clip(clip)


def draw_way(
    surface: pygame.Surface, theme: Theme, view: PlanView, way_mm: Array, labels: tuple[str, str]
) -> None:
    """The way from the sheath to the target, dashed, with both ends named."""
    points = view.px(way_mm)
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    dash = theme.px(7)
    for at in np.arange(0.0, steps[-1], 2 * dash):
        ends = np.array([at, min(at + dash, steps[-1])])
        xs = np.interp(ends, steps, points[:, 0])
        ys = np.interp(ends, steps, points[:, 1])
        pygame.draw.line(
            surface,
            theme.palette.xray,
            (float(xs[0]), float(ys[0])),
            (float(xs[1]), float(ys[1])),
            max(2, theme.px(2)),
        )
    for point, words, colour in (
        (points[0], labels[0], theme.palette.quiet),
        (points[-1], labels[1], theme.palette.warn),
    ):
        mark(surface, theme, view, (float(point[0]), float(point[1])), words, colour)


def mark(
    surface: pygame.Surface,
    theme: Theme,
    view: PlanView,
    at: tuple[float, float],
    words: str,
    colour: Colour,
) -> None:
    """A ring with words beside it, on the side where there is room."""
    pygame.draw.aacircle(surface, colour, (round(at[0]), round(at[1])), theme.px(9), theme.px(2))
    wide = theme.width(words, 13, "bold")
    left = at[0] + theme.px(16) + wide > view.rect.right - theme.px(4)
    x = at[0] - theme.px(15) if left else at[0] + theme.px(15)
    anchor = "midright" if left else "midleft"
    box = theme.text(words, 13, "bold").get_rect(**{anchor: (round(x), round(at[1]))})
    box.clamp_ip(view.rect)
    veil = pygame.Surface(box.inflate(8, 4).size, pygame.SRCALPHA)
    veil.fill((*theme.palette.background, 190))
    surface.blit(veil, box.inflate(8, 4))
    theme.write(surface, box.topleft, words, 13, "bold", colour)


def draw_path(
    surface: pygame.Surface,
    view: PlanView,
    points_mm: Array,
    colours: Sequence[Colour] | Colour,
    width: int = 2,
) -> None:
    """A path that a tip has taken."""
    points = view.px(points_mm).tolist()
    clip = surface.get_clip()
    surface.set_clip(view.rect.clip(clip))
    if len(points) > 1:
        one = colours if isinstance(colours[0], int) else None
        if one is not None:
            pygame.draw.lines(surface, one, False, points, width)  # type: ignore[arg-type]
        else:
            for a, b, colour in zip(points, points[1:], colours, strict=False):
                pygame.draw.line(surface, colour, a, b, width)  # type: ignore[arg-type]
    surface.set_clip(clip)
