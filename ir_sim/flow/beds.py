"""Organ beds: how long they hold what the blood brings, what stays, what the kidneys filter.

A bed is a chain of equal, well-mixed stages of its resting flow times its transit time. Contrast
passes; particles lodge but for a shunted share; lipiodol and drug stay in part. A kidney filters
contrast into tubules, which hold it for some minutes (the nephrogram) before it is urine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ir_sim.flow.elimination import Array
from ir_sim.flow.organs import ORGANS, REST, Organ

#: What can travel with the blood, mg each. ``co2`` is crude: a gas that neither floats nor
#: displaces blood, and leaves by the lungs. ``saline`` carries nothing.
SPECIES = ("contrast", "co2", "particles", "lipiodol", "drug")
CONTRAST, CO2, PARTICLES, LIPIODOL, DRUG = range(len(SPECIES))
#: Iodine in a mg of lipiodol as it is counted here, 1000 mg a mL (maker's label: 480 mg/mL).
OIL_IODINE_SHARE = 0.48
_STAGES = 4
#: Time from the glomerulus to the renal pelvis (opacified 2 to 3 minutes after an injection,
#: textbook urography), in mixed stages.
_TUBULES_S, _TUBULE_STAGES = 150.0, 3
#: Share of the blood that is plasma, where all contrast is.
PLASMA_SHARE = 0.58
#: Most of the plasma that a kidney filters (the normal filtration fraction is 0.2).
_MOST_FILTERED = 0.3
#: Volume of particles that fills a bed: 2 mL for a uterine artery of 150 mL/min (assumed, from
#: the endpoints of fibroid embolisation), in proportion to the resting flow.
_CAPACITY_ML_PER_ML_S = 2.0 / 2.5
#: Least share of a bed's conductance that particles leave (assumed).
_LEAST_CONDUCTANCE = 0.02


def organ_of(name: str) -> Organ:
    """The organ's figures; ``rest`` is the rest of the body."""
    return ORGANS.get(name, REST)


class Beds:
    """All beds of a circulation.

    Attributes:
        organs: Their organs.
        mass: (species, stages, outlets) mg on the way through.
        held: (species, outlets) mg that stay.
        tubules: (tubule stages, outlets) mg of contrast filtered, not yet urine.
        volume: (outlets,) mL of each stage.
        capacity_mg: (outlets,) particles that shut a bed; particles are counted as mg of a density
            of 1 mg a microlitre, so that 1 mL packed is 1000 mg.
        extraction: (outlets,) share of the contrast passing that is filtered.
        slips: (outlets,) share of the particles that are too small for the bed and pass it; a
            treatment sets it by their size.
    """

    def __init__(
        self,
        organs: tuple[str, ...],
        flow_ml_s: Array,
        gfr_ml_s: float,
        capacity_ml: Sequence[float | None] = (),
    ) -> None:
        self.organs = tuple(organ_of(name) for name in organs)
        n = len(organs)
        transit = np.array([organ.transit_s for organ in self.organs])
        self.volume = flow_ml_s * transit / _STAGES
        self.mass = np.zeros((len(SPECIES), _STAGES, n))
        self.held = np.zeros((len(SPECIES), n))
        self.tubules = np.zeros((_TUBULE_STAGES, n))
        self.capacity_mg = 1000.0 * _CAPACITY_ML_PER_ML_S * flow_ml_s
        for k, stated in enumerate(capacity_ml):
            if stated is not None:
                self.capacity_mg[k] = 1000.0 * stated
        kidneys = np.array([organ.filters for organ in self.organs])
        if not kidneys.any():
            kidneys[-1] = True  # they are among what is not drawn
        plasma = PLASMA_SHARE * flow_ml_s[kidneys].sum()
        share = min(gfr_ml_s / plasma, _MOST_FILTERED) if plasma > 0.0 else 0.0
        self.extraction = np.where(kidneys, share, 0.0)
        self.slips = np.zeros(n)
        self._stays = np.zeros((len(SPECIES), n))
        self._stays[PARTICLES] = [1.0 - organ.shunt for organ in self.organs]
        self._stays[LIPIODOL] = self._stays[DRUG] = [organ.takes_up for organ in self.organs]

    @property
    def conductance(self) -> Array:
        """(outlets,) share of each bed's vessels that particles and lipiodol have left open."""
        lodged = self.held[PARTICLES] + self.held[LIPIODOL]
        return np.asarray(np.maximum(1.0 - lodged / self.capacity_mg, _LEAST_CONDUCTANCE))

    @property
    def contrast_mg(self) -> Array:
        """(outlets,) contrast in each bed, tubules included."""
        return np.asarray(self.mass[CONTRAST].sum(0) + self.tubules.sum(0) + self.held[CONTRAST])

    @property
    def urine_mg_s(self) -> Array:
        """(outlets,) contrast that leaves the tubules for the collecting system now."""
        return np.asarray(self.tubules[-1] * (_TUBULE_STAGES / _TUBULES_S))

    def total_mg(self, species: int) -> float:
        """What all beds hold of a species."""
        tubules = float(self.tubules.sum()) if species == CONTRAST else 0.0
        return float(self.mass[species].sum() + self.held[species].sum()) + tubules

    def draw_back(self, volume: Array) -> Array:
        """(species, outlets) mg that come back into the arteries with (outlets,) mL."""
        share = np.minimum(volume / self.volume, 1.0)
        back = self.mass[:, 0, :] * share
        self.mass[:, 0, :] -= back
        return np.asarray(back)

    def step(self, arrived: Array, passing: Array, dt_s: float) -> tuple[Array, float]:
        """Take in what arrived and pass on.

        Args:
            arrived: (species, outlets) mg.
            passing: (outlets,) mL that went through the capillaries.
            dt_s: Duration.

        Returns:
            (species, outlets) mg given to the veins, and mg of contrast become urine.
        """
        stays = arrived * self._stays
        stays[PARTICLES] *= 1.0 - self.slips
        self.held += stays
        through = arrived - stays
        rate = np.maximum(passing, 0.0) / self.volume
        keep = 1.0 / (1.0 + rate)
        for stage in range(_STAGES):
            whole = self.mass[:, stage] + through
            self.mass[:, stage] = whole * keep
            through = whole - self.mass[:, stage]
        filtered = through[CONTRAST] * self.extraction
        through[CONTRAST] -= filtered
        keep_tubule = 1.0 / (1.0 + dt_s * _TUBULE_STAGES / _TUBULES_S)
        for stage in range(_TUBULE_STAGES):
            whole = self.tubules[stage] + filtered
            self.tubules[stage] = whole * keep_tubule
            filtered = whole - self.tubules[stage]
        return through, float(filtered.sum())

    def state(self) -> dict[str, Array]:
        """What ``restore`` needs."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state."""
        for name in _STATE:
            setattr(self, name, state[name].copy())


_STATE = ("mass", "held", "tubules", "capacity_mg", "slips")
