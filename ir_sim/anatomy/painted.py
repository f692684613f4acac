"""The signed distance on a layer's grid as its tubes alone tell it, kept up with their radii.

It is painted from cones between every other cross-section. What a grid node holds follows from the
radii near it alone, bit for bit, whichever part of the grid is painted with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.lumen_layer import BAND_MM, LumenLayer, Window, axes_of, window_of
from ir_sim.anatomy.places import Box, Index, Places
from ir_sim.anatomy.tubes import Tubes

#: Longest side of a tile that is painted at once, nodes of the grid.
_TILE = 40
#: Cones that are painted together at most.
_TOGETHER = 12
_SAME_MM = 1e-3


class Painted:
    """A layer's tubes, painted.

    Args:
        grid: The layer.
        tubes: Its tubes.
        radius_mm: (nodes,) radii.

    Attributes:
        depth_mm: (ny, nx) signed distance to the tubes' sides, at least ``-BAND_MM``.
        sample: (ny, nx) nearest cross-section by the tree's table, or -1.
    """

    def __init__(self, grid: LumenLayer, tubes: Tubes, radius_mm: Array) -> None:
        self._grid, self._tubes = grid, tubes
        a, b = tubes.knots.T
        x, y = 0.5 * (tubes.x[a] + tubes.x[b]), 0.5 * (tubes.y[a] + tubes.y[b])
        self._cones = Places(x, y)
        self._half_mm = float(np.hypot(tubes.x[a] - x, tubes.y[a] - y).max()) + _SAME_MM
        shape = grid.depth_mm.shape
        self.depth_mm = np.empty(shape, np.float32)
        self.sample = np.empty(shape, np.int32)
        self._paint(Window(0, shape[0], 0, shape[1]), radius_mm)

    def follow(self, moved: Index, was_mm: Array, radius_mm: Array) -> None:
        """Paint anew what cones cover of which an end has another radius.

        Args:
            moved: Nodes that have.
            was_mm: (nodes,) radii before.
            radius_mm: (nodes,) radii.
        """
        tubes = self._tubes
        has = np.zeros(len(radius_mm), dtype=bool)
        has[moved] = True
        cones = (has[tubes.knots[:, 0]] | has[tubes.knots[:, 1]]).nonzero()[0]
        runs = np.split(cones, np.flatnonzero(np.diff(cones) > 1) + 1)
        for run in runs:
            for i in range(0, len(run), _TOGETHER):
                nodes = tubes.knots[run[i : i + _TOGETHER]].ravel()
                reach = float(np.maximum(was_mm[nodes], radius_mm[nodes]).max())
                x, y = tubes.x[nodes], tubes.y[nodes]
                low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
                self._paint(window_of(self._grid, low, high, reach + BAND_MM), radius_mm)

    def _paint(self, at: Window, radius_mm: Array) -> None:
        """Paint a window."""
        x, y = axes_of(self._grid, at)
        if not len(x) or not len(y):
            return
        depth = self.depth_mm[at.y0 : at.y1, at.x0 : at.x1]
        sample = self.sample[at.y0 : at.y1, at.x0 : at.x1]
        tubes = self._tubes
        box: Box = (float(x[0]), float(y[0]), float(x[-1]), float(y[-1]))
        cones = self._cones.within(box, float(radius_mm.max()) + BAND_MM + self._half_mm)
        a, b = tubes.knots[cones].T
        reach_a, reach_b = radius_mm[a] + BAND_MM, radius_mm[b] + BAND_MM
        low_x = np.minimum(tubes.x[a] - reach_a, tubes.x[b] - reach_b)
        low_y = np.minimum(tubes.y[a] - reach_a, tubes.y[b] - reach_b)
        high_x = np.maximum(tubes.x[a] + reach_a, tubes.x[b] + reach_b)
        high_y = np.maximum(tubes.y[a] + reach_a, tubes.y[b] + reach_b)
        columns = _parts(len(x))
        for j in _parts(len(y)):
            beside = (low_y < y[j][-1]) & (high_y > y[j][0])
            for i in columns:
                near = beside & (low_x < x[i][-1]) & (high_x > x[i][0])
                if near.any():
                    found = self._nearest(x[i], y[j], (a[near], b[near]), radius_mm)
                    depth[j, i], sample[j, i] = found
                else:
                    depth[j, i], sample[j, i] = -BAND_MM, -1

    def _nearest(
        self, x: Array, y: Array, cones: tuple[Index, Index], radius_mm: Array
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Depth in the deepest of some cones on a tile, and the cross-section there."""
        tubes = self._tubes
        a, b = cones
        ax, ay, ra = tubes.x[a], tubes.y[a], radius_mm[a]
        dx, dy = tubes.x[b] - ax, tubes.y[b] - ay
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        rx, ry = x - ax[:, None], y - ay[:, None]
        ux, uy = rx * (dx / square)[:, None], ry * (dy / square)[:, None]
        single = np.float32
        u = ux.astype(single)[:, None, :] + uy.astype(single)[:, :, None]
        np.maximum(u, single(0.0), out=u)
        np.minimum(u, single(1.0), out=u)
        off = u * dx.astype(single)[:, None, None]
        np.subtract(rx.astype(single)[:, None, :], off, out=off)
        off *= off
        other = u * dy.astype(single)[:, None, None]
        np.subtract(ry.astype(single)[:, :, None], other, out=other)
        other *= other
        off += other
        np.sqrt(off, out=off)
        depth = np.multiply(u, (radius_mm[b] - ra).astype(single)[:, None, None], out=other)
        depth += ra.astype(single)[:, None, None]
        depth -= off
        deepest = depth.max(0)
        owner = (depth == deepest).argmax(0)  # the first of the deepest
        rows, columns = np.ogrid[: len(y), : len(x)]
        ia, ib = tubes.sample[a][owner], tubes.sample[b][owner]
        nearest = np.rint(ia + u[owner, rows, columns] * (ib - ia))
        nearest[deepest <= -BAND_MM] = -1.0
        return np.maximum(deepest, single(-BAND_MM), out=deepest), nearest


def _parts(length: int) -> list[slice]:
    """A side of a window in parts of one length."""
    size = -(-length // -(-length // _TILE))
    return [slice(i, i + size) for i in range(0, length, size)]
