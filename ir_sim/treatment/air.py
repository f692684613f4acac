"""Air: drawn into a lumen, pushed into the blood, carried along, lodged, absorbed."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices import DeviceState
from ir_sim.scenario.fields import SLOTS
from ir_sim.treatment import air_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.xray import DeviceShape, Piece

#: Of all chance with air.
STREAM = 41
#: Speed at which a wire leaves the hub once it has left the sheath, mm/s (``handling``).
_OUT_MM_S = 150.0
#: Air that shuts an end, mL for each mL/s of its flow; a lodged end is looked at so often, ticks
#: (assumed).
_SHUTS_ML, _LOOK_TICKS = 0.02, 30
#: Bubbles run no faster than this, mm/s; one that fills so much of a vessel's radius is stuck; less
#: than this share of it is no more seen.
_FASTEST_MM_S, _FILLS, _SEEN = 600.0, 0.95, 0.1
#: What is injected so near to the tip comes out of it, mm (collaterals are injections as well).
_SAME_MM = 0.5


@dataclass
class Bubble:
    """Air in the blood.

    Attributes:
        way: Vessels from the catheter's tip to the end that it goes to.
        k: Which of them it is in.
        s_mm: How far along.
        ml: Its volume at first.
        lodged_s: How long it has been stuck, or -1.
    """

    way: list[int]
    k: int
    s_mm: float
    ml: float
    lodged_s: float = -1.0


@dataclass
class Air:
    """All air of a run.

    Args:
        bench: The patient and the table.

    Attributes:
        bubbles: In the blood.
    """

    bench: Bench
    bubbles: list[Bubble] = field(default_factory=list)
    _wire_mm: float = -1.0  # -1: no wire
    _speed_mm_s: float = 0.0
    _thick_mm: float = 0.0
    _told: list[str] = field(default_factory=list)
    _drawn: int = 0
    _plugs: dict[int, int] = field(default_factory=dict)

    def step(self) -> None:
        """Draw in, push out, carry on, absorb."""
        self._draw_in()
        self._push_out()
        for bubble in self.bubbles:
            if bubble.lodged_s < 0.0:
                self._carry(bubble)
        if self._plugs and self.bench.tick % _LOOK_TICKS == 0:
            self._absorb()

    # -- in the lumen --------------------------------------------------------------------------

    def _around(self) -> DeviceState | None:
        """The innermost lumen that the wire runs through; a monorail balloon has none."""
        for slot in reversed(SLOTS[:-1]):
            held = self.bench.devices.get(slot)
            if held is not None and held.inserted_mm > 0.0:
                balloon = held.device.balloon
                return None if balloon is not None and balloon.monorail else held
        return None

    def _draw_in(self) -> None:
        air = self.bench.air_ml
        for slot in [slot for slot in air if slot not in self.bench.devices]:
            del air[slot]
        wire, lumen = self.bench.devices.get("wire"), self._around()
        before, now = self._wire_mm, wire.inserted_mm if wire is not None else -1.0
        if wire is not None:
            self._thick_mm = 2.0 * wire.device.outer_radius_mm
        self._wire_mm = now
        if lumen is None or before < 0.0:
            return
        if wire is None:  # the rest of it, from the sheath's mouth to the hub
            low, high = lumen.inserted_mm - before, lumen.device.length_mm
            self._take_in(lumen, low, high, max(self._speed_mm_s, _OUT_MM_S))
            self._tell(lumen)
        elif now < before:
            self._speed_mm_s = (before - now) / self.bench.dt_s
            low, high = max(lumen.inserted_mm - before, 0.0), lumen.inserted_mm - now
            self._take_in(lumen, low, high, self._speed_mm_s)
        else:
            self._speed_mm_s = 0.0
            self._tell(lumen)

    def _take_in(self, lumen: DeviceState, low: float, high: float, speed: float) -> None:
        if high <= low:
            return
        bench, slot = self.bench, lumen.device.slot
        mmhg = bench.circulation.mean_pressure_mmhg(*bench.place(lumen, 0.0))
        bore = 2.0 * lumen.device.inner_radius_mm
        ml = laws.drawn_ml(low, high, speed, self._thick_mm, bore, mmhg)
        if ml > 0.0:
            bench.air_ml[slot] = bench.air_ml.get(slot, 0.0) + ml

    def _tell(self, lumen: DeviceState) -> None:
        slot = lumen.device.slot
        ml = self.bench.air_ml.get(slot, 0.0)
        if ml >= laws.LEAST_ML and slot not in self._told:
            self._told.append(slot)
            text = f"Bubbles in the hub of the {slot}: the wire was drawn out fast."
            self.bench.happen("air_drawn", text, slot, ml=round(ml, 4))

    def flush(self) -> float:
        """Let blood run back and flush; returns the air that comes out, mL."""
        ml = sum(self.bench.air_ml.values())
        self.bench.air_ml.clear()
        self._told.clear()
        return ml

    def pushed_ml_s(self) -> float:
        """What goes through the innermost lumen in this tick, from a syringe or an embolic."""
        bench, out = self.bench, self.bench.outflow
        here = [
            i.rate_ml_s for i in bench.injections
            if i.vessel == out.vessel and abs(i.at_mm - out.at_mm) < _SAME_MM
        ]  # fmt: skip
        return bench.pushed_ml_s + sum(here)

    # -- in the blood --------------------------------------------------------------------------

    def _push_out(self) -> None:
        bench, out = self.bench, self.bench.outflow
        if self.pushed_ml_s() <= 0.0 or bench.air_ml.get(out.slot, 0.0) < laws.LEAST_ML:
            return
        ml = bench.air_ml.pop(out.slot)
        self._told = [slot for slot in self._told if slot != out.slot]
        ends, share = self._ends_by_flow(out.vessel, out.at_mm)
        if not ends:
            return
        chance = bench.chance(STREAM, self._drawn)
        self._drawn += 1
        went = []
        for size in laws.bubbles(ml):
            way = ends[int(chance.choice(len(ends), p=share))]
            self.bubbles.append(Bubble(way, 0, out.at_mm, size))
            went.append(self._organ(way[-1]))
        organ = ", ".join(sorted(set(went)))
        text = f"{1000.0 * ml:.0f} µL of air went in with the injection, to the {organ}."
        bench.happen("air_injected", text, out.slot, out.vessel, ml=round(ml, 4), organ=organ)

    def _organ(self, vessel: int) -> str:
        outlet = self.bench.tree.vessels[vessel].outlet
        return outlet.organ if outlet is not None else "rest"

    def _ends_by_flow(
        self, vessel: int, at_mm: float
    ) -> tuple[list[list[int]], NDArray[np.float64]]:
        """The ways from a place to the ends beyond it, and each end's share of their flow."""
        ends = list(self._ends(vessel, at_mm))
        flow = np.array([max(self.bench.circulation.flow_ml_s(way[-1]), 1e-6) for way in ends])
        return ends, flow / flow.sum() if ends else flow

    def an_end(self, vessel: int, at_mm: float, count: int) -> tuple[int, str]:
        """An end that something let go at a place is carried to, and its organ; -1 if none."""
        ends, share = self._ends_by_flow(vessel, at_mm)
        if not ends:
            return -1, ""
        chance = self.bench.chance(STREAM + 1, count)
        way = ends[int(chance.choice(len(ends), p=share))]
        return way[-1], self._organ(way[-1])

    def _ends(self, vessel: int, at_mm: float) -> Iterator[list[int]]:
        """The ways from a place to the ends that hang on it."""
        tree = self.bench.tree
        further = [c for c in tree.children[vessel] if tree.vessels[c].parent_at_mm > at_mm - 3.0]
        if tree.vessels[vessel].outlet is not None or not tree.children[vessel]:
            yield [vessel]
        for child in further:
            for way in self._ends(int(child), 0.0):
                yield [vessel, *way]

    def _carry(self, bubble: Bubble) -> None:
        bench, tree = self.bench, self.bench.tree
        vessel = tree.vessels[bubble.way[bubble.k]]
        first = int(tree.first[vessel.index])
        near = first + int(np.argmin(np.abs(vessel.s_mm - bubble.s_mm)))
        radius = float(bench.circulation.radius_mm[near])
        flow = max(bench.circulation.flow_ml_s(vessel.index), 0.0)
        speed = min(1e3 * flow / (np.pi * radius**2), _FASTEST_MM_S)
        bubble.s_mm += speed * bench.dt_s
        last = bubble.k + 1 == len(bubble.way)
        if not last:
            leaves = tree.vessels[bubble.way[bubble.k + 1]].parent_at_mm
            if bubble.s_mm >= leaves:
                bubble.k, bubble.s_mm = bubble.k + 1, bubble.s_mm - leaves
        stuck = laws.radius_mm(bubble.ml) >= _FILLS * radius
        if stuck or (last and bubble.s_mm >= vessel.length_mm - 2.0):
            before = sum(b.lodged_s >= 0.0 and b.way[b.k] == vessel.index for b in self.bubbles)
            queued = 2.0 * laws.radius_mm(bubble.ml) * before  # one behind the other
            bubble.s_mm = max(min(bubble.s_mm, vessel.length_mm - 2.0) - queued, 0.0)
            bubble.lodged_s = 0.0
            self._lodge(bubble)

    def _lodge(self, bubble: Bubble) -> None:
        end = bubble.way[bubble.k]
        if end not in self._plugs:
            low = max(self.bench.tree.vessels[end].length_mm - 6.0, 0.0)
            circulation = self.bench.circulation
            self._plugs[end] = circulation.add_plug(end, low, low + 4.0, clot=True)
            organ = self._organ(bubble.way[-1])
            text = f"Air lodges in the {self.bench.tree.vessels[end].id.replace('_', ' ')}."
            self.bench.happen("air_lodged", text, vessel=end, organ=organ)

    def _absorb(self) -> None:
        """What is stuck shuts its end by so much, and gets less."""
        seconds = _LOOK_TICKS * self.bench.dt_s
        oxygen = self.bench.circulation.physiology.on_oxygen
        for bubble in self.bubbles:
            if bubble.lodged_s >= 0.0:
                bubble.lodged_s += seconds
                bubble.ml = laws.left(bubble.ml, seconds, oxygen=oxygen)
        least = laws.BUBBLE_ML * _SEEN
        self.bubbles = [b for b in self.bubbles if b.lodged_s < 0.0 or b.ml > least]
        for end, row in list(self._plugs.items()):
            there = sum(b.ml for b in self.bubbles if b.lodged_s >= 0.0 and b.way[b.k] == end)
            usual = max(self._demand(end), 0.05)
            share = min(there / (_SHUTS_ML * usual), 1.0)
            self.bench.circulation.close_plug(row, share, seconds)

    def _demand(self, vessel: int) -> float:
        outlet = self.bench.tree.vessels[vessel].outlet
        stated = outlet.flow_ml_min if outlet is not None else None
        return stated / 60.0 if stated else self.bench.circulation.flow_ml_s(vessel)

    def shapes(self) -> tuple[DeviceShape, ...]:
        """Bubbles, lighter than blood and contrast."""
        out = []
        for bubble in self.bubbles:
            vessel = self.bench.tree.vessels[bubble.way[bubble.k]]
            radius = laws.radius_mm(bubble.ml)
            ends = [max(bubble.s_mm - radius, 0.0), min(bubble.s_mm + radius, vessel.length_mm)]
            points = np.array([vessel.point_at(s) for s in ends])
            long = float(np.hypot(*(points[1] - points[0])))
            if long > 0.1:
                out.append(DeviceShape(points, (Piece(0.0, long, radius, 0.0, "air"),)))
        return tuple(out)

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        own = {k: v for k, v in vars(self).items() if k != "bench"}
        return copy.deepcopy({**own, "air_ml": self.bench.air_ml})

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        kept = copy.deepcopy(dict(state))
        self.bench.air_ml = kept.pop("air_ml")
        vars(self).update(kept)
