"""What a device may touch: each layer's lumen, its walls and its signed distance.

A layer's lumen is the union of its vessels' tubes and of the mouths of neighbours on other layers,
with the carinas rounded by ``WALL_RADIUS_MM`` (flow dividers are blunt). The walls are segments of
that radius laid just outside, so that their inner side is the lumen's boundary exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.layers import Layers, assign_layers
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.reshape import patched, runs_near, tubes_near, windows
from ir_sim.anatomy.vessel_tree import OCCLUDED_RADIUS_MM, Vessel, VesselTree, leaves_at_end

#: Radius of the wall segments and of the rounding of carinas, mm (assumed).
WALL_RADIUS_MM = 0.75
#: How far the signed distance is known outside the lumen, mm.
BAND_MM = 4.0
_CELL_MM = 0.5
#: A point is at most this far from the nearest grid node, mm.
HALF_CELL_MM = 0.5**0.5 * _CELL_MM
_SIMPLIFY_MM = 0.02
#: A radius that differs by less is the same, mm.
_SAME_MM = 1e-6


@dataclass(frozen=True)
class Window:
    """A rectangle of grid cells: rows ``y0:y1``, columns ``x0:x1``."""

    y0: int
    y1: int
    x0: int
    x1: int


@dataclass
class LumenLayer:
    """One layer's lumen on a grid and as a polygon.

    Attributes:
        origin_mm: (2,) position of grid node [0, 0].
        depth_mm: (ny, nx) float32 signed distance to the wall, positive inside; at least
            ``-BAND_MM``.
        sample: (ny, nx) int32 index into the tree's sample table of the nearest cross-section,
            -1 far from every vessel.
        polygon: The lumen.
        outside: The lumen grown by ``WALL_RADIUS_MM``: its outline carries the wall segments.
    """

    origin_mm: Array
    depth_mm: NDArray[np.float32]
    sample: NDArray[np.int32]
    polygon: shapely.Geometry
    outside: shapely.Geometry

    def walls(self) -> list[Array]:
        """Closed polylines (n, 2) on which wall segments of ``WALL_RADIUS_MM`` are laid.

        The lumen is on their left.
        """
        parts = [part for part in shapely.get_parts(self.outside) if part.geom_type == "Polygon"]
        rings = shapely.get_rings([orient(part) for part in parts])
        return [shapely.get_coordinates(ring) for ring in rings]

    def clearance_mm(self, xy_mm: Array) -> Array:
        """(n,) signed distance to the wall at (n, 2) points, positive inside."""
        u = (xy_mm - self.origin_mm) / _CELL_MM
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
        i = ((xy_mm - self.origin_mm) * (1.0 / _CELL_MM) + 0.5).astype(np.intp)
        ny, nx = self.depth_mm.shape
        column = np.minimum(np.maximum(i[:, 0], 0), nx - 1)
        return np.asarray(np.minimum(np.maximum(i[:, 1], 0), ny - 1) * nx + column)

    def sample_at(self, xy_mm: Array) -> NDArray[np.int32]:
        """(n,) nearest cross-section in the tree's sample table at (n, 2) points, or -1."""
        return np.asarray(self.sample.ravel()[self.cells(xy_mm)])


