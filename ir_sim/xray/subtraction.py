"""Memory of runs: masks, subtraction, peak opacification, roadmap."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.pictures import Image
from ir_sim.xray.settings import Exposure, Settings

#: Frames at the start of a run that are averaged into its mask.
MASK_FRAMES = 2
#: Fluoroscopy frames that are averaged into a roadmap's mask.
ROADMAP_FRAMES = 4
#: Frames of the running acquisition that stay for a new mask.
_KEPT = 14
_PEAKS = 4


@dataclass(eq=False)
class Peak:
    """The darkest and brightest that every element of a run has been, and how it was made.

    Iodine is dark, carbon dioxide is bright.
    """

    darkest: Image
    brightest: Image
    settings: Settings

    @property
    def gas(self) -> bool:
        """Whether the run shows carbon dioxide rather than iodine."""
        dark, bright = np.quantile(self.darkest, 0.003), np.quantile(self.brightest, 0.997)
        return bool(bright > -dark)

    @property
    def opacified(self) -> Image:
        """The picture at its fullest: of iodine the darkest, of carbon dioxide the brightest."""
        return self.brightest if self.gas else self.darkest


class Subtraction:
    """Masks and peaks of the acquisitions drawn so far."""

    def __init__(self) -> None:
        self._run = 0
        self._frames: dict[int, NDArray[np.float16]] = {}
        self._mask: Image | None = None
        self._averaged = 0
        self._chosen: int | None = None
        self._peaks: dict[int, Peak] = {}

    def peak(self, run: int) -> Peak | None:
        """What a run has shown at its darkest, or None if it has not been drawn."""
        return self._peaks.get(run)

    def subtract(self, picture: Image, exposure: Exposure) -> Image | None:
        """The difference to the mask; None while the mask is being taken."""
        s = exposure.settings
        if exposure.run != self._run:
            self._begin(exposure.run)
        self._keep(picture, exposure.number)
        if self._averaged < MASK_FRAMES and s.mask is None:
            self._averaged += 1
            if self._mask is None:
                self._mask = picture.copy()
            else:
                cv2.accumulateWeighted(picture, self._mask, 1.0 / self._averaged)
            if self._averaged == 1:
                return None
        if s.mask != self._chosen:
            self._choose(s.mask)
        if self._mask is None:
            return None
        mask = self._mask
        shift = s.pixel_shift
        if shift is None:
            shift = found_shift(picture, mask)
        difference = cv2.subtract(picture, shifted(mask, shift))
        self._darken(difference, exposure)
        return difference

    def peak_of_cine(self, picture: Image, exposure: Exposure) -> None:
        """A cine run's peak is taken against its first frame."""
        if exposure.run != self._run:
            self._begin(exposure.run)
            self._mask = picture.copy()
        assert self._mask is not None  # noqa: S101
        self._darken(cv2.subtract(picture, self._mask), exposure)

    def _begin(self, run: int) -> None:
        self._run, self._mask, self._averaged, self._chosen = run, None, 0, None
        self._frames.clear()

    def _keep(self, picture: Image, number: int) -> None:
        self._frames[number] = picture.astype(np.float16)
        if len(self._frames) > _KEPT:
            # the first frames stay: they are the usual mask
            self._frames.pop(list(self._frames)[MASK_FRAMES])

    def _choose(self, number: int | None) -> None:
        self._chosen = number
        if number is None:
            first = list(self._frames.values())[:MASK_FRAMES]
            self._mask = np.mean([f.astype(np.float32) for f in first], axis=0)
        elif number in self._frames:
            self._mask = self._frames[number].astype(np.float32)
        self._peaks.pop(self._run, None)

    def _darken(self, difference: Image, exposure: Exposure) -> None:
        peak = self._peaks.get(exposure.run)
        # a slight blur: the darkest of many noisy frames would only be their noise
        smooth = cv2.GaussianBlur(difference, (5, 5), 1.0)
        if peak is None:
            if len(self._peaks) >= _PEAKS:
                self._peaks.pop(next(iter(self._peaks)))
            self._peaks[exposure.run] = Peak(smooth, smooth.copy(), exposure.settings)
        else:
            cv2.min(peak.darkest, smooth, dst=peak.darkest)
            cv2.max(peak.brightest, smooth, dst=peak.brightest)


class Roadmap:
    """Live fluoroscopy minus its own mask, under the vessels of a run."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A new mask and a new place of the map: the table or the field has changed."""
        self._mask: Image | None = None
        self._taken = 0
        self._map: Image | None = None

    def subtract(self, picture: Image) -> Image:
        """Difference to the mask; the first frames make it."""
        if self._mask is None:
            self._mask = picture.copy()
            self._taken = 1
        elif self._taken < ROADMAP_FRAMES:
            self._taken += 1
            cv2.accumulateWeighted(picture, self._mask, 1.0 / self._taken)
        return cv2.subtract(picture, self._mask)

    def vessels(self, peak: Peak, now: Settings) -> Image:
        """(n, n) map of a run's vessels, 0 to 1, brought to the present field."""
        if self._map is None:
            filled = np.abs(cv2.GaussianBlur(peak.opacified, (0, 0), 0.9))
            low, full = (0.05, 0.2) if peak.gas else (0.09, 0.5)
            white = np.clip((filled - low) / full, 0.0, 1.0).astype(np.float32)
            self._map = _placed(white, peak.settings, now)
        return self._map


def _placed(white: Image, then: Settings, now: Settings) -> Image:
    """A map made with other settings where it belongs in the present picture."""
    n = white.shape[0]
    scale = then.field_mm / now.field_mm
    half = 0.5 * (n - 1)
    dx = (then.centre_mm[0] - now.centre_mm[0]) / (now.field_mm / n)
    dy = -(then.centre_mm[1] - now.centre_mm[1]) / (now.field_mm / n)
    if scale == 1.0 and dx == 0.0 and dy == 0.0:
        return white
    m = np.array([[scale, 0.0, half + dx - scale * half], [0.0, scale, half + dy - scale * half]])
    return cv2.warpAffine(white, m, (n, n), flags=cv2.INTER_LINEAR)


def shifted(mask: Image, shift: tuple[float, float]) -> Image:
    """A mask moved by picture elements, right and up."""
    if shift == (0.0, 0.0):
        return mask
    n = mask.shape[0]
    middle = (0.5 * (n - 1) - shift[0], 0.5 * (n - 1) + shift[1])
    return np.asarray(cv2.getRectSubPix(mask, (n, n), middle))


def marked(difference: Image, picture: Image, share: float) -> Image:
    """A subtraction with the picture's own anatomy, its large scales taken off, left in it."""
    coarse = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    low = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 4.0), picture.shape[::-1])
    return np.asarray(cv2.scaleAdd(cv2.subtract(picture, low), 0.6 * share, difference))


def found_shift(picture: Image, mask: Image) -> tuple[float, float]:
    """Shift of the mask (right, up, in elements) that brings it onto a picture.

    Phase correlation of the middle; whatever exceeds 8 elements is not believed.
    """
    n = picture.shape[0]
    q = n // 4
    live, still = (np.ascontiguousarray(p[q:-q, q:-q]) for p in (picture, mask))
    live, still = (cv2.GaussianBlur(p, (0, 0), 1.5) for p in (live, still))
    window = cv2.createHanningWindow(live.shape[::-1], cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(still, live, window)
    if max(abs(dx), abs(dy)) > 8.0:
        return (0.0, 0.0)
    return (float(dx), -float(dy))
