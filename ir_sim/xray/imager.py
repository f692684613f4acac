"""Draws what the monitor shows for an exposure.

::

    Scene --> line integrals --> Detector --> log --+--> Temporal --> Display    fluoroscopy, cine
              (background, vessels,                 +--> minus mask ----^        subtraction
               devices, blush)                      +--> minus mask, plus map ^  roadmap

An ``Imager`` remembers: lag, the recursive filter, masks, each run's peak. Drawing the same scenes
in the same order gives the same bytes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np

from ir_sim.anatomy.body import Body
from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.xray.beam import beam_quality
from ir_sim.xray.detector import Detector
from ir_sim.xray.display import CINE, DIRECT_BEAM, DSA, FLUORO, ROADMAP, Display, Look, Temporal
from ir_sim.xray.line_integrals import LineIntegrals, view_key
from ir_sim.xray.pictures import Grey, Image
from ir_sim.xray.scene import Scene
from ir_sim.xray.settings import Exposure, Settings
from ir_sim.xray.subtraction import Roadmap, Subtraction, marked

#: A pause after which lag and filter start afresh, s.
_PAUSE_S = 0.8
#: Share of the field's side over which the exposure is measured.
_MEASURE = 0.6
#: What attenuates less than this share of the denser parts of the field is the direct beam.
_DIRECT = 0.35
#: Attenuation of a few centimetres at the patient's edge, nepers.
_SKIN = 0.5


class Imager:
    """Pictures of one case, in the order of its exposures.

    Args:
        tree: The vessels.
        body: What lies around them.
        bed_vessel: Vessel that feeds each organ bed.
        size_px: Side of the picture.
        seed: Of the noise.
    """

    def __init__(
        self,
        tree: VesselTree,
        body: Body,
        bed_vessel: Iterable[int] = (),
        size_px: int = 1024,
        seed: int = 0,
    ) -> None:
        if size_px < 64:
            raise ValueError(f"size_px must be at least 64, got {size_px}")
        self.tree, self.body = tree, body
        self.size_px, self.seed = size_px, seed
        self._integrals = LineIntegrals(tree, body, tuple(int(v) for v in bed_vessel), size_px)
        self._display = Display(size_px)
        self._log: Image = np.empty((size_px, size_px), np.float32)
        self._now: tuple[float, Detector] | None = None
        self._ahead: tuple[float, Detector] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget everything seen; the view's maps stay."""
        if self._now is not None:
            self._now[1].forget()
        self._temporal = Temporal()
        self._subtraction = Subtraction()
        self._roadmap = Roadmap()
        self._last: Exposure | None = None
        self._held: Grey | None = None
        self._measure: tuple[object, float] | None = None

    def draw(self, scene: Scene) -> Grey:
        """(h, w) grey levels of what the monitor shows for an exposure."""
        cv2.setNumThreads(1)
        exposure = scene.exposure
        s = exposure.settings
        detector = self._detector(s)
        opening = blade_opening(s, self.size_px)
        self._follow(exposure, detector)
        signal = self._expose(scene, detector, opening)
        picture = detector.logarithm(signal, self._log)
        noise = detector.noise_sd / self._quanta(exposure, detector) ** 0.5
        if exposure.kind == "acquire":
            shown = self._acquired(picture, exposure, opening)
        elif s.roadmap is not None and self._subtraction.peak(s.roadmap) is not None:
            shown = self._mapped(picture, exposure, noise, opening)
        else:
            look = FLUORO
            if s.pulse_rate < 10.0:  # few pulses: less smoothing, or the wire would drag behind
                look = replace(FLUORO, new_share=0.5)
            filtered = self._temporal.follow(picture, look.new_share, noise)
            shown = self._display.show(filtered, look, opening, self._temporal.coarse)
        self._last, self._held = exposure, shown
        return shown

    def hold(self, settings: Settings | None = None) -> Grey:
        """Last-image hold; with settings, the present blades and field are drawn on it."""
        n = self.size_px
        if self._held is None:
            return self._display.frame(np.zeros((n, n), np.uint8), None)
        if settings is None or self._last is None or settings == self._last.settings:
            return self._held
        return draw_blades(self._held, self._last.settings, settings)

    def peak(self, run: int) -> Grey | None:
        """The run's maximum opacification as a subtraction picture, or None if it was not drawn."""
        peak = self._subtraction.peak(run)
        if peak is None:
            return None
        return self._display.show(peak.opacified, DSA, blade_opening(peak.settings, self.size_px))

    def beside(self) -> Imager:
        """Another imager of the same case that shares the maps, for the same thread."""
        other = copy.copy(self)
        other._now = other._ahead = None
        other._log = np.empty_like(self._log)
        other.reset()
        return other

    def logarithm(self, scene: Scene) -> Image:
        """(h, w) logarithm of the signal of a scene by itself: no lag, no filter; a new array."""
        cv2.setNumThreads(1)
        s = scene.exposure.settings
        detector = self._detector(s)
        detector.forget()
        signal = self._expose(scene, detector, blade_opening(s, self.size_px))
        return detector.logarithm(signal, self._log).copy()

    def shown(self, picture: Image, look: Look, opening: tuple[slice, slice] | None) -> Grey:
        """(h, w) grey levels of a logarithm."""
        return self._display.show(picture, look, opening)

    def prepare(self, settings: Settings) -> None:
        """Build the maps for settings ahead of their first exposure (in a background thread)."""
        self._integrals.view(settings)
        now = self._now
        if now is None or now[0] != settings.field_cm:
            self._ahead = (settings.field_cm, self._new_detector(settings))

    # ---------------------------------------------------------------- inside

    def _detector(self, s: Settings) -> Detector:
        """The detector binned for a field; a new one, or one that was made ahead, has no lag."""
        if self._now is None or self._now[0] != s.field_cm:
            ahead = self._ahead
            if ahead is None or ahead[0] != s.field_cm:
                ahead = (s.field_cm, self._new_detector(s))
            self._now, self._ahead = ahead, None
        return self._now[1]

    def _new_detector(self, s: Settings) -> Detector:
        element = 10.0 * s.field_cm / 2**0.5 / self.size_px
        return Detector(self.size_px, element, self.seed)

    def _quanta(self, exposure: Exposure, detector: Detector) -> float:
        target = exposure.target_ngy or exposure.dose_ngy
        neq = beam_quality(exposure.kv).quanta_per_mm2_ngy
        return neq * target * detector.element_mm**2

    def _follow(self, exposure: Exposure, detector: Detector) -> None:
        """Whatever breaks the sequence of pictures breaks the memory of the chain."""
        last = self._last
        if last is None:
            return
        now, was = exposure.settings, last.settings
        cut = exposure.kind != last.kind or exposure.time_s - last.time_s > _PAUSE_S
        cut |= exposure.run != last.run or view_key(now)[:3] != view_key(was)[:3]
        if cut:
            detector.forget()
            self._temporal.forget()
        if (now.roadmap, view_key(now), now.centre_mm) != (
            was.roadmap,
            view_key(was),
            was.centre_mm,
        ):
            self._roadmap.forget()
            if now.roadmap != was.roadmap:
                self._temporal.forget()

    def _expose(
        self, scene: Scene, detector: Detector, opening: tuple[slice, slice] | None
    ) -> Image:
        exposure = scene.exposure
        line = self._integrals.at(scene)
        primary = detector.primary(line, opening)
        target = exposure.target_ngy or exposure.dose_ngy
        gain = exposure.dose_ngy / target / self._measured(scene, detector, opening)
        self._display.direct_beam = min(DIRECT_BEAM, float(np.log(gain)) - _SKIN)
        detector.lag = 0.01 if exposure.kind == "acquire" else 0.03
        quanta = self._quanta(exposure, detector)
        return detector.expose(primary, gain, quanta, exposure.number, opening)

    def _measured(
        self, scene: Scene, detector: Detector, opening: tuple[slice, slice] | None
    ) -> float:
        """Mean share of the beam in the measuring field behind the body alone.

        The exposure control of the machine knows no contrast and no devices either: a bolus must
        not change the brightness of a locked run.
        """
        s = scene.exposure.settings
        key = (view_key(s), s.centre_mm, s.blades, scene.exposure.kv)
        if self._measure is None or self._measure[0] != key:
            self._measure = (key, self._mean_share(scene, detector, opening))
        return self._measure[1]

    def _mean_share(
        self, scene: Scene, detector: Detector, opening: tuple[slice, slice] | None
    ) -> float:
        still = self._integrals.coarse(scene.exposure)
        side = still.shape[0]
        share = np.exp(-still)
        rows = columns = slice(0, side)
        if opening is not None:
            scale = side / self.size_px
            rows = slice(int(opening[0].start * scale), max(int(opening[0].stop * scale), 1))
            columns = slice(int(opening[1].start * scale), max(int(opening[1].stop * scale), 1))
            closed = np.zeros_like(share)
            closed[rows, columns] = share[rows, columns]
            share = closed
        total = share + detector.coarse_scatter(share.astype(np.float32))
        middle = np.s_[_middle(rows), _middle(columns)]
        # beside the patient the direct beam falls on the detector: it is not measured
        depth = still[middle]
        return float(total[middle][depth >= _DIRECT * np.quantile(depth, 0.8)].mean())

    def _acquired(
        self, picture: Image, exposure: Exposure, opening: tuple[slice, slice] | None
    ) -> Grey:
        if exposure.settings.mode == "cine":
            self._subtraction.peak_of_cine(picture, exposure)
            return self._display.show(picture, CINE, opening)
        difference = self._subtraction.subtract(picture, exposure)
        if difference is None:
            return self._display.show(picture, CINE, opening)
        share = exposure.settings.landmark
        if share > 0.0:
            difference = marked(difference, picture, share)
        return self._display.show(difference, DSA, opening)

    def _mapped(
        self,
        picture: Image,
        exposure: Exposure,
        noise: float,
        opening: tuple[slice, slice] | None,
    ) -> Grey:
        s = exposure.settings
        live = self._roadmap.subtract(picture)
        filtered = self._temporal.follow(live, ROADMAP.new_share, 1.3 * noise)
        peak = self._subtraction.peak(s.roadmap or 0)
        assert peak is not None  # noqa: S101
        vessels = self._roadmap.vessels(peak, s)
        return self._display.show(
            cv2.scaleAdd(vessels, s.roadmap_share, filtered), ROADMAP, opening
        )


