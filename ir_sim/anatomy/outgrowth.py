"""The vessels that lesions grow: the sac of an aneurysm, the feeder of a tumour or a fibroid."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.scenario.lesions import Aneurysm, AnyLesion, Fibroid, Sac, Tumour
from ir_sim.scenario.model import Outlet
from ir_sim.scenario.model import Vessel as VesselSpec

#: Radius of a feeder that carries 30 mL/min, mm; others follow Murray's law (assumed; branches of
#: the hepatic artery that feed a carcinoma are 1 to 2 mm wide).
_FEEDER_MM, _FEEDER_ML_MIN = 0.7, 30.0
#: A feeder is at most so wide as a share of the vessel that it leaves.
_MOST_SHARE = 0.8
_LEAST_RADIUS_MM = 0.3
_SIDES = {"left": (1.0, 0.0), "right": (-1.0, 0.0), "up": (0.0, 1.0), "down": (0.0, -1.0)}


class Stem(Protocol):
    """The vessel that something grows on."""

    @property
    def s_mm(self) -> Array:
        """(n,) arclength."""

    @property
    def tangent(self) -> Array:
        """(n, 2) unit vectors away from the heart."""

    @property
    def length_mm(self) -> float:
        """From ostium to end."""

    def point_at(self, s_mm: float) -> Array:
        """(2,) centreline point."""

    def radius_at(self, s_mm: float) -> float:
        """Radius there."""


def outgrowth(name: str, lesion: AnyLesion, parent_id: str, parent: Stem) -> VesselSpec:
    """The vessel of a lesion, as an author would have drawn it.

    Args:
        name: Its id.
        lesion: An aneurysm with a sac, a tumour or a fibroid.
        parent_id: Id of the vessel that it leaves.
        parent: That vessel.
    """
    at = min(lesion.at_mm, parent.length_mm)
    if isinstance(lesion, Aneurysm) and lesion.sac is not None:
        points = _sac(lesion.sac, parent, at)
        outlet = Outlet(organ="none")
    elif isinstance(lesion, Tumour | Fibroid):
        points = _feeder(lesion, parent, at)
        outlet = Outlet(
            organ=lesion.kind,
            flow_ml_min=lesion.flow_ml_min,
            volume_ml=lesion.volume_ml,
            capacity_ml=lesion.capacity_ml,
        )
    else:
        raise ValueError(f"a {lesion.kind} grows no vessel")
    rows = [[float(value) for value in point] for point in points]
    return VesselSpec(id=name, parent=parent_id, at_mm=at, points=rows, outlet=outlet)


def _aside(parent: Stem, at_mm: float, side: str) -> tuple[Array, Array]:
    """Unit vectors across the vessel, towards the wanted side, and along it."""
    k = int(np.argmin(np.abs(parent.s_mm - at_mm)))
    tx, ty = (float(c) for c in parent.tangent[k])
    across = np.array([-ty, tx])
    wanted = np.array(_SIDES[side])
    sign = 1.0 if float(across @ wanted) >= 0.0 else -1.0
    return sign * across, np.array([tx, ty])


def _sac(sac: Sac, parent: Stem, at_mm: float) -> list[list[float]]:
    out, _ = _aside(parent, at_mm, sac.side)
    wall = parent.point_at(at_mm) + parent.radius_at(at_mm) * out
    neck, dome, height = 0.5 * sac.neck_mm, 0.5 * sac.dome_mm, sac.length_mm
    # a neck that opens into a ball; its far side closes along the ball's outline
    middle = max(height - dome, 0.5 * height)
    left = height - middle
    places = (
        (0.0, neck),
        (0.5 * middle, neck + 0.8 * max(dome - neck, 0.0)),
        (middle, dome),
        (middle + 0.6 * left, 0.8 * dome),
        (middle + 0.92 * left, 0.4 * dome),
    )
    return [[*(wall + d * out).tolist(), r] for d, r in places]


def _feeder(lesion: Tumour | Fibroid, parent: Stem, at_mm: float) -> list[list[float]]:
    out, along = _aside(parent, at_mm, lesion.side)
    here = parent.radius_at(at_mm)
    radius = _FEEDER_MM * (lesion.flow_ml_min / _FEEDER_ML_MIN) ** (1.0 / 3.0)
    radius = max(min(radius, _MOST_SHARE * here), _LEAST_RADIUS_MM)
    wall = parent.point_at(at_mm) + here * out
    long = lesion.feeder_mm
    bent = wall + 0.5 * long * out + 0.15 * long * along
    end = wall + 0.9 * long * out + 0.45 * long * along
    return [
        [*wall.tolist(), radius],
        [*bent.tolist(), radius],
        [*end.tolist(), 0.85 * radius],
    ]
