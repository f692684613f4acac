"""What a tick of the blood costs, for trees of several sizes."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np

from ir_sim.anatomy import build_tree
from ir_sim.flow.circulation import Circulation
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.flow.sites import Injection
from ir_sim.scenario.lesions import Stenosis
from ir_sim.scenario.model import Anatomy, Heart, Outlet, Patient, Vessel

_DT_S = 1.0 / 60.0
_TICKS, _INJECT_FROM, _INJECT_TO = 240, 30, 150
#: Exponent of Murray-type branching (2.7 fits arteries; Kassab 2006, Am J Physiol 290:H894).
_EXPONENT = 2.7
_OUTPUT_ML_MIN = 4800.0


def flow_benchmark(branches: tuple[int, ...] = (20, 100, 500)) -> list[dict[str, Any]]:
    """Median time of a tick: pulsatile, a tenth of the branches stenosed, one injection.

    Returns:
        For each size ``branches``, ``elements``, ``cells``, ``tick_ms`` and ``p95_ms``; the times
        are taken while contrast is injected and travels.
    """
    return [_measure(n) for n in branches]


def _measure(branches: int) -> dict[str, Any]:
    anatomy = branching_anatomy(branches, seed=1)
    patient = Patient(age=60, sex="m", weight_kg=75.0, height_cm=175.0)
    tree = build_tree(anatomy)
    circulation = Circulation(tree, anatomy, patient)
    radius = [vessel.radius_at(5.0) for vessel in tree.vessels]
    vessel = int(np.argmin(np.abs(np.array(radius) - 3.5)))
    catheters = [CatheterInLumen(vessel, 0.0, 10.0, 0.84)]
    times: list[float] = []
    for tick in range(_TICKS):
        injecting = _INJECT_FROM <= tick < _INJECT_TO
        injections = [Injection(vessel, 10.0, 5.0, 300.0)] if injecting else []
        start = time.perf_counter()
        circulation.step(_DT_S, injections, catheters)
        if tick >= _INJECT_FROM:
            times.append(1e3 * (time.perf_counter() - start))
    return {
        "branches": branches,
        "elements": len(circulation.blood.plumbing.vessel),
        "cells": int(circulation.contents.count.sum()),
        "tick_ms": round(statistics.median(times), 3),
        "p95_ms": round(float(np.percentile(times, 95)), 3),
    }


def branching_anatomy(branches: int, seed: int) -> Anatomy:
    """A made-up tree: the widest tip forks, calibres by Murray, until there are so many branches.

    A tenth of the branches carries a stenosis of 60 per cent.
    """
    rng = np.random.default_rng(seed)
    start, heading, radius = np.array([0.0, 400.0]), -0.5 * np.pi, 10.0
    specs = [_branch("b0", None, start, heading, radius, 150.0)]
    tips = [(0, start + 150.0 * _towards(heading), heading, radius)]
    while len(specs) + 2 <= branches:
        parent, at, heading, radius = tips.pop(int(np.argmax([tip[3] for tip in tips])))
        share = rng.uniform(0.25, 0.75)
        for part, side in ((share, 1.0), (1.0 - share, -1.0)):
            own = radius * part ** (1.0 / _EXPONENT)
            length = max(12.0, own * rng.uniform(10.0, 30.0))
            turned = heading + side * rng.uniform(0.3, 0.8)
            name = f"b{len(specs)}"
            specs.append(_branch(name, f"b{parent}", at, turned, own, length))
            tips.append((len(specs) - 1, at + length * _towards(turned), turned, own))
    weights = np.array([tip[3] for tip in tips]) ** _EXPONENT
    flows = _OUTPUT_ML_MIN * weights / weights.sum()
    for (index, *_), flow in zip(tips, flows, strict=True):
        outlet = Outlet(organ="muscle", flow_ml_min=float(flow))
        specs[index] = specs[index].model_copy(update={"outlet": outlet})
    for index in range(5, len(specs), 10):
        lesion = Stenosis(kind="stenosis", at_mm=6.0, length_mm=6.0, diameter_percent=60.0)
        specs[index] = specs[index].model_copy(update={"lesions": [lesion]})
    return Anatomy(body="abdomen-pelvis", heart=Heart(), vessels=specs)


def _towards(angle: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.cos(angle), np.sin(angle)])


def _branch(
    name: str,
    parent: str | None,
    at: np.ndarray[Any, np.dtype[np.float64]],
    heading: float,
    radius_mm: float,
    length_mm: float,
) -> Vessel:
    end = at + length_mm * _towards(heading)
    points = [[*at.tolist(), radius_mm], [*end.tolist(), radius_mm]]
    return Vessel(id=name, parent=parent, points=points)
