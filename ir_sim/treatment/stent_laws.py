"""How stents open, what the wall takes back, and where they do not hold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.tools import Stent
from ir_sim.treatment.comparison import Row

Array = NDArray[np.float64]

#: Share of the way to its own diameter that a self-expanding stent opens a plaque that no balloon
#: has broken (assumed: its outward force is a fraction of a balloon's).
SELF_OPENS: Mapping[str, float] = {"soft": 0.75, "fibrous": 0.55, "calcified": 0.35}
#: A self-expanding stent stretches a healthy wall up to this ratio (assumed).
SELF_STRETCHES = 1.05
#: Recoil of a stented wall (5 to 10 % believed; 0.28 mm in coronary arteries, PMC2095749).
STENT_RECOIL = 0.07
#: A balloon-expandable stent leaves its balloon from this share of the nominal pressure on.
FREES_SHARE = 0.6
#: A self-expanding stent springs forward when its first rings open, mm for each mm per second of
#: the sheath above a slow hand's speed; at least the first (assumed).
JUMP_MM, JUMP_PER_MM_S, SLOW_MM_S, MOST_JUMP_MM = 0.5, 0.5, 3.0, 6.0
#: An end lies on the wall if the stent is no more than this narrower than the vessel, mm (assumed).
APPOSED_MM = 0.3
#: A stent with less of its length on the wall than this is carried off (assumed), so far, mm.
HOLDS_SHARE, CARRIED_MM = 0.12, 30.0
#: What may stay uncovered of a lesion at either end, mm, and how deep it must be to count.
MISS_MM, MISS_SHARE = 2.0, 0.12


def length_mm(stent: Stent) -> float:
    """Length of the opened stent: foreshortening has taken its share."""
    return stent.length_mm * (1.0 - 0.01 * stent.foreshortening_percent)


def self_expanded_mm(rest_mm: Array, healthy_mm: Array, stent_mm: float, opens: Array) -> Array:
    """(n,) lumen under a self-expanding stent, mm.

    Args:
        rest_mm: (n,) diameters before.
        healthy_mm: (n,) healthy diameters.
        stent_mm: Unconstrained diameter of the stent.
        opens: (n,) how much of the way the plaque lets it open.
    """
    goal = np.minimum(stent_mm, SELF_STRETCHES * healthy_mm)
    return np.asarray(rest_mm + np.maximum(goal - rest_mm, 0.0) * opens)


def jump_mm(speed_mm_s: float) -> float:
    """How far a self-expanding stent springs forward when its first rings open."""
    over = max(speed_mm_s - SLOW_MM_S, 0.0)
    return min(JUMP_MM + JUMP_PER_MM_S * over, MOST_JUMP_MM)


def apposed_share(lumen_mm: Array, stent_mm: float) -> float:
    """How much of a stent's length lies on the wall."""
    return float(np.mean(stent_mm >= lumen_mm - APPOSED_MM)) if len(lumen_mm) else 0.0


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    stenosis = 70.0
    stent = Stent(expands="self", diameter_mm=9.0, length_mm=40.0)
    lumen = self_expanded_mm(
        np.array([0.01 * (100.0 - stenosis) * 8.0]), np.array([8.0]), stent.diameter_mm,
        np.array([SELF_OPENS["fibrous"]]),
    )  # fmt: skip
    return (
        Row(
            "stent",
            "residual of a 70 % stenosis under a balloon-expandable stent, %",
            f"{STENT_RECOIL * stenosis:.1f}",
            "success (below 50) in 88 % of ostial renal stenoses; recoil 0.28 mm (coronary)",
            "van de Ven 1999; PMC2095749",
            "failed passages are not in the law: the operator makes them",
        ),
        Row(
            "stent",
            "residual under a self-expanding stent without a balloon, %",
            f"{100.0 * (1.0 - float(lumen[0]) / 8.0):.1f}",
            "post-dilation is usual",
            "assumed",
        ),
    )
