"""What is kept of a run ten times a second: small rows of numbers for debrief and metrics."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.fields import SLOTS
from ir_sim.training.moment import SAMPLE_S, Moment

Array = NDArray[np.float64]

_PEDALS = {"off": 0.0, "fluoro": 1.0, "acquire": 2.0}
#: Columns of a row: time, force, contrast, KAP, Ka,r, pedal, injection, then x and y of each slot.
_SCALARS = (
    "time_s",
    "force_n",
    "contrast_ml",
    "kap_gy_cm2",
    "air_kerma_mgy",
    "pedal",
    "injecting_ml_s",
)
_WIDTH = len(_SCALARS) + 2 * len(SLOTS)


@dataclass
class Series:
    """The rows so far: one each 0.1 s, 15 numbers of 8 bytes (20 minutes: 1.4 MB)."""

    _flat: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self._flat) // _WIDTH

    def add(self, moment: Moment) -> None:
        """Keep a row of this tick."""
        state, tips = moment.state, moment.tips
        force = max((float(d.wall_force_n.max()) for d in state.devices.values()), default=0.0)
        self._flat.extend(
            (
                state.time_s,
                force,
                state.contrast_ml,
                state.kap_gy_cm2,
                state.air_kerma_mgy,
                _PEDALS[state.pedal],
                state.injecting.rate_ml_s,
            )
        )
        for slot in SLOTS:
            tip = tips.get(slot)
            self._flat.extend(tip.xy_mm if tip is not None else (np.nan, np.nan))

    def column(self, name: str) -> Array:
        """(n,) one of the scalar columns: time_s, force_n, contrast_ml, ...

        Raises:
            ValueError: No such column.
        """
        return self._table()[:, _SCALARS.index(name)]

    def tip_xy_mm(self, slot: str) -> Array:
        """(n, 2) tip of a slot; NaN where it is not in the vessels."""
        at = len(_SCALARS) + 2 * [str(s) for s in SLOTS].index(slot)
        return self._table()[:, at : at + 2]

    def tip_speed_mm_s(self, slot: str) -> Array:
        """(n,) speed of a tip, mm/s; 0 in the first row and where it is not in the vessels."""
        xy = self.tip_xy_mm(slot)
        if not len(xy):
            return np.zeros(0)
        step = np.hypot(*np.diff(xy, axis=0).T) / SAMPLE_S
        return np.concatenate([[0.0], np.nan_to_num(step)])

    def _table(self) -> Array:
        return np.array(self._flat, dtype=np.float64).reshape(-1, _WIDTH)

    def save(self) -> tuple[array[float], int]:
        """What ``restore`` needs: the rows, which only ever grow, and how many there are now.

        Nothing is copied, so that a checkpoint every few seconds costs nothing.
        """
        return self._flat, len(self._flat)

    def restore(self, saved: tuple[array[float], int]) -> None:
        """Go back to what ``save`` returned; the rows that it points to are left alone."""
        rows, count = saved
        self._flat = rows[:count]
