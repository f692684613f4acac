"""LC-CUSUM: from which run on a series of results does not look like an unacceptable one any more.

The learning-curve CUSUM (Biau & Porcher, Stat Med 2010, doi 10.1002/sim.3947) starts from the
hypothesis that the share of failed runs is unacceptable (p_u) and adds up the evidence that it is
acceptable (p_a)::

    S_0 = 0,   S_t = max(0, S_{t-1} + w_t)
    w_t = ln((1 - p_a) / (1 - p_u))   after a success   (> 0)
    w_t = ln(p_a / p_u)               after a failure   (< 0)

and signals when S reaches the limit h. Here h is the smallest one whose chance of a signal within
``horizon`` runs is at most ``false_signal`` for somebody whose share of failures is p_u; it is
computed exactly, by following the distribution of S, not by drawing random numbers.

A signal says something about a series of simulated runs, nothing about a person's ability to treat
patients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ir_sim.errors import RecordError

#: Values of S closer than this are the same value.
_SAME = 1e-9


@dataclass(frozen=True)
class LearningCusum:
    """A test with its parameters, all of which the report states.

    Attributes:
        unacceptable: Share of failed runs that is not acceptable (p_u).
        acceptable: Share of failed runs that is (p_a); less than ``unacceptable``.
        false_signal: Chance of a signal within ``horizon`` runs at p_u.
        horizon: Runs.
        limit: h.

    Raises:
        RecordError: The parameters make no test.
    """

    unacceptable: float = 0.40
    acceptable: float = 0.20
    false_signal: float = 0.10
    horizon: int = 50
    limit: float = field(init=False)

    def __post_init__(self) -> None:
        """Check the parameters, find the limit."""
        if not 0.0 < self.acceptable < self.unacceptable < 1.0:
            raise RecordError(
                "LC-CUSUM: the shares must be 0 < acceptable < unacceptable < 1 "
                f"(got {self.acceptable:g} and {self.unacceptable:g})"
            )
        if not 0.0 < self.false_signal < 1.0:
            raise RecordError("LC-CUSUM: the chance of a false signal must lie between 0 and 1")
        if not 1 <= self.horizon <= 500:
            raise RecordError("LC-CUSUM: the horizon must be 1 to 500 runs")
        limit = limit_for(
            self.unacceptable, self.success, self.failure, self.false_signal, self.horizon
        )
        object.__setattr__(self, "limit", limit)

    @property
    def success(self) -> float:
        """Weight of a success."""
        return float(np.log((1.0 - self.acceptable) / (1.0 - self.unacceptable)))

    @property
    def failure(self) -> float:
        """Weight of a failure."""
        return float(np.log(self.acceptable / self.unacceptable))

    def path(self, passed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """S after each run.

        Args:
            passed: (n,) the results in order of time.

        Returns:
            (n,) S; it goes on after a signal.
        """
        out = np.empty(len(passed))
        level = 0.0
        success, failure = self.success, self.failure
        for k, good in enumerate(passed):
            level = max(0.0, level + (success if good else failure))
            out[k] = level
        return out

    def signal(self, path: NDArray[np.float64]) -> int | None:
        """The number of the run (from 1) at which S reached the limit, or None."""
        reached = np.flatnonzero(path >= self.limit - _SAME)
        return int(reached[0]) + 1 if len(reached) else None


def signal_chance(
    failure_share: float, success: float, failure: float, limit: float, horizon: int
) -> float:
    """The chance that S reaches a limit within so many runs, exactly.

    Args:
        failure_share: True share of failures.
        success: Weight of a success.
        failure: Weight of a failure.
        limit: h.
        horizon: Runs.
    """
    levels: NDArray[np.float64] = np.zeros(1)
    chances: NDArray[np.float64] = np.ones(1)
    signalled = 0.0
    for _ in range(horizon):
        moved = np.maximum(np.concatenate([levels + success, levels + failure]), 0.0)
        weight = np.concatenate([chances * (1.0 - failure_share), chances * failure_share])
        over = moved >= limit - _SAME
        signalled += float(weight[over].sum())
        rounded = np.round(moved[~over] / _SAME / 10).astype(np.int64)
        keys, place = np.unique(rounded, return_inverse=True)
        chances = np.bincount(place, weight[~over], minlength=len(keys)).astype(np.float64)
        levels = keys * (_SAME * 10)
        if not len(levels):
            break
    return signalled


def limit_for(
    failure_share: float, success: float, failure: float, chance: float, horizon: int
) -> float:
    """The smallest limit whose chance of a signal within ``horizon`` runs is at most ``chance``."""
    low, high = 0.0, success * horizon * 1.01 if success > 0 else -failure * horizon * 1.01
    if failure > 0:
        high = failure * horizon * 1.01
    for _ in range(40):
        middle = 0.5 * (low + high)
        if signal_chance(failure_share, success, failure, middle, horizon) > chance:
            low = middle
        else:
            high = middle
        if high - low < 1e-4:
            break
    return high
