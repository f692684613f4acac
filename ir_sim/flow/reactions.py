"""Reactions to contrast and pain of injections, by rules whose chances are published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Severity = Literal["none", "mild", "moderate", "severe"]
#: Chances of a reaction to a non-ionic medium, per patient: all 3.13 %, severe 0.22 %, very severe
#: 0.04 % (Katayama et al. 1990, Radiology 175:621; 168,363 examinations). Moderate: assumed 0.4 %.
_MILD, _MODERATE, _SEVERE = 0.0251, 0.004, 0.0022
#: Factor after an earlier reaction to contrast, and with asthma or another allergy (ACR Manual on
#: Contrast Media: 5 to 6 times, 2 to 3 times).
_AFTER_REACTION, _OTHER_ALLERGY = 5.5, 2.5
#: Share left by premedication with a corticosteroid (Lasser et al. 1994, AJR 162:523: mild and
#: all reactions about halved; for severe ones not shown).
_PREMEDICATED = 0.5
_CONTRAST_WORDS = ("contrast", "iodin", "iohexol", "iodixanol", "iopamidol", "iopromide")
#: Most severe reactions begin within 20 minutes (ACR Manual); here within minutes (assumed).
_ONSET_S = (20.0, 240.0)
SIGNS: dict[Severity, str] = {
    "none": "",
    "mild": "The patient itches and has hives.",
    "moderate": "The patient wheezes; hives spread, the pulse is fast.",
    "severe": "The patient is grey and breathless; the pressure falls.",
}


@dataclass(frozen=True)
class Reaction:
    """A reaction that will come.

    Attributes:
        severity: How bad.
        onset_s: Time from the injection to the first sign.
    """

    severity: Severity
    onset_s: float = 0.0

    @property
    def signs(self) -> str:
        """What is seen, a sentence."""
        return SIGNS[self.severity]


def chances(allergies: Sequence[str], *, premedicated: bool = False) -> dict[Severity, float]:
    """Chance of each severity for a patient with these allergies."""
    words = [allergy.lower() for allergy in allergies]
    factor = 1.0
    if any(name in word for word in words for name in _CONTRAST_WORDS):
        factor = _AFTER_REACTION
    elif words:
        factor = _OTHER_ALLERGY
    lighter = factor * (_PREMEDICATED if premedicated else 1.0)
    mild, moderate, severe = _MILD * lighter, _MODERATE * lighter, _SEVERE * factor
    return {
        "none": 1.0 - mild - moderate - severe,
        "mild": mild,
        "moderate": moderate,
        "severe": severe,
    }


def draw_reaction(
    rng: np.random.Generator, allergies: Sequence[str], *, premedicated: bool = False
) -> Reaction:
    """Decide once, at the first injection, whether this patient reacts to contrast."""
    share, at = float(rng.random()), float(rng.uniform(*_ONSET_S))
    for severity, chance in chances(allergies, premedicated=premedicated).items():
        share -= chance
        if share < 0.0 and severity != "none":
            return Reaction(severity, at)
        if share < 0.0:
            break
    return Reaction("none")


#: Pain of an injection into limb, gluteal or head arteries, 0 to 10, by osmolality: iso-osmolar
#: media hurt about half as much (assumed); felt as warmth elsewhere.
_PAINFUL = {"muscle": 5.0, "foot": 6.0, "hand": 6.0, "face": 5.0, "skin": 5.0, "pelvis": 3.0}


def injection_pain(organ: str, rate_ml_s: float, usual_ml_s: float, *, iso_osmolar: bool) -> float:
    """Pain of an injection into an organ's artery, 0 to 10; sedation is not counted.

    Args:
        organ: What the artery feeds.
        rate_ml_s: Rate of the injection.
        usual_ml_s: Flow of the artery.
        iso_osmolar: Whether the medium is iso-osmolar.
    """
    full = _PAINFUL.get(organ, 1.0) * (0.5 if iso_osmolar else 1.0)
    share = rate_ml_s / (rate_ml_s + usual_ml_s) if rate_ml_s > 0.0 else 0.0
    return min(10.0, 1.5 * full * share)
