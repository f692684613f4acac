"""How clot dissolves under a lytic, what becomes of the fibrinogen, and how often it bleeds.

``dV/dt = -0.12/h sqrt(mg/h) 0.5^(age / 7 d) V`` where the drug is in the clot; clot that the
side-holes miss only sees what washes by.
"""

from __future__ import annotations

import math

import numpy as np

from ir_sim.treatment.comparison import Row, percent

#: Rate at 1 mg/h in fresh clot, 1/h (half-life 5.8 h, believed), and the age that halves it, h.
RATE_H, HALVES_H = 0.12, 7.0 * 24.0
#: How well clot beside the side-holes dissolves, against clot that they lie in (assumed).
BESIDE = 0.15
#: How much faster clot dissolves into which the drug is forced in pulses through slits, at the
#: fibrin of the fit (fitted: 90 % of clot a day old in 40 min at 4 mg/h; ``declot_laws.rows``).
#: More fibrin resists: as the share that is not fibrin (assumed).
PULSED, _PULSED_FIBRIN = 16.0, 0.4
#: Usual fibrinogen, mg/dL; share of it that a mg of rtPA breaks down; time in which the liver
#: makes it anew, h (assumed; mean trough under 1 mg/h 370, lowest 187: J Invasive Cardiol
#: 2021;33:E702).
FIBRINOGEN_MG_DL, BROKEN_PER_MG, MADE_H = 350.0, 0.012, 100.0
#: Below the first the dose is halved, below the second the infusion stops, mg/dL (notes).
HALVE_BELOW, STOP_BELOW = 150.0, 100.0
#: Rate, mg/h, that is usual and most; whole dose, mg (0.01 mg/kg/h, at most 1 mg/h and 50 mg).
USUAL_MG_H, MOST_MG_H, MOST_MG = 1.0, 1.0, 50.0
#: Major bleeds an hour at 1 mg/h and usual fibrinogen, and the factors below the two limits
#: (assumed, so that a day at 1 mg/h bleeds in 6 %; trials 5 to 12 %, believed).
BLEEDS_H, _LOW, _LOWEST = 0.0026, 4.0, 12.0
#: Steps of the course, h.
STEP_H = 0.25


def rate_h(mg_h: float, age_h: float) -> float:
    """Share of the clot that dissolves in an hour, where the drug is in it."""
    return RATE_H * math.sqrt(max(mg_h, 0.0)) * math.pow(0.5, age_h / HALVES_H)


def pulsed(fibrin: float) -> float:
    """Factor of the rate where the drug comes in pulses into clot with such a share of fibrin."""
    return PULSED * (1.0 - fibrin) / (1.0 - _PULSED_FIBRIN)


def dissolve(
    left: float,
    mg_h: float,
    age_h: float,
    hours: float,
    *,
    within: bool = True,
    times: float = 1.0,
) -> float:
    """What is left of a piece of clot after so many hours.

    Args:
        left: Share of it before.
        mg_h: Dose that reaches clot.
        age_h: Age of the clot.
        hours: Duration.
        within: Whether side-holes lie in this piece.
        times: How much faster it goes (``pulsed``).
    """
    rate = rate_h(mg_h, age_h) * (1.0 if within else BESIDE) * times
    return left * math.exp(-rate * hours)


def fibrinogen_after(now: float, mg_h: float, hours: float, rest: float) -> float:
    """Fibrinogen, mg/dL, after hours of infusion; the liver makes up for it."""
    broken, made = BROKEN_PER_MG * mg_h, 1.0 / MADE_H
    level = rest * made / (made + broken)
    return level + (now - level) * math.exp(-(made + broken) * hours)


def bleeding_h(fibrinogen: float, mg_h: float) -> float:
    """Chance of a major bleed in an hour."""
    factor = _LOWEST if fibrinogen < STOP_BELOW else _LOW if fibrinogen < HALVE_BELOW else 1.0
    return min(BLEEDS_H * mg_h * factor, 1.0)


def rows(seeds: int = 500) -> tuple[Row, ...]:
    """The course of a fresh clot and of its patient against published figures."""
    half = math.log(2.0) / rate_h(1.0, 0.0)
    day = 100.0 * (1.0 - dissolve(1.0, 1.0, 24.0, 24.0))
    fibrinogen = fibrinogen_after(FIBRINOGEN_MG_DL, 1.0, 15.0, FIBRINOGEN_MG_DL)
    chance = np.random.default_rng([0, 32])
    daily = 1.0 - (1.0 - bleeding_h(FIBRINOGEN_MG_DL, 1.0)) ** 24
    bled = int((chance.random(seeds) < daily).sum())
    missed = 100.0 * (1.0 - dissolve(1.0, 1.0, 24.0, 24.0, within=False))
    return (
        Row("lysis", "half-life of fresh clot at 1 mg/h, h", f"{half:.1f}", "5.8", "believed"),
        Row(
            "lysis", "clot a day old dissolved after 24 h at 1 mg/h, %", f"{day:.0f}",
            "target > 95", "clinical anchors", "in reach only where the side-holes lie in clot",
        ),
        Row(
            "lysis", "the same, side-holes outside the clot, %", f"{missed:.0f}", "fails",
            "clinical anchors", "amount assumed",
        ),
        Row(
            "lysis", "fibrinogen after 15 h at 1 mg/h, from 350, mg/dL", f"{fibrinogen:.0f}",
            "trough 370 ± 127, lowest 187", "J Invasive Cardiol 2021;33:E702",
            "published from unstated baselines; patients differ",
        ),
        Row(
            "lysis", f"major bleed in a day at 1 mg/h, {seeds} seeds", percent(bled, seeds),
            "5 to 12 %", "believed (trials of the 1990s)", "rate assumed after them",
        ),
    )  # fmt: skip
