"""The case library as a list: what there is, also of cases that do not load."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ir_sim.scenario.library import examine, known_scenarios, shipped_scenarios

_ORDER = {"beginner": 0, "intermediate": 1, "advanced": 2}


@dataclass(frozen=True)
class Entry:
    """One case of the library.

    Attributes:
        id: What ``ir-sim play`` takes.
        title: Empty if the case does not load.
        level: beginner, intermediate, advanced; empty if the case does not load.
        objectives: What it teaches.
        target: Vessel that is to be reached.
        reviewed: Whether a physician has checked the clinical content.
        origin: ``shipped`` or ``own``.
        file: Where it lies.
        sha256: Hash of its text.
        problems: How many errors keep it from loading.
    """

    id: str
    title: str
    level: str
    objectives: tuple[str, ...]
    target: str
    reviewed: bool
    origin: Literal["shipped", "own"]
    file: Path
    sha256: str
    problems: int

    @property
    def summary(self) -> str:
        """Title and what a reader should know beside it."""
        if self.problems:
            return f"does not load: ir-sim validate {self.file}"
        notes = [note for note, on in (("own", self.origin == "own"),) if on]
        return self.title + (f" ({', '.join(notes)})" if notes else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain data for programs."""
        return {**vars(self), "file": str(self.file), "objectives": list(self.objectives)}


def catalogue() -> list[Entry]:
    """Every shipped and own case, beginners' first."""
    shipped = shipped_scenarios()
    entries = []
    for name, path in known_scenarios().items():
        scenario, problems = examine(name)
        errors = sum(problem.severity == "error" for problem in problems)
        entries.append(
            Entry(
                id=name,
                title=scenario.title if scenario else "",
                level=scenario.level if scenario else "",
                objectives=tuple(scenario.objectives) if scenario else (),
                target=scenario.task.target.vessel if scenario else "",
                reviewed=scenario is not None and scenario.review != "unreviewed",
                origin="shipped" if name in shipped else "own",
                file=path,
                sha256=scenario.sha256 if scenario else "",
                problems=errors,
            )
        )
    return sorted(entries, key=lambda e: (_ORDER.get(e.level, 9), e.origin != "shipped", e.id))
