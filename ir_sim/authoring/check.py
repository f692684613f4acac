"""The whole check of a case: text, names, geometry, blood flow, and whether it can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.sense import sense_checks
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree
from ir_sim.authoring.reach import reach_problems
from ir_sim.errors import AuthoringError, Problem, ScenarioError
from ir_sim.flow.supply import check as flow_problems
from ir_sim.scenario.library import Examined, Which, examine, look_at, look_at_text
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.patients import ATTEMPTS, GRADES, Grade
from ir_sim.training.rubric import known_rubrics, load_rubric

#: Two vessels whose centrelines stay closer than this share of their radius are one drawn twice.
_SAME_SHARE = 0.5
#: A tree that is less wide and high than this was drawn in another unit, mm (assumed).
_SMALL_MM = 40.0


#: Patients of a variation that are drawn to see whether its bounds are sensible.
_TRIED_PATIENTS = 3


def check_case(reference: str | Path) -> tuple[Scenario | None, list[Problem]]:
    """Read a case and check all of it.

    Returns:
        The case, or None if it cannot be played, and every error and warning in file order.
    """
    path = Path(reference)
    scenario, problems = _all_of(look_at(reference), path)
    if scenario is not None:
        problems = sorted({*problems, *_versions(scenario, path)})
    return (None if _errors(problems) else scenario), problems


def check_text(text: str, path: Path) -> tuple[Scenario | None, list[Problem]]:
    """What ``check_case`` says of a text as if it stood in a file: for editors, while typing."""
    return _all_of(look_at_text(text, str(path), path), path)


def _all_of(seen: Examined, path: Path) -> tuple[Scenario | None, list[Problem]]:
    scenario, problems = seen.scenario, seen.problems
    if scenario is None:
        return None, sorted({*problems, *_rest(seen)})
    found = check_scenario(scenario)
    if path.suffix in (".yaml", ".yml") and path.stem != scenario.id:
        message = f"the file is named '{path.name}', the case '{scenario.id}'"
        hint = f"name the file {scenario.id}.yaml, so that it is found by its id"
        found.append(scenario.source.problem(("id",), message, hint, warn=True))
    problems = sorted({*problems, *found})
    return (None if _errors(problems) else scenario), problems


def load_case(reference: str | Path, patient: int = 0, difficulty: Grade = "standard") -> Scenario:
    """Load a case that can be played: a shipped or own one by id, or a file.

    Args:
        reference: The id of a case, or the path of its file.
        patient: Another patient within the bounds of the case's ``variation``; 0 is the patient as
            authored. The same number is the same patient, always.
        difficulty: ``standard``, ``easier`` or ``harder``.

    Raises:
        ScenarioError: With every error found, each with its line and column.
        ValueError: A patient or a difficulty that there cannot be.
    """
    if patient < 0 or difficulty not in GRADES:
        raise ValueError(f"patient {patient}, difficulty '{difficulty}': from 0; {list(GRADES)}")
    scenario, problems = _all_of(look_at(reference), Path(reference))
    if scenario is None:
        raise ScenarioError(_errors(problems))
    if patient and scenario.variation is None:
        message = "this case has no 'variation': there is no other patient"
        loc = ("id",)
        hint = "variation: {calibre_percent: 8, heart_rate_bpm: [60, 90]}"
        raise ScenarioError([scenario.source.problem(loc, message, hint)])
    if not patient and difficulty == "standard":
        return scenario
    version, problems = _version(reference, patient, difficulty)
    if version is None:
        raise ScenarioError(_errors(problems))
    return version


def _version(
    reference: str | Path, patient: int, grade: Grade
) -> tuple[Scenario | None, list[Problem]]:
    """Another patient or grade that can be played, drawn anew where a draw cannot."""
    problems: list[Problem] = []
    for attempt in range(ATTEMPTS):
        scenario, problems = examine(reference, Which(patient, grade, attempt))
        if scenario is not None:
            problems = problems + check_scenario(scenario)
            if not _errors(problems):
                return scenario, problems
    return None, problems


def _versions(scenario: Scenario, path: Path) -> Iterator[Problem]:
    """Whether other patients and grades of a case can be played."""
    reference = path if path.is_file() else scenario.id
    tried: list[tuple[str, int, Grade]] = []
    if scenario.variation is not None:
        tried += [("variation", n, "standard") for n in range(1, _TRIED_PATIENTS + 1)]
    if scenario.difficulty is not None:
        tried += [("difficulty", 0, "easier"), ("difficulty", 0, "harder")]
    for block, patient, grade in tried:
        version, problems = _version(reference, patient, grade)
        if version is None:
            who = f"patient {patient}" if patient else f"the {grade} version"
            first = _errors(problems)[0]
            message = f"{who} cannot be played: {first.where}: {first.message}"
            yield scenario.source.problem((block,), message, "narrower bounds")
            return


def _rest(seen: Examined) -> list[Problem]:
    """Geometry and flow of a case that has errors elsewhere, as far as its anatomy is sound."""
    if seen.mended is None:
        return []
    unsound = ("anatomy", "access", "task", "tray")
    places = [*seen.touched, *(problem.where for problem in _errors(seen.problems))]
    if any(place.startswith(unsound) or not place for place in places):
        return []
    return check_scenario(seen.mended)


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def check_scenario(scenario: Scenario) -> list[Problem]:
    """What is wrong with a case whose names are all right."""
    tree, source = build_tree(scenario.anatomy), scenario.source
    found = sense_checks(scenario, tree)
    if any(problem.severity == "error" for problem in found):
        return found
    found += [
        source.problem(*problem)
        for problem in flow_problems(tree, scenario.anatomy, scenario.patient)
    ]
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
        if tree.vessels[i].grown or tree.vessels[j].grown:
            continue
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
