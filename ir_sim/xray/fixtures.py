"""What X-rays see in the patient before anything is done: chalk in the walls of vessels."""

from __future__ import annotations

import zlib

import numpy as np

from ir_sim.anatomy.vessel_tree import Vessel, VesselTree
from ir_sim.scenario.lesions import Occlusion, Stenosis
from ir_sim.xray.implants import calcification
from ir_sim.xray.scene import DeviceShape

#: Chalk along the wall of a calcified lesion: share of its length, counted once round the
#: circumference (assumed: nearly circular, as fluoroscopy grades severe calcium; Rocha-Singh 2014,
#: Catheter Cardiovasc Interv 83:E212).
_LESION_SHARE = 2.2
#: It reaches so far beyond both ends of the lesion, mm (assumed).
_BEYOND_MM = 3.0


def fixtures_of(tree: VesselTree) -> tuple[DeviceShape, ...]:
    """The shapes; the same tree always has the same."""
    shapes: list[DeviceShape] = []
    for vessel in tree.vessels:
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
    radius = float(np.median(vessel.healthy_radius_mm[on]))
    depth = float(np.median(vessel.z_mm[on]))
    found = calcification(vessel.xy_mm[on], radius, share, seed)
    return [DeviceShape(s.points_mm, s.pieces, np.asarray(s.z_mm) + depth) for s in found]
