"""A case from the forms to the last film, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Step, Target, TipAt
from ir_sim.simulation.controls import Action, Controls
from ir_sim.training.expert import filming, manoeuvres
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.expert.route import Route, beyond, route

#: Deeper than a place asks for, so that it holds, mm.
DEEPER_MM = 4.0
#: A form is answered at this pace, s a question.
ANSWER_S = 0.8


def play(o: Operator) -> Iterator[Controls]:
    """The whole case; after the end nothing is done any more."""
    yield from Procedure(o).run()


class Procedure:
    """The case as this operator goes through it.

    Args:
        o: The operator.
    """

    def __init__(self, o: Operator) -> None:
        self.o = o
        self.scenario = o.session.scenario
        self.task = self.scenario.task

    def run(self) -> Work:
        """From the forms to the end."""
        o = self.o
        yield from self._answer("before")
        yield from o.press(Action("pulse_rate", value=o.style.pulse_rate))
        for step in self.task.steps:
            if step.id not in o.session.progress.done:
                yield from o.think()
                yield from self._do(step)
        if not o.session.progress.target_reached:
            yield from self._bring(self.task.target)
            yield from o.wait(self.task.target.hold_s + 0.5)
        yield from self._answer("after")
        yield from o.press(Action("finish"))
        return True

    def _answer(self, form: str) -> Work:
        for action in self.o.session.case.right_answers(form):
            yield from self.o.wait(ANSWER_S)
            yield from self.o.press(action)
        return True

    def _do(self, step: Step) -> Work:
        when, o = step.when, self.o
        if when.mounted is not None:
            device = when.mounted.id or self._choice(when.mounted.device).id
            return (yield from o.put_in(when.mounted.device, device))
        if when.tip_at is not None:
            return (yield from self._bring(when.tip_at))
        if when.injected is not None:
            yield from self._lie_in(when.injected.vessel)
            return (yield from filming.puff(o, when.injected.at_least_ml))
        if when.filmed is not None:
            yield from self._lie_in(when.filmed.vessel)
            yield from self._on_target(when.filmed.vessel)
            return (yield from filming.film(o, when.filmed.vessel, when.filmed.at_least_ml))
        if when.removed is not None:
            return (yield from o.take_out(when.removed))
        yield from self._bring(self.task.target)
        return (yield from o.wait(self.task.target.hold_s + 0.5))

    # -- getting there -------------------------------------------------------------------------

    def _way(self, vessel: str) -> Route:
        access = self.scenario.access
        antegrade = access.direction == "antegrade"
        return route(self.o.tree, access.vessel, vessel, antegrade=antegrade)

    def _there(self, place: TipAt | Target) -> bool:
        if not self.o.free(place.device):
            return False
        vessel, s = self.o.place(place.device)
        return vessel == place.vessel and s >= place.at_mm

    def _bring(self, place: TipAt | Target) -> Work:
        """A device's tip to a place."""
        o, way = self.o, self._way(place.vessel)
        yield from filming.open_blades(o)
        if self._there(place):
            return True
        if not o.has("wire"):
            yield from o.put_in("wire", self._choice("wire").id)
        if place.device == "wire":
            if not way.down and not way.antegrade:
                return (yield from manoeuvres.climb(o, way, self._height(way)))
            return (yield from manoeuvres.wire_into(o, way, place.at_mm + 3.0))
        return (yield from self._catheter(place, way))

    def _height(self, way: Route) -> float:
        """How high in the turning vessel: above the branch that the target hangs on."""
        target = self._way(self.task.target.vessel)
        if target.turn is way.turn and target.down:
            return min(manoeuvres.WIRE_ABOVE_MM, target.branch_mm - 15.0) - target.branch_mm
        return -0.5 * way.turn.length_mm

    def _catheter(self, place: TipAt | Target, way: Route) -> Work:
        o, slot = self.o, place.device
        if not o.has(slot):
            yield from o.put_in(slot, self._choice(slot).id)
        if not way.down:
            above = self._height(way) - 40.0
            return (yield from manoeuvres.catheter_up(o, way, above))
        inside = {v.id for v in way.down}
        for attempt in range(3):
            if o.place(slot)[0] not in inside and not (
                yield from manoeuvres.hook(o, way, place.at_mm)
            ):
                return False
            if self._there(place) and not isinstance(place, Target):
                return True
            yield from o.think()
            yield from manoeuvres.seat(o, way, place.at_mm + DEEPER_MM + 2.0 * attempt)
            yield from manoeuvres.wire_back(o, slot)
            yield from o.wait(0.4)
            if self._there(place):
                return True
        return False

    def _lie_in(self, vessel: str) -> Work:
        """The catheter's tip in a vessel and its lumen free."""
        o = self.o
        slot = self.task.target.device
        slot = slot if slot in ("microcatheter", "guide") and o.has(slot) else "catheter"
        inside = beyond(o.tree, o.tree.by_id[vessel].index)
        if not o.has(slot) or o.place(slot)[0] not in inside:
            yield from self._bring(TipAt(device=slot, vessel=vessel, at_mm=2.0))
        if vessel == self.task.target.vessel:
            yield from self._on_target(vessel)
        if o.has("wire"):
            yield from manoeuvres.wire_back(o, slot)
            yield from o.take_out("wire")
        return True

    def _on_target(self, vessel: str) -> Work:
        """The device to the target before its vessel is filmed."""
        target = self.task.target
        if vessel == target.vessel and not self._there(target):
            yield from self._bring(target)
            yield from self.o.take_out("wire")
        return True

    def _choice(self, slot: str) -> Device:
        """The device of the tray that suits the way."""
        fitting = [d for d in self.scenario.devices.values() if d.slot == slot]
        preferred = ("angled", "cobra2")
        return min(
            fitting, key=lambda d: next((i for i, w in enumerate(preferred) if w in d.id), 9)
        )
