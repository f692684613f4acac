"""Fine branches in the picture: one distance map for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.twigs import Twig

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
    parts = []
    for twig in twigs:
        at = projection.pixels(twig.xy_mm, twig.z_mm) + margin_px
        if (at < -20).all(0).any() or (at > n + 20).all(0).any():
            continue
        s = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
        u = np.linspace(0.0, s[-1], max(2, int(s[-1] / 0.7) + 2))
        x, y = np.interp(u, s, at[:, 0]), np.interp(u, s, at[:, 1])
        dx, dy = np.gradient(x), np.gradient(y)
        length = np.hypot(dx, dy) + 1e-12
        r = np.interp(u, s, twig.radius_mm) / projection.mm_per_px
        index = np.full(len(u), float(twig.sample))
        parts.append(np.stack([x, y, dx / length, dy / length, r, index]))
    if not parts:
        return None
    x, y, tx, ty, r, index = np.concatenate(parts, axis=1)
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
    own = index[c].astype(np.int32)
    other = (chord[py, px] > 0.0) & (vessel_of[sample[py, px]] != vessel_of[own])
    wins = (depth > chord[py, px]) & ~other
    chord[py[wins], px[wins]] = depth[wins]
    sample[py[wins], px[wins]] = own[wins]
    across = other & (depth > 0.0)
    flat = (py[across] * n + px[across]).astype(np.int64)
    return flat, own[across], depth[across].astype(np.float32)
