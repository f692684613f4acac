"""The whole check of a case: text, names, geometry, blood flow, and whether it can be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.sense import sense_checks
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree
from ir_sim.devices.coaxial import sheath_mouth
from ir_sim.errors import AuthoringError, Problem, ScenarioError
from ir_sim.flow.supply import check as flow_problems
from ir_sim.scenario.library import examine
from ir_sim.scenario.model import Scenario
from ir_sim.training.rubric import known_rubrics, load_rubric

#: Two vessels whose centrelines stay closer than this share of their radius are one drawn twice.
_SAME_SHARE = 0.5
#: A tree that is less wide and high than this was drawn in another unit, mm (assumed).
_SMALL_MM = 40.0
#: Part of a device's length that the hub and the hand need outside the sheath, mm (assumed).
_OUTSIDE_MM = 60.0


def check_case(reference: str | Path) -> tuple[Scenario | None, list[Problem]]:
    """Read a case and check all of it.

    Returns:
        The case, or None if it cannot be played, and every error and warning in file order.
    """
    scenario, problems = examine(reference)
    if scenario is None:
        return None, problems
    found = check_scenario(scenario)
    path = Path(reference)
    if path.suffix in (".yaml", ".yml") and path.stem != scenario.id:
        message = f"the file is named '{path.name}', the case '{scenario.id}'"
        hint = f"name the file {scenario.id}.yaml, so that it is found by its id"
        found.append(scenario.source.problem(("id",), message, hint, warn=True))
    problems = sorted({*problems, *found})
    unusable = any(problem.severity == "error" for problem in problems)
    return (None if unusable else scenario), problems


def load_case(reference: str | Path) -> Scenario:
    """Load a case that can be played: a shipped or own one by id, or a file.

    Raises:
        ScenarioError: With every error found, each with its line and column.
    """
    scenario, problems = check_case(reference)
    if scenario is None:
        raise ScenarioError([p for p in problems if p.severity == "error"])
    return scenario


def check_scenario(scenario: Scenario) -> list[Problem]:
    """What is wrong with a case whose names are all right."""
    tree, source = build_tree(scenario.anatomy), scenario.source
    found = sense_checks(scenario, tree)
    if any(problem.severity == "error" for problem in found):
        return found
    found += [source.problem(*problem) for problem in flow_problems(tree, scenario.anatomy)]
    found += [*_size(scenario, tree), *_twice(scenario, tree), *_reach(scenario, tree)]
    return [*found, *_sides(scenario), *_rubric(scenario)]


def _rubric(scenario: Scenario) -> Iterator[Problem]:
    """The rubric must be there and right."""
    name = scenario.scoring.rubric
    try:
        load_rubric(name)
    except AuthoringError as error:
        first = error.problems[0]
        where = f"rubric '{name}', line {first.line}: " if name in known_rubrics() else ""
        loc = ("scoring", "rubric")
        yield scenario.source.problem(loc, f"{where}{first.message}", first.hint)


def _size(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    extent = float(np.ptp(tree.sample_xy_mm, axis=0).max())
    if extent < _SMALL_MM:
        message = f"all vessels together are only {extent:.0f} mm long"
        hint = "lengths are in mm: 1 cm is 10"
        yield scenario.source.problem(("anatomy", "vessels"), message, hint, warn=True)


def _twice(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    """Vessels that run inside one another from beginning to end."""
    ids = [spec.id for spec in scenario.anatomy.vessels]
    course = np.array([_course(vessel) for vessel in tree.vessels])  # (vessels, 18)
    near = _SAME_SHARE * np.array([v.radius_at(0.5 * v.length_mm) for v in tree.vessels])
    pairs = KDTree(course).query_pairs(float(near.max()), p=np.inf, output_type="ndarray")
    for i, j in np.sort(pairs, axis=1):
        if np.abs(course[i] - course[j]).max() > min(near[i], near[j]):
            continue
        first, second = sorted((tree.vessels[i].id, tree.vessels[j].id), key=ids.index)
        message = f"'{second}' follows the same course as '{first}'"
        loc = ("anatomy", "vessels", ids.index(second))
        yield scenario.source.problem(loc, message, "drawn twice?", warn=True)


def _course(vessel: Vessel) -> Array:
    """(18,) nine points along a vessel."""
    s = np.linspace(0.2, 1.0, 9) * vessel.length_mm
    return np.concatenate([np.interp(s, vessel.s_mm, vessel.xy_mm[:, k]) for k in (0, 1)])


def _reach(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    """Whether the tray can reach the target: long enough, thin enough, led by a wire."""
    source, target = scenario.source, scenario.task.target
    fitting = [d for d in scenario.devices.values() if d.slot == target.device]
    mouth = sheath_mouth(tree, scenario.access)
    way = _way_mm(tree, mouth.vessel, mouth.xy_mm, target.vessel, target.at_mm)
    need = way + scenario.access.sheath_mm + _OUTSIDE_MM
    if all(d.length_mm < need for d in fitting):
        longest = max(d.length_mm for d in fitting) / 10
        message = (
            f"the target lies {way / 10:.0f} cm beyond the sheath; with sheath and hub a "
            f"{target.device} of {need / 10:.0f} cm is needed, the longest has {longest:.0f} cm"
        )
        yield source.problem(("task", "target"), message, "a longer device on the tray")
    goal = tree.by_id[target.vessel]
    on_way = [goal.radius_at(s) for s in np.linspace(0.0, target.at_mm, 9)]
    if all(d.outer_radius_mm > min(on_way) for d in fitting):
        thinnest = 2 * min(d.outer_radius_mm for d in fitting)
        message = (
            f"'{goal.id}' is {2 * min(on_way):.1f} mm wide on the way to the target; the thinnest "
            f"{target.device} on the tray has {thinnest:.1f} mm"
        )
        yield source.problem(("task", "target"), message, "a microcatheter?")
    if not any(d.slot == "wire" for d in scenario.devices.values()):
        yield source.problem(("tray",), "no wire on the tray", "a catheter needs one", warn=True)


def _way_mm(tree: VesselTree, start: int, start_xy: Array, goal_id: str, goal_mm: float) -> float:
    """Length of the way along the centrelines."""
    start_vessel = tree.vessels[start]
    d = np.hypot(*(start_vessel.xy_mm - start_xy).T)
    at = {start: float(start_vessel.s_mm[int(np.argmin(d))])}
    walked = {start: 0.0}
    index = start
    while tree.vessels[index].parent >= 0:  # up from the sheath to the root
        vessel = tree.vessels[index]
        walked[vessel.parent] = walked[index] + max(at[index], 0.0)
        at[vessel.parent] = vessel.parent_at_mm
        index = vessel.parent
    down, place = 0.0, goal_mm
    index = tree.by_id[goal_id].index
    while index not in at:  # up from the target to where the two ways meet
        vessel = tree.vessels[index]
        down += max(place, 0.0)
        place, index = vessel.parent_at_mm, vessel.parent
    return walked[index] + down + abs(at[index] - place)


def _sides(scenario: Scenario) -> Iterator[Problem]:
    """A target on the side that the order did not name."""
    side, target = scenario.task.side, scenario.task.target.vessel
    other = {"left": "right", "right": "left"}.get(side or "")
    if other and other in target.split("_"):
        message = f"the order says {side}, the target is '{target}'"
        yield scenario.source.problem(("task", "side"), message, f"side: {other}?", warn=True)
