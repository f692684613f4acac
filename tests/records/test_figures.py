"""The report's figures against published numbers and independent implementations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from ir_sim.errors import RecordError
from ir_sim.records.report.cusum import LearningCusum, limit_for, signal_chance
from ir_sim.records.report.figures import (
    attempts_of,
    band,
    difference,
    groups_of,
    mean,
    number,
    outliers,
    periods_of,
    share,
    share_passed_by_attempt,
)


def weights(failure_share, odds):
    """Success and failure weights of a test for odds of failure multiplied by a factor."""
    other = odds * failure_share / (1 - failure_share + odds * failure_share)
    return math.log((1 - other) / (1 - failure_share)), math.log(other / failure_share)


@pytest.mark.parametrize(("odds", "published"), [(2.0, 2.85), (0.5, 1.85)])
def test_the_limit_agrees_with_the_one_that_a_published_package_simulates(odds, published):
    """R package cusum 0.4.1 (Hubig), its documented example: 1,000 simulated series of 100, 5 %.

    Its limits are quantiles of 1,000 draws, so ours, which are exact, agree within their error.
    """
    success, failure = weights(0.05, odds)
    assert limit_for(0.05, success, failure, 0.05, 100) == pytest.approx(published, abs=0.10)
    error = 3 * math.sqrt(0.05 * 0.95 / 1000)
    assert signal_chance(0.05, success, failure, published, 100) == pytest.approx(0.05, abs=error)


def test_the_chance_of_a_signal_by_writing_out_every_series():
    """All 2^12 series, by hand."""
    success, failure, limit, p = 0.3, -0.7, 1.0, 0.35
    total = 0.0
    for series in itertools.product((True, False), repeat=12):
        level = top = 0.0
        for good in series:
            level = max(0.0, level + (success if good else failure))
            top = max(top, level)
        if top >= limit - 1e-9:
            failures = series.count(False)
            total += p**failures * (1 - p) ** (12 - failures)
    assert signal_chance(p, success, failure, limit, 12) == pytest.approx(total, abs=1e-12)


def test_the_limit_keeps_its_promise_in_simulated_series():
    test = LearningCusum(0.4, 0.2, 0.10, 50)
    rng = np.random.default_rng(5)
    signals = sum(
        test.signal(test.path(rng.random(50) > test.unacceptable)) is not None for _ in range(3000)
    )
    assert signals / 3000 <= 0.10 + 3 * math.sqrt(0.1 * 0.9 / 3000)
    good = sum(test.signal(test.path(rng.random(50) > 0.1)) is not None for _ in range(500))
    assert good / 500 > 0.9


def test_a_worked_series():
    """By hand: p_u 40 %, p_a 20 %: +ln(0.8/0.6) = 0.28768, ln(0.2/0.4) = -0.69315."""
    test = LearningCusum(0.4, 0.2, 0.10, 50)
    assert test.success == pytest.approx(0.287682, abs=1e-6)
    assert test.failure == pytest.approx(-0.693147, abs=1e-6)
    path = test.path(np.array([True, True, False, True, True, True, True]))
    expected = [0.287682, 0.575364, 0.0, 0.287682, 0.575364, 0.863046, 1.150728]
    assert path == pytest.approx(expected, abs=1e-5)
    needed = math.ceil(test.limit / test.success - 1e-6)
    assert test.signal(test.path(np.ones(60, dtype=bool))) == needed
    assert test.signal(path) is None


@pytest.mark.parametrize(
    "wrong", [(0.2, 0.4, 0.1, 50), (0.4, 0.0, 0.1, 50), (0.4, 0.2, 0.0, 50), (0.4, 0.2, 0.1, 0)]
)
def test_parameters_that_make_no_test(wrong):
    with pytest.raises(RecordError, match="LC-CUSUM"):
        LearningCusum(*wrong)


@pytest.mark.parametrize(("count", "n"), [(0, 7), (3, 7), (7, 7), (480, 1000)])
def test_shares_agree_with_scipy(count, n):
    ours = share(count, n)
    theirs = stats.binomtest(count, n).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours.value == count / n


def test_means_agree_with_scipy():
    values = np.array([61.0, 72.5, 80.0, np.nan, 55.0])
    ours = mean(values)
    theirs = stats.ttest_1samp(values[np.isfinite(values)], 0).confidence_interval()
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    assert ours.n == 4
    assert math.isnan(mean(values[:1]).low)


def test_a_difference_of_means_by_hand():
    """Welch's formulas, written out: t with his degrees of freedom."""
    a, b = np.array([61.0, 72.5, 80.0, 55.0]), np.array([70.0, 71.0, 90.0, 66.0, 82.0, np.nan])
    found = difference(a, b)
    b = b[:5]
    u, v = a.var(ddof=1) / 4, b.var(ddof=1) / 5
    freedom = (u + v) ** 2 / (u**2 / 3 + v**2 / 4)
    half = stats.t.ppf(0.975, freedom) * math.sqrt(u + v)
    middle = a.mean() - b.mean()
    assert (found.value, found.n) == (pytest.approx(middle), 9)
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half))
    assert math.isnan(difference(a[:1], b).low)
    assert math.isnan(difference(a, a[:0]).value)
    assert difference(np.array([5.0, 5.0]), np.array([3.0, 3.0])).value == 2.0


