"""How much contrast a patient may have: the rules in use, as plain functions.

Sources: iohexol label (250 mL at 350 mg/mL, 291 mL at 300; visceral arteriography); volume by eGFR
of 1.78 and more raised nephropathy (odds ratio 4.64; coronary cohort, 10.3389/fmed.2021.701062),
here a warning beyond 2 and a limit at 3 (believed); Cigarroa et al. 1989 (Am J Med 86:649): 5 mL
per kg by creatinine in mg/dL, at most 300 mL. eGFR by CKD-EPI 2021 (Inker et al., N Engl J Med
385:1737). Not a medical device: figures for training, unreviewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ir_sim.scenario.model import Patient

#: Iodine of the label's largest volume: 250 mL at 350 mg/mL and 291 mL at 300 are the same, mg.
LABEL_IODINE_MG = 87_500.0
WARN_ML_PER_EGFR, MOST_ML_PER_EGFR = 2.0, 3.0
_CIGARROA_ML_MG_DL_PER_KG, _CIGARROA_MOST_ML = 5.0, 300.0
#: Hydration is advised below these eGFR for arterial injections with first pass through the
#: kidneys, and for others, mL/min/1.73 m² (ESUR guidelines 10; believed).
_HYDRATE_FIRST_PASS, _HYDRATE_OTHER = 45.0, 30.0

Rule = Literal["label", "volume by eGFR", "weight by creatinine"]


@dataclass(frozen=True)
class ContrastLimit:
    """The smallest of the limits that apply.

    Attributes:
        warn_ml: Undiluted volume at which to warn.
        most_ml: Undiluted volume not to exceed.
        rule: The rule that sets ``most_ml``.
    """

    warn_ml: float
    most_ml: float
    rule: Rule


def iodine_mg(volume_ml: float, concentration_mg_ml: float, diluted_to: float = 1.0) -> float:
    """Iodine in a volume; ``diluted_to`` is the share of medium in it, 0 to 1.

    Raises:
        ValueError: A negative volume or concentration, or a share outside 0 to 1.
    """
    if volume_ml < 0.0 or concentration_mg_ml < 0.0 or not 0.0 <= diluted_to <= 1.0:
        raise ValueError(
            f"no such amount: {volume_ml} mL of {concentration_mg_ml} mg/mL diluted to {diluted_to}"
        )
    return volume_ml * concentration_mg_ml * diluted_to


def label_limit_ml(concentration_mg_ml: float) -> float:
    """Largest undiluted volume by the label, mL."""
    if concentration_mg_ml <= 0.0:
        raise ValueError(f"concentration is {concentration_mg_ml} mg/mL")
    return LABEL_IODINE_MG / concentration_mg_ml


def cigarroa_limit_ml(weight_kg: float, creatinine_mg_dl: float) -> float:
    """5 mL per kg by creatinine, at most 300 mL (Cigarroa)."""
    if weight_kg <= 0.0 or creatinine_mg_dl <= 0.0:
        raise ValueError(f"weight {weight_kg} kg and creatinine {creatinine_mg_dl} must be above 0")
    by_weight = _CIGARROA_ML_MG_DL_PER_KG * weight_kg / creatinine_mg_dl
    return min(by_weight, _CIGARROA_MOST_ML)


def egfr_ckd_epi_2021(creatinine_mg_dl: float, age: float, sex: Literal["f", "m"]) -> float:
    """Filtration rate (eGFR) by creatinine, mL/min/1.73 m² (CKD-EPI 2021, race-free)."""
    if creatinine_mg_dl <= 0.0:
        raise ValueError(f"creatinine is {creatinine_mg_dl} mg/dL")
    kappa, alpha = (0.7, -0.241) if sex == "f" else (0.9, -0.302)
    ratio = creatinine_mg_dl / kappa
    value = 142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age
    return float(value * (1.012 if sex == "f" else 1.0))


def volume_by_egfr(volume_ml: float, egfr: float) -> float:
    """Volume by eGFR; infinite without kidneys."""
    return volume_ml / egfr if egfr > 0.0 else float("inf") if volume_ml > 0.0 else 0.0


def contrast_limit(patient: Patient, concentration_mg_ml: float) -> ContrastLimit:
    """The limit for a patient.

    On dialysis without any function (eGFR 0) the volume by eGFR says nothing and is left out.
    """
    limits: dict[Rule, float] = {"label": label_limit_ml(concentration_mg_ml)}
    warn = 0.8 * limits["label"]
    if patient.egfr > 0.0:
        limits["volume by eGFR"] = MOST_ML_PER_EGFR * patient.egfr
        warn = min(warn, WARN_ML_PER_EGFR * patient.egfr)
    if patient.creatinine_mg_dl is not None:
        cigarroa = cigarroa_limit_ml(patient.weight_kg, patient.creatinine_mg_dl)
        limits["weight by creatinine"] = cigarroa
    rule = min(limits, key=lambda name: limits[name])
    return ContrastLimit(min(warn, limits[rule]), limits[rule], rule)


def hydration_advised(egfr: float, *, first_pass: bool) -> bool:
    """Whether to hydrate: arterial injections above or into the kidneys are a first pass."""
    return egfr < (_HYDRATE_FIRST_PASS if first_pass else _HYDRATE_OTHER)
