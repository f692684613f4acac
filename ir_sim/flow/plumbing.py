"""From the vessel tree to a network: elements between branch points, on the tree's sample table.

Every sample of a centreline stands for the stretch half-way to its neighbours. Vessels are cut
between samples: where a branch leaves, and at both ends of an authored lesion. What lies inside the
parent's lumen (arclength < 0) belongs to the parent and has no length here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import Vessel, VesselTree
from ir_sim.flow.elimination import Array, Index
from ir_sim.flow.organs import ATRIUM, BLIND, UNNAMED
from ir_sim.scenario.lesions import Thrombus, span_mm
from ir_sim.scenario.model import Outlet

#: Branches closer together than this leave at one point: at least so many mm, or so many radii.
_TOGETHER_MM = 2.0
_TOGETHER_RADII = 0.5
#: Length of the anastomosis of a vein to an artery, mm (assumed).
_ANASTOMOSIS_MM = 6.0


@dataclass(frozen=True)
class End:
    """An end of the tree that feeds an organ.

    Attributes:
        vessel: Index of the vessel.
        node: Node of the network.
        outlet: As authored; a vessel that just ends gets the unnamed organ.
    """

    vessel: int
    node: int
    outlet: Outlet


@dataclass(frozen=True)
class Inflow:
    """An end of a vein through which blood comes in.

    Attributes:
        vessel: Index of the vessel.
        node: Node of the network.
        ml_min: As authored, or None.
        drains: (beds) places among ``Plumbing.ends`` of the organs whose blood it is.
    """

    vessel: int
    node: int
    ml_min: float | None
    drains: tuple[int, ...]


@dataclass(frozen=True)
class Plumbing:
    """The tree's elements and nodes; node 0 is the arteries' root. Never changes during a run.

    Node 0 is there also where no artery is drawn: it then stands for all of them.

    Attributes:
        tree: The vessels.
        ds_mm: (samples,) length that each sample stands for; 0 inside the parent.
        vessel: (elements,) vessel index; elements run along vessels, in vessel order.
        a: (elements,) node towards the heart.
        b: (elements,) node away from it.
        first: (elements + 1,) first sample of each element in the sample table.
        ends: The ends that feed organs, or through which a vein leaves the picture.
        inflows: The ends through which blood comes into veins.
        anastomoses: Veins that begin at an artery.
        join: (vessels,) sample of the parent where each vessel leaves it; -1 for the root.
        n_nodes: Number of nodes.
    """

    tree: VesselTree
    ds_mm: Array
    vessel: Index
    a: Index
    b: Index
    first: Index
    ends: tuple[End, ...]
    inflows: tuple[Inflow, ...]
    anastomoses: tuple[int, ...]
    join: Index
    n_nodes: int

    @cached_property
    def of_sample(self) -> Index:
        """(samples,) element of each sample."""
        return np.repeat(np.arange(len(self.vessel)), np.diff(self.first))

    @cached_property
    def length_mm(self) -> Array:
        """(elements,) lengths."""
        return self.sum(self.ds_mm)

    @cached_property
    def vein(self) -> NDArray[np.bool_]:
        """(elements,) whether each lies in a vein."""
        return np.array([self.tree.vessels[v].vein for v in self.vessel], dtype=bool)

    @cached_property
    def first_element(self) -> Index:
        """(vessels,) the element at each vessel's ostium."""
        return np.searchsorted(self.vessel, np.arange(len(self.tree.vessels)))

    @cached_property
    def _middles(self) -> list[tuple[int, Array]]:
        """For each vessel its first sample, and the arclengths midway between its samples, mm."""
        s, first = self.tree.sample_s_mm, [int(at) for at in self.tree.first]
        return [(a, 0.5 * (s[a + 1 : b] + s[a : b - 1])) for a, b in pairwise(first)]

    def sum(self, per_sample: Array) -> Array:
        """(elements,) sums of a (samples,) quantity."""
        return np.asarray(np.add.reduceat(per_sample, self.first[:-1]))

    def sample_at(self, vessel: int, s_mm: float) -> int:
        """The sample whose stretch holds an arclength, in the sample table."""
        low, middles = self._middles[vessel]
        i = low + int(middles.searchsorted(max(s_mm, 0.0)))
        last = low + len(middles)
        while i < last and self.ds_mm[i] == 0.0:
            i += 1
        return i

    def samples_between(self, vessel: int, from_mm: float, to_mm: float) -> slice:
        """The samples of a vessel from one arclength to another, at least one."""
        low, high = sorted((from_mm, to_mm))
        return slice(self.sample_at(vessel, low), self.sample_at(vessel, high) + 1)


