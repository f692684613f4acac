"""Recordings: the controls of a run, from which the simulation can be run again bit for bit.

A recording is a sequence of JSON lines. The first line is the header (the case's text and hash, the
devices, seed and versions); then one line for each tick at which the controls changed; then the
events, the state hashes and the result. A running procedure is written as plain lines, flushed once
a second (the journal); a finished one is compressed, with the magic ``irrun1`` in front, and
replaces it in one step. No clock goes in: the same run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ir_sim.errors import RecordError
from ir_sim.simulation.controls import Action, Controls, Motion

MAGIC = b"irrun1\n"
FORMAT = 1
#: Largest recording that is read, bytes, and largest text that it may unpack to.
MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024


@dataclass
class Recording:
    """A run as it was played.

    Attributes:
        header: Case text, hashes, seed, versions.
        changes: (tick, controls) wherever the controls changed; one-tick actions ride along.
        ticks: Length of the run.
        events: The timeline as plain data.
        hashes: (tick, state hash) every few seconds.
        result: The score as plain data, or None.
        finished: Whether the run was ended, rather than cut off.
    """

    header: dict[str, Any]
    changes: list[tuple[int, Controls]] = field(default_factory=list)
    ticks: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[tuple[int, str]] = field(default_factory=list)
    result: dict[str, Any] | None = None
    finished: bool = False

    def add(self, controls: Controls) -> str | None:
        """Append one tick; returns the line for the journal if anything changed."""
        now = encode_controls(controls)
        line = None
        if not self.changes or now != self._last or controls.actions:
            self.changes.append((self.ticks, controls))
            line = dump({"t": self.ticks, "c": now})
            self._last = encode_controls(without_actions(controls))
        self.ticks += 1
        return line

    _last: dict[str, Any] = field(default_factory=dict, repr=False)

    def controls(self) -> Iterator[Controls]:
        """The controls of every tick."""
        place, held = 0, Controls()
        for tick in range(self.ticks):
            if place < len(self.changes) and self.changes[place][0] == tick:
                held = self.changes[place][1]
                place += 1
                yield held
                held = without_actions(held)
            else:
                yield held

    def lines(self) -> Iterator[str]:
        """The recording as JSON lines."""
        yield dump({"irrun": FORMAT, **self.header})
        for tick, controls in self.changes:
            yield dump({"t": tick, "c": encode_controls(controls)})
        for event in self.events:
            yield dump({"e": event})
        for tick, digest in self.hashes:
            yield dump({"h": [tick, digest]})
        yield dump({"end": self.ticks, "finished": self.finished, "result": self.result})

    def to_bytes(self) -> bytes:
        """The compressed file."""
        text = "\n".join(self.lines()) + "\n"
        packed = lzma.compress(text.encode(), format=lzma.FORMAT_XZ, preset=6)
        return MAGIC + packed

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def dump(value: Mapping[str, Any]) -> str:
    """One compact JSON line, the same for the same value."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def without_actions(controls: Controls) -> Controls:
    """The part of the controls that lasts beyond their tick."""
    if not controls.actions:
        return controls
    return replace(controls, actions=())


def encode_controls(controls: Controls) -> dict[str, Any]:
    """Plain data of what is not at rest."""
    out: dict[str, Any] = {}
    moved = {
        slot: [motion.advance_mm_s, motion.rotate_deg_s]
        for slot, motion in controls.motions.items()
        if not motion.held
    }
    if moved:
        out["m"] = moved
    if controls.pedal != "off":
        out["p"] = controls.pedal
    if controls.inject_ml_s:
        out["i"] = controls.inject_ml_s
    if any(controls.table_mm_s):
        out["t"] = list(controls.table_mm_s)
    if controls.treat:
        out["r"] = controls.treat
    if controls.actions:
        out["a"] = [
            {k: v for k, v in vars(action).items() if v is not None} for action in controls.actions
        ]
    return out


def decode_controls(data: Mapping[str, Any]) -> Controls:
    """The controls of ``encode_controls``.

    Raises:
        ValueError: The data are not controls.
    """
    controls = Controls(
        motions={slot: Motion(*pair) for slot, pair in data.get("m", {}).items()},
        pedal=data.get("p", "off"),
        inject_ml_s=data.get("i", 0.0),
        table_mm_s=tuple(data.get("t", (0.0, 0.0))),
        actions=tuple(Action(**action) for action in data.get("a", ())),
        treat=data.get("r", 0.0),
    )
    controls.check()
    return controls


