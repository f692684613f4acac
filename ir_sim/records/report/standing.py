"""Where people stand, case by case, beside their cohort: what the app shows of the records."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ir_sim.records.reading import RunFilter
from ir_sim.records.report.crowd import view_of
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.figures import quartiles
from ir_sim.records.report.model import day
from ir_sim.records.report.sections import name_of
from ir_sim.records.roles import Viewer
from ir_sim.records.store import ScoreLog


@dataclass(frozen=True)
class Standing:
    """A person on one version of a case, and the band of the residents there.

    Attributes:
        person: Pseudonym.
        case: Title of the case.
        runs: Finished runs.
        passed: How many of them were passed.
        latest: Median of the latest five scores.
        low: Lower quartile of the residents' latest scores; NaN if there are too few people.
        high: Upper quartile.
        people: n of the band.
        last: Date of the last run.
    """

    person: str
    case: str
    runs: int
    passed: int
    latest: float
    low: float
    high: float
    people: int
    last: str

    @property
    def band(self) -> str:
        """The band in words; nothing where it would tell single people's results."""
        if not math.isfinite(self.low):
            return f"too few people (n = {self.people})"
        return f"{self.low:.0f}–{self.high:.0f} (n = {self.people})"


def standings(log: ScoreLog, viewer: Viewer) -> list[Standing]:
    """Everybody whom somebody sees, on every case, the latest first.

    Raises:
        RecordError: The log cannot be read.
    """
    view = view_of(log, RunFilter(), viewer, "all", LearningCusum())
    data, beside = view.own.data, view.beside
    bands = {}
    for k, series in enumerate(beside.data.series):
        latest = [
            p.latest
            for p in beside.found
            if p.series == k and beside.data.people[p.person_no].role in {None, "resident"}
        ]
        low, _, high, n = quartiles(np.array(latest))
        bands[series.key] = (low, high, n) if n >= viewer.fewest else (math.nan, math.nan, n)
    nobody = (math.nan, math.nan, 0)
    return [
        Standing(
            data.people[p.person_no].shown,
            name_of(data.series[p.series]),
            p.attempts,
            p.passed,
            p.latest,
            *bands.get(data.series[p.series].key, nobody),
            day(p.last_s),
        )
        for p in sorted(view.own.found, key=lambda p: -p.last_s)
    ]
