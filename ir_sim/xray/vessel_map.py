"""Vessels in the picture: for every picture element the chord through the lumen and whose it is.

Layer 0 is dense: a chord in cm and the index of a centreline sample, so that a frame costs one
look-up and one product. Crossings lie in sparse further layers and add. Where a vessel leaves its
parent or a sibling, the larger chord wins, and beyond the junction the two fade into adding;
otherwise a junction would look twice as dense.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, leaves_at_end
from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.twig_map import THINNEST_PX, lay_twigs
from ir_sim.xray.twigs import Twig

Array = NDArray[np.float64]
#: Flat index, sample and chord of picture elements.
Sparse = tuple[NDArray[np.int64], NDArray[np.uint16], Image]

_LAYERS = 5
#: A vessel seen end-on is at most so many times deeper than wide.
_STEEPEST = 4.0
#: A branch that continues its trunk narrows to its own calibre over so many of the trunk's radii.
_FLARE = 3.0
_CHUNK = 48
#: A chunk sees so many samples beyond its own, and overlaps the next by this share of a sample.
_BESIDE, _SEAM = 8, 0.3
#: Length over which a vessel fades from sharing its parent's chord to adding its own, mm.
_FADE_MM = 10.0


@dataclass(eq=False)
class VesselMap:
    """Chords and owners.

    Attributes:
        chord_cm: (n, n) of layer 0.
        sample: (n, n) index into the tree's sample table, divided by ``stride``.
        crossings: Sparse layers: flat picture index, sample, chord.
        stride: Samples per index (1 unless the case has more than 65,535).
    """

    chord_cm: Image
    sample: NDArray[np.uint16]
    stride: int
    crossings: list[Sparse] = field(default_factory=list)
    _kept: tuple[tuple[int, int, int, int], list[Sparse]] | None = None

    def attenuation(self, per_cm: Image, rows: slice, columns: slice) -> Image:
        """(h, w) line integral for a window, given (65536,) attenuation per cm of each sample."""
        out = cv2.LUT(self.sample[rows, columns], per_cm)
        out = cv2.multiply(out, self.chord_cm[rows, columns], dst=out)
        if self.crossings:
            flat_out = out.reshape(-1)
            for place, sample, chord in self._within(rows, columns):
                flat_out[place] = flat_out[place] + chord * per_cm[sample]
        return out

    def _within(self, rows: slice, columns: slice) -> list[Sparse]:
        """The crossings of a window, by their places in it; kept until the window moves."""
        window = (rows.start, rows.stop, columns.start, columns.stop)
        if self._kept is None or self._kept[0] != window:
            n, h, w = self.chord_cm.shape[1], rows.stop - rows.start, columns.stop - columns.start
            found = []
            for flat, sample, chord in self.crossings:
                y, x = flat // n - rows.start, flat % n - columns.start
                on = (y >= 0) & (y < h) & (x >= 0) & (x < w)
                found.append((y[on] * w + x[on], sample[on], chord[on]))
            self._kept = (window, found)
        return self._kept[1]


@dataclass(frozen=True, eq=False)
class _Spot:
    """Picture elements of one vessel."""

    y: NDArray[np.int64]
    x: NDArray[np.int64]
    sample: NDArray[np.int64]
    chord: Image


def map_vessels(
    tree: VesselTree,
    projection: Projection,
    margin_px: int,
    radius_mm: Array | None = None,
    twigs: Sequence[Twig] = (),
) -> VesselMap:
    """Rasterise the tree.

    Args:
        tree: The vessels.
        projection: Of the picture; the map reaches ``margin_px`` beyond it on every side.
        margin_px: How far.
        radius_mm: (samples,) calibres, the tree's own where None.
        twigs: Fine branches that fill with the ends of vessels.
    """
    n = projection.size_px + 2 * margin_px
    radius = tree.sample_radius_mm if radius_mm is None else np.asarray(radius_mm, float)
    stride = 1 + len(radius) // 65535
    chord: list[Image] = [np.zeros((n, n), np.float32)]
    sample: list[NDArray[np.int32]] = [np.zeros((n, n), np.int32)]
    owner: list[NDArray[np.int16]] = [np.full((n, n), -1, np.int16)]
    at = projection.pixels(tree.sample_xy_mm, tree.sample_z_mm) + margin_px
    kin = [_family(tree, vessel) for vessel in tree.vessels]
    for vessel in tree.vessels:
        rows = slice(int(tree.first[vessel.index]), int(tree.first[vessel.index + 1]))
        step = _step_mm(vessel.xy_mm, vessel.z_mm)
        join = _join_mm(tree, vessel)
        calibre = _flared(tree, vessel, radius)
        for spot in _vessel_spots(at[rows], calibre, step, projection, n):
            _lay(vessel, spot, join, kin[vessel.index], (chord, sample, owner), rows.start)
    across = lay_twigs(twigs, projection, margin_px, chord[0], sample[0], tree.sample_vessel)
    sparse: list[Sparse] = []
    if across is not None and len(across[0]):
        sparse.append((across[0], (across[1] // stride).astype(np.uint16), across[2]))
    for k in range(1, len(chord)):
        flat = np.flatnonzero(chord[k]).astype(np.int64)
        if len(flat):
            index = (sample[k].ravel()[flat] // stride).astype(np.uint16)
            sparse.append((flat, index, chord[k].ravel()[flat]))
    return VesselMap(chord[0], (sample[0] // stride).astype(np.uint16), stride, sparse)


def _flared(tree: VesselTree, vessel: Vessel, radius: Array) -> Array:
    """(n,) calibre of a vessel, opened towards the trunk that it continues.

    A bifurcation narrows smoothly; drawn tubes of two calibres would show a step.
    """
    own = radius[tree.first[vessel.index] : tree.first[vessel.index + 1]]
    if vessel.parent < 0:
        return own
    parent = tree.vessels[vessel.parent]
    if not leaves_at_end(parent, vessel.parent_at_mm):
        return own
    trunk = float(radius[tree.first[vessel.parent + 1] - 1])
    near = np.clip(1.0 - vessel.s_mm / (_FLARE * trunk), 0.0, 1.0) ** 2
    return np.asarray(own + np.maximum(0.95 * trunk - own, 0.0) * near)


def _step_mm(xy_mm: Array, z_mm: Array) -> Array:
    """(n,) length in space per sample."""
    x, y = np.gradient(xy_mm, axis=0).T
    return np.asarray(np.sqrt(x * x + y * y + np.gradient(z_mm) ** 2))


def _join_mm(tree: VesselTree, vessel: Vessel) -> float:
    """Arclength up to which a vessel may share its family's lumen."""
    if vessel.parent < 0:
        return 0.0
    parent = tree.vessels[vessel.parent]
    return 2.0 * parent.radius_at(vessel.parent_at_mm) + 2.0 * vessel.radius_at(0.0)


