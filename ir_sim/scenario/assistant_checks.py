"""Checks of the assistant at the other groin: device, vessel and sheath must go together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise

from ir_sim.errors import Problem
from ir_sim.scenario.device import MM_PER_FRENCH, Device
from ir_sim.scenario.model import Scenario, Vessel
from ir_sim.scenario.validation import nearest
from ir_sim.scenario.yaml_source import Loc

#: Two vessels that begin so near to their parent's end part there, mm (assumed).
_AT_THE_END_MM = 40.0
#: The stent ends at least so far before its vessel's end, mm (assumed).
_SPARE_MM = 2.0


def assistant_checks(scenario: Scenario, devices: Mapping[str, Device]) -> Iterator[Problem]:
    """Every problem of the block ``assistant``.

    Args:
        scenario: The case.
        devices: The catalogue.
    """
    spec = scenario.assistant
    if spec is None:
        return
    device = devices.get(spec.device)
    yield from _device(scenario, device, devices)
    vessels = {vessel.id: vessel for vessel in scenario.anatomy.vessels}
    for loc, name in (
        (("assistant", "vessel"), spec.vessel),
        (("assistant", "access", "vessel"), spec.access.vessel),
    ):
        if name not in vessels:
            hint = nearest(name, list(vessels))
            yield scenario.source.problem(loc, f"no vessel '{name}'", hint)
    if spec.vessel in vessels:
        yield from _vessel(scenario, vessels, device)
    if spec.access.direction == "antegrade":
        message = "the assistant comes up from the groin: an antegrade sheath leads away"
        loc = ("assistant", "access", "direction")
        yield scenario.source.problem(loc, message, "direction: retrograde")


def _device(
    scenario: Scenario, device: Device | None, devices: Mapping[str, Device]
) -> Iterator[Problem]:
    spec, source = scenario.assistant, scenario.source
    assert spec is not None  # noqa: S101
    fitting = sorted(d.id for d in devices.values() if d.stent and d.balloon)
    loc: Loc = ("assistant", "device")
    if device is None:
        hint = nearest(spec.device, fitting)
        yield source.problem(loc, f"no device '{spec.device}' in the catalogue", hint)
        return
    if device.stent is None or device.balloon is None:
        message = f"'{device.id}' is no balloon-expandable stent, and the assistant brings one"
        yield source.problem(loc, message, f"one of {', '.join(fitting)}")
        return
    if 2 * device.outer_radius_mm > spec.access.sheath_fr * MM_PER_FRENCH + 0.05:
        size = round(6 * device.outer_radius_mm, 1)
        message = (
            f"'{device.id}' is {size:g} French and does not fit the assistant's "
            f"{spec.access.sheath_fr:g} French sheath"
        )
        yield source.problem(loc, message, "a larger assistant.access.sheath_fr")


def _vessel(
    scenario: Scenario, vessels: Mapping[str, Vessel], device: Device | None
) -> Iterator[Problem]:
    """The vessel parts from the trainee's at their parent's end, and the sheath leads to it."""
    spec, source = scenario.assistant, scenario.source
    assert spec is not None  # noqa: S101
    vessel, loc = vessels[spec.vessel], ("assistant", "vessel")
    own = [
        name for name in _up(vessels, scenario.access.vessel)
        if vessels[name].parent == vessel.parent and _at_the_end(vessels, vessels[name])
    ]  # fmt: skip
    if spec.vessel in _up(vessels, scenario.access.vessel):
        message = f"the trainee comes through '{spec.vessel}' already"
        yield source.problem(loc, message, "the other vessel of the bifurcation")
    elif vessel.parent is None or not own or not _at_the_end(vessels, vessel):
        message = f"'{spec.vessel}' does not part from the trainee's way at a bifurcation"
        hint = "a vessel that begins at the end of the same parent, such as left_common_iliac"
        yield source.problem(loc, message, hint)
    if spec.access.vessel in vessels and spec.vessel not in _up(vessels, spec.access.vessel):
        message = f"from '{spec.access.vessel}' no sheath leads up into '{spec.vessel}'"
        hint = f"a vessel beyond '{spec.vessel}'"
        yield source.problem(("assistant", "access", "vessel"), message, hint)
    if device is not None and device.stent is not None:
        reaches = device.stent.length_mm - spec.edge_mm
        long = sum(math.dist(a[:2], b[:2]) for a, b in _pairs(vessels, vessel))
        if reaches > long - _SPARE_MM:
            message = (
                f"'{device.id}' reaches {reaches:g} mm down '{spec.vessel}', which is about "
                f"{long:.0f} mm long"
            )
            yield source.problem(("assistant", "device"), message, "a shorter stent")


def _up(vessels: Mapping[str, Vessel], name: str) -> list[str]:
    """A vessel and its ancestors."""
    out: list[str] = []
    while name in vessels and name not in out:
        out.append(name)
        name = vessels[name].parent or ""
    return out


def _at_the_end(vessels: Mapping[str, Vessel], vessel: Vessel) -> bool:
    parent = vessels.get(vessel.parent or "")
    if parent is None:
        return False
    return math.dist(parent.points[-1][:2], vessel.points[0][:2]) <= _AT_THE_END_MM


def _pairs(
    vessels: Mapping[str, Vessel], vessel: Vessel
) -> Iterator[tuple[list[float], list[float]]]:
    """The course of a vessel from its parent's end on, as straight pieces."""
    parent = vessels.get(vessel.parent or "")
    course = [*([parent.points[-1]] if parent is not None else []), *vessel.points]
    yield from pairwise(course)
