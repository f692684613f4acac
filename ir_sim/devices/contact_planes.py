"""Contacts as the bending solve sees them: planes on links, a compliant wall, Coulomb friction.

Plane vectors are complex numbers. Units: mm, N.
"""

from __future__ import annotations

from functools import lru_cache

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
_TINY_MM = 1e-15
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
        self.least_mm = friction_limit_n / STICK_STIFFNESS_N_MM
        self.least_mm += _TINY_MM  # slip at which it begins to slide
        self.link, self.share = link, share
        self.inward = normal.conj()
        # slip is measured from where the points stood at the start
        self.slip_from_mm = slip_mm - (self.inward * self.on(start)).imag
        # each contact's force counts on its link's distal end and, with a share, on the proximal
        self.rest = 1.0 - share
        m = len(slot)
        places = np.empty((2, m, 2), np.intp)
        np.add(2 * link[:, None], _XY, out=places[0])
        np.add(places[0], 2 * count, out=places[1])
        self.force_places = places.ravel()
        # its stiffness: three blocks of xx, xy, yx, yy
        self.rate_places = (_rows(count) + link).ravel()
        self.weight = np.empty((3, 1, m))
        np.multiply(self.rest, self.rest, out=self.weight[0, 0])
        np.multiply(self.rest, share, out=self.weight[1, 0])
        np.multiply(share, share, out=self.weight[2, 0])
        self.outer_product = np.empty((4, m))
        both = normal.view(np.float64).reshape(m, 2).T
        np.multiply(both[:, None], both, out=self.outer_product.reshape(2, 2, m))

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


@lru_cache(maxsize=1024)
def _rows(count: int) -> Index:
    """(12, 1) where the rows of the contacts' blocks begin, flat."""
    return np.arange(12)[:, None] * count


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
