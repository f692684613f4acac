"""Calibre and course of authored vessels, changed as one: templates and other patients use it.

A course is bent by a smooth field over the whole picture, not vessel by vessel: what touched before
touches afterwards, and no branch is torn off its parent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

#: A course is given points this close together before it is bent, mm.
_APART_MM = 14.0
#: Amplitudes of the two bends of a tortuosity of 1, and their wavelengths, mm (assumed). The
#: steepest gradient stays below 0.8, so that nothing folds.
_BENDS = ((9.0, 140.0), (3.0, 52.0))

Row = list[float]
Vessels = list[dict[str, Any]]


@dataclass(frozen=True)
class Wave:
    """Displacement ``(dx, dy) sin(2 pi (x ux + y uy) / length + phase)``, mm."""

    dx: float
    dy: float
    ux: float
    uy: float
    length_mm: float
    phase: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Displacement at a place."""
        s = math.sin(2 * math.pi * (x * self.ux + y * self.uy) / self.length_mm + self.phase)
        return self.dx * s, self.dy * s


def bends(tortuosity: float, phases: Sequence[float]) -> list[Wave]:
    """The field that makes a course so tortuous; four phases, rad."""
    waves = []
    for (amplitude, length), (one, two) in zip(_BENDS, (phases[:2], phases[2:4]), strict=True):
        size = tortuosity * amplitude
        waves.append(Wave(size, 0.0, 0.0, 1.0, length, one))
        waves.append(Wave(0.0, 0.6 * size, 1.0, 0.0, length, two))
    return waves


def bent(vessels: Vessels, waves: Sequence[Wave]) -> Vessels:
    """Vessels moved by a field; distances along them are kept where they were in proportion."""
    if not waves:
        return vessels
    out = []
    grown: dict[str, float] = {}
    for vessel in vessels:
        before: Any = vessel.get("points")
        if not _is_course(before):
            out.append(vessel)
            continue
        after = [_moved(row, waves) for row in _denser(before)]
        grown[str(vessel.get("id"))] = length_mm(after) / max(length_mm(before), 1e-6)
        out.append({**vessel, "points": after})
    return [_stretched(vessel, grown) for vessel in out]


def widened(vessels: Vessels, factor: dict[str, float]) -> Vessels:
    """Vessels with their radii multiplied, by id; the factor of ``""`` is for all others."""
    out = []
    for vessel in vessels:
        by = factor.get(str(vessel.get("id")), factor.get("", 1.0))
        points: Any = vessel.get("points")
        if by != 1.0 and _is_course(points):
            wide = [[*row[:2], round(row[2] * by, 3), *row[3:]] for row in points]
            vessel = {**vessel, "points": wide}  # noqa: PLW2901
        out.append(vessel)
    return out


def length_mm(points: Iterable[Row]) -> float:
    """Length of a polyline in the picture."""
    rows = list(points)
    return sum(math.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(rows))


def _stretched(vessel: dict[str, Any], grown: dict[str, float]) -> dict[str, Any]:
    """Places along vessels follow their new lengths."""
    own, parent = grown.get(str(vessel.get("id")), 1.0), grown.get(str(vessel.get("parent")), 1.0)
    out = dict(vessel)
    if isinstance(vessel.get("at_mm"), int | float):
        out["at_mm"] = round(vessel["at_mm"] * parent, 2)
    lesions = vessel.get("lesions")
    if isinstance(lesions, list):
        out["lesions"] = [
            _at(lesion, own) if isinstance(lesion, dict) else lesion for lesion in lesions
        ]
    return out


def _at(lesion: dict[str, Any], by: float) -> dict[str, Any]:
    at = lesion.get("at_mm")
    return {**lesion, "at_mm": round(at * by, 2)} if isinstance(at, int | float) else lesion


def _is_course(points: Any) -> bool:
    return (
        isinstance(points, list)
        and len(points) >= 2
        and all(
            isinstance(row, list)
            and len(row) in (3, 4)
            and all(isinstance(c, int | float) and math.isfinite(c) for c in row)
            for row in points
        )
    )


def _moved(row: Row, waves: Sequence[Wave]) -> Row:
    x, y = row[0], row[1]
    by = [wave.at(x, y) for wave in waves]
    moved = [round(x + sum(d[0] for d in by), 2), round(y + sum(d[1] for d in by), 2)]
    return [*moved, *row[2:]]


def _denser(points: list[Row]) -> list[Row]:
    """More points on the smooth curve through the given ones (Catmull-Rom)."""
    out = [list(points[0])]
    for i in range(len(points) - 1):
        a, b = points[i], points[i + 1]
        far = math.hypot(b[0] - a[0], b[1] - a[1])
        n = max(1, math.ceil(far / _APART_MM))
        start, end = _slope(points, i, far), _slope(points, i + 1, far)
        for k in range(1, n):
            u = k / n
            row = [(1 - u) * p + u * q for p, q in zip(a, b, strict=False)]
            for c in (0, 1):
                row[c] = (
                    (2 * u**3 - 3 * u**2 + 1) * a[c]
                    + (u**3 - 2 * u**2 + u) * start[c]
                    + (3 * u**2 - 2 * u**3) * b[c]
                    + (u**3 - u**2) * end[c]
                )
            out.append([round(c, 3) for c in row])
        out.append(list(b))
    return out


def _slope(points: list[Row], i: int, far: float) -> tuple[float, float]:
    """Direction of the curve at a point, as long as the piece that it shapes."""
    a, b = points[max(i - 1, 0)], points[min(i + 1, len(points) - 1)]
    apart = math.hypot(b[0] - a[0], b[1] - a[1])
    if apart == 0.0:
        return 0.0, 0.0
    return far * (b[0] - a[0]) / apart, far * (b[1] - a[1]) / apart
