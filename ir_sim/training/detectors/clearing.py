"""Errors of clot removal, lysis and long catheters, read from the events of the treatment room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ir_sim.training.detectors.base import Detector, Finding, OnEvent
from ir_sim.training.moment import Moment


class LysisAgainstRules(OnEvent):
    """The drug ran on although the dose or the fibrinogen forbade it."""

    code = "lysis_against_rules"
    kinds = ("lysis_lapsed",)
    thresholds: ClassVar = {
        "mg_h": 1.0,
        "halve_below_mg_dl": 150.0,
        "stop_below_mg_dl": 100.0,
        "least_h": 1.0,
    }
    fields = ("mg_h", "fibrinogen_before")

    def counts(self, data: Mapping[str, Any]) -> bool:
        """An hour or more above the dose that the fibrinogen before it allowed."""
        most, level = self.threshold["mg_h"], float(data["fibrinogen_before"])
        if level < self.threshold["stop_below_mg_dl"]:
            most = 0.0
        elif level < self.threshold["halve_below_mg_dl"]:
            most *= 0.5
        long = float(data["hours"]) >= self.threshold["least_h"]
        return long and float(data["mg_h"]) > most + 1e-6


class LysisOutsideClot(OnEvent):
    """The first infusion ran with the side-holes beside the clot."""

    code = "lysis_outside_clot"
    kinds = ("lysis_lapsed",)
    thresholds: ClassVar = {"in_clot": 0.5}
    fields = ("in_clot",)

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Only the first infusion: later the clot may be gone."""
        for event in moment.events:
            if event.kind != "lysis_lapsed" or not event.data.get("first", True):
                continue
            share = float(event.data["in_clot"])
            if share < self.threshold["in_clot"]:
                yield Finding(event.slot, event.vessel, {"in_clot": 100.0 * share})


class ClotDropped(OnEvent):
    """A caught clot was lost on the way out."""

    code = "clot_dropped"
    kinds = ("clot_dropped",)


class ClotOnCatheter(OnEvent):
    """Clot grew on a catheter that lay long without heparin."""

    code = "clot_on_catheter"
    kinds = ("thrombus_formed",)


class SpasmLeft(Detector):
    """The case was ended with a vessel in spasm that no dilator was given for."""

    code = "spasm_left"
    looks = "deed"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tight: list[str] = []

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Spasm and its relief, in turn."""
        for event in moment.events:
            if event.kind == "spasm" and event.vessel:
                self.tight.append(str(event.vessel))
            elif event.kind == "spasm_relieved":
                self.tight = [name for name in self.tight if name != event.vessel]
            elif event.kind == "drug_given" and event.data.get("drug") in _DILATORS:
                self.tight = []
            elif event.kind == "finished":
                for name in self.tight:
                    yield Finding(None, name, {})


_DILATORS = ("nitroglycerin", "verapamil")
