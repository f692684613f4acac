"""Write ``attenuation.yaml``: needs the extra ``xray-table`` (xraylib); run from the repository.

    python assets/xray/make_attenuation.py

xraylib: Schoonjans et al. 2011, Spectrochim Acta B 66:776.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: keV; both sides of the K edges of iodine, caesium, barium, tantalum, tungsten and platinum.
ENERGIES = (
    *(10, 12, 15, 18, 21, 25, 30, 33.1, 33.2, 35.9, 36.0, 37.4, 37.5, 40, 45, 50, 55, 60),
    *(67.3, 67.5, 69.4, 69.6, 74, 78.3, 78.5, 85, 95, 110, 125),
)
#: name: (what it is, density in g/cm3, formula or mass shares of elements)
MATERIALS: dict[str, tuple[str, float, str | dict[str, float]]] = {
    "water": ("water", 1.0, "H2O"),
    "soft-tissue": (
        "soft tissue, ICRU-44",
        1.06,
        {"H": 0.102, "C": 0.143, "N": 0.034, "O": 0.708, "P": 0.003, "S": 0.003, "K": 0.007},
    ),
    "hydroxyapatite": ("bone mineral", 3.16, "Ca10P6O26H2"),
    "iodine": ("iodine", 4.93, "I"),
    "air": ("dry air", 0.001205, {"N": 0.755, "O": 0.232, "Ar": 0.013}),
    "caesium-iodide": ("scintillator", 4.51, "CsI"),
    "aluminium": ("filter", 2.699, "Al"),
    "copper": ("filter", 8.96, "Cu"),
    "polymer": ("polyamide", 1.12, "C12H22N2O2"),
    "barium-sulphate": ("filler of catheters", 4.5, "BaSO4"),
    "steel": ("AISI 304", 7.9, {"Fe": 0.70, "Cr": 0.19, "Ni": 0.11}),
    "nitinol": ("nickel and titanium", 6.45, {"Ni": 0.55, "Ti": 0.45}),
    "cobalt-chromium": ("L605", 9.1, {"Co": 0.54, "Cr": 0.20, "W": 0.15, "Ni": 0.11}),
    "titanium": ("titanium", 4.51, "Ti"),
    "platinum": ("platinum", 21.45, "Pt"),
    "tantalum": ("tantalum", 16.65, "Ta"),
    "tungsten": ("tungsten", 19.3, "W"),
}
#: Where the energy that stays is asked for, not what is taken from the beam.
ABSORBED = ("air", "caesium-iodide")


def table() -> dict[str, dict[str, Any]]:
    """For each material its density and its mass attenuation (or energy absorption), cm2/g."""
    import xraylib  # noqa: PLC0415  development extra

    def mass_coefficient(made_of: str | dict[str, float], kev: float, absorbed: bool) -> float:
        if isinstance(made_of, dict):
            one = xraylib.CS_Energy if absorbed else xraylib.CS_Total
            return sum(
                share * one(xraylib.SymbolToAtomicNumber(symbol), kev)
                for symbol, share in made_of.items()
            )
        whole = xraylib.CS_Energy_CP if absorbed else xraylib.CS_Total_CP
        return float(whole(made_of, kev))

    out = {}
    for name, (what, density, made_of) in MATERIALS.items():
        row = [float(f"{mass_coefficient(made_of, e, name in ABSORBED):.4g}") for e in ENERGIES]
        out[name] = {"what": what, "density_g_cm3": density, "cm2_g": row}
    return out


def main() -> None:
    """Write the file beside this script."""
    lines = [
        "# Mass attenuation, cm2/g (air and caesium-iodide: energy absorption). Written",
        "# by make_attenuation.py from xraylib (Schoonjans 2011); tests/xray regenerates it.",
        f"energies_kev: [{', '.join(f'{e:g}' for e in ENERGIES)}]",
        "materials:",
    ]
    for name, row in table().items():
        lines.append(f"  {name}:")
        lines.append(f"    what: {row['what']}")
        lines.append(f"    density_g_cm3: {row['density_g_cm3']}")
        lines.append(f"    cm2_g: [{', '.join(f'{v:g}' for v in row['cm2_g'])}]")
    Path(__file__).with_name("attenuation.yaml").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
