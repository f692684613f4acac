"""Values that move to their targets in time, never in a jump."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ir_sim.flow.elimination import Array, Index


class Ramps:
    """A table of values, each on its way from where it was to where it is sent.

    Attributes:
        now: (n,) present values.
        moving: Whether any value changed in the last ``advance``.
    """

    def __init__(self, values: Array) -> None:
        self.now = np.array(values, dtype=np.float64)
        self._start, self._target = self.now.copy(), self.now.copy()
        self._elapsed, self._duration = np.ones(len(self.now)), np.ones(len(self.now))
        self.moving = False
        self._busy = False

    def add(self, value: float) -> int:
        """A new value at rest; returns its place."""
        self.now = np.append(self.now, value)
        self._start = np.append(self._start, value)
        self._target = np.append(self._target, value)
        self._elapsed = np.append(self._elapsed, 1.0)
        self._duration = np.append(self._duration, 1.0)
        return len(self.now) - 1

    def put(self, where: int, value: float) -> None:
        """Set a value at rest, as if it had always been there."""
        self.now[where] = self._start[where] = self._target[where] = value

    def send(self, where: slice | Index | int, target: Array | float, seconds: float) -> None:
        """Send values to targets within so many seconds; 0 arrives at the next advance."""
        self._start[where] = self.now[where]
        self._target[where] = target
        self._elapsed[where] = 0.0
        self._duration[where] = max(seconds, 1e-9)
        self._busy = True

    def advance(self, dt_s: float) -> None:
        """Move on."""
        self.moving = self._busy
        if self._busy:
            going = np.flatnonzero(self._elapsed < self._duration)
            self._elapsed[going] = np.minimum(self._elapsed[going] + dt_s, self._duration[going])
            share = self._elapsed[going] / self._duration[going]
            start, target = self._start[going], self._target[going]
            self.now[going] = np.where(share >= 1.0, target, start + share * (target - start))
            self._busy = bool((share < 1.0).any())

    @property
    def target(self) -> Array:
        """(n,) where the values go."""
        return self._target

    def state(self) -> dict[str, Array]:
        """What `restore` needs."""
        return {
            "now": self.now.copy(),
            "start": self._start.copy(),
            "target": self._target.copy(),
            "elapsed": self._elapsed.copy(),
            "duration": self._duration.copy(),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state, of whatever length."""
        self.now, self._start = state["now"].copy(), state["start"].copy()
        self._target, self._elapsed = state["target"].copy(), state["elapsed"].copy()
        self._duration = state["duration"].copy()
        self._busy = bool((self._elapsed < self._duration).any())
