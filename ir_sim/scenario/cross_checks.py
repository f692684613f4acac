"""Checks across the blocks of a case: names that must exist, trees that must be trees.

What needs the smooth geometry (lengths, calibres, touching) is checked in ``ir_sim.anatomy``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ir_sim.errors import Problem
from ir_sim.scenario.assistant_checks import assistant_checks
from ir_sim.scenario.checklist import contrast_allergy, is_right, standard_questions
from ir_sim.scenario.device import Device
from ir_sim.scenario.lesion_checks import lesion_checks
from ir_sim.scenario.lesions import Fistula
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.task import Condition, Place
from ir_sim.scenario.templates import template_names, variants_of
from ir_sim.scenario.validation import nearest
from ir_sim.scenario.yaml_source import Loc

MAX_POINTS = 200_000
#: The largest and the smallest vessel radius that is taken for a vessel, mm (assumed: an aneurysm
#: of 80 mm, the vasa recta).
RADIUS_RANGE_MM = (0.15, 40.0)
#: Coordinates further out than this are a mistake in the unit, mm.
MAX_COORDINATE_MM = 3000.0
_SUCH_AS = "such as {tip_at: {device: catheter, vessel: right_renal}}"


def cross_checks(
    scenario: Scenario, catalogue: list[str], devices: Mapping[str, Device]
) -> list[Problem]:
    """Every problem that one block alone cannot show.

    Args:
        scenario: The case.
        catalogue: Ids of all devices and supplies.
        devices: All devices.
    """
    return [
        *_tree(scenario),
        *_points(scenario),
        *lesion_checks(scenario),
        *_places(scenario),
        *_tray(scenario, catalogue),
        *assistant_checks(scenario, devices),
        *_bodies(scenario),
        *_steps(scenario),
        *_endpoints(scenario),
        *_checklist(scenario),
        *_versions(scenario, catalogue),
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
            yield source.problem((*at, "id"), message, "give one of them another name")
        seen.setdefault(vessel.id, i)
        if vessel.parent is not None and vessel.parent not in ids:
            hint = nearest(vessel.parent, ids)
            yield source.problem((*at, "parent"), f"no vessel '{vessel.parent}'", hint)
        refused = source.value((*at, "parent")) is not None  # and told already
        if vessel.parent is None and vessel.at_mm is not None and not refused:
            yield source.problem((*at, "at_mm"), "'at_mm' needs a 'parent'", at_key=True)
    roots = [i for i, vessel in enumerate(vessels) if vessel.parent is None]
    if not roots:
        message = "every vessel has a parent: one must be the first"
        yield source.problem(("anatomy", "vessels"), message, "the aorta, say, has no parent")
    arteries = [i for i in roots if vessels[i].kind != "vein"]
    for i in arteries[1:]:
        root = ids[arteries[0]]
        message = f"'{ids[i]}' has no parent, but the arteries begin at '{root}' already"
        hint = f"say what it leaves, 'parent: {root}', or 'kind: vein'"
        yield source.problem(("anatomy", "vessels", i), message, hint)
    yield from _veins(scenario)
    parent_of = {vessel.id: vessel.parent for vessel in vessels}
    for i, vessel in enumerate(vessels):
        chain, up = {vessel.id}, vessel.parent
        while up is not None and up not in chain:
            chain.add(up)
            up = parent_of.get(up)
        if up == vessel.id and seen[vessel.id] == i:
            loc = ("anatomy", "vessels", i, "parent")
            message = f"'{vessel.id}' is its own ancestor"
            yield source.problem(loc, message, "the parent is the vessel nearer to the heart")


def _veins(scenario: Scenario) -> Iterator[Problem]:
    source, vessels, veins = scenario.source, scenario.anatomy.vessels, scenario.anatomy.veins
    arteries = [vessel.id for vessel in vessels if vessel.id not in veins]
    for i, vessel in enumerate(vessels):
        at: Loc = ("anatomy", "vessels", i)
        if vessel.kind == "artery" and vessel.parent in veins:
            message = f"the artery '{vessel.id}' leaves the vein '{vessel.parent}'"
            yield source.problem((*at, "kind"), message, "an artery's parent is an artery")
        for key, given in (("drains", vessel.drains), ("inflow_ml_min", vessel.inflow_ml_min)):
            if given and vessel.id not in veins:
                message = f"'{vessel.id}' is an artery: '{key}' is a vein's"
                yield source.problem((*at, key), message, "kind: vein", at_key=True)
        if vessel.drains and vessel.inflow_ml_min is not None:
            message = f"'{vessel.id}' has 'drains', from which its inflow follows"
            yield source.problem((*at, "inflow_ml_min"), message, "delete one of the two")
        for j, lesion in enumerate(vessel.lesions):
            if isinstance(lesion, Fistula) and lesion.to not in (*veins, "vein"):
                hint = nearest(lesion.to, sorted(veins)) if veins else ""
                hint = hint or "'vein' is one that is not drawn"
                where = (*at, "lesions", j, "to")
                yield source.problem(where, f"no vein '{lesion.to}'", hint)
        for j, name in enumerate(vessel.drains):
            known = [v.id for v in vessels if v.id != vessel.id]
            if name not in known:
                hint = nearest(name, arteries)
                yield source.problem((*at, "drains", j), f"no vessel '{name}'", hint)


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
                hint = f"a radius from {low} to {high:g} mm"
                if low <= point[2] / 10.0 <= high:
                    hint += f"; a slip of the point? {point[2] / 10.0:g}"
                yield source.problem((*at, 2), message, hint)
            far = [c for c in (*point[:2], *point[3:]) if abs(c) > MAX_COORDINATE_MM]
            if far:
                hint = f"places are in mm: {far[0] / 100.0:g}?"
                yield source.problem(at, f"{far[0]:g} mm is outside the body", hint)
            if j and point[:2] == vessel.points[j - 1][:2]:
                yield source.problem(at, "the same place as the point before", "delete one")
    if total > MAX_POINTS:
        message = f"{total:,} points; at most {MAX_POINTS:,} are read"
        yield source.problem(("anatomy", "vessels"), message)


def _places(scenario: Scenario) -> Iterator[Problem]:
    ids = scenario.anatomy.names
    for loc, name in (
        (("access", "vessel"), scenario.access.vessel),
        (("task", "target", "vessel"), scenario.task.target.vessel),
    ):
        if name not in ids:
            yield scenario.source.problem(loc, f"no vessel '{name}'", nearest(name, ids))
    yield from _range(scenario, ("task", "target"), scenario.task.target)


def _tray(scenario: Scenario, catalogue: list[str]) -> Iterator[Problem]:
    source = scenario.source
    for i, name in enumerate(scenario.tray):
        if name not in catalogue:
            hint = nearest(name, sorted(catalogue))
            message = f"no device or supply '{name}' in the catalogue"
            yield source.problem(("tray", i), message, hint)
        if name in scenario.tray[:i]:
            message = f"'{name}' is listed twice"
            yield source.problem(("tray", i), message, "once is enough for every use")
    slots = {device.slot for device in scenario.devices.values()}
    wanted = scenario.task.target.device
    if _complete(scenario) and wanted not in slots:
        message = f"the target wants a {wanted}, but the tray holds none"
        yield source.problem(("task", "target"), message, f"add a {wanted} to the tray")
    sheath_mm = scenario.access.sheath_fr / 3.0
    for i, name in enumerate(scenario.tray):
        device = scenario.devices.get(name)
        if device is None or device.kind not in ("catheter", "guide"):
            continue
        if 2 * device.outer_radius_mm > sheath_mm + 0.05:
            message = (
                f"'{name}' is {round(6 * device.outer_radius_mm, 1):g} French and does not fit "
                f"the {scenario.access.sheath_fr:g} French sheath"
            )
            yield source.problem(("tray", i), message, "a larger access.sheath_fr")


def _complete(scenario: Scenario) -> bool:
    """Whether every name on the tray is known, so that what is missing is truly missing."""
    return len(scenario.devices) + len(scenario.supplies) == len(scenario.tray)


def _bodies(scenario: Scenario) -> Iterator[Problem]:
    known = sorted(path.stem for path in (shipped("assets") / "bodies").glob("*.yaml"))
    body = scenario.anatomy.body
    if body not in known:
        hint = nearest(body, known)
        yield scenario.source.problem(("anatomy", "body"), f"no body template '{body}'", hint)


def _steps(scenario: Scenario) -> Iterator[Problem]:
    source = scenario.source
    ids = scenario.anatomy.names
    seen: set[str] = set()
    for i, step in enumerate(scenario.task.steps):
        at: Loc = ("task", "steps", i)
        if step.id in seen:
            hint = "each step has a name of its own"
            yield source.problem((*at, "id"), f"step '{step.id}' is defined twice", hint)
        seen.add(step.id)
        given = _given(step.when)
        if len(given) != 1:
            kinds = ", ".join(Condition.model_fields)
            hint = "a step waits for one thing: {removed: wire}" if given else _SUCH_AS
            yield source.problem((*at, "when"), f"needs exactly one of {kinds}", hint)
        for kind in given:
            value = getattr(step.when, kind)
            vessel = getattr(value, "vessel", None)
            if vessel is not None and vessel not in ids:
                loc = (*at, "when", kind, "vessel")
                yield source.problem(loc, f"no vessel '{vessel}'", nearest(vessel, ids))
            yield from _step_devices(scenario, (*at, "when", kind), value)
            if isinstance(value, Place):
                yield from _range(scenario, (*at, "when", kind), value)


def _endpoints(scenario: Scenario) -> Iterator[Problem]:
    ids = scenario.anatomy.names
    for i, endpoint in enumerate(scenario.task.endpoints):
        if endpoint.vessel not in ids:
            loc = ("task", "endpoints", i, "vessel")
            hint = nearest(endpoint.vessel, ids)
            yield scenario.source.problem(loc, f"no vessel '{endpoint.vessel}'", hint)


def _versions(scenario: Scenario, catalogue: list[str]) -> Iterator[Problem]:
    """What other patients and grades change must be there to be changed."""
    source, bounds, grades = scenario.source, scenario.variation, scenario.difficulty
    if bounds is not None and bounds.variant:
        name = scenario.anatomy.template
        known = list(variants_of(name)) if name in template_names() else []
        for i, word in enumerate(bounds.variant):
            loc: Loc = ("variation", "variant", i)
            if name is None:
                hint = "anatomy: {template: arch}, say"
                yield source.problem(loc, f"variant '{word}' needs an anatomy.template", hint)
            elif known and word not in known:
                message = f"the template '{name}' has no variant '{word}'"
                yield source.problem(loc, message, nearest(word, known))
    for grade in ("easier", "harder"):
        change = getattr(grades, grade, None)
        for key, names, what in (
            ("tray_remove", scenario.tray, "'{}' is not on the tray"),
            ("tray_add", catalogue, "no device or supply '{}' in the catalogue"),
        ):
            for i, word in enumerate(getattr(change, key, [])):
                if word not in names:
                    loc = ("difficulty", grade, key, i)
                    yield source.problem(loc, what.format(word), nearest(word, sorted(names)))


def _range(scenario: Scenario, at: Loc, place: Place) -> Iterator[Problem]:
    if place.to_mm is not None and place.to_mm <= place.at_mm:
        message = f"to_mm {place.to_mm:g} does not lie beyond at_mm {place.at_mm:g}: never met"
        yield scenario.source.problem((*at, "to_mm"), message, "a larger to_mm")


def _step_devices(scenario: Scenario, at: Loc, value: object) -> Iterator[Problem]:
    """A step must not wait for a device that the tray does not hold."""
    source = scenario.source
    if at[-1] == "drug":
        return
    name = getattr(value, "id", None)
    slot = value if isinstance(value, str) else getattr(value, "device", None)
    if name is not None and name not in scenario.tray:
        hint = nearest(name, scenario.tray)
        yield source.problem((*at, "id"), f"'{name}' is not on the tray", hint)
        return
    device = scenario.devices.get(name) if name is not None else None
    if device is not None and device.slot != slot:
        message = f"'{name}' is a {device.slot}, not a {slot}"
        yield source.problem((*at, "id"), message, f"device: {device.slot}")
    slots = {device.slot for device in scenario.devices.values()}
    if slot is not None and slot not in slots and _complete(scenario):
        loc = at if isinstance(value, str) else (*at, "device")
        message = f"waits for a {slot}, but the tray holds none: never met"
        yield source.problem(loc, message, nearest(slot, sorted(slots)))


def _given(condition: Condition) -> list[str]:
    return [kind for kind in Condition.model_fields if getattr(condition, kind) is not None]


def _checklist(scenario: Scenario) -> Iterator[Problem]:
    source, forms = scenario.source, scenario.checklist
    asked = [*forms.before, *forms.after] if forms is not None else []
    known = dict(standard_questions())
    own = forms.questions if forms is not None else []
    for i, question in enumerate(own):
        at: Loc = ("checklist", "questions", i)
        if question.id in known:
            where = "twice" if question in own[:i] else "twice, or is a standard question"
            yield source.problem((*at, "id"), f"question '{question.id}' is defined {where}")
        known[question.id] = question
        if question.id not in asked:
            message = f"question '{question.id}' is never asked"
            hint = "list it under checklist.before or checklist.after"
            yield source.problem((*at, "id"), message, hint)
    seen: set[str] = set()
    for form in ("before", "after"):
        for i, name in enumerate(getattr(forms, form, [])):
            loc: Loc = ("checklist", form, i)
            if name not in known:
                hint = nearest(name, sorted(known))
                yield source.problem(loc, f"no question '{name}'", hint)
            elif name in seen:
                yield source.problem(loc, f"question '{name}' is asked twice")
            seen.add(name)
    for name in asked:
        question_known = known.get(name)
        if question_known is None or forms is None:
            continue
        args = (scenario.patient, forms.risk, scenario.access.vessel, scenario.task.side)
        if not any(is_right(choice, *args) for choice in question_known.choices):
            place: Loc = ("checklist",)
            for i, question in enumerate(own):
                place = ("checklist", "questions", i) if question.id == name else place
            message = f"question '{name}' has no right answer for this patient"
            yield source.problem(place, message, "'right: yes' on one choice")
    topics = {known[name].topic for name in asked if name in known}
    if contrast_allergy(scenario.patient) and "allergy" not in topics:
        message = "an allergy to contrast that no form asks about is never rated"
        hint = "checklist: {before: [allergy]}"
        loc = ("patient", "allergies")
        yield source.problem(loc, message, hint, warn=True)
