"""How the expert clears a vessel of clot: with a lytic over hours, or by drawing it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ir_sim.anatomy.vessel_tree import Vessel
from ir_sim.scenario.device import Device
from ir_sim.scenario.task import Endpoint, Happened, Target, TipAt
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert import steering
from ir_sim.training.expert.operator import Moves, Operator, Work
from ir_sim.training.expert.steering import any_of
from ir_sim.training.steps import met

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: Dose, mg/h; hours until the first look, and between further ones.
DOSE_MG_H, FIRST_H, AGAIN_H = 1.0, 12.0, 8.0
#: The same where the drug is given in pulses.
PULSED_MG_H, PULSED_H = 4.0, 0.5
#: The pump is turned so fast, mg/h a second.
_TURN = 0.5
#: Fibrinogen below which the pump is halved, and stopped, mg/dL.
_HALVE, _STOP = 150.0, 100.0
#: Through the microcatheter, back from the retriever, to the clot, and back with it, mm/s.
_FEED_MM_S, _UNSHEATHE_MM_S, _TRACK_MM_S, _DRAW_MM_S = 60.0, 10.0, 8.0, 5.0
#: A catheter stays so far behind the retriever's tip, mm.
_LEAD_MM = 12.0
#: Nearer than this to its wire's tip a catheter is pushed slowly, mm.
_NEAR_MM = 120.0
#: The microcatheter goes so far back behind the open struts, mm; vacuum; wait; passes at most.
_BARE_MM, _VACUUM_KPA, _WAIT_H, _PASSES = 2.0, 85.0, 4.0 / 60.0, 4
#: A guide's balloon is filled to so much, so fast, atm and atm/s.
_FULL_ATM, _FILL_ATM_S = 1.02, 0.5


def infuse(procedure: Procedure, wanted: Happened) -> Work:
    """The pump up to its dose, and hours."""
    del wanted
    return (yield from _hours(procedure.o, FIRST_H))


def check(procedure: Procedure, wanted: Happened) -> Work:
    """A puff into the vessel, with a look."""
    del wanted
    o = procedure.o
    if o.has("wire"):
        yield from steering.wire_back(o)
        yield from o.take_out("wire")
    for _ in range(round(2.5 / DT_S)):
        yield o.tick(pedal="fluoro", inject_ml_s=2.0, table_mm_s=(0.0, 0.0))
    yield from o.wait(1.0)
    return True


def go_on(procedure: Procedure, endpoint: Endpoint) -> Work:
    """Hours and looks until enough is dissolved; not against the rules of the fibrinogen."""
    o = procedure.o
    for _ in range(4):
        if met(endpoint, o.state):
            break
        yield from _hours(o, AGAIN_H)
        yield from check(procedure, Happened(kind="lysis_checked"))
    yield from _pump(o, 0.0)
    return met(endpoint, o.state)


def _tool(o: Operator, block: str) -> Device | None:
    """The mounted device with such a treating end."""
    held = (d.device for d in o.state.devices.values())
    return next((d for d in held if getattr(d, block) is not None), None)


def _hours(o: Operator, hours: float) -> Work:
    device = _tool(o, "infusion")
    if device is None:
        return False
    if not (yield from o.press(Action("take_up", device=device.id))):
        return False
    fibrinogen = [e.data["fibrinogen"] for e in o.session.events if e.kind == "lysis_lapsed"]
    last = fibrinogen[-1] if fibrinogen else 400.0
    pulsed = device.infusion is not None and device.infusion.pulsed
    dose, hours = (PULSED_MG_H, PULSED_H) if pulsed else (DOSE_MG_H, hours)
    yield from _pump(o, 0.0 if last < _STOP else 0.5 * dose if last < _HALVE else dose)
    return (yield from o.press(Action("lapse", value=hours)))


def _pump(o: Operator, mg_h: float) -> Work:
    """Turn the pump to a dose."""

    def off() -> float:
        reading = o.state.treatment
        return mg_h - reading.value if reading is not None else 0.0

    for _ in range(round(12.0 / DT_S)):
        if abs(off()) < 1e-3:
            break
        most = _TURN * DT_S
        yield o.tick(treat=max(min(off(), most), -most) / DT_S, watch=False)
    return True


def along_wire(o: Operator, place: TipAt | Target) -> Work:
    """A catheter that was changed over a wire up along it to a place; the wire is held."""
    slot = place.device

    def there() -> bool:
        vessel, s = o.place(slot)
        return vessel == place.vessel and s >= place.at_mm + 2.0

    def moves() -> Moves:
        lead = o.inserted_mm("wire") - o.inserted_mm(slot)
        slow = _TRACK_MM_S if lead < _NEAR_MM else _FEED_MM_S
        return {slot: (slow, 0.0)}

    spent = any_of(there, lambda: o.inserted_mm("wire") - o.inserted_mm(slot) < 3.0)
    yield from o.do(moves, spent, 60.0)
    return there()


def open_retriever(procedure: Procedure, wanted: Happened) -> Work:
    """The retriever to the microcatheter's end, then the microcatheter back from it."""
    del wanted
    o = procedure.o
    tray = procedure.scenario.devices.values()
    device = next((d for d in tray if d.retriever is not None), None)
    if device is None or device.retriever is None or not o.has("microcatheter"):
        return False
    yield from o.put_in("wire", device.id)
    ahead = {"wire": (_FEED_MM_S, 0.0)}
    beyond = max(_beyond_clot_mm(o, "microcatheter") - _tip_beyond_mm(device), 0.0)
    near = o.inserted_mm("microcatheter") - beyond
    yield from o.do(ahead, lambda: o.inserted_mm("wire") >= near, 40.0, watch=False)
    bare = device.retriever.tip_mm + device.retriever.length_mm + _BARE_MM
    back = {"microcatheter": (-_UNSHEATHE_MM_S, 0.0)}

    def bared() -> bool:
        return o.inserted_mm("wire") - o.inserted_mm("microcatheter") >= bare

    return (yield from o.do(back, bared, 20.0, watch=True))


