"""Keeping a run: a journal while it goes on, the recording and the log once it is over."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ir_sim import __version__
from ir_sim.errors import IrSimError, RecordError
from ir_sim.records.filing import Filed, KeptError, log_run
from ir_sim.records.keys import data_home
from ir_sim.records.record import Player
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.recording import Journal, Recording, dump, encode_controls, read
from ir_sim.simulation.state import DT_S
from ir_sim.training.session import Session

JOURNALS = "journals"
#: A journal that has not been touched for so long belongs to no running program, s.
ABANDONED_S = 15.0
#: A running program touches its journal this often, also while it is paused, s.
TOUCH_S = 3.0


@dataclass(frozen=True)
class Known:
    """What a run's record says beyond its score.

    Attributes:
        trainee: Pseudonym.
        player: Who steered.
        started_utc: When.
    """

    trainee: str
    player: Player
    started_utc: datetime


class Keeping:
    """Keeps one run.

    Args:
        session: The run.
        known: What its record says.
        home: The data folder; the platform's by default.
        journalled: False keeps no journal (the expert's runs).

    Attributes:
        problem: Why there is no journal, in one line; empty if there is one.
    """

    def __init__(
        self, session: Session, known: Known, home: Path | None = None, *, journalled: bool = True
    ) -> None:
        self.session, self.known, self.home = session, known, data_home(home)
        self.run_id = str(uuid.uuid4())
        self.problem = ""
        self._journal: Journal | None = None
        self._written = 0
        self._touched = 0.0
        if journalled:
            self._open()

    @property
    def path(self) -> Path:
        """The journal."""
        return self.home / JOURNALS / f"{self.run_id}.journal"

    def _open(self) -> None:
        recording = self.session.recording
        try:
            self._journal = Journal(self.path, recording.header)
            self.path.with_suffix(".json").write_text(
                json.dumps(
                    {
                        "trainee": self.known.trainee,
                        "started_utc": self.known.started_utc.isoformat(),
                        "case": self.session.scenario.id,
                    }
                ),
                encoding="utf-8",
            )
            for tick, controls in recording.changes:
                self._journal.add(tick, dump({"t": tick, "c": encode_controls(controls)}))
        except (RecordError, OSError) as error:
            self._fail(str(error))
        self._written = len(recording.changes)

    def ticked(self, _: Controls) -> None:
        """Note a tick in the journal."""
        if self._journal is None:
            return
        recording = self.session.recording
        line = None
        if len(recording.changes) > self._written:
            tick, controls = recording.changes[-1]
            line = dump({"t": tick, "c": encode_controls(controls)})
            self._written = len(recording.changes)
        try:
            self._journal.add(recording.ticks, line)
        except RecordError as error:
            self._fail(str(error))

    def _fail(self, reason: str) -> None:
        """A full disk must not stop a procedure; it is said once."""
        self._journal, self.problem = None, reason

    def touch(self, now_s: float | None = None) -> None:
        """Show that the program lives, while time stands still in a pause."""
        now = time.monotonic() if now_s is None else now_s
        if self._journal is not None and now - self._touched > TOUCH_S:
            self._touched = now
            with suppress(OSError):
                self.path.touch()

    def file(self, db: str | None, *, finished: bool) -> str:
        """Keep the run for good; returns one line that says where, or why not."""
        ended = datetime.now(tz=UTC)
        session = self.session
        if not finished:
            session.recording.events = [event.as_dict() for event in session.events]
        irrun = session.recording.to_bytes()
        score = session.score() if finished else None
        try:
            filed = log_run(
                score,
                run_id=self.run_id,
                player=self.known.player,
                trainee=self.known.trainee,
                started_utc=self.known.started_utc,
                ended_utc=ended,
                procedure_s=session.state.time_s,
                irrun=irrun,
                url=db,
                home=self.home,
                **_case_fields(session.scenario, session.seed),
            )
        except RecordError as error:
            self.close(keep=not isinstance(error, KeptError))
            return str(error)
        self.close(keep=False)
        return _sentence(filed)

    def close(self, *, keep: bool) -> None:
        """Close the journal, and remove it unless it is to be found by the next start."""
        if self._journal is None:
            return
        with suppress(OSError):
            self._journal.close(keep=keep)
            if not keep:
                self.path.with_suffix(".json").unlink(missing_ok=True)
        self._journal = None


def _case_fields(scenario: Scenario, seed: int) -> dict[str, Any]:
    return {
        "scenario_id": scenario.id,
        "scenario_sha256": scenario.sha256,
        "scenario_title": scenario.title,
        "scenario_level": scenario.level,
        "software_version": __version__,
        "seed": seed,
    }


def _sentence(filed: Filed) -> str:
    words = f"kept in the score log ({Path(filed.log).name})"
    if filed.problems:
        words += f"; {filed.problems[0]}"
    return words


@dataclass(frozen=True)
class Interrupted:
    """A run that was cut off.

    Attributes:
        path: Its journal.
        recording: What is in it.
        trainee: Pseudonym.
        started_utc: When it began.
        case: The case's id.
    """

    path: Path
    recording: Recording
    trainee: str
    started_utc: datetime
    case: str

    @property
    def time_s(self) -> float:
        """How long it lasted."""
        return self.recording.ticks * DT_S

    def forget(self) -> None:
        """Remove its journal."""
        for path in (self.path, self.path.with_suffix(".json")):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def file(self, db: str | None, scenario: Scenario | None, home: Path | None = None) -> str:
        """Record it as interrupted; returns one line that says where, or why not."""
        ended = datetime.fromtimestamp(self.path.stat().st_mtime, tz=UTC)
        known: dict[str, Any] = {"scenario_id": self.case}
        if scenario is not None:
            known = _case_fields(scenario, int(self.recording.header.get("seed", 0)))
        try:
            filed = log_run(
                None,
                run_id=self.path.stem,
                player="human",
                trainee=self.trainee,
                started_utc=self.started_utc,
                ended_utc=max(ended, self.started_utc),
                procedure_s=self.time_s,
                irrun=self.recording.to_bytes(),
                url=db,
                home=home,
                **known,
            )
        except RecordError as error:
            if isinstance(error, KeptError):
                self.forget()
            return str(error)
        self.forget()
        return _sentence(filed)


def interrupted_runs(home: Path | None = None, now_s: float | None = None) -> Iterator[Interrupted]:
    """Runs that were cut off, oldest first; what cannot be read is left where it is."""
    now = time.time() if now_s is None else now_s
    for path in sorted((data_home(home) / JOURNALS).glob("*.journal")):
        try:
            if now - path.stat().st_mtime < ABANDONED_S:
                continue
            beside = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            yield Interrupted(
                path,
                read(path),
                str(beside["trainee"]),
                datetime.fromisoformat(beside["started_utc"]),
                str(beside["case"]),
            )
        except (OSError, ValueError, KeyError, TypeError, IrSimError):
            continue
