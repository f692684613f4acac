"""The animated picture of a run: what the monitor showed, with the clock in its corner."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ir_sim.scenario.shipped import shipped
from ir_sim.simulation.state import State
from ir_sim.training.session import Session
from ir_sim.xray import Imager, Scene

#: Simulated time between two pictures of the film, s, and how long each is shown, ms.
EVERY_S = 0.4
SHOWN_MS = 90
LAST_MS = 2500
_MOST = 240
#: So many pulses back the picture chain's memory reaches.
_REMEMBERED = 8


@dataclass(frozen=True)
class _Frame:
    picture: NDArray[np.uint8]
    caption: str


class Film:
    """Draws every exposure of a run in order and keeps some.

    Args:
        session: The run that is watched.
        size_px: Side of the pictures.
    """

    def __init__(self, session: Session, size_px: int = 448) -> None:
        self._session = session
        self._imager = self._fresh_imager(size_px)
        self._frames: list[_Frame] = []
        self._fluoro: deque[Scene] = deque(maxlen=_REMEMBERED)
        self._next_s = 0.0
        self._every_s = EVERY_S

    def see(self, state: State) -> None:
        """Call after every tick."""
        scene = self._session.scene() if state.exposing else None
        if scene is None:
            return
        picture = self._imager.draw(scene)
        filming = scene.exposure.kind == "acquire"
        if not filming:
            self._fluoro.append(scene)
        if state.time_s < self._next_s and not filming:
            return
        self._next_s = state.time_s + self._every_s
        minutes, seconds = divmod(int(state.time_s), 60)
        kind = "film" if filming else "fluoroscopy"
        self._frames.append(_Frame(picture.copy(), f"{minutes}:{seconds:02d}  {kind}"))
        if len(self._frames) >= _MOST:  # a long run: every second one goes, and so it goes on
            del self._frames[::2]
            self._every_s *= 2

    def fluoroscopy(self, size_px: int = 1024) -> NDArray[np.uint8]:
        """(h, w) the last fluoroscopy picture: the devices where they came to lie."""
        imager = self._fresh_imager(size_px)
        for scene in self._fluoro:
            imager.draw(scene)
        return imager.hold()

    def best_run(self, size_px: int = 1024) -> NDArray[np.uint8] | None:
        """(h, w) all that the last run has filled, in one subtraction; None without a run."""
        runs = self._session.runs()
        if not runs:
            return None
        imager = self._fresh_imager(size_px)
        number = max(runs)
        for scene in runs[number]:
            imager.draw(scene)
        return imager.peak(number)

    def save(self, path: Path) -> int:
        """Write the film; returns its number of pictures (0: nothing was exposed, no file)."""
        if not self._frames:
            return 0
        font = ImageFont.truetype(str(shipped("assets") / "fonts" / "Inter-SemiBold.ttf"), 16)
        images = []
        for frame in self._frames:
            image = Image.fromarray(frame.picture)
            pen = ImageDraw.Draw(image)
            pen.text((10, 8), frame.caption, fill=235, font=font, stroke_width=2, stroke_fill=20)
            images.append(image.convert("RGB"))
        shown = [SHOWN_MS] * (len(images) - 1) + [LAST_MS]
        images[0].save(
            path,
            save_all=True,
            append_images=images[1:],
            duration=shown,
            loop=0,
            quality=45,
            method=3,
        )
        return len(images)

    def _fresh_imager(self, size_px: int) -> Imager:
        session = self._session
        beds = tuple(int(vessel) for vessel in session.circulation.bed_vessel)
        return Imager(session.tree, session.body, beds, size_px, session.seed)
