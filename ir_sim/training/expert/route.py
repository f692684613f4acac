"""The way through the tree: up from the access, past the turning point, down to the goal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree

#: A branch's direction is taken over this much of it, mm.
_LOOK_MM = 14.0
#: A way that enters a vessel so much before its branch runs along with the blood there, mm.
_BEFORE_MM = 25.0


@dataclass(frozen=True)
class Route:
    """From an access to a vessel.

    Attributes:
        tree: The vessels.
        up: Vessels from the access towards the heart, without the turning one.
        turn: The vessel in which the way turns from going towards the heart to going away from it.
        down: Vessels from the turning one to the goal; empty if the goal is the turning one.
        antegrade: Whether the way runs away from the heart where it leaves the turning vessel: the
            sheath points so, or the way enters that vessel well before the branch, as from the arm
            into the aorta or from the neck through the right atrium.
    """

    tree: VesselTree
    up: tuple[Vessel, ...]
    turn: Vessel
    down: tuple[Vessel, ...]
    antegrade: bool

    @property
    def goal(self) -> Vessel:
        """The last vessel."""
        return self.down[-1] if self.down else self.turn

    @property
    def branch_mm(self) -> float:
        """Arclength on the turning vessel where the way leaves it."""
        return self.down[0].parent_at_mm if self.down else 0.0

    @property
    def hooked(self) -> bool:
        """Whether a device must turn back on itself, so that a shaped catheter is needed."""
        return bool(self.down) and not self.antegrade

    def height_mm(self, vessel: str, at_mm: float) -> float | None:
        """How far beyond the branch a place is on the way towards the heart; None if astray."""
        if vessel == self.turn.id:
            return self.branch_mm - at_mm
        if any(v.id == vessel for v in self.up):
            return -1e3
        return None

    def turning_deg(self) -> float:
        """Angle by which a device coming from below must turn into the branch; left positive."""
        parent, child = self.turn, self.down[0]
        at = min(max(self.branch_mm, 0.0), parent.length_mm)
        heading = -np.array([np.interp(at, parent.s_mm, parent.tangent[:, k]) for k in (0, 1)])
        return _angle_deg(heading, direction_of(child))


def route(tree: VesselTree, access: str, goal: str, *, antegrade: bool) -> Route:
    """The way from one vessel to another."""
    up = tree.path_to_root(tree.by_id[access].index)
    down = tree.path_to_root(tree.by_id[goal].index)
    common = next(i for i in up if i in down)
    vessels = tree.vessels
    before = tuple(vessels[i] for i in up[: up.index(common)])
    after = tuple(vessels[i] for i in reversed(down[: down.index(common)]))
    if before and after:
        antegrade |= before[-1].parent_at_mm + _BEFORE_MM < after[0].parent_at_mm
    return Route(tree, before, vessels[common], after, antegrade)


def direction_of(vessel: Vessel) -> Array:
    """(2,) unit vector along a vessel's first stretch."""
    start = vessel.point_at(0.0)
    d = vessel.point_at(min(_LOOK_MM, vessel.length_mm)) - start
    return np.asarray(d / max(float(np.hypot(*d)), 1e-9))


def side_deg(tree: VesselTree, child: Vessel) -> float:
    """Angle between the parent's course at a branch and the branch; left positive."""
    parent = tree.vessels[child.parent]
    at = min(max(child.parent_at_mm - 4.0, 0.0), parent.length_mm)
    heading = np.array([np.interp(at, parent.s_mm, parent.tangent[:, k]) for k in (0, 1)])
    return _angle_deg(heading, direction_of(child))


def in_lumen(vessel: Vessel, xy_mm: Array) -> bool:
    """Whether a point lies in a vessel's lumen, in the projection."""
    away = np.hypot(*(vessel.xy_mm - xy_mm).T)
    return bool((away < vessel.radius_mm).any())


def beyond(tree: VesselTree, index: int) -> frozenset[str]:
    """A vessel and all its descendants, by id."""
    out, todo = set(), [index]
    while todo:
        i = todo.pop()
        out.add(tree.vessels[i].id)
        todo += tree.children[i]
    return frozenset(out)


def _angle_deg(a: Array, b: Array) -> float:
    return float(np.degrees(np.arctan2(a[0] * b[1] - a[1] * b[0], float(a @ b))))