class Lumen:
    """The lumens of all layers of a tree.

    Attributes:
        tree: The vessels as authored.
        layers: Which vessel lies on which layer.
        maps: One ``LumenLayer`` a layer.
        radius_mm: (samples,) radii now: the tree's, or what treatment has made of them.
    """

    def __init__(self, tree: VesselTree) -> None:
        self.tree = tree
        self.layers: Layers = assign_layers(tree)
        self.radius_mm: Array = tree.sample_radius_mm
        self._authored = [self._layer(k) for k in range(self.layers.count)]
        self.maps = list(self._authored)

    def reshape(self, radius_mm: Array) -> list[int]:
        """Give the vessels new radii.

        Args:
            radius_mm: (samples,) new radii, by the tree's sample table.

        Returns:
            The layers whose walls have changed.

        Raises:
            ValueError: Wrong shape, or a radius that is not positive and finite.
        """
        radius = np.array(radius_mm, dtype=float)
        if radius.shape != self.tree.sample_radius_mm.shape:
            raise ValueError(f"{radius.shape} radii for {self.tree.sample_radius_mm.shape} samples")
        if not (np.isfinite(radius).all() and (radius > 0.0).all()):
            raise ValueError("radii must be positive and finite")
        radius = np.maximum(radius, OCCLUDED_RADIUS_MM)
        differs = np.abs(radius - self.radius_mm) > _SAME_MM
        if not differs.any():
            return []
        self.radius_mm = radius
        touched = []
        for k, authored in enumerate(self._authored):
            parts = [(v, m, self._of(v, radius)) for v, m in self.parts(k)]
            if any((self._of(v, differs) & m).any() for v, m, _ in parts):
                self.maps[k] = self._reshaped(authored, parts)
                touched.append(k)
        return touched

    def _of(self, vessel: Vessel, values: NDArray[Any]) -> NDArray[Any]:
        """A vessel's part of a table by sample."""
        first = self.tree.first
        return values[first[vessel.index] : first[vessel.index + 1]]

    def _reshaped(
        self, authored: LumenLayer, parts: list[tuple[Vessel, NDArray[np.bool_], Array]]
    ) -> LumenLayer:
        """A layer with new radii, made from the layer as authored."""
        grid = LumenLayer(
            authored.origin_mm,
            authored.depth_mm.copy(),
            authored.sample.copy(),
            authored.polygon,
            authored.outside,
        )
        boxes = [
            box
            for vessel, mask, radius in parts
            for box in windows(
                vessel, mask & (np.abs(radius - vessel.radius_mm) > _SAME_MM), radius, BAND_MM + 1
            )
        ]
        for box in boxes:
            union = shapely.union_all(tubes_near(parts, box))
            polygon = _closed(union)
            grid.polygon = patched(grid.polygon, polygon, box)
            grid.outside = patched(grid.outside, polygon, box, _outside)
            at = _window(grid, np.array(box[:2]), np.array(box[2:]), 0.0)
            inner = np.s_[at.y0 : at.y1, at.x0 : at.x1]
            view = LumenLayer(
                grid.origin_mm + _CELL_MM * np.array([at.x0, at.y0]),
                grid.depth_mm[inner],
                grid.sample[inner],
                polygon,
                grid.outside,
            )
            view.depth_mm[:], view.sample[:] = -BAND_MM, -1
            for vessel, mask, radius in parts:
                for run in runs_near(vessel, mask, radius, box):
                    first = int(self.tree.first[vessel.index])
                    _paint_tube(view, vessel.xy_mm, radius, run, first)
            _paint_fillets(view, polygon, union)
        return grid

    def parts(self, layer: int) -> list[tuple[Vessel, NDArray[np.bool_]]]:
        """The vessels of a layer and the samples of each that belong to it (mouths included)."""
        out = [
            (vessel, np.ones(len(vessel.s_mm), dtype=bool))
            for vessel in self.tree.vessels
            if self.layers.layer[vessel.index] == layer
        ]
        for child in self.tree.vessels:
            if child.parent < 0:
                continue
            parent = self.tree.vessels[child.parent]
            of_child, of_parent = (self.layers.layer[v.index] for v in (child, parent))
            if of_child == of_parent:
                continue
            if of_parent == layer:
                out.append((child, child.s_mm <= self.layers.join_mm[child.index] + 4.0))
            if of_child == layer:
                out.append((parent, self._mouth_in_parent(child, parent)))
        return [(vessel, mask) for vessel, mask in out if mask.sum() >= 2]

    def _mouth_in_parent(self, child: Vessel, parent: Vessel) -> NDArray[np.bool_]:
        reach = max(2.5 * child.radius_at(0.0), 0.8 * parent.radius_at(child.parent_at_mm)) + 4.0
        mask = np.abs(parent.s_mm - child.parent_at_mm) <= reach
        if leaves_at_end(parent, child.parent_at_mm):
            mask |= parent.s_mm >= parent.length_mm - reach
        return np.asarray(mask)

    def _layer(self, layer: int) -> LumenLayer:
        parts = self.parts(layer)
        tubes = [tube_polygon(v.xy_mm[m], v.radius_mm[m]) for v, m in parts]
        union = shapely.union_all(tubes)
        polygon = _closed(union)
        low_x, low_y, high_x, high_y = shapely.bounds(polygon)
        origin = np.floor([low_x - BAND_MM, low_y - BAND_MM])
        nx = int(np.ceil((high_x + BAND_MM - origin[0]) / _CELL_MM)) + 2
        ny = int(np.ceil((high_y + BAND_MM - origin[1]) / _CELL_MM)) + 2
        grid = LumenLayer(
            origin,
            np.full((ny, nx), -BAND_MM, dtype=np.float32),
            np.full((ny, nx), -1, dtype=np.int32),
            polygon,
            _outside(polygon),
        )
        for vessel, mask in parts:
            first = int(self.tree.first[vessel.index])
            _paint_tube(grid, vessel.xy_mm, vessel.radius_mm, np.flatnonzero(mask), first)
        _paint_fillets(grid, polygon, union)
        return grid


def _closed(union: shapely.Geometry) -> shapely.Geometry:
    """Tubes with their carinas rounded."""
    grown = shapely.buffer(union, WALL_RADIUS_MM, quad_segs=12)
    return shapely.union(shapely.buffer(grown, -WALL_RADIUS_MM, quad_segs=12), union)


def _outside(polygon: shapely.Geometry) -> shapely.Geometry:
    return shapely.simplify(shapely.buffer(polygon, WALL_RADIUS_MM, quad_segs=8), _SIMPLIFY_MM)


def _paint_fillets(grid: LumenLayer, polygon: shapely.Geometry, union: shapely.Geometry) -> None:
    for fillet in shapely.get_parts(shapely.difference(polygon, union)):
        if shapely.area(fillet) > 0.01:
            _paint_exact(grid, fillet)


def _paint_tube(
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
    window = _window(grid, np.minimum(a, b), np.maximum(a, b), max(ra, rb) + BAND_MM)
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
    window = _window(grid, np.array([low_x, low_y]), np.array([high_x, high_y]), BAND_MM)
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


def _window(grid: LumenLayer, low: Array, high: Array, grow: float) -> Window:
    ny, nx = grid.depth_mm.shape
    x0, y0 = np.floor((low - grow - grid.origin_mm) / _CELL_MM).astype(int)
    x1, y1 = np.ceil((high + grow - grid.origin_mm) / _CELL_MM).astype(int) + 1
    y0, x0 = min(max(y0, 0), ny), min(max(x0, 0), nx)
    return Window(y0, max(min(y1, ny), y0), x0, max(min(x1, nx), x0))


def _nodes(grid: LumenLayer, window: Window) -> tuple[Array, Array]:
    x = grid.origin_mm[0] + _CELL_MM * np.arange(window.x0, window.x1, dtype=float)
    y = grid.origin_mm[1] + _CELL_MM * np.arange(window.y0, window.y1, dtype=float)
    return x[None, :], y[:, None]
