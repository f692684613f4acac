"""Runs as files that other programs show: the pictures of a run, an animated picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as PilImage

from ir_sim.errors import IrSimError
from ir_sim.xray.imager import Imager
from ir_sim.xray.pictures import Grey
from ir_sim.xray.scene import Scene
from ir_sim.xray.settings import Exposure

#: Pause of an animated picture, s: a last frame stays so long.
LAST_S = 1.5


class ExportError(IrSimError):
    """A run cannot be written."""


@dataclass(frozen=True, eq=False)
class RunPictures:
    """A run as the monitor showed it.

    Attributes:
        frames: (n, h, w) grey levels.
        exposures: (n,) one for each frame.
    """

    frames: Grey
    exposures: tuple[Exposure, ...]

    @property
    def frame_time_ms(self) -> float:
        """Time between frames."""
        s = self.exposures[0].settings
        rate = s.frame_rate if self.exposures[0].kind == "acquire" else s.pulse_rate
        return 1000.0 / rate


def run_pictures(imager: Imager, scenes: Iterable[Scene]) -> RunPictures:
    """Draw the scenes of one run from its beginning.

    Raises:
        ValueError: There are none, or they are of several runs.
    """
    frames, exposures = [], []
    for scene in scenes:
        frames.append(imager.draw(scene).copy())
        exposures.append(scene.exposure)
    if not frames:
        raise ValueError("a run without frames cannot be exported")
    if len({(e.kind, e.run) for e in exposures}) > 1:
        raise ValueError("the scenes belong to more than one run")
    return RunPictures(np.array(frames, np.uint8), tuple(exposures))


def write_animation(
    path: Path, frames: Sequence[Grey] | Grey, frame_time_ms: float, size_px: int | None = None
) -> None:
    """Write an animated picture: GIF, PNG or WebP by the file's ending.

    Args:
        path: Where to.
        frames: Grey levels.
        frame_time_ms: Between frames; the last one stays ``LAST_S`` longer.
        size_px: Side to which the frames are made smaller.

    Raises:
        ExportError: Unknown ending, or the file cannot be written.
    """
    if path.suffix.lower() not in (".gif", ".png", ".webp"):
        raise ExportError(f"{path.name}: an animated picture ends in .gif, .png or .webp")
    pictures = [PilImage.fromarray(np.asarray(frame, np.uint8)) for frame in frames]
    if size_px is not None:
        pictures = [p.resize((size_px, size_px), PilImage.Resampling.LANCZOS) for p in pictures]
    times = [round(frame_time_ms)] * len(pictures)
    times[-1] += round(1000 * LAST_S)
    try:
        # lossless keeps WebP from merging frames that differ by grain alone
        pictures[0].save(
            path,
            save_all=True,
            append_images=pictures[1:],
            duration=times,
            loop=0,
            lossless=True,
        )
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
