"""How a balloon opens a stenosis, what springs back, and when the wall gives way.

Charts: makers' compliance charts are close to straight lines from 2 atm on. Chance never depends on
how often somebody looks: each lesion has its own temper, drawn once, and what is drawn are
thresholds, so that going a little further is always a little worse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.tools import Balloon
from ir_sim.treatment.comparison import Row, percent

Array = NDArray[np.float64]

#: Below this pressure a balloon is unfolding, atm (assumed).
UNFOLDED_ATM = 2.0
#: Pressure at which half of a plaque has given way, atm (believed: soft 4 to 6, fibrous 8 to 12,
#: calcified 14 to 20), and the spread of the logistic.
YIELD_ATM: Mapping[str, float] = {"soft": 5.0, "fibrous": 9.0, "calcified": 15.0}
_YIELD_WIDTH_ATM = 0.8
#: A flap or a healthy wall gives way at once.
YIELDS_AT_ONCE_ATM = 2.5
#: Share of the gain that a plaque takes back when the balloon goes: mean and spread. An ostial
#: plaque belongs to the aorta's wall (fitted to van de Ven 1999); the others are assumed (20 %
#: believed).
RECOIL: Mapping[str, tuple[float, float]] = {
    "soft": (0.15, 0.05),
    "fibrous": (0.20, 0.06),
    "calcified": (0.30, 0.08),
    "ostial": (0.63, 0.20),
}
#: A lesion is ostial if it begins so near its vessel's origin from the aorta, mm (clinical usage:
#: within 5 mm of the lumen).
OSTIAL_MM = 5.0
#: A healthy wall stretched by a balloon springs back by so much (assumed).
ELASTIC_RECOIL = 0.9
#: Balloon over healthy vessel at which half of all vessels burst (dogs: none at 1.0 and 1.5, all at
#: 2.0; AJR 144:777), less in a calcified wall (assumed), and the logistic's width.
RUPTURE_RATIO, CALCIFIED_LESS, _RUPTURE_WIDTH = 1.75, 0.35, 0.06
#: The same for a dissection that limits the flow (assumed).
DISSECTION_RATIO, CALCIFIED_SOONER, _DISSECTION_WIDTH = 1.32, 0.14, 0.07
#: A long lesion dissects sooner: per mm beyond 40 mm (assumed).
_LONG_MM, _SOONER_PER_MM = 40.0, 0.0015
#: How much a flow-limiting dissection narrows, per cent, and over which length, mm (assumed).
FLAP_PERCENT, FLAP_MM = 62.0, 16.0
#: Pressure at which balloons burst over the rated one: mean and spread (the rating is met by
#: 99.9 % of balloons with 95 % confidence: makers' labels; the rest assumed).
BURST_RATIO, BURST_SPREAD = 1.30, 0.08
#: A tear lets through so much at 100 mmHg for each mm of the vessel's radius, mL/s (assumed).
TEAR_ML_S_MM = 1.1
#: A hole as small as a wire or a microcatheter makes, mL/s at 100 mmHg, closes by itself with this
#: time constant, s, the slower the less the blood clots: heparin keeps it open (assumed).
SEALS_ML_S, SEALS_S = 0.85, 300.0
#: What is left of a tear after the balloon has lain on it for so long, s (assumed).
TAMPONADE_S, TAMPONADE_LEAVES = 180.0, 0.35


def diameter_mm(balloon: Balloon, atm: float) -> float:
    """Diameter of a free balloon at a pressure: its chart."""
    if atm <= 0.0:
        return 0.0
    unfolded = math.sqrt(min(atm / UNFOLDED_ATM, 1.0))
    over = max(atm, UNFOLDED_ATM) - balloon.nominal_atm
    chart = 1.0 + 0.01 * balloon.compliance_percent_atm * over
    return balloon.diameter_mm * unfolded * chart


def opened_share(atm: float | Array, yield_atm: float | Array) -> Array:
    """How much of the way to the balloon's diameter a plaque gives way, 0 to 1."""
    z = (np.asarray(atm, float) - np.asarray(yield_atm, float)) / _YIELD_WIDTH_ATM
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -40.0, 40.0))))


def stretched_mm(rest_mm: Array, balloon_mm: float, opened: Array) -> Array:
    """(n,) diameters over an inflated balloon.

    Args:
        rest_mm: (n,) diameters before.
        balloon_mm: Of the free balloon.
        opened: (n,) how much of the way each place has given.
    """
    return np.asarray(rest_mm + np.maximum(balloon_mm - rest_mm, 0.0) * opened)


def waist_percent(stretched: Array, balloon_mm: float) -> float:
    """How much narrower than the balloon its waist is."""
    if not len(stretched) or balloon_mm <= 0.0:
        return 0.0
    return 100.0 * min(max(1.0 - float(stretched.min()) / balloon_mm, 0.0), 1.0)


