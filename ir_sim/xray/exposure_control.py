"""Automatic exposure: tube voltage and charge for a patient's thickness, with the tube's limits.

One formula instead of a measured picture, so that dose does not depend on whether anyone draws:
the water-equivalent thickness under the open field gives the kerma that the wanted detector dose
needs; the voltage follows a curve and rises further where the tube cannot give the charge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ir_sim.xray.beam import KV_RANGE, beam_quality
from ir_sim.xray.settings import (
    SOURCE_IMAGE_CM,
    SOURCE_REFERENCE_CM,
    Kind,
    Settings,
)

#: Detector dose per frame at the 48 cm field, nGy: fluoroscopy 10-100, here 20; DSA 1200 (0.5-4
#: uGy), cine 150 (design notes on flat detectors; see the trainer's notes on fluoroscopy).
FLUORO_NGY = {"low": 10.0, "normal": 20.0, "high": 40.0}
ACQUIRE_NGY = {"dsa": 1200.0, "cine": 150.0}
#: Dose rises as the field falls, up to this factor (assumed; flat detectors).
MOST_ZOOM_DOSE = 2.0
#: Primary transmission of the grid (assumed), and of table and mattress.
GRID = 0.7
TABLE = 0.85
#: Scatter to primary behind the grid, full field, and the spread of scatter on the detector, mm.
SCATTER_TO_PRIMARY = 0.35
SCATTER_SIGMA_MM = 45.0
#: Tube: most charge per frame, mAs (fluoroscopy 150 mA in 12 ms; acquisition 800 mA in 80 ms).
MOST_MAS: dict[Kind, float] = {"fluoro": 1.8, "acquire": 64.0}
#: Largest kerma rate of fluoroscopy at the reference point, mGy/min (21 CFR 1020.32: 88; high
#: level 176).
LIMIT_MGY_MIN = {"low": 88.0, "normal": 88.0, "high": 176.0}
#: Share of the way to the wanted exposure that the loop goes per frame.
GAIN = 0.35
_KV_AT_20_CM = 72.0
_KV_PER_CM = 2.6
_SOFTEST_KV, _HARDEST_KV = 60.0, 120.0


@dataclass(frozen=True)
class Technique:
    """What the generator gives for one frame."""

    kv: float
    ma_s: float
    kerma_mgy: float
    dose_ngy: float
    target_ngy: float


def target_dose_ngy(settings: Settings, kind: Kind) -> float:
    """Detector dose per frame that the settings ask for."""
    zoom = min(48.0 / settings.field_cm, MOST_ZOOM_DOSE)
    if kind == "acquire":
        return ACQUIRE_NGY[settings.mode] * zoom
    return FLUORO_NGY[settings.detail] * zoom


def scatter_share(settings: Settings) -> float:
    """Scatter to primary behind the grid in the middle of the open field.

    A Gaussian scatter kernel integrated over the open rectangle: small fields scatter less.
    """
    side = 10.0 * settings.field_cm / 2**0.5
    left, right, bottom, top = settings.blades

    def inside(low: float, high: float) -> float:
        half = 0.5 * side * (1.0 - low - high)
        return math.erf(half / (SCATTER_SIGMA_MM * 2**0.5))

    return SCATTER_TO_PRIMARY * inside(left, right) * inside(bottom, top)


def technique(
    settings: Settings, kind: Kind, thickness_cm: float, rate: float, want: float | None = None
) -> Technique:
    """Voltage, charge, kerma and detector dose of a frame.

    Args:
        settings: Of the machine.
        kind: Fluoroscopy or acquisition.
        thickness_cm: Water-equivalent thickness under the open field.
        rate: Frames per second, for the limit on the kerma rate.
        want: Detector dose to aim for, nGy; the settings' target where None.
    """
    target = target_dose_ngy(settings, kind)
    aim = target if want is None else want
    kv = min(max(_KV_AT_20_CM + _KV_PER_CM * (thickness_cm - 20.0), _SOFTEST_KV), _HARDEST_KV)
    if kind == "acquire":
        kv = min(kv, max(_SOFTEST_KV, 0.5 * (kv + 70.0)))  # iodine is wanted, charge is there
    kv = float(round(kv))
    found = _at(settings, kind, thickness_cm, kv, aim)
    while found.ma_s > MOST_MAS[kind] and kv + 2.0 <= min(_HARDEST_KV, KV_RANGE[1]):
        kv += 2.0
        found = _at(settings, kind, thickness_cm, kv, aim)
    share = min(1.0, MOST_MAS[kind] / found.ma_s)
    if kind == "fluoro":
        limit = LIMIT_MGY_MIN[settings.detail] / (60.0 * rate)
        share = min(share, limit / found.kerma_mgy)
    return replace(
        found,
        ma_s=found.ma_s * share,
        kerma_mgy=found.kerma_mgy * share,
        dose_ngy=found.dose_ngy * share,
        target_ngy=target,
    )


def detector_dose_ngy(settings: Settings, used: Technique, thickness_cm: float) -> float:
    """What a technique gives behind another thickness than the one it was chosen for, nGy."""
    return used.kerma_mgy * 1e6 * _path(settings, used.kv, thickness_cm)


def _path(settings: Settings, kv: float, thickness_cm: float) -> float:
    """Detector dose per kerma at the reference point."""
    through = beam_quality(kv).transmission(thickness_cm) * GRID * TABLE
    return through * (1.0 + scatter_share(settings)) * (SOURCE_REFERENCE_CM / SOURCE_IMAGE_CM) ** 2


def _at(settings: Settings, kind: Kind, thickness_cm: float, kv: float, aim: float) -> Technique:
    kerma_mgy = aim * 1e-6 / _path(settings, kv, thickness_cm)
    yield_mgy = beam_quality(kv).kerma_yield_ugy_mas * 1e-3 * (100.0 / SOURCE_REFERENCE_CM) ** 2
    return Technique(kv, kerma_mgy / yield_mgy, kerma_mgy, aim, aim)
