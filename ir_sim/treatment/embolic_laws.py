"""Laws of particles and liquids: what a syringe holds, what a bed stops, when the column stands.

Particles are counted in mg of a density of 1 mg a microlitre, as the beds count them.
"""

from __future__ import annotations

import numpy as np

from ir_sim.scenario.supply import Supply
from ir_sim.treatment.comparison import Row

#: A column of contrast that takes so many beats to clear, counted from the end of the push, is
#: near-stasis (5 to 10 is taught).
NEAR_STASIS_BEATS = 5.0
#: Column counted as cleared when it has fallen from its peak to this share (assumed).
CLEARED_SHARE = 0.15
#: Packed gelatin in a mL of slurry, mL (assumed).
GELATIN_SHARE = 0.15
#: Sizes of sponge in a slurry, micrometre (pledgets of 1 to 2 mm pumped to and fro; assumed).
GELATIN_UM = (500.0, 2000.0)
#: Sponge packs the branch round a hole over so much of it, mm, where the lumen is no wider than
#: pieces that wedge together, mm; from this share on it swells and clots until it shuts all but two
#: thousandths of the lumen, s at the body's own clotting, which heparin slows to this share at most
#: (assumed).
GELATIN_PACK_MM, GELATIN_HOLDS_MM = 20.0, 4.5
GELATIN_SETS_SHARE, GELATIN_SHUTS, GELATIN_SETS_S, GELATIN_LEAST_CLOTTING = 0.8, 0.998, 20.0, 0.1
#: Lipiodol: mg of iodine per mL (maker's label, 480), and mg as the beds count per mL.
OIL_IODINE_MG_ML = 480.0
OIL_MG_ML = 1000.0
#: Most that is given in one session: mL of oil (10 to 15 believed) and mg of doxorubicin
#: (PMC6315076).
MOST_OIL_ML, MOST_DRUG_MG = 15.0, 150.0
#: From this share of its capacity in embolic a bed that was not meant suffers (assumed).
#: The liver bears more: the portal vein feeds it too (assumed).
HARM_SHARE, HARM_SHARES = 0.10, {"liver": 0.5}
#: Sizes that suit a bed, micrometre: the arteries that are to be stopped. The plexus round a
#: fibroid is 500 to 1000 (evtoday 2020); tumours of the liver take 100 to 300 (PMC6315076); others
#: assumed.
FITTING_UM = {"fibroid": (450.0, 950.0), "uterus": (450.0, 950.0), "tumour": (80.0, 350.0),
              "liver": (80.0, 350.0)}  # fmt: skip
_OTHER_UM = (250.0, 2500.0)
#: Of the particles below the fitting size so many pass (assumed).
_SMALL_PASS = 0.6


def slip_share(from_um: float, to_um: float, organ: str) -> float:
    """Share of particles of a size range that is too small for a bed and passes it."""
    low, _ = FITTING_UM.get(organ, _OTHER_UM)
    if to_um <= from_um:
        return _SMALL_PASS if from_um < low else 0.0
    below = float(np.clip((low - from_um) / (to_um - from_um), 0.0, 1.0))
    return _SMALL_PASS * below


def capacity_share(from_um: float, to_um: float, organ: str) -> float:
    """What is left of a bed's capacity: too large particles stop at its door and close it early."""
    _, high = FITTING_UM.get(organ, _OTHER_UM)
    return float(np.clip(high / (0.5 * (from_um + to_um)), 0.25, 1.0))


def fits(from_um: float, to_um: float, organ: str) -> str:
    """Empty if a size suits an organ; else ``small`` or ``large``."""
    if slip_share(from_um, to_um, organ) > 0.15:
        return "small"
    return "large" if capacity_share(from_um, to_um, organ) < 0.75 else ""


def sizes_um(supply: Supply) -> tuple[float, float] | None:
    """Sizes of what a supply holds; None for liquids."""
    if supply.particles is not None:
        return supply.particles.from_um, supply.particles.to_um
    return GELATIN_UM if supply.kind == "gelfoam" else None


def volume_ml(supply: Supply) -> float:
    """What is in the syringe when full, mL."""
    if supply.particles is not None:
        return supply.particles.suspension_ml
    return supply.liquid.volume_ml if supply.liquid is not None else 0.0


def contents_mg_ml(supply: Supply) -> tuple[tuple[str, float], ...]:
    """Species in a mL of what the syringe holds, mg."""
    parts: dict[str, float] = {}
    if supply.particles is not None:
        p = supply.particles
        parts["particles"] = 1000.0 * p.volume_ml / p.suspension_ml
        parts["contrast"], parts["drug"] = p.iodine_mg_ml, p.drug_mg / p.suspension_ml
    elif supply.liquid is not None:
        liquid = supply.liquid
        if supply.kind == "gelfoam":
            parts["particles"] = 1000.0 * GELATIN_SHARE
        parts["lipiodol"] = OIL_MG_ML * liquid.oil_share
        parts["contrast"], parts["drug"] = liquid.iodine_mg_ml, liquid.drug_mg / liquid.volume_ml
    return tuple((name, mg) for name, mg in parts.items() if mg > 0.0)


def clearing_beats(volume_ml: float, flow_ml_s: float, rate_bpm: float) -> float:
    """Beats until a column has fallen to ``CLEARED_SHARE`` if it is washed out as if mixed.

    The closed form that the measured figure lies near: between plug flow and complete mixing.
    """
    if flow_ml_s <= 0.0:
        return float("inf")
    return float(-np.log(CLEARED_SHARE) * volume_ml / flow_ml_s * rate_bpm / 60.0)


def glue_sets_s(oil_share: float) -> float:
    """Time until cyanoacrylate with oil sets, s: 1 s at 1:1, 4 s at 1:3, 7 s at 1:5 (assumed)."""
    ratio = oil_share / max(1.0 - oil_share, 1e-3)
    return 1.0 + 1.5 * max(ratio - 1.0, 0.0)


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    near = clearing_beats(0.35, 0.14, 80.0)
    small = 100.0 * slip_share(300.0, 500.0, "fibroid")
    return (
        Row("particles", "column of a uterine artery clears at 7 % of its flow, beats",
            f"{near:.1f}", "5 to 10", "taught endpoint of near-stasis (believed)"),
        Row("particles", "300-500 um that pass a fibroid's plexus, %", f"{small:.0f}",
            "some (plexus 500-1000 um)", "evtoday 2020; share assumed"),
        Row("chemoembolization", "oil of a session at most, mL", f"{MOST_OIL_ML:g}", "10 to 15",
            "believed"),
        Row("chemoembolization", "doxorubicin of a session at most, mg", f"{MOST_DRUG_MG:g}",
            "150", "PMC6315076"),
        Row("gelatin sponge", "slurry that packs a torn branch of 2.4 mm, mL",
            f"{1e-3 * np.pi * 1.2**2 * GELATIN_PACK_MM * GELATIN_SETS_SHARE / GELATIN_SHARE:.1f}",
            "pieces of 1-2 mm; shut for 2-6 weeks (believed)", "assumed"),
        Row("glue", "sets at 1:3, s", f"{glue_sets_s(0.75):.0f}", "assumed", "assumed"),
    )  # fmt: skip
