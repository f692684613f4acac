"""Contrast: wrong side, wedged tips, limits, allergies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from ir_sim.training.case import Case
from ir_sim.training.detectors.base import Detector, Finding
from ir_sim.training.moment import Moment


class WrongSide(Detector):
    """Working on the other side: more than a puff to see where one is, or filming it."""

    code = "wrong_side"
    thresholds: ClassVar = {"ml": 5.0, "filmed_ml": 2.0}

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.share: dict[str, float] = {}  # of what is too much, by vessel

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Sum by vessel; told once for each vessel."""
        now = moment.state.injecting
        if not moment.injecting or now.slot == "sheath" or now.vessel not in self.case.wrong_side:
            return
        name = "filmed_ml" if moment.state.pedal == "acquire" else "ml"
        before = self.share.get(now.vessel, 0.0)
        self.share[now.vessel] = after = before + moment.injected_ml / self.threshold[name]
        if before < 1.0 - 1e-9 <= after:
            yield Finding(now.slot, now.vessel)


class InjectingWedged(Detector):
    """Contrast or embolic through a tip that fills its vessel."""

    code = "injecting_wedged"
    thresholds: ClassVar = {"ml": 1.0}
    fields = ("ml",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.ml = 0.0

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Sum while wedged; told once until the tip is free again."""
        pushed = moment.first("embolic_wedged")
        if pushed is not None and pushed.data["ml"] >= self.threshold["ml"]:
            yield Finding(pushed.slot, pushed.vessel, {"ml": pushed.data["ml"]})
        now = moment.state.injecting
        if not now.wedged:
            self.ml = 0.0
        elif moment.injecting:
            before, self.ml = self.ml, self.ml + moment.injected_ml
            if before < self.threshold["ml"] <= self.ml:
                yield Finding(now.slot, now.vessel, {"ml": self.ml})


class ContrastLimit(Detector):
    """More contrast than the patient's own limit."""

    code = "contrast_limit"
    thresholds: ClassVar = {"share_of_limit": 1.0}
    fields = ("limit_ml",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.told = False

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Once."""
        most = self.threshold["share_of_limit"] * self.case.contrast_limit_ml
        if not self.told and moment.state.contrast_ml > most:
            self.told = True
            yield Finding(data={"limit_ml": most})


class AllergyIgnored(Detector):
    """Contrast although the chart names an allergy to it and nothing was done about it.

    Looked for only where a form asks about the allergy: it must be possible to do right.
    """

    code = "allergy_ignored"
    thresholds: ClassVar = {"ml": 0.5}

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        asked = [q.id for q in case.questions.values() if q.topic == "allergy"]
        self.armed = case.contrast_allergy and bool(asked)

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Once, when contrast flows; a right answer or premedication disarms."""
        if not self.armed:
            return
        for action in moment.controls.actions:
            question = self.case.questions.get(action.device or "")
            if action.kind == "answer" and question is not None and question.topic == "allergy":
                self.armed = self.armed and not question.right(str(action.value))
            if action.kind == "drug" and (action.device or "").startswith(PREMEDICATION):
                self.armed = False
        if self.armed and moment.state.contrast_ml > self.threshold["ml"]:
            self.armed = False
            yield Finding(moment.state.injecting.slot, moment.state.injecting.vessel or None)


#: Drugs that count as premedication (believed; local protocols differ).
PREMEDICATION = (
    "corticosteroid",
    "prednisolone",
    "methylprednisolone",
    "hydrocortisone",
    "premedication",
)
