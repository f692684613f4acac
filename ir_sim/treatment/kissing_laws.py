"""Two common iliac arteries at one bifurcation: what a balloon in one does to the other.

Plaque at a bifurcation is one: pressed away on one side it goes over the carina to the other
("plaque shift"). Two balloons blown up together keep each other's origin open ("kissing"). In the
aorta they lie side by side and stretch its wall like a band round both.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ir_sim.treatment.comparison import Row

Array = NDArray[np.float64]

#: Share of the plaque pressed away in one origin that crosses the carina (assumed; in a healthy
#: origin it then narrows by a tenth, as series that left a healthy other side unprotected without
#: harm suggest: JVIR 2001;12:1395, believed).
SHIFT_SHARE = 0.25
#: So far from the bifurcation plaque is pushed over, and lies on the other side, mm (assumed).
MOUTH_MM = 16.0
#: What the pushed plaque leaves of the other lumen's area at least (assumed).
LEAST_LEFT = 0.12
#: From so many points of diameter lost on the timeline says so, per cent (assumed).
TOLD_PERCENT = 5.0
#: A stent may stand so much higher than its neighbour; beyond that each mm hides so much of the
#: lower mouth's diameter, at most so much (assumed).
LEVEL_MM, HIDES_PER_MM, MOST_HIDDEN = 2.0, 0.03, 0.4
#: Upper edges so far apart are told, mm (assumed).
UNEVEN_MM = 3.0


def band_mm(first_mm: float, second_mm: float) -> float:
    """Diameter of the circle whose circumference is that of a band round two touching balloons.

    What the aorta's wall has to stretch to. Exact geometry; for equal balloons 0.82 of the sum of
    both diameters, as published for valves (Yeager 1987, J Am Coll Cardiol 9:467, believed).

    Args:
        first_mm: Diameter of one balloon.
        second_mm: Of the other.
    """
    large, small = max(first_mm, second_mm), min(first_mm, second_mm)
    if small <= 0.0:
        return large
    apart = 0.5 * (large + small)
    aslant = math.asin((large - small) / (2.0 * apart))
    straight = 2.0 * apart * math.cos(aslant)
    arcs = 0.5 * large * (math.pi + 2.0 * aslant) + 0.5 * small * (math.pi - 2.0 * aslant)
    return (straight + arcs) / math.pi


def profile(from_bifurcation_mm: Array) -> Array:
    """(n,) how thick pushed plaque lies along the other mouth, 1 at the bifurcation."""
    u = np.clip(from_bifurcation_mm / MOUTH_MM, 0.0, 1.0)
    return np.asarray(0.5 * (1.0 + np.cos(np.pi * u)))


def pushed_mm2(volume_mm3: float, along: Array, step_mm: float = 1.0) -> Array:
    """(n,) area that a volume of plaque, pressed away on one side, takes of the other lumen.

    Args:
        volume_mm3: Pressed away; negative where a wall springs back.
        along: (n,) ``profile`` of the other mouth.
        step_mm: Distance of its cross-sections.
    """
    return np.asarray(SHIFT_SHARE * volume_mm3 * along / max(float(along.sum()) * step_mm, 1e-9))


def narrowed_mm2(area_mm2: Array, taken_mm2: Array, more_mm2: Array) -> tuple[Array, Array]:
    """Areas after more plaque has come (or some has gone back), and all that has come.

    Args:
        area_mm2: (n,) lumen now.
        taken_mm2: (n,) of it taken before.
        more_mm2: (n,) to be taken.
    """
    whole = area_mm2 + taken_mm2
    taken = np.clip(taken_mm2 + more_mm2, 0.0, (1.0 - LEAST_LEFT) * whole)
    return whole - taken, taken


def hidden_share(higher_by_mm: float) -> float:
    """Share of the lower mouth's diameter that the higher stent's end hides."""
    return min(HIDES_PER_MM * max(higher_by_mm - LEVEL_MM, 0.0), MOST_HIDDEN)


def _left_percent(other_percent: float) -> float:
    """Stenosis of the other origin after 60 % of 8 mm over 12 mm have been stented alone."""
    s = np.arange(0.0, MOUTH_MM, 1.0)
    shape = 0.5 * (1.0 + np.cos(np.pi * np.clip(np.abs(s - 6.0) / 6.0, 0.0, 1.0)))
    own, other = (8.0 * (1.0 - 0.01 * p * shape) for p in (60.0, other_percent))
    volume = float((0.25 * math.pi * (64.0 - own**2)).sum())
    area, none = 0.25 * math.pi * other**2, np.zeros(len(s))
    area, _ = narrowed_mm2(area, none, pushed_mm2(volume, profile(s)))
    return 100.0 * (1.0 - math.sqrt(4.0 * float(area.min()) / math.pi) / 8.0)


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    pair = band_mm(8.0, 8.0)
    return (
        Row(
            "kissing",
            "two balloons of 8 mm stretch the aorta like one of, mm",
            f"{pair:.1f}",
            "13.1 (band), 12.7 (exponent 1.5), 11.3 (area)",
            "band: Yeager 1987, J Am Coll Cardiol 9:467 (believed)",
            "the band is exact for a wall that lies on both; the others are smaller",
        ),
        Row(
            "kissing",
            "other origin, healthy, after one of 60 % was stented alone, % stenosis",
            f"{_left_percent(0.0):.0f}",
            "no harm to a healthy other side",
            "JVIR 2001;12:1395 (believed)",
            "share that crosses the carina assumed",
        ),
        Row(
            "kissing",
            "other origin, 60 % narrowed, after the same, % stenosis",
            f"{_left_percent(60.0):.0f}",
            "the reason for kissing balloons (Radiology 1985;157:661)",
            "assumed",
            "no figures published",
        ),
    )
