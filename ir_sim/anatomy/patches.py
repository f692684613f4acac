"""Which part of a layer's outline is laid anew, and what of the authored outline stays.

The plane is divided into squares. A square is *open* while some cross-section that may show in it
has another radius than was authored; the authored walls are cut out of the open squares. Which
squares are open follows from the radii alone.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.places import Box, Index
from ir_sim.anatomy.tubes import Mask

Wall = tuple[float, float, float, float]

#: Side of a square, mm.
SQUARE_MM = 4.0
#: New walls reach so far out of the open squares, mm: no gap where they differ by a hair.
OVERLAP_MM = 0.1


class Patches:
    """The open squares of a layer and its authored walls.

    Args:
        walls: (n, 4) authored walls x0, y0, x1, y1.
        box: x0, y0, x1, y1 of all that there may be, mm.

    Attributes:
        open: (ny, nx) how many cross-sections keep each square open.
        kept: For each authored wall that was cut what is left of it; the others are whole.
    """

    def __init__(self, walls: Array, box: Box) -> None:
        self._walls = walls
        self._low = np.minimum(walls[:, :2], walls[:, 2:])
        self._high = np.maximum(walls[:, :2], walls[:, 2:])
        self._origin = np.floor(np.array(box[:2]) / SQUARE_MM) * SQUARE_MM
        self._corner: tuple[float, float] = tuple(self._origin.tolist())
        size = np.ceil((np.array(box[2:]) - self._origin) / SQUARE_MM).astype(int) + 1
        self.open: NDArray[np.int32] = np.zeros((size[1], size[0]), np.int32)
        self.kept: dict[int, tuple[Wall, ...]] = {}
        self._cuts: dict[int, list[tuple[float, float, int, int]]] = {}

    @property
    def bounds(self) -> tuple[complex, complex]:
        """Lower left and upper right corner of all that there may be, mm."""
        size = SQUARE_MM * np.array(self.open.shape[::-1])
        low, high = self._origin.tolist(), (self._origin + size).tolist()
        return complex(*low), complex(*high)

    def _squares(self, x: Array, y: Array) -> tuple[Index, Index]:
        """Rows and columns of points, those outside at the border."""
        ny, nx = self.open.shape
        column = ((x - self._origin[0]) / SQUARE_MM).astype(np.intp)
        row = ((y - self._origin[1]) / SQUARE_MM).astype(np.intp)
        return np.minimum(np.maximum(row, 0), ny - 1), np.minimum(np.maximum(column, 0), nx - 1)

    def change(self, gone: Array, new: Array) -> Box | None:
        """Close squares and open others.

        Args:
            gone: (n, 4) boxes of the cross-sections that kept squares open and are another now.
            new: (m, 4) boxes of those that keep squares open from now on.

        Returns:
            A box that holds all squares that were opened or closed; None if there are none.
        """
        both = np.concatenate([gone, new])
        if not len(both):
            return None
        low_y, low_x = self._squares(both[:, 0], both[:, 1])
        high_y, high_x = self._squares(both[:, 2], both[:, 3])
        squares = np.stack([low_y, high_y, low_x, high_x], 1)
        n = len(gone)
        if n == len(new):  # those that keep the squares that they kept cost nothing
            other = (squares[:n] != squares[n:]).any(1)
            if not other.any():
                return None
            squares = squares[np.concatenate([other, other])]
            n = len(squares) // 2
        y0, x0 = squares[:, 0].min(), squares[:, 2].min()
        y1, x1 = squares[:, 1].max() + 1, squares[:, 3].max() + 1
        part = self.open[y0:y1, x0:x1]
        was = part > 0
        for i, (a, b, c, d) in enumerate(squares.tolist()):
            self.open[a : b + 1, c : d + 1] += 1 if i >= n else -1
        turned = np.argwhere(was != (part > 0))
        if not len(turned):
            return None
        low = self._origin + SQUARE_MM * (turned.min(0)[::-1] + np.array([x0, y0]))
        high = self._origin + SQUARE_MM * (turned.max(0)[::-1] + np.array([x0 + 1, y0 + 1]))
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def are_open(self, boxes: Array) -> Mask:
        """Which of (n, 4) boxes x0, y0, x1, y1 come into open squares, or within the overlap."""
        low_y, low_x = self._squares(boxes[:, 0] - OVERLAP_MM, boxes[:, 1] - OVERLAP_MM)
        high_y, high_x = self._squares(boxes[:, 2] + OVERLAP_MM, boxes[:, 3] + OVERLAP_MM)
        y0, x0 = low_y.min(initial=len(self.open)), low_x.min(initial=self.open.shape[1])
        part = self.open[y0 : high_y.max(initial=0) + 1, x0 : high_x.max(initial=0) + 1] > 0
        count = np.zeros((part.shape[0] + 1, part.shape[1] + 1), np.intp)
        count[1:, 1:] = part.cumsum(0).cumsum(1)
        a, b, c, d = low_y - y0, high_y + 1 - y0, low_x - x0, high_x + 1 - x0
        return np.asarray(count[b, d] - count[a, d] - count[b, c] + count[a, c] > 0)

    def left(self) -> list[Wall]:
        """What is left of all authored walls."""
        whole = [tuple(wall) for wall in self._walls.tolist()]
        return [left for i, wall in enumerate(whole) for left in self.kept.get(i, (wall,))]

    def cut_in(self, box: Box) -> tuple[set[Wall], set[Wall]]:
        """Cut the authored walls that come into a box anew: what is gone, and what is new."""
        low, high = self._low, self._high
        near = (low[:, 0] <= box[2]) & (high[:, 0] >= box[0])
        near &= (low[:, 1] <= box[3]) & (high[:, 1] >= box[1])
        gone: set[Wall] = set()
        new: set[Wall] = set()
        for i in near.nonzero()[0].tolist():
            whole: Wall = tuple(self._walls[i].tolist())
            was, now = self.kept.get(i, (whole,)), self._left_of(i, whole)
            if was != now:
                gone.update(was)
                new.update(now)
                self.kept[i] = now
                if now == (whole,):
                    del self.kept[i]
        return gone - new, new - gone

    def _left_of(self, i: int, wall: Wall) -> tuple[Wall, ...]:
        """What of an authored wall lies in closed squares."""
        cuts = self._cuts.get(i)
        if cuts is None:
            cuts = self._cuts[i] = self._cut(wall)
        closed = [self.open[row, column] == 0 for _, _, row, column in cuts]
        if all(closed):
            return (wall,)
        x, y, dx, dy = wall[0], wall[1], wall[2] - wall[0], wall[3] - wall[1]
        left: list[Wall] = []
        begin: float | None = None
        for (a, b, _, _), stays in zip(cuts, closed, strict=True):
            begin = a if stays and begin is None else begin
            if begin is not None and (not stays or b == 1.0):
                end = b if stays else a
                left.append((x + begin * dx, y + begin * dy, x + end * dx, y + end * dy))
                begin = None
        return tuple(left)

    def _cut(self, wall: Wall) -> list[tuple[float, float, int, int]]:
        """The squares that a wall goes through: from and to which share of it, row, column."""
        shares = {0.0, 1.0}
        for axis in (0, 1):
            a, b = ((wall[axis + end] - self._corner[axis]) / SQUARE_MM for end in (0, 2))
            for line in range(math.floor(min(a, b)) + 1, math.floor(max(a, b)) + 1):
                shares.add((line - a) / (b - a))
        cuts = sorted(t for t in shares if 0.0 <= t <= 1.0)
        return [(a, b, *self._square(wall, 0.5 * (b + a))) for a, b in pairwise(cuts)]

    def _square(self, wall: Wall, share: float) -> tuple[int, int]:
        """Row and column of a place on a wall."""
        ny, nx = self.open.shape
        x, y = self._corner
        column = int((wall[0] + share * (wall[2] - wall[0]) - x) / SQUARE_MM)
        row = int((wall[1] + share * (wall[3] - wall[1]) - y) / SQUARE_MM)
        return min(max(row, 0), ny - 1), min(max(column, 0), nx - 1)
