"""Bots' runs in a file, so that long studies go on where they were cut off.

A JSON Lines file: a run a line, with what it was played on. A run counts again only for the same
text of the case, the same rubric and the same version of the software.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ir_sim import __version__
from ir_sim.errors import RecordError
from ir_sim.scenario.model import Scenario
from ir_sim.training.bots import Played
from ir_sim.training.rubric import load_rubric


class KeptRuns:
    """The file of a study.

    Args:
        path: It is created with the first run.

    Raises:
        RecordError: It cannot be read, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, dict[tuple[str, int], Played]] = {}
        try:
            data = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise RecordError(f"{path}: cannot be read: {error.strerror or error}") from error
        # what follows the last line's end was cut off while it was written: it goes with the next
        self._whole = data.rfind(b"\n") + 1
        for k, line in enumerate(data[: self._whole].splitlines()):
            try:
                row = json.loads(line)
                errors = tuple(row["played"].pop("errors"))
                self._remember(row["on"], Played(**row["played"], errors=errors))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise RecordError(
                    f"{path}:{k + 1}: not a bot's run: name another file, or a new one"
                ) from error

    def known(self, on: str) -> Mapping[tuple[str, int], Played]:
        """Runs by bot and seed that were played on this."""
        return self._known.get(on, {})

    def add(self, on: str, played: Played) -> None:
        """Write a run down at once.

        Raises:
            RecordError: It cannot be written.
        """
        self._remember(on, played)
        try:
            row = json.dumps({"on": on, "played": asdict(played)}) + "\n"
            with self.path.open("r+b" if self.path.exists() else "wb") as file:
                file.truncate(self._whole)
                file.seek(self._whole)
                self._whole += file.write(row.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordError(f"{self.path}: the run cannot be kept: {reason}") from error

    def _remember(self, on: str, played: Played) -> None:
        self._known.setdefault(on, {})[played.bot, played.seed] = played


def played_on(scenario: Scenario) -> str:
    """What a run's outcome depends on, apart from bot and seed, in one word."""
    rubric = load_rubric(scenario.scoring.rubric)
    return f"{scenario.id} {scenario.sha256[:16]} {rubric.sha256[:16]} {__version__}"
