"""How fast contrast flows through a catheter: by hand, or from a power injector.

Friction in a round bore: laminar 64/Re (Poiseuille) up to Re = 2000, turbulent 0.3164 Re^-1/4
(Blasius 1913) from 4000 on, and a straight line between (assumed). Units: mm, mL, s and
psi, in which injectors are set.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

PA_PER_PSI = 6894.76
#: Iohexol at 37 °C by iodine content, mg/mL: viscosity in mPa s and density in kg/m³ (label).
_MEDIA = ((0.0, 0.7, 993.0), (140.0, 1.5, 1164.0), (180.0, 2.0, 1209.0), (240.0, 3.4, 1280.0))
_DENSE_MEDIA = ((300.0, 6.3, 1349.0), (350.0, 10.4, 1406.0), (400.0, 17.0, 1460.0))
#: What a hand does with a 10 mL syringe (assumed, about 8 bar: 3 to 6 mL/s through a 5F catheter).
HAND_PSI = 112.0
_LAMINAR_TO, _TURBULENT_FROM = 2000.0, 4000.0


def medium(iodine_mg_ml: float) -> tuple[float, float]:
    """Viscosity in mPa s (interpolated in its logarithm) and density in kg/m³ at 37 °C."""
    table = (*_MEDIA, *_DENSE_MEDIA)
    at = min(max(iodine_mg_ml, table[0][0]), table[-1][0])
    for (low, thin, light), (high, thick, heavy) in pairwise(table):
        if at <= high:
            share = (at - low) / (high - low)
            return thin * (thick / thin) ** share, light + share * (heavy - light)
    raise AssertionError  # the table ends at the largest value


def pressure_psi(
    rate_ml_s: float, length_mm: float, bore_mm: float, iodine_mg_ml: float = 300.0
) -> float:
    """Pressure that drives a flow through a catheter, psi.

    Args:
        rate_ml_s: Flow.
        length_mm: Length of the catheter.
        bore_mm: Inner diameter.
        iodine_mg_ml: Of the medium.

    Raises:
        ValueError: A length or bore that is none.
    """
    if length_mm <= 0.0 or bore_mm <= 0.0:
        raise ValueError(f"no such catheter: {length_mm} mm long, bore {bore_mm} mm")
    if rate_ml_s <= 0.0:
        return 0.0
    viscosity, density = medium(iodine_mg_ml)
    d, q, mu = bore_mm * 1e-3, rate_ml_s * 1e-6, viscosity * 1e-3
    speed = 4.0 * q / (math.pi * d * d)
    reynolds = density * speed * d / mu
    turbulent = (reynolds - _LAMINAR_TO) / (_TURBULENT_FROM - _LAMINAR_TO)
    turbulent = min(max(turbulent, 0.0), 1.0)
    friction = (1.0 - turbulent) * 64.0 / reynolds + turbulent * 0.3164 * reynolds**-0.25
    return float(friction) * length_mm * 1e-3 / d * 0.5 * density * speed**2 / PA_PER_PSI


def most_flow_ml_s(
    psi: float, length_mm: float, bore_mm: float, iodine_mg_ml: float = 300.0
) -> float:
    """Flow that a pressure drives through a catheter, mL/s."""
    low, high = 0.0, 200.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if pressure_psi(middle, length_mm, bore_mm, iodine_mg_ml) < psi:
            low = middle
        else:
            high = middle
    return low


@dataclass(frozen=True)
class PowerInjection:
    """What a power injector is set to.

    Attributes:
        rate_ml_s: Flow.
        volume_ml: Volume, after which it stops.
        rise_s: Time of the linear rise to the full flow.
        limit_psi: Pressure that it does not exceed: it slows down instead.
    """

    rate_ml_s: float
    volume_ml: float
    rise_s: float = 0.0
    limit_psi: float = 1200.0

    def __post_init__(self) -> None:
        for name in ("rate_ml_s", "volume_ml", "limit_psi"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise ValueError(f"power injector: {name} is {value}")
        if not (math.isfinite(self.rise_s) and self.rise_s >= 0.0):
            raise ValueError(f"power injector: rise_s is {self.rise_s}")

    def flow_ml_s(self, most_ml_s: float) -> float:
        """The full flow where the catheter lets through ``most_ml_s`` at the pressure limit."""
        return min(self.rate_ml_s, most_ml_s)

    def given_ml(self, time_s: float, most_ml_s: float = math.inf) -> float:
        """Volume given since the start; a tick's flow is the difference by its duration."""
        full = self.flow_ml_s(most_ml_s)
        if time_s <= 0.0:
            return 0.0
        rising = min(time_s, self.rise_s)
        given = full * (time_s - rising)
        if self.rise_s > 0.0:
            given += 0.5 * full * rising * rising / self.rise_s
        return min(given, self.volume_ml)

    def duration_s(self, most_ml_s: float = math.inf) -> float:
        """Time until the volume is given."""
        full = self.flow_ml_s(most_ml_s)
        in_rise = 0.5 * full * self.rise_s
        if self.volume_ml < in_rise:
            return math.sqrt(2.0 * self.volume_ml * self.rise_s / full)
        return self.rise_s + (self.volume_ml - in_rise) / full
