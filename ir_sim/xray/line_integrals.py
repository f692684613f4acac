"""Line integrals of a scene: body, contrast, blush and devices along every ray of the picture."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.body import Body
from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.xray.background import Background, project_body
from ir_sim.xray.beam import Beam, beam_quality
from ir_sim.xray.blush import Blush
from ir_sim.xray.device_paint import paint_devices
from ir_sim.xray.fixtures import fixtures_of
from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.scene import DeviceShape, Pool, Scene
from ir_sim.xray.settings import Exposure, Settings
from ir_sim.xray.twigs import grow_twigs
from ir_sim.xray.vessel_map import VesselMap, map_vessels

Key = tuple[float, float, float]

#: The maps reach this share of the picture beyond it: the table pans so far without a rebuild.
_MARGIN = 0.1
#: Views that are kept: the present one and one built ahead.
_KEPT = 2
#: A calibre that has changed by this share is drawn anew; until then its chord is scaled.
_REDRAW = 0.08
#: Attenuation of the wedge filter at 70 kV, nepers.
_WEDGE = 0.8
#: Peristalsis: size in mm and periods in s (assumed).
_PERISTALSIS = ((0.35, 9.0), (0.3, 6.3))
#: Movement of the heart's border from diastole to systole, mm (assumed).
_HEART_MM = 5.0
_COARSE = 64
#: An extravasation is drawn as so many lobes, so far apart in radii (assumed; blood tracks along
#: planes of tissue instead of making a ball).
_LOBES, _LOBES_APART = 7, 0.55


@dataclass(eq=False)
class View:
    """Maps for one field and angulation, around one place of the table.

    ``fixtures`` are shapes that lie still in the patient.
    """

    projection: Projection
    margin_px: int
    background: Background
    vessels: VesselMap
    blush: Blush
    radius_mm: NDArray[np.float64]
    fixtures: tuple[DeviceShape, ...] = ()
    kv: float = 0.0
    still: Image | None = None
    coarse: Image | None = None

    def still_at(self, beam: Beam) -> Image:
        """(n, n) line integral of what does not move, kept for one voltage."""
        if self.still is None or self.kv != beam.kv:
            self.still = self.background.still(beam)
            if self.fixtures:
                n = self.projection.size_px + 2 * self.margin_px
                paint_devices(
                    self.still, self.fixtures, replace(self.projection, size_px=n), beam.kv
                )
            self.kv = beam.kv
            self.coarse = None
        return self.still


def view_key(s: Settings) -> Key:
    """What a view's maps depend on, but for the place of the table."""
    return (s.field_cm, s.lao_deg, s.cranial_deg)


