"""Smooth curves through an author's points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

Array = NDArray[np.float64]


def smooth_curve(points: Array, spacing_mm: float = 1.0) -> Array:
    """A smooth curve through points, sampled evenly along its length in the x-y plane.

    Position follows a centripetal Catmull-Rom spline, which neither loops nor overshoots between
    uneven points (Yuksel, Schaefer & Keyser 2011, Computer-Aided Design 43:747). The other
    columns (radius, z) follow a monotone cubic, so that no calibre appears that no one drew.

    Args:
        points: (n, 3 or more) x, y, radius and further columns, mm; n >= 2, no two consecutive
            points in one place.
        spacing_mm: Largest distance between samples.

    Returns:
        (m, same columns) float64, mm; first and last rows are the first and last points.
    """
    xy = points[:, :2]
    step = np.sqrt(np.maximum(np.hypot(*np.diff(xy, axis=0).T), 1e-6))
    t = np.concatenate([[0.0], np.cumsum(step)])
    spline = CubicHermiteSpline(t, xy, _tangents(t, xy))
    n = max(8, int(np.ceil(4 * polyline_length(xy) / spacing_mm)))
    fine_t = np.unique(np.concatenate([t, np.linspace(0.0, t[-1], n)]))
    fine = spline(fine_t)
    s = arclength(fine)
    m = max(2, int(np.ceil(s[-1] / spacing_mm)) + 1)
    at = np.linspace(0.0, s[-1], m)
    out = np.empty((m, points.shape[1]))
    out[:, 0] = np.interp(at, s, fine[:, 0])
    out[:, 1] = np.interp(at, s, fine[:, 1])
    out[:, 2:] = PchipInterpolator(np.interp(t, fine_t, s), points[:, 2:])(at)
    out[0], out[-1] = points[0], points[-1]
    return out


def arclength(xy: Array) -> Array:
    """(n,) distance along a polyline of (n, >=2) points, mm."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy[:, :2], axis=0).T))])


def polyline_length(xy: Array) -> float:
    """Length of a polyline of (n, >=2) points, mm."""
    return float(np.hypot(*np.diff(xy[:, :2], axis=0).T).sum())


def tangents(xy: Array) -> Array:
    """(n, 2) unit tangents of a polyline of (n, 2) points."""
    t = np.gradient(xy, axis=0)
    return np.asarray(t / np.maximum(np.hypot(t[:, 0], t[:, 1]), 1e-12)[:, None])


def _tangents(t: Array, p: Array) -> Array:
    """Catmull-Rom derivatives for uneven knots."""
    d = np.diff(p, axis=0) / np.diff(t)[:, None]
    if len(t) == 2:
        return np.vstack([d[0], d[0]])
    wide = (p[2:] - p[:-2]) / (t[2:] - t[:-2])[:, None]
    inner = d[:-1] + d[1:] - wide
    first = 1.5 * d[0] - 0.5 * inner[0]
    last = 1.5 * d[-1] - 0.5 * inner[-1]
    return np.vstack([first, inner, last])
