"""The whole check of a case: text, names, geometry, blood flow, and whether it can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.sense import sense_checks
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree
from ir_sim.authoring.mouths import shared_mouths
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


#: Keys of ``anatomy`` that shape all vessels, and keys of a vessel beside its course.
_SHAPING = tuple(
    f"anatomy.{key}" for key in ("template", "age", "calibre", "tortuosity", "variant")
)
_BESIDE = ("outlet", "lesions", "drains", "inflow_ml_min")
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
    """Geometry, flow and reach of a case that has errors elsewhere, as far as its parts are sound.

    What follows only from an error that was told already is not told again.
    """
    scenario = seen.mended
    if scenario is None:
        return []
    bad = (*seen.touched, *(problem.where for problem in _errors(seen.problems)))
    if any(place in ("", "anatomy", "anatomy.vessels") for place in bad):
        return []
    if any(_within(place, _SHAPING) for place in bad):
        return []
    tree = _sound_tree(scenario, bad)
    found = [*_sides(scenario), *_rubric(scenario)]
    if tree is not None:
        found += [*sense_checks(scenario, tree), *_twice(scenario, tree)]
        wrong = any(problem.severity == "error" for problem in found)
        if not wrong and not any(_within(place, ("anatomy",)) for place in bad):
            patient = scenario.patient
            flows = flow_problems(tree, scenario.anatomy, patient)
            found += [scenario.source.problem(*problem) for problem in flows]
            found += _size(scenario, tree)
            if not any(_within(place, ("access", "tray", "task.target")) for place in bad):
                found += reach_problems(scenario, tree)
    return [problem for problem in found if not _within(problem.where, bad)]


def _sound_tree(scenario: Scenario, bad: tuple[str, ...]) -> VesselTree | None:
    """The vessels without errors in course and name that hang on such vessels; None without any."""
    source, kept = scenario.source, {}
    for i, spec in enumerate(scenario.anatomy.vessels):
        here = source.place(("anatomy", "vessels", i))
        places = [place for place in bad if _within(place, (here,))]
        side = tuple(f"{here}.{key}" for key in _BESIDE)
        if spec.id in kept or any(not _within(place, side) for place in places):
            continue
        empty: dict[str, object] = {"lesions": [], "drains": []}
        gone = {key: empty.get(key) for key in _BESIDE if _named(here, key, bad)}
        kept[spec.id] = spec.model_copy(update=gone)
    while loose := [v.id for v in kept.values() if v.parent is not None and v.parent not in kept]:
        for name in loose:
            del kept[name]
    if not any(spec.parent is None for spec in kept.values()):
        return None
    return build_tree(scenario.anatomy.model_copy(update={"vessels": list(kept.values())}))


def _named(here: str, key: str, bad: tuple[str, ...]) -> bool:
    return any(_within(place, (f"{here}.{key}",)) for place in bad)


def _within(where: str, places: tuple[str, ...]) -> bool:
    """Whether a place lies in one of others."""
    return any(where == p or where.startswith((f"{p}.", f"{p}[")) for p in places)


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def check_scenario(scenario: Scenario) -> list[Problem]:
    """What is wrong with a case whose names are all right."""
    tree, source = build_tree(scenario.anatomy), scenario.source
    found = sense_checks(scenario, tree)
    if any(problem.severity == "error" for problem in found):
        return [*found, *_twice(scenario, tree), *_sides(scenario), *_rubric(scenario)]
    found += [
        source.problem(*problem)
        for problem in flow_problems(tree, scenario.anatomy, scenario.patient)
    ]
    found += [*_size(scenario, tree), *_twice(scenario, tree), *reach_problems(scenario, tree)]
    found += shared_mouths(scenario, tree)
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
