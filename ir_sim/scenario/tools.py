"""What devices do besides leading: the treating ends of catheters and wires."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ir_sim.scenario.fields import Model, NonNegative, Positive, YesNo

#: Per cent, 0 to 100.
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Balloon(Model):
    """A balloon on a catheter: its chart is ``diameter_mm`` at ``nominal_atm``.

    ``tip_mm`` is the distance from the catheter's tip to the balloon's distal end. An occlusion
    balloon is soft: it is filled by volume and shuts the vessel without stretching it. A monorail
    balloon runs over its wire for the last 25 cm alone: it is changed over a short wire and faster,
    and nothing can be injected through it.
    """

    diameter_mm: Positive
    length_mm: Positive
    tip_mm: NonNegative = 5.0
    nominal_atm: Positive = 8.0
    burst_atm: Positive = 14.0
    compliance_percent_atm: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)] = 0.7
    monorail: YesNo = False
    occlusion: YesNo = False

    @model_validator(mode="after")
    def _pressures(self) -> Balloon:
        if self.burst_atm <= self.nominal_atm:
            raise ValueError("burst_atm must be above nominal_atm")
        return self


class Stent(Model):
    """A stent on its delivery catheter; ``tip_mm`` from the catheter's tip to its distal end.

    A balloon-expandable stent rides on the catheter's balloon; a self-expanding one lies under a
    sheath that is drawn back, and opens to at most ``diameter_mm``.
    """

    expands: Literal["self", "balloon"]
    diameter_mm: Positive
    length_mm: Positive
    tip_mm: NonNegative = 8.0
    covered: YesNo = False
    material: Literal["nitinol", "steel", "cobalt-chromium"] = "nitinol"
    foreshortening_percent: Percent = 5.0


class Retriever(Model):
    """A clot-catching stent on a wire, opened by drawing the microcatheter back."""

    diameter_mm: Positive
    length_mm: Positive
    tip_mm: NonNegative = 4.0


class Aspiration(Model):
    """A catheter made for drawing clot out of a vessel, under the pump's vacuum."""

    vacuum_kpa: Annotated[float, Field(gt=0, le=101, allow_inf_nan=False)] = 85.0


class Infusion(Model):
    """Side-holes for infusion into clot, over a length from ``from_mm`` behind the tip.

    ``pulsed``: slits that open under pressure, through which the drug is forced into the clot in
    small pulses within minutes instead of hours.
    """

    from_mm: NonNegative = 5.0
    length_mm: Positive = 100.0
    pulsed: YesNo = False


class Embolectomy(Model):
    """A soft balloon that is drawn back full, to bring clot along.

    At ``volume_ml`` it is as wide as ``diameter_mm``. ``tip_mm`` is the distance from the
    catheter's tip to its distal end.
    """

    diameter_mm: Positive
    volume_ml: Positive
    length_mm: Positive = 10.0
    tip_mm: NonNegative = 4.0
