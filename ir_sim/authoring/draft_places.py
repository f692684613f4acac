"""Where a new branch or lesion goes, from the place where the author's hand is."""

from __future__ import annotations

import re

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree
from ir_sim.authoring.draft import NEW_LESIONS

Place = tuple[float, float]
_LENGTH = re.compile(r"length_mm: ([0-9.]+)")
#: A new branch is half as wide as its parent, at most so much, mm (assumed).
_WIDEST_MM = 3.0
#: Length of a branch put out by a key, in radii of its parent, and its bounds, mm (assumed).
_LONG, _SHORTEST_MM, _LONGEST_MM = 4.0, 15.0, 40.0


def branch_rows(tree: VesselTree, parent: str, begin: Place, end: Place) -> list[list[float]]:
    """Points of a new branch: from the wall of its parent to a place.

    Args:
        tree: All vessels.
        parent: The vessel that it leaves.
        begin: Near the parent, mm.
        end: Where it ends, mm.

    Returns:
        Two points x, y, radius, mm.
    """
    vessel = tree.by_id[parent]
    i = int(np.argmin(np.hypot(*(vessel.xy_mm - np.array(begin)).T)))
    wide = float(vessel.radius_mm[i])
    out = np.array(end) - vessel.xy_mm[i]
    out = out / max(float(np.hypot(*out)), 1e-6)
    wall = vessel.xy_mm[i] + wide * out
    radius = round(min(0.5 * wide, _WIDEST_MM), 1)
    return [
        [float(wall[0]), float(wall[1]), radius],
        [float(end[0]), float(end[1]), round(0.85 * radius, 2)],
    ]


def room_beside(tree: VesselTree, parent: str, at_mm: float) -> tuple[Place, Place]:
    """Begin and end of a branch square to its parent, to the side that has more room, mm."""
    vessel = tree.by_id[parent]
    here = vessel.point_at(at_mm)
    ahead, behind = vessel.point_at(at_mm + 1.0), vessel.point_at(max(at_mm - 1.0, 0.0))
    along = (ahead - behind) / max(float(np.hypot(*(ahead - behind))), 1e-6)
    radius = vessel.radius_at(at_mm)
    reach = radius + float(np.clip(_LONG * radius, _SHORTEST_MM, _LONGEST_MM))
    ends = [here + side * reach * np.array([-along[1], along[0]]) for side in (1.0, -1.0)]
    end = max(ends, key=lambda place: _room(tree, place))
    return (float(here[0]), float(here[1])), (float(end[0]), float(end[1]))


def _room(tree: VesselTree, place: Array) -> float:
    """Distance of a place from the nearest wall, mm; to the nearest mm, so that ties are ties."""
    far = np.hypot(*(tree.sample_xy_mm - place).T) - tree.sample_radius_mm
    return round(float(far.min()))


def lesion_place(vessel: Vessel, kind: str, at_mm: float) -> float:
    """The middle of a new lesion so that it lies in its vessel, if it is not longer, mm."""
    found = _LENGTH.search(NEW_LESIONS[kind])
    half = 0.5 * float(found.group(1)) if found else 0.0
    if 2.0 * half >= vessel.length_mm:
        return 0.5 * vessel.length_mm
    return float(np.clip(at_mm, half, vessel.length_mm - half))
