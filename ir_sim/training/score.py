"""What a run is worth: the parts of a score, each with its value, unit, reference and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Metric:
    """A measured quantity of a run.

    Attributes:
        value: The figure.
        unit: Its unit; empty for a count or a share.
        reference: The case's own reference, or None.
        source: Where the reference comes from.
        label: What it is called on screen.
    """

    value: float
    unit: str
    reference: float | None
    source: str
    label: str


@dataclass(frozen=True)
class Part:
    """A part of the score."""

    name: str
    label: str
    points: float
    out_of: float
    because: str


@dataclass(frozen=True)
class ErrorFound:
    """An error of the catalogue, at the moment it was made.

    Attributes:
        code: Its name in the rubric.
        weight: 1 (minor) to 5 (critical: fails the run).
        time_s: When.
        text: What happened, for people.
        hint: What to do instead.
        slot: The device concerned, or None.
        vessel: The vessel concerned, or None.
        place_mm: Where that device's tip (or the leading one) was, or None.
    """

    code: str
    weight: int
    time_s: float
    text: str
    hint: str
    slot: str | None = None
    vessel: str | None = None
    place_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class Gate:
    """What must be true for a run to pass at all.

    Attributes:
        open: Whether it is.
        reasons: Why not.
    """

    open: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """The rating of a run. It rates a simulated procedure, never a person's competence.

    Attributes:
        total: 0 to 100.
        passed: Gate open and total at or above the rubric's pass mark.
        gate: Target reached, no critical error.
        parts: What the total is made of.
        metrics: Measured quantities by name.
        errors: In order of time.
        rubric: Id of the rubric.
        rubric_sha256: Its version.
        simulated: Always True.
        practice: Free practice: measured, not rated; never passed.
    """

    total: float
    passed: bool
    gate: Gate
    parts: tuple[Part, ...]
    metrics: Mapping[str, Metric]
    errors: tuple[ErrorFound, ...]
    rubric: str
    rubric_sha256: str
    simulated: bool = True
    practice: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a file."""
        return {
            "simulated": self.simulated,
            "practice": self.practice,
            "total": round(self.total, 2),
            "passed": self.passed,
            "gate": {"open": self.gate.open, "reasons": list(self.gate.reasons)},
            "parts": [vars(part) for part in self.parts],
            "metrics": {name: vars(metric) for name, metric in self.metrics.items()},
            "errors": [vars(error) for error in self.errors],
            "rubric": self.rubric,
            "rubric_sha256": self.rubric_sha256,
        }
