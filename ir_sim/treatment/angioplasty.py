"""Angioplasty and stents: the inflation device and the stent's handle, and what they leave behind.

The hand's rate is atm/s for a balloon and mm/s for the sheath of a self-expanding stent. An
inflated balloon and a half-open stent hold their catheter where it is.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices import DeviceState
from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment import balloon_laws, stent_laws
from ir_sim.treatment.assistant import Assistant
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.bifurcation import Bifurcation, Blown
from ir_sim.treatment.ground import Ints, Stretch, stretch
from ir_sim.treatment.implant_looks import crimped, full_balloon, opened_stent
from ir_sim.treatment.inflation import EMPTY_ATM, FULL_ATM, MOST_ATM, Inflating, Inflation, begin
from ir_sim.treatment.stenting import Delivery, Stenting
from ir_sim.treatment.treatment import Treatment
from ir_sim.treatment.walls import Walls
from ir_sim.xray import DeviceShape

Array = NDArray[np.float64]

#: A stent's sheath is drawn no faster, mm/s, and a balloon filled no faster, atm/s.
_SHEATH_MM_S, _FILL_ATM_S, _EMPTY_ATM_S = 40.0, 6.0, 12.0
#: A balloon that closes more of the lumen than this shuts it and cannot be moved.
_SHUT = 0.9
#: The first rings are out after so much of the sheath, mm.
_FIRST_RING_MM = 4.0


class Angioplasty(Treatment):
    """Balloons and stents."""

    name: ClassVar[str] = "angioplasty"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.walls = Walls(bench)
        self._inflating = Inflating(bench, self.walls)
        self._stenting = Stenting(bench, self.walls)
        self._tool = ""
        self._inflation: Inflation | None = None
        self._balloon = ""  # id of the device whose balloon is full
        self._deliveries: dict[str, Delivery] = {}
        self._spent: list[str] = []  # devices whose stent is out
        self._burst: list[str] = []  # devices whose balloon has burst
        self.assistant = self._helper()
        self._bifurcation = self._parting()

    def _helper(self) -> Assistant | None:
        spec, device = self.bench.scenario.assistant, self.bench.scenario.assistant_device
        if spec is None or device is None:
            return None
        return Assistant(self.bench, self.walls, self._stenting, spec, device)

    def _parting(self) -> Bifurcation | None:
        """Where the assistant's vessel and the trainee's way part."""
        if self.assistant is None:
            return None
        tree = self.bench.tree
        parent = tree.vessels[self.assistant.vessel].parent
        way = tree.path_to_root(tree.by_id[self.bench.scenario.access.vessel].index)
        own = next(i for i in way if tree.vessels[i].parent == parent)
        return Bifurcation(self.bench, self.walls, own, self.assistant.vessel)

    @staticmethod
    def handles(tool: Device | Supply) -> bool:
        """Balloons and stents."""
        return isinstance(tool, Device) and (tool.balloon is not None or tool.stent is not None)

    def take_up(self, tool: Device | Supply) -> str:
        """Connect the inflation device, or hold the stent's handle."""
        full = self._inflation is not None and self._balloon != tool.id
        if full and self._inflation is not None and self._inflation.atm > FULL_ATM:
            return "another balloon is full: deflate it first"
        self._tool = tool.id
        return ""

    # -- a tick --------------------------------------------------------------------------------

    def step(self, hand: float | None) -> None:
        """Fill, empty, draw back, and let tears bleed."""
        self._forget()
        device = self._device()
        if hand and device is not None:
            if device.device.stent is not None and device.device.stent.expands == "self":
                self._draw(device, hand)
            elif device.device.balloon is not None:
                self._fill(device, hand)
        now = self._inflation
        if now is not None:
            holder = self._held(self._balloon)
            if holder is None:
                self._end(None)
            else:
                self._press(now, holder)
        pressed = now.samples if now is not None and self._lies_on(now) else _NONE
        if self.assistant is not None and self._bifurcation is not None:
            self.assistant.step(self._inflation.atm if self._inflation is not None else 0.0)
            both = (self._blown(), self.assistant.blown)
            self._bifurcation.step(both, self._stenting.implants)
        self.walls.bleed(pressed, self.bench.dt_s)

    def _blown(self) -> Blown | None:
        """The trainee's balloon, if it holds pressure."""
        balloon = self.bench.scenario.devices[self._balloon].balloon if self._balloon else None
        if self._inflation is None or balloon is None:
            return None
        return Blown(self._inflation, balloon)

    def _lies_on(self, now: Inflation) -> bool:
        """Whether a balloon is full enough to hold a tear shut."""
        return self._inflation is not None and max(now.closed.values(), default=0.0) > 0.97

    def _fill(self, device: DeviceState, hand: float) -> None:
        now, bench = self._inflation, self.bench
        balloon = device.device.balloon
        if balloon is None:
            return
        if device.device.id in self._burst:
            return
        if now is None:
            lies = self._lies(device, balloon.tip_mm, balloon.tip_mm + balloon.length_mm)
            if hand <= 0.0 or lies is None or lies.length_mm < 0.9 * balloon.length_mm:
                return
            now = self._inflation = begin(self.walls, lies)
            self._balloon = device.device.id
        rate = min(max(hand, -_EMPTY_ATM_S), _FILL_ATM_S)
        now.atm = min(max(now.atm + rate * bench.dt_s, 0.0), MOST_ATM)

    def _press(self, now: Inflation, device: DeviceState) -> None:
        balloon = device.device.balloon
        if balloon is None:
            return
        self._free_stent(now, device)
        self._inflating.press(now, device.device, device.slot, self.bench.dt_s)
        free = balloon_laws.diameter_mm(balloon, now.atm)
        if now.atm >= FULL_ATM:
            self._stenting.follow(now.samples, free, now.sent_mm)
        if now.atm <= EMPTY_ATM and now.most_atm > EMPTY_ATM:
            self._end(device)

    def _free_stent(self, now: Inflation, device: DeviceState) -> None:
        """A balloon-expandable stent leaves its balloon."""
        stent, balloon = device.device.stent, device.device.balloon
        if stent is None or balloon is None or device.device.id in self._spent:
            return
        if now.atm < stent_laws.FREES_SHARE * balloon.nominal_atm:
            return
        lies = self._lies(device, stent.tip_mm, stent.tip_mm + stent_laws.length_mm(stent))
        if lies is not None:
            self._spent.append(device.device.id)
            self._stenting.crimped_off(device.device, lies, device.slot)

    def _end(self, device: DeviceState | None) -> None:
        now = self._inflation
        if now is not None:
            name = self._balloon
            found = self.bench.scenario.devices[name]
            now.atm = 0.0
            if now.burst:
                self._burst.append(name)
            self._inflating.press(now, found, found.slot, self.bench.dt_s)
            self._inflating.end(now, found, device.slot if device is not None else found.slot)
        self._inflation, self._balloon = None, ""

    def _draw(self, device: DeviceState, hand: float) -> None:
        """Draw the sheath back; it cannot be pushed over an open stent again."""
        stent = device.device.stent
        if stent is None or device.device.id in self._spent or hand < 0.0:
            return
        now = self._deliveries.setdefault(device.device.id, Delivery())
        if device.inserted_mm < stent.tip_mm + stent.length_mm:
            return
        speed = min(hand, _SHEATH_MM_S)
        now.drawn_mm = min(now.drawn_mm + speed * self.bench.dt_s, stent.length_mm)
        if now.implant is None and now.drawn_mm >= min(_FIRST_RING_MM, 0.3 * stent.length_mm):
            from_mm = stent.tip_mm - stent_laws.jump_mm(speed)
            to_mm = from_mm + stent_laws.length_mm(stent)
            lies = self._lies(device, from_mm, to_mm)
            if lies is None:
                return
            self._stenting.leave_sheath(now, device.device, lies)
        if now.implant is not None:
            share = now.drawn_mm / stent.length_mm
            self._stenting.open(now, share, device.slot)
            if share >= 1.0:
                self._spent.append(device.device.id)
                del self._deliveries[device.device.id]

    # -- what lies where -----------------------------------------------------------------------

    def _lies(self, device: DeviceState, from_mm: float, to_mm: float) -> Stretch | None:
        lies = stretch(self.bench, device, from_mm, to_mm)
        return lies if self._bifurcation is None else self._bifurcation.sorted_out(lies)

    def _held(self, name: str) -> DeviceState | None:
        return next((d for d in self.bench.devices.values() if d.device.id == name), None)

    def _device(self) -> DeviceState | None:
        return self._held(self._tool)

    def _forget(self) -> None:
        """A device that is out is a new one when it comes again."""
        here = [d.device.id for d in self.bench.devices.values()]
        self._spent = [name for name in self._spent if name in here]
        self._burst = [name for name in self._burst if name in here]
        for name in [name for name in self._deliveries if name not in here]:
            del self._deliveries[name]
        if self._tool and self._tool not in here:
            self._tool = ""

    def held(self) -> Mapping[str, str]:
        """Slots whose device cannot be moved now, and why."""
        out: dict[str, str] = {}
        now = self._inflation
        if now is not None and max(now.closed.values(), default=0.0) > _SHUT:
            device = self._held(self._balloon)
            if device is not None:
                out[device.slot] = "the balloon is full: deflate it before you move it"
        for name, delivery in self._deliveries.items():
            device = self._held(name)
            if device is not None and delivery.implant is not None:
                out[device.slot] = "the stent is half open: draw its sheath back wholly"
        return out

    # -- what can be seen ----------------------------------------------------------------------

    def reading(self) -> Reading | None:
        """Pressure and diameter, or how far the sheath is drawn."""
        device = self._device()
        if device is None:
            return None
        tool, stent, balloon = device.device.id, device.device.stent, device.device.balloon
        if stent is not None and stent.expands == "self":
            spent = tool in self._spent
            drawn = stent.length_mm if spent else self._deliveries.get(tool, Delivery()).drawn_mm
            words = "deployed" if spent else f"{100.0 * drawn / stent.length_mm:.0f} % open"
            return Reading(tool, drawn, "mm", words, stent.length_mm)
        if balloon is None:
            return None
        now = self._inflation if self._balloon == tool else None
        atm = now.atm if now is not None else 0.0
        free = balloon_laws.diameter_mm(balloon, atm)
        words = f"{free:.1f} mm" if atm > 0.0 else "empty"
        if tool in self._burst:
            words = "burst"
        elif balloon.occlusion and now is not None:
            shut = max(now.closed.values(), default=0.0) > _SHUT
            words += ", the vessel is shut" if shut else ", blood flows past it"
        elif now is not None and atm >= FULL_ATM:
            waist = self._inflating.waist_percent(now, free, now.sent_mm)
            words += f", waist {waist:.0f} %" if waist >= 1.0 else ", no waist"
        return Reading(tool, atm, "atm", words, balloon.burst_atm)

    def shapes(self) -> tuple[DeviceShape, ...]:
        """Full balloons, stents on their catheters, stents in the vessels."""
        out: list[DeviceShape] = []
        lumen = 2.0 * self.bench.circulation.radius_mm
        for implant in self._stenting.implants:
            out += opened_stent(implant, lumen)
        for device in self.bench.devices.values():
            stent = device.device.stent
            if stent is not None and device.device.id not in self._spent:
                drawn = self._deliveries.get(device.device.id, Delivery()).drawn_mm
                lies = self._lies(device, stent.tip_mm + drawn, stent.tip_mm + stent.length_mm)
                if lies is not None and lies.length_mm > 1.0:
                    out.append(crimped(lies, stent.material))
        out += self._full(lumen)
        if self.assistant is not None:
            out += self.assistant.shapes()
        return tuple(out)

    def _full(self, lumen_mm: Array) -> list[DeviceShape]:
        now, device = self._inflation, self._held(self._balloon)
        if now is None or device is None or device.device.balloon is None or now.atm < 0.1:
            return []
        balloon = device.device.balloon
        free = balloon_laws.diameter_mm(balloon, now.atm)
        lies = self._lies(device, balloon.tip_mm, balloon.tip_mm + balloon.length_mm)
        if lies is None:
            return []
        radius = 0.5 * np.minimum(free, lumen_mm[lies.sample])
        return [full_balloon(lies, radius)]

    def measures(self) -> Mapping[tuple[str, str], float]:
        """While a balloon is full the stenosis is what it was before."""
        out: dict[tuple[str, str], float] = {}
        tree = self.bench.tree
        his = self.assistant.blown if self.assistant is not None else None
        for now in (self._inflation, his.inflation if his is not None else None):
            if now is None or now.atm < FULL_ATM:
                continue
            rest = self.walls.goal_mm
            rest[now.samples] = now.rest_mm
            for v in np.unique(tree.sample_vessel[now.samples]).tolist():
                out["residual_percent", tree.vessels[v].id] = self.walls.residual_percent(v, rest)
        return out

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        kissing: dict[str, Any] = {}
        if self.assistant is not None and self._bifurcation is not None:
            kissing["kissing"] = (self.assistant.state(), self._bifurcation.state())
        return {
            **kissing,
            "tool": self._tool,
            "balloon": self._balloon,
            "inflation": copy.deepcopy(self._inflation),
            "plugs": dict(self._inflating.plugs),
            # one copy, so that a delivery's implant is the one among the implants
            "stents": copy.deepcopy((self._stenting.implants, self._deliveries)),
            "spent": (list(self._spent), list(self._burst)),
            "walls": self.walls.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._tool, self._balloon = state["tool"], state["balloon"]
        self._inflation = copy.deepcopy(state["inflation"])
        self._inflating.plugs = dict(state["plugs"])
        self._stenting.implants, self._deliveries = copy.deepcopy(state["stents"])
        self._spent, self._burst = (list(names) for names in state["spent"])
        self.walls.restore(state["walls"])
        if self.assistant is not None and self._bifurcation is not None:
            helper, parting = state["kissing"]
            self.assistant.restore(helper)
            self._bifurcation.restore(parting)


_NONE: Ints = np.zeros(0, dtype=np.int64)
__all__ = ["Angioplasty", "Stretch"]
