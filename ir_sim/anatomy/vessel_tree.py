r"""The vessel tree: smooth centrelines with calibres, joined at their ostia.

::

        y (cranial)
        ^        parent ----o---------->  s_mm of the parent
        |                    \  root: from the parent's centreline to its wall, s_mm < 0
        +---> x               o  ostium: s_mm = 0
     (screen right,            \
      patient's left)           v  s_mm of the child

All lengths in mm. Arclength is measured in the plane of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array, arclength, smooth_curve, tangents
from ir_sim.anatomy.outgrowth import outgrowth
from ir_sim.scenario.lesions import Aneurysm, AnyLesion, Dissection, Occlusion, Stenosis, grown
from ir_sim.scenario.model import Anatomy, Outlet
from ir_sim.scenario.model import Vessel as VesselSpec

SPACING_MM = 1.0
#: A child that leaves within this share of the parent's end radius from its end leaves at the end.
_END_SHARE = 0.75
#: The lumen that is drawn and walled where a vessel is occluded, mm (assumed: a wire can probe it).
OCCLUDED_RADIUS_MM = 0.3
#: A dissection is as narrow over this share of its length.
_EVEN_SHARE = 0.7


@dataclass(frozen=True)
class Vessel:
    """One vessel, from its root on the parent's centreline to its end.

    Attributes:
        index: Place in ``VesselTree.vessels``; parents come before children.
        parent: Index of the parent, -1 for the root.
        parent_at_mm: Arclength of the join on the parent.
        s_mm: (n,) arclength, negative in the root.
        xy_mm: (n, 2) centreline.
        z_mm: (n,) depth, towards the viewer.
        radius_mm: (n,) with lesions.
        healthy_radius_mm: (n,) without lesions.
        outlet: What the end feeds, or None.
        lesions: As authored.
        grown: Kind of the lesion whose own vessel it is (a sac, a tumour's feeder), or empty.
        vein: Whether it is a vein.
        drains: Ids of the arteries whose organs' blood a vein takes in.
        inflow_ml_min: What else flows into a vein, or None.
        calcium_percent: How much of its wall is calcified.
    """

    id: str
    index: int
    parent: int
    parent_at_mm: float
    s_mm: Array
    xy_mm: Array
    z_mm: Array
    radius_mm: Array
    healthy_radius_mm: Array
    outlet: Outlet | None
    lesions: tuple[AnyLesion, ...]
    grown: str = ""
    vein: bool = False
    drains: tuple[str, ...] = ()
    inflow_ml_min: float | None = None
    calcium_percent: float = 0.0

    @property
    def length_mm(self) -> float:
        """From ostium to end."""
        return float(self.s_mm[-1])

    @cached_property
    def tangent(self) -> Array:
        """(n, 2) unit vectors away from the heart."""
        return tangents(self.xy_mm)

    def point_at(self, s_mm: float) -> Array:
        """(2,) centreline point at an arclength, clamped to the vessel."""
        return np.array([np.interp(s_mm, self.s_mm, self.xy_mm[:, k]) for k in (0, 1)])

    def radius_at(self, s_mm: float) -> float:
        """Radius at an arclength, mm."""
        return float(np.interp(s_mm, self.s_mm, self.radius_mm))


@dataclass(frozen=True)
class VesselTree:
    """All vessels of a case.

    The sample table concatenates every vessel's centreline samples in vessel order: what one room
    computes per sample (a concentration, say) another can use without knowing how.
    """

    vessels: tuple[Vessel, ...]

    @cached_property
    def by_id(self) -> dict[str, Vessel]:
        """Vessels by their author's name."""
        return {vessel.id: vessel for vessel in self.vessels}

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """For each vessel the indices of its children, in order along it."""
        out: list[list[int]] = [[] for _ in self.vessels]
        for vessel in self.vessels:
            if vessel.parent >= 0:
                out[vessel.parent].append(vessel.index)
        for kids in out:
            kids.sort(key=lambda i: self.vessels[i].parent_at_mm)
        return tuple(tuple(kids) for kids in out)

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """(vessels + 1,) where each vessel starts in the sample table."""
        return np.concatenate([[0], np.cumsum([len(v.s_mm) for v in self.vessels])])

    @cached_property
    def sample_vessel(self) -> NDArray[np.int64]:
        """(samples,) vessel index of each sample."""
        return np.repeat(np.arange(len(self.vessels)), np.diff(self.first))

    @cached_property
    def sample_s_mm(self) -> Array:
        """(samples,) arclength."""
        return np.concatenate([v.s_mm for v in self.vessels])

    @cached_property
    def sample_xy_mm(self) -> Array:
        """(samples, 2) positions."""
        return np.vstack([v.xy_mm for v in self.vessels])

    @cached_property
    def sample_z_mm(self) -> Array:
        """(samples,) depth towards the viewer."""
        return np.concatenate([v.z_mm for v in self.vessels])

    @cached_property
    def sample_radius_mm(self) -> Array:
        """(samples,) radius with lesions as authored."""
        return np.concatenate([v.radius_mm for v in self.vessels])

    def path_to_root(self, index: int) -> list[int]:
        """Vessel indices from ``index`` up to the root, both included."""
        path = [index]
        while self.vessels[path[-1]].parent >= 0:
            path.append(self.vessels[path[-1]].parent)
        return path


def build_tree(anatomy: Anatomy) -> VesselTree:
    """Smooth centrelines from the author's points, parents first.

    The names and the tree have been checked (``ir_sim.scenario``).
    """
    specs = {spec.id: spec for spec in anatomy.vessels}
    done: dict[str, Vessel] = {}
    while len(done) < len(specs):
        for spec in anatomy.vessels:
            ready = spec.parent is None or spec.parent in done
            if ready and spec.id not in done:
                parent = done[spec.parent] if spec.parent is not None else None
                vein = spec.id in anatomy.veins
                done[spec.id] = _vessel(spec, parent, len(done), vein=vein)
    for spec in anatomy.vessels:
        for name, lesion in grown(spec.id, spec.lesions):
            parent = done[spec.id]
            own = outgrowth(name, lesion, spec.id, parent)
            done[name] = replace(
                _vessel(own, parent, len(done), vein=parent.vein), grown=lesion.kind
            )
    return VesselTree(tuple(done.values()))


def _vessel(spec: VesselSpec, parent: Vessel | None, index: int, *, vein: bool) -> Vessel:
    points = np.array([[*p, 0.0] if len(p) == 3 else p for p in spec.points], dtype=float)
    at_mm, root_mm = 0.0, 0.0
    if parent is not None:
        at_mm = nearest_s(parent, points[0, :2]) if spec.at_mm is None else spec.at_mm
        at_mm = float(np.clip(at_mm, 0.0, parent.length_mm))
        points = _rooted(points, parent, at_mm)
    samples = smooth_curve(points, SPACING_MM)
    s = arclength(samples)
    if parent is not None:
        root_mm = _root_length(samples, s, parent, at_mm)
    s = s - root_mm
    radius = _with_lesions(s, samples[:, 2], spec.lesions)
    return Vessel(
        id=spec.id,
        index=index,
        parent=-1 if parent is None else parent.index,
        parent_at_mm=at_mm,
        s_mm=s,
        xy_mm=samples[:, :2].copy(),
        z_mm=samples[:, 3].copy(),
        radius_mm=radius,
        healthy_radius_mm=samples[:, 2].copy(),
        outlet=spec.outlet,
        lesions=tuple(spec.lesions),
        vein=vein,
        drains=tuple(spec.drains),
        inflow_ml_min=spec.inflow_ml_min,
        calcium_percent=spec.calcium_percent,
    )


def nearest_s(vessel: Vessel, xy: Array) -> float:
    """Arclength of the centreline sample nearest to a point."""
    d = np.hypot(vessel.xy_mm[:, 0] - xy[0], vessel.xy_mm[:, 1] - xy[1])
    return float(max(vessel.s_mm[int(np.argmin(d))], 0.0))


def _rooted(points: Array, parent: Vessel, at_mm: float) -> Array:
    """The child's points with its start on the parent's centreline."""
    join = parent.point_at(at_mm)
    z = float(np.interp(at_mm, parent.s_mm, parent.z_mm))
    gap = float(np.hypot(*(points[0, :2] - join)))
    start = np.array([[*join, points[0, 2], z]])
    near = gap < 0.35 * parent.radius_at(at_mm)
    if near and len(points) == 2 and np.allclose(points[1, :2], join):
        return points
    return np.vstack([start, points[1:] if near else points])


def _root_length(samples: Array, s: Array, parent: Vessel, at_mm: float) -> float:
    """Arclength from the join to the ostium: where the centreline leaves the parent's lumen."""
    if leaves_at_end(parent, at_mm):
        return 0.0
    window = np.abs(parent.s_mm - at_mm) < 4 * parent.radius_at(at_mm) + 5
    px, pr = parent.xy_mm[window], parent.radius_mm[window]
    d = np.hypot(samples[:, None, 0] - px[None, :, 0], samples[:, None, 1] - px[None, :, 1])
    depth = (pr[None, :] - d).max(1)
    out = np.flatnonzero(depth < 0)
    if not len(out):
        return 0.0
    i = int(out[0])
    share = depth[i - 1] / (depth[i - 1] - depth[i]) if i else 0.0
    ostium = s[i - 1] + share * (s[i] - s[i - 1]) if i else 0.0
    return float(min(ostium, 0.9 * s[-1]))


def leaves_at_end(parent: Vessel, at_mm: float) -> bool:
    """Whether a child at this arclength continues its parent's end (a bifurcation)."""
    return at_mm > parent.length_mm - _END_SHARE * float(parent.radius_mm[-1])


def _with_lesions(s: Array, radius: Array, lesions: Sequence[AnyLesion]) -> Array:
    """Radius with each lesion's shape: a cosine over its length, centred at ``at_mm``.

    A dissection is as narrow over most of its length. Clot and spasm come and go: they are in the
    flow, not here.
    """
    out = radius.copy()
    for lesion in lesions:
        if isinstance(lesion, Occlusion):
            u = _reach(s, lesion.at_mm, lesion.length_mm)
            out = np.where(u < 1.0, np.minimum(out, OCCLUDED_RADIUS_MM), out)
        elif isinstance(lesion, Stenosis | Aneurysm | Dissection):
            u = _reach(s, lesion.at_mm, lesion.length_mm)
            if isinstance(lesion, Dissection):
                u = np.clip((u - _EVEN_SHARE) / (1.0 - _EVEN_SHARE), 0.0, 1.0)
            factor = _factor(lesion, float(np.interp(lesion.at_mm, s, radius)))
            out = out * (1.0 + (factor - 1.0) * 0.5 * (1.0 + np.cos(np.pi * u)))
    return np.maximum(out, OCCLUDED_RADIUS_MM)


def _reach(s: Array, at_mm: float, length_mm: float) -> Array:
    """(n,) 0 in a lesion's middle, 1 at its ends and beyond."""
    return np.asarray(np.clip(np.abs(s - at_mm) / max(0.5 * length_mm, 1e-9), 0.0, 1.0))


def _factor(lesion: Stenosis | Aneurysm | Dissection, healthy_mm: float) -> float:
    """Radius at the worst place by the healthy one."""
    if isinstance(lesion, Aneurysm) and lesion.sac is not None:
        return 1.0
    if not isinstance(lesion, Dissection) and lesion.diameter_mm is not None:
        return 0.5 * lesion.diameter_mm / healthy_mm
    share = (lesion.diameter_percent or 0.0) / 100.0
    return 1.0 + share if isinstance(lesion, Aneurysm) else 1.0 - share
