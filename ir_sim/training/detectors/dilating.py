"""Errors of balloons and stents, read from the events of the treatment room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ir_sim.training.case import Case
from ir_sim.training.detectors.base import Detector, Finding, OnEvent
from ir_sim.training.moment import Moment


class BalloonOversized(OnEvent):
    """A balloon stretched its vessel far beyond the healthy calibre."""

    code = "balloon_oversized"
    kinds = ("balloon_oversized",)
    thresholds: ClassVar = {"ratio": 1.2}
    fields = ("ratio",)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("ratio", 0.0)) >= self.threshold["ratio"]


class BalloonOverRated(OnEvent):
    """A balloon was filled beyond its rated burst pressure."""

    code = "balloon_over_rated"
    kinds = ("balloon_over_rated",)
    fields = ("atm", "rated_atm")


class BalloonOutsideLesion(OnEvent):
    """A balloon was filled where there is no lesion, or beside it."""

    code = "balloon_outside_lesion"
    kinds = ("balloon_outside_lesion",)


class StentMalapposed(OnEvent):
    """A stent is too narrow for its vessel."""

    code = "stent_malapposed"
    kinds = ("malapposition", "stent_migrated")
    fields = ("diameter_mm", "reference_mm")


class OtherSideCompromised(OnEvent):
    """Plaque was pushed over a bifurcation, into the other vessel's origin."""

    code = "other_side_compromised"
    kinds = ("plaque_shifted",)
    thresholds: ClassVar = {"lost_percent": 10.0}
    fields = ("lost_percent", "residual_percent")

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("lost_percent", 0.0)) >= self.threshold["lost_percent"]


class KissingOversized(OnEvent):
    """Two balloons side by side were wider than the vessel that holds both."""

    code = "kissing_oversized"
    kinds = ("kissing_oversized",)
    thresholds: ClassVar = {"ratio": 1.0}
    fields = ("band_mm", "aorta_mm")

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("ratio", 0.0)) >= self.threshold["ratio"]


class KissingUneven(OnEvent):
    """One of two kissing stents stands much higher than the other."""

    code = "kissing_uneven"
    kinds = ("edges_uneven",)
    thresholds: ClassVar = {"apart_mm": 5.0}
    fields = ("apart_mm",)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("apart_mm", 0.0)) >= self.threshold["apart_mm"]


#: What is to be looked at afterwards.
_TREATED = ("balloon_deflated", "stent_deployed", "coil_deployed", "plug_deployed", "clot_removed")


class NoControlRun(Detector):
    """The case was ended without a film after the last treatment."""

    code = "no_control_run"
    looks = "deed"
    thresholds: ClassVar = {"contrast_ml": 1.0}

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.treated = ""

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Remember the last treatment until a film has shown what came of it."""
        for event in moment.events:
            if event.kind in _TREATED:
                self.treated = event.vessel or "vessel"
            elif event.kind == "run_ended":
                shown = float(event.data.get("contrast_ml", 0.0)) >= self.threshold["contrast_ml"]
                self.treated = "" if shown else self.treated
            elif event.kind == "finished" and self.treated:
                yield Finding(None, self.treated)
                self.treated = ""
