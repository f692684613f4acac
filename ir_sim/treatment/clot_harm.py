"""What drawing clot out can do: pieces that go astray, spasm, a torn vessel."""

from __future__ import annotations

import numpy as np

from ir_sim.treatment import clot_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.clot import Clot, Clots

#: Vessels under this radius contract and tear, mm; how far they contract, and how fast blood leaves
#: a tear at 100 mmHg, mL/s (assumed).
_SMALL_MM, _CONTRACTS, _BLEEDS_ML_S = 2.0, 0.65, 0.6
#: Room that spasm leaves round a device, mm (assumed).
_ROOM_MM = 0.15


class ClotHarm:
    """Does to the patient what a pass has brought about.

    Args:
        bench: The patient.
        clots: The clot.
    """

    def __init__(self, bench: Bench, clots: Clots) -> None:
        self.bench, self.clots = bench, clots

    def embolus(self, clot: Clot, chance: np.random.Generator) -> None:
        """A piece goes on into the territory behind the clot; from a vein to the lungs."""
        if self._to_the_lungs(clot):
            return
        ends = self.clots.downstream(clot)
        if ends:
            end = self.clots.pick(ends, chance)
            self.clots.lodge(end)
            text = "A piece of the clot went on with the blood."
            self.bench.happen("distal_embolus", text, vessel=end, organ=self.clots.organ(end))

    def stray(self, clot: Clot, chance: np.random.Generator) -> None:
        """A piece is lost into a branch that was open before; from a vein to the lungs."""
        if self._to_the_lungs(clot):
            return
        ends = self.clots.beside(clot)
        if ends:
            end = self.clots.pick(ends, chance)
            self.clots.lodge(end)
            text = "Clot was lost into a branch that had been open."
            self.bench.happen("embolus", text, vessel=end, organ=self.clots.organ(end))

    def _to_the_lungs(self, clot: Clot) -> bool:
        """Where a vein's blood goes; whether the clot lies in one."""
        vein = self.bench.tree.vessels[clot.vessel].vein
        if vein:
            text = "A piece of the clot went to the heart and on into the lungs."
            self.bench.happen("embolus", text, vessel=clot.vessel, organ="lung")
        return vein

    def contract(self, clot: Clot, drawn: float, within: float) -> None:
        """The vessel answers the pull of the struts."""
        small = 0.5 * clot.diameter_mm < _SMALL_MM
        calibres = self.bench.circulation.blood.calibres
        if within and small and drawn < laws.SPASM and calibres.spasm_of(clot.vessel) > 0.95:
            self.bench.circulation.spasm(clot.vessel, self._tight(clot.vessel))
            text = "The vessel contracts where the retriever was drawn through it."
            self.bench.happen("spasm", text, vessel=clot.vessel)

    def _tight(self, vessel: int) -> float:
        """To which share a vessel contracts: not closer than round the widest device."""
        radius = float(self.bench.tree.vessels[vessel].healthy_radius_mm.min())
        around = [d.device.outer_radius_mm for d in self.bench.devices.values()]
        return float(np.clip((max(around, default=0.0) + _ROOM_MM) / radius, _CONTRACTS, 1.0))

    def tear(self, place: tuple[int, float], speed_mm_s: float, passes: int, drawn: float) -> None:
        """A small vessel tears when an open retriever is drawn fast through it."""
        vessel, at = place
        radius = float(self.bench.tree.vessels[vessel].healthy_radius_mm.mean())
        if radius < _SMALL_MM and drawn < laws.tearing(speed_mm_s, passes):
            row = self.bench.circulation.add_bleed(vessel, at)
            self.bench.circulation.open_leak(row, _BLEEDS_ML_S)
            text = "The retriever tore the vessel: it was drawn fast against resistance."
            speed = round(speed_mm_s, 1)
            self.bench.happen("perforation", text, "wire", vessel, speed_mm_s=speed)
