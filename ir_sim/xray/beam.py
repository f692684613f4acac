"""Beam quality: what one tube voltage and filter make of every material, from the shipped table.

The spectrum is Kramers' continuum with tungsten's own absorption and K lines behind 2.5 mm of
aluminium and the spectral filter. Attenuation is what the detector (0.6 mm of caesium iodide at
75 % packing, energy integrating) sees behind a patient of ``PATIENT_CM`` of water; the figures
agree with SpekPy 2.5 within a few per cent (``tests/physics/test_xray_beam.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ir_sim.scenario.shipped import shipped

Array = NDArray[np.float64]

KV_RANGE = (55.0, 125.0)
#: The patient that hardens the beam, cm of water (as in the reference figures).
PATIENT_CM = 20.0
#: Spectral filtration, mm of copper, and inherent plus added aluminium, mm (usual, assumed).
COPPER_MM = 0.3
ALUMINIUM_MM = 2.5
#: Scintillator: mass per area, g/cm2 (0.6 mm CsI, 75 % packing).
SCINTILLATOR_G_CM2 = 4.51 * 0.06 * 0.75
#: Tungsten that the spectrum passes inside the anode, cm (assumed; fitted to half-value layers).
ANODE_CM = 7.0e-4
#: Air kerma at 1 m behind the aluminium alone at 80 kV, uGy/mAs (Nowotny & Hoefer 1985; assumed).
YIELD_80_KV = 75.0
_JOULE_PER_KEV = 1.602e-16


@dataclass(frozen=True)
class Beam:
    """One beam quality.

    Attributes:
        kv: Tube voltage.
        copper_mm: Spectral filter.
        water_cm: Linear attenuation of water, 1/cm, behind the patient.
        bone_cm2_g: Mass attenuation of bone mineral in excess of the water that it displaces.
        iodine_cm2_g: Mass attenuation of iodine, thin limit.
        iodine_quadratic: The fall of it per g/cm2 (hardening), cm4/g2.
        quanta_per_mm2_ngy: Noise-equivalent quanta at the detector.
        kerma_yield_ugy_mas: Air kerma at 1 m, uGy/mAs.
    """

    kv: float
    copper_mm: float
    water_cm: float
    bone_cm2_g: float
    iodine_cm2_g: float
    iodine_quadratic: float
    quanta_per_mm2_ngy: float
    kerma_yield_ugy_mas: float

    def transmission(self, water_cm: float) -> float:
        """Share of air kerma that passes a thickness of water (primary beam, no scatter)."""
        thickness, log_share = _kerma_transmission(self.kv, self.copper_mm)
        return float(np.exp(np.interp(water_cm, thickness, log_share)))

    def linear_1_cm(self, material: str, depth_cm: float = 0.05) -> float:
        """Attenuation of a material of a given thickness, 1/cm.

        Raises:
            ValueError: No such material.
        """
        row = _table()["materials"].get(material)
        if row is None:
            raise ValueError(f"no material '{material}' in the attenuation table")
        density = float(row["density_g_cm3"])
        return density * self.mass_cm2_g(material, max(depth_cm, 1e-4) * density)

    def mass_cm2_g(self, material: str, g_cm2: float = 1e-3) -> float:
        """Mean mass attenuation of a material of a given mass per area, cm2/g."""
        kev, weight = _detected(self.kv, self.copper_mm)
        passed = float((weight * np.exp(-mass_attenuation(material, kev) * g_cm2)).sum())
        return -float(np.log(passed)) / g_cm2


def beam_quality(kv: float, copper_mm: float = COPPER_MM) -> Beam:
    """The beam at a voltage (rounded to whole kV, which tubes are set in).

    Raises:
        ValueError: The voltage is outside ``KV_RANGE``.
    """
    if not KV_RANGE[0] <= kv <= KV_RANGE[1]:
        raise ValueError(f"kv must be from {KV_RANGE[0]:g} to {KV_RANGE[1]:g}, got {kv:g}")
    return _beam(round(kv), float(copper_mm))


def mass_attenuation(material: str, kev: Array) -> Array:
    """(n,) mass attenuation, cm2/g, interpolated in the logarithms."""
    table = _table()
    known = np.array(table["energies_kev"], float)
    row = np.array(table["materials"][material]["cm2_g"], float)
    return np.asarray(np.exp(np.interp(np.log(kev), np.log(known), np.log(row))))


@cache
def _table() -> dict[str, Any]:
    text = (shipped("assets") / "xray" / "attenuation.yaml").read_text("utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506


@cache
def _spectrum(kv: float, copper_mm: float) -> tuple[Array, Array]:
    """(n,) energies and quanta per keV in free air."""
    kev = np.arange(10.5, kv, 1.0)
    quanta = (kv - kev) / kev
    quanta *= np.exp(-mass_attenuation("tungsten", kev) * 19.3 * ANODE_CM)
    if kv > 69.5:
        # characteristic lines (59 and 67 keV) grow with the overvoltage (Birch & Marshall 1979)
        lines = 0.09 * (kv / 69.5 - 1.0) ** 1.63 * quanta.sum()
        for line, share in ((57.98, 0.29), (59.32, 0.50), (67.24, 0.21)):
            quanta[int(np.argmin(np.abs(kev - line)))] += share * lines
    for name, mm in (("aluminium", ALUMINIUM_MM), ("copper", copper_mm)):
        density = float(_table()["materials"][name]["density_g_cm3"])
        quanta *= np.exp(-mass_attenuation(name, kev) * density * 0.1 * mm)
    return kev, quanta


@cache
def _detected(kv: float, copper_mm: float) -> tuple[Array, Array]:
    """(n,) energies and share of the detector's signal behind the patient."""
    kev, quanta = _spectrum(kv, copper_mm)
    signal = quanta * np.exp(-mass_attenuation("water", kev) * PATIENT_CM)
    signal = signal * kev * _absorbed(kev)
    return kev, np.asarray(signal / signal.sum())


