"""The diseases that a case may draw, each with its own keys and with defaults in clinical units.

Some lesions grow a vessel of their own: the sac of an aneurysm, the feeder of a tumour or of a
fibroid. It bears the name of the vessel that it hangs on (``gastroduodenal_sac``), so that a target
or a step can name it like any other vessel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ir_sim.scenario.fields import Model, Name, NonNegative, Positive

#: What a plaque is made of: how it gives way to a balloon.
Hardness = Literal["soft", "fibrous", "calcified"]
#: A side in the picture; left is the patient's left, on the right of the screen.
Side = Literal["left", "right", "up", "down"]
_Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
#: A lesion that is shorter than a tenth of a millimetre is a slip.
_Length = Annotated[float, Field(ge=0.1, allow_inf_nan=False)]
_Open = Annotated[float, Field(ge=0, lt=99.5, allow_inf_nan=False)]

#: Usual height of a sac by its width (assumed).
_SAC_HEIGHT = 1.2
HOURS_PER_DAY = 24.0


class LesionBase(Model):
    """What all lesions have.

    Attributes of the class:
        narrows: Whether the lumen is narrowed or shut by it, as a balloon or stent could mend.
        grows: Ending of the name of the vessel that it grows, or empty.
    """

    narrows: ClassVar[bool] = False
    grows: ClassVar[str] = ""
    id: Name | None = None


class Stenosis(LesionBase):
    """A narrow stretch; ``at_mm`` is its middle."""

    narrows: ClassVar[bool] = True
    kind: Literal["stenosis"]
    at_mm: NonNegative
    length_mm: _Length
    diameter_percent: Annotated[float, Field(ge=0, le=500, allow_inf_nan=False)] | None = None
    diameter_mm: Positive | None = None
    hardness: Hardness = "fibrous"


class Occlusion(LesionBase):
    """A stretch that is shut."""

    narrows: ClassVar[bool] = True
    kind: Literal["occlusion"]
    at_mm: NonNegative
    length_mm: _Length
    hardness: Hardness = "fibrous"


class Sac(Model):
    """A sac on one side of the vessel."""

    neck_mm: _Length = 3.0
    dome_mm: _Length = 6.0
    height_mm: _Length | None = None
    side: Side = "left"

    @property
    def length_mm(self) -> float:
        """From neck to dome, mm."""
        return self.height_mm if self.height_mm is not None else _SAC_HEIGHT * self.dome_mm

    @model_validator(mode="after")
    def _shape(self) -> Sac:
        if self.neck_mm > 1.5 * self.dome_mm:
            raise ValueError(
                f"a neck of {self.neck_mm:g} mm is too wide for a dome of {self.dome_mm:g} mm"
            )
        return self


class Aneurysm(LesionBase):
    """A wide stretch all round (``length_mm`` and a diameter), or a ``sac`` on one side."""

    kind: Literal["aneurysm"]
    at_mm: NonNegative
    length_mm: _Length = 10.0
    diameter_percent: Annotated[float, Field(ge=0, le=500, allow_inf_nan=False)] | None = None
    diameter_mm: Positive | None = None
    sac: Sac | None = None


class Thrombus(LesionBase):
    """Clot in a vessel; old and fibrin-rich clot is firm and hard to dissolve."""

    kind: Literal["thrombus"]
    at_mm: NonNegative
    length_mm: _Length = 30.0
    occlusion_percent: _Percent = 100.0
    age_h: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] | None = None
    age_days: Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)] | None = None
    fibrin_percent: _Percent = 50.0

    @model_validator(mode="after")
    def _one_age(self) -> Thrombus:
        if self.age_h is not None and self.age_days is not None:
            raise ValueError("a thrombus has age_h or age_days, not both")
        return self

    @property
    def hours(self) -> float:
        """Its age, h; 12 if the author said nothing (assumed)."""
        if self.age_h is not None:
            return self.age_h
        return HOURS_PER_DAY * self.age_days if self.age_days is not None else 12.0


class Bleed(LesionBase):
    """A hole in the wall through which blood leaves from the start."""

    length_mm: ClassVar[float] = 0.0
    kind: Literal["bleed"]
    at_mm: NonNegative
    flow_ml_min: Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)] = 20.0
    into: Literal["tissue", "cavity"] = "tissue"


class Tumour(LesionBase):
    """A hypervascular mass fed from this vessel by an artery of its own."""

    length_mm: ClassVar[float] = 0.0
    grows: ClassVar[str] = "tumour"
    kind: Literal["tumour"]
    at_mm: NonNegative
    flow_ml_min: Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)] = 40.0
    volume_ml: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] = 30.0
    capacity_ml: Positive | None = None
    feeder_mm: Annotated[float, Field(ge=4, le=100, allow_inf_nan=False)] = 15.0
    side: Side = "left"


class Fibroid(LesionBase):
    """A fibroid of the uterus fed from this vessel by an artery of its own."""

    length_mm: ClassVar[float] = 0.0
    grows: ClassVar[str] = "fibroid"
    kind: Literal["fibroid"]
    at_mm: NonNegative
    flow_ml_min: Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)] = 60.0
    volume_ml: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] = 120.0
    capacity_ml: Positive | None = None
    feeder_mm: Annotated[float, Field(ge=4, le=100, allow_inf_nan=False)] = 20.0
    side: Side = "left"


class Fistula(LesionBase):
    """A short way from this artery into a vein: one that is drawn, by its id, or ``vein``."""

    length_mm: ClassVar[float] = 0.0
    kind: Literal["fistula"]
    at_mm: NonNegative
    flow_ml_min: Annotated[float, Field(gt=0, le=3000, allow_inf_nan=False)] = 200.0
    to: Name = "vein"
    to_at_mm: NonNegative | None = None


class Spasm(LesionBase):
    """The whole vessel is contracted until a dilator or time relaxes it."""

    at_mm: ClassVar[float] = 0.0
    length_mm: ClassVar[float] = 0.0
    kind: Literal["spasm"]
    diameter_percent: Annotated[float, Field(gt=0, le=90, allow_inf_nan=False)] = 40.0


class Dissection(LesionBase):
    """The intima is lifted over a stretch; the false lumen presses the true one together."""

    narrows: ClassVar[bool] = True
    kind: Literal["dissection"]
    at_mm: NonNegative
    length_mm: _Length = 30.0
    diameter_percent: _Open = 50.0


Lesion = Annotated[
    Stenosis
    | Occlusion
    | Aneurysm
    | Thrombus
    | Bleed
    | Tumour
    | Fibroid
    | Fistula
    | Spasm
    | Dissection,
    Field(discriminator="kind"),
]
AnyLesion = (
    Stenosis
    | Occlusion
    | Aneurysm
    | Thrombus
    | Bleed
    | Tumour
    | Fibroid
    | Fistula
    | Spasm
    | Dissection
)
#: The kinds, in the order of the reference.
KINDS: tuple[type[LesionBase], ...] = (
    Stenosis, Occlusion, Aneurysm, Thrombus, Bleed, Tumour, Fibroid, Fistula, Spasm, Dissection,
)  # fmt: skip


def span_mm(lesion: AnyLesion) -> tuple[float, float]:
    """From where to where a lesion reaches along its vessel; a point for a bleed, say."""
    half = 0.5 * lesion.length_mm
    return lesion.at_mm - half, lesion.at_mm + half


def ending(lesion: AnyLesion) -> str:
    """Ending of the name of the vessel that a lesion grows, or an empty text."""
    if isinstance(lesion, Aneurysm):
        return "sac" if lesion.sac is not None else ""
    return lesion.grows


def grown(vessel_id: str, lesions: Iterable[AnyLesion]) -> Iterator[tuple[str, AnyLesion]]:
    """Names of the vessels that the lesions of a vessel grow, and which lesion each is.

    The second sac of a vessel is ``<vessel>_sac_2``.
    """
    seen: dict[str, int] = {}
    for lesion in lesions:
        word = ending(lesion)
        if word:
            seen[word] = seen.get(word, 0) + 1
            number = f"_{seen[word]}" if seen[word] > 1 else ""
            yield f"{vessel_id}_{word}{number}", lesion


def ball_radius_mm(volume_ml: float) -> float:
    """Radius of a ball of so much, mm."""
    return float((3.0 * volume_ml * 1e3 / (4.0 * math.pi)) ** (1.0 / 3.0))
