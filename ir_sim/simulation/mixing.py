"""How contrast looks mixed: what the flow solver keeps apart, eddies and the parabola smear.

The solver's cells know a mean over the cross-section. Seen from the side a front is drawn out over
about the vessel's width, because the middle of the stream runs ahead and jets stir it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree

Array = NDArray[np.float64]

#: A front is drawn out over so many radii to either side (assumed; parabolic flow draws the middle
#: ahead by as much as the mean has gone, and eddies undo a part of it).
_REACH_RADII = 1.6


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

    def smear(self, values: Array) -> Array:
        """(samples,) mixed; never beyond the range of what was there."""
        for _ in range(2):
            running = np.concatenate([[0.0], np.cumsum(values)])
            values = (running[self._high] - running[self._low]) * self._over
        return np.maximum(values, 0.0)