def sprung_back_mm(rest_mm: Array, stretched: Array, recoil: Array | float) -> Array:
    """(n,) diameters after the balloon has gone."""
    return np.asarray(stretched - recoil * (stretched - rest_mm))


@dataclass(frozen=True)
class Temper:
    """What chance has laid into one lesion or one stretch of wall, and into a balloon on it.

    Attributes:
        recoil: Share of the gain that is lost.
        rupture_ratio: Balloon over healthy vessel from which on the wall bursts.
        dissection_ratio: From which on the intima is torn so that the flow suffers.
        burst_ratio: Pressure over the rated one at which the balloon bursts.
    """

    recoil: float
    rupture_ratio: float
    dissection_ratio: float
    burst_ratio: float


def temper(rng: np.random.Generator, kind: str, length_mm: float, *, calcified: bool) -> Temper:
    """Draw a lesion's temper.

    Args:
        rng: Chance.
        kind: Key of ``RECOIL``, or ``healthy``.
        length_mm: Of the lesion.
        calcified: Whether its wall is.
    """
    spring, tear, flap, bag = rng.normal(), _logistic(rng), _logistic(rng), rng.normal()
    mean, spread = RECOIL.get(kind, (ELASTIC_RECOIL, 0.02))
    sooner = _SOONER_PER_MM * max(length_mm - _LONG_MM, 0.0)
    sooner += CALCIFIED_SOONER if calcified else 0.0
    return Temper(
        recoil=float(np.clip(mean + spread * spring, 0.02, 0.95)),
        rupture_ratio=RUPTURE_RATIO
        - (CALCIFIED_LESS if calcified else 0.0)
        + _RUPTURE_WIDTH * tear,
        dissection_ratio=DISSECTION_RATIO - sooner + _DISSECTION_WIDTH * flap,
        burst_ratio=float(max(BURST_RATIO + BURST_SPREAD * bag, 1.02)),
    )


def rupture_chance(ratio: float, *, calcified: bool = False) -> float:
    """Chance that a balloon of such a size against the healthy vessel bursts it."""
    middle = RUPTURE_RATIO - (CALCIFIED_LESS if calcified else 0.0)
    return 1.0 / (1.0 + math.exp(-(ratio - middle) / _RUPTURE_WIDTH))


def tear_ml_s(radius_mm: float) -> float:
    """What a burst vessel lets through at 100 mmHg."""
    return TEAR_ML_S_MM * radius_mm


def _logistic(rng: np.random.Generator) -> float:
    u = float(np.clip(rng.random(), 1e-9, 1.0 - 1e-9))
    return math.log(u / (1.0 - u))


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    six = Balloon(diameter_mm=6.0, length_mm=40.0, compliance_percent_atm=1.9)
    growth = 100.0 * (diameter_mm(six, 10.0) / diameter_mm(six, 2.0) - 1.0)
    rng, count = np.random.default_rng(7), 500
    ostial = [temper(rng, "ostial", 10.0, calcified=False).recoil for _ in range(count)]
    well = sum(r * 75.0 < 50.0 for r in ostial)
    plain = [temper(rng, "fibrous", 20.0, calcified=False).recoil * 70.0 for _ in range(count)]
    burst = {
        ratio: sum(
            temper(rng, "fibrous", 20.0, calcified=False).rupture_ratio < ratio
            for _ in range(count)
        )
        for ratio in (1.0, 1.5, 2.0)
    }
    return (
        Row(
            "balloon",
            "growth of an old compliant balloon from 2 to 10 atm, %",
            f"{growth:.1f}",
            "15",
            "pubmed 2934969",
            "a chart of 1.9 %/atm; modern balloons 0.5 to 1 %/atm",
        ),
        Row(
            "balloon",
            "residual of a fibrous 70 % stenosis after recoil, %",
            f"{np.mean(plain):.1f} (SD {np.std(plain):.1f})",
            "below 30 counts as success",
            "believed",
            "recoil 20 %, assumed",
        ),
        Row(
            "balloon",
            "ostial 75 % stenosis left below 50 %, share of balloons",
            percent(well, count),
            "57 %",
            "van de Ven 1999, Lancet 353:282",
            "recoil was fitted to it",
        ),
        *(
            Row(
                "balloon",
                f"rupture with a balloon {ratio:g} times the vessel",
                percent(burst[ratio], count),
                published,
                "AJR 144:777 (dogs)",
                "" if ratio != 2.0 else "none to all between 1.5 and 2.0: logistic at 1.75",
            )
            for ratio, published in ((1.0, "none"), (1.5, "none"), (2.0, "all"))
        ),
    )
