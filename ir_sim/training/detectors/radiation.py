"""Dose that bought nothing: idle fluoroscopy, open blades, needless zoom, runs repeated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from ir_sim.simulation.state import DT_S
from ir_sim.training.case import Case
from ir_sim.training.detectors.base import Detector, Finding, OnEvent
from ir_sim.training.detectors.navigation import points_in_view
from ir_sim.training.moment import SAMPLE_S, Moment


class FluoroWithoutMotion(Detector):
    """Fluoroscopy while neither a device, a tool nor the table moved and nothing was injected."""

    code = "fluoro_without_motion"
    thresholds: ClassVar = {"for_s": 5.0}
    fields = ("for_s",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.idle_ticks = 0

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Count; told once for each stretch of stillness."""
        busy = moment.moving or moment.table_moving or moment.injecting
        busy = busy or moment.controls.treat != 0.0
        if moment.state.pedal != "fluoro" or busy:
            self.idle_ticks = 0
            return
        self.idle_ticks += 1
        if self.idle_ticks == math.floor(self.threshold["for_s"] / DT_S + 1e-6) + 1:
            yield Finding(data={"for_s": self.threshold["for_s"]})


class UncollimatedRun(OnEvent):
    """A run was filmed with open blades."""

    code = "uncollimated_run"
    kinds = ("run_ended",)
    thresholds: ClassVar = {"closed_share": 0.1, "frames": 2.0}
    fields = ("run",)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """Runs of more than one frame with less than the threshold closed."""
        few = float(data.get("frames", 0)) < self.threshold["frames"]
        return not few and float(data.get("closed_share", 0.0)) < self.threshold["closed_share"]


class UnneededMagnification(Detector):
    """X-rays in a small field while only large vessels were in sight.

    Magnification is needed where a tip lies in a small vessel, or a small vessel of the way lies in
    the field (an ostium that is being looked for).
    """

    code = "unneeded_magnification"
    looks = "sample"
    thresholds: ClassVar = {"field_cm": 22.0, "for_s": 5.0, "radius_mm": 4.0}
    fields = ("field_cm",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.seconds = 0.0

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Count; told once for each stretch."""
        if moment.state.pedal == "off":
            return
        settings, before = moment.state.settings, self.seconds
        small = settings.field_cm <= self.threshold["field_cm"]
        if not small or not moment.tips or self._needed(moment):
            self.seconds = 0.0
            return
        self.seconds += SAMPLE_S
        if before <= self.threshold["for_s"] < self.seconds:
            yield Finding(data={"field_cm": settings.field_cm})

    def _needed(self, moment: Moment) -> bool:
        tree, most = self.case.tree, self.threshold["radius_mm"]
        for tip in moment.tips.values():
            if tree.by_id[tip.vessel].radius_at(tip.at_mm) <= most:
                return True
        small = [
            vessel.xy_mm[(vessel.radius_mm <= most) & (vessel.s_mm >= 0.0)]
            for vessel in tree.vessels
            if vessel.id in self.case.way
        ]
        return bool(points_in_view(np.vstack(small), moment.state.settings).any())


class RepeatRun(Detector):
    """The same vessel was filmed again in the same view, with nothing done in between."""

    code = "repeat_run"
    looks = "deed"
    thresholds: ClassVar = {"within_mm": 20.0, "within_deg": 8.0, "contrast_ml": 1.0}
    fields = ("run", "before")

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.runs: list[dict[str, Any]] = []

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Compare each run that shows contrast with the earlier ones."""
        for event in moment.events:
            if event.kind in CHANGES:
                self.runs.clear()
            if event.kind != "run_ended" or event.vessel is None:
                continue
            now = {**event.data, "vessel": event.vessel}
            if float(now.get("contrast_ml", 0.0)) < self.threshold["contrast_ml"]:
                continue
            same = next((run for run in self.runs if self._same_view(run, now)), None)
            self.runs.append(now)
            if same is not None:
                data = {"run": now.get("run", 0), "before": same.get("run", 0)}
                yield Finding(None, event.vessel, data)

    def _same_view(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
        turned = max(abs(a.get(k, 0.0) - b.get(k, 0.0)) for k in ("lao_deg", "cranial_deg"))
        centres = [np.asarray(run.get("centre_mm", (0.0, 0.0)), float) for run in (a, b)]
        return (
            a["vessel"] == b["vessel"]
            and a.get("field_cm") == b.get("field_cm")
            and turned <= self.threshold["within_deg"]
            and float(np.hypot(*(centres[0] - centres[1]))) <= self.threshold["within_mm"]
        )


#: Events after which filming the same view again has a reason.
CHANGES = (
    "perforation",
    "dissection",
    "jet_dissection",
    "drug_given",
    "balloon_inflated",
    "balloon_deflated",
    "stent_deployed",
    "coil_deployed",
    "coil_detached",
    "particles_injected",
    "clot_removed",
    "plug_deployed",
)


class DoseLimit(Detector):
    """The air kerma at the reference point passed the level at which the skin is at risk."""

    code = "dose_limit"
    thresholds: ClassVar = {"air_kerma_mgy": 5000.0}
    fields = ("air_kerma_mgy",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.told = False

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Once."""
        most = self.threshold["air_kerma_mgy"]
        if not self.told and moment.state.air_kerma_mgy > most:
            self.told = True
            yield Finding(data={"air_kerma_mgy": most})


class TableUnchecked(Detector):
    """A run was started after the table had been moved without a look."""

    code = "table_unchecked"
    thresholds: ClassVar = {"moved_mm": 30.0}
    fields = ("moved_mm",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.moved_mm = 0.0

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Count the table's way since the last pulse; judged when a run starts."""
        if moment.table_moving:
            self.moved_mm += math.hypot(*moment.controls.table_mm_s) * DT_S
        if moment.first("run_started") and self.moved_mm > self.threshold["moved_mm"]:
            yield Finding(data={"moved_mm": self.moved_mm})
        if moment.state.exposing:
            self.moved_mm = 0.0
