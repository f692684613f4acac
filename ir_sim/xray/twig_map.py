"""Fine branches in the picture: one distance map for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.twigs import Twig

Array = NDArray[np.float64]
#: Vessels thinner than this are widened to it, with the area of their section kept, px.
THINNEST_PX = 0.75
#: Flat picture index, sample and chord of picture elements.
Sparse = tuple[NDArray[np.int64], NDArray[np.int32], Image]


def lay_twigs(
    twigs: Sequence[Twig],
    projection: Projection,
    margin_px: int,
    chord: Image,
    sample: NDArray[np.int32],
    vessel_of: NDArray[np.int64],
) -> Sparse | None:
    """Add chords (cm) and sample indices of branches where nothing larger of their vessel lies.

    Args:
        twigs: The branches.
        projection: Of the picture.
        margin_px: How far the map reaches beyond it.
        chord: (n, n) changed in place, and ``sample`` with it.
        sample: (n, n).
        vessel_of: (samples,) vessel of each row of the tree's sample table.

    Returns:
        Where branches cross other vessels: flat picture index, sample, chord.
    """
    n = chord.shape[0]
    fine = _in_pixels(twigs, projection, margin_px, n)
    if fine is None:
        return None
    x, y, tx, ty, r, index = fine
    column, row = np.round(x).astype(int), np.round(y).astype(int)
    inside = np.flatnonzero((column >= 0) & (column < n) & (row >= 0) & (row < n))
    if not len(inside):
        return None
    owner = np.full((n, n), -1, np.int32)
    owner[row[inside], column[inside]] = inside
    far, label = cv2.distanceTransformWithLabels(
        (owner < 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(label.max()) + 1, np.int64)
    table[label[owner >= 0]] = owner[owner >= 0]
    py, px = np.nonzero(far < max(float(r.max()), THINNEST_PX) + 1.0)
    c = table[label[py, px]]
    aside = (px - x[c]) * ty[c] - (py - y[c]) * tx[c]
    along = (px - x[c]) * tx[c] + (py - y[c]) * ty[c]
    drawn = np.maximum(r[c], THINNEST_PX)
    squared = drawn**2 - aside**2 - np.maximum(np.abs(along) - 0.7, 0.0) ** 2
    cm = 0.1 * projection.mm_per_px
    depth = 2.0 * np.sqrt(np.maximum(squared, 0.0)) * (r[c] / drawn) ** 2 * cm
    own = index[c]
    other = (chord[py, px] > 0.0) & (vessel_of[sample[py, px]] != vessel_of[own])
    wins = (depth > chord[py, px]) & ~other
    chord[py[wins], px[wins]] = depth[wins]
    sample[py[wins], px[wins]] = own[wins]
    across = other & (depth > 0.0)
    flat = (py[across] * n + px[across]).astype(np.int64)
    return flat, own[across], depth[across].astype(np.float32)


def _in_pixels(
    twigs: Sequence[Twig], projection: Projection, margin_px: int, n: int
) -> tuple[Array, Array, Array, Array, Array, NDArray[np.int32]] | None:
    """All branches that may show, one after another, at steps of about 0.7 elements.

    Returns:
        (m,) each: column, row, unit tangent, radius in elements, sample; None if there are none.
    """
    if not twigs:
        return None
    count = np.array([len(twig.xy_mm) for twig in twigs])
    at = projection.pixels(
        np.concatenate([twig.xy_mm for twig in twigs]),
        np.concatenate([np.broadcast_to(twig.z_mm, (len(twig.xy_mm),)) for twig in twigs]),
    )
    at += margin_px
    first = np.cumsum(count) - count
    beside = np.minimum.reduceat(at, first) > n + 20
    beside |= np.maximum.reduceat(at, first) < -20
    seen = np.flatnonzero(~beside.any(1))
    if not len(seen):
        return None
    on = np.repeat(~beside.any(1), count)
    at, count = at[on], count[seen]
    radius = np.concatenate([twigs[i].radius_mm for i in seen.tolist()]) / projection.mm_per_px
    first = np.cumsum(count) - count
    # one arclength for all, with a gap of an element between a branch and the next
    step = np.concatenate([[0.0], np.hypot(*np.diff(at, axis=0).T)])
    step[first] = 1.0
    s = np.cumsum(step)
    start, length = s[first], s[first + count - 1] - s[first]
    points = np.maximum(2, (length / 0.7).astype(int) + 2)
    last = np.cumsum(points) - 1
    head = last - points + 1
    share = (np.arange(last[-1] + 1) - np.repeat(head, points)) / np.repeat(points - 1, points)
    u = np.repeat(start, points) + share * np.repeat(length, points)
    x, y, r = np.interp(u, s, at[:, 0]), np.interp(u, s, at[:, 1]), np.interp(u, s, radius)
    dx, dy = np.gradient(x), np.gradient(y)
    for d, q in ((dx, x), (dy, y)):  # at a branch's ends, from its own points alone
        d[head], d[last] = q[head + 1] - q[head], q[last] - q[last - 1]
    norm = np.hypot(dx, dy) + 1e-12
    index = np.repeat(np.array([twigs[i].sample for i in seen.tolist()], np.int32), points)
    return x, y, dx / norm, dy / norm, r, index
