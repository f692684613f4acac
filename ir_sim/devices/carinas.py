"""Carinas that poke in between two feelers of a link.

Feelers stand 2 mm apart. A flow divider with a rounding of 0.75 mm fits between them, most of all
for a thin wire. So the sharp places of the walls are kept as discs, and every link near one is
compared with it along its whole length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.intp]

#: A wall that turns into the lumen by more than this at one corner is sharp, rad: with walls
#: simplified to 0.02 mm, a radius below about 1.5 mm.
_SHARP_RAD = 0.25
_CELL_MM = 1.0
#: How far from a disc a link's middle may be to be compared with it, mm: half a link, the disc,
#: the device and the feelers' reach.
_NEAR_MM = 6.5


class Carinas:
    """The sharp corners of one layer's walls.

    Args:
        walls: Closed polylines (n, 2) with the lumen on their left.

    Attributes:
        centre: (m,) complex positions of the discs' centres.
    """

    def __init__(self, walls: Sequence[Array]) -> None:
        found = [_sharp_corners(line[:, 0] + 1j * line[:, 1]) for line in walls]
        self.centre: Complex = np.concatenate(found) if found else np.zeros(0, np.complex128)
        self._origin = 0j
        self._nearest = np.full((1, 1), -1, np.int32)
        if len(self.centre):
            self._paint()

    def nearest(self, at: Complex) -> Index:
        """(n,) the nearest disc to each point, -1 where none is near."""
        ny, nx = self._nearest.shape
        rel = (at - self._origin) * (1.0 / _CELL_MM)
        x = np.minimum(np.maximum(rel.real, 0.0), nx - 1.0).astype(np.intp)
        y = np.minimum(np.maximum(rel.imag, 0.0), ny - 1.0).astype(np.intp)
        return np.asarray(self._nearest.ravel()[y * nx + x])

    def _paint(self) -> None:
        reach = _NEAR_MM + 2 * _CELL_MM
        low = complex(self.centre.real.min(), self.centre.imag.min()) - reach * (1 + 1j)
        size = complex(self.centre.real.max(), self.centre.imag.max()) + reach * (1 + 1j) - low
        shape = (int(size.imag / _CELL_MM) + 2, int(size.real / _CELL_MM) + 2)
        self._origin, self._nearest = low, np.full(shape, -1, np.int32)
        best = np.full(shape, _NEAR_MM)
        n = int(reach / _CELL_MM) + 1
        for k, centre in enumerate(self.centre.tolist()):
            rel = (centre - low) / _CELL_MM
            x = np.arange(max(int(rel.real) - n, 0), min(int(rel.real) + n, shape[1] - 1))
            y = np.arange(max(int(rel.imag) - n, 0), min(int(rel.imag) + n, shape[0] - 1))
            d = np.hypot(x[None, :] + 0.5 - rel.real, y[:, None] + 0.5 - rel.imag) * _CELL_MM
            part = np.s_[y[0] : y[-1] + 1, x[0] : x[-1] + 1]
            nearer = d < best[part]
            best[part][nearer] = d[nearer]
            self._nearest[part][nearer] = k


def _sharp_corners(ring: Complex) -> Complex:
    """Vertices of a closed polyline at which it turns right by more than the limit."""
    step = np.diff(ring)
    turn = np.angle(step * np.roll(step, 1).conj())
    return np.asarray(ring[:-1][turn < -_SHARP_RAD])
