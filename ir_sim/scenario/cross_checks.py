"""Checks across the blocks of a case: names that must exist, trees that must be trees.

What needs the smooth geometry (lengths, calibres, touching) is checked in ``ir_sim.anatomy``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ir_sim.errors import Problem
from ir_sim.scenario.model import Condition, Scenario
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.validation import nearest
from ir_sim.scenario.yaml_source import Loc

MAX_POINTS = 200_000
#: The largest and the smallest vessel radius that is taken for a vessel, mm (assumed: an aneurysm
#: of 80 mm, the vasa recta).
RADIUS_RANGE_MM = (0.15, 40.0)
#: Coordinates further out than this are a mistake in the unit, mm.
MAX_COORDINATE_MM = 3000.0


def cross_checks(scenario: Scenario, catalogue: list[str]) -> list[Problem]:
    """Every problem that one block alone cannot show."""
    return [
        *_tree(scenario),
        *_points(scenario),
        *_places(scenario),
        *_tray(scenario, catalogue),
        *_bodies(scenario),
        *_steps(scenario),
    ]


def _tree(scenario: Scenario) -> Iterator[Problem]:
    source, vessels = scenario.source, scenario.anatomy.vessels
    ids = [vessel.id for vessel in vessels]
    seen: dict[str, int] = {}
    for i, vessel in enumerate(vessels):
        at: Loc = ("anatomy", "vessels", i)
        if vessel.id in seen:
            first = source.marks[("anatomy", "vessels", seen[vessel.id])][0]
            message = f"vessel '{vessel.id}' is defined twice (first at line {first})"
            yield source.problem((*at, "id"), message)
        seen.setdefault(vessel.id, i)
        if vessel.parent is not None and vessel.parent not in ids:
            hint = nearest(vessel.parent, ids)
            yield source.problem((*at, "parent"), f"no vessel '{vessel.parent}'", hint)
        if vessel.parent is None and vessel.at_mm is not None:
            yield source.problem((*at, "at_mm"), "'at_mm' needs a 'parent'", at_key=True)
    roots = [i for i, vessel in enumerate(vessels) if vessel.parent is None]
    if not roots:
        message = "every vessel has a parent: one must be the root"
        yield source.problem(("anatomy", "vessels"), message, "the aorta, say, has no parent")
    for i in roots[1:]:
        message = f"'{ids[i]}' has no parent, but '{ids[roots[0]]}' is already the root"
        yield source.problem(("anatomy", "vessels", i), message, "give it a 'parent'")
    parent_of = {vessel.id: vessel.parent for vessel in vessels}
    for i, vessel in enumerate(vessels):
        chain, up = {vessel.id}, vessel.parent
        while up is not None and up not in chain:
            chain.add(up)
            up = parent_of.get(up)
        if up == vessel.id:
            loc = ("anatomy", "vessels", i, "parent")
            yield source.problem(loc, f"'{vessel.id}' is its own ancestor")


def _points(scenario: Scenario) -> Iterator[Problem]:
    source = scenario.source
    total = 0
    low, high = RADIUS_RANGE_MM
    for i, vessel in enumerate(scenario.anatomy.vessels):
        total += len(vessel.points)
        for j, point in enumerate(vessel.points):
            at: Loc = ("anatomy", "vessels", i, "points", j)
            if not low <= point[2] <= high:
                message = f"radius {point[2]:g} mm is not a vessel's"
                yield source.problem((*at, 2), message, f"a radius from {low} to {high:g} mm")
            far = [c for c in (*point[:2], *point[3:]) if abs(c) > MAX_COORDINATE_MM]
            if far:
                yield source.problem(at, f"{far[0]:g} mm is outside the body", "millimetres?")
            if j and point[:2] == vessel.points[j - 1][:2]:
                yield source.problem(at, "the same place as the point before", "delete one")
    if total > MAX_POINTS:
        message = f"{total:,} points; at most {MAX_POINTS:,} are read"
        yield source.problem(("anatomy", "vessels"), message)


def _places(scenario: Scenario) -> Iterator[Problem]:
    ids = [vessel.id for vessel in scenario.anatomy.vessels]
    for loc, name in (
        (("access", "vessel"), scenario.access.vessel),
        (("task", "target", "vessel"), scenario.task.target.vessel),
    ):
        if name not in ids:
            yield scenario.source.problem(loc, f"no vessel '{name}'", nearest(name, ids))


def _tray(scenario: Scenario, catalogue: list[str]) -> Iterator[Problem]:
    source = scenario.source
    for i, name in enumerate(scenario.tray):
        if name not in catalogue:
            hint = nearest(name, sorted(catalogue))
            yield source.problem(("tray", i), f"no device '{name}' in the catalogue", hint)
        if name in scenario.tray[:i]:
            yield source.problem(("tray", i), f"device '{name}' is listed twice")
    slots = {device.slot for device in scenario.devices.values()}
    wanted = scenario.task.target.device
    if len(scenario.devices) == len(scenario.tray) and wanted not in slots:
        message = f"the target wants a {wanted}, but the tray holds none"
        yield source.problem(("task", "target"), message)
    sheath_mm = scenario.access.sheath_fr / 3.0
    for i, name in enumerate(scenario.tray):
        device = scenario.devices.get(name)
        if device is None or device.kind not in ("catheter", "guide"):
            continue
        if 2 * device.outer_radius_mm > sheath_mm + 0.05:
            message = (
                f"'{name}' is {2 * device.outer_radius_mm * 3:.1f} French and does not fit "
                f"the {scenario.access.sheath_fr:g} French sheath"
            )
            yield source.problem(("tray", i), message, "a larger access.sheath_fr")


def _bodies(scenario: Scenario) -> Iterator[Problem]:
    known = sorted(path.stem for path in (shipped("assets") / "bodies").glob("*.yaml"))
    body = scenario.anatomy.body
    if body not in known:
        hint = nearest(body, known)
        yield scenario.source.problem(("anatomy", "body"), f"no body template '{body}'", hint)


def _steps(scenario: Scenario) -> Iterator[Problem]:
    source = scenario.source
    ids = [vessel.id for vessel in scenario.anatomy.vessels]
    seen: set[str] = set()
    for i, step in enumerate(scenario.task.steps):
        at: Loc = ("task", "steps", i)
        if step.id in seen:
            yield source.problem((*at, "id"), f"step '{step.id}' is defined twice")
        seen.add(step.id)
        given = _given(step.when)
        if len(given) != 1:
            kinds = ", ".join(Condition.model_fields)
            yield source.problem((*at, "when"), f"needs exactly one of {kinds}")
        for kind in given:
            value = getattr(step.when, kind)
            vessel = getattr(value, "vessel", None)
            if vessel is not None and vessel not in ids:
                loc = (*at, "when", kind, "vessel")
                yield source.problem(loc, f"no vessel '{vessel}'", nearest(vessel, ids))
            device = getattr(value, "id", None)
            if device is not None and device not in scenario.tray:
                loc = (*at, "when", kind, "id")
                hint = nearest(device, scenario.tray)
                yield source.problem(loc, f"'{device}' is not on the tray", hint)


def _given(condition: Condition) -> list[str]:
    return [kind for kind in Condition.model_fields if getattr(condition, kind) is not None]