class LineIntegrals:
    """Builds views and composes scenes in them."""

    def __init__(
        self, tree: VesselTree, body: Body, bed_vessel: tuple[int, ...], size_px: int
    ) -> None:
        self.tree, self.body, self.bed_vessel, self.size_px = tree, body, bed_vessel, size_px
        self.margin_px = int(_MARGIN * size_px)
        self._twigs = grow_twigs(tree)
        self._fixtures = fixtures_of(tree, body)
        self._views: dict[tuple[Key, int, int], View] = {}
        self._lock = threading.Lock()  # a background thread may build views ahead
        self._line: Image = np.empty((size_px, size_px), np.float32)
        self._per_cm: Image = np.zeros(65536, np.float32)
        self._wedges: dict[float, Image] = {}

    def view(self, s: Settings) -> View:
        """The view that holds the settings' field, built if need be."""
        projection = Projection.of(s, self.size_px)
        reach = max((self.margin_px - 24) * projection.mm_per_px, projection.mm_per_px)
        # views sit on a lattice, so that panning to and fro finds the old ones again
        cell = [int(np.floor(c / (1.6 * reach) + 0.5)) for c in s.centre_mm]
        key = (view_key(s), cell[0], cell[1])
        with self._lock:
            if key in self._views:
                self._views[key] = self._views.pop(key)  # the last used is the last to go
                return self._views[key]
            while len(self._views) >= _KEPT:
                self._views.pop(next(iter(self._views)))
        centre = (cell[0] * 1.6 * reach, cell[1] * 1.6 * reach)
        p = Projection(centre, s.lao_deg, s.cranial_deg, projection.mm_per_px, projection.size_px)
        view = View(
            projection=p,
            margin_px=self.margin_px,
            background=project_body(self.body, p, self.margin_px),
            vessels=map_vessels(self.tree, p, self.margin_px, None, self._twigs),
            blush=Blush(self.tree, self.body, self.bed_vessel, p, self.margin_px),
            radius_mm=self.tree.sample_radius_mm,
            fixtures=self._fixtures,
        )
        with self._lock:
            self._views[key] = view
        return view

    def coarse(self, exposure: Exposure) -> Image:
        """(64, 64) or smaller line integral of the resting body in the exposure's field."""
        view = self.view(exposure.settings)
        still = view.still_at(beam_quality(exposure.kv))
        if view.coarse is None:
            moving = view.background.moving_cm * np.float32(beam_quality(exposure.kv).water_cm)
            whole = cv2.add(still, moving)
            view.coarse = cv2.resize(whole, (128, 128), interpolation=cv2.INTER_AREA)
        rows, columns = self._window(view, exposure.settings)
        scale = view.coarse.shape[0] / still.shape[0]
        r0, c0 = int(rows.start * scale), int(columns.start * scale)
        count = int(self.size_px * scale)
        return view.coarse[r0 : r0 + count, c0 : c0 + count]

    def at(self, scene: Scene) -> Image:
        """(n, n) line integral, overwritten by the next."""
        exposure = scene.exposure
        s = exposure.settings
        view = self.view(s)
        beam = beam_quality(exposure.kv)
        rows, columns = self._window(view, s)
        mm = view.projection.mm_per_px
        moved = (scene.patient_mm[0] / mm, -scene.patient_mm[1] / mm)
        line = self._line
        still = view.still_at(beam)
        fixed = _shifted(still, rows, columns, moved) if any(moved) else still[rows, columns]
        dx, dy = _peristalsis(exposure.time_s)
        gas = (moved[0] + dx / mm, moved[1] + (scene.breath_mm + dy) / mm)
        moving = _shifted(view.background.moving_cm, rows, columns, gas)
        cv2.scaleAdd(moving, beam.water_cm, fixed, dst=line)
        if view.background.heart_cm is not None:
            beat = _HEART_MM * 0.5 * (1.0 - np.cos(2 * np.pi * scene.heart_phase)) / mm
            place = (moved[0] - 0.6 * beat, moved[1] + 0.4 * scene.breath_mm / mm + 0.4 * beat)
            heart = _shifted(view.background.heart_cm, rows, columns, place)
            cv2.scaleAdd(heart, beam.water_cm, line, dst=line)
        self._add_contrast(line, scene, view, beam, (rows, columns), moved)
        own = Projection(self._seen_centre(view, s), s.lao_deg, s.cranial_deg, mm, self.size_px)
        if scene.devices:
            paint_devices(line, scene.devices, own, exposure.kv, moved)
        for pool in scene.pools:
            _add_pool(line, pool, own, beam)
        if s.wedge:
            cv2.add(line, self._wedge(s.wedge), dst=line)
        return line

    # ---------------------------------------------------------------- inside

    def _offset_px(self, view: View, s: Settings) -> tuple[int, int]:
        at = view.projection.pixels(np.array([s.centre_mm]))[0]
        half = 0.5 * (self.size_px - 1)
        return round(float(at[0]) - half), round(float(at[1]) - half)

    def _window(self, view: View, s: Settings) -> tuple[slice, slice]:
        column, row = self._offset_px(view, s)
        m = view.margin_px
        column, row = (int(np.clip(v + m, 0, 2 * m)) for v in (column, row))
        return slice(row, row + self.size_px), slice(column, column + self.size_px)

    def _seen_centre(self, view: View, s: Settings) -> tuple[float, float]:
        """The world point in the picture's middle, after rounding to whole elements."""
        rows, columns = self._window(view, s)
        dx = (columns.start - view.margin_px) * view.projection.mm_per_px
        dy = -(rows.start - view.margin_px) * view.projection.mm_per_px
        u, v = view.projection.axes
        turn = np.array([[u[0], u[1]], [v[0], v[1]]])
        move = np.linalg.solve(turn, [dx, dy])
        x, y = view.projection.centre_mm
        return (x + float(move[0]), y + float(move[1]))

    def _add_contrast(
        self,
        line: Image,
        scene: Scene,
        view: View,
        beam: Beam,
        window: tuple[slice, slice],
        moved: tuple[float, float],
    ) -> None:
        contrast: Image | None = None
        c = scene.concentration_mg_ml
        if c is not None and (float(c.max()) > 0.2 or float(c.min()) < -0.2):
            vessels, scale = self._calibres(view, scene)
            per_cm = np.where(
                c > 0,
                np.float32(beam.iodine_cm2_g * 1e-3) * c,
                np.float32(beam.water_cm * 1e-3) * c,
            )
            if scale is not None:
                per_cm = per_cm * scale
            per_cm = per_cm[:: vessels.stride]
            self._per_cm[: len(per_cm)] = per_cm
            contrast = vessels.attenuation(self._per_cm, *window)
        if scene.bed_mg is not None and len(self.bed_vessel):
            blush = view.blush.mg_cm2(scene.bed_mg, scene.collecting_mg, window)
            if blush is not None:
                per_mg = beam.iodine_cm2_g * 1e-3
                if contrast is None:
                    contrast = cv2.addWeighted(blush, per_mg, blush, 0.0, 0.0)
                else:
                    contrast = cv2.scaleAdd(blush, per_mg, contrast, dst=contrast)
        if contrast is None:
            return
        if any(moved):
            n = self.size_px
            middle = (0.5 * (n - 1) - moved[0], 0.5 * (n - 1) - moved[1])
            contrast = cv2.getRectSubPix(contrast, (n, n), middle)
        harden(contrast, beam)
        cv2.add(line, contrast, dst=line)

    def _calibres(self, view: View, scene: Scene) -> tuple[VesselMap, Image | None]:
        """The vessel map for the scene's calibres, and what scales its chords until redrawn."""
        if scene.radius_mm is None:
            return view.vessels, None
        ratio = np.asarray(scene.radius_mm, float) / view.radius_mm
        if np.abs(ratio - 1.0).max() > _REDRAW:
            view.radius_mm = np.array(scene.radius_mm, float)
            view.vessels = map_vessels(self.tree, view.projection, view.margin_px, view.radius_mm)
            return view.vessels, None
        return view.vessels, (ratio**2).astype(np.float32)

    def _wedge(self, share: float) -> Image:
        if share not in self._wedges:
            n = self.size_px
            x = (np.arange(n) + 0.5) / n
            edge = x - (1.0 - share) if share > 0 else -share - x
            ramp = _WEDGE * np.clip(edge / 0.12 + 0.5, 0.0, 1.0)
            self._wedges = {share: np.tile(ramp.astype(np.float32), (n, 1))}
        return self._wedges[share]


