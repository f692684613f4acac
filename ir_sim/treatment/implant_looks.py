"""What an X-ray sees of balloons with contrast in them and of stents, from their real shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ir_sim.treatment.ground import Stretch
from ir_sim.treatment.stenting import Implant
from ir_sim.xray import DeviceShape, Piece
from ir_sim.xray.implants import stent

Array = NDArray[np.float64]

#: A crimped stent or a folded balloon round its catheter: outer and inner radius, mm (assumed).
_CRIMPED_MM, _SHAFT_MM = 0.95, 0.84
#: A piece of a balloon's outline, mm.
_PIECE_MM = 0.5


def full_balloon(lies: Stretch, radius_mm: Array, shoulder_mm: float = 3.0) -> DeviceShape:
    """A balloon with half-strength contrast in it, with its waist.

    Args:
        lies: Where it lies, from the hub's side to the tip's.
        radius_mm: (n,) radius at the points of ``lies``.
        shoulder_mm: Length over which its ends close.
    """
    at, length = lies.at_mm, lies.length_mm
    from_tip = length - at
    pieces = []
    for low in np.arange(0.0, length - 0.5 * _PIECE_MM, _PIECE_MM):
        middle = low + 0.5 * _PIECE_MM
        end = min(middle, length - middle) / shoulder_mm
        shape = np.sqrt(1.0 - (1.0 - min(max(end, 0.0), 1.0)) ** 2)
        radius = float(np.interp(middle, from_tip[::-1], radius_mm[::-1]))
        high = min(low + _PIECE_MM, length)
        pieces.append(Piece(float(low), high, max(float(shape) * radius, 0.1), 0.0,
                            "balloon-contrast"))  # fmt: skip
    return DeviceShape(lies.points_mm, tuple(pieces), lies.z_mm)


def crimped(lies: Stretch, material: str) -> DeviceShape:
    """A stent on its delivery catheter."""
    piece = Piece(0.0, lies.length_mm, _CRIMPED_MM, _SHAFT_MM, material)
    return DeviceShape(lies.points_mm, (piece,), lies.z_mm)


def opened_stent(implant: Implant, lumen_mm: Array) -> tuple[DeviceShape, ...]:
    """A stent as far as it is out and as wide as it could open.

    Args:
        implant: The stent.
        lumen_mm: (samples,) diameters of the vessels now.
    """
    lies, at = implant.lies, implant.lies.at_mm
    out = at >= (1.0 - implant.share) * at[-1] - 1e-9
    if int(out.sum()) < 3:
        return ()
    points = lies.points_mm[out]
    now = np.minimum(implant.open_mm, lumen_mm[lies.sample])
    if implant.lost:
        now = implant.open_mm
    radius = np.maximum(0.5 * now[out], 0.6)
    shapes = stent(points, radius, implant.stent.material)
    z = float(np.mean(lies.z_mm[out]))
    return tuple(replace(shape, z_mm=shape.z_mm + z) for shape in shapes)
