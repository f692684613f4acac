"""The cases that can be played, read one at a time so that the window opens at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ir_sim.app.widgets import Item
from ir_sim.errors import IrSimError
from ir_sim.scenario.library import known_scenarios, load, own_scenarios
from ir_sim.scenario.model import Scenario

LEVELS = ("beginner", "intermediate", "advanced")


@dataclass(frozen=True, eq=False)
class Entry:
    """A case of the list.

    Attributes:
        id: Its id.
        scenario: The case, or None if it cannot be used.
        own: Whether it is the person's own rather than shipped.
        problem: Why it cannot be used.
    """

    id: str
    scenario: Scenario | None
    own: bool = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.scenario.title if self.scenario is not None else self.id

    def words(self) -> str:
        """Everything that a search looks through, in lower case."""
        parts = [self.id, self.title]
        if self.scenario is not None:
            case = self.scenario
            parts += [
                case.level,
                case.briefing,
                *case.objectives,
                case.task.target.vessel,
                *case.tray,
            ]
        return " ".join(parts).replace("_", " ").replace("-", " ").lower()


class CaseList:
    """The cases read so far.

    Attributes:
        entries: In the library's order.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._own = set(own_scenarios())
        self._left: Iterator[str] = iter(known_scenarios())
        self.complete = False

    def read_next(self) -> bool:
        """Read one more; False if all are read."""
        case = next(self._left, None)
        if case is None:
            self.complete = True
            return False
        try:
            entry = Entry(case, load(case), case in self._own)
        except IrSimError as error:
            entry = Entry(case, None, case in self._own, str(error).splitlines()[0])
        self.entries.append(entry)
        return True

    def read_all(self) -> None:
        """Read the rest."""
        while self.read_next():
            pass


def found(entries: Sequence[Entry], search: str, level: str = "all") -> list[Item]:
    """Lines of the list: by level, each word of the search somewhere in the case."""
    words = search.replace("_", " ").replace("-", " ").lower().split()
    items: list[Item] = []
    for name in LEVELS:
        if level not in ("all", name):
            continue
        fitting = [
            entry
            for entry in entries
            if entry.scenario is not None
            and entry.scenario.level == name
            and all(word in entry.words() for word in words)
        ]
        lines = [_item(entry) for entry in sorted(fitting, key=_minutes)]
        if lines:
            items += [Item(name), *lines]
    broken = [e for e in entries if e.scenario is None and all(w in e.words() for w in words)]
    if broken and level == "all":
        items += [Item("cannot be used"), *(_item(entry) for entry in broken)]
    return items


def _minutes(entry: Entry) -> float:
    """The short cases come first."""
    case = entry.scenario
    return case.scoring.baseline.procedure_time_s if case is not None else 0.0


def _item(entry: Entry) -> Item:
    if entry.scenario is None:
        return Item(entry.id, entry.id, entry.problem, "own" if entry.own else "")
    target = entry.scenario.task.target.vessel.replace("_", " ")
    minutes = entry.scenario.scoring.baseline.procedure_time_s / 60.0
    mark = "own" if entry.own else f"{minutes:.0f} min"
    return Item(entry.title, entry.id, f"target: {target}", mark)
