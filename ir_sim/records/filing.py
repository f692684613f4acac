"""After a run: keep it, log it; and later: log what had to wait.

The app and the command line call ``log_run``. The run is on this workstation's disk before the log
is tried; if the log cannot take it, one clear line says so and where the run waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ir_sim.errors import RecordError
from ir_sim.records.canonical import sha256_hex
from ir_sim.records.engine import log_url, shown
from ir_sim.records.keys import data_home
from ir_sim.records.record import RunRecord, record_of
from ir_sim.records.spool import Waiting, keep, waiting
from ir_sim.records.store import ScoreLog, open_log
from ir_sim.training.score import Score

#: A person who has just finished a run does not wait a minute for a lock: the run is kept anyway.
IMPATIENT_S = 10.0


class KeptError(RecordError):
    """The log could not take a run; it is safe on this workstation and goes on waiting.

    Attributes:
        folder: Where it is.
    """

    def __init__(self, reason: str, folder: Path) -> None:
        super().__init__(
            f"{reason}. The run is safe in {folder} and will be logged "
            "with the next run or by 'ir-sim log sync'"
        )
        self.folder = folder


@dataclass(frozen=True)
class Filed:
    """What became of the runs that waited.

    Attributes:
        log: The log, as shown.
        run_id: The run that was just finished; empty for a sync.
        logged: How many runs the log took now.
        already: How many it had already.
        problems: What could not be logged, a line each; it goes on waiting.
        elsewhere: Other logs that runs wait for -> how many.
    """

    log: str
    run_id: str = ""
    logged: int = 0
    already: int = 0
    problems: tuple[str, ...] = ()
    elsewhere: dict[str, int] = field(default_factory=dict)


def log_run(
    score: Score | None,
    *,
    trainee: str,
    scenario_id: str,
    started_utc: datetime,
    ended_utc: datetime,
    procedure_s: float,
    irrun: bytes | None = None,
    url: str | None = None,
    home: Path | None = None,
    **known: Any,
) -> Filed:
    """Log a run; what waited from earlier goes along.

    Args:
        score: What ``Simulation.score()`` returned; None for a run that was cut off.
        trainee: Pseudonym.
        scenario_id: The case.
        started_utc: When, by the workstation's clock.
        ended_utc: When, by the workstation's clock.
        procedure_s: Length, simulated seconds.
        irrun: The recording.
        url: The log; ``IR_SIM_DB`` or the file in the data folder by default.
        home: The data folder.
        known: Any other field of ``RunRecord`` (scenario_sha256, scenario_title, scenario_level,
            software_version, seed, player, practice, help_used, ...).

    Raises:
        KeptError: One clear line: the log could not take it. The run is kept in the data folder's
            ``runs`` and logged by the next run or ``ir-sim log sync``.
        RecordError: It makes no sense, or it cannot be kept either (the disk is full).
    """
    fields: dict[str, Any] = {
        "trainee": trainee,
        "scenario_id": scenario_id,
        "started_utc": started_utc,
        "ended_utc": ended_utc,
        "procedure_s": procedure_s,
        "irrun_sha256": "" if irrun is None else sha256_hex(irrun),
        **known,
    }
    if score is None:
        record = RunRecord.parse({"status": "interrupted", **fields}, "the run's result")
    else:
        record = record_of(score, **fields)
    folder = data_home(home)
    item = keep(folder, shown(log_url(url, folder)), record, irrun)
    try:
        return sync(url, home, lock_wait_s=IMPATIENT_S, run_id=record.run_id)
    except RecordError as error:
        raise KeptError(str(error), item.path.parent) from error


def sync(
    url: str | None = None,
    home: Path | None = None,
    *,
    everything: bool = False,
    lock_wait_s: float = 60.0,
    run_id: str = "",
) -> Filed:
    """Log the runs that wait for a log, each exactly once.

    Args:
        url: The log.
        home: The data folder.
        everything: Also the runs that were meant for another log.
        lock_wait_s: How long to wait for another writer, s.
        run_id: The run that must be among them, if any.

    Raises:
        RecordError: The log cannot be written, or the named run was refused.
    """
    folder = data_home(home)
    problems: list[str] = []
    elsewhere: dict[str, int] = {}
    logged = already = 0
    with open_log(url, home, lock_wait_s=lock_wait_s) as log:
        for item in waiting(folder):
            if isinstance(item, RecordError):
                problems.append(str(item))
            elif item.log != log.name and not everything:
                elsewhere[item.log] = elsewhere.get(item.log, 0) + 1
            else:
                new = _hand_over(log, item, problems, run_id)
                logged += new is True
                already += new is False
        return Filed(log.name, run_id, logged, already, tuple(problems), elsewhere)


def _hand_over(log: ScoreLog, item: Waiting, problems: list[str], run_id: str) -> bool | None:
    """True if logged now, False if the log had it, None if it goes on waiting."""
    try:
        irrun = item.irrun()
    except FileNotFoundError:
        return False  # another program has just logged it
    except RecordError as error:
        problems.append(str(error))
        return None
    try:
        new = log.add(item.record, irrun)
    except RecordError as error:
        if item.record.run_id == run_id:
            raise
        problems.append(str(error))
        return None
    item.done()
    return new
