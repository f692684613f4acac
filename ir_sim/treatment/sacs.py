"""The sacs of aneurysms while they are coiled: how their domes bear it."""

from __future__ import annotations

from typing import Any

from ir_sim.scenario.supply import Coil as Figures
from ir_sim.treatment import sac_laws as laws
from ir_sim.treatment.bench import Bench

#: The number of this room's chance.
_STREAM = 17
#: Where on the sac it tears: so far along it, as a share.
_DOME = 0.8


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
