"""What drives a network: a flow or a pressure over one period, repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ir_sim.flow.elimination import Array


@dataclass(frozen=True)
class Inlet:
    """A flow into a node or a pressure at it: one period, repeated, linear between the values.

    Attributes:
        kind: ``flow`` or ``pressure``.
        values: One value (steady) or one per time.
        times: Increasing; the period is the last minus the first. Not needed for one value.
    """

    kind: Literal["flow", "pressure"]
    times: Sequence[float] = field(default=())
    values: Sequence[float] | float = field(default=())


@dataclass(frozen=True)
class Waveform:
    """An inlet's checked period."""

    kind: str
    times: Array
    values: Array

    @classmethod
    def of(cls, node: str, inlet: Inlet) -> Waveform:
        """Check an inlet.

        Raises:
            ValueError: It is not a period; one line.
        """
        if inlet.kind not in ("flow", "pressure"):
            raise ValueError(f"inlet at node '{node}': kind is 'flow' or 'pressure'")
        values = np.atleast_1d(np.asarray(inlet.values, dtype=float))
        times = np.atleast_1d(np.asarray(inlet.times, dtype=float))
        if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
            raise ValueError(f"inlet at node '{node}': values must be finite numbers, at least one")
        if len(values) == 1:
            return cls(inlet.kind, np.zeros(1), values)
        if times.shape != values.shape:
            raise ValueError(f"inlet at node '{node}': {len(times)} times for {len(values)} values")
        if not np.isfinite(times).all() or not (np.diff(times) > 0).all():
            raise ValueError(f"inlet at node '{node}': times must increase")
        return cls(inlet.kind, times, values)

    @property
    def mean(self) -> float:
        """Over the period."""
        if len(self.values) == 1:
            return float(self.values[0])
        area = float(np.trapezoid(self.values, self.times))
        return area / float(self.times[-1] - self.times[0])

    def at(self, time: float) -> float:
        """The value at a time."""
        if len(self.values) == 1:
            return float(self.values[0])
        period = self.times[-1] - self.times[0]
        return float(np.interp(self.times[0] + time % period, self.times, self.values))
