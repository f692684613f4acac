"""The timeline: what happened, when, where and why; written by the simulation alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One entry of the timeline.

    Attributes:
        tick: When, in ticks of 1/60 s.
        kind: What, such as ``mounted``, ``vessel_entered``, ``wall_force``.
        text: A sentence for people.
        slot: The device concerned, or None.
        vessel: The vessel concerned, or None.
        data: Numbers and words that belong to it, with their units in the names.
    """

    tick: int
    kind: str
    text: str
    slot: str | None = None
    vessel: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def time_s(self) -> float:
        """When, in seconds."""
        return self.tick / 60.0

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a file."""
        out: dict[str, Any] = {"tick": self.tick, "kind": self.kind, "text": self.text}
        if self.slot is not None:
            out["slot"] = self.slot
        if self.vessel is not None:
            out["vessel"] = self.vessel
        if self.data:
            out["data"] = dict(self.data)
        return out
