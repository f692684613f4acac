"""The power injector beside the table: a rate and a volume, and it runs until they are in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ir_sim.flow.injector import PowerInjection, most_flow_ml_s
from ir_sim.scenario.device import Device
from ir_sim.simulation.injector import CONTRAST_MG_ML

#: Through the sheath's side arm, psi and mL/s (assumed: makers advise against more).
_SIDE_ARM_PSI, _SIDE_ARM_ML_S = 300.0, 8.0


@dataclass
class PowerInjector:
    """What is running, and since when.

    Attributes:
        setting: What was started; None when it stands still.
        time_s: Since the start.
        given_ml: Pushed out since the start.
    """

    setting: PowerInjection | None = None
    time_s: float = 0.0
    given_ml: float = 0.0

    def start(self, value: Any) -> str:
        """Start with [mL/s, mL, rise s, limit psi]; an empty list stops.

        Returns:
            A sentence for the timeline.

        Raises:
            ValueError: The numbers set no injection.
        """
        numbers = list(value) if isinstance(value, list | tuple) else [value]
        if not numbers or numbers == [0]:
            self.setting = None
            return "Power injector stopped."
        if not 2 <= len(numbers) <= 4 or any(isinstance(n, bool) for n in numbers):
            raise ValueError("the power injector needs [mL/s, mL, and if wanted rise s, limit psi]")
        self.setting = PowerInjection(*(float(n) for n in numbers))
        self.time_s = self.given_ml = 0.0
        s = self.setting
        return f"Power injector: {s.rate_ml_s:g} mL/s for {s.volume_ml:g} mL."

    def rate_ml_s(self, dt_s: float, device: Device | None) -> float:
        """Flow wanted in the next tick, within the catheter's and the set pressure limit.

        Args:
            dt_s: Length of the tick.
            device: Whose lumen is used; None is the sheath's side arm.
        """
        s = self.setting
        if s is None:
            return 0.0
        most = _SIDE_ARM_ML_S
        if device is not None:
            psi = min(s.limit_psi, device.max_pressure_psi or _SIDE_ARM_PSI)
            bore_mm = 2.0 * device.inner_radius_mm
            most = most_flow_ml_s(psi, device.length_mm, bore_mm, CONTRAST_MG_ML)
            most = min(most, device.max_flow_ml_s or most)
        self.time_s += dt_s
        given = s.given_ml(self.time_s, most)
        rate = max(given - self.given_ml, 0.0) / dt_s
        self.given_ml = given
        if given >= s.volume_ml - 1e-9:
            self.setting = None
        return rate

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return dict(vars(self))

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update(saved)
