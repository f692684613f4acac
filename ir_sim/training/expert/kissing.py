"""How the expert stents a bifurcation with an assistant: edges level, both balloons together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ir_sim.scenario.device import Device
from ir_sim.scenario.task import Endpoint, Happened
from ir_sim.simulation.controls import Action
from ir_sim.training.expert import angioplasty, steering
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.treatment.balloon_laws import YIELD_ATM
from ir_sim.treatment.kissing_laws import band_mm
from ir_sim.treatment.stent_laws import length_mm

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: Both balloons are kept full for so long, and are full within this time, s.
_KEEP_S, _MOST_S = 4.0, 40.0
#: The wire lies so far beyond the flush catheter before that comes out, mm.
_AHEAD_MM = 40.0


def join(procedure: Procedure, wanted: Happened) -> Work:
    """Ask the assistant to inflate with the expert."""
    del wanted
    return (yield from procedure.o.press(Action("assistant", value=True)))


def wait(procedure: Procedure, wanted: Happened) -> Work:
    """Ask the assistant to wait."""
    del wanted
    return (yield from procedure.o.press(Action("assistant", value=False)))


def stent(procedure: Procedure, vessel: str) -> Work:
    """A stent level with the assistant's, opened while the assistant's is."""
    o, spec = procedure.o, procedure.scenario.assistant
    lesion = KissedLesion(procedure, vessel)
    device = lesion.choose_stent(covered=False)
    if spec is None or device is None or device.stent is None or device.balloon is None:
        return False
    tool = device.stent
    middle = tool.tip_mm + 0.5 * length_mm(tool)
    # towards the own groin: the stent's middle lies below the bifurcation
    lead = 0.5 * length_mm(tool) - spec.edge_mm
    yield from _wire_ahead(procedure)
    if not (yield from angioplasty.bring(procedure, lesion, device, middle, lead)):
        return False
    yield from o.press(Action("take_up", device=device.id))
    need = YIELD_ATM[lesion.hardness] + 2.5
    goal = max(device.balloon.nominal_atm, min(need, device.balloon.burst_atm - 0.6))
    yield from angioplasty.fill(o, lambda: _atm(o) >= goal, _MOST_S)
    yield from o.wait(_KEEP_S)
    return True


def improve(procedure: Procedure, endpoint: Endpoint) -> Work:
    """The other side is not open: both balloons again, the own one in what is stented already."""
    del endpoint
    o, spec = procedure.o, procedure.scenario.assistant
    own = procedure.way_to(procedure.task.target.vessel)
    if spec is None:
        return False
    parent = o.tree.by_id[spec.vessel].parent
    vessel = next(v.id for v in own.up if v.parent == parent)
    lesion = KissedLesion(procedure, vessel)
    device = lesion.choose_balloon()
    if device is None or device.balloon is None:
        return False
    balloon = device.balloon
    yield from o.press(Action("assistant", value=True))
    middle = balloon.tip_mm + 0.5 * balloon.length_mm
    lead = 0.5 * balloon.length_mm - spec.edge_mm
    if not (yield from angioplasty.bring(procedure, lesion, device, middle, lead)):
        return False
    yield from o.press(Action("take_up", device=device.id))
    goal = balloon.burst_atm - 0.6
    yield from angioplasty.fill(o, lambda: _atm(o) >= goal, _MOST_S)
    yield from o.wait(_KEEP_S)
    yield from angioplasty.empty(o)
    return (yield from o.take_out("catheter"))


def _wire_ahead(procedure: Procedure) -> Work:
    """A wire through the flush catheter, which stays where it is until the wire lies beyond."""
    o = procedure.o
    if not o.has("catheter") or o.has("wire"):
        return True
    yield from o.put_in("wire", procedure.angled_wire().id)
    ahead = o.inserted_mm("catheter") + _AHEAD_MM
    push = {"wire": (steering.WIRE_MM_S, 0.0)}
    return (yield from o.do(push, lambda: o.inserted_mm("wire") > ahead, 20.0))


def _atm(o: Operator) -> float:
    reading = o.state.treatment
    return reading.value if reading is not None else 0.0


class KissedLesion(angioplasty.Lesion):
    """A lesion at a bifurcation: its stent is balloon-expandable, and two must fit the parent."""

    def __init__(self, procedure: Procedure, vessel: str) -> None:
        super().__init__(procedure, vessel)
        tree = procedure.o.tree
        v = tree.by_id[vessel]
        parent = tree.vessels[v.parent]
        healthy = np.interp(v.parent_at_mm, parent.s_mm, parent.healthy_radius_mm)
        self.parent_mm = 2.0 * float(healthy)
        self.xy_mm = parent.point_at(v.parent_at_mm)  # it is placed by the bifurcation

    def choose_stent(self, *, covered: bool) -> Device | None:
        """As wide as the vessel, if the band round both is not wider than the parent."""
        del covered
        beside, other = self.scenario.assistant_device, 0.0
        if beside is not None and beside.stent is not None:
            other = beside.stent.diameter_mm

        def order(device: Device) -> tuple[bool, float]:
            assert device.stent is not None  # noqa: S101
            wide = band_mm(device.stent.diameter_mm, other) > self.parent_mm
            return wide, abs(device.stent.diameter_mm - self.reference_mm)

        found = [d for d in self.scenario.devices.values() if d.stent and d.balloon]
        return min(found, key=order, default=None)
