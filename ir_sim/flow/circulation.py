"""The circulation of a case: what the simulation steps, edits and asks.

One tick: calibres move on, the heart ejects, the network is solved, contents move with the volumes
that the network moved, beds, veins and kidneys take their share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from ir_sim.anatomy import VesselTree
from ir_sim.flow.beds import SPECIES
from ir_sim.flow.blood import Blood
from ir_sim.flow.contents import Contents
from ir_sim.flow.diseases import open_false_lumens, open_leaks, shunted_ml_s
from ir_sim.flow.edits import Edits
from ir_sim.flow.elimination import Array
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.flow.plumbing import plumb
from ir_sim.flow.sites import Injection, Leaks, Place, Places, check_injections, circuit_taps, jets
from ir_sim.flow.supply import body_surface_m2, supply
from ir_sim.flow.vitals import Physiology
from ir_sim.scenario.model import Anatomy, Patient


class Circulation(Edits):
    """Pressures, flows and contents of a patient's arteries.

    Readings are in `Gauges`, edits in `Edits`. Vessels are named by their id or their index.

    Args:
        tree: The vessels.
        anatomy: As authored; gives the heart and the outlets.
        patient: Weight, height, age and eGFR.

    Attributes:
        blood: Pressures and flows.
        contents: What travels with the blood.
        leaks: Bleeds and fistulas.
        clotting: Multiplies how eagerly blood clots in coils; heparin does so by itself.
        physiology: Reflexes, drugs and reactions.
        injected_ml: What was injected in the last tick: what was wanted, but less where the lumen's
            pressure held the syringe back.
        jet_rise_mmhg: How much the injections of the last tick have raised the pressure in their
            lumen above that at rest.
        delivered_ml: As ``injected_ml``, for each injection of the last tick in the order given.
        lesion_rows: (vessel index, place among its lesions) to the row of the plug of a drawn
            thrombus, or of the leak of a drawn bleed or fistula.
        bed_vessel: (beds,) index of the vessel that feeds each organ bed; ``organs`` their names.

    Raises:
        ValueError: The demands on the flow cannot be met, in one line.
    """

    def __init__(self, tree: VesselTree, anatomy: Anatomy, patient: Patient) -> None:
        self.tree = tree
        plumbing = plumb(tree)
        demands = supply(plumbing, anatomy, patient)
        self.blood = Blood(plumbing, demands, anatomy.heart.rate_bpm)
        gfr_ml_s = patient.egfr / 60.0 * body_surface_m2(patient) / 1.73
        self.contents = Contents(self.blood, gfr_ml_s, patient.weight_kg)
        self.leaks, self.clotting = Leaks(), 1.0
        self.organs = demands.organs[:-1]
        self.bed_vessel = np.array([end.vessel for end in plumbing.ends], dtype=np.int64)
        heart = self.blood.heart
        heart.output_ml_s += shunted_ml_s(tree)
        stroke_ml = heart.output_ml_s * 60.0 / heart.rate_bpm
        rest_mmhg = float(self.blood.mean_pressure[0])
        self.physiology = Physiology(patient, heart.rate_bpm, stroke_ml, rest_mmhg)
        self._catheters: tuple[CatheterInLumen, ...] = ()
        self._jet_mmhg, self.injected_ml, self.jet_rise_mmhg = np.zeros(0), 0.0, 0.0
        self.delivered_ml: tuple[float, ...] = ()
        open_false_lumens(self)
        self.lesion_rows = {**self.blood.calibres.clots, **open_leaks(self)}

    # -- a tick --------------------------------------------------------------------------------

    def step(
        self,
        dt_s: float,
        injections: Sequence[Injection] = (),
        catheters: Sequence[CatheterInLumen] = (),
    ) -> None:
        """Go on by one tick.

        Args:
            dt_s: Duration, s.
            injections: What flows out of catheters in this tick.
            catheters: What lies in the vessels, injecting or not.

        Raises:
            ValueError: An injection that cannot be; nothing has changed then.
        """
        if not (isfinite(dt_s) and dt_s > 0.0):
            raise ValueError(f"a tick lasts {dt_s} s: it must be above 0")
        check_injections(self.blood.plumbing, injections)
        self._catheters = tuple(catheters)
        self.leaks.conductance.advance(dt_s)
        self.blood.open_share = self.contents.beds.conductance
        if self.blood.breath is not None:
            self.blood.breath.per_min = self.physiology.breaths_per_min
        clotting = self.clotting * self.physiology.clotting
        shaped = self.blood.prepare(dt_s, self._catheters, clotting)
        calibres = self.blood.calibres
        if calibres.reshaped:
            self.contents.reshaped()
        self.contents.pouch_open = calibres.obstacles.pouch_open(
            self.contents.pouches, calibres.sample_volume
        )
        jetting = [i for i in injections if i.rate_ml_s > 0.0]
        places, flow, injecting = self._taps(jetting)
        before = self._jet_mmhg if len(self._jet_mmhg) == len(injecting) else np.zeros(len(flow))
        n, ways = len(injecting), self.contents.crossings
        if ways.rows:
            places[n:n], flow = self._cross(), np.append(flow, ways.ml / dt_s)
            before = np.append(before[:n], np.zeros(len(ways.rows)))
        taps = circuit_taps(places, flow, before, self.leaks)
        moved, beat_ended = self.blood.advance(dt_s, taps, shaped)
        jets_ml, leaks = moved.tap[:n], np.arange(len(flow), len(places))
        self._jet_mmhg = self.blood.circuit.tap_pressure[:n]
        rest = self.blood.supply.pressure_mmhg[self.blood.plumbing.b[taps.element[:n]]]
        self.jet_rise_mmhg = float(np.max(self._jet_mmhg - rest, initial=0.0))
        self.injected_ml = float(jets_ml.sum())
        given = {id(i): 0.0 for i in injections}
        mass = np.zeros((len(SPECIES), len(places)))
        for jet, (injection, ml) in enumerate(zip(injecting, jets_ml.tolist(), strict=True)):
            given[id(injection)] += ml
            if ml > 0.0:  # else blood runs back into the catheter
                mg_ml = injection.concentration_mg_ml
                mass[:, jet] = self.contents.give(injection.species, ml * mg_ml, mg_ml)
        if ways.rows:
            ways.mmhg = self.blood.circuit.tap_pressure[n : len(flow)].copy()
            mass[:, n : len(flow)], ways.mass = ways.mass, np.zeros_like(ways.mass)
        self.delivered_ml = tuple(given[id(i)] for i in injections)
        self.leaks.flowed(-moved.tap[leaks], dt_s)
        ways.ml = np.maximum(-moved.tap[leaks][ways.leaks], 0.0)
        bled = self.contents.carry(moved, places, mass, leaks, self.leaks.into_vein)
        self.leaks.contrast_mg = self.leaks.contrast_mg + bled
        if beat_ended:
            self._regulate()

    def _cross(self) -> list[Place]:
        """Where fistulas enter drawn veins; their pressure stands against the artery's."""
        find = Places(self.blood.plumbing, self.blood.calibres, self.contents.count)
        ways = self.contents.crossings
        self.leaks.vein_mmhg = dict(zip(ways.leaks, ways.mmhg.tolist(), strict=True))
        return [find.at(vein, at_mm) for _, vein, at_mm in ways.rows]

    def _regulate(self) -> None:
        """Let the patient's reflexes and drugs set the next beats."""
        blood, body = self.blood, self.physiology
        body.beat(blood.beat_s, float(blood.mean_pressure[0]), self.blood_loss_ml)
        blood.heart.rate_bpm = body.rate_bpm
        blood.heart.output_ml_s = body.stroke_ml * body.rate_bpm / 60.0
        blood.systemic_tone = body.tone

    def _taps(self, injections: Sequence[Injection]) -> tuple[list[Place], Array, list[Injection]]:
        """Places of all taps, flows of the jets, and the injection that each jet belongs to."""
        places: list[Place] = []
        flow: list[float] = []
        injecting: list[Injection] = []
        if not injections and not self.leaks.rows:
            return places, np.zeros(0), injecting
        find = Places(self.blood.plumbing, self.blood.calibres, self.contents.count)
        for i in injections:
            holes = jets(i, self._catheters)
            for at_mm, below in holes:
                places.append(find.at(i.vessel, at_mm, below=below))
                flow.append(i.rate_ml_s / len(holes))
                injecting.append(i)
        for (vessel, _), at in zip(self.leaks.rows, self.leaks.at_mm.tolist(), strict=True):
            places.append(find.at(vessel, at))
        return places, np.array(flow), injecting

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs to go on exactly from here."""
        return {
            "blood": self.blood.state(),
            "contents": self.contents.state(),
            "leaks": self.leaks.state(),
            "physiology": self.physiology.state(),
            "clotting": self.clotting,
            "jets": (self._jet_mmhg.copy(), self.injected_ml),
            "catheters": self._catheters,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state of a circulation of this same case."""
        self._catheters = state["catheters"]
        self.blood.restore(state["blood"], self._catheters)
        self.contents.restore(state["contents"], self.blood)
        self.leaks.restore(state["leaks"])
        self.physiology.restore(state["physiology"])
        self.clotting = state["clotting"]
        self._jet_mmhg, self.injected_ml = state["jets"][0].copy(), state["jets"][1]
