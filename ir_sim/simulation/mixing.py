"""How contrast looks mixed: what the flow solver keeps apart, eddies and the parabola smear.

The solver's cells know a mean over the cross-section. Seen from the side a front is drawn out over
about the vessel's width, because the middle of the stream runs ahead and jets stir it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.anatomy.vessel_tree import leaves_at_end

Array = NDArray[np.float64]

#: A front is drawn out over so many radii to either side (assumed; parabolic flow draws the middle
#: ahead by as much as the mean has gone, and eddies undo a part of it).
_REACH_RADII = 1.6
#: So far into a branch, in its radii, eddies of the trunk stir (assumed): contrast that is washed
#: back to an ostium does not end there as if cut.
_STIRRED_RADII = 1.2


@dataclass(frozen=True, eq=False)
class _Fork:
    """Where vessels continue the end of another: what is in one does not end as if cut there.

    Attributes:
        trunk: Sample of the trunk that eddies of the fork no longer reach; ``arms`` of the others.
        near: Samples that they reach, and ``share`` of what all have in common there.
    """

    trunk: int
    arms: NDArray[np.int64]
    near: NDArray[np.int64]
    share: Array


class Mixing:
    """Smears an array of samples along each vessel; twice a moving mean, so that edges are soft.

    Args:
        tree: The vessels.
    """

    def __init__(self, tree: VesselTree) -> None:
        count = len(tree.sample_radius_mm)
        spacing = np.ones(count)
        for vessel in tree.vessels:
            low, high = tree.first[vessel.index : vessel.index + 2]
            spacing[low:high] = np.maximum(np.gradient(vessel.s_mm), 1e-3)
        reach = np.round(_REACH_RADII * tree.sample_radius_mm / spacing).astype(np.int64)
        at = np.arange(count)
        first = np.asarray(tree.first)[tree.sample_vessel]
        last = np.asarray(tree.first)[tree.sample_vessel + 1] - 1
        # symmetric about the sample, so that a front does not move
        reach = np.minimum(reach, np.minimum(at - first, last - at))
        self._low, self._high = at - reach, at + reach + 1
        self._over = 1.0 / (self._high - self._low)
        self._ostium, self._trunk, self._own = _ostia(tree)
        self._forks = list(_forks(tree))

    def smear(self, values: Array) -> Array:
        """(samples,) mixed; never beyond the range of what was there."""
        for _ in range(2):
            running = np.concatenate([[0.0], np.cumsum(values)])
            values = (running[self._high] - running[self._low]) * self._over
        values = np.maximum(values, 0.0)
        own, trunk = values[self._ostium], values[self._trunk]
        values[self._ostium] = trunk + self._own * (own - trunk)
        for fork in self._forks:
            middle = 0.5 * values[fork.trunk] + 0.5 * values[fork.arms].mean()
            values[fork.near] += fork.share * (middle - values[fork.near])
        return values


def _forks(tree: VesselTree) -> Iterator[_Fork]:
    for trunk in tree.vessels:
        kids = [tree.vessels[k] for k in tree.children[trunk.index]]
        arms = [v for v in kids if leaves_at_end(trunk, v.parent_at_mm)]
        if not arms:
            continue
        far, near, share = [], [], []
        for vessel in (trunk, *arms):
            away = trunk.length_mm - trunk.s_mm if vessel is trunk else vessel.s_mm
            at = trunk.length_mm if vessel is trunk else 0.0
            reach = 1.5 * _STIRRED_RADII * vessel.radius_at(at)
            reach = min(reach, 0.5 * vessel.length_mm)
            inside = np.flatnonzero(away < reach)
            u = np.clip(1.0 - away[inside] / max(reach, 1e-6), 0.0, 1.0)
            first = int(tree.first[vessel.index])
            far.append(first + int(np.argmin(np.abs(away - reach))))
            near.append(first + inside)
            share.append(u * u * (3.0 - 2.0 * u))
        yield _Fork(far[0], np.array(far[1:]), np.concatenate(near), np.concatenate(share))


def _ostia(tree: VesselTree) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Samples at the beginning of branches, the trunk's sample there, and how much is their own."""
    here, there, share = [], [], []
    for vessel in tree.vessels:
        if vessel.parent < 0:
            continue
        trunk = tree.vessels[vessel.parent]
        if leaves_at_end(trunk, vessel.parent_at_mm):
            continue
        reach = _STIRRED_RADII * vessel.radius_at(0.0)
        at = int(tree.first[trunk.index]) + int(np.argmin(np.abs(trunk.s_mm - vessel.parent_at_mm)))
        s = vessel.s_mm
        near = np.flatnonzero((s >= 0.0) & (s < reach))
        u = (s[near] + 0.5) / (reach + 0.5)
        here.append(int(tree.first[vessel.index]) + near)
        there.append(np.full(len(near), at))
        share.append(u * u * (3.0 - 2.0 * u))
    if not here:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(here), np.concatenate(there), np.concatenate(share)
