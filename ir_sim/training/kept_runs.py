"""Bots' runs in a table, so that long studies go on where they were cut off.

A CSV file: a run a row, with what it was played on. A run counts again only for the same text of
the case, the same rubric and the same version of the software.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from ir_sim import __version__
from ir_sim.errors import RecordError
from ir_sim.scenario.model import Scenario
from ir_sim.training.bots import GRADES, Played
from ir_sim.training.calibrate import ALLOWANCE
from ir_sim.training.rubric import load_rubric

_FIRST = ("case", "text", "rubric", "version", "bot", "seed", "score")
_FLAGS = ("passed", "reached", "finished")
#: The table's columns. Of a run's figures, those that a baseline has.
COLUMNS = (*_FIRST, *_FLAGS, *ALLOWANCE, "errors")


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
        for k, line in enumerate(data[: self._whole].decode("utf-8", "replace").splitlines()):
            cells = next(csv.reader([line]), [])
            if k == 0 and tuple(cells) == COLUMNS:
                continue
            try:
                row = dict(zip(COLUMNS, cells, strict=True))
                self._remember(_on(row), _played(row))
            except (ValueError, KeyError) as error:
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
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        if self._whole == 0:
            table.writerow(COLUMNS)
        flags = [int(getattr(played, name)) for name in _FLAGS]
        figures = [round(played.metrics[name], 4) for name in ALLOWANCE]
        first = [*on.split(), played.bot, played.seed, played.total]
        table.writerow([*first, *flags, *figures, " ".join(played.errors)])
        try:
            with self.path.open("r+b" if self.path.exists() else "wb") as file:
                file.truncate(self._whole)
                file.seek(self._whole)
                self._whole += file.write(text.getvalue().encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordError(f"{self.path}: the run cannot be kept: {reason}") from error

    def _remember(self, on: str, played: Played) -> None:
        self._known.setdefault(on, {})[played.bot, played.seed] = played


def played_on(scenario: Scenario) -> str:
    """What a run's outcome depends on, apart from bot and seed: four words, the case's id first."""
    rubric = load_rubric(scenario.scoring.rubric)
    return f"{scenario.id} {scenario.sha256[:16]} {rubric.sha256[:16]} {__version__}"


def _on(row: Mapping[str, str]) -> str:
    return " ".join(row[name] for name in _FIRST[:4])


def _played(row: Mapping[str, str]) -> Played:
    passed, reached, finished = (bool(int(row[name])) for name in _FLAGS)
    return Played(
        row["case"],
        row["bot"],
        int(row["seed"]),
        GRADES[row["bot"]],
        float(row["score"]),
        passed,
        reached,
        finished,
        {name: float(row[name]) for name in ALLOWANCE},
        tuple(row["errors"].split()),
    )
