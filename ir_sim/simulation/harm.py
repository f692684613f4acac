"""What an injury of the wall does to the blood."""

from __future__ import annotations

from collections.abc import Sequence

from ir_sim.devices import DeviceState
from ir_sim.devices.hazards import Hazard
from ir_sim.flow import Circulation
from ir_sim.scenario.fields import Slot

#: How fast blood leaves the hole that a device makes, at 100 mmHg, mL/s (assumed; angiography shows
#: bleeds from 0.5 to 1 mL/min).
BLEED_ML_S: dict[Slot, float] = {
    "wire": 0.4,
    "microcatheter": 0.8,
    "catheter": 1.5,
    "guide": 2.5,
}
#: How much of the calibre a lifted intima takes, over which length, in what time (assumed).
DISSECTION_PERCENT, DISSECTION_MM, DISSECTION_S = 45.0, 14.0, 2.0


def inflict(
    found: Sequence[Hazard], devices: dict[Slot, DeviceState], circulation: Circulation
) -> None:
    """Open a bleed where a wall was perforated, dissect a vessel where its intima was lifted."""
    for hazard in found:
        device = devices.get(hazard.slot)
        if device is None:
            continue
        at_mm = max(device.tip_vessel_mm, 0.5)
        if hazard.kind == "perforation":
            row = circulation.add_bleed(hazard.vessel, at_mm)
            circulation.open_leak(row, BLEED_ML_S[hazard.slot])
        elif hazard.kind in ("dissection", "jet_dissection"):
            circulation.dissect(
                hazard.vessel, at_mm, DISSECTION_MM, DISSECTION_PERCENT, DISSECTION_S
            )
