"""What devices are made of, for X-rays, and the pieces of a catalogue device.

A material is a mixture of the table's elements and compounds, by mass per volume. Loads of fillers
are assumed from makers' ranges (barium sulphate 20 to 40 %, tungsten 40 to 60 % by weight).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ir_sim.scenario.device import Device
from ir_sim.xray.beam import beam_quality
from ir_sim.xray.scene import Piece

#: name: {constituent of the table: g per cm3 of the material}
MIXTURES: dict[str, dict[str, float]] = {
    "polymer": {"polymer": 1.12},
    # 30 % by weight of barium sulphate and a steel braid smeared over the wall
    "barium-polymer": {"polymer": 0.95, "barium-sulphate": 0.42, "steel": 0.2},
    "tungsten-polymer": {"polymer": 0.9, "tungsten": 1.6},
    "steel": {"steel": 7.9},
    "nitinol": {"nitinol": 6.45},
    "cobalt-chromium": {"cobalt-chromium": 9.1},
    "titanium": {"titanium": 4.51},
    "platinum": {"platinum": 21.45},
    # windings of fine wire with air between: about half the volume
    "platinum-coil": {"platinum": 11.0},
    "tantalum": {"tantalum": 16.65},
    "calcification": {"hydroxyapatite": 1.0},
    "lipiodol": {"iodine": 0.48, "polymer": 0.8},
    # microspheres in half-strength contrast
    "particles": {"iodine": 0.15, "water": 0.8},
    "onyx": {"tantalum": 0.9, "polymer": 1.0},
    "balloon-contrast": {"iodine": 0.16, "water": 0.85},
    "balloon": {"polymer": 1.1},
    "air": {"water": -1.0},
    "clot": {"water": 0.05},
    "bone": {"hydroxyapatite": 1.1},
}
_JACKET_SHARE = 0.62


def attenuation_1_cm(material: str, kv: float, depth_cm: float = 0.05) -> float:
    """Linear attenuation of a device's material in excess of the water that it displaces.

    Args:
        material: Name in ``MIXTURES``.
        kv: Tube voltage.
        depth_cm: Typical thickness, for hardening.

    Raises:
        ValueError: No such material.
    """
    if material not in MIXTURES:
        raise ValueError(f"no material '{material}': one of {', '.join(MIXTURES)}")
    return _attenuation(material, round(kv), round(max(depth_cm, 0.002), 3))


@cache
def _attenuation(material: str, kv: int, depth_cm: float) -> float:
    beam = beam_quality(float(kv))
    whole = 0.0
    for name, g_cm3 in MIXTURES[material].items():
        whole += g_cm3 * beam.mass_cm2_g(name, max(abs(g_cm3) * depth_cm, 1e-5))
    if material in ("air", "clot"):
        return whole
    return max(whole - beam.water_cm, 0.02)


def device_pieces(device: Device) -> tuple[Piece, ...]:
    """The pieces of a catalogue device, tip first."""
    pieces: list[Piece] = []
    outer, inner = device.outer_radius_mm, device.inner_radius_mm
    at = end = 0.0
    sections = device.sections
    for i, section in enumerate(sections):
        end = end + section.length_mm if i + 1 < len(sections) else device.length_mm
        material = section.material or device.material
        following = sections[i + 1].material or device.material if i + 1 < len(sections) else None
        if following != material:
            pieces += _section(at, end, outer, inner, material)
            at = end
    for marker in device.markers:
        half = 0.5 * marker.length_mm
        skin = outer + 0.02
        low, high = max(marker.at_mm - half, 0.0), marker.at_mm + half
        pieces.append(Piece(low, high, skin, max(outer - 0.09, 0.0), marker.material))
    return tuple(pieces)


def _section(at: float, end: float, outer: float, inner: float, material: str) -> list[Piece]:
    if inner == 0.0 and material == "nitinol":
        # hydrophilic wires: a nitinol core in a jacket of polymer and tungsten
        core = _JACKET_SHARE * outer
        return [
            Piece(at, end, core, 0.0, "nitinol"),
            Piece(at, end, outer, core, "tungsten-polymer"),
        ]
    if inner == 0.0 and material == "platinum":
        core = 0.45 * outer
        return [Piece(at, end, outer, core, "platinum-coil"), Piece(at, end, core, 0.0, "steel")]
    return [Piece(at, end, outer, inner, material)]


def known(pieces: Mapping[str, Piece] | tuple[Piece, ...]) -> bool:
    """Whether every piece is of a known material."""
    found = pieces.values() if isinstance(pieces, Mapping) else pieces
    return all(piece.material in MIXTURES for piece in found)
