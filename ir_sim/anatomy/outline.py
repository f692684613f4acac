"""Outlines of tubes of varying calibre as polygons."""

from __future__ import annotations

import numpy as np
import shapely

from ir_sim.anatomy.curve import Array, tangents

_CAP_SEGMENTS = 16


def tube_polygon(xy_mm: Array, radius_mm: Array) -> shapely.Geometry:
    """The area swept by discs along a centreline.

    The sides are the envelope of the discs (offset along the normal turned by the taper). Where the
    bend is tighter than the calibre the envelope folds; the discs' hulls are then joined instead.

    Args:
        xy_mm: (n, 2) centreline, n >= 2.
        radius_mm: (n,) radii.
    """
    t = tangents(xy_mm)
    normal = np.stack([-t[:, 1], t[:, 0]], 1)
    ds = np.hypot(*np.gradient(xy_mm, axis=0).T)
    slope = np.clip(np.gradient(radius_mm) / np.maximum(ds, 1e-9), -0.9, 0.9)
    side, along = np.sqrt(1.0 - slope**2)[:, None], -slope[:, None]
    r = radius_mm[:, None]
    left = xy_mm + r * (side * normal + along * t)
    right = xy_mm + r * (-side * normal + along * t)
    ring = np.vstack([left, right[::-1]])
    polygon = shapely.polygons(ring)
    turn = np.abs(np.diff(np.unwrap(np.arctan2(t[:, 1], t[:, 0]))))
    reach = np.maximum(radius_mm[1:], radius_mm[:-1])
    folded = (turn * reach > 0.9 * np.hypot(*np.diff(xy_mm, axis=0).T)).any()
    ends = [_disc(xy_mm[k], float(radius_mm[k])) for k in (0, -1)]
    if folded or not shapely.is_valid(polygon):
        return shapely.union_all([*_hulls(xy_mm, radius_mm), *ends])
    return shapely.union_all([polygon, *ends])


def _hulls(xy: Array, radius: Array) -> list[shapely.Geometry]:
    a = np.linspace(0.0, 2 * np.pi, 4 * _CAP_SEGMENTS, endpoint=False)
    circle = np.stack([np.cos(a), np.sin(a)], 1)
    discs = xy[:, None, :] + radius[:, None, None] * circle[None]
    pairs = np.concatenate([discs[:-1], discs[1:]], axis=1)
    return list(shapely.convex_hull(shapely.linestrings(pairs)))


def _disc(centre: Array, radius: float) -> shapely.Geometry:
    return shapely.buffer(shapely.points(*centre), radius, quad_segs=_CAP_SEGMENTS)
