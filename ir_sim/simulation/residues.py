"""Contrast that stays to be seen: in the lumen it was injected through, and in the urine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices import DeviceState
from ir_sim.flow import Circulation
from ir_sim.scenario.fields import SLOTS
from ir_sim.simulation.state import Injecting

#: Heparinised saline from the pressure bag that clears a lumen nobody injects through, mL/s
#: (assumed: 3 mL/min, the valve of a pressurised flush).
FLUSH_ML_S = 0.05
#: Time in which calyces, pelvis and upper ureter empty, s (assumed: some 6 mL at 1.5 mL/min).
EMPTIES_S = 240.0
#: What stays in the calyces is left out below this, mg.
_TRACE_MG = 1e-3


class Residues:
    """Contrast in lumens and in the collecting systems of the kidneys.

    Attributes:
        collecting_mg: (beds,) iodine in the collecting system behind each bed; None before any.
    """

    def __init__(self) -> None:
        self.collecting_mg: NDArray[np.float64] | None = None
        self._filling: dict[str, tuple[str, float]] = {}

    def step(
        self,
        dt_s: float,
        devices: Mapping[str, DeviceState],
        injecting: Injecting,
        circulation: Circulation,
    ) -> None:
        """Let a tick pass."""
        self._fill(dt_s, devices, injecting)
        self._collect(dt_s, circulation)

    def _fill(self, dt_s: float, devices: Mapping[str, DeviceState], injecting: Injecting) -> None:
        flowing = injecting.slot if injecting.rate_ml_s > 0.0 else ""
        filling = dict(self._filling)
        for slot in {*filling, flowing}:
            device = devices.get(slot)
            held = filling.pop(slot, ("", 0.0))
            if device is None or not device.device.inner_radius_mm:
                continue
            name = device.device.id
            before = held[1] if held[0] == name else 0.0
            lumen_ml = math.pi * device.device.inner_radius_mm**2 * device.device.length_mm * 1e-3
            goal = injecting.iodine_mg_ml if slot == flowing else 0.0
            rate_ml_s = injecting.rate_ml_s if slot == flowing else FLUSH_ML_S
            now = goal + (before - goal) * math.exp(-rate_ml_s * dt_s / lumen_ml)
            if now > 0.1:
                filling[slot] = (name, now)
        self._filling = filling

    def _collect(self, dt_s: float, circulation: Circulation) -> None:
        beds = circulation.contents.beds
        urine = beds.urine_mg_s[: len(circulation.bed_vessel)] * dt_s
        if self.collecting_mg is None:
            if not urine.any():
                return
            self.collecting_mg = np.zeros(len(urine))
        # a new array: scenes keep the old one
        left = self.collecting_mg * math.exp(-dt_s / EMPTIES_S) + urine
        self.collecting_mg = np.where(left > _TRACE_MG, left, urine)

    def filling_mg_ml(self, slot: str, devices: Mapping[str, DeviceState]) -> float:
        """Iodine in a device's lumen, less what a device inside displaces."""
        held = self._filling.get(slot)
        device = devices.get(slot)
        if held is None or device is None or held[0] != device.device.id:
            return 0.0
        bore = device.device.inner_radius_mm
        inner = max(
            (
                devices[name].device.outer_radius_mm
                for name in SLOTS[SLOTS.index(device.device.slot) + 1 :]
                if name in devices and devices[name].inserted_mm > 0.0
            ),
            default=0.0,
        )
        return held[1] * max(1.0 - (inner / bore) ** 2, 0.0)

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"filling": dict(self._filling), "collecting": self.collecting_mg}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self._filling, self.collecting_mg = dict(saved["filling"]), saved["collecting"]
