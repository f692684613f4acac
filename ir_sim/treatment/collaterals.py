"""Back-filling: a hole that was closed from above only goes on bleeding from below.

The drawn tree has no loops, so the arcades that join its ends (the pancreaticoduodenal arteries,
say) are stood in for here: where the pressure at a hole falls, blood comes from its far side
through a collateral of its own, as if from the aorta. Before any treatment nothing flows there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.flow import Injection
from ir_sim.flow.beds import LIPIODOL, PARTICLES
from ir_sim.treatment.bench import Bench

#: Conductance of the collaterals by that of the hole with what lies beyond it (assumed: they keep
#: about a third of the pressure up, which is the usual back pressure of an occluded artery).
_COLLATERAL_SHARE = 0.5
#: Something laid this far beyond the hole shuts its far side, mm.
_BEYOND_MM = 1.0
#: Where they come in, beyond the hole, mm; a lumen packed to less than this share of its area lets
#: nothing in (assumed).
_INFLOW_MM, _PACKED = 4.0, 0.05
#: From this drop of pressure on collaterals open, mmHg (assumed: ordinary losses are no call).
_CALL_MMHG = 8.0


class Collaterals:
    """The collaterals of the holes that a case has drawn.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._feeds: dict[int, NDArray[np.bool_]] = {}
        circulation = bench.circulation
        self._holes: list[tuple[int, int, float, float, float]] = []
        leaks = circulation.leaks
        for row, (vessel, vein) in enumerate(leaks.rows):
            if vein:
                continue
            at = float(leaks.at_mm[row])
            pressure = max(circulation.mean_pressure_mmhg(vessel, at), 20.0)
            beyond = max(circulation.flow_ml_s(vessel), 0.0) / pressure
            self._holes.append((row, vessel, at, pressure, _COLLATERAL_SHARE * beyond))

    def step(self, shut: Mapping[int, float]) -> dict[int, float]:
        """Let blood in beyond each hole; returns mL/s by vessel.

        Args:
            shut: For each vessel how far down it is closed by something, mm.
        """
        given: dict[int, float] = {}
        circulation = self._bench.circulation
        for row, vessel, at, first, conductance in self._holes:
            if shut.get(vessel, -1.0) >= at + _BEYOND_MM:
                continue
            now = self._pressure_mmhg(row)
            aorta = float(circulation.blood.mean_pressure[0])
            call = min(first, aorta) - _CALL_MMHG - now
            if call <= 0.0:
                continue
            rate = conductance * call * self._open(vessel)
            place = min(at + _INFLOW_MM, self._bench.tree.vessels[vessel].length_mm)
            if rate > 1e-4 and not self._packed(vessel, place):
                self._bench.injections.append(Injection(vessel, place, rate, 0.0, "saline"))
                given[vessel] = rate
        return given

    def _pressure_mmhg(self, row: int) -> float:
        """Pressure at a hole, from what flows out of it."""
        leaks = self._bench.circulation.leaks
        conductance = float(leaks.conductance.now[row])
        if conductance <= 1e-9 or leaks.rate_ml_s[row] < 0.0:
            return math.inf
        return float(leaks.pressure_mmhg[row]) + float(leaks.rate_ml_s[row]) / conductance

    def _packed(self, vessel: int, at_mm: float) -> bool:
        """Whether clot or sponge fills the lumen at a place."""
        tree, circulation = self._bench.tree, self._bench.circulation
        span = slice(int(tree.first[vessel]), int(tree.first[vessel + 1]))
        near = int(np.abs(tree.sample_s_mm[span] - at_mm).argmin())
        wide, left = circulation.radius_mm[span][near], circulation.open_radius_mm[span][near]
        return bool(left**2 < _PACKED * wide**2)

    def _open(self, vessel: int) -> float:
        """Share of the beds beyond that particles have left open: collaterals come through them."""
        beds, on = self._bench.circulation.contents.beds, self._fed(vessel)
        if not on.any():
            return 1.0
        held = (beds.held[PARTICLES] + beds.held[LIPIODOL])[:-1][on]
        return float(np.clip(1.0 - held.sum() / beds.capacity_mg[:-1][on].sum(), 0.0, 1.0))

    def _fed(self, vessel: int) -> NDArray[np.bool_]:
        """(beds,) which of them a vessel feeds."""
        if vessel not in self._feeds:
            tree, ends = self._bench.tree, self._bench.circulation.bed_vessel.tolist()
            path = [vessel in tree.path_to_root(end) for end in ends]
            self._feeds[vessel] = np.array(path, dtype=bool)
        return self._feeds[vessel]

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"holes": list(self._holes)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._holes = list(state["holes"])