def write(recording: Recording, path: Path) -> str:
    """Write a finished recording so that either the old file or the whole new one is there.

    Returns:
        The file's SHA-256.

    Raises:
        RecordError: It cannot be written.
    """
    data = recording.to_bytes()
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordError(f"{path}: the recording cannot be written: {reason}") from error
    return hashlib.sha256(data).hexdigest()


def read(path: str | Path) -> Recording:
    """Read a recording or the journal of a run that was cut off.

    Raises:
        RecordError: It is missing, not a recording, or damaged.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RecordError(f"{path}: larger than a recording can be")
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordError(f"{path}: the recording cannot be read: {reason}") from error
    return from_bytes(raw, str(path))


def from_bytes(raw: bytes, name: str) -> Recording:
    """A recording from a file's bytes.

    Raises:
        RecordError: They are not a recording, or damaged.
    """
    journal = not raw.startswith(MAGIC)
    text = raw if journal else _unpack(raw[len(MAGIC) :], name)
    lines = text.split(b"\n")
    lines.pop()  # what follows the last line end is empty, or a line cut off
    recording: Recording | None = None
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            if recording is None:
                recording = _header(entry, name)
            else:
                _entry(recording, entry)
        except (ValueError, TypeError, KeyError, UnicodeDecodeError) as error:
            if recording is not None and journal and number == len(lines):
                break
            raise RecordError(f"{name}: line {number} of the recording is damaged") from error
    if recording is None:
        raise RecordError(f"{name}: not a recording of ir_sim")
    return recording


def _unpack(packed: bytes, name: str) -> bytes:
    try:
        unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MAX_UNPACKED)
        text = unpacker.decompress(packed, max_length=MAX_UNPACKED)
    except lzma.LZMAError as error:
        raise RecordError(f"{name}: the recording is damaged") from error
    if not unpacker.eof:
        raise RecordError(f"{name}: the recording is cut off or too large")
    return text


def _header(entry: Any, name: str) -> Recording:
    if not isinstance(entry, dict) or "irrun" not in entry:
        raise RecordError(f"{name}: not a recording of ir_sim")
    if entry["irrun"] != FORMAT:
        raise RecordError(
            f"{name}: recording format {entry['irrun']}; this version reads format {FORMAT}"
        )
    return Recording({k: v for k, v in entry.items() if k != "irrun"})


def _entry(recording: Recording, entry: dict[str, Any]) -> None:
    if "c" in entry:
        tick = int(entry["t"])
        recording.changes.append((tick, decode_controls(entry["c"])))
        recording.ticks = max(recording.ticks, tick + 1)
    elif "e" in entry:
        recording.events.append(entry["e"])
    elif "h" in entry:
        recording.hashes.append((int(entry["h"][0]), str(entry["h"][1])))
    elif "alive" in entry:
        recording.ticks = max(recording.ticks, int(entry["alive"]))
    elif "end" in entry:
        recording.ticks = int(entry["end"])
        recording.finished = bool(entry["finished"])
        recording.result = entry["result"]


class Journal:
    """The plain-line recording of a running procedure, on disk at least once a second.

    Args:
        path: The file; it is created, and removed by ``close`` once the run is saved elsewhere.

    Raises:
        RecordError: It cannot be written.
    """

    TICKS_BETWEEN_FLUSHES = 60

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self.path = path
        self._unflushed = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8")
            self._file.write(dump({"irrun": FORMAT, **header}) + "\n")
            self._sync()
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordError(f"{path}: the journal cannot be written: {reason}") from error

    def add(self, ticks: int, line: str | None) -> None:
        """Note a tick; ``line`` is what ``Recording.add`` returned."""
        try:
            if line is not None:
                self._file.write(line + "\n")
            self._unflushed += 1
            if self._unflushed >= self.TICKS_BETWEEN_FLUSHES:
                self._file.write(dump({"alive": ticks}) + "\n")
                self._sync()
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordError(f"{self.path}: the journal cannot be written: {reason}") from error

    def close(self, *, keep: bool = False) -> None:
        """Close the file, and remove it unless it is to be kept."""
        self._file.close()
        if not keep:
            self.path.unlink(missing_ok=True)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unflushed = 0
