"""Walls that follow the calibres of the vessels, a stretch at a time.

Vessels are divided into stretches of a few cross-sections. In a tick at most one of them is laid
anew, so that a tick's price does not depend on how much of the tree goes into spasm: first where a
device lies, and where the walls are furthest behind. Which one it is follows from calibres, walls
and devices alone; so a restored run goes on as if it had never stopped.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.vessel_tree import VesselTree

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Cross-sections of a stretch.
STRETCH = 12
#: Walls follow from this difference on, mm (assumed).
LEAST_MM = 0.02
#: Walls close in on a device by at most this in one tick, mm: it is pushed aside in the next.
CLOSING_MM = 0.2
#: Walls further than this from every joint of the chain do not touch it, mm.
BESIDE_MM = 6.0


class Stretches:
    """The stretches of a tree's vessels.

    Args:
        tree: The vessels.
    """

    def __init__(self, tree: VesselTree) -> None:
        first = [int(at) for at in tree.first]
        starts = [np.arange(a, b, STRETCH) for a, b in pairwise(first)]
        self._at: Complex = tree.sample_xy_mm[:, 0] + 1j * tree.sample_xy_mm[:, 1]
        self._start = np.concatenate(starts)
        self._end = np.append(self._start[1:], first[-1])
        self._middle = self._at[(self._start + self._end - 1) // 2]
        ends = np.stack([self._at[self._start], self._at[self._end - 1]])
        self._half_mm = np.abs(ends - self._middle).max(0)

    def next(self, wanted_mm: Array, laid_mm: Array, nodes: Complex) -> tuple[slice, bool] | None:
        """The stretch whose turn it is.

        Args:
            wanted_mm: (samples,) calibres as radii.
            laid_mm: (samples,) radii of the walls.
            nodes: Joints of the chain of devices; none if nothing is in.

        Returns:
            Its samples, and whether a device lies near it; None if all walls are where they ought
            to be.
        """
        behind = np.maximum.reduceat(np.abs(wanted_mm - laid_mm), self._start)
        late = (behind > LEAST_MM).nonzero()[0]
        if not len(late):
            return None
        widest = np.maximum.reduceat(np.maximum(wanted_mm, laid_mm), self._start)[late]
        near = self._near(late, widest + self._half_mm[late] + BESIDE_MM, nodes)
        if near.any():
            late = late[near]
        turn = late[behind[late].argmax()]
        return slice(int(self._start[turn]), int(self._end[turn])), bool(near.any())

    def _near(self, which: NDArray[np.intp], reach_mm: Array, nodes: Complex) -> NDArray[np.bool_]:
        """Which of some stretches lie within their reach of a joint."""
        middle, near = self._middle[which], np.zeros(len(which), dtype=bool)
        if not len(nodes):
            return near
        most = float(reach_mm.max())
        some = (middle.real > nodes.real.min() - most) & (middle.real < nodes.real.max() + most)
        some &= (middle.imag > nodes.imag.min() - most) & (middle.imag < nodes.imag.max() + most)
        index = some.nonzero()[0]
        gap = np.abs(middle[index, None] - nodes).min(1, initial=np.inf)
        near[index] = gap < reach_mm[index]
        return near

    def beside(
        self, samples: NDArray[np.intp], radius_mm: Array, nodes: Complex
    ) -> NDArray[np.bool_]:
        """Which of some samples with their (samples,) radii a device may lie in or beside."""
        gap = np.abs(self._at[samples, None] - nodes).min(1, initial=np.inf)
        return np.asarray(gap < radius_mm[samples] + BESIDE_MM)
