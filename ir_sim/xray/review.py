"""A filmed run looked at again: frame by frame, with another mask, shifted, at its fullest.

The run's scenes are drawn anew when somebody asks for a frame: noise is named by the exposure's
number, so that a frame has the same grain each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.display import CINE, DSA
from ir_sim.xray.imager import Imager, blade_opening
from ir_sim.xray.pictures import Grey, Image
from ir_sim.xray.scene import Scene
from ir_sim.xray.settings import Settings
from ir_sim.xray.subtraction import MASK_FRAMES, found_shift, marked, shifted

#: Logarithms of frames that stay at hand.
_KEPT = 6


@dataclass(frozen=True)
class Processing:
    """What is done to the frames of a run.

    Attributes:
        subtract: Whether the mask is taken off.
        mask: Index of the frame that serves as mask; None for the run's first frames.
        shift: Of the mask in picture elements, right and up; None lets the machine find it.
        landmark: Share of the anatomy left visible, 0 to 1.
    """

    subtract: bool = True
    mask: int | None = None
    shift: tuple[float, float] | None = (0.0, 0.0)
    landmark: float = 0.0


class Reviewer:
    """Pictures of one run.

    Args:
        imager: Of the case; its maps are shared, what it remembers of live pictures is not.
        scenes: Of the run, in order.

    Raises:
        ValueError: There are no scenes.
    """

    def __init__(self, imager: Imager, scenes: Sequence[Scene]) -> None:
        if not scenes:
            raise ValueError("a run without frames cannot be reviewed")
        self.scenes = tuple(scenes)
        self._imager = imager.beside()
        self._logs: dict[int, NDArray[np.float16]] = {}
        self._mask: tuple[int | None, Image] | None = None
        self._fullest: tuple[Processing, Image] | None = None

    @property
    def run(self) -> int:
        """Number of the run."""
        return self.scenes[0].exposure.run

    def settings(self, index: int = 0) -> Settings:
        """With which a frame was made."""
        return self.scenes[index].exposure.settings

    def frame(self, index: int, processing: Processing) -> Grey:
        """(h, w) grey levels of a frame.

        Raises:
            ValueError: No such frame.
        """
        if not 0 <= index < len(self.scenes):
            raise ValueError(f"run {self.run} has {len(self.scenes)} frames, no frame {index + 1}")
        opening = blade_opening(self.settings(index), self._imager.size_px)
        live = self._logarithm(index)
        if not processing.subtract:
            return self._imager.shown(live, CINE, opening)
        return self._imager.shown(self._difference(live, processing), DSA, opening)

    def peak(self, processing: Processing) -> Grey:
        """(h, w) maximum opacification: the darkest that every element has been."""
        if self._fullest is None or self._fullest[0] != processing:
            fullest: Image | None = None
            for index in range(len(self.scenes)):
                difference = self._difference(self._logarithm(index, keep=False), processing)
                smooth = cv2.GaussianBlur(difference, (5, 5), 1.0)
                fullest = smooth if fullest is None else cv2.min(fullest, smooth)
            assert fullest is not None  # noqa: S101
            self._fullest = (processing, np.asarray(fullest))
        opening = blade_opening(self.settings(), self._imager.size_px)
        return self._imager.shown(self._fullest[1], DSA, opening)

    def found_shift(self, index: int, mask: int | None) -> tuple[float, float]:
        """The shift that the machine finds for a frame."""
        return found_shift(self._logarithm(index), self._mask_of(mask))

    # ---------------------------------------------------------------- inside

    def _difference(self, live: Image, processing: Processing) -> Image:
        mask = self._mask_of(processing.mask)
        shift = processing.shift
        if shift is None:
            shift = found_shift(live, mask)
        difference = cv2.subtract(live, shifted(mask, shift))
        if processing.landmark > 0.0:
            difference = marked(difference, live, processing.landmark)
        return np.asarray(difference)

    def _mask_of(self, index: int | None) -> Image:
        if self._mask is None or self._mask[0] != index:
            if index is not None:
                mask = self._logarithm(index)
            else:
                first = range(min(MASK_FRAMES, len(self.scenes)))
                mask = np.mean([self._logarithm(k) for k in first], axis=0, dtype=np.float32)
            self._mask = (index, mask)
        return self._mask[1]

    def _logarithm(self, index: int, *, keep: bool = True) -> Image:
        if index in self._logs:
            return self._logs[index].astype(np.float32)
        picture = self._imager.logarithm(self.scenes[index])
        if keep:
            while len(self._logs) >= _KEPT:
                self._logs.pop(next(iter(self._logs)))
            self._logs[index] = picture.astype(np.float16)
            return self._logs[index].astype(np.float32)
        return picture.astype(np.float16).astype(np.float32)