def harden(line: Image, beam: Beam) -> None:
    """Iodine's line integral in place: thick layers attenuate less per mass than thin ones.

    L = L0 / (1 + b x), with x = L0 / mu the mass per area and b so that the table's value at
    200 mg/cm2 is met.
    """
    thick = beam.iodine_cm2_g - 0.2 * beam.iodine_quadratic
    b = (beam.iodine_cm2_g / thick - 1.0) / 0.2 / beam.iodine_cm2_g
    most = float(line.max())
    if most * b < 0.005:
        return
    lower = cv2.addWeighted(line, b, line, 0.0, 1.0)
    cv2.divide(line, lower, dst=line)


def _shifted(image: Image, rows: slice, columns: slice, shift: tuple[float, float]) -> Image:
    """The window of an image that has moved by (columns, rows)."""
    n = rows.stop - rows.start
    middle = (
        columns.start + 0.5 * (n - 1) - shift[0],
        rows.start + 0.5 * (n - 1) - shift[1],
    )
    return cv2.getRectSubPix(image, (n, n), middle)


def _peristalsis(time_s: float) -> tuple[float, float]:
    (ax, tx), (ay, ty) = _PERISTALSIS
    return ax * float(np.sin(2 * np.pi * time_s / tx)), ay * float(np.sin(2 * np.pi * time_s / ty))


def _add_pool(line: Image, pool: Pool, p: Projection, beam: Beam) -> None:
    """An extravasation: a cloud of soft lobes with its mass kept; a place always has its own."""
    rng = np.random.default_rng(zlib.crc32(np.round(np.array(pool.xy_mm), 1).tobytes()))
    way = rng.normal(0.0, _LOBES_APART, (_LOBES, 2)) * (1.0, 0.6)
    size = rng.uniform(0.45, 0.8, _LOBES)
    share = size**2 * rng.uniform(0.6, 1.4, _LOBES)
    for (dx, dy), width, part in zip(way, size, share / share.sum(), strict=True):
        at = (pool.xy_mm[0] + dx * pool.radius_mm, pool.xy_mm[1] + dy * pool.radius_mm)
        _add_lobe(line, at, part * pool.mg, width * pool.radius_mm, p, beam)


def _add_lobe(
    line: Image, xy_mm: tuple[float, float], mg: float, radius_mm: float, p: Projection, beam: Beam
) -> None:
    n = p.size_px
    x, y = p.pixels(np.array([xy_mm]))[0]
    sigma = max(radius_mm, 0.5) / p.mm_per_px / 1.5
    reach = int(4 * sigma) + 2
    x0, x1 = max(int(x) - reach, 0), min(int(x) + reach, n)
    y0, y1 = max(int(y) - reach, 0), min(int(y) + reach, n)
    if x1 <= x0 or y1 <= y0:
        return
    gx = np.exp(-0.5 * ((np.arange(x0, x1) - x) / sigma) ** 2)
    gy = np.exp(-0.5 * ((np.arange(y0, y1) - y) / sigma) ** 2)
    mg_cm2 = mg / (2 * np.pi * (sigma * p.mm_per_px * 0.1) ** 2)
    line[y0:y1, x0:x1] += (beam.iodine_cm2_g * 1e-3 * mg_cm2 * np.outer(gy, gx)).astype(np.float32)
