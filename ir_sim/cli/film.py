"""The animated picture of a run: what the monitor showed, with the clock in its corner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ir_sim.scenario.shipped import shipped
from ir_sim.simulation.state import State
from ir_sim.training.session import Session
from ir_sim.xray.imager import Imager

#: Simulated time between two pictures of the film, s, and how long each is shown, ms.
EVERY_S = 0.4
SHOWN_MS = 90
LAST_MS = 2500
_MOST = 240


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
        beds = tuple(int(vessel) for vessel in session.circulation.bed_vessel)
        self._session = session
        self._imager = Imager(session.tree, session.body, beds, size_px, session.seed)
        self._frames: list[_Frame] = []
        self._next_s = 0.0
        self._every_s = EVERY_S

    def see(self, state: State) -> None:
        """Call after every tick."""
        if not state.exposing:
            return
        scene = self._session.scene()
        if scene is None:
            return
        picture = self._imager.draw(scene)
        if state.time_s < self._next_s:
            return
        self._next_s = state.time_s + self._every_s
        kind = "film" if scene.exposure.kind == "acquire" else "fluoro"
        minutes, seconds = divmod(int(state.time_s), 60)
        self._frames.append(_Frame(picture.copy(), f"{minutes}:{seconds:02d}  {kind}"))
        if len(self._frames) >= _MOST:  # a long run: every second one goes, and so it goes on
            del self._frames[::2]
            self._every_s *= 2

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
            quality=55,
            method=3,
        )
        return len(images)
