"""The picture elements that one vessel covers, with the chord through it and its nearest sample."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.twig_map import THINNEST_PX

Array = NDArray[np.float64]

#: Passages of one vessel over itself that are told apart.
MOST_PASSAGES = 5
#: A vessel seen end-on is at most so many times deeper than wide.
_STEEPEST = 4.0
_CHUNK = 48
#: A chunk sees so many samples beyond its own, and overlaps the next by this share of a sample.
_BESIDE, _SEAM = 8, 0.3


@dataclass(frozen=True, eq=False)
class Spot:
    """Picture elements of one vessel."""

    y: NDArray[np.int64]
    x: NDArray[np.int64]
    sample: NDArray[np.int64]
    chord: Image


def vessel_spots(at: Array, radius_mm: Array, step_mm: Array, p: Projection, n: int) -> list[Spot]:
    """All picture elements of one vessel, piecewise so that bounding boxes stay small.

    The first spot is the vessel; further ones are the parts with which it crosses itself.
    """
    parts = []
    r_px = radius_mm / p.mm_per_px
    for lo in range(0, len(at) - 1, _CHUNK):
        hi = min(lo + _CHUNK, len(at) - 1)
        reach = slice(max(lo - _BESIDE, 0), min(hi + _BESIDE + 1, len(at)))
        first = reach.start
        own = (
            lo - first - (_SEAM if lo else 1.0),
            hi - first + (_SEAM if hi < len(at) - 1 else 1.0),
        )
        part = _chunk_spot(at[reach], r_px[reach], step_mm[reach], p, n, own)
        if part is not None:
            part[2][:] += first
            parts.append(part)
    if not parts:
        return []
    y, x, sample, chord = (np.concatenate(q) for q in zip(*parts, strict=True))
    if len(parts) == 1:
        return [Spot(y, x, sample, chord.astype(np.float32))]
    # where two chunks meet both claim the cap between them: keep the larger chord once; claims
    # from far along the vessel are another passage of it, in front or behind
    flat = y * n + x
    order = np.lexsort((sample, flat))
    new_px = np.r_[True, np.diff(flat[order]) != 0]
    apart = np.r_[True, np.diff(sample[order]) > 2.0 * float(radius_mm.max()) + 6.0]
    passage = np.cumsum(new_px | apart) - 1
    rank = passage - np.maximum.accumulate(np.where(new_px, passage, 0))
    best = np.lexsort((-chord[order], passage))
    keep = best[np.r_[True, np.diff(passage[best]) != 0]]
    chosen, rank = order[keep], rank[keep]
    spots = []
    for k in range(min(int(rank.max()) + 1, MOST_PASSAGES)):
        part = chosen[rank == k]
        spots.append(Spot(y[part], x[part], sample[part], chord[part].astype(np.float32)))
    return spots


def _chunk_spot(
    at: Array, r_px: Array, step_mm: Array, p: Projection, n: int, own: tuple[float, float]
) -> tuple[NDArray[np.int64], ...] | None:
    """Picture elements whose foot on the centreline lies among the samples ``own``."""
    wide = np.maximum(r_px, THINNEST_PX)
    low = np.floor((at - wide[:, None]).min(0)).astype(int) - 1
    high = np.ceil((at + wide[:, None]).max(0)).astype(int) + 2
    low, high = np.maximum(low, 0), np.minimum(high, n)
    if (high - low < 2).any():
        return None
    step = np.hypot(*np.diff(at, axis=0).T)
    s = np.concatenate([[0.0], np.cumsum(step)])
    if s[-1] < 1e-3:  # seen end-on
        at, s = at + np.linspace(0, 0.01, len(at))[:, None], np.linspace(0, 0.0141, len(at))
    u = np.linspace(0.0, s[-1], max(2, int(s[-1] / 0.7) + 2))
    k = np.interp(u, s, np.arange(len(s)))
    fine = np.stack([np.interp(u, s, at[:, 0]), np.interp(u, s, at[:, 1])], 1)
    tangent = np.gradient(fine, u, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None] + 1e-12
    pixel = np.round(fine).astype(int) - low
    size = high - low
    inside = ((pixel >= 0) & (pixel < size)).all(1)
    if not inside.any():
        return None
    owner = np.full((size[1], size[0]), -1, np.int32)
    owner[pixel[inside, 1], pixel[inside, 0]] = np.flatnonzero(inside)
    far, label = cv2.distanceTransformWithLabels(
        (owner < 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    seeds = owner >= 0
    table = np.zeros(int(label.max()) + 1, np.int64)
    table[label[seeds]] = owner[seeds]
    y, x = np.nonzero(far < wide.max() + 1.5)
    c = table[label[y, x]]
    ex, ey = x + low[0] - fine[c, 0], y + low[1] - fine[c, 1]
    along = ex * tangent[c, 0] + ey * tangent[c, 1]
    aside = ex * tangent[c, 1] - ey * tangent[c, 0]
    start, end = np.maximum(-along, 0.0) * (c == 0), np.maximum(along, 0.0) * (c == len(fine) - 1)
    over = 2.0 * (start + end)
    # labels far from the centreline are off by elements: the foot of the perpendicular is not
    k_at = np.interp(_foot(u, tangent, c, along, aside), u, k)
    real = np.interp(k_at, np.arange(len(r_px)), r_px)
    drawn = np.maximum(real, THINNEST_PX)
    squared = drawn**2 - aside**2 - over**2
    keep = (squared > 0) & (k_at >= own[0]) & (k_at <= own[1])
    steep = _foreshortening(at, step_mm, p.mm_per_px)[np.round(k_at[keep]).astype(int)]
    ratio = (real[keep] / drawn[keep]) ** 2
    chord = 2.0 * np.sqrt(squared[keep]) * ratio * steep * p.mm_per_px * 0.1
    return (
        y[keep] + int(low[1]),
        x[keep] + int(low[0]),
        _dithered(k_at[keep], x[keep] + low[0], y[keep] + low[1], len(r_px) - 1),
        chord,
    )


def _dithered(k: Array, x: NDArray[np.int64], y: NDArray[np.int64], last: int) -> NDArray[np.int64]:
    """Whole samples for fractions of them, mixed by place: a front shows no bands.

    The threshold is Jimenez' interleaved gradient noise (SIGGRAPH 2014 course), even over any few
    elements; the detector's blur makes the mean of it.
    """
    threshold = (52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1.0)) % 1.0
    return np.clip(np.floor(k + threshold), 0, last).astype(np.int64)


def _foot(u: Array, tangent: Array, c: NDArray[np.int64], along: Array, aside: Array) -> Array:
    """(m,) arclength in elements where each element's perpendicular meets the centreline.

    Args:
        u: (f,) arclength of the centreline's points.
        tangent: (f, 2) of the centreline.
        c: (m,) nearest of the points, roughly.
        along: (m,) offset from it along its tangent.
        aside: (m,) offset across.
    """
    turn = np.gradient(np.unwrap(np.arctan2(tangent[:, 1], tangent[:, 0])), u)
    stretch = np.clip(1.0 + turn[c] * aside, 0.4, 2.5)
    return np.clip(u[c] + along / stretch, 0.0, u[-1])


def _foreshortening(at: Array, step_mm: Array, mm_per_px: float) -> Array:
    """(m,) 1 / cos of the angle between a vessel and the picture's plane."""
    flat = np.hypot(*np.gradient(at, axis=0).T) * mm_per_px
    return np.asarray(np.clip(step_mm / np.maximum(flat, 1e-6), 1.0, _STEEPEST))
