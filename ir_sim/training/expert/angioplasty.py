"""How the expert dilates and stents: size by the healthy vessel, place by the marks, then look."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ir_sim.scenario.device import Device
from ir_sim.scenario.lesions import Bleed, Occlusion, Stenosis
from ir_sim.scenario.task import Endpoint, Happened, TipAt
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert import clearing, filming, steering
from ir_sim.training.expert.operator import Moves, Operator, Work
from ir_sim.training.expert.route import Route
from ir_sim.treatment.balloon_laws import YIELD_ATM
from ir_sim.treatment.stent_laws import SLOW_MM_S

if TYPE_CHECKING:
    from ir_sim.training.expert.procedure import Procedure

#: The wire lies so far beyond a lesion's end, mm.
_WIRE_BEYOND_MM = 55.0
#: A balloon is filled and emptied so fast, atm/s, and kept full for so long, s.
_FILL_ATM_S, _EMPTY_ATM_S, _KEEP_S = 0.8, 5.0, 4.0
#: A look at the balloon: so long, every so often, s.
_LOOK_S, _EVERY_S = 0.3, 2.0
#: A balloon may be so much larger than the vessel; a self-expanding stent is larger by so much, mm.
_BALLOON_OVER, _STENT_OVER_MM = 1.06, 0.8
#: Marks within so much of the place wanted are well placed, mm; speeds of placing, mm/s.
_PLACED_MM, _PLACE_MM_S, _NEAR_MM_S = 0.8, 45.0, 6.0
#: What is covered of the vessel on either side of a lesion, mm.
_MARGIN_MM = 3.0


def dilate(procedure: Procedure, wanted: Happened) -> Work:
    """A balloon on the lesion until its waist has gone, then empty."""
    lesion = Lesion(procedure, wanted.vessel)
    if lesion.choose_balloon() is None:  # a guide's, to stop the flow
        return (yield from clearing.arrest(procedure, wanted))
    return (yield from _dilate(procedure, lesion))


def deflate(procedure: Procedure, wanted: Happened) -> Work:
    """Empty the balloon."""
    if Lesion(procedure, wanted.vessel).choose_balloon() is None:
        return (yield from clearing.release(procedure, wanted))
    return (yield from empty(procedure.o))


def stent(procedure: Procedure, wanted: Happened) -> Work:
    """A stent over the lesion, opened further by a balloon where it has a waist."""
    lesion = Lesion(procedure, wanted.vessel)
    yield from _stent(procedure, lesion, covered=False)
    if _residual(procedure.o, lesion.vessel) > 25.0:
        yield from _dilate(procedure, lesion)
    yield from procedure.o.take_out("catheter")
    return True


def seal(procedure: Procedure, wanted: Happened) -> Work:
    """A torn vessel: the balloon back on the tear, a covered stent over it."""
    lesion = Lesion(procedure, wanted.vessel)
    yield from _stent(procedure, lesion, covered=True)
    yield from procedure.o.take_out("catheter")
    return True


def improve(procedure: Procedure, endpoint: Endpoint) -> Work:
    """What is left is too much: a stent if there is one, else the balloon again."""
    vessel = endpoint.vessel
    lesion = Lesion(procedure, vessel)
    if lesion.choose_stent(covered=False) is not None:
        yield from _stent(procedure, lesion, covered=False)
        if _residual(procedure.o, vessel) > 25.0:
            yield from _dilate(procedure, lesion)
    else:
        yield from _dilate(procedure, lesion)
    yield from procedure.o.take_out("catheter")
    return True


class Lesion:
    """A narrowing as the expert sees it, and the tools that suit it.

    Args:
        procedure: The case.
        vessel: Its vessel; the target's if none is named.
    """

    def __init__(self, procedure: Procedure, vessel: str | None) -> None:
        self.scenario, tree = procedure.scenario, procedure.o.tree
        self.vessel = vessel or procedure.task.target.vessel
        v = tree.by_id[self.vessel]
        found = [x for x in v.lesions if isinstance(x, Stenosis | Occlusion)]
        torn = [x for x in v.lesions if isinstance(x, Bleed)]
        if found:
            lesion = found[0]
            self.at_mm, self.length_mm = lesion.at_mm, lesion.length_mm
            self.hardness = str(lesion.hardness)
        elif torn:
            self.at_mm, self.length_mm, self.hardness = torn[0].at_mm, 10.0, "soft"
        else:
            self.at_mm, self.length_mm, self.hardness = 0.5 * v.length_mm, 10.0, "soft"
        self.xy_mm = v.point_at(self.at_mm)
        near = np.abs(v.s_mm - self.at_mm) <= 0.5 * self.length_mm
        self.reference_mm = 2.0 * float(np.median(v.healthy_radius_mm[near]))
        self.ostial = self.at_mm - 0.5 * self.length_mm < 3.0

    def choose_balloon(self) -> Device | None:
        """As wide as the vessel, strong enough for the plaque, as short as will do."""
        found = [
            d for d in self.scenario.devices.values()
            if d.balloon is not None and d.stent is None and not d.balloon.occlusion
        ]  # fmt: skip
        need = YIELD_ATM[self.hardness] + 2.5

        def order(d: Device) -> tuple[bool, bool, float, float]:
            b = d.balloon
            assert b is not None  # noqa: S101
            wide = b.diameter_mm > _BALLOON_OVER * self.reference_mm
            off = abs(b.diameter_mm - self.reference_mm)
            return wide, b.burst_atm < need, off, abs(b.length_mm - self.length_mm - 8.0)

        return min(found, key=order, default=None)

    def choose_stent(self, *, covered: bool) -> Device | None:
        """Long enough to cover the lesion, and of the right width."""
        found = [
            d for d in self.scenario.devices.values()
            if d.stent is not None and (d.stent.covered or not covered)
        ]  # fmt: skip

        def order(d: Device) -> tuple[bool, bool, float, float]:
            s = d.stent
            assert s is not None  # noqa: S101
            wish = self.reference_mm + (_STENT_OVER_MM if s.expands == "self" else 0.0)
            short = s.length_mm < self.length_mm + _MARGIN_MM
            return s.covered != covered, short, abs(s.diameter_mm - wish), s.length_mm

        return min(found, key=order, default=None)


def _residual(o: Operator, vessel: str) -> float:
    return o.state.measure("residual_percent", vessel) or 0.0


def _dilate(procedure: Procedure, lesion: Lesion) -> Work:
    o, device = procedure.o, lesion.choose_balloon()
    if device is None or device.balloon is None:
        return False
    balloon = device.balloon
    middle = balloon.tip_mm + 0.5 * balloon.length_mm
    if not (yield from bring(procedure, lesion, device, middle, 0.0)):
        return False
    yield from o.press(Action("take_up", device=device.id))
    most = balloon.burst_atm - 0.6

    def atm() -> float:
        reading = o.state.treatment
        return reading.value if reading is not None else 0.0

    def enough() -> bool:
        reading = o.state.treatment
        gone = reading is not None and "no waist" in reading.text
        return atm() >= most or (gone and atm() >= balloon.nominal_atm)

    yield from fill(o, enough, (most + 1.0) / _FILL_ATM_S)
    yield from o.wait(_KEEP_S)
    return (yield from empty(o))


def fill(o: Operator, enough: Callable[[], bool], seconds: float) -> Work:
    """Fill the balloon, with a short look now and then."""
    for k in range(round(seconds / DT_S)):
        if enough():
            return True
        looks = (k * DT_S) % _EVERY_S < _LOOK_S
        yield o.tick(watch=looks, treat=_FILL_ATM_S)
    return enough()


def empty(o: Operator) -> Work:
    """The balloon wholly empty."""

    def empty() -> bool:
        reading = o.state.treatment
        return reading is None or reading.unit != "atm" or reading.value <= 0.0

    for _ in range(round(8.0 / DT_S)):
        if empty():
            break
        yield o.tick(watch=False, treat=-_EMPTY_ATM_S)
    yield from o.wait(2.0)
    return True


def _stent(procedure: Procedure, lesion: Lesion, *, covered: bool) -> Work:
    o, device = procedure.o, lesion.choose_stent(covered=covered)
    if device is None or device.stent is None:
        return False
    tool, balloon = device.stent, device.balloon
    middle = tool.tip_mm + 0.5 * tool.length_mm
    # at an ostium the stent begins a millimetre or two outside it
    spare = 0.5 * (tool.length_mm - lesion.length_mm)
    lead = min(spare - 1.0, 4.0) if lesion.ostial else 0.0
    if not (yield from bring(procedure, lesion, device, middle, lead)):
        return False
    yield from o.press(Action("take_up", device=device.id))
    if tool.expands == "self":
        for k in range(round((tool.length_mm / SLOW_MM_S + 1.0) / DT_S)):
            looks = (k * DT_S) % _EVERY_S < _LOOK_S
            yield o.tick(watch=looks, treat=0.95 * SLOW_MM_S)
        yield from o.wait(1.0)
        return True
    if balloon is None:
        return False
    goal = max(balloon.nominal_atm, min(YIELD_ATM[lesion.hardness] + 2.5, balloon.burst_atm - 0.6))

    def full() -> bool:
        reading = o.state.treatment
        return reading is not None and reading.value >= goal

    yield from fill(o, full, (goal + 1.0) / _FILL_ATM_S)
    yield from o.wait(_KEEP_S)
    return (yield from empty(o))


# -- getting there -----------------------------------------------------------------------------


def bring(
    procedure: Procedure, lesion: Lesion, device: Device, middle_mm: float, lead_mm: float
) -> Work:
    """A device over the wire until a place on it lies on the lesion's middle."""
    o = procedure.o
    yield from filming.open_blades(o)
    yield from _lead(procedure, lesion)
    if o.has("catheter") and o.device("catheter").device.id != device.id:
        yield from o.take_out("catheter")
    if not o.has("catheter"):
        outside = o.device("wire").device.length_mm - device.length_mm
        most = outside - procedure.scenario.access.sheath_mm - 60.0
        if o.inserted_mm("wire") > most:
            yield from steering.wire_to(o, most)
        if not (yield from o.put_in("catheter", device.id)):
            return False

    def off() -> float:
        held = o.device("catheter")
        curve, s = held.chain.curve, held.chain.curve_s_mm
        at = float(s[int(np.argmin(np.hypot(*(curve - lesion.xy_mm).T)))])
        return at + middle_mm - lead_mm - held.inserted_mm

    def moves() -> Moves:
        fast = _PLACE_MM_S if off() > 25.0 else _NEAR_MM_S
        return {"catheter": (float(np.clip(3.0 * off(), -fast, fast)), 0.0)}

    yield from o.do(moves, lambda: abs(off()) < _PLACED_MM, 45.0, watch=True)
    return abs(off()) < 3.0 * _PLACED_MM


