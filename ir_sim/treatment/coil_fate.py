"""What becomes of coils that lie in the blood: they prolapse, migrate, hold; holes close or not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ir_sim.treatment.bench import Bench
from ir_sim.treatment.coil_nest import Coil, Course
from ir_sim.treatment.packs import Packs
from ir_sim.treatment.sac_laws import washed_out

#: A coil that has come to lie so far from where it was laid has migrated, mm; with more than this
#: share of its loops in the parent vessel it has prolapsed, beyond the next it is lost (assumed).
_MIGRATED_MM, _PROLAPSED, _LOST = 15.0, 0.15, 0.5
#: Bleeding has stopped below this, mL/min, and counted as bleeding above the other.
_STOPPED_ML_MIN, _BLED_ML_MIN = 1.0, 2.0
#: Back-filling is told from this flow, mL/min, once a pack lies above the hole.
_BACKFILL_ML_MIN = 2.0


class CoilFate:
    """Watches the coils, and the holes that they are to close.

    Args:
        bench: The patient.
        packs: How dense they lie.
    """

    def __init__(self, bench: Bench, packs: Packs) -> None:
        self._bench, self._packs = bench, packs
        self._said: list[str] = []
        self._bled: list[int] = []
        self._meant = _meant_vessels(bench)

    def once(self, what: str) -> bool:
        """Whether something is to be told: the first time that it is asked for."""
        if what in self._said:
            return False
        self._said.append(what)
        return True

    def placed(self, title: str, vessel: str, *, holds: bool = True) -> None:
        """Something was let go in a vessel: is it where it was meant to be?"""
        if not holds or (self._meant and vessel not in self._meant):
            text = f"{title} lies outside its landing zone, in the {vessel.replace('_', ' ')}."
            self._bench.happen("device_misplaced", text, None, vessel, device=title)

    def watch(self, coils: Sequence[Coil]) -> bool:
        """Look at loops that lie where they should not; returns whether a coil was carried off."""
        tree, lost = self._bench.tree, False
        for k, coil in enumerate(coils):
            if not coil.loops or coil.told:
                continue
            out_share = sum(1 for loop in coil.loops if loop.s_mm < 0.0) / len(coil.loops)
            home = tree.vessels[coil.vessel]
            if out_share > _PROLAPSED:
                parent = tree.vessels[home.parent].id if home.parent >= 0 else home.id
                self._prolapsed(k, coil, parent, out_share)
            stays = out_share <= _LOST and not self._washed_out(coil, coils)
            if coil.free and home.parent >= 0 and not stays:
                self._lose(coil, home.parent, home.parent_at_mm)
                lost = True
            if coil.free and not coil.told and all(loop.settled for loop in coil.loops):
                coil.told = True
                if self._travelled_mm(coil) > _MIGRATED_MM:
                    where = tree.vessels[coil.loops[0].vessel].id
                    self._migrated(coil, where)
        return lost

    def _prolapsed(self, number: int, coil: Coil, parent: str, share: float) -> None:
        if self.once(f"prolapse {number}"):
            title = self._bench.scenario.supplies[coil.supply].title
            text = f"Loops of {title} hang into the {parent.replace('_', ' ')}."
            self._bench.happen(
                "coil_prolapsed", text, self._bench.outflow.slot, parent, device=coil.supply,
                share=round(share, 2),
            )  # fmt: skip

    def _washed_out(self, coil: Coil, coils: Sequence[Coil]) -> bool:
        """Whether a coil in a sac is too small to stay behind its neck."""
        sac = self._bench.tree.vessels[coil.vessel]
        if sac.grown != "aneurysm":
            return False
        others = [other for other in coils if other is not coil]
        density = self._packs.percent(others).get(coil.vessel, 0.0) / 100.0
        return washed_out(coil.loop_mm, self._bench.lumen_mm(sac.index, 0.0), density)

    @staticmethod
    def _travelled_mm(coil: Coil) -> float:
        if any(loop.vessel != coil.vessel for loop in coil.loops):
            return math.inf
        return float(np.mean([loop.s_mm for loop in coil.loops])) - coil.at_mm

    def _lose(self, coil: Coil, parent: int, from_mm: float) -> None:
        """A coil that hangs in the parent vessel goes with its blood until it is stuck."""
        coil.told = True
        circulation = self._bench.circulation
        course = Course(self._bench.tree, parent, circulation.flow_ml_s)
        u, radius = from_mm, circulation.radius_mm
        while u < course.length_mm - 3.0 and 2.0 * course.radius_mm(u, radius) > coil.loop_mm:
            u += 1.0
        for k, loop in enumerate(coil.loops):
            loop.vessel, loop.s_mm = course.place(max(u - 0.8 * k, 0.0))
            loop.still_s = 1.0
        self._migrated(coil, self._bench.tree.vessels[coil.loops[0].vessel].id)

    def _migrated(self, coil: Coil, vessel: str) -> None:
        title = self._bench.scenario.supplies[coil.supply].title
        text = f"{title} was carried off and lies in the {vessel.replace('_', ' ')}."
        self._bench.happen("coil_migrated", text, None, vessel, device=title)
        self.placed(title, vessel, holds=False)

    def watch_bleeding(self, given: Mapping[int, float], shut: Mapping[int, float]) -> None:
        """Tell when a hole has closed, and when its far side feeds it.

        Args:
            given: mL/s that collaterals let in, by vessel.
            shut: For each vessel how far down it is closed, mm.
        """
        leaks = self._bench.circulation.leaks
        for row, (vessel, vein) in enumerate(leaks.rows):
            if vein:
                continue
            ml_min = 60.0 * float(leaks.rate_ml_s[row])
            if ml_min > _BLED_ML_MIN and row not in self._bled:
                self._bled.append(row)
            spoken = self._bench.tree.vessels[vessel].id.replace("_", " ")
            closed = ml_min < _STOPPED_ML_MIN and row in self._bled and vessel in shut
            if closed and self.once(f"stopped {row}"):
                text = f"No more blood leaves the {spoken}."
                self._bench.happen("bleeding_stopped", text, None, vessel)
            fed = 60.0 * given.get(vessel, 0.0)
            if vessel in shut and fed > _BACKFILL_ML_MIN and self.once(f"back-filling {row}"):
                text = f"The hole in the {spoken} is fed from its far side by collaterals."
                self._bench.happen("back_filling", text, None, vessel, ml_min=round(fed, 1))

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"said": list(self._said), "bled": list(self._bled)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._said, self._bled = list(state["said"]), list(state["bled"])


def _meant_vessels(bench: Bench) -> frozenset[str]:
    """Vessels that the task names for coils and plugs; the target's if it names none."""
    task = bench.scenario.task
    kinds = ("coil_deployed", "plug_deployed")
    wanted = [s.when.happened for s in task.steps if s.when.happened is not None]
    named = {h.vessel for h in wanted if h.kind in kinds and h.vessel}
    named |= {end.vessel for end in task.endpoints}
    return frozenset(named or {task.target.vessel})
