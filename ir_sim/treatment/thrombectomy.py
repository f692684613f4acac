"""Drawing clot out: suction at its face, struts grown into it, both; what can go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ir_sim.devices import DeviceState
from ir_sim.treatment import clot_laws as laws
from ir_sim.treatment import retriever
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.clot import Clot, Clots
from ir_sim.treatment.clot_harm import ClotHarm
from ir_sim.treatment.retriever import LEAST_HOLD_MM

#: A tip so near to the clot's face draws on it, mm (assumed).
REACH_MM = 3.5
#: A pass begins when the device has been drawn back so far, mm, and its pull is judged for tearing
#: over so much (assumed).
_BEGINS_MM, _TORN_MM = 3.0, 9.0
#: Clot on a tip is out of the vessel after so much drawing back, mm, or in the guide (assumed).
_OUT_MM = 60.0
#: Least time in the clot that makes a pass, s.
_LEAST_S = 5.0
#: A hand that moves a device by less is still, mm/s.
_STILL_MM_S = 0.5
#: The flow is arrested when the clot's parent carries less than this share of its first flow.
_ARREST = 0.15
#: Of all chance in this treatment.
STREAM = 31
_FOLLOW_TICKS = 6


@dataclass
class Pull:
    """What a device does to the clot now.

    Attributes:
        seconds: How long it has been at work: the tip sealed, or the struts in the clot.
        furthest_mm: How far in it lay; drawing back counts from there.
        spent: Whether the pass was made; it must be put to the clot anew.
        fastest_mm_s: Fastest drawing back during the pass.
        judged: Whether it was decided if the pull tears.
    """

    seconds: float = 0.0
    furthest_mm: float = -1.0
    spent: bool = False
    fastest_mm_s: float = 0.0
    judged: bool = True


class Thrombectomy:
    """Suction and retriever of one run.

    Args:
        bench: The patient and the table.
        clots: The clot.

    Attributes:
        vacuum_kpa: Of the pump now; 0 is off.
        passes: Made so far.
        corked: Whether clot shuts the tip while the pump is on: its lumen is empty.
        opened: Whether the struts are open "in" clot or "beside" it; empty while covered.
    """

    def __init__(self, bench: Bench, clots: Clots) -> None:
        self.bench, self.clots = bench, clots
        self.vacuum_kpa, self.passes, self.drawn = 0.0, 0, 0
        self._harm = ClotHarm(bench, clots)
        self.tip, self.struts = Pull(), Pull()
        self.touches = self.corked = False
        self.opened = ""
        self._last_mm: dict[str, float] = {}
        flow = bench.circulation.flow_ml_s
        self._first = {c.vessel: flow(self._parent(c)) for c in clots.all}

    def _parent(self, clot: Clot) -> int:
        parent = self.bench.tree.vessels[clot.vessel].parent
        return parent if parent >= 0 else clot.vessel

    # -- the devices ---------------------------------------------------------------------------

    def aspirator(self) -> DeviceState | None:
        """The catheter that sucks, if one is in."""
        found = [d for d in self.bench.devices.values() if d.device.aspiration is not None]
        return found[-1] if found else None

    def arrested(self, clot: Clot) -> bool:
        """Whether no blood runs past the clot's branch, as behind a balloon guide that is full."""
        first = self._first.get(clot.vessel, 0.0)  # a piece that came later has none
        return self.bench.circulation.flow_ml_s(self._parent(clot)) < _ARREST * first

    # -- a tick --------------------------------------------------------------------------------

    def step(self) -> None:
        """Seal, grow in, be drawn back, bring along, let go."""
        tip, wire = self.aspirator(), retriever.mounted(self.bench)
        if tip is None:
            self.vacuum_kpa = 0.0
        self._suck(tip)
        self._grow(wire)
        self._pull(tip, wire)
        for clot in self.clots.all:
            if clot.held_by:
                self._bring(clot)
        self._last_mm = {slot: d.inserted_mm for slot, d in self.bench.devices.items()}

    def _back_mm_s(self, device: DeviceState) -> float:
        before = self._last_mm.get(device.slot, device.inserted_mm)
        return (before - device.inserted_mm) / self.bench.dt_s

    def _suck(self, tip: DeviceState | None) -> None:
        self.touches = False
        if tip is None or tip.inserted_mm <= 0.0:
            self.tip = Pull()
            return
        if any(clot.held_by == tip.slot for clot in self.clots.all):
            self.touches = True
            return
        at = self.bench.place(tip, 0.0)
        clot = self.clots.nearest(*at, REACH_MM)
        self.touches = clot is not None
        if self.vacuum_kpa > 0.0:
            self.corked = self.touches  # else blood fills the lumen
        if clot is None:
            if not self.tip.seconds or self.tip.spent:
                self.tip = Pull()
        elif self.vacuum_kpa > 0.0 and self._back_mm_s(tip) < _STILL_MM_S:
            if self.tip.spent:
                self.tip = Pull()
            self.tip.seconds += self.bench.dt_s
            self.tip.furthest_mm = max(self.tip.furthest_mm, tip.inserted_mm)
        if self.vacuum_kpa <= 0.0:
            self.tip = Pull()

    def _grow(self, wire: DeviceState | None) -> None:
        if wire is None:
            self.struts = Pull()
            self.opened = ""
            return
        clot, within, _ = retriever.held(self.bench, self.clots, wire)
        self._tell_open(wire, clot, within)
        moving = abs(self._back_mm_s(wire))
        if clot is not None and moving < _STILL_MM_S and not self.struts.spent:
            self.struts.seconds += self.bench.dt_s
            self.struts.furthest_mm = wire.inserted_mm
        elif clot is None and self.struts.spent and self.struts.judged:
            near, far = retriever.open_mm(self.bench, wire)
            if far - near < LEAST_HOLD_MM:
                self.struts = Pull()

    def _tell_open(self, wire: DeviceState, clot: Clot | None, within: float) -> None:
        near, far = retriever.open_mm(self.bench, wire)
        tool, was = wire.device.retriever, self.opened
        if far - near < LEAST_HOLD_MM:
            self.opened = ""
        if tool is None or far - near <= 0.9 * tool.length_mm or was == "in":
            return
        self.opened = "in" if within >= LEAST_HOLD_MM else "beside"
        if self.opened == was or all(c.held_by for c in self.clots.all):
            return
        kind, text = "retriever_opened", f"The retriever is open, {within:.0f} mm of it in clot."
        if self.opened == "beside":
            kind = "retriever_beside"
            text = "The retriever is open beside the clot: cover it, bring it there, open it again."
        vessel = clot.vessel if clot is not None else wire.tip_vessel
        self.bench.happen(kind, text, "wire", vessel, in_clot_mm=within)

    def _pull(self, tip: DeviceState | None, wire: DeviceState | None) -> None:
        """Whether a pass begins in this tick, and whether its pull tears."""
        struts, sealed = self.struts, self.tip
        if wire is not None and struts.seconds >= _LEAST_S:
            struts.fastest_mm_s = max(struts.fastest_mm_s, self._back_mm_s(wire))
            drawn = struts.furthest_mm - wire.inserted_mm
            if drawn >= _BEGINS_MM and not struts.spent:
                self._pass(tip, wire)
            if drawn >= _TORN_MM and not struts.judged:
                self._tear(wire)
        if tip is not None and sealed.seconds >= _LEAST_S and not sealed.spent:
            drawn = sealed.furthest_mm - tip.inserted_mm
            if drawn >= _BEGINS_MM:
                self._pass(tip, wire)

    def _pass(self, tip: DeviceState | None, wire: DeviceState | None) -> None:
        """One pass: the clot comes, or does not."""
        clot, within, behind = (
            retriever.held(self.bench, self.clots, wire) if wire is not None else (None, 0.0, 0.0)
        )
        sucking = tip is not None and self.tip.seconds >= _LEAST_S and not self.tip.spent
        if clot is None and sucking and tip is not None:
            clot = self.clots.nearest(*self.bench.place(tip, -1.0), REACH_MM + 2 * _BEGINS_MM)
        self.tip.spent = self.tip.spent or sucking
        self.struts.spent = self.struts.spent or within > 0.0
        if clot is None or not clot.there:
            return
        pull = 0.0
        if sucking and tip is not None:
            inner = [d.device.outer_radius_mm for d in self.bench.devices.values() if d.from_mm > 0]
            inner = [r for r in inner if r < tip.device.inner_radius_mm]
            bore = 4.0 * (tip.device.inner_radius_mm**2 - max(inner, default=0.0) ** 2)
            pull += laws.suction_n(self.vacuum_kpa, bore**0.5, self.tip.seconds)
        if within > 0.0:
            pull += laws.grip_n(within, self.struts.seconds)
            self.struts.judged = False
        held = laws.adhesion_n(clot.diameter_mm, clot.length_mm, clot.fibrin)
        share = laws.success(held, pull, clot.passes)
        chance = self.bench.chance(STREAM, self.drawn)
        self.drawn += 1
        comes, breaks, contracts, where = chance.random(4).tolist()
        clot.passes += 1
        self.passes += 1
        won = comes < share
        self._tell(clot, won, pull, share)
        arrested = self.arrested(clot)
        if breaks < laws.breaking(clot.fibrin, arrested=arrested):
            self._harm.embolus(clot, chance)
        if won:
            slot = "wire" if within > 0.0 else str(tip.slot if tip is not None else "")
            self.clots.catch(clot, slot, behind if within > 0.0 else -0.5 * clot.length_mm)
            if where < laws.LOST and not sucking and not arrested:
                self._harm.stray(clot, chance)
        self._harm.contract(clot, contracts, within)

    def _tell(self, clot: Clot, won: bool, pull: float, share: float) -> None:
        result = "the clot comes along" if won else "the clot stays"
        self.bench.happen(
            "clot_pass",
            f"Pass {clot.passes}: {result}.",
            vessel=clot.vessel,
            number=clot.passes,
            came=won,
            pull_n=round(pull, 4),
            chance=round(share, 4),
        )

    def _tear(self, wire: DeviceState) -> None:
        self.struts.judged = True
        chance = self.bench.chance(STREAM, self.drawn)
        self.drawn += 1
        place = self.bench.place(wire, retriever.open_mm(self.bench, wire)[1])
        self._harm.tear(place, self.struts.fastest_mm_s, self.passes, float(chance.random()))

    def _bring(self, clot: Clot) -> None:
        """A caught clot follows its device until it is out, or is lost."""
        device = self.bench.devices.get(clot.held_by)
        tip = self.aspirator()
        if device is None:
            self._out(clot)
            return
        if clot.held_by == "wire":
            near, far = retriever.open_mm(self.bench, device)
            at = device.inserted_mm - clot.behind_mm
            around = [d.inserted_mm for s, d in self.bench.devices.items() if s != "wire"]
            wide = [d for d in self.bench.devices.values() if d.device.inner_radius_mm > 0.6]
            mouth = max((d.inserted_mm for d in wide), default=0.0)
            if at <= mouth + 1.0:
                self._out(clot)
                return
            if far - near < LEAST_HOLD_MM and max(around, default=0.0) > mouth:
                vessel, s = self.bench.place(device, clot.behind_mm)
                self.clots.drop(clot, vessel, s)
                text = "The clot slipped off as the retriever was covered again."
                self.bench.happen("clot_dropped", text, "wire", vessel)
                return
        elif tip is not None:
            guide = self.bench.devices.get("guide")
            inside = guide.inserted_mm + 2.0 if guide is not None and guide is not tip else 0.0
            gone = self.tip.furthest_mm - device.inserted_mm > _OUT_MM
            if gone or device.inserted_mm <= inside or device.inserted_mm <= 1.0:
                self._out(clot)
                return
            if self.vacuum_kpa <= 0.0:
                vessel, s = self.bench.place(device, 0.0)
                self.clots.drop(clot, vessel, s + 0.5 * clot.length_mm)
                text = "The clot came off the tip when the suction was stopped."
                self.bench.happen("clot_dropped", text, device.slot, vessel)
                return
        if self.bench.tick % _FOLLOW_TICKS == 0:
            vessel, s = self.bench.place(device, max(clot.behind_mm, 0.0))
            self.clots.drag(clot, vessel, s - min(clot.behind_mm, 0.0))

    def _out(self, clot: Clot) -> None:
        self.clots.remove(clot)
        text = f"The clot is out after {clot.passes} pass{'es' if clot.passes > 1 else ''}."
        self.bench.happen("clot_removed", text, vessel=clot.vessel, passes=clot.passes)

    def wait(self, hours: float) -> bool:
        """Let time pass with everything held still; returns whether something sealed or grew."""
        at_work = [pull for pull in (self.tip, self.struts) if pull.seconds and not pull.spent]
        for pull in at_work:
            pull.seconds += 3600.0 * hours
        return bool(at_work)

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "vacuum": self.vacuum_kpa,
            "passes": self.passes,
            "drawn": self.drawn,
            "tip": asdict(self.tip),
            "struts": asdict(self.struts),
            "opened": (self.opened, self.corked),
            "last": dict(self._last_mm),
            "first": dict(self._first),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.vacuum_kpa, self.passes = state["vacuum"], state["passes"]
        self.drawn, (self.opened, self.corked) = state["drawn"], state["opened"]
        self.tip, self.struts = Pull(**state["tip"]), Pull(**state["struts"])
        self._last_mm, self._first = dict(state["last"]), dict(state["first"])
