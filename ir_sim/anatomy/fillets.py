"""Signed distance near carinas, where tubes alone say too little.

A carina is rounded: from its two walls' normals inwards the wall is an arc about its corner. Beyond
the arc the distance is that to the corner, unless another wall is nearer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.cover import pairs
from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.lumen_layer import BAND_MM, CELL_MM, WALL_RADIUS_MM
from ir_sim.anatomy.places import firsts

#: Carinas that fill less than this are not worth it, mm2.
_LEAST_MM2 = 0.01
#: The tip of the sharpest carina is this far from its corner at most, walls' radii.
_LONGEST = 3.0
#: Depth is bettered from this difference on, mm.
_WORTH_MM = 0.01
#: Farther from a carina than this nothing is bettered, mm.
REACH_MM = 5.0


def better_depth(
    depth_mm: NDArray[np.float32], x: Array, y: Array, carinas: Array, walls: Callable[[], Array]
) -> None:
    """Make the depth exact near carinas, in place.

    Args:
        depth_mm: (ny, nx) signed distance as the tubes tell it.
        x: (nx,) columns, mm.
        y: (ny,) rows, mm.
        carinas: (m, 6) corners and their walls' unit normals: all within ``REACH_MM`` of the grid.
        walls: Asked for only if there is something to better: (n, 4) walls, likewise.
    """
    carinas = carinas[_worth_it(carinas, x, y)]
    if not len(carinas):
        return
    ca, ba, ra = _pairs(carinas, x, y)
    if not len(ca):
        return
    px, py = x[ra], y[ba]
    cx, cy = carinas[ca, 0], carinas[ca, 1]
    far = np.sqrt((px - cx) * (px - cx) + (py - cy) * (py - cy))
    had = depth_mm[ba, ra]
    worth = (far - WALL_RADIUS_MM > had + _WORTH_MM) & (had > -WALL_RADIUS_MM) & (far < REACH_MM)
    if not worth.any():
        return
    ca, ba, ra = ca[worth], ba[worth], ra[worth]
    exact = np.minimum(far[worth], _distance(px[worth], py[worth], ca, walls())) - WALL_RADIUS_MM
    np.maximum.at(depth_mm, (ba, ra), exact.astype(np.float32))


def _worth_it(carinas: Array, x: Array, y: Array) -> NDArray[np.bool_]:
    """Which carinas fill enough and are near enough to a grid."""
    cx, cy, ax, ay, bx, by = carinas.T
    angle = np.arccos(np.minimum(np.maximum(ax * bx + ay * by, -1.0), 1.0))
    fills = WALL_RADIUS_MM**2 * (np.tan(np.minimum(0.5 * angle, 1.5)) - 0.5 * angle)
    near = (cx > x[0] - REACH_MM - CELL_MM) & (cx < x[-1] + REACH_MM + CELL_MM)
    near &= (cy > y[0] - REACH_MM - CELL_MM) & (cy < y[-1] + REACH_MM + CELL_MM)
    return np.asarray(near & (fills > _LEAST_MM2))


def _pairs(
    carinas: Array, x: Array, y: Array
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Carinas, and rows and columns of the grid nodes inwards of each and near it."""
    cx, cy, ax, ay, bx, by = carinas.T
    cosine = ax * bx + ay * by
    tip = WALL_RADIUS_MM / np.maximum(1.0 + cosine, 2.0 / _LONGEST**2)
    corners_x = np.stack([ax * WALL_RADIUS_MM, bx * WALL_RADIUS_MM, tip * (ax + bx)])
    corners_y = np.stack([ay * WALL_RADIUS_MM, by * WALL_RADIUS_MM, tip * (ay + by)])
    reach = int(np.ceil(REACH_MM / CELL_MM)) + 1
    offset = np.arange(-reach, reach + 1)
    column = np.rint((cx - x[0]) / CELL_MM).astype(np.intp)[:, None] + offset
    row = np.rint((cy - y[0]) / CELL_MM).astype(np.intp)[:, None] + offset
    rx, ry = x[0] + CELL_MM * column - cx[:, None], y[0] + CELL_MM * row - cy[:, None]
    grow = BAND_MM + CELL_MM
    in_x = (rx > corners_x.min(0)[:, None] - grow) & (rx < corners_x.max(0)[:, None] + grow)
    in_y = (ry > corners_y.min(0)[:, None] - grow) & (ry < corners_y.max(0)[:, None] + grow)
    in_x &= (column >= 0) & (column < len(x))
    in_y &= (row >= 0) & (row < len(y))
    # along each wall away from the corner the wall itself is nearer: only between the normals
    sign = np.where(ax * by - ay * bx > 0.0, 1.0, -1.0)[:, None]
    one = (sign * -ay[:, None] * rx)[:, None, :] + (sign * ax[:, None] * ry)[:, :, None]
    two = (sign * by[:, None] * rx)[:, None, :] + (sign * -bx[:, None] * ry)[:, :, None]
    inside = (one >= 0.0) & (two >= 0.0) & in_x[:, None, :] & in_y[:, :, None]
    which, j, i = inside.nonzero()
    return which, row[which, j], column[which, i]


def _distance(x: Array, y: Array, of: NDArray[np.intp], walls: Array) -> Array:
    """(n,) distance of points to the nearest of (m, 4) walls that comes near them.

    Args:
        x: (n,) positions, mm; ``y`` likewise.
        y: See ``x``.
        of: (n,) numbers of the carinas that the points are near, ascending.
        walls: Walls.
    """
    groups = firsts(of[1:] != of[:-1])
    low_x, low_y = np.minimum.reduceat(x, groups), np.minimum.reduceat(y, groups)
    high_x, high_y = np.maximum.reduceat(x, groups), np.maximum.reduceat(y, groups)
    x0, y0, x1, y1 = walls.T
    near = (np.maximum(x0, x1) > low_x[:, None] - REACH_MM) & (
        np.minimum(x0, x1) < high_x[:, None] + REACH_MM
    )
    near &= (np.maximum(y0, y1) > low_y[:, None] - REACH_MM) & (
        np.minimum(y0, y1) < high_y[:, None] + REACH_MM
    )
    row, wall = pairs(near, groups, len(x))
    x0, y0, dx, dy = x0[wall], y0[wall], (x1 - x0)[wall], (y1 - y0)[wall]
    rx, ry = x[row] - x0, y[row] - y0
    u = (rx * dx + ry * dy) / np.maximum(dx * dx + dy * dy, 1e-12)
    u = np.minimum(np.maximum(u, 0.0), 1.0)
    rx -= u * dx
    ry -= u * dy
    out = np.full(len(x), np.inf)
    start = firsts(row[1:] != row[:-1])
    out[row[start]] = np.sqrt(np.minimum.reduceat(rx * rx + ry * ry, start))
    return out
