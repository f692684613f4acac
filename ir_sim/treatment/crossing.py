"""Shut vessels: a wire goes through them only if it is stiff enough and held from behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from ir_sim.anatomy.vessel_tree import OCCLUDED_RADIUS_MM
from ir_sim.devices import DeviceState
from ir_sim.flow import Injection
from ir_sim.scenario.lesions import Occlusion, span_mm
from ir_sim.treatment import crossing_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.treatment import Treatment

#: So far beyond the far end a wire has crossed; so near before it, it stands at the cap, mm.
_THROUGH_MM, _AT_MM = 4.0, 1.0
#: A stump tapers over this length, mm, from this share of the healthy calibre (assumed).
_TAPER_MM, _TAPER_SHARE = 5.0, 0.7
#: The channel that a wire makes lets a 5F catheter follow, radius in mm; it lies open so far ahead
#: of the tip, and is told to the vessel in steps of so much, mm (assumed).
_CHANNEL_MM, _AHEAD_MM, _STEP_MM = 0.95, 2.0, 1.0
#: Behind an occlusion collaterals keep up this share of the arterial pressure at rest (ankle to
#: brachial index of an iliac occlusion about 0.5: believed); they follow it with this time
#: constant, s (assumed).
_KEPT, _FOLLOWS_S = 0.55, 1.7
#: A wire that stands at the cap for so long, pushed, is told that it does not cross, s.
_TRIES_S = 2.0


@dataclass
class Barrier:
    """An occlusion that is not crossed yet.

    Attributes:
        vessel: Index of the vessel.
        from_mm: Where it begins.
        to_mm: Where it ends.
        hardness: Of its caps.
        crossed: Whether a wire has gone through.
        entered_from_mm: The end at which the wire went in, or -1.
        tried_s: How long a wire has been pushed in vain.
        told: Whether that was said.
        worked_s: Time spent in it.
        open_mm: How far the wire's channel reaches from the end at which it went in.
        collateral_ml_s: What collaterals bring beyond it.
    """

    vessel: int
    from_mm: float
    to_mm: float
    hardness: str
    crossed: bool = False
    entered_from_mm: float = -1.0
    tried_s: float = 0.0
    told: bool = False
    worked_s: float = 0.0
    open_mm: float = 0.0
    collateral_ml_s: float = -1.0


class Crossing(Treatment):
    """All occlusions of a patient."""

    name: ClassVar[str] = "crossing"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.barriers = [
            Barrier(v.index, *span_mm(lesion), lesion.hardness)
            for v in bench.tree.vessels
            for lesion in v.lesions
            if isinstance(lesion, Occlusion)
        ]
        self._turned_deg = 0.0

    def limits(self) -> Mapping[str, float]:
        """Slots whose device goes forward at most so fast now, mm/s."""
        wire = self.bench.devices.get("wire")
        if wire is None or not self.barriers:
            return {}
        for barrier in self.barriers:
            if not barrier.crossed and self._faces(barrier, wire):
                return {"wire": self._speed(barrier, wire)}
        return {}

    def _faces(self, barrier: Barrier, wire: DeviceState) -> bool:
        """Whether the wire's tip lies in the occlusion or at one of its caps."""
        vessel, s = self._tip(wire)
        return vessel == barrier.vessel and barrier.from_mm - _AT_MM <= s <= barrier.to_mm + _AT_MM

    def _tip(self, wire: DeviceState) -> tuple[int, float]:
        return self.bench.place(wire, 0.0)

    def _speed(self, barrier: Barrier, wire: DeviceState) -> float:
        around = [d.inserted_mm for slot, d in self.bench.devices.items() if slot != "wire"]
        free = wire.inserted_mm - max([0.0, *around])
        turning = (wire.rotation_deg - self._turned_deg) / self.bench.dt_s
        need = laws.needed_n(barrier.hardness, wire.device, turning)
        return laws.speed_mm_s(laws.buckles_n(wire.device, free), need)

    def step(self, hand: float | None) -> None:
        """See how the wire fares in the occlusions, and let blood go round them."""
        del hand
        for barrier in self.barriers:
            if barrier.collateral_ml_s < 0.0:
                self._begin(barrier)
            self._go_round(barrier)
        wire = self.bench.devices.get("wire")
        if wire is None:
            return
        for barrier in self.barriers:
            if not barrier.crossed:
                self._watch(barrier, wire)
        self._turned_deg = wire.rotation_deg

    def _begin(self, barrier: Barrier) -> None:
        """Give the stumps their shape; collaterals run from the start."""
        tree, v = self.bench.tree, self.bench.tree.vessels[barrier.vessel]
        first = int(tree.first[v.index])
        goal = self.bench.circulation.blood.calibres.goal_mm[first : first + len(v.s_mm)].copy()
        inside = np.minimum(v.s_mm - barrier.from_mm, barrier.to_mm - v.s_mm)
        share = np.clip(1.0 - inside / _TAPER_MM, 0.0, 1.0)
        taper = OCCLUDED_RADIUS_MM + share * (
            _TAPER_SHARE * v.healthy_radius_mm - OCCLUDED_RADIUS_MM
        )
        on = (inside >= 0.0) & (share > 0.0)
        goal[on] = np.maximum(goal[on], taper[on])
        self.bench.circulation.set_radius(v.index, goal, 0.1)
        barrier.collateral_ml_s = self._demand_ml_s(barrier)  # they fill the leg at first

    def _demand_ml_s(self, barrier: Barrier) -> float:
        """Usual flow of all ends beyond the occlusion."""
        tree = self.bench.tree

        def below(vessel: int, from_mm: float) -> float:
            outlet = tree.vessels[vessel].outlet
            own = (outlet.flow_ml_min or 0.0) / 60.0 if outlet is not None else 0.0
            kids = [c for c in tree.children[vessel] if tree.vessels[c].parent_at_mm >= from_mm]
            return own + sum(below(int(c), 0.0) for c in kids)

        return below(barrier.vessel, barrier.from_mm)

    def _go_round(self, barrier: Barrier) -> None:
        """Collaterals: the more the pressure beyond falls short, the more they bring."""
        circulation, tree = self.bench.circulation, self.bench.tree
        demand = self._demand_ml_s(barrier)
        if demand <= 0.0:
            return
        length = tree.vessels[barrier.vessel].length_mm
        at = min(barrier.to_mm + 3.0, length - 0.5)
        root = float(circulation.blood.mean_pressure[0])
        conductance = _KEPT / (1.0 - _KEPT) * demand / max(root, 20.0)
        wanted = conductance * max(root - circulation.mean_pressure_mmhg(barrier.vessel, at), 0.0)
        share = self.bench.dt_s / _FOLLOWS_S
        barrier.collateral_ml_s += share * (wanted - barrier.collateral_ml_s)
        if barrier.collateral_ml_s > 1e-3:
            blood = Injection(barrier.vessel, at, barrier.collateral_ml_s, 0.0, "saline")
            self.bench.injections.append(blood)

    def _widen(self, barrier: Barrier, s: float) -> None:
        """The wire's tip makes a channel as it goes."""
        reached = abs(s - barrier.entered_from_mm) + _AHEAD_MM
        if reached < barrier.open_mm + _STEP_MM:
            return
        barrier.open_mm = reached
        v = self.bench.tree.vessels[barrier.vessel]
        first = int(self.bench.tree.first[v.index])
        goal = self.bench.circulation.blood.calibres.goal_mm[first : first + len(v.s_mm)].copy()
        on = np.abs(v.s_mm - barrier.entered_from_mm) <= reached
        on &= (v.s_mm >= barrier.from_mm - 1.0) & (v.s_mm <= barrier.to_mm + 1.0)
        goal[on] = np.maximum(goal[on], _CHANNEL_MM)
        self.bench.circulation.set_radius(v.index, goal, 0.1)

    def _watch(self, barrier: Barrier, wire: DeviceState) -> None:
        vessel, s = self._tip(wire)
        if self._faces(barrier, wire):
            barrier.worked_s += self.bench.dt_s
            if barrier.entered_from_mm < 0.0:
                near = abs(s - barrier.from_mm) < abs(s - barrier.to_mm)
                barrier.entered_from_mm = barrier.from_mm if near else barrier.to_mm
            if self._speed(barrier, wire) > 0.0:
                self._widen(barrier, s)
            else:
                barrier.tried_s += self.bench.dt_s
                if barrier.tried_s > _TRIES_S and not barrier.told:
                    barrier.told = True
                    text = "The wire buckles at the occlusion: it is too soft, or not held behind."
                    self.bench.happen("wire_buckles", text, "wire", barrier.vessel)
            return
        if barrier.entered_from_mm < 0.0:
            return
        upward = barrier.entered_from_mm > barrier.from_mm
        goal = barrier.from_mm - _THROUGH_MM if upward else barrier.to_mm + _THROUGH_MM
        beyond = vessel == barrier.vessel and (s <= goal if upward else s >= goal)
        if beyond or (vessel != barrier.vessel and self._past(barrier, wire)):
            barrier.crossed = True
            name = self.bench.tree.vessels[barrier.vessel].id.replace("_", " ")
            text = f"The wire has crossed the occlusion of the {name}."
            seconds = round(barrier.worked_s, 1)
            self.bench.happen("occlusion_crossed", text, "wire", barrier.vessel, seconds=seconds)
        elif vessel == barrier.vessel and (s > barrier.to_mm if upward else s < barrier.from_mm):
            barrier.entered_from_mm = -1.0  # drawn back out of it

    def _past(self, barrier: Barrier, wire: DeviceState) -> bool:
        """Whether the wire runs through the whole occlusion and on."""
        tree, chain = self.bench.tree, wire.chain
        samples = chain.curve_sample[chain.curve_s_mm <= wire.inserted_mm]
        on = samples[(samples >= 0) & (tree.sample_vessel[samples] == barrier.vessel)]
        s = tree.sample_s_mm[on]
        if not len(s):
            return False
        return bool(s.min() <= barrier.from_mm + 2.0 and s.max() >= barrier.to_mm - 2.0)

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"barriers": [asdict(b) for b in self.barriers], "turned": self._turned_deg}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.barriers = [Barrier(**saved) for saved in state["barriers"]]
        self._turned_deg = state["turned"]
