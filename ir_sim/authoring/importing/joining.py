"""Loose lines joined into a tree, by nearness where the file says nothing.

VMTK writes a line from the inlet to every outlet, 3D Slicer one curve a branch that may start
inside its parent: in both, points that run along a vessel which is there already are dropped, and
the branch starts where it leaves that vessel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array
from ir_sim.authoring.importing.polyline import CentrelineError
from ir_sim.authoring.importing.tidy import Line

#: A point nearer to a vessel's centreline than this share of its radius runs along with it.
_ALONG = 0.5
#: Gaps beyond the wall that are bridged, and those above which a line is left out, mm (assumed).
_GAP_MM, _FAR_MM = 5.0, 60.0
#: A branch that begins further than this from its parent's wall gets a first point on it, mm.
_ON_WALL_MM = 2.0
#: A branch shorter than this beyond its parent's wall is a stub of the segmentation, mm (assumed).
_STUB_MM = 3.0
_MOST_LINES = 2000


@dataclass(frozen=True, eq=False)
class Branch:
    """A vessel of the tree.

    Attributes:
        name: From the file; may be empty.
        xyz: (n, 3) mm, from the parent outwards.
        radius: (n,) mm.
        parent: Place in the list, -1 for the root.
    """

    name: str
    xyz: Array
    radius: Array
    parent: int


def join(lines: Sequence[Line], notes: list[str]) -> list[Branch]:
    """Join lines into one tree, parents first.

    Args:
        lines: In mm; x to the patient's left, y cranial, z anterior.
        notes: What was done is appended here.

    Raises:
        CentrelineError: Too many lines.
    """
    if len(lines) > _MOST_LINES:
        raise CentrelineError(f"{len(lines):,} lines; a case has at most {_MOST_LINES:,} vessels")
    root = _root(lines)
    tree = _Growing([_outwards(lines[root])])
    placed = {root: 0}
    waiting = [i for i in range(len(lines)) if i != root]
    far = tree.distances(lines, waiting)
    while waiting:
        i = min(waiting, key=lambda k: (lines[k].parent not in placed, *_key(far[k], lines[k])))
        waiting.remove(i)
        told = lines[i].parent
        parent = placed.get(told) if told is not None else None
        branch = tree.fit(lines[i], parent, notes)
        if branch is None:
            continue
        placed[i] = len(tree.branches)
        tree.add(branch)
        for k in waiting:
            far[k] = min(far[k], tree.distance_to_last(lines[k]))
    return tree.branches


def _key(distance: float, line: Line) -> tuple[float, float]:
    """Touching lines first, the longest of them first: it becomes the through vessel."""
    return (max(distance - _GAP_MM, 0.0), -line.length_mm)


def _root(lines: Sequence[Line]) -> int:
    """The line with the widest end (over a tenth of its length), the longest of equals."""
    starts = [i for i, line in enumerate(lines) if line.parent is None]

    def wide(i: int) -> tuple[float, float]:
        line = lines[i]
        n = max(len(line.radius) // 10, 1)
        widest = max(float(line.radius[:n].mean()), float(line.radius[-n:].mean()))
        return (round(widest, 1), line.length_mm)

    return max(starts or range(len(lines)), key=wide)


def _outwards(line: Line) -> Branch:
    """The root, from its wide end; of two equal ends from the upper one."""
    n = max(len(line.radius) // 10, 1)
    first, last = float(line.radius[:n].mean()), float(line.radius[-n:].mean())
    flip = last > 1.15 * first
    if abs(last - first) <= 0.15 * first and line.parent is None:
        flip = line.xyz[-1, 1] > line.xyz[0, 1] + 20.0
    step = -1 if flip else 1
    return Branch(line.name, line.xyz[::step], line.radius[::step], -1)


@dataclass(eq=False)
class _Growing:
    """The tree so far."""

    branches: list[Branch]

    def distances(self, lines: Sequence[Line], which: Sequence[int]) -> dict[int, float]:
        """Least distance of either end of each line to the tree, mm."""
        return {i: self.distance_to_last(lines[i]) for i in which}

    def distance_to_last(self, line: Line) -> float:
        """Least distance of either end of a line to the branch added last, mm."""
        points = self.branches[-1].xyz
        return float(min(_far(points, line.xyz[k : k + 1]).min() for k in (0, len(line.xyz) - 1)))

    def add(self, branch: Branch) -> None:
        """Append a branch."""
        self.branches.append(branch)

    def fit(self, line: Line, parent: int | None, notes: list[str]) -> Branch | None:
        """The part of a line that is new, from its parent outwards; None if there is none."""
        name = f"'{line.name}'" if line.name else "a line"
        table = self.branches if parent is None else [self.branches[parent]]
        owner = np.repeat(np.arange(len(table)), [len(b.xyz) for b in table])
        points = np.vstack([b.xyz for b in table])
        radius = np.concatenate([b.radius for b in table])
        xyz, own = line.xyz, line.radius
        ends = [_far(points, xyz[k : k + 1])[0].min() for k in (0, len(xyz) - 1)]
        if parent is None and ends[1] < ends[0] - 1e-9 and ends[0] > _ALONG * float(own[0]):
            xyz, own = xyz[::-1], own[::-1]
        near, at = _nearest(points, xyz)
        along = near < _ALONG * np.maximum(radius[at], 0.5)
        leaves = int(np.argmin(along)) if not along.all() else len(xyz)
        if leaves >= len(xyz):
            notes.append(f"{name} runs wholly along vessels that are there already: left out")
            return None
        later = np.flatnonzero(along[leaves:])
        if len(later) and parent is None:
            end = leaves + int(later[0])
            if end - leaves >= 2:
                notes.append(f"{name} meets the tree again (a loop): cut where it does")
                xyz, own, near, at = xyz[:end], own[:end], near[:end], at[:end]
        gap = float(near[leaves] - radius[at[leaves]])
        if gap > _FAR_MM:
            notes.append(f"{name} lies {gap:.0f} mm from everything else: left out")
            return None
        if gap > _GAP_MM:
            notes.append(f"{name}: a gap of {gap:.0f} mm to its parent bridged, please check")
        start = at[max(leaves - 1, 0)] if leaves else at[0]
        mother = int(owner[start]) if parent is None else parent
        beyond = np.flatnonzero(near[leaves:] > radius[at[leaves:]])
        wall = leaves + int(beyond[0]) if len(beyond) else len(xyz)
        new, new_radius = xyz[wall:], own[wall:]  # inside the parent a radius is the parent's
        length = float(np.sqrt((np.diff(new, axis=0) ** 2).sum(1)).sum())
        if len(new) < 2 or length < _STUB_MM:
            notes.append(f"{name} is a stub of {length:.0f} mm: left out")
            return None
        if gap > _ON_WALL_MM:
            root, reach = points[at[wall]], float(radius[at[wall]])
            ray = (new[0] - root) / max(float(np.linalg.norm(new[0] - root)), 1e-9)
            new = np.vstack([root + reach * ray, new])
            new_radius = np.concatenate([new_radius[:1], new_radius])
        return Branch(line.name, new, new_radius, mother)


def _far(points: Array, some: Array) -> Array:
    return np.asarray(np.sqrt(((some[:, None, :] - points[None, :, :]) ** 2).sum(-1)))


def _nearest(points: Array, some: Array) -> tuple[Array, np.ndarray]:
    """(n,) distance to, and index of, the nearest of ``points``."""
    distance, index = KDTree(points).query(some)
    return np.asarray(distance), np.asarray(index)
