"""Crossing is not joining: which vessels may share a lumen in the plane of the picture.

Vessels that overlap in the projection share a lumen only where they join: at an ostium, for as far
as their tubes overlap without a break from there. Any other overlap, also of a child that runs back
over its own parent, puts the two on different layers (greedy colouring, the
widest first). A device on
one layer does not feel the walls of another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, leaves_at_end

#: Tissue thinner than this between two tubes cannot carry two walls, mm (walls round the carinas
#: with a radius of 0.75 mm on both sides; ``ir_sim.anatomy.lumen``).
TISSUE_MM = 1.8
#: A tube that has not left its neighbour after this many radii runs over it rather than joins it.
JOIN_LIMIT_RADII = 4.0


@dataclass(frozen=True)
class Layers:
    """Layer numbers and the lengths over which vessels join.

    Attributes:
        layer: For each vessel its layer, from 0.
        join_mm: For each vessel the arclength up to which it joins its parent.
        count: Number of layers.
    """

    layer: tuple[int, ...]
    join_mm: tuple[float, ...]

    @property
    def count(self) -> int:
        """Number of layers."""
        return max(self.layer) + 1


def assign_layers(tree: VesselTree) -> Layers:
    """Colour the vessels so that a layer's overlaps are all joins."""
    join = [_join_length(tree, vessel) for vessel in tree.vessels]
    conflicts: list[set[int]] = [set() for _ in tree.vessels]
    found: set[tuple[int, int]] = set()
    for i, j in _close_pairs(tree):
        a, b = tree.vessels[i], tree.vessels[j]
        if _conflict(tree, join, a, b):
            found.add((i, j))
        found |= _mouth_conflicts(tree, join, a, b)
    for i, j in found:
        conflicts[i].add(j)
        conflicts[j].add(i)
    layer = [-1] * len(tree.vessels)
    # the widest first, so that it is the small vessel that gives way; beside its parent if it can
    for vessel in sorted(tree.vessels, key=lambda v: -v.radius_at(0.0)):
        taken = {layer[k] for k in conflicts[vessel.index] if layer[k] >= 0}
        own = max(layer[vessel.parent], 0) if vessel.parent >= 0 else 0
        if own in taken:
            own = next(k for k in range(len(tree.vessels)) if k not in taken)
        layer[vessel.index] = own
    return Layers(tuple(layer), tuple(join))


def _close_pairs(tree: VesselTree) -> list[tuple[int, int]]:
    boxes = []
    for vessel in tree.vessels:
        grow = float(vessel.radius_mm.max()) + TISSUE_MM
        low, high = vessel.xy_mm.min(0) - grow, vessel.xy_mm.max(0) + grow
        boxes.append(shapely.box(*low, *high))
    found = shapely.STRtree(boxes).query(boxes)
    return [(int(i), int(j)) for i, j in found.T if i < j]


def _gaps(a: Vessel, b: Vessel, part_of_b: NDArray[np.bool_] | None = None) -> Array:
    """(na,) distance from each cross-section of ``a`` to the tube of ``b``; negative overlaps."""
    b_xy, b_radius = b.xy_mm, b.radius_mm
    if part_of_b is not None:
        b_xy, b_radius = b_xy[part_of_b], b_radius[part_of_b]
    out = np.empty(len(a.s_mm))
    for lo in range(0, len(a.s_mm), 512):
        part = slice(lo, lo + 512)
        d = np.hypot(
            a.xy_mm[part, None, 0] - b_xy[None, :, 0],
            a.xy_mm[part, None, 1] - b_xy[None, :, 1],
        )
        out[part] = (d - b_radius[None, :]).min(1) - a.radius_mm[part]
    return out


def _join_length(tree: VesselTree, vessel: Vessel) -> float:
    """Arclength at which the vessel's tube has left its parent's, or the limit for that."""
    if vessel.parent < 0:
        return 0.0
    parent = tree.vessels[vessel.parent]
    clear = np.flatnonzero(_gaps(vessel, parent) > TISSUE_MM)
    clear = clear[vessel.s_mm[clear] > 0]
    return min(float(vessel.s_mm[clear[0]]) if len(clear) else np.inf, _limit(vessel, parent))


def _limit(vessel: Vessel, other: Vessel) -> float:
    near = float(np.interp(0.0, vessel.s_mm, vessel.healthy_radius_mm))
    return JOIN_LIMIT_RADII * (near + min(near, float(other.healthy_radius_mm.max())) + 2.0)


def _conflict(tree: VesselTree, join: list[float], a: Vessel, b: Vessel) -> bool:
    if a.parent == b.index:
        return _overlaps_beyond(a, b, join[a.index])
    if b.parent == a.index:
        return _overlaps_beyond(b, a, join[b.index])
    if a.parent >= 0 and a.parent == b.parent and _share_ostium(tree, a, b):
        return _siblings_conflict(a, b)
    return bool((_gaps(a, b) < TISSUE_MM).any())


def _mouth_conflicts(
    tree: VesselTree, join: list[float], a: Vessel, b: Vessel
) -> set[tuple[int, int]]:
    """Which two may not share a layer because of the mouths of two vessels that are close.

    A vessel's mouth belongs to its parent's lumen: where it overlaps a third vessel, the parent and
    that vessel would be joined through it.
    """
    out: set[tuple[int, int]] = set()
    for child, other in ((a, b), (b, a)):
        if child.parent < 0:
            continue
        mouth = child.s_mm <= join[child.index]
        if (_gaps(child, other)[mouth] >= TISSUE_MM).all():
            continue
        parent = tree.vessels[child.parent]
        if not (_are_kin(tree, parent, other) or other.parent == child.index):
            out.add((parent.index, other.index))
        if other.parent >= 0 and child.index < other.index:
            its = tree.vessels[other.parent]
            both = other.s_mm <= join[other.index]
            if not _are_kin(tree, parent, its) and (
                (_gaps(child, other, both)[mouth] < TISSUE_MM).any()
            ):
                out.add((parent.index, its.index))
    return out


def _are_kin(tree: VesselTree, a: Vessel, b: Vessel) -> bool:
    """Whether two vessels may share a lumen: one and the same, parent and child, one ostium."""
    if b.index in (a.index, a.parent) or b.parent == a.index:
        return True
    return a.parent >= 0 and a.parent == b.parent and _share_ostium(tree, a, b)


def _overlaps_beyond(child: Vessel, parent: Vessel, join_mm: float) -> bool:
    return bool((_gaps(child, parent)[child.s_mm > join_mm] < TISSUE_MM).any())


def _share_ostium(tree: VesselTree, a: Vessel, b: Vessel) -> bool:
    parent = tree.vessels[a.parent]
    both_end = leaves_at_end(parent, a.parent_at_mm) and leaves_at_end(parent, b.parent_at_mm)
    near = abs(a.parent_at_mm - b.parent_at_mm) < a.radius_at(0.0) + b.radius_at(0.0) + TISSUE_MM
    return both_end or near


def _siblings_conflict(a: Vessel, b: Vessel) -> bool:
    """Overlap after the two have once been clear of each other, or no parting within the limit."""
    for one, other in ((a, b), (b, a)):
        gap = _gaps(one, other)
        clear = np.flatnonzero(gap > TISSUE_MM)
        if not len(clear) or one.s_mm[clear[0]] > 1.5 * _limit(one, other):
            return True
        if (gap[clear[0] :] < TISSUE_MM).any():
            return True
    return False
