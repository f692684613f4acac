"""Drugs of the angiography suite: what a dose does, how soon and how long.

A dose enters the blood at once, is eliminated with one half-life, and reaches its site of action
with a lag (an effect compartment; Sheiner et al. 1979, Clin Pharmacol Ther 25:358). Its strength is
``E / (E + ED50)``. Half-lives and usual doses are of the labels and textbooks (believed, to be
reviewed); the sizes of effects on rate, tone and breathing are assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Drug:
    """A drug and its effects at full strength; an effect of 0 is none.

    Attributes:
        name: As asked for.
        title: As shown.
        unit: Of the dose.
        usual: Usual single dose for an adult, and the dose of half the full effect.
        most: Largest single dose that is accepted without a warning.
        half_life_s: Of elimination.
        onset_s: Time constant of the lag to the site of action.
        rate: Change of the heart rate, as a share.
        tone: Change of the systemic resistance, as a share.
        contractility: Change of the stroke volume, as a share.
        sedates: Depth of sedation, 0 to 1; pain falls with it.
        depresses: Depression of breathing, 0 to 1.
        dilates: Relief of spasm where it arrives, 0 to 1.
        opposes: Names of drugs whose effect it takes away.
        treats: Share of a contrast reaction that it relieves.
    """

    name: str
    title: str
    unit: str
    usual: float
    most: float
    half_life_s: float
    onset_s: float
    rate: float = 0.0
    tone: float = 0.0
    contractility: float = 0.0
    sedates: float = 0.0
    depresses: float = 0.0
    dilates: float = 0.0
    opposes: tuple[str, ...] = ()
    treats: float = 0.0


_MIN = 60.0
#: The formulary. Intra-arterial nitroglycerin 100 to 200 µg and verapamil 2.5 to 5 mg are the
#: usual answers to spasm; half-lives 2.5 min and (distribution) 20 min.
FORMULARY: dict[str, Drug] = {
    drug.name: drug
    for drug in (
        Drug(
            "nitroglycerin", "Nitroglycerin", "µg", 100, 400, 2.5 * _MIN, 15, 0.1, -0.3, dilates=1
        ),
        Drug("verapamil", "Verapamil", "mg", 2.5, 10, 20 * _MIN, 45, -0.2, -0.2, -0.1, dilates=1),
        Drug("atropine", "Atropine", "mg", 0.6, 3, 120 * _MIN, 40, 0.7),
        Drug("midazolam", "Midazolam", "mg", 2, 5, 60 * _MIN, 90, 0, -0.1, 0, 0.9, 0.45),
        Drug("fentanyl", "Fentanyl", "µg", 50, 200, 20 * _MIN, 120, -0.1, -0.05, 0, 0.7, 0.6),
        Drug("flumazenil", "Flumazenil", "mg", 0.2, 1, 50 * _MIN, 40, opposes=("midazolam",)),
        Drug("naloxone", "Naloxone", "mg", 0.1, 0.4, 60 * _MIN, 60, opposes=("fentanyl",)),
        Drug("epinephrine", "Epinephrine", "mg", 0.3, 0.5, 5 * _MIN, 40, 1.0, 0.2, 0.3, treats=1.6),
        Drug(
            "antihistamine", "Antihistamine", "mg", 25, 50, 240 * _MIN, 180, sedates=0.3, treats=0.8
        ),
        Drug("corticosteroid", "Corticosteroid", "mg", 200, 500, 120 * _MIN, 1800, treats=0.8),
        Drug("hyoscine", "Hyoscine butylbromide", "mg", 20, 40, 60 * _MIN, 40, 0.25),
        Drug("heparin", "Heparin", "U", 5000, 12000, 60 * _MIN, 60),
        Drug("protamine", "Protamine", "mg", 50, 50, 7 * _MIN, 60, 0.0, -0.1),
        # these two act through ``vitals.Physiology``: on the saturation and on the blood's volume
        Drug("oxygen", "Oxygen by mask", "L/min", 8, 15, 60 * _MIN, 30),
        Drug("crystalloid", "Crystalloid infusion", "mL", 500, 1000, 60 * _MIN, 60),
    )
}
#: Units of heparin that a mg of protamine takes up (label: about 100).
HEPARIN_PER_PROTAMINE = 100.0
#: Activated clotting time without heparin, s, and its rise per U/kg: linear, Bull et al. 1975
#: (J Thorac Cardiovasc Surg 69:685) for the line; slope assumed so that 100 U/kg give 320 s.
ACT_REST_S, _ACT_PER_U_KG = 120.0, 2.0
#: Power of ACT with which clotting slows (assumed).
_CLOTTING_POWER = 2.0


class Doses:
    """What has been given and is still there.

    Attributes:
        blood: Amount of each drug in the blood, in its unit.
        site: Amount at the site of action.
        total: Given so far.
    """

    def __init__(self) -> None:
        self.blood = dict.fromkeys(FORMULARY, 0.0)
        self.site = dict.fromkeys(FORMULARY, 0.0)
        self.total = dict.fromkeys(FORMULARY, 0.0)

    def give(self, name: str, amount: float) -> Drug:
        """Give a dose.

        Raises:
            ValueError: No such drug, or an amount that is none.
        """
        if name not in FORMULARY:
            raise ValueError(f"no drug '{name}': one of {', '.join(FORMULARY)}")
        if not (math.isfinite(amount) and amount > 0.0):
            raise ValueError(f"dose of {name} is {amount}: it must be above 0")
        if name == "protamine":
            taken = min(amount * HEPARIN_PER_PROTAMINE, self.blood["heparin"])
            for where in (self.blood, self.site):
                where["heparin"] = max(where["heparin"] - taken, 0.0)
        self.blood[name] += amount
        self.total[name] += amount
        return FORMULARY[name]

    def step(self, dt_s: float) -> None:
        """Eliminate and distribute."""
        for name, drug in FORMULARY.items():
            if self.blood[name] == 0.0 and self.site[name] == 0.0:
                continue
            self.blood[name] *= 0.5 ** (dt_s / drug.half_life_s)
            lag = 1.0 - math.exp(-dt_s / drug.onset_s)
            self.site[name] += lag * (self.blood[name] - self.site[name])

    def strength(self, name: str) -> float:
        """0 to 1: how much of its full effect a drug has now, opposed ones less."""
        own = self.site[name] / FORMULARY[name].usual
        against = sum(
            self.site[other] / drug.usual
            for other, drug in FORMULARY.items()
            if name in drug.opposes
        )
        return float(own / (own + 1.0 + 4.0 * against))

    def effect(self, on: str) -> float:
        """Sum of the effects on ``rate``, ``tone``, ``sedates`` and the like."""
        now = [name for name in FORMULARY if self.site[name] > 0.0]
        return float(sum(getattr(FORMULARY[name], on) * self.strength(name) for name in now))

    def state(self) -> dict[str, dict[str, float]]:
        """What ``restore`` needs."""
        return {"blood": dict(self.blood), "site": dict(self.site), "total": dict(self.total)}

    def restore(self, state: Mapping[str, Mapping[str, float]]) -> None:
        """Take up a state."""
        self.blood, self.site = dict(state["blood"]), dict(state["site"])
        self.total = dict(state["total"])


def act_s(heparin_units: float, weight_kg: float) -> float:
    """Activated clotting time, s, with so many units of heparin in the body."""
    return ACT_REST_S + _ACT_PER_U_KG * heparin_units / weight_kg


def clotting(act: float) -> float:
    """How eagerly blood clots at an activated clotting time; 1 without heparin."""
    return float((ACT_REST_S / act) ** _CLOTTING_POWER)
