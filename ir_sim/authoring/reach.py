"""Whether a case can be done with its tray: long enough, thin enough, led by a wire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.authoring.explain import name_of
from ir_sim.devices.coaxial import sheath_mouth
from ir_sim.errors import Problem
from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Access, Scenario
from ir_sim.scenario.task import Place
from ir_sim.scenario.yaml_source import Loc

#: Part of a device's length that the hub and the hand need outside the sheath, mm (assumed).
_OUTSIDE_MM = 60.0


@dataclass(frozen=True)
class Way:
    """From the sheath's mouth to a place.

    Attributes:
        length_mm: Along the centrelines.
        narrowest_mm: Least radius on the way down from the last vessel that leads up.
        where: Vessel of that narrowest place.
    """

    length_mm: float
    narrowest_mm: float
    where: str


def reach_problems(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    """Places of the task that no device of the tray can reach."""
    source, devices = scenario.source, scenario.devices.values()
    yield from _sheath(scenario, tree)
    mouth = sheath_mouth(tree, scenario.access)
    for loc, words, slot, place in _places(scenario):
        fitting = [device for device in devices if device.slot == slot]
        if not fitting or place.vessel not in tree.by_id:
            continue  # told elsewhere
        way = way_to(tree, mouth.vessel, mouth.xy_mm, place)
        for message, hint in _too_much(way, words, slot, fitting, scenario.access):
            yield source.problem(loc, message, hint)
    if not any(device.slot == "wire" for device in devices):
        yield source.problem(("tray",), "no wire on the tray", "a catheter needs one", warn=True)


def _places(scenario: Scenario) -> Iterator[tuple[Loc, str, str, Place]]:
    """Where in the text, what it is called, device and place."""
    target = scenario.task.target
    yield ("task", "target"), "the target", target.device, target
    for i, step in enumerate(scenario.task.steps):
        place = step.when.tip_at
        same = place is not None and place.vessel == target.vessel and place.at_mm <= target.at_mm
        if place is not None and not (same and place.device == target.device):
            loc: Loc = ("task", "steps", i, "when", "tip_at")
            yield loc, f"step '{step.id}'", place.device, place


def _too_much(
    way: Way, words: str, slot: str, fitting: Sequence[Device], access: Access
) -> Iterator[tuple[str, str]]:
    need = way.length_mm + access.sheath_mm + _OUTSIDE_MM
    if all(device.length_mm < need for device in fitting):
        longest = max(device.length_mm for device in fitting) / 10
        message = (
            f"{words} lies {way.length_mm / 10:.0f} cm beyond the sheath; with sheath and hub a "
            f"{slot} of {need / 10:.0f} cm is needed, the longest on the tray has {longest:.0f} cm"
        )
        yield message, "a longer device on the tray"
    thinnest = min(device.outer_radius_mm for device in fitting)
    if thinnest > way.narrowest_mm:
        message = (
            f"the way to {words} narrows to {2 * way.narrowest_mm:.1f} mm in the "
            f"{name_of(way.where)}; the thinnest {slot} on the tray has {2 * thinnest:.1f} mm"
        )
        yield message, "a thinner device, or a wider vessel"


def _sheath(scenario: Scenario, tree: VesselTree) -> Iterator[Problem]:
    """A sheath that is longer than the vessels it lies in."""
    access = scenario.access
    vessel = tree.by_id[access.vessel]
    room = vessel.length_mm - access.at_mm
    if access.direction == "retrograde":
        room, index = access.at_mm, vessel.index
        while tree.vessels[index].parent >= 0:
            room += tree.vessels[index].parent_at_mm
            index = tree.vessels[index].parent
    if access.sheath_mm > room:
        message = f"the sheath has {access.sheath_mm:g} mm, the vessels only {room:.0f} mm"
        hint = "a shorter sheath, or the puncture further back"
        yield scenario.source.problem(("access", "sheath_mm"), message, hint)


def way_to(tree: VesselTree, start: int, start_xy: Array, goal: Place) -> Way:
    """The way along the tree from a place in a vessel to a place in another.

    Args:
        tree: The vessels.
        start: Index of the vessel at which the way begins.
        start_xy: (2,) where in it, mm.
        goal: Where to: any place of its stretch will do.
    """
    first = tree.vessels[start]
    d = np.hypot(*(first.xy_mm - start_xy).T)
    at = {start: float(first.s_mm[int(np.argmin(d))])}
    walked, index = {start: 0.0}, start
    while tree.vessels[index].parent >= 0:  # up from the sheath to the root
        vessel = tree.vessels[index]
        walked[vessel.parent] = walked[index] + max(at[index], 0.0)
        at[vessel.parent] = vessel.parent_at_mm
        index = vessel.parent
    down, place = 0.0, goal.at_mm
    narrowest, where = np.inf, goal.vessel
    index = tree.by_id[goal.vessel].index
    if index in at:  # on the way up: its nearest place
        most = goal.to_mm if goal.to_mm is not None else np.inf
        place = float(np.clip(at[index], goal.at_mm, most))
    while index not in at:  # up from the goal to where the two ways meet
        vessel = tree.vessels[index]
        passed = vessel.radius_mm[(vessel.s_mm >= 0.0) & (vessel.s_mm <= place)]
        if len(passed) and passed.min() < narrowest:
            narrowest, where = float(passed.min()), vessel.id
        down += max(place, 0.0)
        place, index = vessel.parent_at_mm, vessel.parent
    return Way(walked[index] + down + abs(at[index] - place), narrowest, where)
