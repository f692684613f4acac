"""What is to be done in a case: places, conditions, steps, endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ir_sim.scenario.fields import Finite, Line, Model, Name, NonNegative, Positive, Slot, Text

#: What a treatment is judged by; see ``Endpoint``.
Measure = Literal[
    "residual_percent", "gradient_mmhg", "flow_share_percent", "bleed_ml_min",
    "tici", "lysis_percent", "packing_percent", "clearing_beats", "flow_ml_min",
]  # fmt: skip
_MEASURES: Mapping[Measure, str] = {
    "residual_percent": "residual stenosis in per cent",
    "gradient_mmhg": "mean pressure gradient in mmHg",
    "flow_share_percent": "flow in per cent of the first",
    "bleed_ml_min": "bleeding in mL/min",
    "tici": "TICI grade",
    "lysis_percent": "clot dissolved in per cent",
    "packing_percent": "packing density in per cent",
    "clearing_beats": "heart beats until contrast clears",
    "flow_ml_min": "flow in mL/min",
}


class Place(Model):
    """A place in the vessel tree: from ``at_mm`` beyond the ostium of a vessel, up to ``to_mm``.

    Arclength runs away from the heart: in an aorta drawn from the top, ``to_mm`` says "above".
    """

    vessel: Name
    at_mm: NonNegative = 0.0
    to_mm: NonNegative | None = None


class Target(Place):
    """Where the device must be to have reached the target."""

    device: Slot = "catheter"
    hold_s: NonNegative = 1.0


class TipAt(Place):
    """The tip of a device lies in a vessel, at least ``at_mm`` from its ostium."""

    device: Slot


class Mounted(Model):
    """A device of the tray is in place."""

    device: Slot
    id: Name | None = None


class Injected(Model):
    """Contrast has been given while the catheter's tip was in a vessel."""

    vessel: Name
    at_least_ml: Positive = 1.0


class Filmed(Model):
    """An acquisition shows a vessel that was filled through the catheter's tip."""

    vessel: Name
    at_least_ml: Positive = 1.0


class Happened(Model):
    """The timeline holds an event of a kind (``balloon_inflated``, say), in a vessel if named."""

    kind: Name
    vessel: Name | None = None
    times: Annotated[int, Field(ge=1, le=50)] = 1


class Endpoint(Model):
    """What a treatment must come to: a measure of a vessel, at most or at least so much.

    The measures: ``residual_percent`` (narrowest place against the healthy calibre),
    ``gradient_mmhg`` (mean pressure lost along the vessel's lesion), ``flow_share_percent`` (flow
    against the flow at the start), ``bleed_ml_min`` (what still leaves the vessel), ``tici``
    (0, 1, 2, 2.5, 2.7, 3), ``lysis_percent``, ``packing_percent``, ``clearing_beats`` (heart beats
    until a puff of contrast has cleared), ``flow_ml_min`` (flow at the vessel's origin: what a
    dialysis access carries).
    """

    measure: Measure
    vessel: Name
    at_most: Finite | None = None
    at_least: Finite | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Endpoint:
        if self.at_most is None and self.at_least is None:
            raise ValueError("an endpoint needs at_most or at_least")
        return self

    @property
    def words(self) -> str:
        """For people: what must be, where."""
        name, where = _MEASURES[self.measure], self.vessel.replace("_", " ")
        return f"{name}{self._bounds_in_words} in the {where}"

    def told(self, value: float | None) -> str:
        """For people: what it has come to, and what was asked for."""
        name, where = _MEASURES[self.measure], self.vessel.replace("_", " ")
        now = "not known" if value is None else f"{round(value, 1):g}"
        return f"{name} in the {where}: {now} (asked for:{self._bounds_in_words})"

    @property
    def _bounds_in_words(self) -> str:
        most = f" at most {self.at_most:g}" if self.at_most is not None else ""
        least = f" at least {self.at_least:g}" if self.at_least is not None else ""
        return most + least


class Condition(Model):
    """Exactly one of these; the timeline decides it."""

    tip_at: TipAt | None = None
    mounted: Mounted | None = None
    injected: Injected | None = None
    filmed: Filmed | None = None
    removed: Slot | None = None
    target_reached: Literal[True] | None = None
    happened: Happened | None = None
    endpoint: Endpoint | None = None
    drug: Name | None = None


class Step(Model):
    """One step of the procedure, in order."""

    id: Name
    do: Line
    when: Condition
    hint: Text = ""
    weight: Annotated[int, Field(ge=1, le=5)] = 1


class Task(Model):
    """What is to be done; ``endpoints`` must all be met for the procedure to count as done.

    Where ``catheter_without_wire`` is ``refused``, nothing is put in but over a wire that is
    already in the vessel, or through a catheter that is.
    """

    target: Target
    steps: list[Step] = []
    endpoints: list[Endpoint] = []
    side: Literal["left", "right"] | None = None
    catheter_without_wire: Literal["allowed", "refused"] = "allowed"
