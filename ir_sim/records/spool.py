"""Runs that wait for the log: first on the disk of this workstation, then in the log.

Every run is written to ``runs/`` of the data folder before the log is tried, and removed once the
log has confirmed it. A run is logged exactly once: the log refuses a run id that it already has.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ir_sim.errors import RecordError
from ir_sim.records.canonical import canonical, sha256_hex, utc_text
from ir_sim.records.record import RunRecord

FOLDER = "runs"


@dataclass(frozen=True)
class Waiting:
    """A run that waits.

    Attributes:
        path: Its description; the recording lies beside it.
        log: The log it is meant for, as shown (no password).
        record: The run.
    """

    path: Path
    log: str
    record: RunRecord

    @property
    def recording(self) -> Path:
        """Where the recording is, if there is one."""
        return self.path.with_suffix(".irrun")

    def irrun(self) -> bytes | None:
        """The recording.

        Raises:
            RecordError: It is missing or not the one that was written.
            FileNotFoundError: Another program has logged the run meanwhile.
        """
        if not self.record.irrun_sha256:
            return None
        try:
            data = self.recording.read_bytes()
        except OSError as error:
            if not self.path.exists():
                raise FileNotFoundError(self.path) from error
            reason = error.strerror or str(error)
            raise RecordError(f"{self.recording}: the recording is unreadable: {reason}") from error
        if sha256_hex(data) != self.record.irrun_sha256:
            raise RecordError(f"{self.recording}: the recording was changed since the run")
        return data

    def done(self) -> None:
        """Remove it: the log has it. The description goes first, so that a half is never a run."""
        for path in (self.path, self.recording):
            with suppress(OSError):
                path.unlink()


def keep(home: Path, log: str, record: RunRecord, irrun: bytes | None) -> Waiting:
    """Write a run to the disk; it survives a power cut once this returns.

    Raises:
        RecordError: The disk is full or the folder cannot be written.
    """
    folder = home / FOLDER
    path = folder / f"{utc_text(record.ended_utc).replace(':', '')}-{record.run_id}.json"
    item = Waiting(path, log, record)
    text = canonical({"log": log, "run": record.as_dict()})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if irrun is not None:
            _write(item.recording, irrun)
        _write(path, text.encode())  # last: what can be read is whole
    except OSError as error:
        for part in (path, item.recording):
            with suppress(OSError):
                part.unlink()
                part.with_name(part.name + ".part").unlink()
        reason = error.strerror or str(error)
        raise RecordError(f"{folder}: the run cannot be kept: {reason}") from error
    return item


def waiting(home: Path) -> Iterator[Waiting | RecordError]:
    """What waits, oldest first; an error in the place of a file that cannot be understood."""
    for path in sorted((home / FOLDER).glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            yield Waiting(path, str(data["log"]), RunRecord.parse(data["run"], str(path)))
        except FileNotFoundError:
            continue  # another program has just logged it
        except RecordError as error:
            yield error
        except (OSError, ValueError, KeyError, TypeError):
            yield RecordError(f"{path}: this waiting run is damaged")


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
