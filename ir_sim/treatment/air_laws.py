"""How air gets into a catheter, how much of it, and what it does in a vessel.

A wire drawn out of a catheter leaves room behind its tip. Blood has to follow it up the whole
lumen against the lumen's friction; what the artery's pressure cannot drive in time comes in at the
open hub as air. Long narrow lumens and quick hands draw air, short wide ones never do.
"""

from __future__ import annotations

import math

from ir_sim.flow.laws import PA_PER_MMHG, VISCOSITY_PA_S
from ir_sim.treatment.comparison import Row

#: Air below this in a lumen comes to nothing, mL (assumed).
LEAST_ML = 0.005
#: What a lumen holds after suction on a shut tip, when its hub is opened, as a share of its volume
#: (assumed).
AFTER_SUCTION = 0.2
#: A bubble is absorbed with this half-life, s (assumed; microbubbles last minutes), and with oxygen
#: by mask in so much of it (nitrogen leaves along its gradient; the share is assumed).
HALF_LIFE_S, WITH_OXYGEN = 300.0, 0.5
#: Air goes on as bubbles of at most so much, mL (a ball of 2 mm across; assumed).
BUBBLE_ML = 0.0045


def friction_pa_s_m3(length_mm: float, bore_mm: float) -> float:
    """Resistance of blood in a lumen: Poiseuille, 128 mu L / (pi d^4)."""
    return 128.0 * VISCOSITY_PA_S * 1e-3 * length_mm / (math.pi * (1e-3 * bore_mm) ** 4)


def drawn_ml(
    from_mm: float, to_mm: float, speed_mm_s: float, wire_mm: float, bore_mm: float, mmhg: float
) -> float:
    """Air that a wire draws in while it is pulled back within its catheter.

    The wire empties ``A v``; through a lumen that is free over ``L`` blood follows at most with
    ``p / (R' L)``. The rest, summed over the pull in closed form, is air.

    Args:
        from_mm: Free lumen ahead of the wire's tip when the pull begins.
        to_mm: And when it ends.
        speed_mm_s: Of the pull.
        wire_mm: Diameter of the wire.
        bore_mm: Of the lumen.
        mmhg: Pressure at the catheter's tip.
    """
    if speed_mm_s <= 0.0 or to_mm <= from_mm:
        return 0.0
    area_m2 = 0.25 * math.pi * (1e-3 * wire_mm) ** 2
    speed = 1e-3 * speed_mm_s
    per_m = friction_pa_s_m3(1000.0, bore_mm)
    pressure = max(mmhg, 0.0) * PA_PER_MMHG
    critical_m = pressure / (per_m * area_m2 * speed)
    low, high = max(1e-3 * from_mm, critical_m), 1e-3 * to_mm
    if high <= low:
        return 0.0
    followed = pressure / (per_m * speed) * math.log(high / low) if pressure else 0.0
    return 1e6 * (area_m2 * (high - low) - followed)


def left(ml: float, seconds: float, *, oxygen: bool = False) -> float:
    """What is left of a bubble after so long."""
    half = HALF_LIFE_S * (WITH_OXYGEN if oxygen else 1.0)
    return float(ml * 0.5 ** (seconds / half))


def radius_mm(ml: float) -> float:
    """Of a bubble as a ball."""
    return float((3e3 * ml / (4.0 * math.pi)) ** (1.0 / 3.0))


def bubbles(ml: float, most: int = 12) -> list[float]:
    """Sizes of the bubbles that some air breaks into, mL."""
    count = min(max(math.ceil(ml / BUBBLE_ML), 1), most)
    return [ml / count] * count


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``: quick and slow hands on a long lumen and on a short one."""
    out = []
    for name, length, bore, wire in (
        ("microcatheter 0.021 in, 130 cm", 1300.0, 0.533, 0.356),
        ("5F catheter 0.038 in, 65 cm", 650.0, 0.965, 0.889),
    ):
        for speed in (150.0, 30.0):
            ml = drawn_ml(0.0, length, speed, wire, bore, 90.0)
            text = f"air drawn into a {name} by a wire pulled at {speed:g} mm/s, mL"
            published = "bubbles at the hub after a quick pull" if ml else "none"
            out.append(Row("air", text, f"{ml:.3f}", published, "field practice (believed)"))
    return tuple(out)