def blade_opening(s: Settings, n: int) -> tuple[slice, slice] | None:
    """Rows and columns that the blades leave open; None when all is open."""
    left, right, bottom, top = s.blades
    if not any(s.blades):
        return None
    return (
        slice(round(top * n), n - round(bottom * n)),
        slice(round(left * n), n - round(right * n)),
    )


def draw_blades(held: Grey, then: Settings, now: Settings) -> Grey:
    """The present blades and field as lines on a picture that was made with other settings."""
    out = held.copy()
    n = out.shape[0]
    scale = now.field_cm / then.field_cm
    mm = then.field_mm / n
    dx = (now.centre_mm[0] - then.centre_mm[0]) / mm
    dy = -(now.centre_mm[1] - then.centre_mm[1]) / mm
    left, right, bottom, top = now.blades
    half = 0.5 * n
    corners = (
        (half + dx + (left - 0.5) * n * scale, half + dy + (top - 0.5) * n * scale),
        (half + dx + (0.5 - right) * n * scale, half + dy + (0.5 - bottom) * n * scale),
    )
    a, b = (tuple(round(c) for c in corner) for corner in corners)
    cv2.rectangle(out, a, b, 235, max(1, n // 512))
    return out


def _middle(part: slice) -> slice:
    length = part.stop - part.start
    cut = int(0.5 * (1.0 - _MEASURE) * length)
    return slice(part.start + cut, max(part.stop - cut, part.start + cut + 1))
