"""Reads off the contrast how many heart beats a vessel's column takes to clear, as an eye does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ir_sim.treatment.bench import Bench
from ir_sim.treatment.embolic_laws import CLEARED_SHARE

#: The column is watched over this much of the vessel beyond the tip, mm, and at least so much.
_COLUMN_MM, _LEAST_MM = 45.0, 12.0
#: A column that is nowhere denser than this is not seen, mg/mL (assumed).
_FAINT_MG_ML = 25.0
#: What was pushed counts as a column from here on, mg/mL: so much is not nothing.
_LEAST_MG_ML = 1e-6


class Clearing:
    """Watches the column before the tip.

    Beats are counted from the end of a push, of embolic or of contrast, until the column has gone;
    while something is pushed the column is fed, and says nothing.

    Args:
        bench: The patient.

    Attributes:
        beats: By vessel, how long the last column took to clear; still standing ones count on.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.beats: dict[str, float] = {}
        self._vessel, self._peak, self._since_s = -1, 0.0, 0.0
        self._fed = self._seen = False

    def feed(self) -> None:
        """Something that shows has just left the tip."""
        self._fed = True

    def look(self, dt_s: float) -> str:
        """Look once; returns the vessel whose column has cleared or stands, or an empty text."""
        out = self._bench.outflow
        if out.slot == "sheath":
            return ""
        fed, self._fed = self._fed or self._bench.pushed_ml_s > 0.0, False
        if out.vessel != self._vessel:
            self._vessel, self._peak, self._since_s = out.vessel, 0.0, 0.0
        mg_ml, densest = self._column(out.vessel, out.at_mm)
        if fed:
            self._peak, self._since_s, self._seen = max(mg_ml, _LEAST_MG_ML), 0.0, False
            return ""
        if self._peak <= 0.0:  # nothing was pushed here, or it has cleared
            return ""
        self._peak, self._since_s = max(self._peak, mg_ml), self._since_s + dt_s
        self._seen |= densest >= _FAINT_MG_ML
        if not self._seen:
            return ""
        name = self._bench.tree.vessels[out.vessel].id
        beats = self._since_s * self._bench.circulation.heart.rate_bpm / 60.0
        if mg_ml <= CLEARED_SHARE * self._peak:
            self.beats[name], self._peak = beats, 0.0
            return name
        if beats > self.beats.get(name, 0.0):
            self.beats[name] = beats
            return name
        return ""

    def _column(self, vessel: int, at_mm: float) -> tuple[float, float]:
        """Mean and highest concentration of what shows in the column, mg/mL."""
        tree = self._bench.tree
        span = slice(int(tree.first[vessel]), int(tree.first[vessel + 1]))
        s = tree.sample_s_mm[span]
        low = min(at_mm, float(s[-1]) - _LEAST_MM)
        on = (s >= max(low, 0.0)) & (s <= at_mm + _COLUMN_MM)
        mg_ml = self._bench.circulation.opaque_mg_ml[span][on]
        return float(mg_ml.mean()), float(mg_ml.max())

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        now = (self._vessel, self._peak, self._since_s, self._fed, self._seen)
        return {"beats": dict(self.beats), "now": now}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.beats = dict(state["beats"])
        self._vessel, self._peak, self._since_s, self._fed, self._seen = state["now"]


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