def _lead(procedure: Procedure, lesion: Lesion) -> Work:
    """The wire across the lesion and far enough beyond it."""
    o = procedure.o
    way: Route = procedure.way_to(lesion.vessel)
    climbing = lesion.vessel in {v.id for v in (*way.up, way.turn)} and not way.antegrade

    def beyond() -> bool:
        if not o.has("wire"):
            return False
        held = o.device("wire")
        near = np.hypot(*(held.points_mm - lesion.xy_mm).T)
        at = float(held.chain.curve_s_mm[min(int(near.argmin()), len(near) - 1)])
        need = 0.5 * lesion.length_mm + _WIRE_BEYOND_MM
        return float(near.min()) < 8.0 and held.inserted_mm - at >= need

    if beyond():
        return True
    if climbing:
        return (yield from procedure.bring(TipAt(device="wire", vessel="aorta", at_mm=0.0)))
    v = o.tree.by_id[lesion.vessel]
    goal = lesion.at_mm + 0.5 * lesion.length_mm + _WIRE_BEYOND_MM
    if not o.has("wire"):
        yield from o.put_in("wire", procedure.angled_wire().id)
    place = min(goal, v.length_mm - 2.0)
    yield from steering.wire_into(o, way, place)
    return (yield from o.do({"wire": (20.0, 0.0)}, beyond, 4.0))
