"""Particles, slurries, emulsions and glue: pushed through the catheter, carried by the blood.

Nothing here decides where they go. The blood carries them, the beds stop them and lose flow by it;
what is pushed in faster than the blood takes it away goes back past the tip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ir_sim.flow import Injection
from ir_sim.flow.beds import DRUG, LIPIODOL, PARTICLES
from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment import embolic_laws as laws
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.loading import too_narrow
from ir_sim.treatment.stasis import Clearing, upstream_mg_ml
from ir_sim.treatment.treatment import Treatment

#: The patient is looked at this often, ticks.
_LOOK_TICKS = 6
#: A push ends when the hand has rested so long, s; smaller pushes are not told, mL.
_REST_S, _LEAST_ML = 0.5, 0.1
#: Reflux: so far behind the tip, mm, there is this share of what the syringe holds
#: while it is pushed at about the rate of the blood or faster, else this much more (near stasis
#: the column rocks to and fro with the beat; assumed).
_BEHIND_MM, _REFLUX_SHARE = 10.0, 0.2
_FAST_SHARE, _MUCH_SHARE = 0.8, 0.6
#: Carried on: pushed after near-stasis, mL of the suspension (assumed).
_CARRIED_ML = 0.5
#: A vessel contracted below this is in spasm; a bed filled less than this is not treated (assumed).
_SPASM, _UNTREATED = 0.85, 0.5
#: Glue that sets round a tip that stays there so long glues it in, s (assumed).
_GLUED_S = 3.0


class Embolics(Treatment):
    """All that is injected to close beds."""

    name = "embolics"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._clearing = Clearing(bench)
        beds = bench.circulation.contents.beds
        self._capacity = beds.capacity_mg.copy()
        self._supply = ""
        self._given: dict[str, float] = {}  # mL by supply, all syringes
        self._in_vessel: dict[str, float] = {}  # mL by vessel
        self._push = [0.0, 0.0]  # mL of this push, s since the hand rested
        self._push_vessel, self._rate_ml_s = "", 0.0
        self._after: dict[str, float] = {}  # mL pushed after near-stasis, by vessel
        self._said: list[str] = []  # what is told once
        self._glue: list[float] = []  # row of the plug, vessel, from, to, s since injected, told
        self._meant = self._meant_beds()

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
            self._suit(tool)
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
        if self._glue:
            self._set_glue()
        if bench.tick % _LOOK_TICKS == 0 and (self._given or self._clearing_needed()):
            self._look(supply, pushing=pushed > 0.0)

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
        self._in_vessel[vessel] = self._in_vessel.get(vessel, 0.0) + ml
        if f"stasis {vessel}" in self._said:
            self._carry_on(vessel, ml, out.slot)
        if supply.kind == "glue" and not self._glue:
            self._begin_glue(out.vessel, out.at_mm)
        self._watch_dose(supply, out.slot)
        return ml

    def _end_push(self) -> None:
        ml, supply = self._push[0], self.bench.scenario.supplies.get(self._supply)
        if ml >= _LEAST_ML and supply is not None:
            vessel = self._push_vessel
            kind = {"glue": "glue_injected", "lipiodol": "emulsion_injected"}.get(
                supply.kind, "particles_injected"
            )
            text = f"{ml:.1f} mL of {supply.title} went into the {vessel.replace('_', ' ')}."
            whole = round(self._in_vessel.get(vessel, 0.0), 3)
            self.bench.happen(
                kind, text, self.bench.outflow.slot, vessel, ml=round(ml, 3), whole_ml=whole,
                supply=supply.id,
            )  # fmt: skip
        self._push = [0.0, 0.0]

    # -- what comes of it ----------------------------------------------------------------------

    def _clearing_needed(self) -> bool:
        return bool(self._supply)

    def _look(self, supply: Supply | None, *, pushing: bool) -> None:
        cleared = self._clearing.look(_LOOK_TICKS * self.bench.dt_s)
        if cleared and self._clearing.beats[cleared] >= laws.NEAR_STASIS_BEATS:
            self._stasis(cleared)
        if pushing and supply is not None:
            self._watch_reflux(supply)
        self._watch_beds()
        self._watch_spasm()

    def _stasis(self, vessel: str) -> None:
        if self._in_vessel.get(vessel, 0.0) <= 0.0:
            return
        bench, spoken = self.bench, vessel.replace("_", " ")
        if self._in_spasm(vessel) and self._filled(vessel) < _UNTREATED:
            if self._once(f"false {vessel}"):
                bench.happen(
                    "false_stasis", f"The column stands in the {spoken}, but it is in spasm.",
                    bench.outflow.slot, vessel,
                )  # fmt: skip
            return
        if self._once(f"stasis {vessel}"):
            beats = round(self._clearing.beats[vessel], 2)
            bench.happen(
                "near_stasis", f"Near-stasis in the {spoken}: the column stands {beats:.0f} beats.",
                bench.outflow.slot, vessel, beats=beats, ml=round(self._in_vessel[vessel], 3),
            )  # fmt: skip

    def _carry_on(self, vessel: str, ml: float, slot: str) -> None:
        self._after[vessel] = after = self._after.get(vessel, 0.0) + ml
        if after >= _CARRIED_ML and self._once(f"carried on {vessel}"):
            spoken = vessel.replace("_", " ")
            self.bench.happen(
                "carried_on", f"Injected on after near-stasis in the {spoken}.", slot, vessel,
                ml=round(after, 3),
            )  # fmt: skip

    def _watch_reflux(self, supply: Supply) -> None:
        out = self.bench.outflow
        species, mg_ml = laws.contents_mg_ml(supply)[0]
        behind = upstream_mg_ml(self.bench, species, out.at_mm, _BEHIND_MM)
        vessel = self.bench.tree.vessels[out.vessel].id
        fast = self._rate_ml_s > _FAST_SHARE * self.bench.circulation.flow_ml_s(out.vessel)
        much = behind > (_REFLUX_SHARE if fast else _MUCH_SHARE) * mg_ml
        if much and self._once(f"reflux {vessel}"):
            text = f"Reflux: {supply.title} flows back past the tip in the {vessel}."
            self.bench.happen(
                "reflux", text.replace("_", " "), out.slot, vessel, share=round(behind / mg_ml, 3)
            )

    def _watch_beds(self) -> None:
        beds, circulation = self.bench.circulation.contents.beds, self.bench.circulation
        held = beds.held[PARTICLES] + beds.held[LIPIODOL]
        bearable = [laws.HARM_SHARES.get(o, laws.HARM_SHARE) for o in circulation.organs]
        harmed = (held[:-1] >= np.array(bearable) * self._capacity[:-1]) & ~self._meant
        for k in np.flatnonzero(harmed).tolist():
            vessel = self.bench.tree.vessels[int(circulation.bed_vessel[k])].id
            if self._once(f"bed {vessel}"):
                organ = circulation.organs[k]
                what = organ if organ != "other" else vessel.replace("_", " ")
                self.bench.happen(
                    "non_target_embolization",
                    f"Embolic material reached the {what} through the {vessel.replace('_', ' ')}.",
                    None, vessel, organ=what, mg=round(float(held[k]), 1),
                )  # fmt: skip

    def _watch_dose(self, supply: Supply, slot: str) -> None:
        given = self.bench.circulation.contents.given
        oil_ml, drug_mg = float(given[LIPIODOL]) / laws.OIL_MG_ML, float(given[DRUG])
        over = oil_ml > laws.MOST_OIL_ML or drug_mg > laws.MOST_DRUG_MG
        if over and self._once("dose"):
            text = (
                f"{supply.title}: {oil_ml:.0f} mL of oil and {drug_mg:.0f} mg are over the limit."
            )
            self.bench.happen(
                "embolic_dose_exceeded", text, slot, None, oil_ml=round(oil_ml, 1),
                drug_mg=round(drug_mg, 1),
            )  # fmt: skip

    def _watch_spasm(self) -> None:
        """Leaving a vessel in spasm for treated."""
        here = self.bench.tree.vessels[self.bench.outflow.vessel].id
        for said in [s for s in self._said if s.startswith("false ")]:
            vessel = said.removeprefix("false ")
            left = here != vessel and self._filled(vessel) < _UNTREATED
            if left and self._in_spasm(vessel) and self._once(f"mistaken {vessel}"):
                spoken = vessel.replace("_", " ")
                self.bench.happen(
                    "spasm_mistaken", f"The {spoken} was left in spasm as if it were treated.",
                    None, vessel,
                )  # fmt: skip

    # -- beds ----------------------------------------------------------------------------------

    def _suit(self, supply: Supply) -> None:
        """What this size means for every bed; told once if it does not suit what is meant."""
        sizes = laws.sizes_um(supply)
        if sizes is None:
            return
        circulation = self.bench.circulation
        beds, organs = circulation.contents.beds, circulation.organs
        for k, organ in enumerate(organs):
            beds.slips[k] = laws.slip_share(*sizes, organ)
            beds.capacity_mg[k] = self._capacity[k] * laws.capacity_share(*sizes, organ)
        meant = [organs[k] for k in np.flatnonzero(self._meant)]
        wrong = next((w for o in meant if (w := laws.fits(*sizes, o))), "")
        focal = [o for o in meant if o in ("fibroid", "tumour")]
        if focal:
            wrong = next((w for o in focal if (w := laws.fits(*sizes, o))), "")
        if wrong and self._once(f"size {supply.id}"):
            text = f"{supply.title} is too {wrong} for what is to be closed."
            self.bench.happen("wrong_size", text, None, None, supply=supply.id, size=wrong)

    def _meant_beds(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(beds,) whether a bed is to be closed: fibroids and tumours with what is around them.

        Without any, all beds beyond the vessels that the task names for treatment.
        """
        scenario, circulation, tree = self.bench.scenario, self.bench.circulation, self.bench.tree
        organs = circulation.organs
        wanted = {scenario.task.target.vessel}
        for step in scenario.task.steps:
            if step.when.happened is not None and step.when.happened.vessel:
                wanted.add(step.when.happened.vessel)
        wanted |= {end.vessel for end in scenario.task.endpoints}
        below = []
        for index in circulation.bed_vessel.tolist():
            path = {tree.vessels[i].id for i in tree.path_to_root(index)}
            below.append(bool(path & wanted))
        focal = np.array([organ in ("fibroid", "tumour") for organ in organs])
        around = np.array([organ in ("uterus", "liver") for organ in organs])
        inside = np.array(below, dtype=bool)
        return focal | (inside & around) if focal.any() else inside

    def _in_spasm(self, vessel: str) -> bool:
        tree, calibres = self.bench.tree, self.bench.circulation.blood.calibres
        way = tree.path_to_root(tree.by_id[vessel].index)
        return any(calibres.spasm_of(i) < _SPASM for i in way)

    def _filled(self, vessel: str) -> float:
        """How full the meant beds beyond a vessel are, 0 to 1."""
        tree, circulation = self.bench.tree, self.bench.circulation
        index = tree.by_id[vessel].index
        beyond = [index in tree.path_to_root(v) for v in circulation.bed_vessel.tolist()]
        on = np.array(beyond) & self._meant
        beds = circulation.contents.beds
        held = (beds.held[PARTICLES] + beds.held[LIPIODOL])[:-1][on]
        room = beds.capacity_mg[:-1][on]
        return float(held.sum() / room.sum()) if on.any() else 1.0

    # -- glue ----------------------------------------------------------------------------------

    def _begin_glue(self, vessel: int, at_mm: float) -> None:
        length = self.bench.tree.vessels[vessel].length_mm
        row = self.bench.circulation.add_plug(vessel, at_mm, min(at_mm + 8.0, length), clot=True)
        self._glue = [row, vessel, at_mm, min(at_mm + 8.0, length), 0.0, 0.0]

    def _set_glue(self) -> None:
        glue, out = self._glue, self.bench.outflow
        supply = self.bench.scenario.supplies[self._supply]
        oil = supply.liquid.oil_share if supply.liquid is not None else 0.5
        sets = laws.glue_sets_s(oil)
        before, glue[4] = glue[4], glue[4] + self.bench.dt_s
        if before < sets <= glue[4]:
            self.bench.circulation.close_plug(int(glue[0]), 1.0, 1.0)
            self.bench.happen("glue_set", "The glue has set.", None, int(glue[1]))
        inside = out.vessel == int(glue[1]) and glue[2] - 1.0 <= out.at_mm <= glue[3]
        if glue[4] >= sets + _GLUED_S and inside and not glue[5]:
            glue[5] = 1.0
            text = "The catheter's tip is glued in: draw it back as soon as the glue is out."
            self.bench.happen("catheter_glued", text, out.slot, out.vessel)

    # -- panel and memory ----------------------------------------------------------------------

    def _once(self, what: str) -> bool:
        if what in self._said:
            return False
        self._said.append(what)
        return True

    def reading(self) -> Reading | None:
        """Volume given in mL; how long the column takes to clear."""
        supply = self.bench.scenario.supplies.get(self._supply)
        if supply is None:
            return None
        vessel = self.bench.tree.vessels[self.bench.outflow.vessel].id
        beats = self._clearing.beats.get(vessel)
        text = "" if beats is None else f"column clears in {beats:.1f} beats"
        given = self._given.get(supply.id, 0.0)
        return Reading(supply.id, given, "mL", text, laws.volume_ml(supply))

    def measures(self) -> Mapping[tuple[str, str], float]:
        """Beats until a column clears."""
        return {("clearing_beats", v): beats for v, beats in self._clearing.beats.items()}

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "clearing": self._clearing.state(),
            "supply": self._supply,
            "given": dict(self._given),
            "in_vessel": dict(self._in_vessel),
            "push": (list(self._push), self._push_vessel, self._rate_ml_s),
            "after": dict(self._after),
            "said": list(self._said),
            "glue": list(self._glue),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._clearing.restore(state["clearing"])
        self._supply = state["supply"]
        self._given, self._in_vessel = dict(state["given"]), dict(state["in_vessel"])
        self._push = list(state["push"][0])
        self._push_vessel, self._rate_ml_s = state["push"][1:]
        self._after, self._said = dict(state["after"]), list(state["said"])
        self._glue = list(state["glue"])
