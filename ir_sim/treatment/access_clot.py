"""Clot that shuts a dialysis access: pressed into the artery, or washed to the lungs."""

from __future__ import annotations

import math
from typing import Any

from ir_sim.treatment import declot_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.clot import Clot, Clots, Slice

#: Clot that fills so much of the lumen shuts it.
_SHUT = 0.9
#: Of all chance here; washing is looked at so often, ticks.
STREAM = 36
_EVERY_TICKS = 30


class AccessClot:
    """The clot of a fistula between its two ways out, the artery and the heart.

    Args:
        bench: The patient and the table.
        clots: The clot.

    Attributes:
        to_the_lungs_ml: Washed away so far.
    """

    def __init__(self, bench: Bench, clots: Clots) -> None:
        self.bench, self.clots = bench, clots
        self.veins = {v.index for v in bench.tree.vessels if clots.anastomosis(v.index) >= 0}
        self._pressed_ml, self._rest_s, self._drawn = 0.0, math.inf, 0
        self.to_the_lungs_ml, self._told_ml = 0.0, 0.0

    def step(self) -> None:
        """Go on by one tick."""
        self._press()
        if self.bench.tick % _EVERY_TICKS == 0:
            self._wash()

    # -- an injection with no way out ----------------------------------------------------------

    def _press(self) -> None:
        out, rate = self.bench.outflow, self.bench.pushed_ml_s
        if rate <= 0.0 or out.blocked:
            self._rest_s += self.bench.dt_s
            if self._rest_s > laws.RESTS_S:
                self._pressed_ml = 0.0
            return
        self._rest_s = 0.0
        if out.vessel not in self.veins:
            return
        behind = self._towards_artery(out.vessel, out.at_mm)
        if behind is None or not self._shut_towards_heart(out.vessel, out.at_mm):
            return
        before = self._pressed_ml
        self._pressed_ml += rate * self.bench.dt_s
        if before < laws.GIVES_ML <= self._pressed_ml:
            self._give_way(out.slot, behind)

    def _shut_towards_heart(self, vessel: int, at_mm: float) -> bool:
        on = {v.index for v in self.clots.below(vessel)} - {vessel}
        return any(
            _shuts(s) and (s.vessel in on or (s.vessel == vessel and s.to_mm > at_mm))
            for clot in self.clots.all
            for s in clot.there
        )

    def _towards_artery(self, vessel: int, at_mm: float) -> Clot | None:
        """Clot that shuts the access on the artery's side of a place."""
        on = {i for i in self.bench.tree.path_to_root(vessel) if i in self.veins} - {vessel}
        for clot in self.clots.all:
            for s in clot.there:
                here = s.vessel == vessel and s.from_mm < at_mm
                if _shuts(s) and (here or s.vessel in on):
                    return clot
        return None

    def _give_way(self, slot: str, clot: Clot) -> None:
        ends = self.clots.beyond_anastomosis(clot.vessel)
        if not ends:
            return
        end = self.clots.pick(ends, self.bench.chance(STREAM, self._drawn))
        self._drawn += 1
        self.clots.settle(end, 1.0)
        name = self.bench.tree.vessels[end].id.replace("_", " ")
        text = (
            "The access is shut towards the heart: the injection pressed clot over the "
            f"anastomosis, into the {name}."
        )
        self.bench.happen("clot_injected", text, slot, end, organ=self.clots.organ(end))

    # -- what the blood takes along ------------------------------------------------------------

    def _wash(self) -> None:
        """Clot that has been dissolved for the most part goes with the blood, to the lungs."""
        loose = [
            (clot, s)
            for clot in self.clots.all
            if clot.vessel in self.veins
            for s in clot.there
            if s.left < laws.LOOSE
        ]
        flow = self.bench.circulation.flow_ml_s
        seconds = _EVERY_TICKS * self.bench.dt_s
        for clot, s in loose:
            if flow(self.clots.anastomosis(clot.vessel)) < laws.WASHES_ML_S:
                continue
            left = s.left * math.exp(-seconds / laws.WASHED_S)
            area = 0.25 * math.pi * clot.diameter_mm**2
            self.to_the_lungs_ml += 1e-3 * area * (s.to_mm - s.from_mm) * s.shuts * (s.left - left)
            self.clots.shrink(s, left, seconds)
        gone = self.to_the_lungs_ml - self._told_ml
        if gone > 0.0 and not any(s.there for _, s in loose):
            self._told_ml = self.to_the_lungs_ml
            text = f"{gone:.1f} mL of softened clot went with the blood into the lungs."
            self.bench.happen("embolus", text, None, None, organ="lung", ml=round(gone, 2))

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        names = ("_pressed_ml", "_rest_s", "_drawn", "to_the_lungs_ml", "_told_ml")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state."""
        for name, value in state.items():
            setattr(self, name, value)


def _shuts(piece: Slice) -> bool:
    return piece.shuts * piece.left >= _SHUT
