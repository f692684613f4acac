"""Reads off the contrast how many heart beats a vessel's column takes to clear, as an eye does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ir_sim.treatment.bench import Bench
from ir_sim.treatment.embolic_laws import CLEARED_SHARE

#: The column is watched over this much of the vessel beyond the tip, mm, and at least so much.
_COLUMN_MM, _LEAST_MM = 45.0, 12.0
#: Fainter than this is not seen, mg/mL; near the peak is above this share of it (assumed).
_FAINT_MG_ML, _NEAR_PEAK = 25.0, 0.9


class Clearing:
    """Watches the column before the tip.

    Args:
        bench: The patient.

    Attributes:
        beats: By vessel, how long the last column took to clear; still standing ones count on.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.beats: dict[str, float] = {}
        self._vessel, self._peak, self._since_s = -1, 0.0, 0.0

    def look(self, dt_s: float) -> str:
        """Look once; returns the vessel whose column has cleared or stands, or an empty text."""
        out = self._bench.outflow
        if out.slot == "sheath":
            return ""
        if out.vessel != self._vessel:
            self._vessel, self._peak, self._since_s = out.vessel, 0.0, 0.0
        mg_ml = self._column(out.vessel, out.at_mm)
        if mg_ml >= _NEAR_PEAK * self._peak and mg_ml >= _FAINT_MG_ML:
            self._peak, self._since_s = max(self._peak, mg_ml), 0.0
            return ""
        if self._peak < _FAINT_MG_ML:
            return ""
        self._since_s += dt_s
        name = self._bench.tree.vessels[out.vessel].id
        beats = self._since_s * self._bench.circulation.heart.rate_bpm / 60.0
        if mg_ml <= CLEARED_SHARE * self._peak:
            self.beats[name], self._peak = beats, 0.0
            return name
        if beats > self.beats.get(name, 0.0):
            self.beats[name] = beats
            return name
        return ""

    def _column(self, vessel: int, at_mm: float) -> float:
        tree = self._bench.tree
        span = slice(int(tree.first[vessel]), int(tree.first[vessel + 1]))
        s = tree.sample_s_mm[span]
        low = min(at_mm, float(s[-1]) - _LEAST_MM)
        on = (s >= max(low, 0.0)) & (s <= at_mm + _COLUMN_MM)
        return float(self._bench.circulation.opaque_mg_ml[span][on].mean())

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"beats": dict(self.beats), "now": (self._vessel, self._peak, self._since_s)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.beats = dict(state["beats"])
        self._vessel, self._peak, self._since_s = state["now"]


def upstream_mg_ml(bench: Bench, species: str, at_mm: float, back_mm: float) -> float:
    """Concentration of a species so far behind the tip, in the tip's vessel or its parent."""
    tree, vessel = bench.tree, bench.tree.vessels[bench.outflow.vessel]
    s = at_mm - back_mm
    index = vessel.index
    if s < 0.0 and vessel.parent >= 0:
        s, index = max(vessel.parent_at_mm + s, 0.0), vessel.parent
    low, high = int(tree.first[index]), int(tree.first[index + 1])
    i = int(np.argmin(np.abs(tree.sample_s_mm[low:high] - max(s, 0.0))))
    return float(bench.circulation.concentration_of(species)[low + i])
