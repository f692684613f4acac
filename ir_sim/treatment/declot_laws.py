"""How a soft balloon draws clot along, and what presses clot out of a dialysis access.

A balloon that fills the lumen pulls with what its maker allows; against it stands the adhesion of
the slice of clot that it meets (``clot_laws``). What is injected into clot that is shut towards the
heart gives way to the other side: the arterial plug holds about 250 mmHg, the clot of a whole vein
several times as much.
"""

from __future__ import annotations

import math

import numpy as np

from ir_sim.treatment import clot_laws, lysis_laws
from ir_sim.treatment.comparison import Row, percent

#: Balloon over lumen from which it takes clot along, and over which it stretches the wall
#: (assumed, and the rubric's).
SEALS, STRETCHES = 0.92, 1.2
#: Balloon over lumen at which the wall bursts: mean and spread (mean after dogs, AJR 144:777, as
#: for any balloon; a vessel of the hand has burst so: CVIR 2017;40:1866; spread assumed).
BURSTS, BURSTS_SPREAD = 1.75, 0.08
#: Pull that a balloon of this kind bears, N (makers' labels, 4 to 7 N; believed).
PULL_N = 4.0
#: Lumen that is less than this share of the healthy one on the way out jams the clot (assumed).
JAMS = 0.6
#: Chance that drawing the plug over the anastomosis leaves a piece behind that goes to the hand,
#: and the share of that artery that it shuts (fitted to 3.9 %; 3 of 117 were felt: CVIR
#: 2017;40:1866).
STRAYS, STRAY_SHUTS = 0.026, 0.5
#: Chance that clot which jams goes back into the artery (assumed).
BACK = 0.5
#: What a syringe may push into shut clot before it gives way to the artery, mL (assumed), and the
#: rest after which it counts anew, s.
GIVES_ML, RESTS_S = 1.0, 2.0
#: Flow that washes dissolved clot away, mL/s, clot of which less than this is left, and the time
#: constant, s (assumed).
WASHES_ML_S, LOOSE, WASHED_S = 4.0, 0.5, 8.0
#: Clot that begins so near the anastomosis is the arterial plug, mm (assumed).
PLUG_MM = 5.0


def diameter_mm(full_mm: float, full_ml: float, ml: float) -> float:
    """Diameter of a balloon of fixed length that holds so much; its volume grows as its area."""
    return full_mm * math.sqrt(max(ml, 0.0) / full_ml)


def comes(diameter: float, length_mm: float, fibrin: float, left: float, passes: int) -> float:
    """Chance that a slice of clot comes along with the balloon.

    Args:
        diameter: Of the vessel, mm.
        length_mm: Of the slice.
        fibrin: Share of fibrin.
        left: Share of the clot that a lytic has left.
        passes: Made before at this clot.
    """
    held = clot_laws.adhesion_n(diameter, length_mm, fibrin) * left
    return clot_laws.success(held, PULL_N, passes)


#: The access of the rows below: the plug, and clot in a vein of 7.4 mm, 94 mm of it in slices of 12
#: (assumed); pulls at most; share of the area that may be left shut.
_PLUG, _VEIN, _SLICES, _PULLS, _SHUT = (5.3, 10.0, 0.9), (7.4, 11.75, 0.4), 8, 4, 0.5


def declotted(chance: np.random.Generator, *, lysed: bool) -> bool:
    """Whether up to four pulls clear that access, with 2 mg of rtPA in pulses before or without."""
    left = 1.0
    if lysed:
        left = lysis_laws.dissolve(1.0, 4.0, 48.0, 0.5, times=lysis_laws.pulsed(_VEIN[2]))
    there, plug = [left] * _SLICES, True
    for made in range(_PULLS):
        there = [x for x in there if chance.random() >= comes(*_VEIN, x, made)]
        plug = plug and chance.random() >= comes(*_PLUG, 1.0, made)
        if not plug and all(x < _SHUT for x in there):
            return True
    return False


def strayed(chance: np.random.Generator) -> bool:
    """Whether a procedure's pulls at the plug send a piece to the hand."""
    for made in range(_PULLS):
        if chance.random() < STRAYS:
            return True
        if chance.random() < comes(*_PLUG, 1.0, made):
            return False
    return False


def rows(seeds: int = 1000) -> tuple[Row, ...]:
    """Declotting over many seeds against the published rates."""
    both = sum(declotted(np.random.default_rng([s, 51]), lysed=True) for s in range(seeds))
    bare = sum(declotted(np.random.default_rng([s, 52]), lysed=False) for s in range(seeds))
    lost = sum(strayed(np.random.default_rng([s, 53])) for s in range(seeds))
    rate = lysis_laws.pulsed(0.4)
    gone = 100.0 * (1.0 - lysis_laws.dissolve(1.0, 4.0, 24.0, 40.0 / 60.0, times=rate))
    holds = 4.0 * clot_laws.adhesion_n(*_PLUG) / (math.pi * (1e-3 * _PLUG[0]) ** 2) / 133.3
    return (
        Row(
            "declotting", "clot a day old dissolved by pulses of rtPA, 4 mg/h for 40 min, %",
            f"{gone:.0f}", "open after 40 min", "Am J Surg 1993;166:221 (urokinase, n = 209)",
            "fitted; that it is 90 % is assumed",
        ),
        Row(
            "declotting", f"pulses, then up to four pulls of a balloon, {seeds} seeds",
            percent(both, seeds), "94 % (64 of 68); 99 % (197 of 200)",
            "PMID 12171980; Am J Surg 1993;166:221",
            "not fitted; the first series' four failures lay in outflow, wall and balloon",
        ),
        Row(
            "declotting", f"the balloon alone, {seeds} seeds", percent(bare, seeds),
            "90 % (18 of 20)", "J Vasc Interv Radiol 1996;7:177",
            "not fitted; eight of those had a lytic too",
        ),
        Row(
            "declotting", f"piece to the hand, {seeds} seeds", percent(lost, seeds),
            "3.9 % (117 of 2975)", "Cardiovasc Intervent Radiol 2017;40:1866", "fitted",
        ),
        Row(
            "declotting", "pressure that the arterial plug holds, mmHg", f"{holds:.0f}",
            "a hand's syringe gives more", "believed", "adhesion of clot_laws over its area",
        ),
    )  # fmt: skip
