"""Where a balloon or stent lies in the vessels: the cross-sections along a stretch of a device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.devices import DeviceState
from ir_sim.scenario.lesions import Dissection, Occlusion, Stenosis, span_mm
from ir_sim.treatment import balloon_laws as laws
from ir_sim.treatment.bench import Bench

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stretch:
    """A stretch of a device in the vessels, from its hub's side to its tip's.

    Attributes:
        points_mm: (n, 2) the device's curve.
        z_mm: (n,) depth of the vessels there.
        sample: (n,) cross-section nearest to each point.
    """

    points_mm: Array
    z_mm: Array
    sample: Ints

    @property
    def length_mm(self) -> float:
        """Along the curve."""
        return float(np.hypot(*np.diff(self.points_mm, axis=0).T).sum())

    @property
    def at_mm(self) -> Array:
        """(n,) arclength of the points."""
        steps = np.hypot(*np.diff(self.points_mm, axis=0).T)
        return np.concatenate([[0.0], np.cumsum(steps)])

    def vessels(self, bench: Bench) -> list[tuple[int, Ints]]:
        """(vessel, its cross-sections from the first to the last under the stretch)."""
        of = bench.tree.sample_vessel
        out = []
        for vessel in np.unique(of[self.sample]).tolist():
            here = self.sample[of[self.sample] == vessel]
            out.append((int(vessel), np.arange(here.min(), here.max() + 1)))
        return out

    def main(self, bench: Bench) -> int:
        """Vessel in which most of it lies."""
        vessels, counts = np.unique(bench.tree.sample_vessel[self.sample], return_counts=True)
        return int(vessels[int(np.argmax(counts))])


def stretch(bench: Bench, device: DeviceState, from_mm: float, to_mm: float) -> Stretch | None:
    """Where a device lies between two distances from its tip; None if not in the vessels yet.

    Args:
        bench: The patient.
        device: The device.
        from_mm: Distal end, from the tip.
        to_mm: Proximal end, from the tip.
    """
    chain = device.chain
    low, high = device.inserted_mm - to_mm, device.inserted_mm - from_mm
    if high <= 1.0:
        return None
    s = np.linspace(max(low, 0.0), high, max(2, int((high - max(low, 0.0)) / 1.0) + 1))
    x = np.interp(s, chain.curve_s_mm, chain.curve[:, 0])
    y = np.interp(s, chain.curve_s_mm, chain.curve[:, 1])
    near = np.clip(np.searchsorted(chain.curve_s_mm, s), 0, len(chain.curve_s_mm) - 1)
    sample = np.maximum(chain.curve_sample[near], 0).astype(np.int64)
    points = np.stack([x, y], 1)
    ends = np.maximum(chain.curve_sample[[0, -1]], 0)
    sample = _on_the_way(bench.tree, points, sample, int(ends[0]), int(ends[1]))
    return Stretch(points, bench.tree.sample_z_mm[sample], sample)


def _on_the_way(tree: VesselTree, points: Array, sample: Ints, first: int, last: int) -> Ints:
    """Cross-sections of the vessels that the whole chain runs through, not of mouths beside it.

    Args:
        tree: The vessels.
        points: (n, 2) places.
        sample: (n,) cross-section nearest to each.
        first: Cross-section at the chain's beginning.
        last: At the tip of the wire.
    """
    up = tree.path_to_root(int(tree.sample_vessel[first]))
    down = tree.path_to_root(int(tree.sample_vessel[last]))
    turn = next(i for i in up if i in down)
    way = np.array([turn, *up[: up.index(turn)], *down[: down.index(turn)]])
    beside = ~np.isin(tree.sample_vessel[sample], way)
    if beside.any():
        own = np.flatnonzero(np.isin(tree.sample_vessel, way))
        off = points[beside][:, None, :] - tree.sample_xy_mm[own][None, :, :]
        sample = sample.copy()
        sample[beside] = own[np.argmin((off**2).sum(2), axis=1)]
    return sample


@dataclass(frozen=True)
class Site:
    """A lesion that narrows, or a vessel's healthy wall.

    Attributes:
        number: Its own number, for chance.
        vessel: Index of the vessel.
        from_mm: Where it begins.
        to_mm: Where it ends.
        hardness: Of the plaque, or ``healthy``.
        kind: Key of ``balloon_laws.RECOIL``, or ``healthy``.
    """

    number: int
    vessel: int
    from_mm: float
    to_mm: float
    hardness: str
    kind: str

    @property
    def length_mm(self) -> float:
        """From end to end; 0 for healthy wall."""
        return self.to_mm - self.from_mm if self.hardness != "healthy" else 0.0


class Ground:
    """What the vessels' walls are made of, cross-section by cross-section.

    Attributes:
        healthy_mm: (samples,) healthy diameters.
        site: (samples,) place in ``sites`` of each cross-section's wall.
        sites: First each vessel's healthy wall, then the lesions.
        place: Of each of them in ``sites``.
    """

    def __init__(self, bench: Bench) -> None:
        tree = bench.tree
        self.healthy_mm = 2.0 * np.concatenate([v.healthy_radius_mm for v in tree.vessels])
        self.site = tree.sample_vessel.astype(np.int64).copy()
        self.sites = [
            Site(v.index, v.index, 0.0, v.length_mm, "healthy", "healthy") for v in tree.vessels
        ]
        self.yield_atm = np.full(len(self.healthy_mm), laws.YIELDS_AT_ONCE_ATM)
        for v in tree.vessels:
            first = int(tree.first[v.index])
            for place, lesion in enumerate(v.lesions):
                if not isinstance(lesion, Stenosis | Occlusion | Dissection):
                    continue
                low, high = span_mm(lesion)
                hard = "soft" if isinstance(lesion, Dissection) else lesion.hardness
                ostial = (
                    low <= laws.OSTIAL_MM and v.parent >= 0 and tree.vessels[v.parent].parent < 0
                )
                calcified = hard == "calcified"
                kind = "ostial" if ostial and not calcified and high < 30.0 else hard
                on = first + np.flatnonzero((v.s_mm >= low - 0.5) & (v.s_mm <= high + 0.5))
                self.site[on] = len(self.sites)
                self.yield_atm[on] = laws.YIELD_ATM[hard]
                number = 1000 + 20 * v.index + place
                self.sites.append(Site(number, v.index, low, high, hard, kind))
        self.place = {site: place for place, site in enumerate(self.sites)}

    def lesions(self, vessel: int) -> list[Site]:
        """The narrowing lesions of a vessel."""
        return [s for s in self.sites if s.vessel == vessel and s.hardness != "healthy"]
