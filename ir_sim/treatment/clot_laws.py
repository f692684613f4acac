"""How clot holds to the wall, what draws it out, and how often that succeeds.

A pass succeeds with ``p = 0.85 / (1 + (F_adhesion / F_pull)^2) * 0.85^n`` after ``n`` passes. The
adhesion's stress and the retriever's grip are fitted so that up to three passes by suction alone
and by retriever alone reach the published rates; that of both together then follows, because their
forces add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ir_sim.treatment.comparison import Row, percent

#: Most that any pass succeeds, and what each further pass keeps of it (assumed).
MOST, PER_PASS = 0.85, 0.85
#: Shear stress with which clot free of fibrin holds to the wall, kPa; fibrin makes it up to three
#: times as much (fitted; measured adhesion of clot is of a few kPa, believed).
ADHESION_KPA, _PER_FIBRIN = 1.56, 2.0
#: Pull of a retriever's struts that are wholly in the clot, N for each mm in it (fitted).
GRIP_N_PER_MM = 0.0228
#: Time constants with which a tip seals to the clot's face and struts grow into clot, s (assumed;
#: users wait 1.5 to 2 min and 3 to 5 min).
SEAL_S, INTEGRATE_S = 30.0, 120.0
#: Chance that a pass breaks a piece off clot without fibrin (notes: 10 %; assumed), and the share
#: of the pieces that still get away when the flow is arrested, as nothing carries them (assumed;
#: the odds that follow are held against published ones in ``rows``).
BREAKS, _ARRESTED = 0.10, 0.4
#: Chance that what is drawn across a branch with neither suction nor arrest is lost into it
#: (assumed; emboli to new territory in trials 5 to 9 %, believed).
LOST = 0.15
#: Chance that a pass makes a small artery contract, and that a retriever drawn at most so fast
#: tears it; the latter grows to this by twice the speed (assumed).
SPASM, SAFE_MM_S, TEARS = 0.20, 12.0, 0.35


def adhesion_n(diameter_mm: float, length_mm: float, fibrin: float) -> float:
    """Force that holds a clot in its vessel, N."""
    stress = ADHESION_KPA * (1.0 + _PER_FIBRIN * fibrin)
    return stress * math.pi * diameter_mm * length_mm * 1e-3


def suction_n(vacuum_kpa: float, bore_mm: float, contact_s: float) -> float:
    """Pull of a catheter's tip on the clot, ``F = p A`` once it has sealed, N.

    Args:
        vacuum_kpa: Below the blood's pressure.
        bore_mm: Inner diameter.
        contact_s: Since suction began on the clot.
    """
    sealed = 1.0 - math.exp(-max(contact_s, 0.0) / SEAL_S)
    return vacuum_kpa * math.pi * bore_mm**2 / 4.0 * 1e-3 * sealed


def grip_n(within_mm: float, waited_s: float) -> float:
    """Pull of a retriever whose open part lies so far in clot, N."""
    grown = 1.0 - math.exp(-max(waited_s, 0.0) / INTEGRATE_S)
    return GRIP_N_PER_MM * max(within_mm, 0.0) * grown


def success(adhesion: float, pull: float, passes: int) -> float:
    """Chance that a pass brings the clot, after so many passes."""
    if pull <= 0.0:
        return 0.0
    return MOST / (1.0 + (adhesion / pull) ** 2) * PER_PASS**passes


def breaking(fibrin: float, *, arrested: bool) -> float:
    """Chance that a pass sends a piece of the clot onwards."""
    return BREAKS * (1.0 - fibrin) * (_ARRESTED if arrested else 1.0)


def tearing(speed_mm_s: float, passes: int) -> float:
    """Chance that an open retriever drawn so fast tears a small artery; more after three passes."""
    over = min(max(speed_mm_s / SAFE_MM_S - 1.0, 0.0), 1.0)
    return min(TEARS * over + 0.03 * max(passes - 3, 0), 1.0)


@dataclass(frozen=True)
class Means:
    """With what a clot is drawn out."""

    suction: bool
    retriever: bool


#: The clot that the fit is for: a middle cerebral artery's trunk, and the usual tools (assumed).
_DIAMETER_MM, _LENGTH_MM, _FIBRIN = 2.7, 10.0, 0.4
_BORE_MM, _VACUUM_KPA, _SEALED_S, _WAITED_S, _PASSES = 1.78, 85.0, 90.0, 240.0, 3


def pull_n(means: Means) -> float:
    """Pull of the usual tools, properly used, on the clot of the fit, N."""
    suction = suction_n(_VACUUM_KPA, _BORE_MM, _SEALED_S) if means.suction else 0.0
    grip = grip_n(_LENGTH_MM, _WAITED_S) if means.retriever else 0.0
    return suction + grip


def procedure(chance: np.random.Generator, means: Means) -> bool:
    """Up to three passes at the clot of the fit; whether it came, and no piece went astray."""
    held = adhesion_n(_DIAMETER_MM, _LENGTH_MM, _FIBRIN)
    for made in range(_PASSES):
        if chance.random() < breaking(_FIBRIN, arrested=False):
            return False
        if chance.random() < success(held, pull_n(means), made):
            return True
    return False


def embolus(chance: np.random.Generator, means: Means, *, arrested: bool) -> bool:
    """Whether up to three passes at the clot of the fit send a piece to another territory."""
    held = adhesion_n(_DIAMETER_MM, _LENGTH_MM, _FIBRIN)
    for made in range(_PASSES):
        if chance.random() < breaking(_FIBRIN, arrested=arrested):
            return True
        if chance.random() < success(held, pull_n(means), made):
            bare = not means.suction and not arrested
            return bare and bool(chance.random() < LOST)
    return False


def arrest_odds(seeds: int, means: Means) -> tuple[float, float, float, float, float]:
    """Shares with and without arrest, their odds ratio, and its 95 % interval (Woolf 1955)."""
    hits = [
        sum(embolus(np.random.default_rng([s, 33]), means, arrested=on) for s in range(seeds))
        for on in (True, False)
    ]
    a, b, c, d = hits[0], seeds - hits[0], hits[1], seeds - hits[1]
    odds = a * d / (b * c)
    half = 1.96 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    low, high = odds * math.exp(-half), odds * math.exp(half)
    return a / seeds, c / seeds, odds, low, high


def _arrest_row(seeds: int) -> Row:
    """A balloon guide against none, with suction and retriever together."""
    with_it, without, odds, low, high = arrest_odds(seeds, Means(suction=True, retriever=True))
    return Row(
        "thrombectomy, balloon guide",
        f"distal or new-territory emboli with flow arrest, odds ratio, {seeds} seeds",
        f"{odds:.2f} ({low:.2f} to {high:.2f}); {100 * with_it:.1f} against {100 * without:.1f} %",
        "0.50 (0.26 to 0.98); 0.34 (0.17 to 0.71)",
        "10.3174/ajnr.A7164 (16 studies); PMID 34280538 (15 studies)",
        "not fitted; a meta-analysis of 7 studies found no difference (JKNS 62:4)",
    )


def rows(seeds: int = 500) -> tuple[Row, ...]:
    """Three techniques over many seeds against the published rates."""
    wanted = (
        ("suction alone", Means(suction=True, retriever=False), "60 %", "fitted"),
        ("stent-retriever alone", Means(suction=False, retriever=True), "59 %", "fitted"),
        ("both", Means(suction=True, retriever=True), "83 %", "not fitted: the forces add up"),
    )
    found = []
    for name, means, published, how in wanted:
        hits = sum(procedure(np.random.default_rng([seed, 31]), means) for seed in range(seeds))
        law = f"TICI >= 2c within 3 passes, {seeds} seeds, 95 % interval"
        simulated = percent(hits, seeds)
        found.append(Row(f"thrombectomy, {name}", law, simulated, published, "Clinics 2023", how))
    force = suction_n(85.0, 1.78, 1e9)
    by_area = 85.0 * math.pi * 1.78**2 / 4.0 * 1e-3
    text = "suction of a 0.070 in tip at 85 kPa, N"
    same = Row("thrombectomy", text, f"{force:.3f}", f"{by_area:.3f}", "F = p A", "")
    return (*found, _arrest_row(4 * seeds), same)
