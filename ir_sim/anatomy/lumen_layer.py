"""One layer's lumen on a grid and as a polygon, and how tubes are painted into it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from ir_sim.anatomy.curve import Array

#: Radius of the wall segments and of the rounding of carinas, mm (assumed).
WALL_RADIUS_MM = 0.75
#: How far the signed distance is known outside the lumen, mm.
BAND_MM = 4.0
#: Cell of the signed distance's grid, mm.
CELL_MM = 0.5
#: A point is at most this far from the nearest grid node, mm.
HALF_CELL_MM = 0.5**0.5 * CELL_MM
_SIMPLIFY_MM = 0.02


@dataclass(frozen=True)
class Window:
    """A rectangle of grid cells: rows ``y0:y1``, columns ``x0:x1``."""

    y0: int
    y1: int
    x0: int
    x1: int


class LumenLayer:
    """One layer's lumen on a grid and as a polygon.

    Args:
        origin_mm: See the attributes; so are ``depth_mm`` and ``sample``.
        depth_mm: See the attributes.
        sample: See the attributes.
        polygon: The lumen.
        outside: The lumen grown by ``WALL_RADIUS_MM``: its outline carries the wall segments.

    Attributes:
        origin_mm: (2,) position of grid node [0, 0].
        depth_mm: (ny, nx) float32 signed distance to the wall, positive inside; at least
            ``-BAND_MM``.
        sample: (ny, nx) int32 index into the tree's sample table of the nearest cross-section,
            -1 far from every vessel.
    """

    def __init__(
        self,
        origin_mm: Array,
        depth_mm: NDArray[np.float32],
        sample: NDArray[np.int32],
        polygon: shapely.Geometry,
        outside: shapely.Geometry,
    ) -> None:
        self.origin_mm, self.depth_mm, self.sample = origin_mm, depth_mm, sample
        self._polygon, self.outside = polygon, outside

    @property
    def polygon(self) -> shapely.Geometry:
        """The lumen."""
        return self._polygon

    def walls(self) -> list[Array]:
        """Closed polylines (n, 2) on which wall segments of ``WALL_RADIUS_MM`` are laid.

        The lumen is on their left.
        """
        parts = [part for part in shapely.get_parts(self.outside) if part.geom_type == "Polygon"]
        rings = shapely.get_rings([orient(part) for part in parts])
        return [shapely.get_coordinates(ring) for ring in rings]

    def clearance_mm(self, xy_mm: Array) -> Array:
        """(n,) signed distance to the wall at (n, 2) points, positive inside."""
        u = (xy_mm - self.origin_mm) / CELL_MM
        ny, nx = self.depth_mm.shape
        ux = np.clip(u[:, 0], 0.0, nx - 1.001)
        uy = np.clip(u[:, 1], 0.0, ny - 1.001)
        ix, iy = ux.astype(np.intp), uy.astype(np.intp)
        fx, fy = ux - ix, uy - iy
        flat, base = self.depth_mm.ravel(), iy * nx + ix
        low = flat[base] * (1 - fx) + flat[base + 1] * fx
        high = flat[base + nx] * (1 - fx) + flat[base + nx + 1] * fx
        return np.asarray(low * (1 - fy) + high * fy, dtype=np.float64)

    def cells(self, xy_mm: Array) -> NDArray[np.intp]:
        """(n,) flat index of the grid node nearest to each of (n, 2) points."""
        i = ((xy_mm - self.origin_mm) * (1.0 / CELL_MM) + 0.5).astype(np.intp)
        ny, nx = self.depth_mm.shape
        column = np.minimum(np.maximum(i[:, 0], 0), nx - 1)
        return np.asarray(np.minimum(np.maximum(i[:, 1], 0), ny - 1) * nx + column)

    def sample_at(self, xy_mm: Array) -> NDArray[np.int32]:
        """(n,) nearest cross-section in the tree's sample table at (n, 2) points, or -1."""
        return np.asarray(self.sample.ravel()[self.cells(xy_mm)])


def closed(union: shapely.Geometry) -> shapely.Geometry:
    """Tubes with their carinas rounded."""
    grown = shapely.buffer(union, WALL_RADIUS_MM, quad_segs=12)
    return shapely.union(shapely.buffer(grown, -WALL_RADIUS_MM, quad_segs=12), union)


