"""What the score log knows, for the home screen, the help, the debrief and the records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ir_sim.errors import RecordError
from ir_sim.records.keys import data_home
from ir_sim.records.reading import RunFilter
from ir_sim.records.record import RunRecord
from ir_sim.records.roles import Viewer
from ir_sim.records.sign_in import kept_for, signed_in
from ir_sim.records.store import open_log
from ir_sim.training.help import HelpLevel, help_after

if TYPE_CHECKING:
    from ir_sim.records.report.standing import Standing

# The report and the exports are imported when somebody asks for them: the app starts without.

#: Runs shown on the home screen.
LAST_RUNS = 3
#: Longest wait for a log that somebody else writes, s: looking back must not hold anybody up.
LOCK_WAIT_S = 0.5
_AN = {"resident": "a resident", "instructor": "an instructor", "director": "a director"}


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
        if self.has_password(trainee):
            return ("Shown after signing in: Records.",)
        runs = self._runs(RunFilter(trainee=trainee, retracted=False), LAST_RUNS)
        out = []
        for run in sorted(runs, key=lambda r: r.started_utc, reverse=True):
            score = f"{run.total:.0f} points" if run.total is not None else run.status
            out.append(f"{run.started_utc:%Y-%m-%d}  {run.scenario_title}: {score}")
        return out

    def has_password(self, name: str) -> bool:
        """Whether somebody's runs are shown only after signing in."""
        try:
            with (
                open_log(self._db, self._home, read_only=True, lock_wait_s=LOCK_WAIT_S) as log,
                log.reading() as connection,
            ):
                return kept_for(connection, name) is not None
        except RecordError:
            return False

    def viewer(self, name: str, password: str) -> Viewer:
        """Who looks at the records.

        Residents without a password see their own runs as on the home screen; whoever is shown
        other people's has to sign in.

        Raises:
            RecordError: One line: the log cannot be read, nobody is called so, a password is
                needed, or it is wrong.
        """
        with open_log(self._db, self._home, read_only=True, lock_wait_s=LOCK_WAIT_S) as log:
            viewer = log.viewer(name)
            with log.reading() as connection:
                kept = kept_for(connection, name)
                if kept is None and viewer.role == "resident":
                    return viewer
                if kept is None:
                    raise RecordError(
                        f"{name} is {_AN[viewer.role]} and has no password yet: "
                        f"ir-sim log person {name} --sign-in"
                    )
                found = signed_in(connection, name, password)
        if found is None:
            raise RecordError("this is not the password" if password else "the password, please")
        return found

    def standings(self, viewer: Viewer) -> list[Standing]:
        """Where those whom somebody sees stand.

        Raises:
            RecordError: The log cannot be read.
        """
        from ir_sim.records.report.standing import standings  # noqa: PLC0415

        with open_log(self._db, self._home, read_only=True) as log:
            return standings(log, viewer)

    def write_report(self, viewer: Viewer) -> Path:
        """The report as somebody may see it, as a file of the data folder.

        Raises:
            RecordError: The log cannot be read or the file not written.
        """
        from ir_sim.records.report.page import write_report  # noqa: PLC0415

        with open_log(self._db, self._home, read_only=True) as log:
            path = self._folder("reports") / f"{viewer.name}.html"
            write_report(log, path, RunFilter(), viewer=viewer)
        return path

    def write_export(self, viewer: Viewer) -> Path:
        """Every run as a table; for directors.

        Raises:
            RecordError: Not for this person, the log cannot be read or the file not written.
        """
        if not viewer.may_export:
            raise RecordError("exports are for directors")
        from ir_sim.records.export import export  # noqa: PLC0415

        with open_log(self._db, self._home, read_only=True) as log:
            path = self._folder("exports") / "runs.csv"
            export(log, RunFilter(), "csv", path)
        return path

    def _folder(self, name: str) -> Path:
        folder = data_home(self._home) / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(f"{folder}: cannot be made: {error.strerror or error}") from error
        return folder
