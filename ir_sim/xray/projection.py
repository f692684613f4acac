"""Where a point of the body appears on the detector, for an angulation of the C-arm.

Parallel beams through the isocentre plane (magnification is that of the isocentre)::

    detector direction d = (sin a cos b, sin b, cos a cos b)     a: LAO, b: cranial
    right of the picture u = (cos a, 0, -sin a)
    up of the picture    v = (-sin a sin b, cos b, -cos a sin b)

Depth z is towards the front of the patient. In LAO the spine moves to the right of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ir_sim.xray.settings import Settings

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """The picture's plane: rows run down the screen, from the upper left corner.

    Attributes:
        centre_mm: World point that appears in the middle.
        lao_deg: Rotation.
        cranial_deg: Angulation.
        mm_per_px: Size of a picture element in the plane of the isocentre.
        size_px: Side of the square picture.
    """

    centre_mm: tuple[float, float]
    lao_deg: float
    cranial_deg: float
    mm_per_px: float
    size_px: int

    @classmethod
    def of(cls, settings: Settings, size_px: int) -> Projection:
        """The projection of a machine's settings."""
        mm = settings.field_mm / size_px
        s = settings
        return cls(s.centre_mm, s.lao_deg, s.cranial_deg, mm, size_px)

    @property
    def axes(self) -> tuple[Array, Array]:
        """(3,) unit vectors to the right and up of the picture."""
        a, b = np.radians([self.lao_deg, self.cranial_deg])
        u = np.array([np.cos(a), 0.0, -np.sin(a)])
        v = np.array([-np.sin(a) * np.sin(b), np.cos(b), -np.cos(a) * np.sin(b)])
        return u, v

    def pixels(self, xy_mm: Array, z_mm: ArrayLike = 0.0) -> Array:
        """(n, 2) column and row (fractions count) of (n, 2) points at depth z."""
        u, v = self.axes
        x, y = xy_mm[:, 0] - self.centre_mm[0], xy_mm[:, 1] - self.centre_mm[1]
        z = np.broadcast_to(np.asarray(z_mm, float), x.shape)
        right = u[0] * x + u[2] * z
        up = v[0] * x + v[1] * y + v[2] * z
        half = 0.5 * (self.size_px - 1)
        return np.stack([half + right / self.mm_per_px, half - up / self.mm_per_px], 1)

    def matrix(self, z_mm: float) -> tuple[Array, Array]:
        """The same as ``pixels`` for one depth: (2, 2) and (2,) with px = A @ xy + b."""
        origin = self.pixels(np.zeros((1, 2)), z_mm)[0]
        unit = self.pixels(np.eye(2), z_mm) - origin
        return unit.T, origin
