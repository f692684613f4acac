"""Baseline and pass mark of a case from the bots' runs.

The baseline is what the skilled bots need; the pass mark lies where the skilled and the unskilled
groups' scores cross (contrasting groups: the point between the two means at which both normal
curves are equally high). Bots are not people: what comes out is a proposal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass

import numpy as np

from ir_sim.errors import IrSimError
from ir_sim.training.bots import GRADES, SKILLED, STYLES, UNSKILLED, Played, play_bot

#: The baseline's figures, and what it leaves a person over the skilled bots' mean (assumed): bots
#: read positions, not a picture. So much was between their means and what the authors of twelve
#: diagnostic cases held fit for a practised operator (medians 6, 4, 2.4 and 10, rounded down).
ALLOWANCE: Mapping[str, float] = {
    "procedure_time_s": 5.0,
    "fluoro_time_s": 3.0,
    "contrast_ml": 2.0,
    "kap_gy_cm2": 6.0,
}
#: Figures are rounded up to so many significant digits.
_DIGITS = 2


@dataclass(frozen=True)
class Group:
    """Scores of runs of the same skill.

    Attributes:
        bot: Who played.
        runs: How many runs.
        mean: Of the scores.
        sd: Standard deviation of the scores; 0 for a single run.
        passed: Share that passed under the present rubric.
        reached: Share that reached the target.
    """

    bot: str
    runs: int
    mean: float
    sd: float
    passed: float
    reached: float


@dataclass(frozen=True)
class Calibration:
    """What a set of runs says about a case.

    Attributes:
        case: Id of the case.
        groups: By bot, the most skilled first.
        baseline: A proposal for ``scoring.baseline``; empty if no skilled run reached the target.
        pass_mark: Where the groups cross; NaN if one of them is missing.
        rank_correlation: Spearman's, of skill and score; NaN for a single skill.
        fluoro_correlation: The same of skill and (short) fluoroscopy time alone.
    """

    case: str
    groups: tuple[Group, ...]
    baseline: Mapping[str, float]
    pass_mark: float
    rank_correlation: float
    fluoro_correlation: float


def run_all(
    case: str,
    executor: Executor,
    runs: int,
    bots: Sequence[str] = tuple(STYLES),
    told: Callable[[Played, int, int], None] | None = None,
    known: Mapping[tuple[str, int], Played] | None = None,
) -> list[Played]:
    """Play bots over seeds, wherever the executor runs them.

    Args:
        case: Id or path of the case, readable where the work is done.
        executor: A process pool, or a cluster's.
        runs: Seeds for each bot, from 1.
        bots: Who plays.
        told: Called after each run with it, the number of runs done and of all.
        known: Runs by bot and seed that need not be played again.

    Returns:
        The runs in the order of bots and seeds, whatever order they ended in.

    Raises:
        IrSimError: A run failed.
    """
    order = [(name, seed) for name in bots for seed in range(1, runs + 1)]
    had = known if known is not None else {}
    out = {k: had[what] for k, what in enumerate(order) if what in had}
    jobs: dict[Future[Played], int] = {
        executor.submit(play_bot, case, name, seed): k
        for k, (name, seed) in enumerate(order)
        if k not in out
    }
    for job in as_completed(jobs):
        try:
            played = job.result()
        except IrSimError:
            for other in jobs:
                other.cancel()
            raise
        out[jobs[job]] = played
        if told is not None:
            told(played, len(out), len(order))
    return [out[k] for k in sorted(out)]


def calibrate(played: Sequence[Played]) -> Calibration:
    """Groups, baseline and pass mark of one case's runs.

    Raises:
        ValueError: No runs, or runs of several cases.
    """
    cases = {run.case for run in played}
    if len(cases) != 1:
        raise ValueError(f"runs of one case are needed, got {sorted(cases)}")
    skilled = [run for run in played if run.bot in SKILLED]
    unskilled = [run for run in played if run.bot in UNSKILLED]
    good = [run for run in skilled if run.reached]
    grades = [run.grade for run in played]
    return Calibration(
        case=cases.pop(),
        groups=tuple(_groups(played)),
        baseline={
            name: _baseline(share * float(np.mean([r.metrics[name] for r in good])))
            for name, share in ALLOWANCE.items()
        }
        if good
        else {},
        pass_mark=crossing([r.total for r in skilled], [r.total for r in unskilled]),
        rank_correlation=rank_correlation(grades, [r.total for r in played]),
        fluoro_correlation=rank_correlation(
            grades, [-r.metrics.get("fluoro_time_s", math.nan) for r in played]
        ),
    )


def crossing(above: Sequence[float], below: Sequence[float]) -> float:
    """Where the normal curves of two groups of scores cross, between their means.

    A group without spread counts as having a standard deviation of 1 point. NaN if a group is
    empty or the skilled do not score higher.
    """
    if not above or not below:
        return math.nan
    high, low = float(np.mean(above)), float(np.mean(below))
    if high <= low:
        return math.nan
    s_high, s_low = max(float(np.std(above)), 1.0), max(float(np.std(below)), 1.0)
    a = 1.0 / s_low**2 - 1.0 / s_high**2
    b = -2.0 * (low / s_low**2 - high / s_high**2)
    c = low**2 / s_low**2 - high**2 / s_high**2 + 2.0 * math.log(s_low / s_high)
    if abs(a) < 1e-12:
        return -c / b
    root = math.sqrt(max(b * b - 4.0 * a * c, 0.0))
    between = [x for x in ((-b + root) / (2 * a), (-b - root) / (2 * a)) if low <= x <= high]
    return between[0] if between else 0.5 * (low + high)


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's rank correlation, ties sharing their mean rank; NaN without any difference."""
    if len(set(a)) < 2 or len(set(b)) < 2:
        return math.nan
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def write_baseline(text: str, baseline: Mapping[str, float]) -> str:
    """An author's YAML with another baseline; everything else, comments too, stays as it is.

    Args:
        text: The case.
        baseline: Figures by name; others that the author gives are kept.

    Raises:
        IrSimError: The text has no ``scoring.baseline`` to write into.
    """
    lines = text.splitlines(keepends=True)
    start = next((k for k, line in enumerate(lines) if re.match(r"scoring\s*:", line)), None)
    if start is None:
        raise IrSimError("the case has no 'scoring' block: add 'scoring: {baseline: {}}' first")
    after = range(start + 1, len(lines))
    end = next((k for k in after if re.match(r"[^\s#]", lines[k])), len(lines))
    block = "".join(lines[start:end])
    if not re.search(r"\bbaseline\s*:", block):
        raise IrSimError("'scoring' has no 'baseline': add 'baseline: {}' to it first")
    for name, value in baseline.items():
        block = _with_figure(block, name, value)
    return "".join([*lines[:start], block, *lines[end:]])