def plumb(tree: VesselTree) -> Plumbing:
    """Cut a tree into elements."""
    ds = np.concatenate([_stretches(vessel) for vessel in tree.vessels])
    vessel_of: list[int] = []
    a: list[int] = []
    b: list[int] = []
    firsts: list[int] = []
    ends: list[End] = []
    join = np.full(len(tree.vessels), -1, dtype=np.int64)
    start_node: dict[int, int] = {}
    last_node: dict[int, int] = {}
    n_nodes = 1
    for vessel in tree.vessels:
        if vessel.parent < 0:
            # the first artery without a parent is the root; every tree of veins has its own
            start_node[vessel.index] = n_nodes if vessel.vein else 0
            n_nodes += int(vessel.vein)
        base = int(tree.first[vessel.index])
        edges = _edges(vessel)
        cuts, place = _cuts(tree, vessel, edges)
        nodes = [start_node[vessel.index], *range(n_nodes, n_nodes + len(cuts) + 1)]
        n_nodes += len(cuts) + 1
        for k, start in enumerate([0, *cuts]):
            vessel_of.append(vessel.index)
            a.append(nodes[k])
            b.append(nodes[k + 1])
            firsts.append(base + start)
        for child in tree.children[vessel.index]:
            start_node[child] = nodes[place[child]]
            at = tree.vessels[child].parent_at_mm
            join[child] = base + int(np.argmin(np.abs(vessel.s_mm - at)))
        last_node[vessel.index] = nodes[-1]
        outlet = _outlet(tree, vessel)
        if outlet is not None:
            into_heart = vessel.vein and vessel.parent < 0
            ends.append(End(vessel.index, nodes[0 if into_heart else -1], outlet))
    firsts.append(int(tree.first[-1]))
    return Plumbing(
        tree,
        ds,
        np.array(vessel_of, dtype=np.int64),
        np.array(a, dtype=np.int64),
        np.array(b, dtype=np.int64),
        np.array(firsts, dtype=np.int64),
        tuple(ends),
        tuple(_inflows(tree, ends, last_node)),
        tuple(v.index for v in tree.vessels if begins_at_artery(tree, v)),
        join,
        n_nodes,
    )


def begins_at_artery(tree: VesselTree, vessel: Vessel) -> bool:
    """Whether a vessel is the vein of an arteriovenous anastomosis."""
    return vessel.vein and vessel.parent >= 0 and not tree.vessels[vessel.parent].vein


def _inflows(
    tree: VesselTree, ends: Sequence[End], last_node: Mapping[int, int]
) -> Iterator[Inflow]:
    """Ends of veins that take blood in: those that say so, and those that just end."""
    for vessel in tree.vessels:
        if not vessel.vein or vessel.grown:
            continue
        at_artery = begins_at_artery(tree, vessel)
        stated = vessel.inflow_ml_min if not at_artery else None
        ending = not tree.children[vessel.index] and (vessel.outlet is None or vessel.parent < 0)
        if vessel.drains or stated is not None or (ending and not at_artery):
            below = {tree.by_id[name].index for name in vessel.drains if name in tree.by_id}
            drained = tuple(
                k for k, end in enumerate(ends) if below.intersection(tree.path_to_root(end.vessel))
            )
            yield Inflow(vessel.index, last_node[vessel.index], stated, drained)


def _outlet(tree: VesselTree, vessel: Vessel) -> Outlet | None:
    if vessel.vein and vessel.outlet is None:
        return Outlet(organ=ATRIUM) if vessel.parent < 0 else None
    if vessel.outlet is not None:
        return None if vessel.outlet.organ == BLIND else vessel.outlet
    return None if tree.children[vessel.index] else Outlet(organ=UNNAMED)


def _edges(vessel: Vessel) -> Array:
    """(n + 1,) where the samples' stretches meet; 0 for all before the ostium."""
    s = vessel.s_mm
    middle = 0.5 * (s[1:] + s[:-1])
    return np.asarray(np.maximum(np.concatenate([[s[0]], middle, [s[-1]]]), 0.0))


def _stretches(vessel: Vessel) -> Array:
    return np.diff(_edges(vessel))


def _cuts(tree: VesselTree, vessel: Vessel, edges: Array) -> tuple[list[int], dict[int, int]]:
    """Before which samples a vessel is cut, and at which of its nodes each child leaves."""
    inner = np.arange(1, len(edges) - 1)
    inner = inner[(edges[1:-1] > 0.0) & (edges[1:-1] < edges[-1])]

    def gap(at: float) -> float:
        return max(_TOGETHER_MM, _TOGETHER_RADII * vessel.radius_at(at))

    cuts: list[int] = []
    child_cut: dict[int, int] = {}
    for child in tree.children[vessel.index]:
        at = tree.vessels[child].parent_at_mm
        known = [-1, *cuts, len(edges)]
        places = [0.0, *(float(edges[c]) for c in cuts), float(edges[-1])]
        near = int(np.argmin([abs(at - p) for p in places]))
        if abs(at - places[near]) <= gap(at) or not len(inner):
            child_cut[child] = known[near]
            continue
        cut = int(inner[np.argmin(np.abs(edges[inner] - at))])
        cuts.append(cut)
        child_cut[child] = cut
    for lesion in vessel.lesions:
        for at in span_mm(lesion) if lesion.narrows or isinstance(lesion, Thrombus) else ():
            taken = [0.0, *(float(edges[c]) for c in cuts), float(edges[-1])]
            if len(inner) and min(abs(at - p) for p in taken) > _TOGETHER_MM:
                cuts.append(int(inner[np.argmin(np.abs(edges[inner] - at))]))
    if begins_at_artery(tree, vessel) and len(inner):
        # the anastomosis: what lies beyond it does not store the artery's pulse
        at = _ANASTOMOSIS_MM
        if min(abs(at - float(edges[c])) for c in (0, *cuts, -1)) > 0.5 * at:
            cuts.append(int(inner[np.argmin(np.abs(edges[inner] - at))]))
    cuts.sort()
    order = [-1, *cuts, len(edges)]
    return cuts, {child: order.index(cut) for child, cut in child_cut.items()}
