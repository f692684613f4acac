"""Contrast in the capillary beds: the blush of an organ, coarse, in mg/cm2 per mg."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.body import Body, Ellipse
from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.scenario.lesions import ball_radius_mm
from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection

Array = NDArray[np.float64]

#: The blush is drawn on a grid this many times coarser than the picture.
COARSE = 8
#: Radius of the bed that an outlet feeds (one standard deviation), mm, and how far beyond the
#: artery's end its middle lies (assumed).
_REACH_MM = {
    "kidney": 24.0, "liver": 34.0, "spleen": 26.0, "bowel": 34.0, "colon": 24.0, "brain": 30.0,
    "muscle": 26.0, "pelvis": 22.0, "uterus": 22.0, "fibroid": 16.0, "tumour": 11.0,
    "prostate": 11.0, "thyroid": 10.0, "lung": 40.0, "heart": 22.0, "foot": 26.0, "hand": 26.0,
    "bladder": 18.0, "pancreas": 14.0, "stomach": 30.0, "duodenum": 14.0, "adrenal": 6.0,
    "eye": 8.0, "spine": 10.0, "face": 20.0, "skin": 16.0, "ovary": 10.0, "bone": 14.0,
}  # fmt: skip
_OTHER_REACH_MM = 16.0
#: Standard deviation of a bed by the radius of a ball of its stated volume (assumed).
_SIGMA_SHARE = 0.6
_FLATTEN = 0.7
#: How much paler than its cortex a kidney's sinus is (assumed).
_SINUS = 0.7


class Blush:
    """Where the contrast of each bed shows.

    Args:
        tree: The vessels.
        body: For the outlines of its organs.
        bed_vessel: Vessel that feeds each bed.
        projection: Of the picture.
        margin_px: How far the map reaches beyond it.
    """

    def __init__(
        self,
        tree: VesselTree,
        body: Body,
        bed_vessel: Sequence[int],
        projection: Projection,
        margin_px: int,
    ) -> None:
        n = projection.size_px + 2 * margin_px
        self._size, self._count = n, n // COARSE
        axis = (np.arange(self._count) + 0.5) * n / self._count - margin_px - 0.5
        self._column, self._row = np.meshgrid(axis, axis)
        self._projection = projection
        cell_cm2 = (projection.mm_per_px * n / self._count * 0.1) ** 2
        self._kernel = np.zeros((len(bed_vessel), self._count, self._count), np.float32)
        self._urine = np.zeros_like(self._kernel)
        for k, index in enumerate(bed_vessel):
            vessel = tree.vessels[index]
            outlet = vessel.outlet
            organ = outlet.organ if outlet is not None else "other"
            reach = _REACH_MM.get(organ, _OTHER_REACH_MM)
            if outlet is not None and outlet.volume_ml is not None:
                reach = _SIGMA_SHARE * ball_radius_mm(outlet.volume_ml)
            xy, tangent = vessel.xy_mm, vessel.tangent
            if vessel.vein and vessel.parent < 0:  # it ends where it begins
                xy, tangent = xy[::-1], -tangent[::-1]
            bed = self._bed(xy, tangent, organ, body, reach)
            self._kernel[k] = bed / cell_cm2
            if organ == "kidney":
                self._urine[k] = self._collecting(vessel.xy_mm[-1], body) / cell_cm2

    def mg_cm2(
        self, bed_mg: Array, collecting_mg: Array | None, window: tuple[slice, slice]
    ) -> Image | None:
        """(h, w) blush of a window of the map, or None where there is nothing to see."""
        bed = np.asarray(bed_mg, np.float32)
        total = np.tensordot(bed, self._kernel, 1) if bed.max(initial=0.0) > 0.5 else None
        if collecting_mg is not None and np.max(collecting_mg, initial=0.0) > 0.5:
            urine = np.tensordot(np.asarray(collecting_mg, np.float32), self._urine, 1)
            total = urine if total is None else total + urine
        if total is None or float(total.max()) < 0.05:
            return None
        n = self._size
        fine = cv2.resize(np.asarray(total, np.float32), (n, n), interpolation=cv2.INTER_LINEAR)
        return fine[window]

    def _gauss(self, xy_mm: Array, along_mm: float, aside_mm: float, tangent: Array) -> Image:
        p = self._projection
        x, y = p.pixels(xy_mm[None])[0]
        dx, dy = (self._column - x) * p.mm_per_px, -(self._row - y) * p.mm_per_px
        along = dx * tangent[0] + dy * tangent[1]
        aside = dx * tangent[1] - dy * tangent[0]
        far = (along / along_mm) ** 2 + (aside / aside_mm) ** 2
        return np.asarray(np.exp(-0.5 * far), np.float32)

    def _bed(self, xy_mm: Array, tangent: Array, organ: str, body: Body, reach: float) -> Image:
        """Shares per cell that sum to 1 over the whole bed (seen or not)."""
        direction = tangent[-1]
        middle = xy_mm[-1] + direction * (0.25 if organ == "kidney" else 0.6) * reach
        spot = self._gauss(
            middle, reach, reach * (1.1 if organ == "kidney" else _FLATTEN), direction
        )
        whole = 2.0 * np.pi * reach**2 * (1.1 if organ == "kidney" else _FLATTEN)
        p = self._projection
        for ellipse in body.organs.get(organ, ()):
            if not ellipse.holds(xy_mm[-1], 12.0):
                continue
            depth = self._ellipse(ellipse.centre_mm, ellipse.rx_mm, ellipse.ry_mm, ellipse.tilt_deg)
            if organ == "kidney":
                # cortex first: brighter towards the rim, the sinus stays pale
                depth = np.where(depth > 0, depth**0.5 * (1.0 - 0.45 * depth**1.5), 0.0)
                depth = depth * (1.0 - _SINUS * self._sinus(ellipse))
            # an outline sharper than a cell would show the cells
            edge = cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 0.9)
            spot = spot * edge
            whole = max(float(spot.sum()) * (p.mm_per_px * self._size / self._count) ** 2, 1.0)
        cell_mm2 = (p.mm_per_px * self._size / self._count) ** 2
        return np.asarray(spot * np.float32(cell_mm2 / whole))

    def _ellipse(self, centre: tuple[float, float], rx: float, ry: float, tilt_deg: float) -> Array:
        """1 in the middle, 0 at the rim: the squared chord of an ellipsoid."""
        p = self._projection
        x, y = p.pixels(np.array([centre]))[0]
        dx, dy = (self._column - x) * p.mm_per_px, -(self._row - y) * p.mm_per_px
        c, s = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
        u, v = (dx * c + dy * s) / rx, (-dx * s + dy * c) / ry
        return np.asarray(np.clip(1.0 - u * u - v * v, 0.0, 1.0))

    def _sinus(self, e: Ellipse) -> Image:
        """1 in the middle of a kidney's sinus, at its inner border: fat, no blush."""
        side = 1.0 if e.centre_mm[0] > 0 else -1.0
        hilum = np.array(e.centre_mm) - np.array([side * 0.62 * e.rx_mm, 0.0])
        return self._gauss(hilum, 0.42 * e.rx_mm, 0.36 * e.ry_mm, np.array([1.0, 0.0]))

    def _collecting(self, end_mm: Array, body: Body) -> Image:
        """Calyces, pelvis and upper ureter of the kidney that an artery ends in."""
        out = np.zeros((self._count, self._count), np.float32)
        for e in body.organs.get("kidney", ()):
            if not e.holds(end_mm, 12.0):
                continue
            side = 1.0 if e.centre_mm[0] > 0 else -1.0
            c = np.array(e.centre_mm)
            hilum = c - np.array([side * 0.7 * e.rx_mm, 6.0])
            across = np.array([1.0, 0.0])
            out += self._gauss(hilum, 9.0, 6.0, np.array([0.8 * side, 0.6]))
            for share in (-0.55, -0.2, 0.2, 0.55):
                calyx = c + np.array([side * 2.0, share * e.ry_mm])
                way = (calyx - hilum) / np.hypot(*(calyx - hilum))
                out += 0.9 * self._gauss(0.5 * (hilum + calyx), 0.3 * e.ry_mm, 2.4, way)
                out += 0.7 * self._gauss(calyx, 4.0, 3.2, across)
            ureter = hilum - np.array([side * 6.0, 42.0])
            out += 0.7 * self._gauss(ureter, 26.0, 2.2, np.array([-0.1 * side, -1.0]))
        total = float(out.sum())
        return out / np.float32(max(total, 1e-9))
