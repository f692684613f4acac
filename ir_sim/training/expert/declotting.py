"""How the expert draws clot out of a dialysis access with a soft balloon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ir_sim.scenario.device import Device
from ir_sim.scenario.task import Endpoint, Happened, Target, TipAt
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert.operator import Moves, Operator, Work
from ir_sim.training.expert.steering import any_of
from ir_sim.training.steps import met

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: The balloon is filled until it lies so much over the lumen, and no more; so fast, mL/s.
_FITS, _MOST, _FILL_ML_S, _EMPTY_ML_S = 0.97, 1.06, 0.3, 0.5
#: Over the wire, back with the full balloon, mm/s; so far beyond the anastomosis, mm.
_TRACK_MM_S, _SLOW_MM_S, _PULL_MM_S, _BEYOND_MM = 40.0, 12.0, 10.0, 6.0
#: The wire leads by so much there, mm.
_LEAD_MM = 22.0
#: Pulls at most; what flows again is waited for, s.
_PULLS, _FLOWS_S = 4, 4.0


def pull(procedure: Procedure, wanted: Happened) -> Work:
    """The balloon over the anastomosis, full, and back to the sheath; again if clot stays."""
    o = procedure.o
    for _ in range(_PULLS):
        if any(e.kind == wanted.kind for e in o.session.events):
            return True
        if not (yield from _once(procedure)):
            return False
    return any(e.kind == wanted.kind for e in o.session.events)


def flow(procedure: Procedure, endpoint: Endpoint) -> Work:
    """The access carries too little: pull again, and look."""
    o = procedure.o
    yield from o.wait(_FLOWS_S)
    for _ in range(_PULLS):
        if met(endpoint, o.state) or not (yield from _once(procedure)):
            break
        yield from o.wait(_FLOWS_S)
    return met(endpoint, o.state)


def _tool(procedure: Procedure) -> Device | None:
    tray = procedure.scenario.devices.values()
    return next((d for d in tray if d.embolectomy is not None), None)


def _once(procedure: Procedure) -> Work:
    o, device = procedure.o, _tool(procedure)
    if device is None or device.embolectomy is None or not o.has("wire"):
        return False
    if o.has("catheter") and o.device("catheter").device.id != device.id:
        yield from o.take_out("catheter")
    if not o.has("catheter") and not (yield from procedure.over_the_wire(device)):
        return False
    tool = device.embolectomy
    vein = procedure.task.target.vessel
    joins = o.tree.by_id[vein].parent_at_mm
    artery = o.tree.vessels[o.tree.by_id[vein].parent].id
    far = joins - tool.tip_mm - tool.length_mm - _BEYOND_MM
    yield from _soft_end(o, artery, far - _LEAD_MM)

    def there() -> bool:
        name, s = o.place("catheter")
        return name == artery and s <= far

    def on() -> Moves:
        lead = o.inserted_mm("wire") - o.inserted_mm("catheter")
        return {"catheter": (_TRACK_MM_S if lead > 80.0 else _SLOW_MM_S, 0.0)}

    spent = any_of(there, lambda: o.inserted_mm("wire") - o.inserted_mm("catheter") < 5.0)
    yield from o.do(on, spent, 30.0)
    if not (yield from o.press(Action("take_up", device=device.id))):
        return False
    yield from _draw(o, device)
    return True


def _soft_end(o: Operator, artery: str, at_mm: float) -> Work:
    """The wire back until its soft end lies in the bend of the anastomosis."""

    def short() -> bool:
        name, s = o.place("wire")
        return name != artery or s >= at_mm

    return (yield from o.do({"wire": (-_TRACK_MM_S, 0.0)}, short, 10.0, watch=True))


def _draw(o: Operator, device: Device) -> Work:
    """Fill it to the wall, draw it to the sheath and keep it on the wall, then empty it."""
    tool = device.embolectomy
    assert tool is not None  # noqa: S101
    near = tool.tip_mm + tool.length_mm + 0.5

    def hand() -> float:
        reading = o.state.treatment
        if reading is None or "on the wall" not in reading.text:
            loose = reading is None or "stretches" not in reading.text
            return _FILL_ML_S if loose else -_FILL_ML_S
        return 0.0

    for _ in range(round(6.0 / DT_S)):
        if hand() == 0.0:
            break
        yield o.tick(watch=True, treat=hand())
    for _ in range(round(45.0 / DT_S)):
        if o.inserted_mm("catheter") <= near:
            break
        yield o.tick({"catheter": (-_PULL_MM_S, 0.0)}, watch=True, treat=hand())
    for _ in range(round(6.0 / DT_S)):
        reading = o.state.treatment
        if reading is None or reading.value <= 0.0:
            break
        yield o.tick(watch=False, treat=-_EMPTY_ML_S)
    return True


def along(o: Operator, place: TipAt | Target) -> Work:
    """A catheter in a fistula's vein along the wire, towards the artery, to within a place."""
    slot = place.device
    least = place.to_mm if place.to_mm is not None else o.tree.by_id[place.vessel].length_mm

    def there() -> bool:
        name, s = o.place(slot)
        return name == place.vessel and s <= least - 2.0

    def on() -> Moves:
        if o.inserted_mm("wire") - o.inserted_mm(slot) < 12.0:
            return {slot: (_SLOW_MM_S, 0.0), "wire": (_SLOW_MM_S, 0.0)}
        name, s = o.place(slot)
        near = name == place.vessel and s < least + 25.0
        return {slot: (_SLOW_MM_S if near else _TRACK_MM_S, 0.0)}

    yield from o.do(on, there, 40.0)
    return there()


def in_fistula(o: Operator, vessel: str) -> bool:
    """Whether a vessel is a vein whose blood comes from an artery."""
    here = o.tree.by_id[vessel]
    if not here.vein:
        return False
    while here.parent >= 0 and here.vein:
        here = o.tree.vessels[here.parent]
    return not here.vein
