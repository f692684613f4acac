"""How the expert treats: for each event that a step waits for, the work that brings it about.

Each treatment has a module of its own beside this one, and a line in ``TREATING``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ir_sim.flow.drugs import FORMULARY
from ir_sim.scenario.task import Endpoint, Happened
from ir_sim.simulation.controls import Action
from ir_sim.training.expert import (
    angioplasty,
    clearing,
    crossing,
    declotting,
    embolization,
    kissing,
    manoeuvres,
)
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.steps import met

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: An endpoint is waited for so long, s (assumed).
_PATIENCE_S = 60.0


def treat(procedure: Procedure, wanted: Happened) -> Work:
    """Make an event of a treatment happen; whether the expert knows how."""
    work = TREATING.get(wanted.kind)
    if work is None:
        return False
    return (yield from work(procedure, wanted))


def measure_pressure(procedure: Procedure, wanted: Happened) -> Work:
    """Read the pressure where the catheter lies, after a beat or two of rest.

    If another vessel is wanted, one nearer to the heart, the catheter is drawn back into it first.
    """
    if wanted.vessel is not None:
        yield from manoeuvres.pull_back_into(procedure.o, wanted.vessel)
    yield from procedure.o.wait(2.0)
    return (yield from procedure.o.press(Action("pressure")))


def stent(procedure: Procedure, wanted: Happened) -> Work:
    """A stent over a lesion; at a bifurcation together with the assistant."""
    spec = procedure.scenario.assistant
    if spec is not None and wanted.vessel not in (None, spec.vessel):
        return (yield from kissing.stent(procedure, str(wanted.vessel)))
    return (yield from angioplasty.stent(procedure, wanted))


def give(o: Operator, drug: str) -> Work:
    """Give a drug in its usual dose."""
    return (yield from o.press(Action("drug", device=drug, value=FORMULARY[drug].usual)))


def achieve(procedure: Procedure, endpoint: Endpoint) -> Work:
    """Work towards an endpoint, or wait until it is met."""
    o = procedure.o
    work = ACHIEVING.get(endpoint.measure)
    helper = procedure.scenario.assistant
    if helper is not None and endpoint.vessel == helper.vessel:
        work = kissing.improve  # that side is out of the own reach
    if work is not None and not met(endpoint, o.state):
        yield from work(procedure, endpoint)
    return (yield from o.do({}, lambda: met(endpoint, o.state), _PATIENCE_S, watch=False))


#: How the expert makes an event happen: the kind of the event, and the work.
TREATING: dict[str, Callable[[Procedure, Happened], Work]] = {
    "pressure_recorded": measure_pressure,
    "lysis_lapsed": clearing.infuse,
    "lysis_checked": clearing.check,
    "retriever_opened": clearing.open_retriever,
    "clot_removed": clearing.clear,
    "arterial_plug_out": declotting.pull,
    "occlusion_crossed": crossing.cross,
    "balloon_inflated": angioplasty.dilate,
    "waist_gone": angioplasty.dilate,
    "balloon_deflated": angioplasty.deflate,
    "stent_deployed": stent,
    "assistant_joins": kissing.join,
    "assistant_waits": kissing.wait,
    "tear_sealed": angioplasty.seal,
    "particles_injected": embolization.particles,
    "emulsion_injected": embolization.particles,
    "near_stasis": embolization.particles,
    "gelatin_lodged": embolization.particles,
    "coil_deployed": embolization.coils,
    "plug_deployed": embolization.plug,
}
#: How the expert works towards an endpoint that waiting does not bring.
ACHIEVING: dict[str, Callable[[Procedure, Endpoint], Work]] = {
    "lysis_percent": clearing.go_on,
    "residual_percent": angioplasty.improve,
    "gradient_mmhg": angioplasty.improve,
    "flow_ml_min": declotting.flow,
    "bleed_ml_min": embolization.stop_bleeding,
    "packing_percent": embolization.pack,
}