def _tip_beyond_mm(device: Device) -> float:
    """How far beyond the clot's middle the tip lies when the struts' middle lies in it."""
    tool = device.retriever
    return tool.tip_mm + 0.5 * tool.length_mm if tool is not None else 0.0


def _beyond_clot_mm(o: Operator, slot: str) -> float:
    """How far a tip lies beyond the middle of the clot on its way; 0 if there is none."""
    name, along = o.place(slot)
    vessel = o.tree.by_id[name]
    while True:
        at = [lesion.at_mm for lesion in vessel.lesions if lesion.kind == "thrombus"]
        if at or vessel.parent < 0:
            return along - at[0] if at else 0.0
        along += vessel.parent_at_mm
        vessel = o.tree.vessels[vessel.parent]


def clear(procedure: Procedure, wanted: Happened) -> Work:
    """Suction at the clot's face, minutes, and slowly back; anew if the clot stays."""
    o = procedure.o
    for _ in range(_PASSES):
        if _tool(o, "retriever") is None and not (yield from _again(procedure)):
            return False
        if not _arrested(o):
            yield from arrest(procedure, Happened(kind="balloon_inflated"))
        yield from _draw(o)
        yield from release(procedure, wanted)
        if any(e.kind == "clot_removed" for e in o.session.events):
            break
        yield from o.take_out("wire")
    yield from _suction_off(o)
    if any(e.kind == "spasm" for e in o.session.events):
        yield from o.press(Action("drug", device="nitroglycerin", value=200.0))
    if o.has("wire"):
        yield from o.take_out("wire")
    else:
        yield from o.flush()  # the clot stayed: nothing came out that would be followed by it
    yield from o.take_out("microcatheter")
    yield from _into_parent(o)
    return any(e.kind == wanted.kind for e in o.session.events)


def _guide(o: Operator) -> Device | None:
    """The guide with a balloon, if one is in."""
    held = o.state.devices.get("guide")
    return held.device if held is not None and held.device.balloon is not None else None


def _arrested(o: Operator) -> bool:
    """Whether the guide's balloon is full."""
    reading, guide = o.state.treatment, _guide(o)
    in_hand = reading is not None and guide is not None and reading.tool == guide.id
    return in_hand and reading is not None and reading.value >= _FULL_ATM


