"""Dissolving clot: an infusion catheter with side-holes, a pump, hours, fibrinogen, bleeding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ir_sim.devices import DeviceState
from ir_sim.scenario import puncture
from ir_sim.treatment import lysis_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.clot import Clots

#: The pump goes up to this, mg/h.
PUMP_MG_H = 4.0
#: Contrast across the vessel in the clot's stretch, or so far before it, that shows it: mg/mL times
#: mm of its diameter (assumed).
_SEEN_MG_ML_MM, _BEFORE_MM = 200.0, 10.0
#: What a major bleed at the puncture loses at 100 mmHg, mL/s; it stops so long after the drug, s
#: (assumed).
_BLEEDS_ML_S, _STOPS_S = 0.8, 120.0
#: Spread of the patients' loss of fibrinogen, as a logarithm (assumed).
_SPREAD = 0.35
#: Of all chance in this treatment.
STREAM = 32


class Lysis:
    """The pump, the blood and the clock of one run.

    Args:
        bench: The patient and the table.
        clots: The clot.

    Attributes:
        pump_mg_h: Rate of the pump.
        given_mg: So far.
        fibrinogen: At the last sample, mg/dL.
        hours: That have passed.
    """

    def __init__(self, bench: Bench, clots: Clots) -> None:
        self.bench, self.clots = bench, clots
        self.pump_mg_h = self.given_mg = self.hours = 0.0
        rest = bench.scenario.patient.labs.get("fibrinogen_mg_dl", laws.FIBRINOGEN_MG_DL)
        self.rest = self.fibrinogen = float(rest)
        self.drawn, self.unseen, self.bleed = 0, False, -1

    @property
    def lytic(self) -> str:
        """Id of the drug on the tray, or empty."""
        found = (s.id for s in self.bench.scenario.supplies.values() if s.kind == "lytic")
        return next(found, "")

    def catheter(self) -> DeviceState | None:
        """The catheter with the side-holes, if one is in."""
        found = [d for d in self.bench.devices.values() if d.device.infusion is not None]
        return found[-1] if found else None

    def holes(self) -> list[tuple[int, float]]:
        """(vessel, arclength) of each hole, every 2 mm."""
        device = self.catheter()
        if device is None or device.device.infusion is None:
            return []
        tool = device.device.infusion
        last = min(tool.from_mm + tool.length_mm, device.inserted_mm)
        places = np.arange(tool.from_mm, last, 2.0)
        return [self.bench.place(device, float(p)) for p in places]

    def share_in_clot(self) -> float:
        """Share of the holes that lie in clot."""
        holes = self.holes()
        inside = [
            any(
                piece.vessel == vessel and piece.from_mm <= s <= piece.to_mm
                for clot in self.clots.all
                for piece in clot.there
            )
            for vessel, s in holes
        ]
        return sum(inside) / len(inside) if inside else 0.0

    def set_pump(self, mg_h: float) -> None:
        """Turn the pump to a rate."""
        self.pump_mg_h = min(max(mg_h, 0.0), PUMP_MG_H)

    def step(self) -> None:
        """See whether contrast shows the clot since hours have passed; a stopped bleed ends."""
        if self.bleed >= 0 and self.pump_mg_h == 0.0:
            self.bench.circulation.open_leak(self.bleed, 0.0, _STOPS_S)
            self.bleed = -1
        if self.unseen and self.bench.tick % 12 == 0:
            self._check()

    def _check(self) -> None:
        contrast = self.bench.circulation.concentration_mg_ml
        for clot in self.clots.all:
            s = self.bench.tree.vessels[clot.vessel].s_mm
            first = int(self.bench.tree.first[clot.vessel])
            on = (s >= clot.slices[0].from_mm - _BEFORE_MM) & (s <= clot.slices[-1].to_mm)
            across = 2.0 * self.bench.circulation.radius_mm * contrast
            if float(across[first + np.flatnonzero(on)].max(initial=0.0)) >= _SEEN_MG_ML_MM:
                self.unseen = False
                gone = clot.dissolved_percent
                text = f"Checked with contrast: {gone:.0f} % of the clot is gone."
                self.bench.happen("lysis_checked", text, vessel=clot.vessel, percent=gone)

    def lapse(self, hours: float) -> None:
        """Let hours pass with the pump running; then blood is taken."""
        share, before, fell = self.share_in_clot(), self.fibrinogen, False
        chance = self.bench.chance(STREAM, self.drawn)
        self.drawn += 1
        patient = self.bench.chance(STREAM, 10_000).normal()
        loses = float(np.exp(_SPREAD * patient))
        passed, holes = 0.0, self.holes()
        while passed < hours - 1e-9 and not fell:
            step = min(laws.STEP_H, hours - passed)
            self._dissolve(holes, share, step)
            felt = loses * self.pump_mg_h
            self.fibrinogen = laws.fibrinogen_after(self.fibrinogen, felt, step, self.rest)
            self.given_mg += self.pump_mg_h * step
            risk = laws.bleeding_h(self.fibrinogen, self.pump_mg_h) * step
            fell = bool(chance.random() < risk)
            passed += step
        self.hours += passed
        self.unseen = True
        self.bench.happen(
            "lysis_lapsed",
            f"{passed:g} h later: fibrinogen {self.fibrinogen:.0f} mg/dL, "
            f"{self.given_mg:.1f} mg given.",
            hours=passed,
            mg_h=self.pump_mg_h,
            fibrinogen_before=round(before, 1),
            fibrinogen=round(self.fibrinogen, 1),
            in_clot=round(share, 3),
            given_mg=round(self.given_mg, 2),
            first=self.drawn == 1,
        )
        if fell:
            self._bleeds()

    def _dissolve(self, holes: list[tuple[int, float]], share: float, hours: float) -> None:
        device = self.catheter()
        tool = device.device.infusion if device is not None else None
        for clot in self.clots.all:
            age = clot.age_h + self.hours
            faster = laws.pulsed(clot.fibrin) if tool is not None and tool.pulsed else 1.0
            for piece in clot.there:
                within = any(
                    piece.vessel == vessel and piece.from_mm - 2.0 <= s <= piece.to_mm + 2.0
                    for vessel, s in holes
                )
                dose = self.pump_mg_h * (share if within else 1.0 if holes else 0.0)
                times = faster if within else 1.0
                left = laws.dissolve(piece.left, dose, age, hours, within=within, times=times)
                self.clots.shrink(piece, left)

    def _bleeds(self) -> None:
        access = self.bench.scenario.access
        if self.bleed < 0:
            self.bleed = self.bench.circulation.add_bleed(access.vessel, access.at_mm)
            self.bench.circulation.open_leak(self.bleed, _BLEEDS_ML_S)
        text = f"The {puncture.site(access.vessel)} bleeds where the sheath goes in. Stop the pump."
        self.bench.happen(
            "bleeding", text, vessel=access.vessel, fibrinogen=round(self.fibrinogen, 1)
        )

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        names = ("pump_mg_h", "given_mg", "hours", "fibrinogen", "drawn", "unseen", "bleed")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        for name, value in state.items():
            setattr(self, name, value)
