"""Many noisy points to the few that an author can move."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array, smooth_curve

#: Largest distance of the new curve from the smoothed line, mm.
TOLERANCE_MM = 0.4
#: Width of the smoothing along the line, mm (assumed: the noise of a segmentation's voxels).
SMOOTH_MM = 1.5
_MOST = 60
#: A line has at most so many samples while it is being fitted.
_MOST_SAMPLES = 2000


def smoothed(xyz: Array, radius: Array, width_mm: float = SMOOTH_MM) -> tuple[Array, Array]:
    """Even samples every 0.5 mm, smoothed along the line; the ends stay.

    Returns:
        (m, 3) positions and (m,) radii, mm.
    """
    s = np.concatenate([[0.0], np.cumsum(np.sqrt((np.diff(xyz, axis=0) ** 2).sum(1)))])
    count = min(max(int(np.ceil(s[-1] / 0.5)) + 1, 3), _MOST_SAMPLES)
    at = np.linspace(0.0, s[-1], count)
    table = np.stack([np.interp(at, s, column) for column in (*xyz.T, radius)], 1)
    sigma = width_mm / max(at[1], 1e-9)
    wide = min(width_mm, 0.15 * s[-1]) / width_mm
    soft = gaussian_filter1d(table, max(sigma * wide, 1e-3), axis=0, mode="nearest")
    # the ends stay: blend back to the raw line over two widths
    edge = np.minimum(at, s[-1] - at) / max(2 * width_mm * wide, 1e-9)
    keep = np.clip(1.0 - edge, 0.0, 1.0)[:, None]
    soft = keep * table + (1.0 - keep) * soft
    return soft[:, :3], soft[:, 3]


def few_points(xyz: Array, radius: Array) -> Array:
    """(k, 4) x, y, z, radius: points whose smooth curve stays within ``TOLERANCE_MM``.

    Starts from the ends and adds the point of the worst fit until the curve through the points (the
    one that the simulation draws) is near enough.
    """
    table = np.column_stack([xyz, radius])
    if len(table) <= 2:
        return table
    kept = [0, len(table) // 2, len(table) - 1]
    while len(kept) < min(_MOST, len(table)):
        points = table[kept]
        if (np.abs(np.diff(points[:, :2], axis=0)).max(1) < 1e-6).any():
            break
        error = _misfit(points, table)
        worst = int(np.argmax(error))
        if error[worst] <= TOLERANCE_MM:
            break
        # the middle of the gap that holds the worst point is the steadier choice
        right = int(np.searchsorted(kept, worst))
        low, high = kept[max(right - 1, 0)], kept[min(right, len(kept) - 1)]
        new = worst if min(worst - low, high - worst) > 0.2 * (high - low) else (low + high) // 2
        if new in kept:
            break
        kept = sorted({*kept, new})
    return table[kept]


def _misfit(points: Array, table: Array) -> Array:
    """(n,) distance of each sample from the curve, and twice that of the radius, mm."""
    curve = smooth_curve(points[:, [0, 1, 3, 2]], 0.5)
    off, at = KDTree(curve[:, :2]).query(table[:, :2])
    return np.asarray(np.maximum(off, 2.0 * np.abs(curve[at, 2] - table[:, 3])))
