"""The sheath: where it ends in the vessel, and what passes through it and through one another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.devices.stack import Mounted
from ir_sim.scenario.device import MM_PER_FRENCH, Device
from ir_sim.scenario.fields import SLOTS, Slot
from ir_sim.scenario.model import Access

Array = NDArray[np.float64]

#: A monorail balloon's wire leaves it so far behind the tip, mm (makers' labels: 20 to 30 cm).
MONORAIL_PORT_MM = 250.0
#: Length of the sheath and its valve outside the vessel, mm (assumed).
SHEATH_OUTSIDE_MM = 40.0
#: Bore clearance below which a device does not slide through another, mm on the radius (assumed).
_FIT_MM = 0.01


@dataclass(frozen=True)
class SheathMouth:
    """Where the sheath ends in the vessel, and which way it points.

    Attributes:
        xy_mm: (2,) position.
        angle_rad: Direction into the vessel.
        vessel: Index of the vessel.
        bore_mm: Inner radius.
        sheath_mm: Length in the vessel.
    """

    xy_mm: Array
    angle_rad: float
    vessel: int
    bore_mm: float
    sheath_mm: float


def sheath_mouth(tree: VesselTree, access: Access) -> SheathMouth:
    """Follow the sheath from the puncture, up the parents (retrograde) or on along the vessel."""
    vessel = tree.by_id[access.vessel]
    at = min(access.at_mm, vessel.length_mm)
    left = access.sheath_mm
    if access.direction == "antegrade":
        at = min(at + left, vessel.length_mm - 1.0)
    else:
        while at - left < 0.0 and vessel.parent >= 0:
            left -= at
            at = vessel.parent_at_mm
            vessel = tree.vessels[vessel.parent]
        at = max(at - left, 1.0)
    tangent = [np.interp(at, vessel.s_mm, vessel.tangent[:, k]) for k in (0, 1)]
    sign = 1.0 if access.direction == "antegrade" else -1.0
    angle = math.atan2(sign * tangent[1], sign * tangent[0])
    bore = 0.5 * access.sheath_fr * MM_PER_FRENCH
    return SheathMouth(vessel.point_at(at), angle, vessel.index, bore, access.sheath_mm)


def over_wire_mm(device: Device) -> float:
    """Length of a device that runs over its wire: all, or from a monorail's port to its tip."""
    rapid = device.balloon is not None and device.balloon.monorail
    return min(MONORAIL_PORT_MM, device.length_mm) if rapid else device.length_mm


def why_not(stack: Mapping[Slot, Mounted], mouth: SheathMouth, slot: Slot, device: Device) -> str:
    """Why a device cannot be mounted now, in one line; empty if it can."""
    if device.slot != slot:
        return f"{device.id} is a {device.kind}; it does not go into the {slot} slot"
    if slot in stack:
        return f"the {slot} slot holds {stack[slot].device.id}: remove it first"
    if device.outer_radius_mm > mouth.bore_mm + _FIT_MM:
        size, bore = 6 * device.outer_radius_mm, 6 * mouth.bore_mm
        return f"{device.id} ({size:.1f} F) does not pass the {bore:.0f} F sheath"
    place = SLOTS.index(slot)
    outer = [stack[s].device for s in SLOTS[:place] if s in stack]
    inner = [stack[s] for s in SLOTS[place + 1 :] if s in stack]
    for around in outer:
        if device.outer_radius_mm > around.inner_radius_mm - _FIT_MM:
            return f"{device.id} does not pass through {around.id} (bore too small)"
        if device.length_mm < around.length_mm:
            return f"{device.id} is shorter than {around.id} and would not come out of it"
    for core in inner:
        if core.device.outer_radius_mm > device.inner_radius_mm - _FIT_MM:
            return f"{device.id} does not go over {core.device.id} (bore too small)"
        outside = core.device.length_mm - core.inserted_mm
        outside -= mouth.sheath_mm + SHEATH_OUTSIDE_MM
        needed = over_wire_mm(device)
        if outside < needed:
            return (
                f"{device.id} does not go over {core.device.id}: {outside / 10:.0f} cm of it "
                f"are outside, {needed / 10:.0f} cm are needed"
            )
    return ""
