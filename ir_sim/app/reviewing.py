"""Looking at a filmed run again: frames, loop, mask, pixel shift, peak; on the large monitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ir_sim.app.commands import LANDMARKS, SHIFTS, shift_moved
from ir_sim.app.painter import Grey, Painter, Picture, fit
from ir_sim.xray import Imager, Processing, Reviewer, Scene

#: The loop rests so long on its last frame, s.
_REST_S = 0.8


class Review:
    """One run on the screen.

    Args:
        painter: Draws its frames when no pulse waits.
        scenes: Of the run.

    Attributes:
        index: Frame shown or asked for, from 0.
        processing: What is done to the frames.
        playing: Whether the loop runs.
        peak: Whether the maximum opacification is shown instead of a frame.
        picture: The last frame drawn, or None before the first.
    """

    def __init__(self, painter: Painter, scenes: Sequence[Scene]) -> None:
        self._painter, self._scenes = painter, tuple(scenes)
        self._reviewer: Reviewer | None = None
        subtract = self._scenes[0].exposure.settings.mode == "dsa"
        self.index, self.playing, self.peak = 0, True, False
        self.processing = Processing(subtract=subtract)
        self.picture: Picture | None = None
        self._asked: tuple[int, Processing] | None = None
        self._waiting: tuple[int, Processing] | None = None
        self._clock_s, self._failed = 0.0, painter.failures

    @property
    def run(self) -> int:
        """Number of the run."""
        return self._scenes[0].exposure.run

    @property
    def words(self) -> tuple[str, ...]:
        """What the monitor says about it."""
        p = self.processing
        frame = "PEAK" if self.peak else f"{self.index + 1}/{len(self._scenes)}"
        lines = [f"REVIEW RUN {self.run}  {frame}" + ("  LOOP" if self.playing else "")]
        made = []
        if p.mask is not None:
            made.append(f"MASK {p.mask + 1}")
        if p.shift is None:
            made.append("PIXEL SHIFT AUTO")
        elif p.shift != (0.0, 0.0):
            made.append(f"PIXEL SHIFT {p.shift[0]:+.1f} {p.shift[1]:+.1f}")
        if p.landmark:
            made.append(f"LANDMARK {100 * p.landmark:.0f} %")
        if not p.subtract:
            made.append("NATIVE")
        return (*lines, "  ".join(made)) if made else tuple(lines)

    # -- what can be done ------------------------------------------------------------------------

    def command(self, name: str, *, back: bool = False) -> bool:
        """Carry out a key's command; whether it was one for the review."""
        if name in ("frame_back", "frame_on"):
            self.step(1 if name == "frame_on" else -1)
        elif name == "loop":
            self.playing, self.peak = not self.playing, False
        elif name == "peak":
            self.peak, self.playing = not self.peak, False
        elif name == "mask":
            self.remask(first=back)
        elif name == "shift_auto":
            auto = self.processing.shift is None
            self.processing = replace(self.processing, shift=(0.0, 0.0) if auto else None)
        elif name == "landmark":
            place = (LANDMARKS.index(self.processing.landmark) + 1) % len(LANDMARKS)
            self.processing = replace(self.processing, landmark=LANDMARKS[place])
        elif name == "mode":
            self.processing = replace(self.processing, subtract=not self.processing.subtract)
        elif name in SHIFTS:
            self.processing = replace(
                self.processing, shift=_pair(shift_moved(self.processing.shift, name))
            )
        else:
            return False
        return True

    def step(self, by: int) -> None:
        """Some frames on; the loop stops."""
        self.playing = self.peak = False
        self.index = (self.index + by) % len(self._scenes)

    def remask(self, *, first: bool) -> None:
        """The frame shown becomes the mask, or the run's first frames again."""
        self.processing = replace(self.processing, mask=None if first else self.index)

    # -- time ------------------------------------------------------------------------------------

    def update(self, dt_s: float) -> None:
        """Let time pass; ask for what is to be seen, take what was drawn."""
        if self.playing:
            self._clock_s += dt_s
            rate = self._scenes[0].exposure.settings.frame_rate
            seconds = len(self._scenes) / rate + _REST_S
            frame = int((self._clock_s % seconds) * rate)
            self.index = min(frame, len(self._scenes) - 1)
        wanted = (self.index if not self.peak else -1, self.processing)
        grey = self._painter.fetched
        if grey is not None and self._waiting is not None:
            shown = fit(grey, self._painter.side_px)
            exposure = self._scenes[max(self._waiting[0], 0)].exposure
            self.picture = Picture(exposure, grey, shown, 0.0)
            self._waiting = None
        lost = self._waiting is not None and self._painter.failures > self._failed
        if wanted != self._asked and (self._waiting is None or lost):
            self._asked = self._waiting = wanted
            self._failed = self._painter.failures
            index, processing, peak = self.index, self.processing, self.peak
            self._painter.fetch(lambda imager: self._draw(imager, index, processing, peak=peak))

    def resize(self, side_px: int) -> None:
        """The monitor has another size."""
        picture = self.picture
        if picture is not None and picture.shown.shape[0] != side_px:
            self.picture = replace(picture, shown=fit(picture.grey, side_px))

    def _draw(self, imager: Imager, index: int, processing: Processing, *, peak: bool) -> Grey:
        """In the painter's thread."""
        if self._reviewer is None:
            self._reviewer = Reviewer(imager, self._scenes)
        if peak:
            return self._reviewer.peak(processing)
        return self._reviewer.frame(index, processing)


def _pair(values: Sequence[float]) -> tuple[float, float]:
    return (values[0], values[1])


def chosen_run(runs: Mapping[int, Sequence[Scene]], now: int | None, *, back: bool) -> int | None:
    """The run to look at: the last, or the one before ``now``; None if there is none."""
    numbers = sorted(n for n, scenes in runs.items() if scenes)
    if not numbers:
        return None
    if now is None or not back:
        return numbers[-1]
    earlier = [n for n in numbers if n < now]
    return earlier[-1] if earlier else numbers[-1]
