"""From the logarithm of the signal to grey levels: filter over time, range, edges, window."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ir_sim.xray.pictures import Grey, Image

#: Grey level outside the field.
DARK = 6
#: Radius of the field's rounded corners, share of its side.
_CORNER = 0.07
_COARSE = 64
#: What is brighter than the exposure control's aim by this pulls the grey no further (logarithm).
DIRECT_BEAM = 1.6
#: Range of the low frequencies, in the logarithm, that is shown at most.
_MOST_RANGE = 0.62


@dataclass(frozen=True)
class Look:
    """How a kind of picture is shown.

    Attributes:
        new_share: Weight of a new frame in the recursive filter; 1 is none.
        edge: Strength of the unsharp mask.
        compression: Share of the low frequencies that is taken off.
        window: Range of the logarithm from black to white.
        level: What is shown as middle grey, or None for the picture's own mean.
        gamma: Of the monitor.
    """

    new_share: float
    edge: float
    compression: float
    window: float
    level: float | None
    gamma: float = 0.92


FLUORO = Look(0.42, 0.7, 0.62, 1.5, None)
CINE = Look(1.0, 0.8, 0.60, 1.45, None)
DSA = Look(1.0, 0.7, 0.0, 1.15, -0.16, 1.0)
ROADMAP = Look(0.35, 0.5, 0.0, 1.5, 0.05, 1.0)


class Temporal:
    """Recursive filter that lets go where something moves.

    Where a coarse picture of the change exceeds what noise explains, the new frame counts more:
    a moving wire does not drag a tail, the still background is smoothed (gate after Sarno 2019,
    10.1186/s12938-019-0713-7).
    """

    GATE = 2.5

    #: value: the filtered picture; coarse: the same at a quarter of its size.

    def __init__(self) -> None:
        self.value: Image | None = None
        self.coarse: Image | None = None
        self._change: Image | None = None

    def follow(self, picture: Image, new_share: float, noise: float) -> Image:
        """The filtered picture, overwritten by the next.

        Args:
            picture: (n, n) logarithm of the signal.
            new_share: Weight of the new frame where nothing moves.
            noise: Standard deviation of one element of one frame where the signal is 1.
        """
        if self.value is None or self.value.shape != picture.shape:
            self.value = picture.copy()
            self.coarse = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
            self._change = np.empty_like(picture)
            return self.value
        assert self._change is not None  # noqa: S101
        assert self.coarse is not None  # noqa: S101
        n = picture.shape[0]
        new = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        coarse = cv2.subtract(new, self.coarse)
        change = cv2.subtract(picture, self.value, dst=self._change)
        # a mean of 16 coloured elements has about a third of the noise of one; the filtered
        # picture adds a little
        limit = self.GATE * noise / 3.0 * 1.15
        gate = np.clip(np.abs(coarse) * np.float32(1.0 / limit) - np.float32(1.0), 0.0, 1.0)
        gate = cv2.blur(gate, (3, 3))
        share = np.float32(new_share) + np.float32(min(0.5, 1.0 - new_share)) * gate
        weight = cv2.resize(share, (n, n), interpolation=cv2.INTER_LINEAR)
        cv2.multiply(change, weight, dst=change)
        cv2.add(self.value, change, dst=self.value)
        self.coarse = cv2.add(self.coarse, cv2.multiply(share, coarse))
        return self.value

    def forget(self) -> None:
        """Start again with the next picture."""
        self.value = None


class Display:
    """Grey levels of an n x n picture."""

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        self._sharp: Image = np.empty((size_px, size_px), np.float32)
        self._low: Image = np.empty((size_px, size_px), np.float32)
        self._tables: dict[float, Grey] = {}
        self._mask = _rounded(size_px)
        #: Logarithm of the signal above which the beam has met no patient.
        self.direct_beam = DIRECT_BEAM

    def show(
        self,
        picture: Image,
        look: Look,
        opening: tuple[slice, slice] | None = None,
        coarse: Image | None = None,
    ) -> Grey:
        """(n, n) grey levels of a logarithm; dark behind the blades and outside the field.

        Args:
            picture: (n, n) logarithm.
            look: How.
            opening: Rows and columns that the blades leave open.
            coarse: The picture made smaller, if that is at hand.
        """
        n, sharp = self.size_px, self._sharp
        side = min(_COARSE, n)
        cv2.GaussianBlur(picture, (5, 5), 1.3, dst=sharp)
        gain = 255.0 / look.window
        level, low = look.level, None
        if look.compression or level is None:
            smaller = picture if coarse is None else coarse
            coarse = cv2.resize(smaller, (side, side), interpolation=cv2.INTER_AREA)
            if opening is not None:
                coarse = _fill_closed(coarse, opening, n)
            # the direct beam beside the patient must not pull the grey of the patient
            coarse = np.minimum(coarse, np.float32(self.direct_beam))
            low = cv2.GaussianBlur(coarse, (0, 0), 4.0 * side / 64)
            compression = look.compression
            if level is None:
                middle = np.s_[side // 8 : -side // 8, side // 8 : -side // 8]
                patient = low[middle][coarse[middle] < self.direct_beam - 0.1]
                mean = 0.0
                if patient.size:
                    mean = float(patient.mean())
                    dark, bright = np.quantile(patient, (0.05, 0.95))
                    # lungs beside the spine: more range than the window holds is pressed into it
                    compression = max(compression, 1.0 - _MOST_RANGE / max(bright - dark, 0.1))
                level = mean * (1.0 - compression) + 0.05
        # gain, level and range compression at once: the low frequencies carry all but the edges
        upper, lower = gain * (1.0 + look.edge), -gain * look.edge
        offset = 127.5 - gain * level
        if low is None:
            grey = cv2.addWeighted(picture, upper, sharp, lower, offset, dtype=cv2.CV_8U)
        else:
            cv2.addWeighted(picture, upper, sharp, lower, 0.0, dst=sharp)
            base = cv2.addWeighted(low, -compression * gain, low, 0.0, offset)
            cv2.resize(base, (n, n), dst=self._low, interpolation=cv2.INTER_LINEAR)
            grey = cv2.add(sharp, self._low, dtype=cv2.CV_8U)  # saturates
        return self.frame(np.asarray(cv2.LUT(grey, self._table(look.gamma)), np.uint8), opening)

    def frame(self, grey: Grey, opening: tuple[slice, slice] | None) -> Grey:
        """Blades and the rounded field around a picture, in place."""
        if opening is not None:
            rows, columns = opening
            edge = 3  # the unsharp mask's bright seam along the blades
            for outside in (
                np.s_[: rows.start + edge * (rows.start > 0)],
                np.s_[rows.stop - edge * (rows.stop < self.size_px) :],
                np.s_[:, : columns.start + edge * (columns.start > 0)],
                np.s_[:, columns.stop - edge * (columns.stop < self.size_px) :],
            ):
                grey[outside] = DARK
        cv2.min(grey, self._mask, dst=grey)
        return grey

    def _table(self, gamma: float) -> Grey:
        if gamma not in self._tables:
            ramp = 255.0 * np.linspace(0.0, 1.0, 256) ** gamma
            self._tables[gamma] = ramp.astype(np.uint8)
        return self._tables[gamma]


def _fill_closed(coarse: Image, opening: tuple[slice, slice], n: int) -> Image:
    """The open part spread over what the blades hide, so that they cast no halo inside."""
    side = coarse.shape[0]
    rows, columns = opening
    top, left = -(-rows.start * side // n), -(-columns.start * side // n)
    bottom, right = max(rows.stop * side // n, top + 1), max(columns.stop * side // n, left + 1)
    edges = (top, side - bottom, left, side - right)
    part = coarse[top:bottom, left:right]
    return np.asarray(cv2.copyMakeBorder(part, *edges, borderType=cv2.BORDER_REPLICATE))


def _rounded(n: int) -> Grey:
    """White inside the field, dark in the corners."""
    mask = np.full((n, n), DARK, np.uint8)
    r = int(_CORNER * n)
    cv2.rectangle(mask, (r, 0), (n - 1 - r, n - 1), 255, -1)
    cv2.rectangle(mask, (0, r), (n - 1, n - 1 - r), 255, -1)
    for x in (r, n - 1 - r):
        for y in (r, n - 1 - r):
            cv2.circle(mask, (x, y), r, 255, -1, cv2.LINE_AA)
    return np.maximum(mask, DARK)
