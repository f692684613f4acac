"""Contrast in lumens and in the urine: volumes and masses are kept."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.simulation.injector import CONTRAST_MG_ML
from ir_sim.simulation.residues import EMPTIES_S, FLUSH_ML_S, Residues
from ir_sim.simulation.state import Injecting

DT = 1 / 60
CATHETER = shipped_devices()["catheter-5f-cobra2"]
WIRE = shipped_devices()["wire-035-angled"]


def mounted(**devices: Any) -> Any:
    return {s: SimpleNamespace(device=d, inserted_mm=300.0) for s, d in devices.items()}


def blood(urine_mg_s: float = 0.0) -> Any:
    beds = SimpleNamespace(urine_mg_s=np.array([urine_mg_s, 0.0, 0.0]))
    return SimpleNamespace(contents=SimpleNamespace(beds=beds), bed_vessel=np.array([3, 4]))


def lumen_ml() -> float:
    return math.pi * CATHETER.inner_radius_mm**2 * CATHETER.length_mm * 1e-3


def test_a_lumen_fills_with_its_own_volume_and_is_flushed() -> None:
    left, devices = Residues(), mounted(catheter=CATHETER)
    push = Injecting(2.0, "catheter", "aorta")
    ticks = round(lumen_ml() / 2.0 / DT)
    for _ in range(ticks):
        left.step(DT, devices, push, blood())
    # one volume through a mixed lumen leaves 1 - 1/e
    expected = CONTRAST_MG_ML * (1 - math.exp(-ticks * DT * 2.0 / lumen_ml()))
    assert left.filling_mg_ml("catheter", devices) == pytest.approx(expected, rel=1e-6)
    seconds = lumen_ml() / FLUSH_ML_S
    for _ in range(round(seconds / DT)):
        left.step(DT, devices, Injecting(), blood())
    assert left.filling_mg_ml("catheter", devices) == pytest.approx(expected / math.e, rel=0.01)


def test_a_wire_displaces_and_an_exchange_empties() -> None:
    left, devices = Residues(), mounted(catheter=CATHETER)
    for _ in range(300):
        left.step(DT, devices, Injecting(3.0, "catheter", "aorta"), blood())
    full = left.filling_mg_ml("catheter", devices)
    assert full > 0.99 * CONTRAST_MG_ML
    both = mounted(catheter=CATHETER, wire=WIRE)
    share = 1 - (WIRE.outer_radius_mm / CATHETER.inner_radius_mm) ** 2
    assert left.filling_mg_ml("catheter", both) == pytest.approx(full * share)
    other = mounted(catheter=shipped_devices()["catheter-5f-pigtail"])
    left.step(DT, other, Injecting(), blood())
    assert left.filling_mg_ml("catheter", other) == 0.0
    assert left.filling_mg_ml("catheter", mounted()) == 0.0


def test_urine_collects_and_empties() -> None:
    left = Residues()
    left.step(DT, {}, Injecting(), blood())
    assert left.collecting_mg is None
    for _ in range(60):
        left.step(DT, {}, Injecting(), blood(6.0))
    assert left.collecting_mg is not None
    assert left.collecting_mg[0] == pytest.approx(6.0, rel=0.01)
    saved = left.save()
    for _ in range(round(EMPTIES_S)):
        left.step(1.0, {}, Injecting(), blood())
    assert left.collecting_mg[0] == pytest.approx(6.0 / math.e, rel=0.01)
    left.restore(saved)
    assert left.collecting_mg[0] == pytest.approx(6.0, rel=0.01)
