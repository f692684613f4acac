"""The device catalogue's language: wires, catheters and guides as their makers describe them.

Diameters are given as clinicians say them (wires in inch, catheters in French) and converted once,
here: 1 Fr = 1/3 mm, 1 in = 25.4 mm. Sections are listed from the tip to the hub.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ir_sim.scenario.fields import Finite, Line, Model, Name, NonNegative, Positive, Slot, Text
from ir_sim.scenario.tools import Aspiration, Balloon, Embolectomy, Infusion, Retriever, Stent

MM_PER_FRENCH = 1.0 / 3.0
MM_PER_INCH = 25.4

Kind = Literal["wire", "catheter", "microcatheter", "guide"]
#: What an X-ray sees of a device; the numbers are in ``ir_sim.xray``.
Material = Literal[
    "polymer", "barium-polymer", "tungsten-polymer", "steel", "nitinol", "platinum", "tantalum"
]


class Section(Model):
    """A length of a device with one stiffness and one pre-set curve.

    ``arc_deg`` is the angle that the section's free shape turns through; positive turns to the
    left of the direction of travel when the hub's rotation is 0.
    """

    length_mm: Positive
    ei_n_mm2: Positive
    arc_deg: Annotated[float, Field(ge=-720, le=720, allow_inf_nan=False)] = 0.0
    material: Material | None = None


class Marker(Model):
    """A radio-opaque band: centre at ``at_mm`` from the tip."""

    at_mm: NonNegative
    length_mm: Positive = 1.0
    material: Material = "platinum"


class SideHoles(Model):
    """Holes in the wall of a flush catheter, counted from the tip."""

    from_mm: NonNegative
    to_mm: Positive
    count: Annotated[int, Field(ge=1, le=200)]


class Device(Model):
    """One device of the catalogue.

    Attributes of note:
        friction: Sliding friction coefficient against the vessel wall.
        sources: For each figure (``ei``, ``shape``, ``friction``, ``size`` ...) a citation, or
            the word ``assumed``.
    """

    id: Name
    title: Line
    kind: Kind
    length_cm: Annotated[float, Field(gt=5, le=400, allow_inf_nan=False)]
    diameter_in: Positive | None = None
    diameter_fr: Positive | None = None
    inner_in: Positive | None = None
    inner_fr: Positive | None = None
    sections: Annotated[list[Section], Field(min_length=1, max_length=40)]
    friction: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    torque_ratio: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)] = 0.77
    tip_load_n: Finite = 0.0
    material: Material
    markers: list[Marker] = []
    end_hole: bool = True
    side_holes: SideHoles | None = None
    max_flow_ml_s: Positive | None = None
    max_pressure_psi: Positive | None = None
    balloon: Balloon | None = None
    stent: Stent | None = None
    retriever: Retriever | None = None
    aspiration: Aspiration | None = None
    infusion: Infusion | None = None
    embolectomy: Embolectomy | None = None
    note: Text = ""
    sources: dict[Name, Line]

    @model_validator(mode="after")
    def _sizes(self) -> Device:
        if (self.diameter_in is None) == (self.diameter_fr is None):
            raise ValueError("give the outer diameter once: diameter_in or diameter_fr")
        if self.inner_in is not None and self.inner_fr is not None:
            raise ValueError("give the inner diameter once: inner_in or inner_fr")
        if self.kind == "wire" and self.inner_radius_mm > 0:
            raise ValueError("a wire has no inner diameter")
        if self.kind != "wire" and self.inner_radius_mm <= 0:
            raise ValueError("a catheter needs an inner diameter: inner_in or inner_fr")
        if self.inner_radius_mm >= self.outer_radius_mm:
            raise ValueError("the inner diameter must be smaller than the outer diameter")
        if self.retriever is not None and self.kind != "wire":
            raise ValueError("a retriever rides on a wire: kind wire")
        if self.kind == "wire" and (
            self.balloon or self.stent or self.aspiration or self.infusion or self.embolectomy
        ):
            raise ValueError(
                "a wire carries no balloon, stent, aspiration, infusion or embolectomy"
            )
        if self.embolectomy is not None and self.balloon is not None:
            raise ValueError("a catheter carries one balloon: balloon or embolectomy")
        if self.stent is not None and self.stent.expands == "balloon" and self.balloon is None:
            raise ValueError("a balloon-expandable stent needs the catheter's balloon")
        if sum(section.length_mm for section in self.sections) > self.length_mm + 1e-6:
            raise ValueError("the sections are longer than the device")
        return self

    @property
    def treats(self) -> bool:
        """Whether it has a treating end of its own."""
        own = (self.balloon, self.stent, self.retriever, self.aspiration, self.infusion)
        return any(tool is not None for tool in (*own, self.embolectomy))

    @property
    def slot(self) -> Slot:
        """The place in the coaxial stack."""
        return self.kind

    @property
    def length_mm(self) -> float:
        """Usable length from hub to tip, mm."""
        return self.length_cm * 10.0

    @property
    def outer_radius_mm(self) -> float:
        """Outer radius, mm."""
        if self.diameter_in is not None:
            return self.diameter_in * MM_PER_INCH / 2.0
        return (self.diameter_fr or 0.0) * MM_PER_FRENCH / 2.0

    @property
    def inner_radius_mm(self) -> float:
        """Radius of the lumen, mm; 0 for a wire."""
        if self.inner_in is not None:
            return self.inner_in * MM_PER_INCH / 2.0
        return (self.inner_fr or 0.0) * MM_PER_FRENCH / 2.0


class DeviceFile(Model):
    """A YAML file of the catalogue."""

    devices: Annotated[list[Device], Field(min_length=1)]