def arrest(procedure: Procedure, wanted: Happened) -> Work:
    """Suction at the clot, minutes, then the guide's balloon until it shuts the carotid."""
    del wanted
    o = procedure.o
    yield from _suction(o)
    guide = _guide(o)
    if guide is None:
        return True
    yield from o.press(Action("take_up", device=guide.id))
    for _ in range(round(8.0 / DT_S)):
        if _arrested(o):
            break
        yield o.tick(watch=True, treat=_FILL_ATM_S)
    return _arrested(o)


def release(procedure: Procedure, wanted: Happened) -> Work:
    """The guide's balloon empty again."""
    del wanted
    o, guide = procedure.o, _guide(procedure.o)
    if guide is None:
        return True
    yield from o.press(Action("take_up", device=guide.id))
    for _ in range(round(8.0 / DT_S)):
        reading = o.state.treatment
        if reading is None or reading.value <= 0.0:
            break
        yield o.tick(watch=False, treat=-2.0)
    return (yield from o.wait(2.0))


def _into_parent(o: Operator) -> Work:
    """The catheter out of the vessel that was cleared, to be filmed from before it."""
    vessel = o.tree.by_id[o.place("catheter")[0]]
    if vessel.parent < 0 or not any(lesion.kind == "thrombus" for lesion in vessel.lesions):
        return True
    parent = o.tree.vessels[vessel.parent].id
    back = {"catheter": (-_UNSHEATHE_MM_S, 0.0)}
    yield from o.do(back, lambda: o.place("catheter")[0] == parent, 15.0, watch=True)
    return (yield from o.do(back, None, 1.0, watch=True))


def _again(procedure: Procedure) -> Work:
    """Across the clot anew: micro wire, microcatheter, retriever, as the steps say."""
    beyond = {v.id for v in _behind_clot(procedure)}
    for step in procedure.task.steps:
        place = step.when.tip_at
        small = place is not None and place.device in ("wire", "microcatheter")
        if place is not None and small and place.vessel in beyond:
            yield from procedure.bring(place)
    return (yield from open_retriever(procedure, Happened(kind="retriever_opened")))


def _behind_clot(procedure: Procedure) -> list[Vessel]:
    """Vessels beyond those that hold clot."""
    tree, found = procedure.o.tree, []
    for vessel in tree.vessels:
        above = {tree.vessels[i].id for i in tree.path_to_root(vessel.index)} - {vessel.id}
        if any(lesion.kind == "thrombus" for name in above for lesion in tree.by_id[name].lesions):
            found.append(vessel)
    return found


def _suction(o: Operator) -> Work:
    """The aspiration catheter over what lies in it to the clot, the pump on, and minutes."""
    device = _tool(o, "aspiration")
    if device is None:
        return False
    yield from o.press(Action("take_up", device=device.id))
    yield from o.press(Action("aspirate", value=_VACUUM_KPA))

    def at_clot() -> bool:
        reading = o.state.treatment
        return reading is not None and reading.text.startswith("no flow")

    ahead: dict[str, tuple[float, float]] = {device.slot: (_TRACK_MM_S, 0.0)}
    least = o.inserted_mm("wire") - _LEAD_MM
    stop = any_of(at_clot, lambda: o.inserted_mm(device.slot) >= least)
    yield from o.do(ahead, stop, 40.0, watch=True)
    yield from o.wait(2.0)
    return (yield from o.press(Action("lapse", value=_WAIT_H)))


def _suction_off(o: Operator) -> Work:
    device = _tool(o, "aspiration")
    if device is not None:
        yield from o.press(Action("take_up", device=device.id))
        yield from o.press(Action("aspirate", value=0.0))
    return True


def _draw(o: Operator) -> Work:
    """Retriever and microcatheter together into the aspiration catheter."""
    goal = o.inserted_mm("catheter") - 5.0
    back = {"wire": (-_DRAW_MM_S, 0.0), "microcatheter": (-_DRAW_MM_S, 0.0)}

    def done() -> bool:
        return o.inserted_mm("wire") <= goal

    yield from o.do(back, done, 30.0, watch=True)
    return True
