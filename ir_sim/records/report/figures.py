"""The report's figures as plain functions on arrays, each with its n."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Column = NDArray[np.float64]
#: First attempt of each bin of a curve: one by one up to 20, later ones are taken together.
BINS: tuple[int, ...] = (*range(1, 21), 21, 26, 31, 41, 51, 76, 101, 151, 201, 401)


@dataclass(frozen=True, eq=False)
class Band:
    """A cohort's results by number of attempt.

    Attributes:
        attempt: (k,) the attempt, or the first of the attempts taken together.
        low: (k,) lower quartile.
        middle: (k,) median.
        high: (k,) upper quartile.
        people: (k,) how many people there are at this attempt.
    """

    attempt: Column
    low: Column
    middle: Column
    high: Column
    people: NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval and n."""

    value: float
    low: float
    high: float
    n: int


def attempts_of(*keys: Column) -> Column:
    """The number of each row within its group, from 1; rows must be grouped and in order of time.

    Args:
        keys: (n,) each; a new group begins where one of them changes.
    """
    n = len(keys[0])
    if n == 0:
        return np.empty(0)
    new = np.zeros(n, dtype=bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    starts = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    numbers: Column = np.arange(n) - starts[group] + 1.0
    return numbers


def bin_of(attempt: Column) -> NDArray[np.int64]:
    """Which of ``BINS`` an attempt falls into."""
    return np.searchsorted(np.array(BINS), attempt, side="right").astype(np.int64) - 1


def band(attempt: Column, person: Column, value: Column) -> Band:
    """Median and quartiles by attempt: of people, each with one value per bin (their mean there).

    Args:
        attempt: (n,) number of the attempt.
        person: (n,) whose.
        value: (n,) the result; NaN is left out.
    """
    good = np.isfinite(value)
    bins, person, value = bin_of(attempt[good]), person[good], value[good]
    order = np.lexsort((person, bins))
    bins, person, value = bins[order], person[order], value[order]
    first = attempts_of(bins.astype(np.float64), person) == 1
    starts = np.flatnonzero(first)
    if not len(starts):
        empty = np.empty(0)
        return Band(empty, empty, empty, empty, np.empty(0, dtype=np.int64))
    sizes = np.diff([*starts, len(value)])
    means = np.add.reduceat(value, starts) / sizes
    bins = bins[starts]
    shown = np.unique(bins)
    edges = np.searchsorted(bins, [*shown, bins[-1] + 1])
    quartiles = np.array(
        [np.percentile(means[a:b], (25, 50, 75)) for a, b in itertools.pairwise(edges)]
    )
    return Band(
        np.array(BINS, dtype=np.float64)[shown],
        quartiles[:, 0],
        quartiles[:, 1],
        quartiles[:, 2],
        np.diff(edges),
    )


def share(count: int, n: int) -> Interval:
    """A share with its Wilson score interval."""
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    z = 1.959963984540054
    p = count / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(p, float(max(middle - half, 0.0)), float(min(middle + half, 1.0)), n)


def mean(values: Column) -> Interval:
    """A mean with its t interval; no interval for fewer than two values."""
    values = values[np.isfinite(values)]
    n = len(values)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    middle = float(values.mean())
    if n == 1:
        return Interval(middle, float("nan"), float("nan"), 1)
    half = float(stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return Interval(middle, middle - half, middle + half, n)


def share_passed_by_attempt(
    first_pass: Column, attempts: Column
) -> tuple[Column, Column, NDArray[np.int64]]:
    """Kaplan-Meier: the share of people who have passed by each attempt.

    People who stopped before they passed are counted as long as they went on, no longer.

    Args:
        first_pass: (people,) attempt of the first pass; NaN for those who did not pass.
        attempts: (people,) how many attempts each has made.

    Returns:
        (k,) attempt, (k,) share passed by then, (k,) people still counted at that attempt.
    """
    passed = np.isfinite(first_pass)
    ends = np.where(passed, first_pass, attempts)
    steps = np.unique(ends[passed])
    at_risk = np.array([(ends >= t).sum() for t in steps], dtype=np.int64)
    events = np.array([(passed & (ends == t)).sum() for t in steps], dtype=np.int64)
    left = np.cumprod(1.0 - events / np.maximum(at_risk, 1)).astype(np.float64)
    return steps.astype(np.float64), 1.0 - left, at_risk


def outliers(values: Column, limit: float = 3.5) -> NDArray[np.bool_]:
    """Values far from the others: modified z-score above 3.5 (Iglewicz & Hoaglin 1993).

    None among fewer than eight values (assumed: too few to call anything unusual).
    """
    out = np.zeros(len(values), dtype=bool)
    good = np.isfinite(values)
    if good.sum() < 8:
        return out
    middle = np.median(values[good])
    spread = np.median(np.abs(values[good] - middle))
    if spread > 0:
        out[good] = np.abs(0.6745 * (values[good] - middle) / spread) > limit
    return out


def difference(values: Column, others: Column) -> Interval:
    """The difference of two groups' means, values - others, with Welch's t interval.

    n is of both; no interval where a group has fewer than two values or no spread at all.
    """
    a, b = values[np.isfinite(values)], others[np.isfinite(others)]
    n = len(a) + len(b)
    if not len(a) or not len(b):
        return Interval(math.nan, math.nan, math.nan, n)
    middle = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2 or (a.std() == 0 and b.std() == 0):
        return Interval(middle, math.nan, math.nan, n)
    found = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    return Interval(middle, float(found.low), float(found.high), n)


def number(value: float, digits: int = 3) -> str:
    """A number for people."""
    if not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    return f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"


def quartiles(values: Column) -> tuple[float, float, float, int]:
    """Quartiles and n of the finite values."""
    values = values[np.isfinite(values)]
    if not len(values):
        return (float("nan"), float("nan"), float("nan"), 0)
    low, middle, high = np.percentile(values, (25, 50, 75))
    return float(low), float(middle), float(high), len(values)


@dataclass(frozen=True, eq=False)
class Periods:
    """A calendar's pieces.

    Attributes:
        starts: First day of each.
        ends: First day after each.
        unit: ``day``, ``week``, ``month`` or ``year``.
        place: (n,) which of them each moment is in.
    """

    starts: list[str]
    ends: list[str]
    unit: str
    place: NDArray[np.int64]

    def count(self, weights: Column | None = None) -> Column:
        """How many moments each piece has, or the sum of their weights."""
        return np.bincount(self.place, weights, len(self.starts)).astype(np.float64)


def periods_of(started_s: Column, most: int = 60) -> Periods:
    """The finest calendar that needs at most ``most`` pieces for these moments (at least one)."""
    days = np.floor(started_s / 86_400.0).astype("datetime64[D]")
    monday = days - (days.astype(np.int64) + 3) % 7  # 1970 began on a Thursday
    for unit, starts in (
        ("day", days),
        ("week", monday),
        ("month", days.astype("datetime64[M]")),
        ("year", days.astype("datetime64[Y]")),
    ):
        step = 7 if unit == "week" else 1
        places = (starts - starts.min()).astype(np.int64) // step
        count = int(places.max()) + 1
        if count <= most or unit == "year":
            edges = starts.min() + np.arange(count + 1) * step
            days_of = [str(d) for d in edges.astype("datetime64[D]")]
            return Periods(days_of[:-1], days_of[1:], unit, places)
    raise AssertionError("years are always few enough")


def groups_of(*keys: Column) -> list[tuple[int, int]]:
    """(start, end) of each group of rows that are together."""
    starts: Sequence[int] = np.flatnonzero(attempts_of(*keys) == 1).tolist()
    return list(zip(starts, [*starts[1:], len(keys[0])], strict=True))
