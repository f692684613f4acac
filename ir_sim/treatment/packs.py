"""Coils as the blood feels them: wire by volume of lumen, in slabs of the vessel that clot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ir_sim.treatment.bench import Bench
from ir_sim.treatment.coil_laws import FIBRES_AS_WIRE, MOST_DENSITY, volume_mm3
from ir_sim.treatment.coil_nest import Coil

#: Thickness of a slab, mm.
_SLAB_MM = 2.0
#: A loop lies aslant: so much of it in its own slab, the rest in the two beside it (assumed).
_OWN_SHARE = 0.5
#: Loops further apart belong to different packs, mm.
_GAP_MM = 5.0
#: From this density on a slab counts as closing the vessel (clotting begins at 5 %).
CLOSING_DENSITY = 0.08


def _densest(places: Sequence[float]) -> tuple[float, float, float]:
    """The largest group of loops: from, to, mm, and its share of all."""
    at = np.sort(np.asarray(places))
    groups = np.split(at, np.flatnonzero(np.diff(at) > _GAP_MM) + 1)
    group = max(groups, key=len)
    return float(group[0]) - 1.0, float(group[-1]) + 1.0, len(group) / len(at)


class Packs:
    """All slabs that hold wire.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._row: dict[tuple[int, int], int] = {}
        self._density: dict[tuple[int, int], float] = {}

    def lay(self, coils: Iterable[Coil]) -> None:
        """Tell the blood where wire lies now."""
        wire: dict[tuple[int, int], float] = {}
        for coil in coils:
            factor = FIBRES_AS_WIRE if coil.fibred else 1.0
            for loop in coil.loops:
                k = math.floor(max(loop.s_mm, 0.0) / _SLAB_MM)
                volume = factor * volume_mm3(loop.length_mm, coil.wire_in)
                side = 0.5 * (1.0 - _OWN_SHARE) * volume
                for slab, part in ((k, _OWN_SHARE * volume), (k - 1, side), (k + 1, side)):
                    key = (loop.vessel, self._within(loop.vessel, slab))
                    wire[key] = wire.get(key, 0.0) + part
        for key in {*self._row, *wire}:
            density = min(wire.get(key, 0.0) / self._lumen_mm3(*key), MOST_DENSITY)
            self._set(key, density)

    def _set(self, key: tuple[int, int], density: float) -> None:
        circulation = self._bench.circulation
        if abs(density - self._density.get(key, 0.0)) < 1e-3:
            return
        if key not in self._row:
            vessel, k = key
            low = k * _SLAB_MM
            self._row[key] = circulation.add_coils(vessel, low + 0.01, low + _SLAB_MM - 0.51)
        circulation.pack_coils(self._row[key], density, 0.2)
        self._density[key] = density

    def _within(self, vessel: int, slab: int) -> int:
        last = int(self._bench.tree.vessels[vessel].length_mm / _SLAB_MM)
        return min(max(slab, 0), last)

    def _lumen_mm3(self, vessel: int, k: int) -> float:
        tree = self._bench.tree
        low, high = int(tree.first[vessel]), int(tree.first[vessel + 1])
        r = np.interp(
            (k + 0.5) * _SLAB_MM, tree.sample_s_mm[low:high],
            self._bench.circulation.radius_mm[low:high],
        )  # fmt: skip
        return float(math.pi * r * r * _SLAB_MM)

    def closes_to_mm(self) -> dict[int, float]:
        """For each vessel how far down it is packed."""
        out: dict[int, float] = {}
        for (vessel, k), density in self._density.items():
            if density >= CLOSING_DENSITY:
                out[vessel] = max(out.get(vessel, 0.0), (k + 1.0) * _SLAB_MM)
        return out

    def percent(self, coils: Sequence[Coil]) -> dict[int, float]:
        """Packing density by vessel, per cent: of a whole sac, else of the packed stretch."""
        tree, radius = self._bench.tree, self._bench.circulation.radius_mm
        wire: dict[int, float] = {}
        reach: dict[int, list[float]] = {}
        for coil in coils:
            for loop in coil.loops:
                if loop.s_mm < 0.0:
                    continue
                volume = volume_mm3(loop.length_mm, coil.wire_in)
                wire[loop.vessel] = wire.get(loop.vessel, 0.0) + volume
                reach.setdefault(loop.vessel, []).append(loop.s_mm)
        out = {}
        for vessel, volume in wire.items():
            low, high = int(tree.first[vessel]), int(tree.first[vessel + 1])
            s, r = tree.sample_s_mm[low:high], radius[low:high]
            on = s >= 0.0
            if tree.vessels[vessel].grown != "aneurysm":
                a, b, part = _densest(reach[vessel])
                on &= (s >= a) & (s <= b)
            else:
                part = 1.0
            lumen = float((math.pi * r[on] ** 2).sum()) * float(np.median(np.diff(s)))
            out[vessel] = 100.0 * part * volume / max(lumen, 1e-6)
        return out

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "row": [(v, k, row) for (v, k), row in self._row.items()],
            "density": [(v, k, d) for (v, k), d in self._density.items()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._row = {(v, k): row for v, k, row in state["row"]}
        self._density = {(v, k): d for v, k, d in state["density"]}
