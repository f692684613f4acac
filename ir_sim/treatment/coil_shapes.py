"""Coils and plugs as X-rays see them, drawn from where their loops lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.treatment.coil_laws import laid_loop_mm, wire_mm
from ir_sim.treatment.coil_nest import Coil, sac_loop_mm
from ir_sim.xray import DeviceShape, Piece
from ir_sim.xray.implants import stent

Array = NDArray[np.float64]
_TURN_POINTS = 20
_WHOLE = 1.0e4


def coil_shape(tree: VesselTree, coil: Coil, radius: Array) -> DeviceShape | None:
    """One thread of platinum through all loops of a coil; None while there is less than one.

    Args:
        tree: The vessels.
        coil: Its loops where they lie.
        radius: (samples,) lumen now.
    """
    if not coil.loops:
        return None
    middle, along, across, depth, size, seen = [], [], [], [], [], []
    for loop in coil.loops:
        vessel = tree.vessels[loop.vessel]
        low, high = int(tree.first[loop.vessel]), int(tree.first[loop.vessel + 1])
        s = float(np.clip(loop.s_mm, vessel.s_mm[0], vessel.length_mm))
        lumen = 2.0 * float(np.interp(s, tree.sample_s_mm[low:high], radius[low:high]))
        tangent = np.array([np.interp(s, vessel.s_mm, vessel.tangent[:, k]) for k in (0, 1)])
        tangent /= max(float(np.hypot(*tangent)), 1e-9)
        normal = np.array([-tangent[1], tangent[0]])
        place = vessel.point_at(s) + normal * loop.y_mm + tangent * min(loop.s_mm - s, 0.0)
        middle.append(place)
        along.append(tangent)
        across.append(normal)
        depth.append(float(np.interp(s, vessel.s_mm, vessel.z_mm)))
        if vessel.grown == "aneurysm" and loop.s_mm >= 0.0:
            size.append(sac_loop_mm(vessel, coil.loop_mm))
            seen.append(float(np.sin(loop.turn)))
        else:  # nearly edge-on: its width along the vessel comes from its tilt and its own roll
            size.append(0.5 * 0.92 * laid_loop_mm(coil.loop_mm, lumen))
            seen.append(0.25 * float(np.sin(loop.turn)))
    n = len(coil.loops)
    count = max(_TURN_POINTS * n, 8)
    t = np.linspace(0.0, n, count, endpoint=False)
    knots = np.arange(n) + 0.5

    def over(values: list[float]) -> Array:
        return np.asarray(np.interp(t, knots, np.asarray(values, float)))

    centre = np.stack([over([m[k] for m in middle]) for k in (0, 1)], 1)
    way = np.stack([over([a[k] for a in along]) for k in (0, 1)], 1)
    side = np.stack([over([a[k] for a in across]) for k in (0, 1)], 1)
    r, tilt = over(size), over([loop.tilt for loop in coil.loops])
    narrow, angle = over(seen), 2.0 * np.pi * t
    long, short = r * np.cos(angle), r * narrow * np.sin(angle)
    y, x = long * np.cos(tilt) - short * np.sin(tilt), long * np.sin(tilt) + short * np.cos(tilt)
    xy = centre + side * y[:, None] + way * x[:, None]
    z = over(depth) + r * np.sqrt(1.0 - narrow**2) * np.sin(angle)
    piece = Piece(0.0, _WHOLE, 0.5 * wire_mm(coil.wire_in), 0.0, "platinum-coil")
    return DeviceShape(xy, (piece,), z)


def inside_shape(points_mm: Array, wire_in: float) -> DeviceShape | None:
    """The part of a coil that is still in the catheter."""
    if len(points_mm) < 2 or float(np.hypot(*np.diff(points_mm, axis=0).T).sum()) < 1.0:
        return None
    return DeviceShape(
        points_mm, (Piece(0.0, _WHOLE, 0.5 * wire_mm(wire_in), 0.0, "platinum-coil"),)
    )


def plug_shapes(
    tree: VesselTree, vessel: int, from_mm: float, to_mm: float, radius_mm: float
) -> tuple[DeviceShape, ...]:
    """A plug's mesh and its two marks."""
    v = tree.vessels[vessel]
    s = np.linspace(max(from_mm, 0.0), min(max(to_mm, from_mm + 2.0), v.length_mm), 8)
    points = np.stack([np.interp(s, v.s_mm, v.xy_mm[:, k]) for k in (0, 1)], 1)
    if float(np.hypot(*np.diff(points, axis=0).T).sum()) < 1.0:
        return ()
    ends = tuple(
        DeviceShape(points[k : k + 2], (Piece(0.0, _WHOLE, 0.4, 0.0, "platinum"),), 0.0)
        for k in (0, len(points) - 2)
    )
    return (*stent(points, radius_mm, strut_mm=0.09, ring_mm=1.6, crowns=10), *ends)
