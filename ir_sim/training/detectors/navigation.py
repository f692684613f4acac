"""Steering: wrong vessels, tips that nobody sees, wrong devices, wrong order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ir_sim.training.case import Case
from ir_sim.training.detectors.base import Detector, Finding, OnEvent
from ir_sim.training.moment import SAMPLE_S, Moment
from ir_sim.xray import Settings

Array = NDArray[np.float64]


def points_in_view(xy_mm: Array, settings: Settings) -> NDArray[np.bool_]:
    """(n,) whether each of (n, 2) points lies in the part of the field that the blades leave open.

    Angulation shortens the distance to the field's centre; depth is neglected.
    """
    left, right, bottom, top = settings.blades
    angles = np.radians([settings.lao_deg, settings.cranial_deg])
    share = (xy_mm - np.array(settings.centre_mm)) * np.cos(angles) / settings.field_mm
    x, y = share[:, 0], share[:, 1]
    across = (left - 0.5 <= x) & (x <= 0.5 - right)
    return np.asarray(across & (bottom - 0.5 <= y) & (y <= 0.5 - top))


def in_view(xy_mm: tuple[float, float], settings: Settings) -> bool:
    """Whether one point is in view."""
    return bool(points_in_view(np.array([xy_mm]), settings)[0])


class WrongVessel(Detector):
    """A tip has lain off the way for too long."""

    code = "wrong_vessel"
    looks = "sample"
    thresholds: ClassVar = {"for_s": 10.0, "deeper_than_mm": 5.0}

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.since: dict[str, tuple[str, float]] = {}  # slot: (vessel, seconds)

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Count the time of each tip in a vessel off the way."""
        kept: dict[str, tuple[str, float]] = {}
        for slot, tip in moment.tips.items():
            off = tip.vessel not in self.case.way
            if not off or tip.at_mm < self.threshold["deeper_than_mm"]:
                continue
            vessel, seconds = self.since.get(slot, (tip.vessel, 0.0))
            seconds = (seconds if vessel == tip.vessel else 0.0) + SAMPLE_S
            if seconds > self.threshold["for_s"]:
                seconds = -np.inf  # told: not again until the tip has left
                yield Finding(slot, tip.vessel)
            kept[slot] = (tip.vessel, float(seconds))
        self.since = kept


class _Advance(Detector):
    """Sums how far each device has been advanced from look to look."""

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.was_mm: dict[str, float] = {}

    def advanced_mm(self, moment: Moment) -> dict[str, float]:
        """By slot, since the last look; pulling back is not advancing."""
        now = {slot: tip.inserted_mm for slot, tip in moment.tips.items()}
        out = {slot: max(mm - self.was_mm.get(slot, mm), 0.0) for slot, mm in now.items()}
        self.was_mm = now
        return out


class WireOutOfView(_Advance):
    """The leading tip was advanced under fluoroscopy outside the picture."""

    code = "wire_out_of_view"
    looks = "sample"
    thresholds: ClassVar = {"advanced_mm": 15.0}
    fields = ("advanced_mm",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.unseen_mm = 0.0

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Count the leading device's way outside the open field; told once for each time out."""
        advanced, slot = self.advanced_mm(moment), moment.leading
        if not slot or in_view(moment.tips[slot].xy_mm, moment.state.settings):
            self.unseen_mm = 0.0
            return
        if moment.state.pedal == "off":
            return
        before = self.unseen_mm
        self.unseen_mm += advanced[slot]
        most = self.threshold["advanced_mm"]
        if before <= most < self.unseen_mm:
            vessel = moment.tips[slot].vessel
            yield Finding(slot, vessel, {"advanced_mm": self.unseen_mm})


class BlindAdvance(_Advance):
    """A device was advanced in the vessels without any pulse of X-rays."""

    code = "blind_advance"
    thresholds: ClassVar = {"advanced_mm": 60.0}
    fields = ("advanced_mm",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.blind_mm: dict[str, float] = {}
        self.pulse = False

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Count each device's way since the last pulse; told once until the next pulse."""
        self.pulse |= moment.state.exposing
        if not moment.sampled:
            return
        advanced = self.advanced_mm(moment)
        if self.pulse:
            self.blind_mm.clear()
        self.pulse = False
        most = self.threshold["advanced_mm"]
        for slot, mm in advanced.items():
            before = self.blind_mm.get(slot, 0.0)
            self.blind_mm[slot] = before + mm
            if before <= most < before + mm:
                yield Finding(slot, moment.tips[slot].vessel, {"advanced_mm": before + mm})


class WrongDevice(Detector):
    """A device that no step names for its slot was brought to the target."""

    code = "wrong_device"
    looks = "sample"
    fields = ("device",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.told: list[str] = []

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Compare what lies at the target with what the steps ask for."""
        task = self.case.scenario.task
        named: dict[str, set[str]] = {}
        for step in task.steps:
            if step.when.mounted is not None and step.when.mounted.id is not None:
                named.setdefault(step.when.mounted.device, set()).add(step.when.mounted.id)
        for slot, wanted in named.items():
            tip = moment.tips.get(slot)
            if tip is None or tip.vessel != task.target.vessel or tip.at_mm < task.target.at_mm:
                continue
            device = moment.state.devices[slot].device
            if device.id not in wanted and device.id not in self.told:
                self.told.append(device.id)
                yield Finding(slot, tip.vessel, {"device": device.title})


class StepOrder(OnEvent):
    """A step came before the one that should precede it."""

    code = "step_order"
    kinds = ("step_done",)
    fields = ("step", "skipped")

    def counts(self, data: Mapping[str, object]) -> bool:
        """Only steps that came early."""
        return data.get("skipped") is not None
