"""Three places to try devices in: the shipped renal case, a winding limb, a small crossing tree."""

from __future__ import annotations

from ir_sim.devices.benchmark import winding_vessel
from ir_sim.devices.manoeuvres.liver import liver
from ir_sim.scenario.library import load
from ir_sim.scenario.model import Access, Anatomy


def renal(sheath_fr: float = 9.0) -> tuple[Anatomy, Access]:
    scenario = load("right-renal-selective")
    return scenario.anatomy, scenario.access.model_copy(update={"sheath_fr": sheath_fr})


def winding(sheath_fr: float = 9.0) -> tuple[Anatomy, Access]:
    access = Access(vessel="trunk", at_mm=500.0, sheath_fr=sheath_fr, sheath_mm=30.0)
    return winding_vessel(480.0, side_branches=8), access


ANATOMIES = {"renal": renal, "winding": winding, "liver": liver}
