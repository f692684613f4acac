"""The machine without its picture: pedals, clock of pulses, commands, automatic exposure, dose.

::

    pedal, table --> step --> Exposure (when a pulse is due) --> Scene --> Imager (any time)
                      |
                      +--> Dose, SkinMap
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np

from ir_sim.anatomy.body import Body
from ir_sim.xray.commands import changed
from ir_sim.xray.dose import Dose, SkinMap
from ir_sim.xray.exposure_control import GAIN, detector_dose_ngy, technique
from ir_sim.xray.settings import Exposure, Kind, Settings

__all__ = ["Dose", "Exposure", "Fluoroscope", "Pedal", "Settings"]

Pedal = Literal["off", "fluoro", "acquire"]
#: Points across the open field at which the exposure control samples the patient.
_PROBES = 5
#: Effective attenuation that weighs thin and thick parts of the field, 1/cm.
_PROBE_MU = 0.2
#: Probes thinner than this share of the thickest lie beside the patient.
_BESIDE = 0.5


class Fluoroscope:
    """A single-plane angiography machine.

    Args:
        body: Whose thickness sets the exposure and whose window limits the table.
        centre_mm: World point in the middle of the first picture.

    Attributes:
        settings: As they are now.
        dose: Given so far.
        run: Number of the acquisition that runs now, or None.
        runs: Acquisitions so far.
        last: The last exposure, or None.
        skin: Entrance dose by place.
    """

    def __init__(self, body: Body, centre_mm: Sequence[float]) -> None:
        self.body = body
        self.settings = Settings(centre_mm=self._on_table(centre_mm[0], centre_mm[1]))
        self.dose = Dose()
        self.skin = SkinMap()
        self.run: int | None = None
        self.runs = 0
        self.last: Exposure | None = None
        self._time_s = 0.0
        self._wait_s = 0.0
        self._believed_cm: float | None = None
        self._number = 0

    def step(
        self, dt_s: float, pedal: str, table_mm_s: tuple[float, float] = (0.0, 0.0)
    ) -> Exposure | None:
        """One tick; the exposure that is due in it, if any.

        Args:
            dt_s: Length of the tick.
            pedal: ``off``, ``fluoro`` or ``acquire``.
            table_mm_s: Speed of the middle of the picture over the patient, x and y.

        Raises:
            ValueError: Unknown pedal.
        """
        if pedal not in get_args(Pedal):
            raise ValueError(f"unknown pedal '{pedal}': one of {', '.join(get_args(Pedal))}")
        if table_mm_s[0] or table_mm_s[1]:
            x, y = self.settings.centre_mm
            centre = self._on_table(x + table_mm_s[0] * dt_s, y + table_mm_s[1] * dt_s)
            self.settings = replace(self.settings, centre_mm=centre)
        self._follow_pedal(pedal)
        exposure = None
        if pedal != "off" and self._wait_s < 0.5 * dt_s:
            exposure = self._expose("fluoro" if pedal == "fluoro" else "acquire")
            self._wait_s = 1.0 / self._rate(exposure.kind)
        if pedal == "fluoro":
            self.dose = replace(self.dose, fluoro_time_s=self.dose.fluoro_time_s + dt_s)
        elif pedal == "acquire":
            self.dose = replace(self.dose, acquire_time_s=self.dose.acquire_time_s + dt_s)
        self._time_s += dt_s
        self._wait_s = max(self._wait_s - dt_s, 0.0)
        return exposure

    def command(self, kind: str, value: Any = None) -> str:
        """Carry out a command at the machine; a sentence for the timeline.

        Kinds: field, pulse_rate, detail, collimate, wedge, angulate, mode, frame_rate, delay,
        roadmap, roadmap_share, mask, pixel_shift, landmark, shield, step_back.

        Raises:
            ValueError: Unknown kind, or a value that the machine refuses; settings are unchanged.
        """
        self.settings, sentence = changed(self.settings, kind, value, self.runs, self.last)
        return sentence

    def thickness_cm(self) -> float:
        """Water-equivalent thickness under the open field, weighted as the detector does."""
        s = self.settings
        left, right, bottom, top = s.blades
        x = s.centre_mm[0] + s.field_mm * _spread(left, right)
        y = s.centre_mm[1] + s.field_mm * _spread(bottom, top)
        cm = self.body.thickness_cm(x[None, :], y[:, None], s.lao_deg, s.cranial_deg)
        inside = cm[cm >= _BESIDE * cm.max()]  # the direct beam beside the patient is left out
        return -float(np.log(np.exp(-_PROBE_MU * inside).mean())) / _PROBE_MU

    def state(self) -> dict[str, Any]:
        """Everything that changes, for ``restore``."""
        kept = {k: v for k, v in vars(self).items() if k not in ("body", "skin")}
        return {**copy.copy(kept), "skin_mgy": self.skin.mgy.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for name, value in state.items():
            if name == "skin_mgy":
                self.skin.mgy = value.copy()
            else:
                setattr(self, name, value)

    def _on_table(self, x: float, y: float) -> tuple[float, float]:
        w = self.body.window
        return (min(max(x, w.left), w.right), min(max(y, w.bottom), w.top))

    def _rate(self, kind: Kind) -> float:
        return self.settings.pulse_rate if kind == "fluoro" else self.settings.frame_rate

    def _follow_pedal(self, pedal: str) -> None:
        if pedal == "acquire" and self.run is None:
            self.runs += 1
            self.run = self.runs
            self._wait_s = self.settings.delay_s
            self._believed_cm = None  # the exposure is set anew and then locked for the run
            self.settings = replace(self.settings, mask=None)
        elif pedal != "acquire" and self.run is not None:
            self.run = None
            self._believed_cm = None

    def _expose(self, kind: Kind) -> Exposure:
        thickness = self.thickness_cm()
        locked = kind == "acquire" and self.settings.mode == "dsa"
        if self._believed_cm is None:
            self._believed_cm = thickness
        elif not locked:
            self._believed_cm += GAIN * (thickness - self._believed_cm)
        s, rate = self.settings, self._rate(kind)
        used = technique(s, kind, self._believed_cm, rate)
        self._number += 1
        exposure = Exposure(
            number=self._number,
            time_s=self._time_s,
            kind=kind,
            run=self.run or 0,
            kv=used.kv,
            dose_ngy=detector_dose_ngy(s, used, thickness),
            settings=s,
            air_kerma_mgy=used.kerma_mgy,
            kap_gy_cm2=used.kerma_mgy * 1e-3 * s.reference_area_cm2,
            ma_s=used.ma_s,
            target_ngy=used.target_ngy,
        )
        self.dose = self.dose.after(exposure, self.skin.add(s, used.kerma_mgy))
        self.last = exposure
        return exposure


def _spread(low: float, high: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Probes over the middle 60 % of what the blades leave open, as shares of the field."""
    middle, half = 0.5 * (low - high), 0.3 * (1.0 - low - high)
    return np.linspace(middle - half, middle + half, _PROBES)
