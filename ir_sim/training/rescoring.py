"""An author's own rubric tried on runs that have been recorded, before anybody is rated by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ir_sim.simulation.recording import read
from ir_sim.training.rubric import Rubric
from ir_sim.training.score import Score
from ir_sim.training.session import replay


@dataclass(frozen=True)
class Rescored:
    """A recorded run under another rubric.

    Attributes:
        path: The recording.
        before: Total when it was recorded, or None if that is not in the file.
        passed_before: Likewise.
        rubric_before: Id of the rubric then, or empty.
        score: Under the other rubric.
    """

    path: Path
    before: float | None
    passed_before: bool | None
    rubric_before: str
    score: Score

    def __str__(self) -> str:
        was = "unrated" if self.before is None else f"{self.before:.0f} ({self.rubric_before})"
        now = f"{self.score.total:.0f} ({self.score.rubric})"
        verdict = "passed" if self.score.passed else "not passed"
        return f"{self.path.name}: {was} -> {now}, {verdict}"


def rescored(recordings: Sequence[str | Path], rubric: Rubric) -> Iterator[Rescored]:
    """Play each recording again under a rubric: its thresholds need the whole run.

    Raises:
        RecordError: A recording cannot be read or played again.
    """
    for name in recordings:
        path = Path(name)
        result = read(path).result or {}
        yield Rescored(
            path,
            result.get("total"),
            result.get("passed"),
            str(result.get("rubric", "")),
            replay(path, rubric).score(),
        )
