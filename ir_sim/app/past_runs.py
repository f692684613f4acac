"""What the score log knows of a trainee, for the home screen, the help and the debrief."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ir_sim.errors import RecordError
from ir_sim.records.reading import RunFilter
from ir_sim.records.record import RunRecord
from ir_sim.records.store import open_log
from ir_sim.training.help import HelpLevel, help_after

#: Runs shown on the home screen.
LAST_RUNS = 3
#: Longest wait for a log that somebody else writes, s: looking back must not hold anybody up.
LOCK_WAIT_S = 0.5


class PastRuns:
    """A trainee's runs in the log; none if the log cannot be read just now.

    Args:
        db: The log.
        home: The data folder.
    """

    def __init__(self, db: str | None, home: Path | None) -> None:
        self._db, self._home = db, home

    def _runs(self, which: RunFilter, newest: int | None = None) -> list[RunRecord]:
        try:
            with open_log(self._db, self._home, read_only=True, lock_wait_s=LOCK_WAIT_S) as log:
                return [run.record for run in log.runs(which, newest=newest)]
        except RecordError:
            return []

    def figures(self, trainee: str, case: str) -> list[dict[str, float]]:
        """Figures of the finished runs of a case, oldest first."""
        runs = self._runs(RunFilter(trainee=trainee, case=case, retracted=False))
        return [
            {"total": run.total, **{name: m.value for name, m in run.metrics.items()}}
            for run in runs
            if run.total is not None
        ]

    def help(self, trainee: str, case: str) -> HelpLevel:
        """How much help: it fades with every finished run of the case."""
        return help_after(len(self.figures(trainee, case)))

    def lines(self, trainee: str) -> Sequence[str]:
        """The last runs in words, the latest first."""
        if not trainee:
            return ()
        runs = self._runs(RunFilter(trainee=trainee, retracted=False), LAST_RUNS)
        out = []
        for run in sorted(runs, key=lambda r: r.started_utc, reverse=True):
            score = f"{run.total:.0f} points" if run.total is not None else run.status
            out.append(f"{run.started_utc:%Y-%m-%d}  {run.scenario_title}: {score}")
        return out
