"""What endpoints measure on any vessel: residual stenosis, gradient, flow, bleeding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.treatment.bench import Bench

#: Beyond a lesion's ends the pressure is read so far away, mm (assumed).
_APART_MM = 8.0


class Measures:
    """Reads the measures that need no treatment's own knowledge.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        flow = bench.circulation.flow_ml_s
        self._first_flow = {v.id: flow(v.index) for v in bench.tree.vessels}

    def measure(self, measure: str, vessel: str) -> float | None:
        """A measure of a vessel now; None where it has none.

        Raises:
            ValueError: No such vessel.
        """
        if measure == "residual_percent":
            return self.residual_percent(vessel)
        if measure == "gradient_mmhg":
            return self.gradient_mmhg(vessel)
        if measure == "flow_share_percent":
            return self.flow_share_percent(vessel)
        if measure == "bleed_ml_min":
            return self.bleed_ml_min(vessel)
        if measure == "flow_ml_min":
            return 60.0 * self._bench.circulation.flow_ml_s(vessel)
        return None

    def _lesion_samples(self, vessel: str) -> NDArray[np.int64]:
        """Indices of the samples in a vessel's lesions; of the whole vessel if it has none."""
        v = self._bench.tree.by_id[vessel]
        low = int(self._bench.tree.first[v.index])
        on = np.zeros(len(v.s_mm), dtype=bool)
        for lesion in v.lesions:
            if lesion.narrows:
                on |= np.abs(v.s_mm - lesion.at_mm) <= 0.5 * lesion.length_mm
        return low + np.flatnonzero(on if on.any() else np.ones_like(on)).astype(np.int64)

    def residual_percent(self, vessel: str) -> float:
        """Narrowest place of the lesion against the healthy calibre there, diameter, per cent."""
        v = self._bench.tree.by_id[vessel]
        samples = self._lesion_samples(vessel)
        healthy = v.healthy_radius_mm[samples - int(self._bench.tree.first[v.index])]
        share = self._bench.circulation.radius_mm[samples] / healthy
        return float(100.0 * np.clip(1.0 - share.min(), 0.0, 1.0))

    def gradient_mmhg(self, vessel: str) -> float:
        """Mean pressure before the vessel's lesion less that behind it, over the last beat."""
        tree, circulation = self._bench.tree, self._bench.circulation
        s = tree.sample_s_mm[self._lesion_samples(vessel)]
        before, behind = float(s.min()) - _APART_MM, float(s.max()) + _APART_MM
        v = tree.by_id[vessel]
        if before >= 0.0 or v.parent < 0:
            above = circulation.mean_pressure_mmhg(v.index, max(before, 0.0))
        else:
            above = circulation.mean_pressure_mmhg(v.parent, v.parent_at_mm)
        below = circulation.mean_pressure_mmhg(v.index, min(behind, v.length_mm))
        return above - below

    def flow_share_percent(self, vessel: str) -> float | None:
        """Flow at the ostium against the flow at the start, per cent."""
        first = self._first_flow.get(vessel, 0.0)
        if first <= 0.0:
            return None
        return 100.0 * self._bench.circulation.flow_ml_s(vessel) / first

    def bleed_ml_min(self, vessel: str) -> float:
        """What flows out of the holes of a vessel now, mL/min."""
        leaks, v = self._bench.circulation.leaks, self._bench.tree.by_id[vessel]
        lost = 0.0
        for row, (index, vein) in enumerate(leaks.rows):
            if index == v.index and not vein:
                lost += 60.0 * max(float(leaks.rate_ml_s[row]), 0.0)
        return lost

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"first_flow": dict(self._first_flow)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._first_flow = dict(state["first_flow"])
