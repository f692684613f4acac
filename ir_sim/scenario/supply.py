"""The supplies' language: what goes through a catheter into the vessel and stays, or flows away.

Coils, plugs, particles and liquids as their makers describe them. A case's tray names them beside
its devices; their sizes are converted once, here, as the devices' are.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ir_sim.scenario.device import MM_PER_INCH
from ir_sim.scenario.fields import Line, Model, Name, NonNegative, Positive, Text, YesNo

#: What a supply is; each kind has one block of figures of the same name.
SupplyKind = Literal["coil", "plug", "particles", "glue", "gelfoam", "lipiodol", "lytic"]


class Coil(Model):
    """A coil: ``loop_mm`` across, ``length_mm`` of it, of wire ``wire_in`` thick."""

    loop_mm: Positive
    length_mm: Positive
    wire_in: Positive = 0.018
    detachable: YesNo = False
    fibred: YesNo = False
    softness: Literal["framing", "filling", "finishing", "standard"] = "standard"


class Plug(Model):
    """A vascular plug: a nitinol mesh, ``diameter_mm`` across when free."""

    diameter_mm: Positive
    length_mm: Positive


class Particles(Model):
    """A vial of particles or beads, made up to ``suspension_ml`` with contrast and saline."""

    from_um: Positive
    to_um: Positive
    volume_ml: Positive = 2.0
    suspension_ml: Positive = 20.0
    iodine_mg_ml: NonNegative = 150.0
    drug_mg: NonNegative = 0.0

    @model_validator(mode="after")
    def _sizes(self) -> Particles:
        if self.to_um < self.from_um:
            raise ValueError("to_um must not be below from_um")
        if self.suspension_ml <= self.volume_ml:
            raise ValueError("suspension_ml must be more than volume_ml")
        return self


class Liquid(Model):
    """A liquid in a syringe: glue with oil, gelfoam slurry, an oily emulsion, a lytic drug."""

    volume_ml: Positive
    oil_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    drug_mg: NonNegative = 0.0
    iodine_mg_ml: NonNegative = 0.0


class Supply(Model):
    """One article of the supplies' catalogue.

    Attributes of note:
        needs_in: Least bore of the catheter that it goes through, inch.
        sources: For each figure a citation, or the word ``assumed``.
    """

    id: Name
    title: Line
    kind: SupplyKind
    needs_in: Positive = 0.018
    coil: Coil | None = None
    plug: Plug | None = None
    particles: Particles | None = None
    liquid: Liquid | None = None
    note: Text = ""
    sources: dict[Name, Line]

    @model_validator(mode="after")
    def _figures(self) -> Supply:
        block = self.kind if self.kind in ("coil", "plug", "particles") else "liquid"
        given = [b for b in ("coil", "plug", "particles", "liquid") if getattr(self, b) is not None]
        if given != [block]:
            raise ValueError(f"a supply of kind {self.kind} has one block '{block}'")
        return self

    @property
    def needs_mm(self) -> float:
        """Least bore radius of the catheter that it goes through, mm."""
        return 0.5 * self.needs_in * MM_PER_INCH


class SupplyFile(Model):
    """A YAML file of the supplies' catalogue."""

    supplies: Annotated[list[Supply], Field(min_length=1)]
