"""How deep places on the sides of tubes lie in other tubes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.lumen_layer import WALL_RADIUS_MM
from ir_sim.anatomy.tubes import Index, Mask, Tubes

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


def cover(
    tubes: Tubes, radius_mm: Array, x: Array, y: Array, nodes: tuple[Index, Index], groups: Index
) -> Cover:
    """How deep points of sides lie in other tubes, or in far cross-sections of their own.

    Args:
        tubes: The tubes.
        radius_mm: (nodes,) radii.
        x: (n,) positions, mm; ``y`` likewise.
        y: See ``x``.
        nodes: Two of (n,): the nodes that each point lies between.
        groups: Where groups of points begin that are close together and of one run.
    """
    run = tubes.run[nodes[0]]
    out, deepest, px, py = np.full(len(x), -_KNOWN_MM), np.full(len(x), -1), x.copy(), y.copy()
    low_x, low_y = np.minimum.reduceat(x, groups), np.minimum.reduceat(y, groups)
    high_x, high_y = np.maximum.reduceat(x, groups), np.maximum.reduceat(y, groups)
    box = (float(low_x.min()), float(low_y.min()), float(high_x.max()), float(high_y.max()))
    grow = WALL_RADIUS_MM + _KNOWN_MM + _BETWEEN_MM
    near = tubes.nodes_near(box, radius_mm + grow)
    if not len(near):
        return Cover(out, deepest, px, py)
    reach = radius_mm[near] + grow
    beside = (tubes.x[near] + reach > low_x[:, None]) & (tubes.x[near] - reach < high_x[:, None])
    beside &= (tubes.y[near] + reach > low_y[:, None]) & (tubes.y[near] - reach < high_y[:, None])
    own = tubes.run[near] == run[groups][:, None]
    # the cones on both sides of a node that is near, each once
    step = np.zeros(len(near), dtype=bool)
    step[:-1] = (near[1:] == near[:-1] + 1) & (tubes.run[near[1:]] == tubes.run[near[:-1]])
    either = beside & ~own
    both = either.copy()
    both[:, :-1] |= either[:, 1:]
    row, at = pairs(both & step, groups, len(x))
    a, b = near[at], near[at] + 1
    ax, ay, ra = tubes.x[a], tubes.y[a], radius_mm[a]
    dx, dy = tubes.x[b] - ax, tubes.y[b] - ay
    square = np.maximum(dx * dx + dy * dy, 1e-12)
    rx, ry = x[row] - ax, y[row] - ay
    u = np.minimum(np.maximum(rx * (dx / square) + ry * (dy / square), 0.0), 1.0)
    rx -= u * dx
    ry -= u * dy
    depth = u * (radius_mm[b] - ra) + ra
    depth += WALL_RADIUS_MM
    depth -= np.sqrt(rx * rx + ry * ry)
    depth[tubes.run[a] > run[row]] -= _LATER_MM
    points, first = _deepest(row, depth)
    deep = depth[first] > out[points]
    points, first = points[deep], first[deep]
    out[points], deepest[points] = depth[first], tubes.run[a[first]]
    px[points], py[points] = (ax + u * dx)[first], (ay + u * dy)[first]
    row, at = pairs(beside & own, groups, len(x))
    node = near[at]
    far = (np.abs(node - nodes[0][row]) >= 2) & (np.abs(node - nodes[1][row]) >= 2)
    row, node = row[far], node[far]
    rx, ry = x[row] - tubes.x[node], y[row] - tubes.y[node]
    depth = radius_mm[node] + (WALL_RADIUS_MM - _OWN_MM) - np.sqrt(rx * rx + ry * ry)
    points, first = _deepest(row, depth)
    deep = depth[first] > out[points]
    points, first = points[deep], first[deep]
    out[points], deepest[points] = depth[first], run[points]
    px[points], py[points] = tubes.x[node[first]], tubes.y[node[first]]
    return Cover(out, deepest, px, py)


def pairs(with_group: Mask, groups: Index, points: int) -> tuple[Index, Index]:
    """All pairs of a point and a column that (groups, columns) its group is to be compared with.

    Returns:
        (m,) points in ascending order, and columns.
    """
    _, columns = with_group.nonzero()
    count = with_group.sum(1)
    of = np.repeat(np.arange(len(groups)), np.diff(np.append(groups, points)))
    each = count[of]
    row = np.repeat(np.arange(points), each)
    start = (count.cumsum() - count)[of] - (each.cumsum() - each)
    return row, columns[np.arange(len(row)) + start[row]]


def _deepest(row: Index, depth: Array) -> tuple[Index, Index]:
    """The points that have a pair at all, and the place of the first deepest one of each."""
    if not len(row):
        return row, row
    start = np.append(True, row[1:] != row[:-1]).nonzero()[0]
    most = np.maximum.reduceat(depth, start)
    equal = (depth == np.repeat(most, np.diff(np.append(start, len(row))))).nonzero()[0]
    of = row[equal]
    return row[start], equal[np.append(True, of[1:] != of[:-1])]
