"""Points of the plane that stay where they are, sorted so that those in a box are soon found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array

Index = NDArray[np.intp]
Box = tuple[float, float, float, float]


class Places:
    """Points, by their height: a patient is tall, and what is asked for is small.

    Args:
        x: (n,) positions, mm; ``y`` likewise.
        y: See ``x``.
    """

    def __init__(self, x: Array, y: Array) -> None:
        self._order: Index = np.argsort(y, kind="stable")
        self._x, self._y = x[self._order], y[self._order]

    def within(self, box: Box, grow_mm: float = 0.0) -> Index:
        """Points in a box x0, y0, x1, y1 grown on all sides, in ascending order."""
        low, high = self._y.searchsorted((box[1] - grow_mm, box[3] + grow_mm))
        x = self._x[low:high]
        found = self._order[low:high][(x >= box[0] - grow_mm) & (x <= box[2] + grow_mm)]
        found.sort()
        return found


def firsts(other: NDArray[np.bool_]) -> Index:
    """Where runs begin: at 0, and at each further place that is other than the one before it."""
    out = np.empty(len(other) + 1, dtype=bool)
    out[0], out[1:] = True, other
    return out.nonzero()[0]


def lengths(first: Index, total: int) -> Index:
    """(n,) lengths of runs that begin at (n,) places, the last of them up to the end."""
    out = np.empty_like(first)
    np.subtract(first[1:], first[:-1], out=out[:-1])
    out[-1:] = total - first[-1:]
    return out


def grown(box: Box, by_mm: float) -> Box:
    """A box grown on all sides."""
    return box[0] - by_mm, box[1] - by_mm, box[2] + by_mm, box[3] + by_mm
