"""Formulas of vessel mechanics, in mm, mL, s and mmHg.

Resistance in mmHg s/mL, quadratic loss in mmHg s²/mL², inertance in mmHg s²/mL, compliance in
mL/mmHg. Blood is Newtonian here: shear thinning and the viscosity of contrast are left out.
"""

from __future__ import annotations

from typing import overload

import numpy as np

from ir_sim.flow.elimination import Array

PA_PER_MMHG = 133.322
#: Blood, Pa s and kg/m³ (Boileau et al. 2015, Int J Numer Meth Biomed Eng 31:e02732).
VISCOSITY_PA_S = 0.004
DENSITY_KG_M3 = 1060.0
#: Turbulence coefficient of an abrupt expansion (Young & Tsai 1973, J Biomech 6:395; value as
#: commonly used, Steele et al. 2003, IEEE Trans Biomed Eng 50:649).
EXPANSION = 1.52
#: Largest catheter, as a share of the lumen's radius, for which the annulus formula is used: a
#: device that fills the lumen still leaks a little past its sides (assumed).
TIGHT = 0.985
#: A closed lumen, mmHg s/mL: at 100 mmHg 0.06 mL/min would need 1e5, so nothing passes (assumed).
CLOSED = 1e8

# 1 Pa s/m3 in mmHg s/mL
_FLOW_UNITS = 1e-6 / PA_PER_MMHG


@overload
def poiseuille(length_mm: float, radius_mm: float) -> float: ...
@overload
def poiseuille(length_mm: Array, radius_mm: Array | float) -> Array: ...
def poiseuille(length_mm: Array | float, radius_mm: Array | float) -> Array | float:
    """Viscous resistance of a round tube: 8 mu L / (pi r^4)."""
    r = np.asarray(radius_mm) * 1e-3
    value = 8 * VISCOSITY_PA_S * np.asarray(length_mm) * 1e-3 / (np.pi * r**4) * _FLOW_UNITS
    return float(value) if np.ndim(value) == 0 else value


def inertance(length_mm: Array, radius_mm: Array) -> Array:
    """Inertance of a blood column with a flat profile: rho L / (pi r^2)."""
    return DENSITY_KG_M3 * length_mm * 1e-3 / (np.pi * (radius_mm * 1e-3) ** 2) * _FLOW_UNITS


def annulus(length_mm: Array, radius_mm: Array, device_radius_mm: Array) -> Array:
    """Viscous resistance around a device lying in the middle of the lumen.

    Exact for two concentric cylinders (Bird, Stewart & Lightfoot, Transport Phenomena, 2.4). A
    real catheter lies at the wall, where up to 2.5 times as much passes; the concentric case is
    kept because it is the tightest (assumed).
    """
    r = radius_mm * 1e-3
    c = np.minimum(device_radius_mm, TIGHT * radius_mm) * 1e-3
    opening = r**4 - c**4 - (r * r - c * c) ** 2 / np.log(r / c)
    return np.asarray(8 * VISCOSITY_PA_S * length_mm * 1e-3 / (np.pi * opening) * _FLOW_UNITS)


def stenosis_resistance(healthy_mm: float, throat_mm: float, length_mm: float) -> float:
    """Viscous resistance that a stenosis adds to a healthy vessel (Young & Tsai 1973).

    The stenosed piece counts as a tube of the throat's calibre, 0.83 L + 1.64 D1 long; the same
    expression for the healthy calibre is taken off, so that no stenosis adds nothing.

    Args:
        healthy_mm: Diameter beside the stenosis.
        throat_mm: Smallest diameter.
        length_mm: Length of the narrowed piece.
    """

    def tube(diameter_mm: float) -> float:
        return poiseuille(0.83 * length_mm + 1.64 * diameter_mm, 0.5 * diameter_mm)

    return max(tube(throat_mm) - tube(healthy_mm), 0.0)


def stenosis_expansion(healthy_area_mm2: float, throat_area_mm2: float) -> float:
    """Quadratic loss of the jet behind a stenosis: Kt rho / (2 A0^2) (A0/A1 - 1)^2."""
    if throat_area_mm2 >= healthy_area_mm2:
        return 0.0
    a0 = healthy_area_mm2 * 1e-6
    ratio = healthy_area_mm2 / throat_area_mm2
    loss_pa = EXPANSION * DENSITY_KG_M3 / (2 * a0**2) * (ratio - 1) ** 2
    return float(loss_pa * 1e-12 / PA_PER_MMHG)


def wall_compliance(length_mm: Array, radius_mm: Array, stiffness: float = 1.0) -> Array:
    """Compliance of elastic arteries: 3/2 A / (E h / r), with E h / r after their calibre.

    E h / r = k1 exp(k2 r) + k3 with k1 = 2e7 g/(s² cm), k2 = -22.53/cm, k3 = 8.65e5 g/(s² cm)
    (Olufsen 1999, Am J Physiol 276:H257).

    Args:
        length_mm: Lengths.
        radius_mm: Radii.
        stiffness: Multiplies E h / r (age).
    """
    eh_r_pa = 0.1 * (2e7 * np.exp(-2.253 * radius_mm) + 8.65e5) * stiffness
    area_mm2 = np.pi * radius_mm**2
    return np.asarray(1.5 * area_mm2 * length_mm * 1e-3 / eh_r_pa * PA_PER_MMHG)


def packed_coil(
    length_mm: float,
    radius_mm: float,
    packing_density: float,
    clotted: float,
    wire_diameter_mm: float = 0.305,
) -> float:
    """Resistance of a lumen packed with coil wire, its pores partly clotted (Kozeny-Carman).

    Permeability d^2 e^3 / (32 (1-e)^2) of a bed of fibres of diameter d with the porosity e
    (Happel & Brenner, Low Reynolds Number Hydrodynamics, 8-5; the prefactor for wire packs is
    assumed). Wire of 0.012 inch.

    Args:
        length_mm: Length of the pack.
        radius_mm: Radius of the lumen.
        packing_density: Volume of wire by volume of lumen, 0 to 0.6.
        clotted: Share of the pores that is clot, 0 to 1.
        wire_diameter_mm: Diameter of the wire.
    """
    porosity = max((1.0 - packing_density) * (1.0 - clotted), 1e-3)
    if porosity > 1.0 - 1e-9:
        return 0.0  # no wire yet
    permeability = (wire_diameter_mm * 1e-3) ** 2 * porosity**3 / (32 * (1 - porosity) ** 2)
    area = np.pi * (radius_mm * 1e-3) ** 2
    return float(VISCOSITY_PA_S * length_mm * 1e-3 / (permeability * area) * _FLOW_UNITS)


def pouch_inflow(packing_density: float, clotted: float) -> float:
    """Share of the blood that still goes in and out of a blind pouch packed with coil wire.

    It falls in a line to 40 % at a packing density of 20 % (pubmed 23529587) and so to nothing at
    33 % (31 % shuts: CNS 2015); what of its pores is clot is shut besides.

    Args:
        packing_density: Volume of wire by volume of the pouch.
        clotted: Share of the pores that is clot, 0 to 1.
    """
    return max(1.0 - 3.0 * packing_density, 0.0) * (1.0 - clotted)


def wall_shear_flow(radius_mm: float, wall_shear_pa: float) -> float:
    """Flow in mL/s at which a round vessel has this wall shear stress: tau pi r^3 / (4 mu).

    With one shear stress for all vessels this is Murray's law (Murray 1926, PNAS 12:207).
    """
    return float(wall_shear_pa * np.pi * (radius_mm * 1e-3) ** 3 / (4 * VISCOSITY_PA_S) * 1e6)
