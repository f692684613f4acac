"""What it takes to push a wire through a shut vessel.

The cap gives way to a force by its hardness; a wire brings up as much as the free length between
its tip and the catheter behind it bears before it buckles (Euler, both ends guided:
``pi^2 EI / L^2``). A slippery coat and a turning tip lower what is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ir_sim.scenario.device import Device
from ir_sim.treatment.comparison import Row

#: Force that a tip needs in a cap, N (assumed; makers give tip loads of 1 to 30 g, 0.01 to 0.3 N,
#: for wires made for occlusions).
NEEDS_N: Mapping[str, float] = {"soft": 0.15, "fibrous": 0.45, "calcified": 0.6}
#: Share of it for a hydrophilic wire, and for one that is turned (assumed).
SLIPPERY, TURNED = 0.7, 0.7
#: Friction up to which a wire counts as hydrophilic; turning from this speed on, deg/s.
SLIPPERY_FRICTION, TURNED_DEG_S = 0.05, 60.0
#: Speed in the occlusion at twice the force needed, mm/s (assumed); a free length is no shorter.
FULL_MM_S, _LEAST_MM = 8.0, 15.0


def stiffness_n_mm2(wire: Device, free_mm: float) -> float:
    """EI of a wire's free end: the harmonic mean along it, so that its soft tip counts most."""
    end, compliance = 0.0, 0.0
    for section in wire.sections:
        part = min(section.length_mm, free_mm - end)
        if part <= 0.0:
            break
        compliance += part / section.ei_n_mm2
        end += part
    compliance += max(free_mm - end, 0.0) / wire.sections[-1].ei_n_mm2
    return free_mm / compliance


def buckles_n(wire: Device, free_mm: float) -> float:
    """Force at which a wire buckles between the catheter behind it and its tip."""
    free = max(free_mm, _LEAST_MM)
    return math.pi**2 * stiffness_n_mm2(wire, free) / free**2


def needed_n(hardness: str, wire: Device, turning_deg_s: float) -> float:
    """Force that the occlusion asks of a wire."""
    need = NEEDS_N[hardness]
    need *= SLIPPERY if wire.friction <= SLIPPERY_FRICTION else 1.0
    return need * (TURNED if abs(turning_deg_s) >= TURNED_DEG_S else 1.0)


def speed_mm_s(pushed_n: float, needed: float) -> float:
    """How fast a tip goes on in an occlusion; 0 if the wire buckles before."""
    return FULL_MM_S * min(max(pushed_n / needed - 1.0, 0.0), 1.0)


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``: which wires cross a fibrous occlusion, from how far behind."""
    from ir_sim.scenario.catalogue import shipped_devices  # noqa: PLC0415  # read only here

    out = []
    for name in ("wire-035-bentson", "wire-035-angled", "wire-035-angled-stiff"):
        wire = shipped_devices()[name]
        need = needed_n("fibrous", wire, 90.0)
        free = next((L for L in range(100, 14, -1) if buckles_n(wire, L) > need), 0)
        text = "longest free length from which it crosses a fibrous occlusion, turned, mm"
        said = f"{free}" if free else "never"
        out.append(Row("crossing", f"{wire.title}: {text}", said, "a catheter close behind",
                       "field practice (believed); forces assumed"))  # fmt: skip
    return tuple(out)
