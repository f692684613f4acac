"""Where the sides of a layer's tubes are walls, and where two of them meet in a carina.

The lumen grown by the walls' radius is the union of the tubes grown by it (growing what was closed
by a disc gives what was grown). So its outline is made of the grown tubes' sides, each as far as it
lies in no other tube; where it runs into another one, a carina stands.

The sides are cut into *strips* of a few pieces. What a strip holds follows from the radii near it
alone, bit for bit, whichever strips are asked for with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ir_sim.anatomy.cover import Beside, Cover
from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.places import Box, Index, firsts
from ir_sim.anatomy.tubes import Mask, Tubes

#: A wall that turns into the lumen by more than this at one corner is sharp, rad: with walls
#: simplified to 0.02 mm, a radius below about 1.5 mm.
SHARP_RAD = 0.25
#: Corners of a ring that make a strip.
STRIP = 8
SIMPLIFY_MM = 0.02
#: How often the place where a side runs into a tube is bettered, by false position.
_ROUNDS = 3
_SHARP_COS = float(np.cos(SHARP_RAD))


@dataclass(frozen=True)
class Strip:
    """What is wall of a strip of a side.

    Attributes:
        walls: (n, 4) segments x0, y0, x1, y1, the lumen on their left.
        carinas: (m, 6) x, y and the two walls' unit normals into the lumen.
    """

    walls: Array
    carinas: Array


class Sides:
    """The sides of a layer's tubes.

    Args:
        tubes: The tubes.
        radius_mm: (nodes,) radii.

    Attributes:
        x: (corners,) positions; ``y`` likewise.
        strip: (corners,) number of each corner's strip.
        length_mm: (corners,) length of the piece from each corner to the next.
    """

    def __init__(self, tubes: Tubes, radius_mm: Array) -> None:
        self.tubes, self._radius = tubes, radius_mm
        corners = np.arange(len(tubes.corner_node))
        self.x, self.y = tubes.corners(corners, radius_mm)
        starts = tubes.ring_place % STRIP == 0
        self.strip: Index = np.cumsum(starts) - 1
        self._start = np.append(np.flatnonzero(starts), len(corners))
        self._depth = np.zeros(len(corners))
        self.length_mm = np.zeros(len(corners))
        self._measure(corners)

    def moved(self, nodes: Index, radius_mm: Array) -> Index:
        """Take up new radii of some nodes and their neighbours; returns the corners that moved."""
        self._radius = radius_mm
        corners = self.tubes.corners_of(nodes)
        self.x[corners], self.y[corners] = self.tubes.corners(corners, radius_mm)
        self._measure(corners)
        self._measure(self.tubes.before[corners])
        return corners

    def _measure(self, corners: Index) -> None:
        after = self.tubes.following[corners]
        dx, dy = self.x[after] - self.x[corners], self.y[after] - self.y[corners]
        self.length_mm[corners] = np.sqrt(dx * dx + dy * dy)

    def strips_of(self, corners: Index) -> Index:
        """Strips that hold something of corners."""
        found = np.zeros(len(self._start) - 1, dtype=bool)
        found[self.strip[corners]] = True
        found[self.strip[self.tubes.before[corners]]] = True
        return np.asarray(found.nonzero()[0])

    def corners_in(self, box: Box) -> Index:
        """Corners in a box."""
        some = self.tubes.corners_near(box, self._radius)
        x, y = self.x[some], self.y[some]
        inside = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])
        return np.asarray(some[inside])

    def lay(self, strips: Index, radius_mm: Array) -> dict[int, Strip]:
        """What is wall of some strips, by the radii of all nodes."""
        if not len(strips):
            return {}
        tubes = self.tubes
        lengths = self._start[strips + 1] - self._start[strips]
        offset = np.repeat(self._start[strips] - (lengths.cumsum() - lengths), lengths)
        piece = np.arange(len(offset)) + offset
        after, before = tubes.following[piece], tubes.before[piece]
        seen = np.zeros(len(self.x), dtype=bool)
        seen[piece] = seen[after] = seen[before] = True
        corners = seen.nonzero()[0]
        x, y = self.x[corners], self.y[corners]
        node = tubes.corner_node[corners]
        strip = self.strip[corners]
        groups = firsts(strip[1:] != strip[:-1])
        found = Beside(tubes, radius_mm, (x, y, x, y), (node, node), groups).cover(x, y)
        self._depth[corners] = found.depth_mm
        free, free_after = self._depth[piece] <= 0.0, self._depth[after] <= 0.0
        x0, y0, x1, y1 = self.x[piece], self.y[piece], self.x[after], self.y[after]
        cut = (free != free_after).nonzero()[0]
        plain = (self._depth[before] <= 0.0) & free & free_after
        carinas = [self._bends(piece, before, after, plain)]
        owner = [self.strip[piece[carinas[0][1]]]]
        if len(cut):
            at_x, at_y, cut_by = self._cut(piece[cut], after[cut], radius_mm)
            begins = free[cut]
            x1[cut[begins]], y1[cut[begins]] = at_x[begins], at_y[begins]
            x0[cut[~begins]], y0[cut[~begins]] = at_x[~begins], at_y[~begins]
            met = self._meetings(piece[cut], after[cut], at_x, at_y, cut_by)
            carinas.append(met)
            owner.append(self.strip[piece[cut][met[1]]])
        kept = (free | free_after) & ((x0 != x1) | (y0 != y1))
        rows = np.concatenate([found for found, _ in carinas])
        walls, of_wall = self._simple(
            np.stack([x0, y0, x1, y1], 1)[kept], self.strip[piece[kept]], piece[kept]
        )
        return _by_strip(strips, walls, of_wall, rows, np.concatenate(owner))

    def _cut(self, a: Index, b: Index, radius_mm: Array) -> tuple[Array, Array, Cover]:
        """Where pieces from corners ``a`` to ``b`` run into a tube or out of it."""
        tubes = self.tubes
        xa, ya, xb, yb = self.x[a], self.y[a], self.x[b], self.y[b]
        nodes = (tubes.corner_node[a], tubes.corner_node[b])
        boxes = (np.minimum(xa, xb), np.minimum(ya, yb), np.maximum(xa, xb), np.maximum(ya, yb))
        beside = Beside(tubes, radius_mm, boxes, nodes, np.arange(len(a)))
        low, high = np.zeros(len(a)), np.ones(len(a))
        at_low, at_high = self._depth[a], self._depth[b]
        for _ in range(_ROUNDS):
            t = low - (high - low) * at_low / (at_high - at_low)
            x, y = xa + t * (xb - xa), ya + t * (yb - ya)
            found = beside.cover(x, y)
            same = (found.depth_mm > 0.0) == (at_low > 0.0)
            low, high = np.where(same, t, low), np.where(same, high, t)
            at_low = np.where(same, found.depth_mm, at_low)
            at_high = np.where(same, at_high, found.depth_mm)
        return x, y, found

    def _meetings(self, a: Index, b: Index, x: Array, y: Array, by: Cover) -> tuple[Array, Index]:
        """Sharp meetings of a side with a tube: carinas (m, 6), and which of the pieces they end.

        Both sides meet there: the one that is told is that of the later tube.
        """
        run = self.tubes.run[self.tubes.corner_node[a]]
        dx, dy = _unit(self.x[b] - self.x[a], self.y[b] - self.y[a])
        nx, ny = _unit(by.x - x, by.y - y)
        told = (run >= by.run) & (nx * -dy + ny * dx < _SHARP_COS)
        rows = np.stack([x, y, -dy, dx, nx, ny], 1)[told]
        return rows, told.nonzero()[0]

    def _bends(self, piece: Index, before: Index, after: Index, free: Mask) -> tuple[Array, Index]:
        """Sharp bends of a side itself, likewise; at the first corner of a piece that is free."""
        x, y = self.x[piece], self.y[piece]
        ax, ay = _unit(x - self.x[before], y - self.y[before])
        bx, by = _unit(self.x[after] - x, self.y[after] - y)
        told = free & (ax * by - ay * bx < 0.0) & (ax * bx + ay * by < _SHARP_COS)
        return np.stack([x, y, -ay, ax, -by, bx], 1)[told], told.nonzero()[0]

    @staticmethod
    def _simple(walls: Array, strip: Index, piece: Index) -> tuple[Array, Index]:
        """Walls of strips with fewer corners, at most ``SIMPLIFY_MM`` away."""
        if not len(walls):
            return walls, strip
        joined = (walls[1:, :2] == walls[:-1, 2:]).all(1) & (strip[1:] == strip[:-1])
        joined &= piece[1:] == piece[:-1] + 1
        chain = np.concatenate([[0], np.cumsum(~joined)])
        last = np.append(~joined, True).nonzero()[0]
        place = np.arange(len(walls)) + chain
        xy = np.empty((len(walls) + len(last), 2))
        of = np.empty(len(xy), np.intp)
        xy[place], of[place] = walls[:, :2], chain
        xy[place[last] + 1], of[place[last] + 1] = walls[last, 2:], chain[last]
        lines = shapely.simplify(shapely.linestrings(xy, indices=of), SIMPLIFY_MM)
        xy, of = shapely.get_coordinates(lines, return_index=True)
        inner = of[1:] == of[:-1]
        return np.hstack([xy[:-1], xy[1:]])[inner], strip[last][of[:-1][inner]]


def _unit(x: Array, y: Array) -> tuple[Array, Array]:
    length = np.maximum(np.sqrt(x * x + y * y), 1e-12)
    return x / length, y / length


def _by_strip(
    strips: Index, walls: Array, of_wall: Index, carinas: Array, of_carina: Index
) -> dict[int, Strip]:
    """Rows sorted by the strip that they belong to; within it, carinas by their place."""
    order = np.lexsort((carinas[:, 1], carinas[:, 0], of_carina))
    carinas, of_carina = carinas[order], of_carina[order]
    w0, w1 = of_wall.searchsorted(strips), of_wall.searchsorted(strips, "right")
    c0, c1 = of_carina.searchsorted(strips), of_carina.searchsorted(strips, "right")
    bounds = zip(strips.tolist(), w0.tolist(), w1.tolist(), c0.tolist(), c1.tolist(), strict=True)
    return {s: Strip(walls[a:b], carinas[c:d]) for s, a, b, c, d in bounds}
