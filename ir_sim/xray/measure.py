"""Measuring on the picture: ruler, calibration by a catheter, stenosis percent.

Widths are read where a profile across falls to half of its depth, as quantitative angiography
does; the background is the mean of the profile's two ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.device import MM_PER_FRENCH
from ir_sim.xray.pictures import Grey

Array = NDArray[np.float64]

#: Samples per picture element across a profile.
_FINE = 4


@dataclass(frozen=True, eq=False)
class Stenosis:
    """A narrowing along a vessel.

    Attributes:
        at_px: (2,) column and row of the narrowest place.
        least_mm: Diameter there.
        reference_mm: Diameter that the healthy ends suggest there.
        percent: Diameter stenosis.
        diameter_mm: (n,) along the way.
    """

    at_px: tuple[float, float]
    least_mm: float
    reference_mm: float
    percent: float
    diameter_mm: Array


def ruler_mm(first_px: tuple[float, float], second_px: tuple[float, float], mm: float) -> float:
    """Distance between two points of the picture, for a size of the picture element in mm."""
    return float(np.hypot(second_px[0] - first_px[0], second_px[1] - first_px[1]) * mm)


def calibration_mm_per_px(picture: Grey, way_px: Array, french: float) -> float:
    """Size of a picture element from the width of a catheter of known calibre.

    Args:
        picture: Grey levels; the catheter is dark.
        way_px: (n, 2) columns and rows along the catheter.
        french: Its outer diameter.

    Raises:
        ValueError: No catheter is seen there.
    """
    width = float(np.median(widths_px(picture, way_px, 14.0)))
    if not np.isfinite(width) or width <= 0:
        raise ValueError("no catheter is seen along that way")
    return french * MM_PER_FRENCH / width


def stenosis(
    picture: Grey, way_px: Array, mm_per_px: float, reach_px: float | None = None
) -> Stenosis:
    """Diameter stenosis along a way through a filled vessel.

    Args:
        picture: Grey levels of a subtraction picture; the vessel is dark.
        way_px: (n, 2) columns and rows along the vessel, beyond the narrowing at both ends.
        mm_per_px: Size of a picture element.
        reach_px: How far to both sides the profile looks; a fifth of the way's length where None.

    Raises:
        ValueError: No vessel is seen along the way.
    """
    way = _even(np.asarray(way_px, float))
    reach = reach_px if reach_px is not None else max(8.0, 0.2 * len(way))
    width = widths_px(picture, way, reach) * mm_per_px
    if np.isfinite(width).sum() < 5:
        raise ValueError("no vessel is seen along that way")
    index = np.arange(len(width))
    seen = np.isfinite(width)
    width = np.interp(index, index[seen], width[seen])
    smooth = np.convolve(np.pad(width, 2, "edge"), np.ones(5) / 5.0, "valid")
    k = int(np.argmin(smooth))
    ends = max(3, len(smooth) // 5)
    a, b = float(np.median(smooth[:ends])), float(np.median(smooth[-ends:]))
    reference = a + (b - a) * k / max(len(smooth) - 1, 1)
    percent = max(0.0, 100.0 * (1.0 - float(smooth[k]) / reference))
    at = (float(way[k, 0]), float(way[k, 1]))
    return Stenosis(at, float(smooth[k]), reference, percent, smooth)


def widths_px(picture: Grey, way_px: Array, reach_px: float) -> Array:
    """(n,) full width at half depth across each point of a way; NaN where nothing dark lies."""
    way = np.asarray(way_px, float)
    tangent = np.gradient(way, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None] + 1e-12
    offset = np.arange(-reach_px, reach_px + 1e-9, 1.0 / _FINE)
    x = way[:, 0, None] - tangent[:, 1, None] * offset
    y = way[:, 1, None] + tangent[:, 0, None] * offset
    smooth = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.8)
    profile = cv2.remap(
        smooth, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    out = np.full(len(way), np.nan)
    edge = max(2, len(offset) // 10)
    middle = len(offset) // 2
    near = slice(middle - len(offset) // 6, middle + len(offset) // 6 + 1)
    for i, row in enumerate(np.asarray(profile, float)):
        background = 0.5 * (np.median(row[:edge]) + np.median(row[-edge:]))
        lowest = near.start + int(np.argmin(row[near]))
        depth = background - row[lowest]
        if depth < 12.0:
            continue
        half = background - 0.5 * depth
        left, right = lowest, lowest
        while left > 0 and row[left] < half:
            left -= 1
        while right < len(row) - 1 and row[right] < half:
            right += 1
        left_at = left + (row[left] - half) / max(row[left] - row[left + 1], 1e-6)
        right_at = right - (row[right] - half) / max(row[right] - row[right - 1], 1e-6)
        out[i] = (right_at - left_at) / _FINE
    return out


def _even(way: Array) -> Array:
    """A point for every picture element along a way."""
    s = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    u = np.arange(0.0, s[-1], 1.0)
    return np.stack([np.interp(u, s, way[:, k]) for k in (0, 1)], 1)
