"""What a detector is: one error of the catalogue, looked for in every tick."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ir_sim.training.case import Case
from ir_sim.training.moment import Moment

#: Fields that every error's sentence may use; a detector adds its own figures.
COMMON_FIELDS = ("slot", "vessel")


@dataclass(frozen=True)
class Finding:
    """An error that has just been made.

    Attributes:
        slot: The device concerned, or None.
        vessel: The vessel concerned, or None.
        data: Figures for the sentence, units in their names.
    """

    slot: str | None = None
    vessel: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Detector:
    """Looks for one error.

    Everything that a subclass puts on itself is its memory and must be plain data: ``save`` copies
    it, ``restore`` puts it back.

    Args:
        case: The case.
        threshold: The rubric's thresholds; what it leaves out has the detector's own value.
    """

    code: ClassVar[str]
    #: Name and default of each threshold, units in the names.
    thresholds: ClassVar[Mapping[str, float]] = {}
    #: When it has to look: in every tick, when places are looked at (10 Hz), or when something
    #: was done or has happened.
    looks: ClassVar[Literal["tick", "sample", "deed"]] = "tick"
    #: Figures that its findings carry.
    fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        self.case = case
        self.threshold = {**self.thresholds, **(threshold or {})}

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Errors made in this tick."""
        raise NotImplementedError

    def save(self) -> dict[str, Any]:
        """The memory."""
        kept = {k: v for k, v in vars(self).items() if k not in ("case", "threshold")}
        return copy.deepcopy(kept)

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update(copy.deepcopy(dict(saved)))


class OnEvent(Detector):
    """An error that the timeline names by itself."""

    looks = "deed"
    kinds: ClassVar[tuple[str, ...]]

    def update(self, moment: Moment) -> Iterator[Finding]:
        """One finding for each event that counts."""
        for event in moment.events:
            if event.kind in self.kinds and self.counts(event.data):
                data = {name: event.data[name] for name in self.fields if name in event.data}
                yield Finding(event.slot, event.vessel, data)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """Whether an event is bad enough."""
        return True
