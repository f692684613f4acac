"""From line integrals to the detector's signal: scatter, blur, quanta, lag.

The signal is in units of the dose that the exposure control aims for, so that quanta per element
follow from the dose alone: sigma^2 = signal / (NEQ x dose x area).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from ir_sim.xray.exposure_control import SCATTER_SIGMA_MM, SCATTER_TO_PRIMARY
from ir_sim.xray.pictures import Image

#: Focal spot and scintillator together, and the scintillator alone (it colours the noise), mm at
#: the detector (assumed: 0.6 mm focus, magnification 1.45, caesium iodide of 0.6 mm).
BLUR_MM = 0.165
NOISE_BLUR_MM = 0.13
#: Signal that a frame leaves in the next (Spahn: raw 2 to 7 %).
LAG = 0.03
_COARSE = 64
_TILE_EXTRA = 512
_FLOOR = 1.0e-4


class Detector:
    """A flat panel of n x n elements.

    Args:
        size_px: n.
        element_mm: Side of an element on the detector.
        seed: Of the noise.

    Attributes:
        noise_sd: Standard deviation of the coloured noise tile.
        lag: Share of a frame that stays in the next.
        scatter: Scatter to primary in a full, even field.
    """

    def __init__(self, size_px: int, element_mm: float, seed: int) -> None:
        self.size_px, self.element_mm, self.seed = size_px, element_mm, seed
        self.lag, self.scatter = LAG, SCATTER_TO_PRIMARY
        rng = np.random.default_rng((seed, 0))
        side = size_px + _TILE_EXTRA
        tile = rng.standard_normal((side, side), dtype=np.float32)
        sigma = NOISE_BLUR_MM / element_mm
        self._tile: Image = cv2.GaussianBlur(tile, (0, 0), sigma) if sigma > 0.3 else tile
        self.noise_sd = float(self._tile[:size_px, :size_px].std())
        self._state: Image | None = None
        self._signal: Image = np.empty((size_px, size_px), np.float32)
        self._veil: Image = np.empty((size_px, size_px), np.float32)
        self._floor: Image = np.full((size_px, size_px), _FLOOR, np.float32)

    def primary(self, line_integral: Image, opening: tuple[slice, slice] | None = None) -> Image:
        """Primary signal, dark behind the blades; reuses one buffer."""
        p = self._signal
        np.negative(line_integral, out=p)
        cv2.exp(p, dst=p)
        if opening is not None:
            rows, columns = opening
            p[: rows.start] = 0.0
            p[rows.stop :] = 0.0
            p[:, : columns.start] = 0.0
            p[:, columns.stop :] = 0.0
        return p

    def coarse_scatter(self, coarse: Image) -> Image:
        """Scatter of a coarse primary picture; nothing comes from outside the field."""
        sigma = SCATTER_SIGMA_MM / (self.element_mm * self.size_px / coarse.shape[0])
        veil = cv2.GaussianBlur(coarse, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(veil * np.float32(self.scatter))

    def expose(
        self,
        primary: Image,
        gain: float,
        quanta: float,
        number: int,
        opening: tuple[slice, slice] | None = None,
    ) -> Image:
        """The signal of one frame, with everything the detector does to it.

        Args:
            primary: (n, n) from ``primary``; changed in place.
            gain: Signal per transmitted share.
            quanta: Noise-equivalent quanta per element at signal 1.
            number: Of the exposure: names its noise.
            opening: Rows and columns that the blades leave open.

        Returns:
            (n, n) signal, overwritten by the next frame.
        """
        n = self.size_px
        side = min(_COARSE, n)
        coarse = cv2.resize(primary, (side, side), interpolation=cv2.INTER_AREA)
        veil = self.coarse_scatter(coarse)
        cv2.resize(veil, (n, n), dst=self._veil, interpolation=cv2.INTER_LINEAR)
        sigma = BLUR_MM / self.element_mm
        if sigma > 0.3:
            kernel = blur_kernel(sigma)
            cv2.sepFilter2D(primary, cv2.CV_32F, kernel, kernel, dst=primary)
        cv2.addWeighted(primary, gain, self._veil, gain, 0.0, dst=primary)
        self._add_quanta(primary, quanta, number)
        if opening is not None:
            rows, columns = opening
            for outside in (
                np.s_[: rows.start],
                np.s_[rows.stop :],
                np.s_[:, : columns.start],
                np.s_[:, columns.stop :],
            ):
                primary[outside] = 0.02 * primary[outside]
        if self._state is None:
            self._state = primary.copy()
        else:
            cv2.accumulateWeighted(primary, self._state, 1.0 - self.lag)
        return self._state

    def logarithm(self, signal: Image, out: Image) -> Image:
        """Natural logarithm of a signal, with a floor."""
        cv2.max(signal, self._floor, dst=out)  # a scalar would take four times as long
        cv2.log(out, dst=out)
        return out

    def forget(self) -> None:
        """No lag from here on: a pause, or another field."""
        self._state = None

    def _add_quanta(self, signal: Image, quanta: float, number: int) -> None:
        """Signal-dependent noise: the square root of a Poisson variable has an even variance.

        (sqrt(s) + e)^2 has a mean of s + var(e): taken off again.
        """
        n = self.size_px
        rng = np.random.default_rng((self.seed, number))
        y, x = rng.integers(0, _TILE_EXTRA, 2)
        tile = self._tile[y : y + n, x : x + n]
        half = 0.5 / quanta**0.5
        cv2.sqrt(signal, dst=signal)
        cv2.scaleAdd(tile, half, signal, dst=signal)
        cv2.multiply(signal, signal, dst=signal)
        np.subtract(signal, np.float32((half * self.noise_sd) ** 2), out=signal)


@cache
def blur_kernel(sigma_px: float) -> Image:
    """(k, 1) taps whose transfer is that of a Gaussian up to the limit of the elements.

    A Gaussian merely sampled at the elements passes too much near their limit, where its spectrum
    overlaps with its own copies: 5 % too fine a detail at 10 % transfer.
    """
    half = max(int(np.ceil(2.2 * sigma_px - 0.2)), 1)
    f = (np.arange(512) + 0.5) / 1024.0
    transfer = np.exp(-2.0 * (np.pi * f * sigma_px) ** 2)
    n = np.arange(-half, half + 1)
    taps = (transfer[None, :] * np.cos(2.0 * np.pi * n[:, None] * f)).mean(1)
    return np.asarray(taps / taps.sum(), np.float32)[:, None]
