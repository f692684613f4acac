"""Two cases compared in clinical terms: what a reviewer wants to know about a new version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree
from ir_sim.authoring.explain import condition_words, lab_words, name_of
from ir_sim.authoring.flows import resting_flows
from ir_sim.authoring.lesion_words import lesion_words, place_words
from ir_sim.scenario.model import Scenario

#: Differences below these are rounding, not anatomy: mm, and shares of calibre and flow.
_MOVED_MM, _CALIBRE, _FLOW = 0.5, 0.02, 0.02
#: Endings of keys and their units, the longer first.
_UNITS = {
    "_gy_cm2": "Gy·cm²", "_mg_dl": "mg/dL", "_mmhg": "mmHg", "_bpm": "/min", "_mgy": "mGy",
    "_ml": "mL", "_mm": "mm", "_cm": "cm", "_kg": "kg", "_fr": "French", "_s": "s",
}  # fmt: skip
_NAMES = {
    "egfr": "eGFR", "kap": "kerma-area product", "at": "place", "to": "as far as",
    "rate": "heart rate",
}  # fmt: skip


def differences(old: Scenario, new: Scenario) -> list[str]:
    """Sentences, one a difference; empty if the cases teach the same."""
    return [
        *_plain(old, new),
        *_vessels(old, new),
        *_lists("tray", old.tray, new.tray),
        *_steps(old, new),
    ]


def _plain(old: Scenario, new: Scenario) -> Iterator[str]:
    blocks: list[tuple[str, Any, Any]] = [
        ("patient", old.patient, new.patient),
        ("heart", old.anatomy.heart, new.anatomy.heart),
        ("access", old.access, new.access),
        ("target", old.task.target, new.task.target),
        ("baseline", old.scoring.baseline, new.scoring.baseline),
    ]
    for key in ("id", "title", "level", "briefing", "review"):
        yield from _changed(key, getattr(old, key), getattr(new, key))
    yield from _changed("body", old.anatomy.body, new.anatomy.body)
    yield from _changed("side", old.task.side, new.task.side)
    yield from _changed("rubric", old.scoring.rubric, new.scoring.rubric)
    for block, a, b in blocks:
        for key in type(a).model_fields:
            name, unit = _named(key)
            yield from _changed(f"{block}: {name}", getattr(a, key), getattr(b, key), unit)
    yield from _lists("objectives", old.objectives, new.objectives)
    for key in ("extends", "variation", "difficulty"):
        a, b = getattr(old, key), getattr(new, key)
        if a != b:
            yield f"{key}: {'new' if a is None else 'changed' if b is not None else 'no longer'}"


def _named(key: str) -> tuple[str, str]:
    """A key as a clinician names it, and its unit with a space before it."""
    for ending, unit in _UNITS.items():
        if key.endswith(ending):
            name = key.removesuffix(ending)
            return _NAMES.get(name, name_of(name)), f" {unit}"
    return _NAMES.get(key, name_of(key)), " mL/min/1.73 m²" if key == "egfr" else ""


def _changed(what: str, a: Any, b: Any, unit: str = "") -> Iterator[str]:
    if a != b:
        yield f"{what}: {_said(a)} -> {_said(b)}{unit if b is not None else ''}"


def _said(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return ", ".join(lab_words(key, number) for key, number in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _lists(what: str, a: Sequence[str], b: Sequence[str]) -> Iterator[str]:
    gone, come = [x for x in a if x not in b], [x for x in b if x not in a]
    if gone:
        yield f"{what}: without {', '.join(gone)}"
    if come:
        yield f"{what}: with {', '.join(come)}"
    if not gone and not come and list(a) != list(b):
        yield f"{what}: in another order"


def _vessels(old: Scenario, new: Scenario) -> Iterator[str]:
    trees = build_tree(old.anatomy), build_tree(new.anatomy)
    flows = resting_flows(trees[0]), resting_flows(trees[1])
    for name in trees[0].by_id:
        if name not in trees[1].by_id:
            yield f"{name_of(name)}: no longer there"
    for name, b in trees[1].by_id.items():
        a = trees[0].by_id.get(name)
        if a is None:
            wide, feeds = 2 * b.radius_at(0.0), f"{flows[1][name]:.0f} mL/min"
            yield f"{name_of(name)}: new, {wide:.1f} mm wide, {b.length_mm:.0f} mm long, {feeds}"
            continue
        said = [*_course(trees, a, b), *_lesions(a, b)]
        if abs(flows[0][name] - flows[1][name]) > _FLOW * max(flows[0][name], 1.0):
            said.append(f"flow {flows[0][name]:.0f} -> {flows[1][name]:.0f} mL/min")
        if said:
            yield f"{name_of(name)}: {'; '.join(said)}"


def _course(trees: tuple[VesselTree, VesselTree], a: Vessel, b: Vessel) -> Iterator[str]:
    parents = [
        tree.vessels[v.parent].id if v.parent >= 0 else "nothing"
        for tree, v in zip(trees, (a, b), strict=True)
    ]
    if parents[0] != parents[1]:
        yield f"leaves {name_of(parents[1])} instead of {name_of(parents[0])}"
    share = np.linspace(0.0, 1.0, 21)
    far = max(
        float(np.hypot(*(a.point_at(u * a.length_mm) - b.point_at(u * b.length_mm)))) for u in share
    )
    if far > _MOVED_MM:
        yield f"moved by up to {far:.1f} mm"
    if abs(a.length_mm - b.length_mm) > 2 * _MOVED_MM:
        yield f"length {a.length_mm:.0f} -> {b.length_mm:.0f} mm"
    wide = [2 * np.interp(share * v.length_mm, v.s_mm, v.healthy_radius_mm).mean() for v in (a, b)]
    if abs(wide[1] / wide[0] - 1.0) > _CALIBRE:
        yield f"mean calibre {wide[0]:.1f} -> {wide[1]:.1f} mm"


def _lesions(a: Vessel, b: Vessel) -> Iterator[str]:
    for lesion in a.lesions:
        if lesion not in b.lesions:
            yield f"without {lesion_words(lesion)}{place_words(lesion)}"
    for lesion in b.lesions:
        if lesion not in a.lesions:
            yield f"with {lesion_words(lesion)}{place_words(lesion)}"


def _steps(old: Scenario, new: Scenario) -> Iterator[str]:
    a = {step.id: step for step in old.task.steps}
    b = {step.id: step for step in new.task.steps}
    yield from _lists("steps", list(a), list(b))
    for name, step in b.items():
        before = a.get(name)
        if before is None or before == step:
            continue
        yield from _changed(f"step {name}", before.do, step.do)
        yield from _changed(
            f"step {name}: done when", condition_words(before.when), condition_words(step.when)
        )
        yield from _changed(f"step {name}: weight", before.weight, step.weight)
        yield from _changed(f"step {name}: hint", before.hint, step.hint)
