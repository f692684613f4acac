"""From the organs' veins back to the arteries, and the tissue that contrast leaks into.

Veins, right heart, lungs and left heart are a chain of mixed stages with the rest of the blood, so
that a bolus comes back thin and late. Contrast also exchanges with the interstitium of the whole
body: with iohexol's half-life of distribution, 20 min, and volume, 0.165 L/kg (Olsson, Aulie,
Sveen & Andrew 1983, Invest Radiol 18:177). What nothing exchanges stays in the blood; carbon
dioxide is breathed out on its way through the lungs, particles and oil stay there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ir_sim.flow.beds import CO2, CONTRAST, LIPIODOL, PARTICLES, SPECIES
from ir_sim.flow.elimination import Array

#: Blood, mL per kg, and the share of it in veins, lungs and heart (textbook; Guyton & Hall).
BLOOD_ML_KG = 70.0
_VENOUS_SHARE = 0.75
_STAGES = 3
#: Plasma 45 mL/kg, interstitium 120 mL/kg (their sum is iohexol's volume of distribution).
_PLASMA_ML_KG, _TISSUE_ML_KG = 45.0, 120.0
_DISTRIBUTION_HALF_LIFE_S = 1200.0
_SOLID = [PARTICLES, LIPIODOL]


class Systemic:
    """Venous chain and interstitium.

    Attributes:
        veins: (species, stages) mg.
        tissue: (species,) mg in the interstitium; particles and oil in the lungs.
    """

    def __init__(self, weight_kg: float) -> None:
        self._volume = BLOOD_ML_KG * weight_kg * _VENOUS_SHARE / _STAGES
        self.veins = np.zeros((len(SPECIES), _STAGES))
        self.tissue = np.zeros(len(SPECIES))
        ends = 1.0 / _PLASMA_ML_KG + 1.0 / _TISSUE_ML_KG
        clearance = np.log(2.0) / _DISTRIBUTION_HALF_LIFE_S / ends  # mL/(s kg)
        self._out, self._back = clearance / _PLASMA_ML_KG, clearance / _TISSUE_ML_KG

    def take(self, arrived: Array) -> None:
        """Take in (species,) mg from beds and fistulas."""
        self.veins[:, 0] += arrived

    def eject(self, ejected_ml: float, dt_s: float) -> tuple[Array, float]:
        """Go on by a tick in which the heart ejects so much.

        Returns:
            (species,) mg ejected into the arteries, and mg of gas breathed out.
        """
        keep = 1.0 / (1.0 + ejected_ml / self._volume)
        through = np.zeros(len(SPECIES))
        for stage in range(_STAGES):
            whole = self.veins[:, stage] + through
            self.veins[:, stage] = whole * keep
            through = whole - self.veins[:, stage]
        to_tissue = self.veins[CONTRAST] * (self._out * dt_s)
        from_tissue = float(self.tissue[CONTRAST]) * (self._back * dt_s)
        self.veins[CONTRAST] -= to_tissue
        self.veins[CONTRAST, 0] += from_tissue
        self.tissue[CONTRAST] += float(to_tissue.sum()) - from_tissue
        breathed, through[CO2] = float(through[CO2]), 0.0
        # the lungs' capillaries hold what is not dissolved
        self.tissue[_SOLID] += through[_SOLID]
        through[_SOLID] = 0.0
        return through, breathed

    def state(self) -> dict[str, Array]:
        """What ``restore`` needs."""
        return {"veins": self.veins.copy(), "tissue": self.tissue.copy()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state."""
        self.veins, self.tissue = state["veins"].copy(), state["tissue"].copy()
