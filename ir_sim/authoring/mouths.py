"""Places at which two branches are still one lumen, so that a tip there has two names.

A tip lies in the vessel whose middle is nearest. Where a vessel divides, the branches share a lumen
for a while: a wire in one of them can be told as lying in the other, and a step be done, or not,
by a hair.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ir_sim.anatomy.vessel_tree import Vessel, VesselTree
from ir_sim.errors import Problem
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.yaml_source import Loc

#: Branches that leave their parent no further from each other share a mouth, mm (assumed).
_TOGETHER_MM = 15.0
#: Places are tried so far apart, mm.
_STEP_MM = 1.0


def shared_mouths(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    """Warnings about steps and targets that end where two branches are still one."""
    task = scenario.task
    places: list[tuple[Loc, str, float]] = [
        (("task", "target"), task.target.vessel, task.target.at_mm)
    ]
    places += [
        (("task", "steps", i, "when", "tip_at"), step.when.tip_at.vessel, step.when.tip_at.at_mm)
        for i, step in enumerate(task.steps)
        if step.when.tip_at is not None
    ]
    for loc, name, at_mm in places:
        vessel = tree.by_id.get(name)
        other = _beside(tree, vessel, at_mm) if vessel is not None else None
        if vessel is not None and other is not None:
            yield _problem(scenario, loc, vessel, other, at_mm)


def _problem(scenario: Scenario, loc: Loc, vessel: Vessel, other: Vessel, at_mm: float) -> Problem:
    parted = parted_mm(vessel, other, at_mm)
    message = f"at {at_mm:g} mm '{vessel.id}' is still one lumen with '{other.id}': a tip there"
    message += " can be told as lying in either"
    hint = f"at_mm: {parted:.0f}" if parted is not None else "a place further on"
    return scenario.source.problem((*loc, "at_mm"), message, hint, warn=True)


def _beside(tree: VesselTree, vessel: Vessel, at_mm: float) -> Vessel | None:
    """The branch of the same mouth in whose lumen this vessel's middle still lies."""
    for other in tree.vessels:
        if other.index == vessel.index or other.parent != vessel.parent or vessel.parent < 0:
            continue
        near = abs(other.parent_at_mm - vessel.parent_at_mm) <= _TOGETHER_MM
        if near and not other.grown and _apart_mm(vessel, other, at_mm) < 0.0:
            return other
    return None


def parted_mm(vessel: Vessel, other: Vessel, from_mm: float) -> float | None:
    """Where the two lumens have parted; None if nowhere."""
    for at in np.arange(np.ceil(from_mm), vessel.length_mm, _STEP_MM).tolist():
        if _apart_mm(vessel, other, at) > vessel.radius_at(at):
            return float(at)
    return None


def _apart_mm(vessel: Vessel, other: Vessel, at_mm: float) -> float:
    """Distance of a vessel's middle from another one's lumen; negative within it."""
    away = np.hypot(*(other.xy_mm - vessel.point_at(at_mm)).T) - other.radius_mm
    return float(away.min())
