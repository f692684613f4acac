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
from ir_sim.flow.beds import CONTRAST, SPECIES
from ir_sim.flow.blood import Blood
from ir_sim.flow.contents import Contents
from ir_sim.flow.elimination import Array
from ir_sim.flow.heart import Heart
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.flow.plumbing import plumb
from ir_sim.flow.sites import Injection, Leaks, Place, Places, check_injections, circuit_taps, jets
from ir_sim.flow.supply import body_surface_m2, supply
from ir_sim.flow.vitals import Physiology, Vitals
from ir_sim.scenario.model import Anatomy, Patient

#: An edit arrives within this time unless told otherwise, s: radii ramp, they never jump.
RAMP_S = 0.5
#: Pressure that a mL of blood builds up around a bleed, mmHg (assumed: loose tissue gives way).
_TISSUE_MMHG_PER_ML = 0.1


class Circulation:
    """Pressures, flows and contents of a patient's arteries.

    Vessels are named by their id or their index.

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
        stroke_ml = heart.output_ml_s * 60.0 / heart.rate_bpm
        rest_mmhg = float(self.blood.mean_pressure[0])
        self.physiology = Physiology(patient, heart.rate_bpm, stroke_ml, rest_mmhg)
        self._catheters: tuple[CatheterInLumen, ...] = ()
        self._jet_mmhg, self.injected_ml = np.zeros(0), 0.0

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
        clotting = self.clotting * self.physiology.clotting
        shaped = self.blood.prepare(dt_s, self._catheters, clotting)
        if self.blood.calibres.reshaped:
            self.contents.map(self.blood)
        jetting = [i for i in injections if i.rate_ml_s > 0.0]
        places, flow, injecting = self._taps(jetting)
        before = self._jet_mmhg if len(self._jet_mmhg) == len(flow) else np.zeros(len(flow))
        taps = circuit_taps(places, flow, before, self.leaks)
        moved, beat_ended = self.blood.advance(dt_s, taps, shaped)
        jets_ml, leaks = moved.tap[: len(flow)], np.arange(len(flow), len(places))
        self._jet_mmhg = self.blood.circuit.tap_pressure[: len(flow)]
        self.injected_ml = float(jets_ml.sum())
        mass = np.zeros((len(SPECIES), len(places)))
        for jet, (injection, ml) in enumerate(zip(injecting, jets_ml.tolist(), strict=True)):
            mass[:, jet] = self.contents.give(
                injection.species, ml * injection.concentration_mg_ml, injection.concentration_mg_ml
            )
        self.leaks.lost_ml = self.leaks.lost_ml - moved.tap[leaks]
        bled = self.contents.carry(moved, places, mass, leaks, self.leaks.into_vein)
        self.leaks.contrast_mg = self.leaks.contrast_mg + bled
        if beat_ended:
            self._regulate()

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

    # -- what is now ---------------------------------------------------------------------------

    @property
    def heart(self) -> Heart:
        """The heart; its rate and output can be set."""
        return self.blood.heart

    def flow_ml_s(self, vessel: str | int) -> float:
        """Flow at the ostium, mean over the last beat.

        Raises:
            ValueError: No such vessel.
        """
        element = self.blood.plumbing.first_element[self._index(vessel)]
        return float(self.blood.mean_flow[element])

    def flow_now_ml_s(self, vessel: str | int) -> float:
        """Flow at the ostium at this moment.

        Raises:
            ValueError: No such vessel.
        """
        element = self.blood.plumbing.first_element[self._index(vessel)]
        return float(self.blood.circuit.flow_a[element])

    def pressure_mmhg(self, vessel: str | int, at_mm: float = 0.0) -> float:
        """Pressure in a vessel at this moment.

        Raises:
            ValueError: No such vessel.
        """
        circuit = self.blood.circuit
        return self.blood.along(circuit.pressure, circuit.flow, self._index(vessel), at_mm)

    def mean_pressure_mmhg(self, vessel: str | int, at_mm: float = 0.0) -> float:
        """Pressure in a vessel, mean over the last beat.

        Raises:
            ValueError: No such vessel.
        """
        blood = self.blood
        return blood.along(blood.mean_pressure, blood.mean_flow, self._index(vessel), at_mm)

    def pulse_mmhg(self, vessel: str | int, at_mm: float = 0.0) -> tuple[float, float]:
        """Systolic and diastolic pressure of the last beat.

        Raises:
            ValueError: No such vessel.
        """
        blood, index = self.blood, self._index(vessel)
        return (
            blood.along(blood.systolic, blood.mean_flow, index, at_mm),
            blood.along(blood.diastolic, blood.mean_flow, index, at_mm),
        )

    def vitals(self, vessel: str | int, at_mm: float = 0.0) -> Vitals:
        """What the monitor shows, with the pressure taken in a vessel (the access, say).

        Raises:
            ValueError: No such vessel.
        """
        body = self.physiology
        systolic, diastolic = self.pulse_mmhg(vessel, at_mm)
        return Vitals(
            60.0 / self.heart.period_s,
            systolic,
            diastolic,
            self.mean_pressure_mmhg(vessel, at_mm),
            body.spo2_percent,
            body.breaths_per_min,
            self.heart.ecg_mv(),
            body.act_s,
            self.blood_loss_ml,
            body.sedation,
        )

    @property
    def concentration_mg_ml(self) -> Array:
        """(samples,) contrast now, mg/mL, the lanes' mean."""
        return self.contents.concentration(CONTRAST)

    def concentration_of(self, species: str) -> Array:
        """(samples,) any species now, mg/mL."""
        return self.contents.concentration(SPECIES.index(species))

    @property
    def radius_mm(self) -> Array:
        """(samples,) calibres now."""
        return self.blood.calibres.radius_mm

    @property
    def bed_mg(self) -> Array:
        """(beds,) contrast now in each organ bed, mg."""
        return np.asarray(self.contents.beds.contrast_mg[:-1])

    @property
    def ledger_mg(self) -> Mapping[str, float]:
        """Where the contrast's iodine is; ``injected`` is the sum of the others."""
        return self.contents.ledger(CONTRAST)

    def ledger_of(self, species: str) -> Mapping[str, float]:
        """Where any species is, mg."""
        return self.contents.ledger(SPECIES.index(species))

    @property
    def blood_loss_ml(self) -> float:
        """Blood that bleeds have lost to tissue."""
        return float(self.leaks.lost_ml @ (1.0 - self.leaks.into_vein)) if self.leaks.rows else 0.0

    @property
    def jet_mmhg(self) -> float:
        """Highest pressure that an injection made where it left its catheter, last tick; 0 if none.

        Far above the arterial pressure the catheter is wedged, and the vessel is at risk.
        """
        return float(self._jet_mmhg.max()) if len(self._jet_mmhg) else 0.0

    def pools(self) -> list[tuple[int, float, float, float]]:
        """For each bleed its vessel, arclength, blood outside in mL and contrast in it in mg."""
        leaks = self.leaks
        rows = zip(leaks.rows, leaks.at_mm, leaks.lost_ml, leaks.contrast_mg, strict=True)
        return [
            (vessel, float(at), float(ml), float(mg))
            for (vessel, vein), at, ml, mg in rows
            if not vein
        ]

    def extravasation(self) -> list[tuple[int, float, float]]:
        """For each bleed its vessel, arclength, and the blood outside, mL."""
        return [
            (vessel, float(at), float(ml))
            for (vessel, vein), at, ml in zip(
                self.leaks.rows, self.leaks.at_mm, self.leaks.lost_ml, strict=True
            )
            if not vein
        ]

    def _index(self, vessel: str | int) -> int:
        if isinstance(vessel, str):
            if vessel not in self.tree.by_id:
                raise ValueError(f"no vessel '{vessel}'")
            return self.tree.by_id[vessel].index
        if not 0 <= vessel < len(self.tree.vessels):
            raise ValueError(f"no vessel {vessel}")
        return int(vessel)

    # -- edits ---------------------------------------------------------------------------------

    def set_radius(self, vessel: str | int, radius_mm: Array, seconds: float = RAMP_S) -> None:
        """Send a vessel's samples to new radii (balloon, stent, recoil)."""
        self.blood.calibres.set_radius(self._index(vessel), radius_mm, seconds)

    def narrow(
        self,
        vessel: str | int,
        at_mm: float,
        length_mm: float,
        percent: float,
        seconds: float = RAMP_S,
    ) -> None:
        """Narrow a stretch by so many per cent of its healthy diameter (dissection, recoil)."""
        self.blood.calibres.narrow(self._index(vessel), at_mm, length_mm, percent, seconds)

    def spasm(self, vessel: str | int, factor: float, seconds: float = 2.0) -> None:
        """Contract a vessel to so much of its radius; 1 relaxes it."""
        self.blood.calibres.spasm(self._index(vessel), factor, seconds)

    def give(self, drug: str, amount: float, vessel: str | int | None = None) -> None:
        """Give a drug into a vein or, at a catheter's tip, into a vessel.

        A dilator given into a vessel relieves the spasm there and beyond, else everywhere by less.

        Args:
            drug: Name in ``drugs.FORMULARY``.
            amount: In the drug's unit.
            vessel: Where the catheter's tip lies; None: intravenously.

        Raises:
            ValueError: No such drug or vessel, or an amount that is none.
        """
        index = None if vessel is None else self._index(vessel)
        given = self.physiology.doses.give(drug, amount)
        if given.dilates > 0.0:
            half = given.usual / (2.0 if index is not None else 0.25)
            self._relax(index, given.dilates * amount / (amount + half), 2.0 * given.onset_s)

    def _relax(self, from_vessel: int | None, share: float, seconds: float) -> None:
        """Take away a share of the spasm in a vessel and all beyond it, or everywhere."""
        calibres = self.blood.calibres
        reached = {from_vessel} if from_vessel is not None else set(range(len(self.tree.vessels)))
        for vessel in self.tree.vessels:
            if vessel.index in reached or vessel.parent in reached:
                reached.add(vessel.index)
                now = calibres.spasm_of(vessel.index)
                if now < 1.0:
                    calibres.spasm(vessel.index, now + share * (1.0 - now), seconds)

    def add_plug(
        self, vessel: str | int, from_mm: float, to_mm: float, *, clot: bool = False
    ) -> int:
        """A balloon or a clot that closes nothing yet; returns its row for ``close_plug``."""
        obstacles = self.blood.calibres.obstacles
        return obstacles.add_plug(self._index(vessel), from_mm, to_mm, clot=clot)

    def close_plug(self, row: int, share: float, seconds: float = RAMP_S) -> None:
        """Close a plug to a share of the radius (balloon) or area (clot); 0 opens, 1 shuts."""
        _check_share("share", share)
        self.blood.calibres.obstacles.plugs.closed.send(row, share, seconds)

    def add_coils(self, vessel: str | int, from_mm: float, to_mm: float) -> int:
        """An empty coil pack; returns its row for ``pack_coils``."""
        obstacles = self.blood.calibres.obstacles
        return obstacles.add_coils(self._index(vessel), from_mm, to_mm)

    def pack_coils(self, row: int, density: float, seconds: float = RAMP_S) -> None:
        """Pack coils to a density (volume of wire by volume of lumen)."""
        _check_share("density", density)
        self.blood.calibres.obstacles.coils.density.send(row, density, seconds)

    def add_bleed(
        self, vessel: str | int, at_mm: float, tissue_mmhg_per_ml: float = _TISSUE_MMHG_PER_ML
    ) -> int:
        """A hole to the tissue, closed as yet; returns its row for ``open_leak``."""
        return self.leaks.add(self._index(vessel), at_mm, tissue_mmhg_per_ml, into_vein=False)

    def add_fistula(self, vessel: str | int, at_mm: float) -> int:
        """A way into a vein, closed as yet; returns its row for ``open_leak``."""
        return self.leaks.add(self._index(vessel), at_mm, 0.0, into_vein=True)

    def open_leak(self, row: int, rate_ml_s: float, seconds: float = RAMP_S) -> None:
        """Open a leak so that it lets through so much at 100 mmHg; 0 closes it."""
        if not rate_ml_s >= 0.0:
            raise ValueError(f"rate_ml_s is {rate_ml_s}")
        self.leaks.conductance.send(row, rate_ml_s / 100.0, seconds)

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


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value}: it must be between 0 and 1")
