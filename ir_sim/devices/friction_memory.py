"""What contacts remember: friction carried over when walls are found anew within a solve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.contact_planes import Contacts
from ir_sim.devices.contact_space import SLOTS_PER_LINK, Touch
from ir_sim.devices.stack import Material

Complex = NDArray[np.complex128]


def found_anew(old: Contacts, touch: Touch, material: Material, start: Complex) -> Contacts:
    """Contacts found anew in the middle of a solve, with the friction that they had before."""
    slots = SLOTS_PER_LINK * len(material.outer)
    slip, limit = np.zeros(slots), np.zeros(slots)
    slip[old.slot] = old.slip_mm
    limit[old.slot] = old.friction_limit_n
    return Contacts(
        len(material.outer),
        touch.slot,
        touch.link,
        touch.share,
        touch.normal,
        touch.offset_mm,
        material.radius_mm[touch.link],
        slip[touch.slot],
        limit[touch.slot],
        start,
    )
