"""A device along its length: bending stiffness and pre-set curvature against distance from the tip.

Units: mm, N, rad. EI in N mm2, curvature in rad/mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.device import Device

Array = NDArray[np.float64]

_STEP_MM = 0.5
#: Sections taper into one another over this length, mm (assumed; makers grind or lap the joints).
_BLEND_MM = 4.0


@dataclass(frozen=True)
class Profile:
    """Tables of one device, sampled every 0.5 mm from the tip.

    Attributes:
        distance_mm: (n,) distance from the tip.
        ei_n_mm2: (n,) bending stiffness.
        moment_n_mm: (n,) stiffness times pre-set curvature: the moment that straightens it.
        table_mm: (n + 1,) the distances and the tip itself.
        table: (n + 1,) complex: stiffness, and as imaginary part the moment.
    """

    device: Device
    distance_mm: Array
    ei_n_mm2: Array
    moment_n_mm: Array
    table_mm: Array
    table: NDArray[np.complex128]

    @property
    def shaft_ei_n_mm2(self) -> float:
        """Bending stiffness beyond the shaped part."""
        return float(self.ei_n_mm2[-1])

    @property
    def shaped_mm(self) -> float:
        """Length from the tip beyond which the device is a straight, uniform shaft."""
        return float(self.distance_mm[-1])


def profile_of(device: Device) -> Profile:
    """Tables for a device of the catalogue.

    The stiffness blends geometrically between sections; the curvature does not, so that the turn
    of every section is kept.
    """
    ends = np.cumsum([section.length_mm for section in device.sections])
    # the last section is the shaft if it is straight
    pre_shaped = float(ends[-1])
    if device.sections[-1].arc_deg == 0.0:
        pre_shaped -= device.sections[-1].length_mm
    table_mm = min(device.length_mm, pre_shaped + 2 * _BLEND_MM) + _STEP_MM
    d = np.arange(0.0, table_mm, _STEP_MM) + 0.5 * _STEP_MM
    which = np.minimum(np.searchsorted(ends, d, side="right"), len(ends) - 1)
    ei = np.array([section.ei_n_mm2 for section in device.sections])[which]
    curvature = np.array([np.radians(s.arc_deg) / s.length_mm for s in device.sections])[which]
    width = round(_BLEND_MM / _STEP_MM)
    padded = np.pad(np.log(ei), (width // 2, width - 1 - width // 2), mode="edge")
    ei = np.exp(np.convolve(padded, np.ones(width) / width, "valid"))
    moment = ei * curvature
    table = ei + 1j * moment
    ends_mm, ends_table = np.append(0.0, d), np.append(table[0], table)
    return Profile(device, d, ei, moment, ends_mm, ends_table)
