"""A case from the forms to the last film, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ir_sim.devices.coaxial import SHEATH_OUTSIDE_MM
from ir_sim.scenario.device import Device
from ir_sim.scenario.task import Mounted, Step, Target, TipAt
from ir_sim.simulation.controls import Action, Controls
from ir_sim.training.expert import (
    clearing,
    declotting,
    filming,
    manoeuvres,
    returning,
    steering,
    tray,
    treating,
)
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.expert.route import Route, beyond, route

#: Deeper than a place asks for, so that it holds when the wire goes, mm: in an ostium, and in a
#: vessel further on.
DEEPER_MM, BEYOND_MM = 4.0, 14.0
#: A branch that turns back by more is entered deeper by drawing the hook back.
STEEP_DEG = 134.0
#: A wire lies so far beyond a catheter that is changed for another, mm.
EXCHANGE_MM = 60.0
#: A catheter goes so much beyond the end of the stretch in which it may lie, mm.
SPARE_MM = 6.0
#: Events that close a vessel: nobody goes into it again.
CLOSING = ("coil_deployed", "plug_deployed")
#: A form is answered at this pace, s a question.
ANSWER_S = 0.8


def play(o: Operator) -> Iterator[Controls]:
    """The whole case, or as much of it as patience allows; after the end nothing is done."""
    for controls in Procedure(o).run():
        yield controls
        if o.state.time_s > o.style.patience_s and not o.state.finished:
            yield from o.press(Action("finish"))
            return


class Procedure:
    """The case as this operator goes through it.

    Args:
        o: The operator.
    """

    def __init__(self, o: Operator) -> None:
        self.o = o
        self.scenario = o.session.scenario
        self.task = self.scenario.task
        self._falls_out = False

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
            yield from self.bring(self.task.target)
            yield from o.wait(self.task.target.hold_s + 0.5)
        yield from self._answer("after")
        yield from o.press(Action("finish"))
        return True

    def _answer(self, form: str) -> Work:
        o = self.o
        for action in o.session.case.right_answers(form):
            yield from o.wait(ANSWER_S)
            yield from o.press(self._slip(action) if o.happens(o.style.slips) else action)
        return True

    def _slip(self, action: Action) -> Action:
        """A wrong answer in place of the right one."""
        answers = self.o.session.case.questions[str(action.device)].answers
        wrong = [answer.id for answer in answers if not answer.right]
        return replace(action, value=wrong[-1]) if wrong else action

    def _do(self, step: Step) -> Work:
        when, o = step.when, self.o
        if when.mounted is not None:
            return (yield from self._mount(when.mounted))
        if when.tip_at is not None:
            return (yield from self.bring(when.tip_at))
        if when.injected is not None:
            if o.happens(o.style.slips):
                return True  # forgotten
            yield from self._lie_in(when.injected.vessel)
            return (yield from filming.puff(o, when.injected.at_least_ml))
        if when.filmed is not None:
            yield from self._out_of_the_closed(when.filmed.vessel)
            yield from self._lie_in(when.filmed.vessel)
            yield from self._on_target(when.filmed.vessel)
            return (yield from filming.film(o, when.filmed.vessel, when.filmed.at_least_ml))
        if when.removed is not None:
            return (yield from o.take_out(when.removed))
        if when.happened is not None:
            return (yield from treating.treat(self, when.happened))
        if when.drug is not None:
            return (yield from treating.give(o, when.drug))
        if when.endpoint is not None:
            return (yield from treating.achieve(self, when.endpoint))
        yield from self.bring(self.task.target)
        return (yield from o.wait(self.task.target.hold_s + 0.5))

    def _mount(self, wanted: Mounted) -> Work:
        """A device put in; in place of another catheter it comes over a wire that lies beyond."""
        o, slot = self.o, wanted.device
        device = wanted.id or self._choice(slot).id
        bare = slot != "catheter" or not (o.has(slot) or o.has("wire"))
        if bare or (o.has(slot) and o.device(slot).device.id == device):
            return (yield from o.put_in(slot, device))
        if not o.has(slot):
            return (yield from self.over_the_wire(self.scenario.devices[device]))
        if not o.has("wire"):
            yield from o.put_in("wire", self.angled_wire().id)
        ahead = o.inserted_mm(slot) + EXCHANGE_MM
        push = {"wire": (steering.WIRE_MM_S, 0.0)}

        def enough() -> bool:
            return o.inserted_mm("wire") > ahead or o.force_n("wire") > steering.GENTLE_N

        yield from o.do(push, enough, 30.0)
        return (yield from self.over_the_wire(self.scenario.devices[device]))

    # -- getting there -------------------------------------------------------------------------

    def way_to(self, vessel: str) -> Route:
        """The way from the access to a vessel."""
        access = self.scenario.access
        antegrade = access.direction == "antegrade"
        return route(self.o.tree, access.vessel, vessel, antegrade=antegrade)

    def _there(self, place: TipAt | Target) -> bool:
        if not self.o.free(place.device):
            return False
        vessel, s = self.o.place(place.device)
        return vessel == place.vessel and s >= place.at_mm

    def bring(self, place: TipAt | Target) -> Work:
        """A device's tip to a place."""
        o, way = self.o, self.way_to(place.vessel)
        yield from filming.open_blades(o)
        if self._there(place):
            return True
        if place.device == "catheter" and returning.elsewhere(o, way, place.device):
            yield from returning.come_back(o, way, place.device, self.angled_wire().id)
        if self._small(place):
            yield from self._micro()
        if not o.has("wire"):
            yield from o.put_in("wire", self.angled_wire(micro=o.has("microcatheter")).id)
        if place.device == "wire":
            if not way.down and not way.antegrade:
                return (yield from manoeuvres.climb(o, way, self._height(way)))
            return (yield from steering.wire_into(o, way, place.at_mm + 3.0))
        return (yield from self._catheter(place, way))

    def _height(self, way: Route) -> float:
        """How high in the turning vessel: above the branch that the target hangs on."""
        target = self.way_to(self.task.target.vessel)
        if target.turn is way.turn and target.down:
            return min(manoeuvres.WIRE_ABOVE_MM, target.branch_mm - 15.0) - target.branch_mm
        return -0.5 * way.turn.length_mm

    def _catheter(self, place: TipAt | Target, way: Route) -> Work:
        o, slot = self.o, place.device
        if not way.down:
            if not o.has(slot):
                yield from manoeuvres.climb(o, way, self._height(way))
                first = self.way_to(self.task.target.vessel)
                yield from self.over_the_wire(self._catheters(first)[0])
            if declotting.in_fistula(o, way.goal.id):
                return (yield from declotting.along(o, place))
            above = max(self._height(way) - 40.0, way.branch_mm - way.turn.length_mm + 5.0)
            if place.to_mm is not None:  # heights count from the heart here
                above = SPARE_MM - place.to_mm
                yield from manoeuvres.climb(o, way, above + manoeuvres.LEAD_MM)
            return (yield from manoeuvres.catheter_up(o, way, above))
        if slot == "microcatheter":
            return (yield from self._follow(place, way))
        inside = {v.id for v in way.down}
        led = o.has(slot) and o.place("wire")[0] in beyond(o.tree, way.goal.index)
        if led and o.place(slot)[0] not in inside and (yield from clearing.along_wire(o, place)):
            return True  # it was changed over a wire that lies there already
        for device in self._catheters(way)[:3]:
            if o.has(slot) and o.place(slot)[0] in inside:
                pass  # it lies well: go on with it
            elif not o.has(slot) and not (yield from self.over_the_wire(device)):
                continue
            for attempt in range(3):
                if o.place(slot)[0] not in inside:
                    yield from manoeuvres.back_on_the_way(o, way, slot)
                astray = way.hooked and o.place(slot)[0] not in inside
                if astray and not (yield from manoeuvres.hook(o, way, place.at_mm)):
                    break
                if self._there(place) and not isinstance(place, Target):
                    return True
                yield from o.think()
                deep = self._deep(place, way, attempt)
                steep = len(way.down) == 1 and way.hooked and abs(way.turning_deg()) > STEEP_DEG
                if not (steep and (yield from manoeuvres.settle(o, way, deep))):
                    yield from manoeuvres.seat(o, way, deep)
                if len(way.down) > 1:
                    towards, neutral = manoeuvres.towards_deg(way), manoeuvres.NEUTRAL_DEG
                    yield from o.turn(slot, towards if self._falls_out else neutral)
                if isinstance(place, Target):
                    yield from steering.wire_back(o, slot)
                    yield from o.wait(0.4)
                if self._there(place):
                    return True
            yield from manoeuvres.let_go(o, way, slot)
            if not (yield from o.take_out(slot)):
                return False
        return False

    def over_the_wire(self, device: Device) -> Work:
        """A catheter put in, once enough of the wire is outside for it."""
        o = self.o
        outside = self.scenario.access.sheath_mm + SHEATH_OUTSIDE_MM
        most = o.device("wire").device.length_mm - device.length_mm - outside - 2.0
        if o.inserted_mm("wire") > most:
            yield from steering.wire_to(o, most)
        return (yield from o.put_in(device.slot, device.id))

    @staticmethod
    def _deep(place: TipAt | Target, way: Route, attempt: int) -> float:
        """How deep to go so that the tip stays when the wire goes; deeper after each loss, mm."""
        more = (DEEPER_MM if len(way.down) == 1 else BEYOND_MM) + 3.0 * attempt
        return min(place.at_mm + more, max(0.75 * way.goal.length_mm, place.at_mm + 1.0))

    def _catheters(self, way: Route) -> list[Device]:
        """Those of the tray, the one whose curve suits the turn best first."""
        need = abs(way.turning_deg()) if way.hooked else 15.0
        need += 40.0 if need > STEEP_DEG else 15.0
        if not way.down:
            need = (
                400.0
                if way.turn.index == 0 and not self.way_to(self.task.target.vessel).down
                else 90.0
            )
        return tray.by_bend(self.scenario.devices.values(), need)

    def _lie_in(self, vessel: str) -> Work:
        """The catheter's tip in a vessel and its lumen free."""
        o = self.o
        slot = self.task.target.device
        slot = slot if slot in ("microcatheter", "guide") and o.has(slot) else "catheter"
        if o.has(slot) and tray.opens(o.device(slot).device):
            yield from o.take_out(slot)  # a balloon or stent's lumen is for the wire
        inside = beyond(o.tree, o.tree.by_id[vessel].index)
        for _ in range(3):
            if not o.has(slot) or o.place(slot)[0] not in inside:
                yield from self.bring(TipAt(device=slot, vessel=vessel, at_mm=2.0))
            if not self._wire_next():
                yield from self._on_target(vessel)
            if o.has("wire"):
                yield from steering.wire_back(o, slot)
                yield from o.wait(0.5)
            if o.place(slot)[0] in inside:
                break
            self._falls_out = not self._falls_out
        return (yield from o.take_out("wire"))

    def _out_of_the_closed(self, vessel: str) -> Work:
        """A microcatheter out of what it has closed, back into the vessel that is filmed."""
        o, slot = self.o, "microcatheter"
        at = o.place(slot)[0]
        if at and at != vessel and at in self._closed():
            return (yield from manoeuvres.pull_back_into(o, vessel, slot))
        return True

    def _closed(self) -> set[str | None]:
        """The vessels that coils or plugs lie in."""
        return {e.vessel for e in self.o.session.events if e.kind in CLOSING}

    def _wire_next(self) -> bool:
        """Whether the step after this one leads the wire on: then not before it."""
        following = self.task.steps[self.o.session.progress.index + 1 :][:1]
        return any(s.when.tip_at is not None and s.when.tip_at.device == "wire" for s in following)

    def _on_target(self, vessel: str) -> Work:
        """The device to the target before its vessel is filmed, unless it was closed since."""
        target = self.task.target
        if vessel == target.vessel and vessel not in self._closed() and not self._there(target):
            yield from self.bring(target)
            yield from self.o.take_out("wire")
        return True

    # -- the tray ------------------------------------------------------------------------------

    def _small(self, place: TipAt | Target) -> bool:
        """Whether the place is reached through a microcatheter."""
        if self.task.target.device != "microcatheter" or place.device == "catheter":
            return False
        through = [s.when.tip_at for s in self.task.steps if s.when.tip_at is not None]
        way = {p.vessel for p in through if p.device == "catheter"}
        return place.vessel not in way

    def _micro(self) -> Work:
        """Microcatheter and microwire into the catheter, in place of the wire."""
        o = self.o
        if o.has("microcatheter"):
            return True
        yield from o.take_out("wire")
        device = self._choice("microcatheter")
        yield from o.put_in("microcatheter", device.id)
        yield from o.put_in("wire", self.angled_wire(micro=True).id)
        near = o.inserted_mm("catheter") - 15.0
        both = {"microcatheter": (60.0, 0.0), "wire": (60.0, 0.0)}
        return (yield from o.do(both, lambda: o.inserted_mm("wire") >= near, 20.0, watch=False))

    def _follow(self, place: TipAt | Target, way: Route) -> Work:
        """The microcatheter along its wire to a place."""
        o, slot = self.o, place.device
        for attempt in range(3):
            deeper = place.at_mm + 2.5 + 2.0 * attempt
            if self._there(place):
                break
            yield from manoeuvres.seat(o, way, deeper, slot)
            if isinstance(place, Target):
                yield from steering.wire_back(o, slot)
        return self._there(place)

    def angled_wire(self, *, micro: bool = False) -> Device:
        """The wire that steers best, of those that fit."""
        return tray.angled_wire(self.scenario.devices.values(), micro=micro)

    def _choice(self, slot: str) -> Device:
        """The first device of the tray for a slot."""
        if slot == "wire":
            return self.angled_wire()
        return next(d for d in self.scenario.devices.values() if d.slot == slot)
