"""What X-rays see in the patient before anything is done: chalk in vessels' walls, old staples."""

from __future__ import annotations

import zlib

import numpy as np

from ir_sim.anatomy.body import Body
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree
from ir_sim.scenario.lesions import Occlusion, Stenosis
from ir_sim.xray.implants import calcification, staples
from ir_sim.xray.scene import DeviceShape

#: Chalk along the wall of a calcified lesion: share of its length, counted once round the
#: circumference (assumed: nearly circular, as fluoroscopy grades severe calcium; Rocha-Singh 2014,
#: Catheter Cardiovasc Interv 83:E212).
_LESION_SHARE = 2.2
#: It reaches so far beyond both ends of the lesion, mm (assumed).
_BEYOND_MM = 3.0
#: From one staple to the next in a row, mm, and how deep it lies (assumed: bowel, in front).
_STAPLE_MM, _STAPLES_Z_MM = 5.0, 40.0


def fixtures_of(tree: VesselTree, body: Body) -> tuple[DeviceShape, ...]:
    """The shapes; the same patient always has the same."""
    shapes: list[DeviceShape] = []
    for x0, y0, x1, y1 in body.staples:
        start, end = np.array([x0, y0]), np.array([x1, y1])
        count = max(2, round(float(np.hypot(*(end - start))) / _STAPLE_MM) + 1)
        shapes += staples(start, end, count, _STAPLES_Z_MM)
    for vessel in tree.vessels:
        if vessel.calcium_percent > 0.0:
            share = _LESION_SHARE * vessel.calcium_percent / 100.0
            shapes += _chalk(vessel, 0.0, vessel.length_mm, share)
        for lesion in vessel.lesions:
            if isinstance(lesion, Stenosis | Occlusion) and lesion.hardness == "calcified":
                reach = 0.5 * lesion.length_mm + _BEYOND_MM
                shapes += _chalk(vessel, lesion.at_mm - reach, lesion.at_mm + reach, _LESION_SHARE)
    return tuple(shapes)


def _chalk(vessel: Vessel, low_mm: float, high_mm: float, share: float) -> list[DeviceShape]:
    """Plaques in the wall between two places, at the vessel's own depth."""
    on = (vessel.s_mm >= low_mm) & (vessel.s_mm <= high_mm)
    if int(on.sum()) < 2:
        return []
    seed = zlib.crc32(f"{vessel.id} {low_mm:.1f}".encode())
    radius = np.maximum(vessel.healthy_radius_mm, vessel.radius_mm)[on]  # outside any plaque
    depth = float(np.median(vessel.z_mm[on]))
    found = calcification(vessel.xy_mm[on], radius, share, seed)
    return [DeviceShape(s.points_mm, s.pieces, np.asarray(s.z_mm) + depth) for s in found]
