"""What the X-ray sees of the devices: the sheath's path, and each device as pieces of material."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.devices import DeviceState, SheathMouth, sheath_mouth
from ir_sim.scenario.device import MM_PER_FRENCH, MM_PER_INCH
from ir_sim.scenario.model import Access, Scenario
from ir_sim.treatment import Way, way_of
from ir_sim.xray import DeviceShape, Piece, device_pieces

Array = NDArray[np.float64]

#: Wall of an introducer sheath, mm, and the length of its radio-opaque tip (assumed).
_SHEATH_WALL_MM = 0.3
_SHEATH_TIP_MM = 2.0
#: Length of the sheath and what lies in it that is drawn outside the vessel, mm.
_OUTSIDE_MM = 60.0
#: The assistant's wire: thickness, in, and how far it reaches beyond the balloon, mm (assumed).
_WIRE_IN, _WIRE_AHEAD_MM = 0.035, 70.0


def sheath_path(tree: VesselTree, access: Access, mouth: SheathMouth) -> Array:
    """(n, 2) curve of the sheath from outside the body to its mouth, mm."""
    vessel = tree.by_id[access.vessel]
    at = min(access.at_mm, vessel.length_mm)
    way: list[Array] = []
    if access.direction == "antegrade":
        inside = (vessel.s_mm >= at) & (vessel.s_mm <= at + access.sheath_mm)
        way.append(vessel.xy_mm[inside])
    else:
        while vessel.index != mouth.vessel and vessel.parent >= 0:
            way.append(vessel.xy_mm[(vessel.s_mm <= at)][::-1])
            at, vessel = vessel.parent_at_mm, tree.vessels[vessel.parent]
        end = float(vessel.s_mm[np.argmin(np.hypot(*(vessel.xy_mm - mouth.xy_mm).T))])
        inside = (vessel.s_mm <= at) & (vessel.s_mm >= end)
        way.append(vessel.xy_mm[inside][::-1])
    path = np.vstack([*way, mouth.xy_mm[None]])
    steps = np.hypot(*np.diff(path, axis=0).T)
    path = path[np.append(True, steps > 1e-6)]
    out = path[0] - path[min(8, len(path) - 1)]
    out = out / max(float(np.hypot(*out)), 1e-9)
    # the puncture slants through the skin: leave the vessel's line gently
    t = np.linspace(_OUTSIDE_MM, 0.0, 16)[:-1, None]
    aside = np.array([-out[1], out[0]]) * np.sign(out[0] or 1.0)
    return np.vstack([path[0] + t * out + 0.25 * aside * t**2 / _OUTSIDE_MM, path])


def sheath_shape(path_mm: Array, access: Access) -> DeviceShape:
    """The introducer sheath."""
    inner = 0.5 * access.sheath_fr * MM_PER_FRENCH
    outer = inner + _SHEATH_WALL_MM
    length = float(np.hypot(*np.diff(path_mm, axis=0).T).sum())
    pieces = (
        Piece(0.0, _SHEATH_TIP_MM, outer, inner, "tungsten-polymer"),
        Piece(_SHEATH_TIP_MM, length, outer, inner, "barium-polymer"),
    )
    return DeviceShape(path_mm, pieces)


def device_shape(
    device: DeviceState, pieces: tuple[Piece, ...], sheath_path_mm: Array, z_mm: Array
) -> DeviceShape:
    """A device from outside the body to its tip.

    Args:
        device: Where it lies.
        pieces: What it is made of (``ir_sim.xray.device_pieces``).
        sheath_path_mm: (m, 2) curve from outside to the sheath's mouth.
        z_mm: (n,) depth of the device's own points.
    """
    points = device.points_mm
    path = np.vstack([sheath_path_mm[:-1], points])
    z = np.concatenate([np.full(len(sheath_path_mm) - 1, z_mm[0] if len(z_mm) else 0.0), z_mm])
    return DeviceShape(path, pieces, z)


def assistants_shapes(scenario: Scenario, tree: VesselTree) -> tuple[DeviceShape, ...]:
    """Sheath, shaft with its marks and wire at the other groin; they stay where they lie."""
    spec, device = scenario.assistant, scenario.assistant_device
    if spec is None or device is None or device.stent is None:
        return ()
    mouth = sheath_mouth(tree, spec.access)
    sheath = sheath_path(tree, spec.access, mouth)
    way = way_of(tree, spec, device)
    tip_mm = spec.edge_mm + device.stent.tip_mm
    led, z_led, up = _through(tree, sheath, mouth, way, tree.by_id[spec.vessel].index)
    shaft, wire = up <= tip_mm, up <= tip_mm + _WIRE_AHEAD_MM
    core = (Piece(0.0, 1.0e4, 0.5 * _WIRE_IN * MM_PER_INCH, 0.0, "steel"),)
    return (
        sheath_shape(sheath, spec.access),
        DeviceShape(led[wire], core, z_led[wire]),
        DeviceShape(led[shaft], device_pieces(device), z_led[shaft]),
    )


def _through(
    tree: VesselTree, sheath: Array, mouth: SheathMouth, way: Way, goal: int
) -> tuple[Array, Array, Array]:
    """Sheath, the vessels from its mouth to the way, and the way.

    Returns:
        (n, 2) points, (n,) depths, (n,) heights over the bifurcation; minus infinity before it.
    """
    at = tree.vessels[mouth.vessel]
    points, depth = [sheath], [np.full(len(sheath), float(way.z_mm[0]))]
    from_mm = float(at.s_mm[np.argmin(np.hypot(*(at.xy_mm - mouth.xy_mm).T))])
    while at.index != goal:
        on = (at.s_mm <= from_mm) & (at.s_mm > 0.0)
        points.append(at.xy_mm[on][::-1])
        depth.append(at.z_mm[on][::-1])
        from_mm, at = at.parent_at_mm, tree.vessels[at.parent]
    ahead = way.up_mm > -from_mm
    before = np.vstack(points)
    up = np.concatenate([np.full(len(before), -np.inf), way.up_mm[ahead]])
    led = np.vstack([before, way.points_mm[ahead]])
    return led, np.concatenate([*depth, way.z_mm[ahead]]), up
