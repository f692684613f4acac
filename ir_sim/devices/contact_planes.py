"""Contacts as the bending solve sees them: planes on links, a compliant wall, Coulomb friction.

Plane vectors are complex numbers. Units: mm, N.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.intp]

#: Stiffness of an artery's wall under a device's contact, N/mm (assumed). For a depth d the force
#: is k d, stiffening by (d / ``WALL_YIELD_MM``)^2 as collagen is recruited; within
#: ``WALL_SOFT_MM`` of the surface it sets in smoothly, k (d + s)^2 / 4 s.
WALL_STIFFNESS_N_MM = 5.0
WALL_YIELD_MM = 0.2
WALL_SOFT_MM = 0.05
#: Tangential stiffness of a sticking contact, N/mm (assumed).
STICK_STIFFNESS_N_MM = 2.0
_XY = np.arange(2)


class Contacts:
    """Contact planes on a chain, each at some place of a link.

    Args:
        count: Links of the chain.
        slot: (m,) place in the chain's memory of slip and force.
        link: (m,) link index.
        share: (m,) place on the link, from 0 at its proximal to 1 at its distal end.
        normal: (m,) complex unit normal of the wall, into the lumen.
        offset_mm: (m,) plane offset: the axis is ``normal . x - offset`` from the wall.
        radius_mm: (m,) outer radius of the device there.
        slip_mm: (m,) slip accumulated before this step along ``1j * normal``.
        friction_limit_n: (m,) Coulomb limit from the normal force of the step before.
        start: (count + 1,) node positions at the start of the step.
    """

    def __init__(
        self,
        count: int,
        slot: Index,
        link: Index,
        share: Array,
        normal: Complex,
        offset_mm: Array,
        radius_mm: Array,
        slip_mm: Array,
        friction_limit_n: Array,
        start: Complex,
    ) -> None:
        self.slot, self.normal = slot, normal
        self.reach_mm = radius_mm + offset_mm
        self.slip_mm = slip_mm
        self.friction_limit_n = friction_limit_n
        self.limit_mm = friction_limit_n / STICK_STIFFNESS_N_MM
        self.link, self.share = link, share
        self.inward = normal.conj()
        # slip is measured from where the points stood at the start
        self.slip_from_mm = slip_mm - (self.inward * self.on(start)).imag
        # each contact's force counts on its link's distal end and, with a share, on the proximal
        self.rest = 1.0 - share
        places = 2 * link[:, None] + _XY
        self.force_places = np.concatenate([places, places + 2 * count]).ravel()
        # its stiffness: three blocks of xx, xy, yy
        rows = np.arange(9)[:, None] * count
        self.rate_places = (rows + link).ravel()
        nx, ny = normal.real, normal.imag
        outer = np.stack([nx * nx, nx * ny, ny * ny])
        weight = np.stack([self.rest * self.rest, self.rest * share, share * share])
        self.weight = weight[:, None, :]
        self.outer_product = outer

    def on(self, nodes: Complex) -> Complex:
        """(m,) the contacts' points for (count + 1,) values at the nodes."""
        at = nodes[self.link]
        at += self.share * (nodes[self.link + 1] - at)
        return at

    def __len__(self) -> int:
        """Number of contacts."""
        return len(self.slot)

    @classmethod
    def none(cls, count: int) -> Contacts:
        """No contact."""
        f, i = np.zeros(0), np.zeros(0, np.intp)
        c = np.zeros(0, np.complex128)
        return cls(count, i, i, f, c, f, f, f, f, np.zeros(count + 1, np.complex128))


def wall_response(depth_mm: Array) -> tuple[Array, Array]:
    """Force (N) and stiffness (N/mm) of the wall for depths of contacts."""
    k, soft = WALL_STIFFNESS_N_MM, WALL_SOFT_MM
    deep = np.maximum(depth_mm - soft, 0.0)
    lead = np.maximum(depth_mm + soft, 0.0)
    lead -= deep
    np.minimum(lead, 2.0 * soft, out=lead)
    rate = lead * (0.5 * k / soft)
    stiffer = deep * deep
    stiffer *= k / WALL_YIELD_MM**2
    lead *= rate
    lead *= 0.5
    lead += deep * (stiffer + k)
    stiffer *= 3.0
    rate += stiffer
    return lead, rate
