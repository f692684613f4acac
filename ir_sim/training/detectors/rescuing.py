"""Complications that were answered too late, or not at all; air and clot pushed into the blood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ir_sim.simulation.state import TICKS_PER_S
from ir_sim.training.case import Case
from ir_sim.training.detectors.base import Detector, Finding, OnEvent
from ir_sim.training.moment import Moment
from ir_sim.training.rescues import Rescues, Trouble


class Late(Detector):
    """A complication of one kind that nobody answered in time, or by the end; told once each."""

    what: ClassVar[str]
    thresholds: ClassVar[Mapping[str, float]] = {"within_s": 180.0}
    fields = ("after_s",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.rescues = Rescues()
        self.told: list[int] = []  # places among the troubles

    def within_s(self, trouble: Trouble) -> float:
        """How long it may take."""
        del trouble
        return self.threshold["within_s"]

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Follow complications; tell of what is late."""
        self.rescues.update(moment)
        if not self.rescues.troubles:
            return
        ended = moment.first("finished") is not None
        for place, trouble in enumerate(self.rescues.troubles):
            if trouble.what != self.what or trouble.after_s >= 0.0 or place in self.told:
                continue
            after = (moment.state.tick - trouble.tick) / TICKS_PER_S
            if after > self.within_s(trouble) or ended:
                self.told.append(place)
                yield Finding(trouble.slot, trouble.vessel, {"after_s": after})


class BleedingNotHeld(Late):
    """A hole went on bleeding."""

    code = "bleeding_not_held"
    what = "bleeding"


class ReactionUntreated(Late):
    """A moderate or severe reaction to contrast went without the drug that treats it."""

    code = "reaction_untreated"
    what = "reaction"

    def within_s(self, trouble: Trouble) -> float:
        """Hives alone may be watched."""
        return float("inf") if trouble.severity == "mild" else self.threshold["within_s"]

    def update(self, moment: Moment) -> Iterator[Finding]:
        """A mild reaction may also be left at the end."""
        for finding in super().update(moment):
            if self.rescues.troubles[self.told[-1]].severity != "mild":
                yield finding


class DissectionLeft(Late):
    """A dissection that limits the flow was left as it was."""

    code = "dissection_left"
    what = "dissection"
    thresholds: ClassVar[Mapping[str, float]] = {"within_s": 1200.0}


class ContrastAfterReaction(Detector):
    """Contrast went on although the patient reacted to it and was not treated."""

    code = "contrast_after_reaction"
    thresholds: ClassVar = {"ml": 1.0, "after_s": 5.0}
    fields = ("ml",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.rescues = Rescues()
        self.ml, self.told = 0.0, False

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Once; the injection that is running as the first signs show does not count."""
        self.rescues.update(moment)
        bad = [t for t in self.rescues.open if t.what == "reaction" and t.severity != "mild"]
        if self.told or not bad or not moment.injecting:
            return
        if (moment.state.tick - bad[0].tick) / TICKS_PER_S < self.threshold["after_s"]:
            return
        self.ml += moment.injected_ml
        if self.ml >= self.threshold["ml"]:
            self.told = True
            now = moment.state.injecting
            yield Finding(now.slot, now.vessel or None, {"ml": self.ml})


class AirInjected(OnEvent):
    """Air in a lumen was pushed into the blood; what goes to the brain is an error of its own."""

    code = "air_injected"
    kinds = ("air_injected",)
    fields = ("organ", "ml")

    def counts(self, data: Mapping[str, Any]) -> bool:
        """Any that does not go to the brain."""
        return "brain" not in str(data.get("organ", ""))


class ClotInjected(OnEvent):
    """Clot on a tip was shot into the blood."""

    code = "clot_injected"
    kinds = ("clot_injected",)
    fields = ("organ",)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """Any that does not go to the brain."""
        return "brain" not in str(data.get("organ", ""))


class AccessHaematoma(OnEvent):
    """The puncture bled into the groin after the end of the case."""

    code = "access_haematoma"
    kinds = ("access_haematoma",)
    thresholds: ClassVar = {"ml": 50.0}
    fields = ("ml", "act_s")

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("ml", 0.0)) >= self.threshold["ml"]
