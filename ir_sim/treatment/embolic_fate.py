"""What becomes of embolics: stasis, reflux, beds that were not meant, spasm, a session's limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ir_sim.flow.beds import DRUG, LIPIODOL, PARTICLES
from ir_sim.scenario.supply import Supply
from ir_sim.treatment import embolic_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.stasis import Clearing, upstream_mg_ml

#: Reflux: so far behind the tip, mm, there is this share of what the syringe holds
#: while it is pushed at about the rate of the blood or faster, else this much more (near stasis
#: the column rocks to and fro with the beat; assumed).
_BEHIND_MM, _REFLUX_SHARE = 10.0, 0.2
_FAST_SHARE, _MUCH_SHARE = 0.8, 0.6
#: Carried on: pushed after near-stasis, mL of the suspension (assumed).
_CARRIED_ML = 0.5
#: Wedged: so much was pushed while the tip filled its vessel, mL (as for contrast).
_WEDGED_ML = 1.0
#: A vessel contracted below this is in spasm; a bed filled less than this is not treated (assumed).
_SPASM, _UNTREATED = 0.85, 0.5


class EmbolicFate:
    """Watches what was injected, and tells each thing once.

    Args:
        bench: The patient.

    Attributes:
        clearing: How long columns of contrast take to clear.
        in_vessel: mL injected by vessel.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.clearing = Clearing(bench)
        self.in_vessel: dict[str, float] = {}
        self._capacity = bench.circulation.contents.beds.capacity_mg.copy()
        self._after: dict[str, float] = {}  # mL pushed after near-stasis, by vessel
        self._wedged: dict[str, float] = {}  # mL pushed through a wedged tip, by vessel
        self._said: list[str] = []
        self._meant = self._meant_beds()

    def pushed(self, supply: Supply, vessel: str, ml: float, slot: str) -> None:
        """So much has just gone into a vessel."""
        self.clearing.feed()
        self.in_vessel[vessel] = self.in_vessel.get(vessel, 0.0) + ml
        if self.bench.outflow.wedged:
            self._wedge(supply, vessel, ml, slot)
        if f"stasis {vessel}" in self._said:
            self._carry_on(vessel, ml, slot)
        self._watch_dose(supply, slot)

    def look(self, dt_s: float, supply: Supply | None, rate_ml_s: float) -> None:
        """Look once.

        Args:
            dt_s: Since the last look.
            supply: What is in the syringe.
            rate_ml_s: At which it is being pushed; 0 if it rests.
        """
        cleared = self.clearing.look(dt_s)
        if cleared and self.clearing.beats[cleared] >= laws.NEAR_STASIS_BEATS:
            self._stasis(cleared)
        if rate_ml_s > 0.0 and supply is not None:
            self._watch_reflux(supply, rate_ml_s)
        self._watch_beds()
        self._watch_spasm()

    def _stasis(self, vessel: str) -> None:
        if self.in_vessel.get(vessel, 0.0) <= 0.0:
            return
        bench, spoken = self.bench, vessel.replace("_", " ")
        if bench.outflow.wedged:
            if self._once(f"wedged stasis {vessel}"):
                bench.happen(
                    "false_stasis", f"The column stands in the {spoken}, but the tip fills it.",
                    bench.outflow.slot, vessel,
                )  # fmt: skip
            return
        if self._in_spasm(vessel) and self._filled(vessel) < _UNTREATED:
            if self._once(f"false {vessel}"):
                bench.happen(
                    "false_stasis", f"The column stands in the {spoken}, but it is in spasm.",
                    bench.outflow.slot, vessel,
                )  # fmt: skip
            return
        if self._once(f"stasis {vessel}"):
            beats = round(self.clearing.beats[vessel], 2)
            bench.happen(
                "near_stasis", f"Near-stasis in the {spoken}: the column stands {beats:.0f} beats.",
                bench.outflow.slot, vessel, beats=beats, ml=round(self.in_vessel[vessel], 3),
            )  # fmt: skip

    def _wedge(self, supply: Supply, vessel: str, ml: float, slot: str) -> None:
        self._wedged[vessel] = whole = self._wedged.get(vessel, 0.0) + ml
        if whole >= _WEDGED_ML and self._once(f"wedged {vessel}"):
            spoken = vessel.replace("_", " ")
            self.bench.happen(
                "embolic_wedged",
                f"{supply.title} is pushed through a tip that fills the {spoken}.",
                slot, vessel, ml=round(whole, 3),
            )  # fmt: skip

    def _carry_on(self, vessel: str, ml: float, slot: str) -> None:
        self._after[vessel] = after = self._after.get(vessel, 0.0) + ml
        if after >= _CARRIED_ML and self._once(f"carried on {vessel}"):
            spoken = vessel.replace("_", " ")
            self.bench.happen(
                "carried_on", f"Injected on after near-stasis in the {spoken}.", slot, vessel,
                ml=round(after, 3),
            )  # fmt: skip

    def _watch_reflux(self, supply: Supply, rate_ml_s: float) -> None:
        out = self.bench.outflow
        species, mg_ml = laws.contents_mg_ml(supply)[0]
        behind = upstream_mg_ml(self.bench, species, out.at_mm, _BEHIND_MM)
        vessel = self.bench.tree.vessels[out.vessel].id
        fast = rate_ml_s > _FAST_SHARE * self.bench.circulation.flow_ml_s(out.vessel)
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

    def suit(self, supply: Supply) -> None:
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

    def _once(self, what: str) -> bool:
        if what in self._said:
            return False
        self._said.append(what)
        return True

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "clearing": self.clearing.state(),
            "in_vessel": dict(self.in_vessel),
            "after": dict(self._after),
            "wedged": dict(self._wedged),
            "said": list(self._said),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.clearing.restore(state["clearing"])
        self.in_vessel, self._after = dict(state["in_vessel"]), dict(state["after"])
        self._wedged, self._said = dict(state["wedged"]), list(state["said"])
