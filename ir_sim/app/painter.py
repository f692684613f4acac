"""The one thread that draws pictures, so that steering never waits for them.

The main loop hands over frozen scenes and takes finished pictures; nothing else is shared. If the
thread falls behind, the oldest fluoroscopy scenes are left out, as a slow monitor would; frames of
an acquisition are kept, since masks and roadmaps are made of them. A picture that cannot be drawn
is lost, the chain starts afresh, and the next is drawn.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.xray import Exposure, Scene, Settings

Grey = NDArray[np.uint8]

_LOG = logging.getLogger(__name__)
#: Fluoroscopy scenes that may wait.
MOST_WAITING = 2
#: Side of the frames that the reference monitor keeps, px, and how many of a run.
KEPT_PX, MOST_KEPT = 512, 180
#: Longest that a bytecode thread may keep the others waiting (``fluoro.md``: stalls <= 3 ms).
SWITCH_S = 0.001


class Draws(Protocol):
    """What draws a scene: ``ir_sim.xray.Imager``, or a stand-in."""

    def draw(self, scene: Scene, /) -> Grey:
        """(h, w) grey levels."""
        ...

    def prepare(self, settings: Settings, /) -> None:
        """Build what a picture with these settings needs, ahead of it."""
        ...

    def reset(self) -> None:
        """Forget everything seen."""
        ...


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished picture.

    Attributes:
        exposure: What it was made with.
        grey: (h, w) as drawn.
        shown: (side, side) at the monitor's size.
        took_s: Time that it took.
    """

    exposure: Exposure
    grey: Grey
    shown: Grey
    took_s: float


class Painter:
    """The render thread.

    Args:
        imager: Draws; only the thread touches it from now on.
        side_px: Side of the monitor.
        threaded: False draws at once in the caller's thread (tests).

    Attributes:
        left_out: Pictures left out because the computer was too slow.
        failures: Pictures that could not be drawn; ``trouble`` says why the last could not. The
            thread goes on with the next: a lost picture must not end a procedure.
    """

    def __init__(self, imager: Draws, side_px: int, *, threaded: bool = True) -> None:
        self._imager, self._side = imager, side_px
        self._waiting: deque[Scene] = deque()
        self._ahead: Settings | None = None
        self._wake = threading.Condition()
        self._idle = True
        self._closing = False
        self._latest: Picture | None = None
        self._run, self._frames = 0, deque[Grey](maxlen=MOST_KEPT)
        self._errand: Callable[[Any], Grey] | None = None
        self._fetched: Grey | None = None
        self.left_out = 0
        self.failures, self.trouble = 0, ""
        self._thread: threading.Thread | None = None
        if threaded:
            sys.setswitchinterval(SWITCH_S)
            self._thread = threading.Thread(target=self._work, name="painter", daemon=True)
            self._thread.start()

    def show(self, scene: Scene) -> None:
        """Draw this scene after those that wait."""
        if self._thread is None:
            self._safely(self._paint, scene)
            return
        with self._wake:
            self._waiting.append(scene)
            fluoro = [s for s in self._waiting if s.exposure.kind == "fluoro"]
            for late in fluoro[:-MOST_WAITING]:
                self._waiting.remove(late)
                self.left_out += 1
            self._wake.notify()

    def prepare(self, settings: Settings) -> None:
        """Have the maps for these settings ready before the next pulse, if there is time."""
        with self._wake:
            self._ahead = settings
            self._wake.notify()

    def fetch(self, errand: Callable[[Any], Grey]) -> None:
        """Have the thread draw something else when no pulse waits; replaces an older errand.

        Args:
            errand: Called with the imager; ``fetched`` gives what it returned.
        """
        if self._thread is None:
            self._carry_out(errand)
            return
        with self._wake:
            self._errand = errand
            self._wake.notify()

    @property
    def fetched(self) -> Grey | None:
        """What the last errand drew, or None; handed out once."""
        with self._wake:
            grey, self._fetched = self._fetched, None
            return grey

    @property
    def side_px(self) -> int:
        """Side of the monitor."""
        return self._side

    @property
    def latest(self) -> Picture | None:
        """The last finished picture, or None before the first."""
        return self._latest

    @property
    def run(self) -> tuple[int, list[Grey]]:
        """Number and small frames of the last acquisition; 0 if there was none."""
        with self._wake:
            return self._run, list(self._frames)

    def resize(self, side_px: int) -> None:
        """The monitor has another size: show the last picture at it."""
        self._side = side_px
        picture = self._latest
        if picture is not None and picture.shown.shape[0] != side_px:
            shown = fit(picture.grey, side_px)
            self._latest = Picture(picture.exposure, picture.grey, shown, picture.took_s)

    def forget(self) -> None:
        """Drop what waits and the last picture."""
        with self._wake:
            self._waiting.clear()
            self._latest = None

    def wait(self, timeout_s: float = 30.0) -> bool:
        """Wait until everything handed over is drawn; whether it was in time."""
        with self._wake:
            return self._wake.wait_for(
                lambda: not self._waiting and self._errand is None and self._idle, timeout_s
            )

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._idle = True
                self._wake.notify_all()
                self._wake.wait_for(self._called)
                if self._closing:
                    return
                self._idle = False
                scene = self._waiting.popleft() if self._waiting else None
                ahead = errand = None
                if scene is None:
                    ahead, self._ahead = self._ahead, None
                if scene is None and ahead is None:
                    errand, self._errand = self._errand, None
            if scene is not None:
                self._safely(self._paint, scene)
            elif ahead is not None:
                self._safely(self._imager.prepare, ahead)
            elif errand is not None:
                self._carry_out(errand)

    def _safely(self, do: Callable[[Any], object], what: object) -> bool:
        """Do something that may fail; then say so in one line and start the chain afresh."""
        try:
            do(what)
        except Exception as error:
            why = " ".join(str(error).split()) or "no reason given"
            self.trouble = f"{type(error).__name__}: {why}"
            self.failures += 1
            _LOG.warning("a picture could not be drawn, starting afresh: %s", self.trouble)
            _LOG.debug("where", exc_info=True)
            with suppress(Exception):
                self._imager.reset()
            return False
        return True

    def _carry_out(self, errand: Callable[[Any], Grey]) -> None:
        def fetch(imager: Draws) -> None:
            grey = errand(imager)
            with self._wake:
                self._fetched = grey

        self._safely(fetch, self._imager)

    def _called(self) -> bool:
        errand = self._errand is not None
        return bool(self._waiting) or self._ahead is not None or errand or self._closing

    def _paint(self, scene: Scene) -> None:
        began = perf_counter()
        grey = self._imager.draw(scene)
        shown = fit(grey, self._side)
        self._latest = Picture(scene.exposure, grey, shown, perf_counter() - began)
        if scene.exposure.kind == "acquire":
            small = fit(grey, KEPT_PX)
            with self._wake:
                if scene.exposure.run != self._run:
                    self._run = scene.exposure.run
                    self._frames.clear()
                self._frames.append(small)


class Trouble:
    """Tells once of each picture that was lost."""

    def __init__(self) -> None:
        self._told = 0

    def news(self, painter: Painter | None) -> list[str]:
        """What to tell people now."""
        if painter is None or painter.failures == self._told:
            return []
        self._told = painter.failures
        return [f"A picture was lost and the monitor started again ({painter.trouble})."]


def fit(grey: Grey, side_px: int) -> Grey:
    """A picture at another size."""
    if grey.shape == (side_px, side_px):
        return grey.copy()
    shrinks = side_px < grey.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, (side_px, side_px), interpolation=how), dtype=np.uint8)
