"""The sacs of aneurysms while they are coiled: where turns find room, how their domes bear it."""

from __future__ import annotations

import math
from typing import Any

from ir_sim.scenario.supply import Coil as Figures
from ir_sim.treatment import sac_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.coil_nest import Coil, Loop, sac_loop_mm

#: The number of this room's chance.
_STREAM = 17
#: Where on the sac it tears: so far along it, as a share.
_DOME = 0.8
#: The golden angle: no two turns lie alike; turns that find no room lie so far apart in the neck
#: and before it, mm.
_GOLDEN, _APART_MM = 2.399963, 0.3


class Sacs:
    """The domes of a run, by vessel.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._torn: list[int] = []

    def bears(self, vessel: int) -> float:
        """Load that a dome bears."""
        spread = float(self._bench.chance(_STREAM, vessel).normal())
        return laws.BEARS + laws.SPREAD * max(min(spread, 2.0), -2.0)

    def turn(self, coil: Coil, vessel: int, length_mm: float, percent: float) -> Loop:
        """The next turn in a sac: anywhere in the ball that its circle fits, else before the neck.

        Args:
            coil: The coil that it belongs to.
            vessel: Index of the sac's vessel.
            length_mm: Of wire in the turn.
            percent: Packing density so far.
        """
        sac = self._bench.tree.vessels[vessel]
        k = len(coil.loops)
        tilt, turn = _GOLDEN * (k + 1) + 0.7 * len(coil.supply), (1.7 * _GOLDEN * k) % math.tau
        neck = self._bench.lumen_mm(vessel, 0.0)
        dome = 2.0 * float(sac.radius_mm.max())
        if percent / 100.0 >= laws.room_density(dome, neck):
            hanging = sum(1 for loop in coil.loops if loop.s_mm < 0.0)
            return Loop(
                vessel, -0.4 - _APART_MM * hanging, 0.0, 0.3 * math.sin(tilt), turn, length_mm
            )
        room = max(0.5 * dome - sac_loop_mm(sac, coil.loop_mm), 0.0)
        away = room * math.sqrt((k * 0.618034) % 1.0)
        middle = sac.length_mm - 0.5 * dome
        s, y = middle + away * math.cos(turn), away * math.sin(turn)
        return Loop(vessel, s, y, tilt, turn, length_mm)

    def press(self, vessel: int, coil: Figures, title: str, percent: float, speed: float) -> None:
        """A coil is pushed into a sac.

        Args:
            vessel: Index of the sac's vessel.
            coil: Its figures.
            title: Its name.
            percent: Packing density so far.
            speed: Of the hand, mm/s.
        """
        bench, sac = self._bench, self._bench.tree.vessels[vessel]
        if sac.grown != "aneurysm" or vessel in self._torn:
            return
        dome = 2.0 * float(sac.radius_mm.max())
        load = laws.dome_load(coil, dome, percent / 100.0, speed)
        if load < self.bears(vessel):
            return
        self._torn.append(vessel)
        row = bench.circulation.add_bleed(vessel, _DOME * sac.length_mm)
        bench.circulation.open_leak(row, laws.TORN_ML_S, 0.5)
        text = f"The dome of the {sac.id.replace('_', ' ')} tore under {title}."
        bench.happen("rupture", text, bench.outflow.slot, sac.id, load=round(load, 2))

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"torn": list(self._torn)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state."""
        self._torn = list(state["torn"])
