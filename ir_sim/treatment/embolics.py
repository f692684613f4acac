"""Particles, slurries, emulsions and glue: pushed through the catheter, carried by the blood.

Nothing here decides where they go. The blood carries them, the beds stop them and lose flow by it;
what is pushed in faster than the blood takes it away goes back past the tip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ir_sim.flow import Injection
from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment import embolic_laws as laws
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.embolic_fate import EmbolicFate
from ir_sim.treatment.gelatin import Gelatin
from ir_sim.treatment.glue import Glue
from ir_sim.treatment.loading import too_narrow
from ir_sim.treatment.treatment import Treatment

#: The patient is looked at this often, ticks.
_LOOK_TICKS = 6
#: A push ends when the hand has rested so long, s; smaller pushes are not told, mL.
_REST_S, _LEAST_ML = 0.5, 0.1


class Embolics(Treatment):
    """All that is injected to close beds."""

    name = "embolics"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._fate, self._glue = EmbolicFate(bench), Glue(bench)
        self._gelatin = Gelatin(bench)
        self._supply = ""
        self._given: dict[str, float] = {}  # mL by supply, all syringes
        self._push = [0.0, 0.0]  # mL of this push, s since the hand rested
        self._push_vessel, self._rate_ml_s = "", 0.0

    @staticmethod
    def handles(tool: Device | Supply) -> bool:
        """Particles and liquids that stay."""
        return isinstance(tool, Supply) and tool.kind in (
            "particles", "gelfoam", "lipiodol", "glue",
        )  # fmt: skip

    def take_up(self, tool: Device | Supply) -> str:
        """Load the syringe and put it on the innermost catheter."""
        if not isinstance(tool, Supply):
            return f"{tool.title} is no embolic"
        out = self.bench.outflow
        if out.slot == "sheath":
            return f"bring a catheter to the place before you load {tool.title}"
        if out.blocked:
            return out.blocked
        if out.bore_mm < tool.needs_mm - 1e-6:
            return too_narrow(tool, out)
        if self._supply != tool.id:
            self._supply = tool.id
            self._fate.suit(tool)
        return ""

    def put_down(self) -> None:
        """The syringe is taken off."""
        self._end_push()

    def step(self, hand: float | None) -> None:
        """Push, and look what becomes of it."""
        bench = self.bench
        supply = bench.scenario.supplies.get(self._supply)
        pushed = 0.0
        if hand is not None and hand > 0.0 and supply is not None:
            pushed = self._inject(supply, hand)
        if pushed > 0.0:
            self._push[1] = 0.0
        elif self._push[0] > 0.0:
            self._push[1] += bench.dt_s
            if self._push[1] >= _REST_S:
                self._end_push()
        self._glue.step()
        if bench.tick % _LOOK_TICKS == 0 and (self._given or self._supply):
            rate = self._rate_ml_s if pushed > 0.0 else 0.0
            self._fate.look(_LOOK_TICKS * bench.dt_s, supply, rate)
            if supply is not None and supply.kind == "gelfoam":
                self._gelatin.look(_LOOK_TICKS * bench.dt_s)

    def _inject(self, supply: Supply, hand: float) -> float:
        """Give the tick's share to the blood; returns mL."""
        bench, out = self.bench, self.bench.outflow
        rate = min(hand, out.most_ml_s)
        if out.blocked or out.slot == "sheath" or rate <= 0.0:
            return 0.0
        parts = laws.contents_mg_ml(supply)
        for species, mg_ml in parts:
            share = rate / len(parts)
            bench.injections.append(
                Injection(
                    out.vessel, out.at_mm, share, mg_ml * len(parts), species, out.holes_mm
                )
            )  # fmt: skip
        ml, self._rate_ml_s = rate * bench.dt_s, rate
        vessel = bench.tree.vessels[out.vessel].id
        if vessel != self._push_vessel:
            self._end_push()
            self._push_vessel = vessel
        self._push[0] += ml
        self._given[supply.id] = self._given.get(supply.id, 0.0) + ml
        self._fate.pushed(supply, vessel, ml, out.slot)
        if supply.kind == "glue":
            self._glue.inject(supply)
        return ml

    def _end_push(self) -> None:
        ml, supply = self._push[0], self.bench.scenario.supplies.get(self._supply)
        if ml >= _LEAST_ML and supply is not None:
            vessel = self._push_vessel
            kind = {"glue": "glue_injected", "lipiodol": "emulsion_injected"}.get(
                supply.kind, "particles_injected"
            )
            text = f"{ml:.1f} mL of {supply.title} went into the {vessel.replace('_', ' ')}."
            whole = round(self._fate.in_vessel.get(vessel, 0.0), 3)
            self.bench.happen(
                kind, text, self.bench.outflow.slot, vessel, ml=round(ml, 3), whole_ml=whole,
                supply=supply.id,
            )  # fmt: skip
        self._push = [0.0, 0.0]

    # -- panel and memory ----------------------------------------------------------------------

    def reading(self) -> Reading | None:
        """Volume given in mL; how long the column takes to clear."""
        supply = self.bench.scenario.supplies.get(self._supply)
        if supply is None:
            return None
        vessel = self.bench.tree.vessels[self.bench.outflow.vessel].id
        beats = self._fate.clearing.beats.get(vessel)
        text = "" if beats is None else f"column clears in {beats:.1f} beats"
        given = self._given.get(supply.id, 0.0)
        return Reading(supply.id, given, "mL", text, laws.volume_ml(supply))

    def measures(self) -> Mapping[tuple[str, str], float]:
        """Beats until a column clears."""
        return {("clearing_beats", v): beats for v, beats in self._fate.clearing.beats.items()}

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "fate": self._fate.state(),
            "glue": self._glue.state(),
            "gelatin": self._gelatin.state(),
            "supply": self._supply,
            "given": dict(self._given),
            "push": (list(self._push), self._push_vessel, self._rate_ml_s),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._fate.restore(state["fate"])
        self._glue.restore(state["glue"])
        self._gelatin.restore(state["gelatin"])
        self._supply, self._given = state["supply"], dict(state["given"])
        self._push = list(state["push"][0])
        self._push_vessel, self._rate_ml_s = state["push"][1:]