def test_attempts_to_first_pass_agree_with_scipys_kaplan_meier():
    rng = np.random.default_rng(2)
    attempts = rng.integers(1, 12, 60).astype(float)
    first = np.where(rng.random(60) < 0.6, np.minimum(rng.integers(1, 9, 60), attempts), np.nan)
    steps, passed, at_risk = share_passed_by_attempt(first, attempts)
    done = np.isfinite(first)
    sample = stats.CensoredData(uncensored=first[done], right=attempts[~done])
    theirs = stats.ecdf(sample).sf
    assert 1.0 - passed == pytest.approx(theirs.evaluate(steps))
    assert at_risk[0] == (np.where(done, first, attempts) >= steps[0]).sum()


def test_attempts_and_groups():
    person = np.array([1, 1, 1, 2, 2, 1])
    case = np.array([1, 1, 2, 2, 2, 2])
    assert attempts_of(person, case).tolist() == [1, 2, 1, 1, 2, 1]
    assert groups_of(person, case) == [(0, 2), (2, 3), (3, 5), (5, 6)]
    assert len(attempts_of(np.empty(0))) == 0


def test_a_band_counts_people_not_runs():
    # Three people at attempt 1; one of them makes 24 attempts, of which the last four are one bin.
    attempt = np.array([1, 1, *range(1, 25)], dtype=float)
    person = np.array([1, 2, *([3] * 24)], dtype=float)
    value = np.array([10.0, 20.0, *([60.0] * 20), 50.0, 60.0, 70.0, 80.0])
    found = band(attempt, person, value)
    assert found.people.tolist() == [3, *([1] * 20)]
    assert found.middle[0] == 20.0
    assert (found.low[0], found.high[0]) == (15.0, 40.0)
    assert found.middle[-1] == 65.0
    assert len(band(np.empty(0), np.empty(0), np.empty(0)).attempt) == 0


def test_outliers():
    values = np.array([70.0, 71, 72, 73, 74, 75, 76, 10])
    assert outliers(values).tolist() == [False] * 7 + [True]
    assert not outliers(values[:7]).any()
    assert not outliers(np.full(20, 5.0)).any()


def test_the_calendar():
    day = 86_400.0
    monday = 5 * day  # 1970-01-06 was a Tuesday: day 4 a Monday
    few = periods_of(np.array([monday, monday + day, monday + 3 * day]))
    assert (few.unit, few.starts[0], few.count().tolist()) == ("day", "1970-01-06", [1, 1, 0, 1])
    assert few.ends == [*few.starts[1:], "1970-01-10"]
    weeks = periods_of(np.array([4 * day, 10 * day + 1, 11 * day, 200 * day]))
    assert weeks.unit == "week"
    assert weeks.starts[0] == "1970-01-05"  # a Monday
    assert weeks.count()[:2].tolist() == [2, 1]
    assert periods_of(np.array([0.0, 900 * day])).unit == "month"
    years = periods_of(np.array([0.0, 40000 * day]))
    assert (years.unit, years.starts[0]) == ("year", "1970-01-01")


def test_numbers_for_people():
    assert [number(v) for v in (0.0, 12.0, 12.345, 0.01234, 1234567.0, math.nan)] == [
        "0", "12", "12.3", "0.0123", "1,234,567", "–",
    ]  # fmt: skip