def outside_of(polygon: shapely.Geometry) -> shapely.Geometry:
    """A lumen grown by the walls' radius."""
    return shapely.simplify(shapely.buffer(polygon, WALL_RADIUS_MM, quad_segs=8), _SIMPLIFY_MM)


def paint_fillets(grid: LumenLayer, polygon: shapely.Geometry, union: shapely.Geometry) -> None:
    """Depth near the rounded carinas of a polygon that was made from a union of tubes."""
    for fillet in shapely.get_parts(shapely.difference(polygon, union)):
        if shapely.area(fillet) > 0.01:
            _paint_exact(grid, fillet)


def paint_tube(
    grid: LumenLayer, xy_mm: Array, radius_mm: Array, index: NDArray[np.intp], first: int
) -> None:
    """Depth ``r - distance to the axis`` of each short cone of a tube, where it is the largest."""
    runs = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)
    for run in runs:
        # every other sample, counted from the vessel's start wherever the run begins
        knots = np.unique(np.concatenate([run[:1], run[run % 2 == 0], run[-1:]]))
        for i, j in pairwise(knots):
            _paint_cone(grid, xy_mm[i], xy_mm[j], radius_mm[i], radius_mm[j], first + i, first + j)


def _paint_cone(
    grid: LumenLayer, a: Array, b: Array, ra: float, rb: float, ia: int, ib: int
) -> None:
    window = window_of(grid, np.minimum(a, b), np.maximum(a, b), max(ra, rb) + BAND_MM)
    x, y = _nodes(grid, window)
    d = b - a
    u = np.clip(((x - a[0]) * d[0] + (y - a[1]) * d[1]) / max(float(d @ d), 1e-12), 0.0, 1.0)
    depth = ra + u * (rb - ra) - np.hypot(x - a[0] - u * d[0], y - a[1] - u * d[1])
    part = np.s_[window.y0 : window.y1, window.x0 : window.x1]
    better = depth > grid.depth_mm[part]
    grid.depth_mm[part][better] = depth[better]
    grid.sample[part][better] = np.rint(ia + u[better] * (ib - ia))


def _paint_exact(grid: LumenLayer, fillet: shapely.Geometry) -> None:
    """Signed distance to the polygon near a rounded carina, where tubes alone say too little."""
    low_x, low_y, high_x, high_y = shapely.bounds(fillet)
    window = window_of(grid, np.array([low_x, low_y]), np.array([high_x, high_y]), BAND_MM)
    x, y = np.broadcast_arrays(*_nodes(grid, window))
    if not x.size:
        return
    box = shapely.box(x.min() - 6, y.min() - 6, x.max() + 6, y.max() + 6)
    near = shapely.intersection(shapely.boundary(grid.polygon), box)
    points = shapely.points(x.ravel(), y.ravel())
    shapely.prepare(near)
    distance = shapely.distance(points, near)
    inside = shapely.contains_xy(grid.polygon, x.ravel(), y.ravel())
    exact = np.where(inside, distance, -distance).reshape(x.shape)
    part = np.s_[window.y0 : window.y1, window.x0 : window.x1]
    grid.depth_mm[part] = np.maximum(grid.depth_mm[part], np.maximum(exact, -BAND_MM))


def window_of(grid: LumenLayer, low: Array, high: Array, grow: float) -> Window:
    """The grid cells of a rectangle grown on all sides, as far as there are any."""
    ny, nx = grid.depth_mm.shape
    x0, y0 = np.floor((low - grow - grid.origin_mm) / CELL_MM).astype(int)
    x1, y1 = np.ceil((high + grow - grid.origin_mm) / CELL_MM).astype(int) + 1
    y0, x0 = min(max(y0, 0), ny), min(max(x0, 0), nx)
    return Window(y0, max(min(y1, ny), y0), x0, max(min(x1, nx), x0))


def axes_of(grid: LumenLayer, window: Window) -> tuple[Array, Array]:
    """Positions of a window's columns and rows, mm."""
    x = grid.origin_mm[0] + CELL_MM * np.arange(window.x0, window.x1, dtype=float)
    y = grid.origin_mm[1] + CELL_MM * np.arange(window.y0, window.y1, dtype=float)
    return x, y


def _nodes(grid: LumenLayer, window: Window) -> tuple[Array, Array]:
    x, y = axes_of(grid, window)
    return x[None, :], y[:, None]