def _with_figure(block: str, name: str, value: float) -> str:
    number = f"{value:g}"
    known = re.compile(rf"(\b{name}\s*:\s*)[^\s,}}#]+")
    if known.search(block):
        return known.sub(rf"\g<1>{number}", block, count=1)
    flow = re.compile(r"(\bbaseline\s*:\s*\{)(\s*)(\}?)")
    found = flow.search(block)
    if found is not None:
        comma = "" if found.group(3) else ", "
        new = f"{found.group(1)}{name}: {number}{comma}{found.group(3)}"
        return block[: found.start()] + new + block[found.end() :]
    nested = re.compile(r"^([ ]*)baseline\s*:[^\n]*\n", re.MULTILINE)
    place = nested.search(block)
    if place is None:
        raise IrSimError("'scoring.baseline' is written in a way that cannot be added to")
    return block[: place.end()] + f"{place.group(1)}  {name}: {number}\n" + block[place.end() :]


def _groups(played: Sequence[Played]) -> Iterator[Group]:
    for name in sorted({run.bot for run in played}, key=lambda name: -GRADES[name]):
        own = [run for run in played if run.bot == name]
        scores = [run.total for run in own]
        sd = float(np.std(scores, ddof=1)) if len(own) > 1 else 0.0
        passed = sum(run.passed for run in own) / len(own)
        reached = sum(run.reached for run in own) / len(own)
        yield Group(name, len(own), float(np.mean(scores)), sd, passed, reached)


def _baseline(wanted: float) -> float:
    if wanted <= 0.0:
        return 0.1
    step = 10.0 ** (math.floor(math.log10(wanted)) + 1 - _DIGITS)
    return round(math.ceil(wanted / step - 1e-9) * step, 6)


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [(order.index(v) + len(order) - 1 - order[::-1].index(v)) / 2.0 for v in values]
