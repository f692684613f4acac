"""The whole check of a case: text, names, geometry, blood flow, and whether it can be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.sense import sense_checks
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree
from ir_sim.authoring.reach import reach_problems
from ir_sim.errors import AuthoringError, Problem, ScenarioError
from ir_sim.flow.supply import check as flow_problems
from ir_sim.scenario.library import examine
from ir_sim.scenario.model import Scenario
from ir_sim.training.rubric import known_rubrics, load_rubric

#: Two vessels whose centrelines stay closer than this share of their radius are one drawn twice.
_SAME_SHARE = 0.5
#: A tree that is less wide and high than this was drawn in another unit, mm (assumed).
_SMALL_MM = 40.0


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
    found += [*_size(scenario, tree), *_twice(scenario, tree), *reach_problems(scenario, tree)]
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


def _sides(scenario: Scenario) -> Iterator[Problem]:
    """A target on the side that the order did not name."""
    side, target = scenario.task.side, scenario.task.target.vessel
    other = {"left": "right", "right": "left"}.get(side or "")
    if other and other in target.split("_"):
        message = f"the order says {side}, the target is '{target}'"
        yield scenario.source.problem(("task", "side"), message, f"side: {other}?", warn=True)
