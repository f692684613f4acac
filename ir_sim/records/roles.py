"""Who sees what: a resident, an instructor, a director.

========== ===================================================================================
resident   the own runs, and the band of the cohort without names, from five people on
instructor the residents of the own cohort (of every cohort, if placed in none) by pseudonym
director   everyone, and exports
========== ===================================================================================

The role is the one that the log has for the person, so that a change of it is signed and chained.
It shapes what the app, the report and the live report show; whoever holds the database's file or
password can read the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ir_sim.errors import RecordError
from ir_sim.records.people import Person, Role
from ir_sim.records.reading import RunFilter

#: People below whom a resident sees no band: with fewer, it would tell single people's results
#: (assumed; the usual smallest cell of published tables).
FEWEST_BESIDE = 5


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at the log.

    Attributes:
        role: What shapes the view.
        name: Pseudonym; empty for whoever holds the log itself.
        no: The person's row, or None.
        cohort: The person's cohort, or None.
    """

    role: Role = "director"
    name: str = ""
    no: int | None = None
    cohort: str | None = None

    @property
    def may_export(self) -> bool:
        """Whether exports are for this person."""
        return self.role == "director"

    @property
    def fewest(self) -> int:
        """People below whom no band is drawn."""
        return FEWEST_BESIDE if self.role == "resident" else 3

    @property
    def sees(self) -> str:
        """What the page tells about itself; empty for whoever holds the log."""
        if not self.name:
            return ""
        if self.role == "resident":
            whose = f"cohort {self.cohort}" if self.cohort else "all residents"
            what = f"own runs; the bands are of {whose}, without names"
        elif self.role == "instructor":
            what = f"residents of {f'cohort {self.cohort}' if self.cohort else 'every cohort'}"
        else:
            what = "everyone"
        return f"as {self.name} ({self.role}) sees it: {what}"

    def own(self, which: RunFilter, people: Iterable[Person]) -> RunFilter:
        """The runs that may be shown by name.

        Raises:
            RecordError: A resident narrows the page by more than a case: the difference of two
                bands could tell a single person's results.
        """
        if self.role == "director":
            return which
        if self.role == "resident":
            narrowed = (which.cohort, which.since, which.until, which.player)
            if any(value is not None for value in narrowed) or which.trainee not in {
                None,
                self.name,
            }:
                raise RecordError("a resident's page can be narrowed to a case or a mode only")
            return replace(which, trainee=None, people=frozenset({self.no or 0}))
        seen = {p.no for p in people if self._teaches(p)} | {self.no or 0}
        return replace(which, people=frozenset(seen))

    def beside(self, which: RunFilter, people: Iterable[Person]) -> RunFilter | None:
        """The runs that bands are made of, if they are others than those shown by name."""
        if self.role != "resident":
            return None
        seen = {p.no for p in people if self._teaches(p)} | {self.no or 0}
        return replace(which, trainee=None, people=frozenset(seen))

    def _teaches(self, person: Person) -> bool:
        if person.role not in {None, "resident"}:
            return False
        return self.cohort is None or person.cohort == self.cohort


#: Whoever holds the log itself.
HOLDER = Viewer()


def viewer_of(people: Iterable[Person], pseudonym: str) -> Viewer:
    """How somebody sees the log.

    Raises:
        RecordError: Nobody has this pseudonym.
    """
    for person in people:
        if person.pseudonym == pseudonym:
            role: Role = person.role or "resident"  # type: ignore[assignment]
            return Viewer(role, pseudonym, person.no, person.cohort)
    raise RecordError(
        f"nobody in this score log is called '{pseudonym}': 'ir-sim log people' lists them"
    )
