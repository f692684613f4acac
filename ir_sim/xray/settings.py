"""What the operator has set, what an exposure was made with, and the geometry of the C-arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["fluoro", "acquire"]
Detail = Literal["low", "normal", "high"]
Mode = Literal["dsa", "cine"]

#: Diagonal of the detector's field, cm (a 48 cm flat panel and its zoom steps).
FIELDS_CM = (48.0, 32.0, 22.0, 16.0)
PULSE_RATES = (3.0, 4.0, 7.5, 15.0, 30.0)
FRAME_RATES: dict[str, tuple[float, ...]] = {
    "dsa": (1.0, 2.0, 3.0, 4.0, 6.0),
    "cine": (7.5, 15.0, 30.0),
}
DETAILS: tuple[Detail, ...] = ("low", "normal", "high")
#: Source to image and source to isocentre, cm (usual for abdominal work; assumed).
SOURCE_IMAGE_CM = 110.0
SOURCE_ISOCENTRE_CM = 76.0
#: The reference point lies 15 cm towards the source from the isocentre (IEC 60601-2-43).
SOURCE_REFERENCE_CM = SOURCE_ISOCENTRE_CM - 15.0
MAGNIFICATION = SOURCE_IMAGE_CM / SOURCE_ISOCENTRE_CM
#: A blade closes at most this share of the field.
BLADE_LIMIT = 0.45
LAO_LIMIT_DEG = 90.0
CRANIAL_LIMIT_DEG = 45.0


@dataclass(frozen=True)
class Settings:
    """Everything that can be set at the machine.

    Attributes:
        field_cm: Diagonal of the field on the detector.
        pulse_rate: Fluoroscopy pulses per second.
        detail: Dose per pulse.
        mode: What the right pedal acquires.
        frame_rate: Acquired frames per second.
        delay_s: Pause between the pedal and the first frame of an acquisition.
        blades: Share of the field closed from the left, right, bottom and top of the picture.
        wedge: Share covered by the semi-transparent filter; from the right, negative from the left.
        centre_mm: World point in the middle of the field.
        lao_deg: Rotation of the C-arm; left anterior oblique positive, right negative.
        cranial_deg: Angulation; cranial positive, caudal negative.
        roadmap: Run whose vessels lie over the live picture, or None.
        roadmap_share: Strength of that overlay, 0 to 1.
        mask: Number of the exposure that serves as mask, or None for the run's first frames.
        pixel_shift: Shift of the mask in picture elements, right and up; None lets the machine
            find it.
        landmark: Share of the anatomy that is left visible in a subtraction, 0 to 1.
        shield: The ceiling shield stands between patient and operator.
        step_back_m: How far the operator has stepped back for acquisitions.
    """

    field_cm: float = 48.0
    pulse_rate: float = 7.5
    detail: Detail = "normal"
    mode: Mode = "dsa"
    frame_rate: float = 3.0
    delay_s: float = 0.0
    blades: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    wedge: float = 0.0
    centre_mm: tuple[float, float] = (0.0, 0.0)
    lao_deg: float = 0.0
    cranial_deg: float = 0.0
    roadmap: int | None = None
    roadmap_share: float = 0.6
    mask: int | None = None
    pixel_shift: tuple[float, float] | None = (0.0, 0.0)
    landmark: float = 0.0
    shield: bool = True
    step_back_m: float = 0.0

    @property
    def field_mm(self) -> float:
        """Side of the square field in the plane of the isocentre, mm."""
        return 10.0 * self.field_cm / 2**0.5 / MAGNIFICATION

    @property
    def open_share(self) -> float:
        """Share of the field that the blades leave open."""
        left, right, bottom, top = self.blades
        return (1.0 - left - right) * (1.0 - bottom - top)

    @property
    def closed_share(self) -> float:
        """Share of the field that the blades close."""
        return 1.0 - self.open_share

    @property
    def reference_area_cm2(self) -> float:
        """Area of the beam in the plane of the reference point."""
        side = self.field_cm / 2**0.5 * SOURCE_REFERENCE_CM / SOURCE_IMAGE_CM
        return side * side * self.open_share


@dataclass(frozen=True)
class Exposure:
    """One pulse of X-rays.

    Attributes:
        number: Counted from 1 over the whole case.
        time_s: When.
        kind: Pedal.
        run: Number of the acquisition, from 1; 0 for fluoroscopy.
        kv: Tube voltage.
        ma_s: Tube charge, mAs.
        dose_ngy: Mean dose at the detector behind the grid that the exposure reached.
        target_ngy: The dose that the automatic exposure control wanted.
        settings: As they were.
        air_kerma_mgy: At the reference point.
        kap_gy_cm2: Kerma-area product.
    """

    number: int
    time_s: float
    kind: Kind
    run: int
    kv: float
    dose_ngy: float
    settings: Settings
    air_kerma_mgy: float
    kap_gy_cm2: float
    ma_s: float = 0.0
    target_ngy: float = 0.0
