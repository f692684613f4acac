"""How the expert clears a vessel of clot: with a lytic over hours, or by drawing it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Endpoint, Happened
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert import steering
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.steps import met

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: Dose, mg/h; hours until the first look, and between further ones.
DOSE_MG_H, FIRST_H, AGAIN_H = 1.0, 12.0, 8.0
#: The pump is turned so fast, mg/h a second.
_TURN = 0.5
#: Fibrinogen below which the pump is halved, and stopped, mg/dL.
_HALVE, _STOP = 150.0, 100.0


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
    yield from _pump(o, 0.0 if last < _STOP else 0.5 if last < _HALVE else DOSE_MG_H)
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


def clear(procedure: Procedure, wanted: Happened) -> Work:
    """Draw the clot out."""
    del procedure, wanted
    yield from ()
    return False
