"""Fine branches beyond the ends of the modelled vessels, for the eye only.

No device reaches them and no flow is computed in them; contrast at the end of the artery fills
them. Calibres fall from branch to branch as Murray's law has it (two equal daughters: 0.79).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.vessel_tree import Vessel, VesselTree

Array = NDArray[np.float64]

#: Branches end here, mm.
_THINNEST_MM = 0.22
_MOST_BRANCHES = 26
#: Length of a branch in radii, and how it winds, by organ.
_LENGTH = {"kidney": 10.0, "brain": 15.0, "bowel": 15.0, "muscle": 19.0, "liver": 13.0}
_WINDING = {"uterus": 0.35, "fibroid": 0.35, "spleen": 0.22, "brain": 0.2}


@dataclass(frozen=True, eq=False)
class Twig:
    """One fine branch.

    Attributes:
        xy_mm: (n, 2) way.
        radius_mm: (n,) calibre.
        z_mm: Depth.
        sample: Row of the tree's sample table whose contrast it shows.
    """

    xy_mm: Array
    radius_mm: Array
    z_mm: float
    sample: int


def grow_twigs(tree: VesselTree) -> list[Twig]:
    """Branches beyond every outlet but a sac's; the same tree always grows the same."""
    found: list[Twig] = []
    for vessel in tree.vessels:
        feeds = vessel.outlet is not None and vessel.outlet.organ != "none"
        if feeds and vessel.radius_mm[-1] < 3.2:
            found += _from_end(tree, vessel)
    return found


def _from_end(tree: VesselTree, vessel: Vessel) -> list[Twig]:
    organ = vessel.outlet.organ if vessel.outlet is not None else "other"
    rng = np.random.default_rng(zlib.crc32(vessel.id.encode()))
    sample = int(tree.first[vessel.index + 1]) - 1
    z = float(vessel.z_mm[-1])
    ahead = vessel.tangent[-1]
    angle = float(np.arctan2(ahead[1], ahead[0]))
    winding = _WINDING.get(organ, 0.11)
    out: list[Twig] = []
    start = (vessel.xy_mm[-1], float(vessel.radius_mm[-1]))
    todo = [(*start, angle + turn, 0.80) for turn in _turns(rng)]
    while todo and len(out) < _MOST_BRANCHES:
        at, radius, angle, share = todo.pop(0)
        r0 = radius * share
        if r0 < _THINNEST_MM:
            continue
        length = _LENGTH.get(organ, 14.0) * r0**0.75 * rng.uniform(0.7, 1.3)
        count = max(4, int(length / 2.0))
        bend = rng.normal(0.0, 0.06)
        way = np.empty((count + 1, 2))
        way[0] = at
        for i in range(count):
            angle += bend + rng.normal(0.0, winding)
            way[i + 1] = way[i] + length / count * np.array([np.cos(angle), np.sin(angle)])
        calibre = np.linspace(r0, 0.86 * r0, count + 1)
        out.append(Twig(way, calibre, z, sample))
        todo += [
            (way[-1], 0.86 * r0, angle + turn, rng.uniform(0.68, 0.84)) for turn in _turns(rng)
        ]
        if length > 14.0:
            middle = int(0.55 * count)
            side = float(rng.choice([-1.0, 1.0])) * rng.uniform(0.7, 1.1)
            todo.append((way[middle], r0, angle + side, rng.uniform(0.4, 0.55)))
    return out


def _turns(rng: np.random.Generator) -> tuple[float, float]:
    wide = rng.uniform(0.35, 0.75)
    lean = rng.uniform(0.25, 0.75)
    return (wide * lean, -wide * (1.0 - lean))
