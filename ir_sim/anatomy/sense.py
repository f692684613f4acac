"""Anatomical sense: what a case's geometry says that its author cannot have meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree, leaves_at_end
from ir_sim.errors import Problem
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.yaml_source import Loc

#: A first point further than this from its parent's wall (or, where it continues the parent, from
#: its end) does not touch it, mm (assumed).
TOUCH_MM = 12.0
CONTINUES_MM = 45.0
#: A child may be this much wider than its parent before it is taken for a mistake (assumed).
WIDER = 1.15


def sense_checks(scenario: Scenario, tree: VesselTree | None = None) -> list[Problem]:
    """Errors and warnings about the smooth geometry of a case whose names are all right.

    Args:
        scenario: The case.
        tree: Its vessels, if they have been built already.
    """
    tree = build_tree(scenario.anatomy) if tree is None else tree
    found = [*_joins(scenario, tree), *_places(scenario, tree), *_lesions(scenario, tree)]
    if not any(problem.severity == "error" for problem in found):
        found += _projection(scenario, tree)
    return found


def _loc(scenario: Scenario, vessel: Vessel) -> Loc:
    ids = [spec.id for spec in scenario.anatomy.vessels]
    return ("anatomy", "vessels", ids.index(vessel.id))


def _drawn(tree: VesselTree) -> Iterator[Vessel]:
    """The vessels that the author drew and joined to a parent."""
    return (vessel for vessel in tree.vessels if vessel.parent >= 0 and not vessel.grown)


def _joins(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    source = scenario.source
    specs = {spec.id: spec for spec in scenario.anatomy.vessels}
    for vessel in _drawn(tree):
        parent, spec, loc = tree.vessels[vessel.parent], specs[vessel.id], _loc(scenario, vessel)
        if spec.at_mm is not None and spec.at_mm > parent.length_mm + 0.5:
            message = f"{spec.at_mm:g} mm is beyond the end of '{parent.id}'"
            hint = f"it is {parent.length_mm:.0f} mm long"
            yield source.problem((*loc, "at_mm"), message, hint)
            continue  # where it begins follows from it
        first = np.array(spec.points[0][:2])
        join = parent.point_at(vessel.parent_at_mm)
        gap = float(np.hypot(*(first - join))) - parent.radius_at(vessel.parent_at_mm)
        goes_on = leaves_at_end(parent, vessel.parent_at_mm)
        if gap > (CONTINUES_MM if goes_on else TOUCH_MM):
            message = f"'{vessel.id}' starts {gap:.0f} mm outside '{parent.id}'"
            hint = "its first point belongs on the parent's wall"
            yield source.problem((*loc, "points", 0), message, hint)
        own, theirs = float(spec.points[0][2]), parent.radius_at(vessel.parent_at_mm)
        # the veins of a fistula are drawn towards the heart, and widen
        arterial = any(not tree.vessels[i].vein for i in tree.path_to_root(vessel.index))
        if own > WIDER * theirs and not (vessel.vein and arterial):
            message = f"radius {own:g} mm is wider than its parent '{parent.id}' ({theirs:.1f} mm)"
            yield source.problem((*loc, "points", 0, 2), message, "radius, not diameter?")


def _places(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    source = scenario.source
    access, target = scenario.access, scenario.task.target
    for loc, name, at_mm in (
        (("access", "at_mm"), access.vessel, access.at_mm),
        (("task", "target", "at_mm"), target.vessel, target.at_mm),
    ):
        if name not in tree.by_id:
            continue  # told elsewhere
        length = tree.by_id[name].length_mm
        if at_mm > length:
            message = f"{at_mm:g} mm is beyond the end of '{name}'"
            yield source.problem(loc, message, f"it is {length:.0f} mm long")
    for i, step in enumerate(scenario.task.steps):
        place = step.when.tip_at
        if place is None or place.vessel not in tree.by_id:
            continue
        if place.at_mm > tree.by_id[place.vessel].length_mm:
            length = tree.by_id[place.vessel].length_mm
            message = f"{place.at_mm:g} mm is beyond the end of '{place.vessel}': never met"
            where: Loc = ("task", "steps", i, "when", "tip_at", "at_mm")
            yield source.problem(where, message, f"it is {length:.0f} mm long")


def _lesions(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    for vessel in tree.vessels:
        for k, lesion in enumerate(vessel.lesions):
            if lesion.at_mm > vessel.length_mm:
                loc = (*_loc(scenario, vessel), "lesions", k, "at_mm")
                message = f"{lesion.at_mm:g} mm is beyond the end of '{vessel.id}'"
                hint = f"it is {vessel.length_mm:.0f} mm long"
                yield scenario.source.problem(loc, message, hint)


def _projection(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    """Vessels that a device cannot enter, because they never leave their parent's outline."""
    for vessel in _drawn(tree):
        parent = tree.vessels[vessel.parent]
        d = np.hypot(
            vessel.xy_mm[:, None, 0] - parent.xy_mm[None, :, 0],
            vessel.xy_mm[:, None, 1] - parent.xy_mm[None, :, 1],
        )
        beyond = vessel.s_mm > 0
        if beyond.any() and (d - parent.radius_mm[None, :]).min(1)[beyond].max() < 0:
            message = f"'{vessel.id}' stays inside the outline of '{parent.id}': no device enters"
            hint = "draw it leaving sideways"
            yield scenario.source.problem(_loc(scenario, vessel), message, hint, warn=True)
