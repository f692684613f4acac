"""Laws of coils and plugs: how they fill a lumen, what holds them, what carries them off.

Forces in N, lengths in mm, speeds in mm/s.
"""

from __future__ import annotations

import math

from ir_sim.flow.laws import DENSITY_KG_M3, packed_coil
from ir_sim.scenario.device import MM_PER_INCH
from ir_sim.treatment.comparison import Row

#: Fibres count as so much more wire, for they catch clot, and cling as much more to the wall
#: (assumed).
FIBRES_AS_WIRE, FIBRE_FACTOR = 2.0, 1.5
#: Loops of a coil lie so far apart, in thicknesses of the wire, and a nest is at least so long, in
#: diameters of the lumen (assumed).
PITCH_WIRES, NEST_DIAMETERS = 2.2, 0.8
#: No pack is denser (random packing of wire in aneurysms seldom passes 40 %).
MOST_DENSITY = 0.45
#: Push of a coil on the wall by its oversize, N per unit of (coil/lumen - 1), and the most of it;
#: friction of platinum on the wall (assumed; a few mN hold a loop of platinum).
SPRING_N, MOST_SPRING_N, FRICTION = 0.12, 0.03, 0.25
#: A loop lying in a lumen wider than itself is held by its weight alone: platinum, half solid.
_PLATINUM_KG_M3, _SOLID, _GRAVITY = 21450.0, 0.5, 9.81
#: Drag coefficient of a thin wire across a stream at Reynolds numbers of some ten (White, Viscous
#: Fluid Flow: 2 at 40).
_DRAG = 2.0
#: A plug is as tight as its mesh: it shuts at once this share of the lumen, and clots the rest
#: with this time constant, s (assumed; it is tight after about a minute, makers tell of minutes).
PLUG_AT_ONCE, PLUG_CLOTS_S = 0.8, 18.0
#: From this ratio to the lumen on a plug holds and shuts; a looser one shuts so much (assumed).
PLUG_HOLDS, PLUG_LOOSE = 1.05, 0.2
#: A plug is to be 30 to 50 % wider than the vessel (makers' instructions).
PLUG_OVERSIZE = (1.2, 1.8)


def wire_mm(wire_in: float) -> float:
    """Thickness of a coil's winding, mm."""
    return wire_in * MM_PER_INCH


def volume_mm3(length_mm: float, wire_in: float) -> float:
    """Volume of a coil, as packing densities count it: a cylinder of its winding."""
    return math.pi / 4.0 * wire_mm(wire_in) ** 2 * length_mm


def oversize(loop_mm: float, lumen_mm: float) -> float:
    """How much wider the coil is than the lumen, as a share; negative is undersized."""
    return loop_mm / lumen_mm - 1.0


def laid_loop_mm(loop_mm: float, lumen_mm: float) -> float:
    """Diameter of a loop as it lies: the wall bends it smaller."""
    return min(loop_mm, 0.96 * lumen_mm)


def hold_n(loop_mm: float, lumen_mm: float, wire_in: float, *, fibred: bool = False) -> float:
    """Force along the vessel that a loop withstands.

    Args:
        loop_mm: Diameter of the free coil.
        lumen_mm: Diameter of the lumen.
        wire_in: Thickness of the winding, inch.
        fibred: Fibres cling.
    """
    length = math.pi * laid_loop_mm(loop_mm, lumen_mm)
    weight = volume_mm3(length, wire_in) * 1e-9 * _PLATINUM_KG_M3 * _SOLID * _GRAVITY
    spring = min(SPRING_N * max(oversize(loop_mm, lumen_mm), 0.0), MOST_SPRING_N)
    return FRICTION * (weight + spring) * (FIBRE_FACTOR if fibred else 1.0)


def drag_n(speed_mm_s: float, loop_mm: float, lumen_mm: float, wire_in: float) -> float:
    """Force of the blood on a loop across the vessel."""
    length_m = math.pi * laid_loop_mm(loop_mm, lumen_mm) * 1e-3
    area = length_m * wire_mm(wire_in) * 1e-3
    speed = speed_mm_s * 1e-3
    return 0.5 * DENSITY_KG_M3 * _DRAG * area * speed * abs(speed)


def slides(loop_mm: float, lumen_mm: float, wire_in: float, speed_mm_s: float) -> bool:
    """Whether the blood carries a bare loop along."""
    return abs(drag_n(speed_mm_s, loop_mm, lumen_mm, wire_in)) > hold_n(loop_mm, lumen_mm, wire_in)


def plug_fits(plug_mm: float, lumen_mm: float) -> bool:
    """Whether a plug is as much wider than the vessel as makers ask for."""
    return PLUG_OVERSIZE[0] <= plug_mm / lumen_mm <= PLUG_OVERSIZE[1]


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    fresh = packed_coil(10.0, 2.5, 0.25, 0.0)
    clotted = packed_coil(10.0, 2.5, 0.25, 0.9)
    framing = volume_mm3(200.0, 0.012) / (4.0 / 3.0 * math.pi * 3.5**3)
    held = 1.0 / max(drag_n(300.0, 5.0, 4.4, 0.018) / hold_n(5.0, 4.4, 0.018), 1e-9)
    loose = hold_n(3.0, 4.4, 0.018) / drag_n(300.0, 3.0, 4.4, 0.018)
    return (
        Row("coils", "a fresh pack of 25 %, 10 x 5 mm, adds mmHg s/mL", f"{fresh:.1f}",
            "little: arrest comes from clot", "pubmed 23529587 (stagnation 60 % at 20 %)"),
        Row("coils", "the same with nine tenths of its pores clotted", f"{clotted:.0f}",
            "arrest", "clot: tau 180 s at 22 %, assumed"),
        Row("coils", "one 7 mm x 20 cm framing coil in a 7 mm sac, packing %",
            f"{100 * framing:.1f}", "20-25 wanted of all coils", "10.1148/radiol.2431060006"),
        Row("coils", "hold by drag of a coil 14 % oversized at 30 cm/s", f"{held:.1f}",
            "stays (10-20 % oversize taught)", "forces assumed"),
        Row("coils", "hold by drag of a coil 32 % undersized at 30 cm/s", f"{loose:.2f}",
            "migrates", "forces assumed"),
    )  # fmt: skip
