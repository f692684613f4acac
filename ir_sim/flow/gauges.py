"""What can be read off a circulation: flows, pressures, contents, the monitor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ir_sim.anatomy import VesselTree
from ir_sim.flow.beds import CONTRAST, LIPIODOL, OIL_IODINE_SHARE, SPECIES
from ir_sim.flow.blood import Blood
from ir_sim.flow.contents import Contents
from ir_sim.flow.elimination import Array
from ir_sim.flow.false_lumen import Channel
from ir_sim.flow.heart import Heart
from ir_sim.flow.sites import Leaks
from ir_sim.flow.vitals import Physiology, Vitals


class Gauges:
    """The readings of a circulation. Vessels are named by their id or their index.

    Attributes:
        tree: The vessels.
        blood: Pressures and flows.
        contents: What travels with the blood.
        leaks: Bleeds and fistulas.
        physiology: Reflexes, drugs and reactions.
    """

    tree: VesselTree
    blood: Blood
    contents: Contents
    leaks: Leaks
    physiology: Physiology
    _jet_mmhg: Array

    @property
    def heart(self) -> Heart:
        """The heart; its rate and output can be set."""
        return self.blood.heart

    def flow_ml_s(self, vessel: str | int) -> float:
        """Flow at the ostium, mean over the last beat; in a vein over a breath, to the heart.

        Raises:
            ValueError: No such vessel.
        """
        return self._onward(vessel, self._mean(self._index(vessel))[1])

    def flow_now_ml_s(self, vessel: str | int) -> float:
        """Flow at the ostium at this moment.

        Raises:
            ValueError: No such vessel.
        """
        return self._onward(vessel, self.blood.circuit.flow_a)

    def _onward(self, vessel: str | int, flow: Array) -> float:
        """Flow at a vessel's ostium, counted in the way that it goes at rest."""
        plumbing = self.blood.plumbing
        element = int(plumbing.first_element[self._index(vessel)])
        back = plumbing.vein[element] and self.blood.supply.flow_ml_s[element] < 0.0
        return float(-flow[element] if back else flow[element])

    def pressure_mmhg(self, vessel: str | int, at_mm: float = 0.0) -> float:
        """Pressure in a vessel at this moment.

        Raises:
            ValueError: No such vessel.
        """
        circuit = self.blood.circuit
        return self._along(circuit.pressure, circuit.flow, self._index(vessel), at_mm)

    @property
    def arterial_mmhg(self) -> float:
        """Pressure in the arteries' root at this moment, drawn or not: the monitor's trace."""
        return float(self.blood.circuit.pressure[0])

    def mean_pressure_mmhg(self, vessel: str | int, at_mm: float = 0.0) -> float:
        """Pressure in a vessel, mean over the last beat; in a vein over a breath.

        Raises:
            ValueError: No such vessel.
        """
        index = self._index(vessel)
        return self._along(*self._mean(index), index, at_mm)

    def _mean(self, vessel: int) -> tuple[Array, Array]:
        """(nodes,) pressures and (elements,) flows over a beat, or a breath where it counts."""
        blood = self.blood
        if blood.breath is not None and self.tree.vessels[vessel].vein:
            return blood.breath.pressure, blood.breath.flow
        return blood.mean_pressure, blood.mean_flow

    def pulse_mmhg(self, vessel: str | int, at_mm: float = 0.0) -> tuple[float, float]:
        """Systolic and diastolic pressure of the last beat.

        Raises:
            ValueError: No such vessel.
        """
        blood, index = self.blood, self._index(vessel)
        return (
            self._along(blood.systolic, blood.mean_flow, index, at_mm),
            self._along(blood.diastolic, blood.mean_flow, index, at_mm),
        )

    def vitals(self, vessel: str | int, at_mm: float = 0.0) -> Vitals:
        """What the monitor shows, with the pressure taken in a vessel (the access, say).

        Raises:
            ValueError: No such vessel.
        """
        body, index = self.physiology, self._index(vessel)
        systolic, diastolic = self.pulse_mmhg(index, at_mm)
        mean = self.mean_pressure_mmhg(index, at_mm)
        if self.tree.vessels[index].vein:  # a cuff on the arm
            blood = self.blood
            high, low, middle = blood.systolic[0], blood.diastolic[0], blood.mean_pressure[0]
            systolic, diastolic, mean = float(high), float(low), float(middle)
        return Vitals(
            60.0 / self.heart.period_s,
            systolic,
            diastolic,
            mean,
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
    def open_radius_mm(self) -> Array:
        """(samples,) calibres now, less what clot takes of them: what contrast can fill."""
        return self.blood.calibres.open_radius_mm

    @property
    def bed_mg(self) -> Array:
        """(beds,) contrast now in each organ bed, mg."""
        return np.asarray(self.contents.beds.contrast_mg[:-1])

    @property
    def opaque_mg_ml(self) -> Array:
        """(samples,) iodine now, in contrast and in oil, mg/mL."""
        iodine = self.contents.concentration(CONTRAST)
        if self.contents.given[LIPIODOL] > 0.0:
            iodine = iodine + OIL_IODINE_SHARE * self.contents.concentration(LIPIODOL)
        return iodine

    @property
    def opaque_bed_mg(self) -> Array:
        """(beds,) iodine now in each organ bed, in contrast and in oil that stays, mg."""
        beds = self.contents.beds
        oil = beds.mass[LIPIODOL].sum(0) + beds.held[LIPIODOL]
        return np.asarray((beds.contrast_mg + OIL_IODINE_SHARE * oil)[:-1])

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

    def false_lumens(self) -> list[Channel]:
        """The channels beside the true lumens, with the contrast in them."""
        return self.contents.false_lumens.channels(self.blood.calibres, CONTRAST)

    def extravasation(self) -> list[tuple[int, float, float]]:
        """For each bleed its vessel, arclength, and the blood outside, mL."""
        return [
            (vessel, float(at), float(ml))
            for (vessel, vein), at, ml in zip(
                self.leaks.rows, self.leaks.at_mm, self.leaks.lost_ml, strict=True
            )
            if not vein
        ]

    def _along(self, node_values: Array, flow: Array, vessel: int, at_mm: float) -> float:
        """A pressure at an arclength: the ends' values, shared out by the losses between them.

        Args:
            node_values: (nodes,) pressures.
            flow: (elements,) flows, for the losses.
            vessel: Vessel index.
            at_mm: Arclength.
        """
        p, k = self.blood.plumbing, self.blood.calibres
        sample = p.sample_at(vessel, at_mm)
        e = int(p.of_sample[sample])
        span = slice(int(p.first[e]), int(p.first[e + 1]))
        s, ds = p.tree.sample_s_mm[span], p.ds_mm[span]
        lost = k.drag[span] + k.loss[span] * abs(float(flow[e]))
        whole = float(lost.sum())
        i = sample - span.start
        within = 0.5
        if ds[i] > 0.0:
            start = max(float(s[i]) - 0.5 * float(ds[i]), 0.0)
            within = float(np.clip((at_mm - start) / ds[i], 0.0, 1.0))
        share = (float(lost[:i].sum()) + within * float(lost[i])) / whole if whole else 0.0
        a, b = float(node_values[p.a[e]]), float(node_values[p.b[e]])
        return a + share * (b - a)

    def _index(self, vessel: str | int) -> int:
        if isinstance(vessel, str):
            if vessel not in self.tree.by_id:
                raise ValueError(f"no vessel '{vessel}'")
            return self.tree.by_id[vessel].index
        if not 0 <= vessel < len(self.tree.vessels):
            raise ValueError(f"no vessel {vessel}")
        return int(vessel)