def _absorbed(kev: Array) -> Array:
    return np.asarray(1.0 - np.exp(-mass_attenuation("caesium-iodide", kev) * SCINTILLATOR_G_CM2))


@cache
def _kerma_transmission(kv: float, copper_mm: float) -> tuple[Array, Array]:
    kev, quanta = _spectrum(kv, copper_mm)
    kerma = quanta * kev * mass_attenuation("air", kev)
    depth = np.linspace(0.0, 60.0, 121)
    water = np.exp(-np.outer(depth, mass_attenuation("water", kev)))
    return depth, np.asarray(np.log(water @ kerma / kerma.sum()))


@cache
def _beam(kv: int, copper_mm: float) -> Beam:
    raw = Beam(float(kv), copper_mm, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    kev, quanta = _spectrum(float(kv), copper_mm)
    behind = quanta * np.exp(-mass_attenuation("water", kev) * PATIENT_CM)
    caught = behind * _absorbed(kev)
    # keV/cm2 x cm2/g = keV/g; 1 Gy = 1 J/kg
    kerma_ngy = (behind * kev * mass_attenuation("air", kev)).sum() * _JOULE_PER_KEV * 1e3 * 1e9
    neq = (caught * kev).sum() ** 2 / (caught * kev**2).sum() / 100.0 / kerma_ngy
    free = _kerma(float(kv), copper_mm) / _kerma(80.0, 0.0) * YIELD_80_KV
    thin, thick = raw.mass_cm2_g("iodine", 1e-3), raw.mass_cm2_g("iodine", 0.2)
    water = raw.mass_cm2_g("water", 0.1)
    return Beam(
        kv=float(kv),
        copper_mm=copper_mm,
        water_cm=water,
        bone_cm2_g=raw.mass_cm2_g("hydroxyapatite", 0.05) - water / 3.16,
        iodine_cm2_g=thin,
        iodine_quadratic=(thin - thick) / 0.2,
        quanta_per_mm2_ngy=float(neq),
        kerma_yield_ugy_mas=float(free),
    )


def _kerma(kv: float, copper_mm: float) -> float:
    kev, quanta = _spectrum(kv, copper_mm)
    return float((quanta * kev * mass_attenuation("air", kev)).sum())
