"""The tubes of one layer as tables: cross-sections, sides with their caps, and cones between.

Everything here is worked out element by element from the radii near it: what is asked for together
and what alone gives the same bits. (No complex products and no dot products: numpy rounds those
otherwise in the middle of an array than at its end.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array, tangents
from ir_sim.anatomy.lumen_layer import WALL_RADIUS_MM
from ir_sim.anatomy.places import Box, Index, Places
from ir_sim.anatomy.vessel_tree import Vessel

Mask = NDArray[np.bool_]

#: Straight pieces of an end's half circle.
_CAP_PIECES = 16
#: No taper is steeper.
_STEEPEST = 0.9
#: Pieces of sides are about this long at most, mm: shorter than any grown tube is wide.
_PIECE_MM = 1.3
_SAME_MM = 1e-9


class Tubes:
    """The tubes of a layer.

    A *run* is a stretch of a vessel without a break; a *node* is a cross-section of a run. Round
    each run goes a ring of *corners*, counter-clockwise, the lumen on the left: forward along the
    right side, round the end, back along the left side, round the start.

    Args:
        parts: Vessels, and which of their samples belong to the layer.
        first: (vessels + 1,) where each vessel's samples begin in the tree's table.
        radius_mm: (samples,) radii as authored.

    Attributes:
        x: (nodes,) positions, mm; ``y`` likewise.
        sample: (nodes,) index into the tree's sample table.
        run: (nodes,) run of each node.
        corner_node: (corners,) node of each corner.
        following: (corners,) the next corner of the ring; ``before`` the one before.
        knots: (coarse, 2) nodes of the cones that the signed distance is painted from.
    """

    def __init__(
        self, parts: Sequence[tuple[Vessel, Mask]], first: NDArray[np.intp], radius_mm: Array
    ) -> None:
        merged: dict[int, tuple[Vessel, Mask]] = {}
        for vessel, mask in parts:  # mouths of siblings may share samples of their parent
            had = merged.get(vessel.index)
            merged[vessel.index] = (vessel, mask if had is None else mask | had[1])
        runs = [(vessel, run) for vessel, mask in merged.values() for run in _unbroken(mask)]
        xy, along, step, nodes, corners, turned, knots = [], [], [], [], [], [], []
        count = 0
        for vessel, run in runs:
            n, here = len(run), vessel.xy_mm[run]
            xy.append(here)
            along.append(tangents(here))
            step.append(np.hypot(*np.gradient(here, axis=0).T))
            nodes.append(run + int(first[vessel.index]))
            ring, arcs = _ring(n, along[-1])
            corners.append(ring + count)
            turned.append(arcs)
            even = np.unique(np.concatenate([[0], np.flatnonzero(run % 2 == 0), [n - 1]]))
            knots.append(np.stack([even[:-1], even[1:]], 1) + count)
            count += n
        lengths = np.array([len(run) for _, run in runs])
        self.x, self.y = np.concatenate(xy).T.copy()
        self._tx, self._ty = np.concatenate(along).T.copy()
        self.sample: Index = np.concatenate(nodes)
        self.run: Index = np.repeat(np.arange(len(runs)), lengths)
        self._start = np.append(0, np.cumsum(lengths))
        node = np.arange(count)
        self.ahead: Index = np.minimum(node + 1, self._start[1:][self.run] - 1)
        self.behind: Index = np.maximum(node - 1, self._start[self.run])
        self._step = np.concatenate(step)
        self._span = (self.ahead - self.behind).astype(float)
        self._apart = np.hypot(self.x[self.ahead] - self.x, self.y[self.ahead] - self.y)
        self._longest_mm = float(self._apart.max()) + _SAME_MM
        self._node: Index = np.concatenate(corners)
        self._side, self._cap_x, self._cap_y = np.concatenate(turned).T.copy()
        self._split(np.array([len(ring) for ring in corners]), self.eased(radius_mm[self.sample]))
        self.knots: Index = np.concatenate(knots)
        self._nodes = Places(self.x, self.y)

    def _split(self, rings: Index, radius_mm: Array) -> None:
        """Cut long pieces of the sides, as outside the bends of wide vessels, into shorter ones."""
        plain = np.arange(len(self._node))
        self._next, _ = _around(rings)
        x, y = self._vertices(plain, radius_mm)
        long = np.hypot(x[self._next] - x, y[self._next] - y)
        pieces = np.maximum(np.ceil(long / _PIECE_MM), 1.0).astype(np.intp)
        self._vertex: Index = np.repeat(plain, pieces)
        self._share = (np.arange(pieces.sum()) - np.repeat(pieces.cumsum() - pieces, pieces)) / (
            np.repeat(pieces, pieces)
        )
        self.corner_node: Index = self._node[self._vertex]
        self._corners: Index = np.argsort(self.corner_node, kind="stable")
        self._corner_count = np.bincount(self.corner_node, minlength=len(self.x))
        self._corner_first = self._corner_count.cumsum() - self._corner_count
        first = np.append(0, rings.cumsum())
        grown = np.diff(np.append(0, pieces.cumsum())[first])
        self.following, self.before = _around(grown)
        self.ring_place: Index = np.arange(len(self._vertex)) - np.repeat(
            grown.cumsum() - grown, grown
        )

    def eased(self, radius_mm: Array) -> Array:
        """(nodes,) radii of tubes whose steepest tapers are 0.9: narrow beside wide is widened.

        It lies within the wide one's disc, all but a sliver, so the union of the discs is the same.
        """
        steep = np.abs(radius_mm[self.ahead] - radius_mm) > _STEEPEST * self._apart
        if not steep.any():
            return radius_mm
        out = radius_mm.copy()
        self._ease(set(self.run[steep].tolist()), radius_mm, out)
        return out

    def eased_again(self, was_mm: Array, radius_mm: Array, moved: Index) -> Array:
        """``eased`` radii where those of a few nodes have changed.

        Args:
            was_mm: (nodes,) what ``eased`` told before.
            radius_mm: (nodes,) radii.
            moved: Nodes whose radii are not what they were.
        """
        out = was_mm.copy()
        self._ease(set(self.run[moved].tolist()), radius_mm, out)
        return out

    def _ease(self, runs: set[int], radius_mm: Array, out: Array) -> None:
        """Write the eased radii of some runs."""
        for run in runs:
            part = slice(*self._start[run : run + 2])
            r, apart = radius_mm[part], _STEEPEST * self._apart[part][:-1]
            out[part] = r
            if not (np.abs(r[1:] - r[:-1]) > apart).any():
                continue
            s = _STEEPEST * np.append(0.0, self._apart[part][:-1].cumsum())
            ahead = np.maximum.accumulate(r + s) - s
            behind = np.maximum.accumulate((r - s)[::-1])[::-1] + s
            most = np.maximum(ahead, behind)
            out[part] = np.where(most > r + _SAME_MM, most, r)

    def widened(self, mask: Mask) -> Mask:
        """Nodes within two of some others along their runs."""
        mask = mask.copy()
        for _ in range(2):
            at = mask.nonzero()[0]
            mask[self.ahead[at]] = True
            mask[self.behind[at]] = True
        return mask

    def nodes_near(self, box: Box, radius_mm: Array, grow_mm: float) -> Index:
        """Nodes whose square of half-width ``radius_mm + grow_mm`` meets a box."""
        some = self._nodes.within(box, float(radius_mm.max()) + grow_mm)
        x, y, reach = self.x[some], self.y[some], radius_mm[some] + grow_mm
        near = (x > box[0] - reach) & (x < box[2] + reach)
        near &= (y > box[1] - reach) & (y < box[3] + reach)
        return np.asarray(some[near])

    def corners_of(self, nodes: Index) -> Index:
        """Corners of some nodes, in ascending order."""
        count = self._corner_count[nodes]
        at = np.repeat(self._corner_first[nodes] - (count.cumsum() - count), count)
        at += np.arange(len(at))
        found: Index = self._corners[at]
        found.sort()
        return found

    def corners_near(self, box: Box, radius_mm: Array) -> Index:
        """All corners that may be in a box, and some others, in ascending order."""
        reach = float(radius_mm.max()) + WALL_RADIUS_MM + self._longest_mm
        return self.corners_of(self._nodes.within(box, reach))

    def corners(self, which: Index, radius_mm: Array) -> tuple[Array, Array]:
        """Positions of some corners of the tubes grown by the walls' radius.

        Args:
            which: (n,) corners.
            radius_mm: (nodes,) radii.

        Returns:
            (n,) x and y, mm.
        """
        whole, share = self._vertex[which], self._share[which]
        x, y = self._vertices(whole, radius_mm)
        some = share.nonzero()[0]
        if len(some):
            end_x, end_y = self._vertices(self._next[whole[some]], radius_mm)
            x[some] += share[some] * (end_x - x[some])
            y[some] += share[some] * (end_y - y[some])
        return x, y

    def _vertices(self, which: Index, radius_mm: Array) -> tuple[Array, Array]:
        node = self._node[which]
        rise = radius_mm[self.ahead[node]] - radius_mm[self.behind[node]]
        slope = rise / self._span[node] / np.maximum(self._step[node], 1e-9)
        slope = np.minimum(np.maximum(slope, -_STEEPEST), _STEEPEST)
        side = self._side[which] * np.sqrt(1.0 - slope * slope)
        on_side = np.abs(self._side[which])
        slope = slope * on_side
        tx, ty = self._tx[node], self._ty[node]
        out = radius_mm[node] + WALL_RADIUS_MM
        x = self.x[node] + out * (self._cap_x[which] - slope * tx - side * ty)
        y = self.y[node] + out * (self._cap_y[which] - slope * ty + side * tx)
        return x, y


def _around(rings: Index) -> tuple[Index, Index]:
    """The next and the previous place in each of some rings of so many places."""
    length = np.repeat(rings, rings)
    start = np.repeat(rings.cumsum() - rings, rings)
    place = np.arange(len(start)) - start
    return start + (place + 1) % length, start + (place - 1) % length


def _unbroken(mask: Mask) -> list[Index]:
    """The stretches of a mask that are two or more long."""
    at = np.flatnonzero(mask)
    return [run for run in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(run) >= 2]


def _ring(n: int, along: Array) -> tuple[Index, Array]:
    """Corners round a run: nodes, and (corners, 3) side (-1 right, 1 left, 0 cap) and direction."""
    arc = np.pi * (np.arange(1, _CAP_PIECES) / _CAP_PIECES - 0.5)
    t = along[[-1, 0], 0] + 1j * along[[-1, 0], 1]
    end, start = t[0] * np.exp(1j * arc), -t[1] * np.exp(1j * arc)
    forward = np.arange(n)
    node = np.concatenate([forward, np.full(len(arc), n - 1), forward[::-1], np.zeros(len(arc))])
    side = np.repeat([-1.0, 0.0, 1.0, 0.0], [n, len(arc), n, len(arc)])
    cap = np.concatenate([np.zeros(n), end, np.zeros(n), start])
    return node.astype(np.intp), np.stack([side, cap.real, cap.imag], 1)
