"""How the expert embolizes: particles in pulses till the column stands, coils beyond and before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ir_sim.scenario.lesions import Bleed
from ir_sim.scenario.supply import Supply
from ir_sim.scenario.task import Endpoint, Happened
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert import steering
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.steps import met
from ir_sim.treatment.coil_laws import oversize
from ir_sim.treatment.embolic_laws import NEAR_STASIS_BEATS, fits, sizes_um

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: Particles: share of the blood's flow at which they are pushed, least and most, mL/s; a push, s,
#: and the look after it, beats; a shorter one while the flow is brisk, s and mL/s; no longer than
#: this in all, s.
_FLOW_SHARE, _LEAST_ML_S, _MOST_ML_S = 0.22, 0.02, 0.4
_PUSH_S, _LOOK_BEATS, _LONGEST_S = 3.0, NEAR_STASIS_BEATS + 0.5, 480.0
_GLANCE_S, _BRISK_ML_S = 0.8, 0.25
#: Coils: oversize looked for, speed of the push, mm/s; room left to a hole, mm; distal coils.
_OVERSIZE, _COIL_MM_S, _ROOM_MM, _DISTAL = 0.15, 6.0, 7.0, 2
#: Drawn back between two coils, mm; out of a packed sac, mm/s; the tip lies in a sac at this share
#: of its height.
_BACK_MM, _LEAVE_MM_S, _MIDDLE = 2.0, 4.0, 0.55
#: A pack is given so long to clot, s.
_CLOTS_S = 200.0


def free_lumen(o: Operator) -> Work:
    """The wire out, so that something can go through the lumen."""
    slot = "microcatheter" if o.has("microcatheter") else "catheter"
    if o.has("wire"):
        yield from steering.wire_back(o, slot)
        yield from o.take_out("wire")
    return True


def particles(procedure: Procedure, wanted: Happened) -> Work:
    """Pulses of particles, slower as the flow falls, until what the step waits for."""
    o = procedure.o
    vessel = wanted.vessel or procedure.task.target.vessel
    yield from free_lumen(o)
    sponge = wanted.kind == "gelatin_lodged"
    if sponge:  # carried to the holes from where the catheter lies
        vessel = procedure.task.target.vessel
    tool = _sponge(procedure) if sponge else _embolic(procedure, vessel)
    if tool is None or not (yield from o.press(Action("take_up", device=tool.id))):
        return False
    begun, before = o.state.time_s, _count(o, wanted)
    while _count(o, wanted) < before + wanted.times and o.state.time_s - begun < _LONGEST_S:
        flow = max(o.state.flow(vessel), 0.0)
        rate = min(max(_FLOW_SHARE * flow, _LEAST_ML_S), _MOST_ML_S)
        for _ in range(round(_PUSH_S / DT_S)):
            if _count(o, wanted) >= before + wanted.times:
                break
            yield o.tick(watch=True, treat=rate, table_mm_s=(0.0, 0.0))
        beats_s = _LOOK_BEATS * 60.0 / o.state.vitals.heart_rate_bpm
        looked = o.style.tempo * beats_s if flow < _BRISK_ML_S else _GLANCE_S
        yield from o.do({}, lambda: _count(o, wanted) >= before + wanted.times, looked, watch=False)
    return _count(o, wanted) >= before + wanted.times


def coils(procedure: Procedure, wanted: Happened) -> Work:
    """One coil after the other: beyond a hole first, then before it."""
    o, vessel = procedure.o, wanted.vessel or procedure.task.target.vessel
    yield from free_lumen(o)
    for _ in range(wanted.times):
        yield from _take_place(procedure, vessel)
        if not (yield from _one_coil(procedure, vessel)):
            return False
    return True


def stop_bleeding(procedure: Procedure, endpoint: Endpoint) -> Work:
    """Let the pack clot; another coil if it does not."""
    o = procedure.o
    for _ in range(3):
        if (yield from o.do({}, lambda: met(endpoint, o.state), _CLOTS_S, watch=False)):
            return True
        wanted = Happened(kind="coil_deployed", vessel=endpoint.vessel)
        if not (yield from coils(procedure, wanted)):
            return False
    return met(endpoint, o.state)


def plug(procedure: Procedure, wanted: Happened) -> Work:
    """Unsheath a plug that is wide enough and let it go."""
    o, vessel = procedure.o, wanted.vessel or procedure.task.target.vessel
    yield from free_lumen(o)
    lumen = 2.0 * o.tree.by_id[vessel].radius_at(_tip_mm(o))
    tools = [s for s in procedure.scenario.supplies.values() if s.plug is not None]
    tools.sort(key=lambda s: abs((s.plug.diameter_mm if s.plug else 0.0) / lumen - 1.4))
    if not tools or not (yield from o.press(Action("take_up", device=tools[0].id))):
        return False
    length = tools[0].plug.length_mm if tools[0].plug is not None else 10.0
    for _ in range(round(length / 4.0 / DT_S) + 5):
        yield o.tick(watch=True, treat=4.0, table_mm_s=(0.0, 0.0))
    return (yield from o.press(Action("release")))


def pack(procedure: Procedure, endpoint: Endpoint) -> Work:
    """Coil after coil, each smaller than the last, until a sac is dense enough."""
    o = procedure.o
    yield from free_lumen(o)
    for _ in range(12):
        if met(endpoint, o.state) or not (yield from _one_coil(procedure, endpoint.vessel)):
            break
    if o.has("microcatheter"):  # slowly out of the sac, then all of it: filmed from the parent
        back = {"microcatheter": (-_LEAVE_MM_S, 0.0)}
        yield from o.do(back, lambda: o.place("microcatheter")[0] != endpoint.vessel, 10.0)
        yield from o.take_out("microcatheter")
    return met(endpoint, o.state)


def _one_coil(procedure: Procedure, vessel: str) -> Work:
    o = procedure.o
    tool = _coil(procedure, vessel)
    if tool is None or tool.coil is None:
        return False
    if not (yield from o.press(Action("take_up", device=tool.id))):
        return False
    done, before = "coil_deployed", _total(o, "coil_deployed")
    seconds = tool.coil.length_mm / _COIL_MM_S + 1.0
    for _ in range(round(seconds / DT_S)):
        if _total(o, done) > before:
            break
        yield o.tick(watch=True, treat=_COIL_MM_S, table_mm_s=(0.0, 0.0))
    if tool.coil.detachable:
        yield from o.press(Action("release"))
    yield from o.wait(1.5)
    return _total(o, done) > before


def _take_place(procedure: Procedure, vessel: str) -> Work:
    """Beyond the hole for the first coils, then well before it; a little back for each."""
    o = procedure.o
    slot = "microcatheter" if o.has("microcatheter") else "catheter"
    hole = _hole_mm(procedure, vessel)
    laid = [e for e in o.session.events if e.kind == "coil_deployed" and e.vessel == vessel]
    here = _tip_mm(o)
    sac = o.tree.by_id[vessel].grown == "aneurysm"
    if sac:
        goal = _MIDDLE * o.tree.by_id[vessel].length_mm
    elif hole is not None and len(laid) >= _DISTAL:
        goal = min(hole - _ROOM_MM, here - (_BACK_MM if here < hole else 0.0))
    elif laid:
        goal = here - 0.5 * _BACK_MM
    else:
        return True
    goal = goal if sac else max(goal, 4.0)
    return (
        yield from o.do(
            {slot: (-5.0, 0.0)},
            lambda: o.place(slot)[0] != vessel or o.place(slot)[1] <= goal,
            20.0,
        )
    )


def _hole_mm(procedure: Procedure, vessel: str) -> float | None:
    for lesion in procedure.o.tree.by_id[vessel].lesions:
        if isinstance(lesion, Bleed):
            return lesion.at_mm
    return None


def _tip_mm(o: Operator) -> float:
    return o.place("microcatheter" if o.has("microcatheter") else "catheter")[1]


def _embolic(procedure: Procedure, vessel: str) -> Supply | None:
    """The first of the tray whose size suits what the vessel feeds."""
    tree = procedure.o.tree
    index = tree.by_id[vessel].index
    ends = [v for v in tree.vessels if index in tree.path_to_root(v.index) and v.outlet]
    organs = [v.outlet.organ for v in ends if v.outlet is not None]
    focal = [o for o in organs if o in ("fibroid", "tumour")] or organs[:1]
    for tool in procedure.scenario.supplies.values():
        sizes = sizes_um(tool)
        if tool.kind == "lipiodol":
            return tool
        if sizes is not None and not any(fits(*sizes, organ) for organ in focal):
            return tool
    return None


def _sponge(procedure: Procedure) -> Supply | None:
    return next((s for s in procedure.scenario.supplies.values() if s.kind == "gelfoam"), None)


def _coil(procedure: Procedure, vessel: str) -> Supply | None:
    """The coil whose oversize is nearest to what is taught; in a sac smaller ones follow."""
    o = procedure.o
    v = o.tree.by_id[vessel]
    sac = v.grown == "aneurysm"
    lumen = 2.0 * (float(v.radius_mm.max()) if sac else v.radius_at(max(_tip_mm(o), 0.0)))
    laid = len([e for e in o.session.events if e.kind == "coil_deployed"])
    wanted = (1.0 - 0.12 * min(laid, 5)) if sac else 1.0 + _OVERSIZE
    tools = [s for s in procedure.scenario.supplies.values() if s.coil is not None]
    if not tools:
        return None
    return min(
        tools,
        key=lambda s: abs(oversize(s.coil.loop_mm, lumen) + 1.0 - wanted) if s.coil else 9.0,
    )


def _count(o: Operator, wanted: Happened) -> int:
    return sum(
        1 for e in o.session.events if e.kind == wanted.kind and wanted.vessel in (None, e.vessel)
    )


def _total(o: Operator, kind: str) -> int:
    return sum(1 for e in o.session.events if e.kind == kind)
