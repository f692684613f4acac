"""Dose: what has been given, where on the skin, and what reached the operator."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.settings import (
    SOURCE_IMAGE_CM,
    SOURCE_ISOCENTRE_CM,
    SOURCE_REFERENCE_CM,
    Exposure,
    Settings,
)

#: Backscatter (ICRU 74: 1.3 to 1.5 in fields of this size) and table with mattress.
BACKSCATTER = 1.35
TABLE = 0.85
#: Operator: scatter at 0.7 m from the field without shield, uSv per Gy cm2 (assumed; published
#: values lie between 1 and 10), and what the ceiling shield lets through.
SCATTER_USV_PER_GY_CM2 = 4.0
OPERATOR_M = 0.7
SHIELD = 0.1
#: Alerts, in order: Ka,r mGy; KAP Gy cm2; fluoroscopy min (NCRP 168; SIR).
ALERTS_MGY = (3000.0, 5000.0)
ALERTS_GY_CM2 = (300.0, 500.0)
ALERTS_FLUORO_MIN = (30.0, 60.0)
CELL_MM = 10.0
_HALF_CELLS = (40, 110)


@dataclass(frozen=True)
class Dose:
    """The dose display.

    Attributes:
        kap_gy_cm2: Kerma-area product, all exposures.
        air_kerma_mgy: At the reference point (Ka,r).
        kap_fluoro_gy_cm2: Fluoroscopy's share; likewise kap_acquire_gy_cm2.
        air_kerma_fluoro_mgy: Fluoroscopy's share; likewise air_kerma_acquire_mgy.
        fluoro_time_s: Pedal down, pulses or not; likewise acquire_time_s.
        frames: All exposures; fluoro_frames and run_frames by kind.
        peak_skin_mgy: Largest entrance dose in the map of the skin, an estimate.
        operator_usv: Scatter to the operator's chest, an estimate.
    """

    kap_gy_cm2: float = 0.0
    air_kerma_mgy: float = 0.0
    kap_fluoro_gy_cm2: float = 0.0
    kap_acquire_gy_cm2: float = 0.0
    air_kerma_fluoro_mgy: float = 0.0
    air_kerma_acquire_mgy: float = 0.0
    fluoro_time_s: float = 0.0
    acquire_time_s: float = 0.0
    frames: int = 0
    fluoro_frames: int = 0
    run_frames: int = 0
    peak_skin_mgy: float = 0.0
    operator_usv: float = 0.0

    def after(self, exposure: Exposure, peak_skin_mgy: float) -> Dose:
        """The display after one more exposure."""
        fluoro = exposure.kind == "fluoro"
        kap, kerma = exposure.kap_gy_cm2, exposure.air_kerma_mgy
        return replace(
            self,
            kap_gy_cm2=self.kap_gy_cm2 + kap,
            air_kerma_mgy=self.air_kerma_mgy + kerma,
            kap_fluoro_gy_cm2=self.kap_fluoro_gy_cm2 + kap * fluoro,
            kap_acquire_gy_cm2=self.kap_acquire_gy_cm2 + kap * (not fluoro),
            air_kerma_fluoro_mgy=self.air_kerma_fluoro_mgy + kerma * fluoro,
            air_kerma_acquire_mgy=self.air_kerma_acquire_mgy + kerma * (not fluoro),
            frames=self.frames + 1,
            fluoro_frames=self.fluoro_frames + fluoro,
            run_frames=self.run_frames + (not fluoro),
            peak_skin_mgy=peak_skin_mgy,
            operator_usv=self.operator_usv + operator_usv(exposure),
        )

    @property
    def alerts(self) -> tuple[str, ...]:
        """Published levels that have been passed, as sentences."""
        found = [f"Ka,r above {v / 1000:g} Gy" for v in ALERTS_MGY if self.air_kerma_mgy > v]
        found += [f"KAP above {v:g} Gy cm2" for v in ALERTS_GY_CM2 if self.kap_gy_cm2 > v]
        minutes = self.fluoro_time_s / 60.0
        found += [f"fluoroscopy above {v:g} min" for v in ALERTS_FLUORO_MIN if minutes > v]
        return tuple(found)


def operator_usv(exposure: Exposure) -> float:
    """Scatter at the operator from one exposure: proportional to KAP, inverse square, shield."""
    back = exposure.settings.step_back_m if exposure.kind == "acquire" else 0.0
    distance = (OPERATOR_M / (OPERATOR_M + back)) ** 2
    shield = SHIELD if exposure.settings.shield else 1.0
    return SCATTER_USV_PER_GY_CM2 * exposure.kap_gy_cm2 * distance * shield


class SkinMap:
    """Entrance dose on a flat skin in the table's coordinates, in cells of 1 cm.

    The skin is taken to lie at the reference point's distance and to be hit where the beam's axis
    crosses it; overlapping fields add (a simple map, not a dosimetry system).
    """

    def __init__(self) -> None:
        self.mgy: NDArray[np.float64] = np.zeros((2 * _HALF_CELLS[1], 2 * _HALF_CELLS[0]))

    def add(self, settings: Settings, kerma_mgy: float) -> float:
        """Add one exposure; returns the largest dose of the map, mGy."""
        side = 10.0 * settings.field_cm / 2**0.5 * SOURCE_REFERENCE_CM / SOURCE_IMAGE_CM
        depth = 10.0 * (SOURCE_ISOCENTRE_CM - SOURCE_REFERENCE_CM)
        lao, cranial = np.radians([settings.lao_deg, settings.cranial_deg])
        # the tube lies under the table: it swings to the right when the detector goes left (LAO)
        x = settings.centre_mm[0] - depth * np.tan(np.clip(lao, -1.2, 1.2))
        y = settings.centre_mm[1] - depth * np.tan(cranial)
        left, right, bottom, top = settings.blades
        columns = _cells(x + side * (left - 0.5), x + side * (0.5 - right), _HALF_CELLS[0])
        rows = _cells(y + side * (bottom - 0.5), y + side * (0.5 - top), _HALF_CELLS[1])
        self.mgy[rows, columns] += kerma_mgy * BACKSCATTER * TABLE
        return float(self.mgy.max())


def _cells(low_mm: float, high_mm: float, half: int) -> slice:
    low = int(np.clip(round(low_mm / CELL_MM) + half, 0, 2 * half - 1))
    high = int(np.clip(round(high_mm / CELL_MM) + half, low + 1, 2 * half))
    return slice(low, high)
