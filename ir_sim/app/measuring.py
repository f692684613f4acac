"""Measuring on a still picture with the mouse: ruler, calibration by a catheter, stenosis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.app.painter import Picture
from ir_sim.xray import Settings
from ir_sim.xray.measure import calibration_mm_per_px, ruler_mm, stenosis

TOOLS = ("ruler", "calibration", "stenosis")
#: What to do with each, for people.
ASKS = {
    "ruler": "drag from one point to another",
    "calibration": "drag along the catheter",
    "stenosis": "drag along the vessel, from healthy through the narrowing to healthy",
}
#: Points of a way are no closer together than this share of the picture's side.
_APART = 0.004

Way = list[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    """Something measured.

    Attributes:
        tool: With which tool.
        way: Points on the picture, as shares of its side from the upper left corner.
        text: The result.
        at: Where the text belongs, likewise.
        exposure: Number of the exposure that it was measured on.
    """

    tool: str
    way: tuple[tuple[float, float], ...]
    text: str
    at: tuple[float, float]
    exposure: int


class Measuring:
    """The tool in hand, what is being drawn, and the results.

    Attributes:
        tool: One of ``TOOLS``; empty when none is in hand.
        way: What is being drawn now.
        marks: Results, in order.
    """

    def __init__(self) -> None:
        self.tool = ""
        self.way: Way = []
        self.marks: list[Mark] = []
        self._scale: tuple[tuple[float, float, float], float] | None = None

    def next_tool(self, *, back: bool = False) -> str:
        """Take the next tool in hand, or none after the last; returns what to do with it."""
        order = ("", *TOOLS)
        self.tool = order[(order.index(self.tool) + (-1 if back else 1)) % len(order)]
        self.way = []
        return f"{self.tool.capitalize()}: {ASKS[self.tool]}" if self.tool else "Measuring off"

    def clear(self) -> None:
        """Take all marks away; the calibration stays."""
        self.marks, self.way = [], []

    def calibrated(self, settings: Settings) -> bool:
        """Whether a catheter has set the scale of pictures with these settings."""
        return self._scale is not None and self._scale[0] == _view(settings)

    def seen(self, picture: Picture) -> list[Mark]:
        """The marks that belong to a picture."""
        return [m for m in self.marks if m.exposure == picture.exposure.number]

    # -- drawing ---------------------------------------------------------------------------------

    def begin(self, at: tuple[float, float]) -> None:
        """The mouse goes down."""
        self.way = [at]

    def draw_on(self, at: tuple[float, float]) -> None:
        """The mouse moves."""
        if not self.way:
            return
        if self.tool == "ruler":
            self.way = [self.way[0], at]
        elif np.hypot(at[0] - self.way[-1][0], at[1] - self.way[-1][1]) >= _APART:
            self.way.append(at)

    def end(self, picture: Picture, french: float | None) -> str:
        """The mouse goes up: measure; returns why nothing came of it, or an empty text.

        Args:
            picture: That was drawn on.
            french: Calibre of the catheter that a calibration is made by; None if there is none.
        """
        way, self.way = self.way, []
        if len(way) < 2:
            return ""
        side = picture.grey.shape[0]
        px = np.array(way) * side
        if float(np.hypot(*np.diff(px, axis=0).T).sum()) < 6.0:
            return ""
        try:
            text, at = self._measure(picture, px, french)
        except ValueError as error:
            return str(error)
        share = (float(at[0]) / side, float(at[1]) / side)
        number = picture.exposure.number
        self.marks = [*self.marks[-7:], Mark(self.tool, tuple(way), text, share, number)]
        return ""

    def _measure(
        self, picture: Picture, px: NDArray[np.float64], french: float | None
    ) -> tuple[str, NDArray[np.float64]]:
        settings = picture.exposure.settings
        mm = self._mm_per_px(settings, picture.grey.shape[0])
        scaled = "calibrated" if self.calibrated(settings) else "at the isocentre"
        if self.tool == "ruler":
            first, last = px[0], px[-1]
            distance = ruler_mm((first[0], first[1]), (last[0], last[1]), mm)
            return f"{distance:.1f} mm ({scaled})", last
        smooth = _smoothed(px)
        if self.tool == "calibration":
            if french is None:
                raise ValueError("there is no catheter in the patient to calibrate by")
            found = calibration_mm_per_px(picture.grey, smooth, french)
            self._scale = (_view(settings), found * picture.grey.shape[0])
            return f"{french:g}F: {found:.3f} mm per picture element", px[-1]
        result = stenosis(picture.grey, smooth, mm)
        words = (
            f"{result.percent:.0f} % of the diameter: {result.least_mm:.1f} of "
            f"{result.reference_mm:.1f} mm ({scaled})"
        )
        return words, np.array(result.at_px)

    def _mm_per_px(self, settings: Settings, side_px: int) -> float:
        if self._scale is not None and self._scale[0] == _view(settings):
            return self._scale[1] / side_px
        return settings.field_mm / side_px


def _view(s: Settings) -> tuple[float, float, float]:
    return (s.field_cm, s.lao_deg, s.cranial_deg)


def _smoothed(px: NDArray[np.float64]) -> NDArray[np.float64]:
    """A way drawn by hand, a point for every picture element, without the hand's tremor."""
    step = np.hypot(*np.diff(px, axis=0).T)
    s = np.concatenate([[0.0], np.cumsum(step)])
    u = np.arange(0.0, s[-1], 1.0)
    even = np.stack([np.interp(u, s, px[:, k]) for k in (0, 1)], 1)
    width = min(15, len(even) // 2 * 2 - 1)
    if width < 3:
        return even
    kernel = np.ones(width) / width
    half = width // 2
    padded = np.pad(even, ((half, half), (0, 0)), "reflect", reflect_type="odd")
    return np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], 1)
