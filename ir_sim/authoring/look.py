"""What a draft looks like at this moment: vessels, layers, flows, the way to the target."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from PIL import Image

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.layers import assign_layers
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.vessel_tree import VesselTree, build_tree
from ir_sim.authoring.check import check_text
from ir_sim.authoring.flows import resting_flows
from ir_sim.authoring.xray_preview import draw_xray
from ir_sim.devices.coaxial import sheath_mouth
from ir_sim.errors import IrSimError, Problem
from ir_sim.scenario.cross_checks import MAX_COORDINATE_MM, RADIUS_RANGE_MM
from ir_sim.scenario.model import Access, Anatomy, Scenario
from ir_sim.scenario.task import Target


@dataclass(frozen=True, eq=False)
class Look:
    """A case's vessels, ready to be drawn.

    Attributes:
        scenario: The case, with stand-ins where it has errors.
        tree: Its vessels.
        layers: Layer of each vessel.
        flows: mL/min at each vessel's origin.
        outlines: For each vessel the rings of its tube, mm.
        course: (n, 2) the expert's way from the sheath's mouth to the target, mm; empty if none.
    """

    scenario: Scenario
    tree: VesselTree
    layers: tuple[int, ...]
    flows: dict[str, float]
    outlines: tuple[tuple[Array, ...], ...]
    course: Array = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True, eq=False)
class Verdict:
    """The slow part: the whole check, and how the case looks on the monitor.

    Attributes:
        problems: Every error and warning.
        pictures: Fluoroscopy and subtraction side by side, or None while the case has errors.
    """

    problems: list[Problem]
    pictures: Image.Image | None


def look_at_case(scenario: Scenario | None) -> Look | None:
    """A case ready to be drawn; None while its vessels do not hang together."""
    if scenario is None or not _hangs_together(scenario.anatomy):
        return None
    tree = build_tree(scenario.anatomy)
    outlines = tuple(_rings(v.xy_mm.tobytes(), v.radius_mm.tobytes()) for v in tree.vessels)
    course = np.zeros((0, 2))
    if scenario.access.vessel in tree.by_id and scenario.task.target.vessel in tree.by_id:
        course = course_to(tree, scenario.access, scenario.task.target)
    return Look(scenario, tree, assign_layers(tree).layer, resting_flows(tree), outlines, course)


@lru_cache(maxsize=4096)
def _rings(xy: bytes, radius: bytes) -> tuple[Array, ...]:
    """Rings of a tube; while one vessel is moved, those of the others are at hand."""
    points = np.frombuffer(xy, dtype=float).reshape(-1, 2)
    polygon = tube_polygon(points, np.frombuffer(radius, dtype=float))
    return tuple(
        shapely.get_coordinates(shapely.get_exterior_ring(part))
        for part in shapely.get_parts(polygon)
    )


def judge(text: str, path: Path, size_px: int) -> Verdict:
    """Check a text wholly and draw it as the monitor would show it."""
    scenario, problems = check_text(text, path)
    if scenario is None:
        return Verdict(problems, None)
    try:
        return Verdict(problems, draw_xray(scenario, size_px))
    except (ValueError, IrSimError):
        return Verdict(problems, None)


def course_to(tree: VesselTree, access: Access, target: Target) -> Array:
    """(n, 2) centrelines from the sheath's mouth to the target, mm."""
    mouth = sheath_mouth(tree, access)
    here = tree.vessels[mouth.vessel]
    start = float(here.s_mm[int(np.argmin(np.hypot(*(here.xy_mm - mouth.xy_mm).T)))])
    goal = tree.by_id[target.vessel]
    up, down = _rises(tree, mouth.vessel, start), _rises(tree, goal.index, target.at_mm)
    ways = dict(down)
    pieces: list[Array] = []
    for index, at in up:
        if index in ways:
            pieces.append(_piece(tree, index, at, ways[index]))
            below = [pair for pair in down if pair[0] != index]
            met = [pair[0] for pair in down].index(index)
            pieces += [_piece(tree, i, -np.inf, s) for i, s in reversed(below[:met])]
            break
        pieces.append(_piece(tree, index, at, -np.inf))
    return np.vstack(pieces) if pieces else np.zeros((0, 2))


def _rises(tree: VesselTree, index: int, at_mm: float) -> list[tuple[int, float]]:
    """Vessels from one up to the root, with the arclength at which each is left."""
    out = [(index, at_mm)]
    while tree.vessels[out[-1][0]].parent >= 0:
        vessel = tree.vessels[out[-1][0]]
        out.append((vessel.parent, vessel.parent_at_mm))
    return out


def _piece(tree: VesselTree, index: int, from_mm: float, to_mm: float) -> Array:
    """(n, 2) a vessel's centreline between two arclengths, in that direction."""
    vessel = tree.vessels[index]
    low, high = sorted((from_mm, to_mm))
    inside = vessel.xy_mm[(vessel.s_mm >= low) & (vessel.s_mm <= high)]
    return inside if from_mm <= to_mm else inside[::-1]


def _hangs_together(anatomy: Anatomy) -> bool:
    """Whether every vessel leads to one root, so that a tree can be built of them."""
    ids = {spec.id for spec in anatomy.vessels}
    if len(ids) != len(anatomy.vessels):
        return False
    low, high = RADIUS_RANGE_MM
    for spec in anatomy.vessels:
        if any(a[:2] == b[:2] for a, b in pairwise(spec.points)):
            return False
        for x, y, radius, *_ in spec.points:
            if max(abs(x), abs(y)) > MAX_COORDINATE_MM or not low <= radius <= high:
                return False
    known = {spec.id for spec in anatomy.vessels if spec.parent is None}
    while True:
        more = {s.id for s in anatomy.vessels if s.parent in known and s.id not in known}
        if not more:
            return known == ids
        known |= more
