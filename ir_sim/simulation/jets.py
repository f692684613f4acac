"""Jets that lift the intima: an end-hole against the wall, or a push into a lumen that is closed.

The jet of a hole keeps its speed for about six diameters (round turbulent jet; Rajaratnam 1976,
Turbulent Jets). A wall that it meets under an angle takes the stagnation pressure of the speed
across it; in a wedged lumen the pressure of the whole column comes on top, as the network gives it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ir_sim.devices import DeviceState
from ir_sim.devices.hazards import Hazard
from ir_sim.flow import Circulation
from ir_sim.flow.injector import medium
from ir_sim.flow.laws import PA_PER_MMHG
from ir_sim.scenario.fields import Slot
from ir_sim.simulation.state import Injecting

#: Pressure on a wall, above that of the blood at rest, that lifts its intima, mmHg, and how long it
#: must last, s (assumed: three to four times the systolic pressure; no figure was found).
LIFTS_MMHG, LIFTS_S = 400.0, 0.2
_CORE_DIAMETERS = 6.0
#: Side-holes leave the end-hole this share of the flow (assumed).
_END_HOLE_SHARE = 0.25


@dataclass
class JetWatch:
    """Watches injections from tick to tick.

    Attributes:
        pressing_s: For how long the wall has borne too much.
        told: Slot and vessel of the injection that has already lifted a wall.
    """

    pressing_s: float = 0.0
    told: tuple[str, str] = ("", "")

    def update(
        self,
        dt_s: float,
        now: Injecting,
        devices: Mapping[Slot, DeviceState],
        circulation: Circulation,
    ) -> list[Hazard]:
        """What the injection of this tick has done."""
        device = next((d for slot, d in devices.items() if slot == now.slot), None)
        if device is None or now.rate_ml_s <= 0.0:
            self.pressing_s, self.told = 0.0, ("", "")
            return []
        rise = circulation.jet_rise_mmhg
        borne = rise + impact_mmhg(device, now.rate_ml_s, now.iodine_mg_ml)
        self.pressing_s = self.pressing_s + dt_s if borne > LIFTS_MMHG else 0.0
        if self.pressing_s < LIFTS_S or self.told == (now.slot, now.vessel):
            return []
        self.told = (now.slot, now.vessel)
        data = {"pressure_mmhg": round(borne, 1), "rate_ml_s": round(now.rate_ml_s, 2)}
        return [Hazard("jet_dissection", device.device.slot, now.vessel, data)]


def impact_mmhg(device: DeviceState, rate_ml_s: float, iodine_mg_ml: float) -> float:
    """Stagnation pressure of a device's jet on the wall before it; 0 where none is near."""
    bore_mm = device.device.inner_radius_mm
    if bore_mm <= 0.0:
        return 0.0
    ahead = device.tip_direction
    lumen, sample = device.chain.lumen, max(device.tip_sample, 0)
    vessel = lumen.tree.vessels[int(lumen.tree.sample_vessel[sample])]
    along = vessel.tangent[sample - int(lumen.tree.first[vessel.index])]
    length = float(np.hypot(*ahead))
    if length <= 0.0:
        return 0.0
    across = abs(float(ahead[0] * along[1] - ahead[1] * along[0])) / length
    clear = max(float(device.clearance_mm[-1]) - device.device.outer_radius_mm, 0.0)
    if across <= 0.0 or clear / across > _CORE_DIAMETERS * 2.0 * bore_mm:
        return 0.0
    share = _END_HOLE_SHARE if device.device.side_holes is not None else 1.0
    speed_m_s = share * rate_ml_s / (math.pi * bore_mm**2)
    pressure_pa = 0.5 * medium(iodine_mg_ml)[1] * (speed_m_s * across) ** 2
    return pressure_pa / PA_PER_MMHG
