"""What a tick costs in a large tree while a balloon changes its walls."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices, shipped_supplies
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.simulation import Simulation

PARTICLES = next(name for name, s in shipped_supplies().items() if s.kind == "particles")
WIRE, BALLOON = "wire-035-amplatz-stiff", "balloon-035-8x40"
_HEAD = """\
format: 1
id: many
title: Many branches
level: beginner
objectives: [Measure]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 80}
anatomy:
  body: pelvis-leg
  vessels:
    - id: artery
      points: [[0, 0, 4], [0, -200, 4], [0, -470, 3.6]]
      lesions: [{kind: stenosis, at_mm: 30, length_mm: 20, diameter_percent: 70}]
      outlet: {organ: muscle, flow_ml_min: 200}
"""
_TAIL = """\
access: {vessel: artery, at_mm: 2, sheath_fr: 8, sheath_mm: 6, direction: antegrade}
task: {target: {vessel: artery, at_mm: 5}}
"""
_TRAY = (WIRE, BALLOON, "catheter-5f-mpa", PARTICLES)


def _twig(k: int) -> str:
    """One twig, left and right in turn; one of them bleeds, one is shut by clot."""
    x, y = (1 if k % 2 else -1), -60 - 5 * (k // 2)
    sick = {10: "{kind: thrombus, at_mm: 20, length_mm: 8}", 12: "{kind: bleed, at_mm: 20}"}
    points = f"[[{4 * x}, {y}, 1.5], [{30 * x}, {y - 8}, 1.3], [{60 * x}, {y - 14}, 1.1]]"
    return (
        f"    - id: b{k}\n      parent: artery\n      points: {points}\n"
        f"      lesions: [{sick.get(k, '')}]\n      outlet: {{organ: muscle, flow_ml_min: 10}}\n"
    )


def many_branches(branches: int = 150, more: Sequence[str] = ()) -> Scenario:
    """A narrowed artery with so many branches in all, itself counted.

    Args:
        branches: How many.
        more: Ids of what else is on the tray.

    Raises:
        ValueError: The case is not sound.
    """
    tray = ", ".join([*_TRAY, *more])
    text = _HEAD + "".join(_twig(k) for k in range(branches - 1)) + _TAIL + f"tray: [{tray}]\n"
    return case_of_text(text)


def case_of_text(text: str) -> Scenario:
    """A case with the shipped devices and supplies.

    Raises:
        ValueError: The case is not sound.
    """
    scenario, problems = from_text(text, "many.yaml", shipped_devices(), shipped_supplies())
    if scenario is None:
        raise ValueError(str(problems[0]))
    return scenario


def treatment_benchmark(branches: int = 150) -> dict[str, Any]:
    """Processor time of the ticks in which a balloon is filled and emptied in a stenosis.

    Returns:
        ``branches``, and ``tick_ms``, ``p99_ms`` and ``most_ms``: median, 99th percentile and
        longest.
    """
    sim = Simulation(many_branches(branches), 1)
    spent: list[float] = []

    def run(seconds: float, **controls: Any) -> None:
        for _ in range(round(60 * seconds)):
            start = time.process_time()
            sim.step(Controls(**controls))
            spent.append(1e3 * (time.process_time() - start))

    sim.step(Controls(actions=(Action("mount", slot="wire", device=WIRE),)))
    run(2.0, motions={"wire": Motion(60.0)})
    sim.step(Controls(actions=(Action("mount", slot="catheter", device=BALLOON),)))
    run(1.2, motions={"catheter": Motion(40.0)})
    sim.step(Controls(actions=(Action("take_up", device=BALLOON),)))
    spent.clear()
    gc.collect()  # Python's own full collection, some 50 ms, may fall into any program's any tick
    run(2.4, treat=4.0)
    run(1.0)
    run(2.0, treat=-6.0)
    middle, high, most = np.percentile(spent, [50, 99, 100]).tolist()
    return {"branches": branches, "tick_ms": middle, "p99_ms": high, "most_ms": most}
