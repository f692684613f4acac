"""Drawings of a debrief as SVG: strips over time, and tips' ways over the vessel tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.training.debrief import Strip
from ir_sim.training.score import ErrorFound

Array = NDArray[np.float64]

#: Okabe and Ito's colours (readable with every kind of colour blindness), darkened for white paper.
SLOT_COLOURS = {
    "wire": "#b58900",
    "microcatheter": "#00785a",
    "catheter": "#0072b2",
    "guide": "#cc6600",
}
_MOST_POINTS = 500
_PATH_STEP_MM = 0.7


@dataclass(frozen=True)
class Curve:
    """A strip as it is drawn: a box of ``width`` by ``height`` with a line in it."""

    name: str
    label: str
    unit: str
    points: str
    limit_y: float | None
    limit_label: str
    largest: float
    last: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """An error on a drawing; ``number`` is its place in the list, from 1."""

    number: int
    x: float
    y: float
    weight: int
    text: str


@dataclass(frozen=True)
class Plan:
    """The vessel tree with the tips' ways, in mm with y down."""

    view_box: str
    vessels: str
    target: tuple[float, float]
    ways: tuple[tuple[str, str, str], ...]
    marks: tuple[Mark, ...]
    text_mm: float


def curve(strip: Strip, width: float = 900.0, height: float = 90.0) -> Curve:
    """A strip's line, thinned so that every peak stays."""
    time_s, value = _thinned(strip.time_s, strip.value)
    end = max(float(strip.time_s[-1]) if len(strip.time_s) else 1.0, 1e-9)
    most = max(float(value.max()) if len(value) else 0.0, strip.limit or 0.0, 1e-9) * 1.08
    x, y = time_s / end * width, height - value / most * height
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    return Curve(
        strip.name,
        strip.label,
        strip.unit,
        points,
        None if strip.limit is None else height - strip.limit / most * height,
        strip.limit_label,
        float(strip.value.max()) if len(strip.value) else 0.0,
        float(strip.value[-1]) if len(strip.value) else 0.0,
        width,
        height,
    )


def _thinned(time_s: Array, value: Array) -> tuple[Array, Array]:
    """At most ``_MOST_POINTS`` values: the largest of each stretch, at its own time."""
    if len(value) <= _MOST_POINTS:
        return time_s, value
    edges = np.linspace(0, len(value), _MOST_POINTS + 1).astype(int)
    pairs = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    picks = np.array([a + int(np.argmax(value[a:b])) for a, b in pairs])
    return time_s[picks], value[picks]


def plan(
    tree: VesselTree,
    target_mm: Array,
    paths: Mapping[str, Array],
    errors: Sequence[ErrorFound],
) -> Plan:
    """The vessels' outline, each tip's way and the places of the errors.

    Args:
        tree: The vessels.
        target_mm: (2,) target.
        paths: By slot, (n, 2) with NaN where the tip was not in the vessels.
        errors: Marked where they were made, if the place is known.
    """
    tubes = [tube_polygon(v.xy_mm, v.radius_mm) for v in tree.vessels]
    outline = shapely.simplify(shapely.union_all(tubes), 0.3)
    rings = shapely.get_rings(shapely.get_parts(outline))
    shape = " ".join(_closed(shapely.get_coordinates(ring)) for ring in rings)
    seen = [p[~np.isnan(p[:, 0])] for p in paths.values()]
    low, high = _window(tree, np.vstack([target_mm[None], *seen]))
    margin = 0.06 * float((high - low).max())
    box = (low[0] - margin, -high[1] - margin, *(high - low + 2 * margin))
    text_mm = float((high - low).max()) / 55.0
    marks = tuple(_marks(errors, 2.2 * text_mm))
    ways = tuple(
        (slot, SLOT_COLOURS.get(slot, "#555555"), _open_path(path)) for slot, path in paths.items()
    )
    return Plan(
        " ".join(f"{float(n):.1f}" for n in box),
        shape,
        (float(target_mm[0]), -float(target_mm[1])),
        ways,
        marks,
        text_mm,
    )


def _marks(errors: Sequence[ErrorFound], apart_mm: float) -> Iterator[Mark]:
    """Each error at its place, or beside the ones that are there already."""
    taken: list[tuple[float, float]] = []
    for number, error in enumerate(errors, 1):
        if error.place_mm is None:
            continue
        x, y = error.place_mm
        while any(np.hypot(x - a, y - b) < 0.99 * apart_mm for a, b in taken):
            x += apart_mm
        taken.append((x, y))
        yield Mark(number, x, -y, error.weight, error.text)


def _window(tree: VesselTree, points: Array) -> tuple[Array, Array]:
    """The rectangle around the ways and the target, not smaller than a quarter of the tree."""
    low, high = points.min(0), points.max(0)
    all_low, all_high = tree.sample_xy_mm.min(0), tree.sample_xy_mm.max(0)
    least = 0.25 * (all_high - all_low)
    grow = np.maximum(least - (high - low), 0.0) / 2.0
    return np.maximum(low - grow, all_low), np.minimum(high + grow, all_high)


def _closed(xy: Array) -> str:
    body = " L".join(f"{x:.1f} {-y:.1f}" for x, y in xy.tolist())
    return f"M{body}Z"


def _open_path(xy: Array) -> str:
    """A path that lifts the pen over gaps and leaves out what does not move."""
    out: list[str] = []
    pen, last = False, (np.inf, np.inf)
    for x, y in xy.tolist():
        if np.isnan(x):
            pen = False
            continue
        if pen and np.hypot(x - last[0], y - last[1]) < _PATH_STEP_MM:
            continue
        out.append(f"{'L' if pen else 'M'}{x:.1f} {-y:.1f}")
        pen, last = True, (x, y)
    return "".join(out)
