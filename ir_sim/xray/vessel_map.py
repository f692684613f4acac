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
from ir_sim.xray.twig_map import lay_twigs
from ir_sim.xray.twigs import Twig
from ir_sim.xray.vessel_spots import MOST_PASSAGES, Spot, vessel_spots

Array = NDArray[np.float64]
#: Flat index, sample and chord of picture elements.
Sparse = tuple[NDArray[np.int64], NDArray[np.uint16], Image]

#: A branch that continues its trunk narrows to its own calibre over so many of the trunk's radii.
_FLARE = 3.0
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
        for spot in vessel_spots(at[rows], calibre, step, projection, n):
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


def _lay(
    vessel: Vessel,
    spot: Spot,
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
    for k in range(MOST_PASSAGES):
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
