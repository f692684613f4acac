"""Complications and their rescues: what happened, what answered it, how long that took.

A complication opens when the timeline tells of it and closes when the timeline tells that it is
over or that the right thing was given. What counts as an answer is a table, not code.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ir_sim.simulation.events import Event
from ir_sim.training.moment import Moment
from ir_sim.training.score import Metric

#: Drugs that treat a contrast reaction, by its severity (ACR Manual on Contrast Media: epinephrine
#: for severe reactions and for those that wheeze, antihistamines for hives).
REACTION_DRUGS: Mapping[str, tuple[str, ...]] = {
    "mild": ("antihistamine", "corticosteroid", "epinephrine"),
    "moderate": ("epinephrine", "antihistamine"),
    "severe": ("epinephrine",),
}
DILATORS = ("nitroglycerin", "verapamil")
#: The complication that an event opens.
OPENS: Mapping[str, str] = {
    "perforation": "bleeding",
    "rupture": "bleeding",
    "bleeding": "bleeding",
    "bleeds_again": "bleeding",
    "contrast_reaction": "reaction",
    "spasm": "spasm",
    "dissection": "dissection",
    "jet_dissection": "dissection",
    "thrombus_formed": "clot on the catheter",
    "air_injected": "air",
}
#: Events that end a complication in the same vessel (or, for a clot, in the same slot).
_ENDS: Mapping[str, str] = {
    "bleed_held": "bleeding",
    "tear_sealed": "bleeding",
    "spasm_relieved": "spasm",
    "stent_deployed": "dissection",
    "flap_tacked": "dissection",
    "clot_aspirated": "clot on the catheter",
}
#: What may have stopped a bleeding, for the report.
_MEANS: Mapping[str, str] = {
    "balloon_inflated": "a balloon",
    "tear_sealed": "a covered stent",
    "stent_deployed": "a stent",
    "coil_deployed": "coils",
    "plug_deployed": "a plug",
    "glue_injected": "glue",
}
_TITLES: Mapping[str, str] = {
    "bleeding": "The bleeding",
    "reaction": "The reaction to contrast",
    "spasm": "The spasm",
    "dissection": "The dissection",
    "clot on the catheter": "The clot on the catheter",
    "air": "The air embolus",
}


@dataclass
class Trouble:
    """A complication that has happened.

    Attributes:
        what: Its name.
        tick: When it began.
        vessel: Where.
        slot: The device concerned.
        severity: Of a reaction.
        after_s: Time until it was answered, or -1.
        by: With what, in words.
    """

    what: str
    tick: int
    vessel: str | None = None
    slot: str | None = None
    severity: str = ""
    after_s: float = -1.0
    by: str = ""


@dataclass
class Rescues:
    """Follows complications.

    Attributes:
        troubles: So far, in order.
    """

    troubles: list[Trouble] = field(default_factory=list)
    _means: str = ""

    @property
    def open(self) -> list[Trouble]:
        """Those that nobody has answered yet."""
        return [t for t in self.troubles if t.after_s < 0.0]

    def update(self, moment: Moment) -> list[Event]:
        """Follow one tick; returns ``rescued`` events."""
        if not moment.events:
            return []
        said: list[Event] = []
        for event in moment.events:
            self._means = _MEANS.get(event.kind, self._means)
            if event.kind == "drug_given":
                said += self._drug(event)
            elif event.kind == "removed":
                said += self._close(event, "clot on the catheter", "drawing it out", slot=True)
            elif event.kind in _ENDS:
                what = _ENDS[event.kind]
                by = {"bleeding": self._means, "dissection": "a stent"}.get(what, "")
                said += self._close(event, what, by, slot=what == "clot on the catheter")
        for event in moment.events:
            what = OPENS.get(event.kind, "")
            same = [t for t in self.open if (t.what, t.vessel) == (what, event.vessel)]
            if what and not same:
                severity = str(event.data.get("severity", ""))
                trouble = Trouble(what, event.tick, event.vessel, event.slot, severity)
                self.troubles.append(trouble)
        return said

    def _drug(self, event: Event) -> list[Event]:
        drug, said = str(event.data.get("drug")), []
        if drug == "protamine":
            self._means = "protamine"
        for trouble in self.open:
            right: tuple[str, ...] = {
                "reaction": REACTION_DRUGS.get(trouble.severity, ()),
                "spasm": DILATORS,
                "air": ("oxygen",),
            }.get(trouble.what, ())
            if drug in right:
                said.append(self._answered(trouble, event.tick, drug))
        return said

    def _close(self, event: Event, what: str, by: str, *, slot: bool) -> list[Event]:
        found = [
            t for t in self.open
            if t.what == what and (t.slot == event.slot if slot else t.vessel == event.vessel)
        ]  # fmt: skip
        return [self._answered(trouble, event.tick, by) for trouble in found]

    @staticmethod
    def _answered(trouble: Trouble, tick: int, by: str) -> Event:
        trouble.after_s, trouble.by = (tick - trouble.tick) / 60.0, by
        text = f"{_TITLES[trouble.what]} was answered after {trouble.after_s:.0f} s"
        text += f", by {by}." if by else "."
        data = {"complication": trouble.what, "after_s": round(trouble.after_s, 2), "by": by}
        return Event(tick, "rescued", text, trouble.slot, trouble.vessel, data)

    def metrics(self) -> dict[str, Metric]:
        """How many complications, how many answered, and the longest time to an answer."""
        if not self.troubles:
            return {}
        answered = [t.after_s for t in self.troubles if t.after_s >= 0.0]
        note = "feedback; what comes too late is an error of its own"
        out = {
            "complications": Metric(float(len(self.troubles)), "", None, note, "Complications"),
            "rescues": Metric(
                float(len(answered)), "", float(len(self.troubles)), note, "Complications answered"
            ),
        }
        if answered:
            out["rescue_time_s"] = Metric(
                max(answered), "s", None, note, "Longest time to the rescue"
            )
        return out

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return copy.deepcopy(vars(self))

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update(copy.deepcopy(dict(saved)))
