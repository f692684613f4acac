"""A recorded run as something that can be wound to and fro."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from time import perf_counter
from typing import Any

from ir_sim.app.play import Play
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.recording import Recording
from ir_sim.simulation.state import DT_S, TICKS_PER_S

#: A snapshot is kept this often, so that winding back runs again no more than this.
SNAPSHOT_S = 10.0


class Replaying:
    """Runs a recording again at any speed, from any moment.

    Args:
        play: A fresh play of the recording's case and seed.
        recording: The run.

    Attributes:
        goal: The tick that is being wound to, or None.
    """

    def __init__(self, play: Play, recording: Recording) -> None:
        self.play, self.recording = play, recording
        self._controls = list(recording.controls())
        self._at, self._due_s = 0, 0.0
        self._snapshots: list[tuple[int, Any]] = [(0, play.session.snapshot())]
        self.goal: int | None = None
        self.last = Controls()

    @property
    def ticks(self) -> int:
        """Length of the run."""
        return len(self._controls)

    @property
    def time_s(self) -> float:
        """Where it is."""
        return self._at * DT_S

    @property
    def at_end(self) -> bool:
        """Whether there is nothing left."""
        return self._at >= self.ticks

    def _next(self) -> Controls:
        self.last = self._controls[self._at]
        self._at += 1
        return self.last

    def _keep(self) -> None:
        if self._at - self._snapshots[-1][0] >= SNAPSHOT_S * TICKS_PER_S:
            self._snapshots.append((self._at, self.play.session.snapshot()))

    def advance(
        self,
        dt_s: float,
        speed: float,
        budget_s: float = 1.0,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Let time pass, unless the run is being wound.

        Args:
            dt_s: Real time.
            speed: Simulated seconds in a real one.
            budget_s: Work no longer than this; what is left is dropped.
            clock: Measures the work.
        """
        if self.goal is not None:
            return
        self._due_s += dt_s * speed
        end = clock() + budget_s
        while self._due_s >= DT_S and not self.at_end:
            self._due_s -= DT_S
            self.play.tick(self._next())
            self._keep()
            if clock() > end:
                self._due_s = min(self._due_s, DT_S)

    def seek(self, time_s: float) -> None:
        """Wind to a moment; ``wind`` does the work."""
        goal = min(max(round(time_s * TICKS_PER_S), 0), self.ticks)
        self.goal = goal
        place = bisect_right([tick for tick, _ in self._snapshots], goal) - 1
        tick, snapshot = self._snapshots[place]
        if goal < self._at or tick > self._at:
            self.play.session.restore(snapshot)
            self.play.rewound()
            self._at = tick

    def wind(self, budget_s: float, clock: Callable[[], float] = perf_counter) -> bool:
        """Work towards the goal for a moment; whether it is reached (or there is none)."""
        if self.goal is None:
            return True
        began = clock()
        while self._at < self.goal:
            # pictures of the last second only: the lag of the detector needs no more
            self.play.tick(self._next(), paint=self.goal - self._at < TICKS_PER_S)
            self._keep()
            if clock() - began > budget_s:
                return False
        self.goal = None
        return True
