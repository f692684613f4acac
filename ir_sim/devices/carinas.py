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
        centre: (m,) complex positions of the authored discs' centres.
        any: Whether there are any discs now.
    """

    def __init__(self, walls: Sequence[Array]) -> None:
        found = [_sharp_corners(line[:, 0] + 1j * line[:, 1]) for line in walls]
        self.centre: Complex = np.concatenate(found) if found else np.zeros(0, np.complex128)
        self._origin = 0j
        self._of = np.full((1, 1), -1, np.int32)  # number of the nearest authored disc
        if len(self.centre):
            self._paint()
        self._at = self._authored = _choice(self.centre, self._of)
        self._shift = (0, 0)  # rows and columns that the map begins before the authored one
        self.any = len(self.centre) > 0
        self._gone = np.zeros(len(self.centre), dtype=bool)
        self._new: Complex = np.zeros(0, np.complex128)
        self._wide, self._border = self._authored, (0, 0)

    def nearest(self, at: Complex) -> Complex:
        """(n,) centre of the nearest disc to each point, not a number where none is near."""
        ny, nx = self._at.shape
        rel = (at - self._origin) * (1.0 / _CELL_MM)
        x = np.minimum(np.maximum(rel.real + self._shift[1], 0.0), nx - 1.0).astype(np.intp)
        y = np.minimum(np.maximum(rel.imag + self._shift[0], 0.0), ny - 1.0).astype(np.intp)
        return np.asarray(self._at.ravel()[y * nx + x])

    def change(self, gone: NDArray[np.bool_], new: Complex) -> None:
        """Some authored discs are no more, and there are others: told anew only near them.

        Args:
            gone: (m,) which of the authored discs are no more.
            new: Discs that are not authored, sorted.
        """
        parts = (
            self.centre[gone != self._gone],
            _missing(new, self._new),
            _missing(self._new, new),
        )
        touched = np.concatenate(parts)
        if not len(touched):
            return
        self._gone, self._new = gone, new
        self.any = len(new) > 0 or not gone.all()
        self._tell(touched)
        as_authored = not gone.any() and not len(new)
        self._at = self._authored if as_authored else self._wide
        self._shift = (0, 0) if as_authored else self._border

    def widen(self, low: complex, high: complex) -> None:
        """Make room for what there may be between two corners, before the first ``change``."""
        ny, nx = self._of.shape
        first, last = self._cell(low), self._cell(high)
        border = (max(-first[0], 0), max(-first[1], 0))
        after = (max(last[0] + 1 - ny, 0), max(last[1] + 1 - nx, 0))
        self._of = np.pad(self._of, tuple(zip(border, after, strict=True)), constant_values=-1)
        self._border, self._wide = border, _choice(self.centre, self._of)

    def _cell(self, at: complex) -> tuple[int, int]:
        """Row and column of a point in the authored map."""
        rel = (at - self._origin) / _CELL_MM
        return int(np.floor(rel.imag)), int(np.floor(rel.real))

    def _tell(self, touched: Complex) -> None:
        """Nearest discs round some that have come or gone."""
        reach = (_NEAR_MM + 2 * _CELL_MM) * (1 + 1j)
        low = complex(touched.real.min(), touched.imag.min()) - reach
        high = complex(touched.real.max(), touched.imag.max()) + reach
        (y0, x0), (y1, x1), (dy, dx) = self._cell(low), self._cell(high), self._border
        ny, nx = self._of.shape
        y0, x0, y1, x1 = max(y0, -dy), max(x0, -dx), min(y1 + 1, ny - dy), min(x1 + 1, nx - dx)
        part = np.s_[y0 + dy : y1 + dy, x0 + dx : x1 + dx]
        x = self._origin.real + _CELL_MM * (np.arange(x0, x1) + 0.5)
        y = self._origin.imag + _CELL_MM * (np.arange(y0, y1) + 0.5)
        of = self._of[part]
        lost = (of >= 0) & np.append(self._gone, False)[of]
        at = np.where(lost, np.nan, _choice(self.centre, of))
        best = np.hypot(x - at.real, y[:, None] - at.imag)
        best[np.isnan(best)] = _NEAR_MM
        low, high = low - reach, high + reach
        for discs, where in ((self.centre[~self._gone], lost), (self._new, np.ones_like(lost))):
            near = (discs.real > low.real) & (discs.real < high.real)
            near &= (discs.imag > low.imag) & (discs.imag < high.imag)
            row, column = where.nonzero()
            if not near.any() or not len(row):
                continue
            some = discs[near]
            d = np.hypot(x[column] - some.real[:, None], y[row] - some.imag[:, None])
            nearest = d.argmin(0)
            d = d.min(0)
            nearer = d < best[row, column]
            row, column = row[nearer], column[nearer]
            best[row, column], at[row, column] = d[nearer], some[nearest[nearer]]
        self._wide[part] = at

    def _paint(self) -> None:
        reach = _NEAR_MM + 2 * _CELL_MM
        low = complex(self.centre.real.min(), self.centre.imag.min()) - reach * (1 + 1j)
        size = complex(self.centre.real.max(), self.centre.imag.max()) + reach * (1 + 1j) - low
        shape = (int(size.imag / _CELL_MM) + 2, int(size.real / _CELL_MM) + 2)
        self._origin, self._of = low, np.full(shape, -1, np.int32)
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
            self._of[part][nearer] = k


def _missing(some: Complex, others: Complex) -> Complex:
    """Those of some discs that are not among others; both in order."""
    if not len(others):
        return some
    at = np.minimum(others.searchsorted(some), len(others) - 1)
    return np.asarray(some[others[at] != some])


def _choice(centre: Complex, of: NDArray[np.int32]) -> Complex:
    """The centres by number, not a number for -1."""
    return np.append(centre, complex(np.nan, np.nan))[of]


def _sharp_corners(ring: Complex) -> Complex:
    """Vertices of a closed polyline at which it turns right by more than the limit."""
    step = np.diff(ring)
    turn = np.angle(step * np.roll(step, 1).conj())
    return np.asarray(ring[:-1][turn < -_SHARP_RAD])
