"""How deep places on the sides of tubes lie in other tubes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.lumen_layer import WALL_RADIUS_MM
from ir_sim.anatomy.places import Index, firsts, lengths
from ir_sim.anatomy.tubes import Mask, Tubes

#: A side is swallowed by a later tube from this depth on, mm: of two sides that coincide one stays.
_LATER_MM = 0.03
#: And by cross-sections of its own tube (tight bends) from this depth on, mm.
_OWN_MM = 0.02
#: How far outside a tube its depth is told, mm.
_KNOWN_MM = 1.0
#: No place on a cone with this depth is further from the discs at its ends, mm.
_BETWEEN_MM = 1.5


@dataclass(frozen=True)
class Cover:
    """How deep points lie in tubes grown by the walls' radius, other than their own.

    Attributes:
        depth_mm: (n,) positive where a wall there would stand in another tube; at least
            ``-1``.
        run: (n,) the run that is deepest, -1 if none is near.
        x: (n,) nearest point of that run's axis; ``y`` likewise.
    """

    depth_mm: Array
    run: Index
    x: Array
    y: Array


class Beside:
    """The tubes beside points of sides, which may lie in them.

    Args:
        tubes: The tubes.
        radius_mm: (nodes,) radii.
        boxes: Four of (n,): x0, y0, x1, y1 in which each point will be, mm.
        nodes: Two of (n,): the nodes that each point lies between.
        groups: Where groups of points begin that are close together and of one run.
    """

    def __init__(
        self,
        tubes: Tubes,
        radius_mm: Array,
        boxes: tuple[Array, Array, Array, Array],
        nodes: tuple[Index, Index],
        groups: Index,
    ) -> None:
        self._tubes, self._radius = tubes, radius_mm
        self._run = run = tubes.run[nodes[0]]
        low_x, low_y = (np.minimum.reduceat(some, groups) for some in boxes[:2])
        high_x, high_y = (np.maximum.reduceat(some, groups) for some in boxes[2:])
        box = (float(low_x.min()), float(low_y.min()), float(high_x.max()), float(high_y.max()))
        grow = WALL_RADIUS_MM + _KNOWN_MM + _BETWEEN_MM
        near = tubes.nodes_near(box, radius_mm, grow)
        reach, of = radius_mm[near] + grow, tubes.run[near]
        x, y = tubes.x[near], tubes.y[near]
        beside = (x + reach > low_x[:, None]) & (x - reach < high_x[:, None])
        beside &= (y + reach > low_y[:, None]) & (y - reach < high_y[:, None])
        own = of == run[groups][:, None]
        own &= beside
        # the cones on both sides of a node that is near, each once
        step = np.zeros(len(near), dtype=bool)
        step[:-1] = (near[1:] == near[:-1] + 1) & (of[1:] == of[:-1])
        other = beside ^ own
        other[:, :-1] |= other[:, 1:]
        other &= step
        self._point, at = pairs(other, groups, len(run))
        self._cone = near[at]
        self._own_point, at = pairs(own, groups, len(run))
        node = near[at]
        far = np.abs(node - nodes[0][self._own_point]) >= 2
        far &= np.abs(node - nodes[1][self._own_point]) >= 2
        self._own_point, self._own_node = self._own_point[far], node[far]

    def cover(self, x: Array, y: Array) -> Cover:
        """How deep (n,) points lie in other tubes, or in far cross-sections of their own."""
        out, deepest = np.full(len(x), -_KNOWN_MM), np.full(len(x), -1)
        found = Cover(out, deepest, x.copy(), y.copy())
        if len(self._point):
            self._in_others(x, y, found)
        if len(self._own_point):
            self._in_own(x, y, found)
        return found

    def _in_others(self, x: Array, y: Array, found: Cover) -> None:
        tubes, row, a = self._tubes, self._point, self._cone
        ax, ay, ra = tubes.x[a], tubes.y[a], self._radius[a]
        dx, dy = tubes.x[a + 1] - ax, tubes.y[a + 1] - ay
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        rx, ry = x[row] - ax, y[row] - ay
        u = np.minimum(np.maximum(rx * (dx / square) + ry * (dy / square), 0.0), 1.0)
        rx -= u * dx
        ry -= u * dy
        depth = u * (self._radius[a + 1] - ra) + ra
        depth += WALL_RADIUS_MM
        depth -= np.sqrt(rx * rx + ry * ry)
        run = tubes.run[a]
        depth[run > self._run[row]] -= _LATER_MM
        points, first = _deepest(row, depth, found.depth_mm)
        if len(points):
            found.depth_mm[points], found.run[points] = depth[first], run[first]
            u, a = u[first], a[first]
            found.x[points] = tubes.x[a] + u * (tubes.x[a + 1] - tubes.x[a])
            found.y[points] = tubes.y[a] + u * (tubes.y[a + 1] - tubes.y[a])

    def _in_own(self, x: Array, y: Array, found: Cover) -> None:
        tubes, row, node = self._tubes, self._own_point, self._own_node
        rx, ry = x[row] - tubes.x[node], y[row] - tubes.y[node]
        depth = self._radius[node] + (WALL_RADIUS_MM - _OWN_MM) - np.sqrt(rx * rx + ry * ry)
        points, first = _deepest(row, depth, found.depth_mm)
        if len(points):
            found.depth_mm[points], found.run[points] = depth[first], self._run[points]
            found.x[points], found.y[points] = tubes.x[node[first]], tubes.y[node[first]]


def pairs(with_group: Mask, groups: Index, points: int) -> tuple[Index, Index]:
    """All pairs of a point and a column that (groups, columns) its group is to be compared with.

    Returns:
        (m,) points in ascending order, and columns.
    """
    _, columns = with_group.nonzero()
    count = with_group.sum(1)
    of = np.repeat(np.arange(len(groups)), lengths(groups, points))
    each = count[of]
    row = np.repeat(np.arange(points), each)
    start = (count.cumsum() - count)[of] - (each.cumsum() - each)
    return row, columns[np.arange(len(row)) + start[row]]


def _deepest(row: Index, depth: Array, known: Array) -> tuple[Index, Index]:
    """The points that lie deeper than is known, and the place of the first deepest pair of each."""
    start = firsts(row[1:] != row[:-1])
    most = np.maximum.reduceat(depth, start)
    deeper = most > known[row[start]]
    if not deeper.any():
        return row[:0], row[:0]
    most[~deeper] = np.inf
    equal = (depth == np.repeat(most, lengths(start, len(row)))).nonzero()[0]
    of = row[equal]
    first = equal[firsts(of[1:] != of[:-1])]
    return row[first], first