def _family(tree: VesselTree, vessel: Vessel) -> NDArray[np.bool_]:
    """(vessels,) whose lumen it may share near its ostium: the parent, and siblings beside it.

    A sibling from elsewhere on the same trunk is a stranger that lies in front or behind.
    """
    kin = np.zeros(len(tree.vessels), bool)
    if vessel.parent < 0:
        return kin
    kin[vessel.parent] = True
    trunk = tree.vessels[vessel.parent].radius_at(vessel.parent_at_mm)
    for index in tree.children[vessel.parent]:
        other = tree.vessels[index]
        apart = abs(other.parent_at_mm - vessel.parent_at_mm)
        kin[index] = index != vessel.index and apart <= trunk
    return kin


def _vessel_spots(
    at: Array, radius_mm: Array, step_mm: Array, p: Projection, n: int
) -> list[_Spot]:
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
        return [_Spot(y, x, sample, chord.astype(np.float32))]
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
    for k in range(min(int(rank.max()) + 1, _LAYERS)):
        part = chosen[rank == k]
        spots.append(_Spot(y[part], x[part], sample[part], chord[part].astype(np.float32)))
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


def _lay(
    vessel: Vessel,
    spot: _Spot,
    join_mm: float,
    kin: NDArray[np.bool_],
    layers: tuple[list[Image], list[NDArray[np.int32]], list[NDArray[np.int16]]],
    first: int,
) -> None:
    """Put one vessel's elements into the layers: joining its family, crossing everything else."""
    chords, samples, owners = layers
    y, x, chord = spot.y, spot.x, spot.chord.copy()
    s = vessel.s_mm[spot.sample]
    index = spot.sample + first
    todo = np.ones(len(y), bool)
    for k in range(len(chords)):
        other = owners[k][y, x]
        family = todo & (other >= 0) & kin[other]
        near = family & (s < join_mm)
        wins = near & (chord > chords[k][y, x])
        chords[k][y[wins], x[wins]] = chord[wins]
        samples[k][y[wins], x[wins]] = index[wins]
        owners[k][y[wins], x[wins]] = vessel.index
        todo &= ~near
        beyond = family & ~near
        chord[beyond] *= np.clip((s[beyond] - join_mm) / _FADE_MM, 0.0, 1.0)
    for k in range(_LAYERS):
        if not todo.any():
            return
        if k == len(chords):
            n = chords[0].shape[0]
            chords.append(np.zeros((n, n), np.float32))
            samples.append(np.zeros((n, n), np.int32))
            owners.append(np.full((n, n), -1, np.int16))
        free = todo & (owners[k][y, x] < 0)
        chords[k][y[free], x[free]] = chord[free]
        samples[k][y[free], x[free]] = index[free]
        owners[k][y[free], x[free]] = vessel.index
        todo &= ~free
