"""Laws of coils in the sac of an aneurysm: what presses on its dome, and when that gives way.

Loads are relative: 1 is what a thin dome bears. Published is how often a dome is perforated while
it is coiled (4.1 % of ruptured aneurysms, 0.5 % of others: AJNR 23:1706), not at which load; the
figures below are assumed, so that what is taught (a frame as wide as the sac, no force, soft coils
last) is safe and the contrary is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from ir_sim.scenario.supply import Coil
from ir_sim.treatment.coil_laws import oversize
from ir_sim.treatment.comparison import Row

#: Load of a coil that is wider than the sac, per share of oversize, by its softness.
STIFFNESS: Mapping[str, float] = {
    "framing": 2.2, "standard": 4.0, "filling": 1.5, "finishing": 0.9,
}  # fmt: skip
#: Oversize that the dome does not feel: frames are chosen as wide as the sac or a little wider.
FREE_OVERSIZE = 0.1
#: Density from which on there is no more room, and load per share beyond it.
FULL_DENSITY, FULL_STIFFNESS = 0.34, 12.0
#: Density up to which turns find room in a sac with a narrow neck (31 % shuts: CNS 2015).
ROOM_DENSITY = 0.34
#: A hand faster than this, mm/s, forces; the load grows by as much again with each such speed.
CALM_MM_S = 8.0
#: A dome bears this load; between patients it spreads by so much.
BEARS, SPREAD = 1.0, 0.1
#: What a torn dome loses at 100 mmHg, mL/s.
TORN_ML_S = 0.5
#: A free coil narrower than the neck that lies in an empty sac is washed out: this density counts
#: as a frame that holds it.
HELD_BY_DENSITY = 0.06


def dome_load(coil: Coil, dome_mm: float, density: float, speed_mm_s: float) -> float:
    """Load of the dome while a coil is pushed into its sac.

    Args:
        coil: The coil.
        dome_mm: Diameter of the sac.
        density: Packing density so far, as a share.
        speed_mm_s: Of the hand.
    """
    wide = max(oversize(coil.loop_mm, dome_mm) - FREE_OVERSIZE, 0.0)
    load = STIFFNESS[coil.softness] * wide + FULL_STIFFNESS * max(density - FULL_DENSITY, 0.0)
    return load * max(speed_mm_s / CALM_MM_S, 1.0)


def room_density(dome_mm: float, neck_mm: float) -> float:
    """Packing density up to which turns stay behind a neck; less if it is wide.

    A dome less than twice as wide as its neck holds coils badly, so that a balloon or stent is
    taken to help (taught); the shares are assumed.
    """
    return ROOM_DENSITY * min(max(dome_mm / neck_mm / 2.0, 0.3), 1.0)


def washed_out(loop_mm: float, neck_mm: float, density: float) -> bool:
    """Whether a coil that has been let go does not stay behind the neck."""
    return loop_mm < neck_mm and density < HELD_BY_DENSITY


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    from ir_sim.flow.laws import pouch_inflow  # noqa: PLC0415

    fits = Coil(loop_mm=7.0, length_mm=200.0, wire_in=0.012, softness="framing")
    wide = Coil(loop_mm=10.0, length_mm=300.0, wire_in=0.012, softness="framing")
    return (
        Row("coils", "inflow of a sac at 20 % packing against before, %",
            f"{100.0 * pouch_inflow(0.20, 0.0):.0f}", "40", "pubmed 23529587"),
        Row("coils", "inflow of a sac at 31 % packing against before, %",
            f"{100.0 * pouch_inflow(0.31, 0.0):.0f}", "0", "CNS 2015",
            "a line through the figure at 20 % ends at 33 %"),
        Row("coils", "load of a 7 mm dome under a frame of 7 mm, as a share of what it bears",
            f"{dome_load(fits, 7.0, 0.0, 6.0) / BEARS:.2f}", "no rupture", "assumed"),
        Row("coils", "the same under a frame of 10 mm pushed at 12 mm/s",
            f"{dome_load(wide, 7.0, 0.0, 12.0) / BEARS:.2f}", "rupture (4.1 % of ruptured sacs)",
            "AJNR 23:1706 for how often; loads assumed"),
    )  # fmt: skip
