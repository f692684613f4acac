"""How the expert crosses a shut vessel: a stiff slippery wire, a catheter close behind, turning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ir_sim.scenario.device import Device
from ir_sim.scenario.task import Happened
from ir_sim.training.expert import filming, tray
from ir_sim.training.expert.angioplasty import Lesion
from ir_sim.training.expert.operator import Moves, Operator, Work

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: The catheter stays so far behind the wire's tip, mm; how the wire is pushed and turned, mm/s and
#: deg/s; how far on it goes once it is through, mm.
_BEHIND_MM, _PUSH_MM_S, _TURN_DEG_S, _ON_MM = 14.0, 10.0, 160.0, 90.0
#: So near to the cap one has arrived, mm.
_NEAR_MM = 2.0


def cross(procedure: Procedure, wanted: Happened) -> Work:
    """Wire and support catheter to the cap, then through."""
    o, lesion = procedure.o, Lesion(procedure, wanted.vessel)
    devices = list(procedure.scenario.devices.values())
    wire, support = _wire(devices), _support(devices)
    if support is None:
        return False
    yield from filming.open_blades(o)
    yield from o.put_in("wire", wire.id)

    def crossed() -> bool:
        return any(e.kind == "occlusion_crossed" for e in o.session.events)

    def at_cap() -> bool:
        vessel, s = o.place("wire")
        half = 0.5 * lesion.length_mm + _NEAR_MM
        return crossed() or (vessel == lesion.vessel and abs(s - lesion.at_mm) <= half)

    yield from o.do({"wire": (50.0, 0.0)}, at_cap, 20.0)
    if not (yield from o.put_in("catheter", support.id)):
        return False
    follow = {"catheter": (40.0, 0.0)}
    yield from o.do(follow, lambda: _lead_mm(o) <= _BEHIND_MM, 20.0)

    def work() -> Moves:
        behind = _PUSH_MM_S if _lead_mm(o) > _BEHIND_MM else 0.0
        return {"wire": (_PUSH_MM_S, _TURN_DEG_S), "catheter": (behind, 0.0)}

    if not (yield from o.do(work, crossed, 60.0)):
        return False
    goal = o.inserted_mm("wire") + _ON_MM
    yield from o.do({"wire": (40.0, 0.0)}, lambda: o.inserted_mm("wire") >= goal, 10.0)
    return (yield from o.take_out("catheter"))


def _lead_mm(o: Operator) -> float:
    return o.inserted_mm("wire") - o.inserted_mm("catheter")


def _wire(devices: list[Device]) -> Device:
    """The stiffest of the slippery wires of 0.035 in."""
    wires = [d for d in devices if d.slot == "wire" and d.outer_radius_mm >= tray.MICRO_WIRE_MM]
    return min(wires, key=lambda d: (d.friction, -d.sections[-1].ei_n_mm2))


def _support(devices: list[Device]) -> Device | None:
    """A catheter with an end-hole alone, as straight as there is."""
    found = [
        d for d in devices
        if d.slot == "catheter" and not tray.opens(d) and d.side_holes is None
    ]  # fmt: skip
    return min(found, key=lambda d: abs(tray.bend_deg(d)), default=None)
