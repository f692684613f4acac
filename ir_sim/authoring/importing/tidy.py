"""Lines made usable: unit, axes, repeated points, missing and jumping radii."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import median_filter

from ir_sim.anatomy.curve import Array
from ir_sim.authoring.importing.polyline import CentrelineError, Polyline

#: Millimetres in each unit.
UNITS = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001}
#: A tree whose extent is below this was written in metres, in the file's unit (assumed: no vessel
#: tree worth a scenario is shorter than 5 mm, none longer than 5 m).
_METRES = 5.0
_MICROMETRES = 5000.0
#: No tree in any unit spans more (5 m in micrometres).
_WIDEST_TREE = 5e6
#: Coordinates of a case reach so far, mm.
_BODY_MM = 3000.0
#: Points closer than this are one, mm.
_REPEAT_MM = 0.05
#: A point this many times further from the middle than half of all points are is a stray.
_STRAY = 40.0
#: A radius that differs from the median of its neighbours by this factor is an outlier.
_JUMP = 1.8
#: Radius where a whole line has none, mm (assumed: a named branch of the aorta).
_GUESS_MM = 1.5
_SMALLEST_MM, _WIDEST_MM = 0.15, 40.0
#: Lines with more points than this are thinned first.
_MOST_POINTS = 4000


@dataclass(frozen=True, eq=False)
class Line:
    """A line in mm: x to the patient's left, y cranial, z anterior.

    Attributes:
        name: From the file; may be empty.
        xyz: (n, 3) mm, n >= 2.
        radius: (n,) mm, finite and positive.
        parent: Place in the list, if the file says so.
    """

    name: str
    xyz: Array
    radius: Array
    parent: int | None

    @property
    def length_mm(self) -> float:
        """Length along the points."""
        return float(np.sqrt((np.diff(self.xyz, axis=0) ** 2).sum(1)).sum())


def tidy(lines: Sequence[Polyline], unit: str, axes: str, notes: list[str]) -> list[Line]:
    """Make lines usable.

    Args:
        lines: As read.
        unit: ``auto`` or one of ``UNITS``.
        axes: ``auto``, ``lps``, ``ras`` or ``xyz`` (x to the screen's right, y up, z towards).
        notes: What was done is appended here, for the author.

    Raises:
        CentrelineError: Nothing usable is left.
    """
    finite = [line for line in lines if np.isfinite(line.xyz).all(1).sum() >= 2]
    if not finite:
        raise CentrelineError("no line has two points with numbers")
    lines = _without_strays(lines, notes)
    finite = [line for line in lines if np.isfinite(line.xyz).all(1).sum() >= 2]
    factor = _factor(finite, unit, notes)
    kept: dict[int, Line] = {}
    short = repeats = 0
    for i, line in enumerate(lines):
        good = np.isfinite(line.xyz).all(1)
        xyz = factor * _turned(line.xyz[good], line.axes if axes == "auto" else axes)
        radius = factor * line.radius[good]
        apart = _apart(xyz)
        repeats += len(xyz) - len(apart)
        xyz, radius = xyz[apart], radius[apart]
        if len(xyz) < 2:
            short += 1
            continue
        if len(xyz) > _MOST_POINTS:
            some = np.unique(np.linspace(0, len(xyz) - 1, _MOST_POINTS).astype(int))
            notes.append(f"{_called(line, i)}: {len(xyz):,} points thinned to {len(some):,}")
            xyz, radius = xyz[some], radius[some]
        radius = _radii(radius, _called(line, i), notes)
        kept[i] = Line(line.name, xyz, radius, line.parent)
    most = max((float(np.ptp(v.xyz, axis=0).max()) for v in kept.values()), default=0.0)
    if most > _BODY_MM:
        raise CentrelineError(f"a line of {most / 1000:.1f} m: another --unit?")
    if short:
        notes.append(f"{short} line(s) of a single point left out")
    if repeats:
        notes.append(f"{repeats} repeated point(s) left out")
    if not kept:
        raise CentrelineError("no line with two different points")
    order = list(kept)
    return [
        Line(v.name, v.xyz, v.radius, order.index(v.parent) if v.parent in kept else None)
        for v in kept.values()
    ]


def _called(line: Polyline, i: int) -> str:
    return f"'{line.name}'" if line.name else f"line {i + 1}"


def _without_strays(lines: Sequence[Polyline], notes: list[str]) -> list[Polyline]:
    """Points that lie absurdly far from all others made NaN: a damaged file, a slip of the hand."""
    points = np.vstack([line.xyz[np.isfinite(line.xyz).all(1)] for line in lines])
    middle = np.median(points, axis=0)
    usual = float(np.median(np.abs(points - middle).max(1)))
    limit = _STRAY * usual if usual > 0.0 else np.inf
    out, strays = [], 0
    for line in lines:
        xyz = np.where(np.asarray(np.isfinite(line.xyz).all(1))[:, None], line.xyz, np.nan)
        far = np.asarray(np.abs(xyz - middle).max(axis=1) > limit)
        strays += int(far.sum())
        xyz[far] = np.nan
        out.append(replace(line, xyz=xyz))
    if strays:
        notes.append(f"{strays} point(s) far outside everything else left out")
    return out


def _factor(lines: Sequence[Polyline], unit: str, notes: list[str]) -> float:
    if unit != "auto":
        return UNITS[unit]
    points = np.vstack([line.xyz[np.isfinite(line.xyz).all(1)] for line in lines])
    extent = float(np.ptp(points, axis=0).max())
    if extent <= 0.0:
        raise CentrelineError("all points are in one place")
    if not np.isfinite(extent) or extent > _WIDEST_TREE:
        raise CentrelineError(f"the points span {extent:.2g}: not centrelines of a body")
    if extent < _METRES:
        notes.append(f"the tree spans {extent:.3g}: read as metres (--unit to say otherwise)")
        return UNITS["m"]
    if extent > _MICROMETRES:
        notes.append(f"the tree spans {extent:,.0f}: read as micrometres (--unit)")
        return UNITS["um"]
    if extent < 60.0:
        notes.append(f"the tree spans only {extent:.0f} mm; if these are centimetres: --unit cm")
    return UNITS["mm"]


def _turned(xyz: Array, axes: str) -> Array:
    """File axes to x left, y cranial, z anterior."""
    x, y, z = xyz.T
    if axes == "lps":
        return np.stack([x, z, -y], 1)
    if axes == "ras":
        return np.stack([-x, z, y], 1)
    return np.array(xyz)


def _apart(xyz: Array) -> np.ndarray:
    """Indices of the points that are further than ``_REPEAT_MM`` from the one kept before."""
    if not len(xyz):
        return np.arange(0)
    kept = [0]
    for i in range(1, len(xyz)):
        if np.abs(xyz[i] - xyz[kept[-1]]).max() > _REPEAT_MM:
            kept.append(i)
    return np.array(kept)


def _radii(radius: Array, name: str, notes: list[str]) -> Array:
    good = np.isfinite(radius) & (radius > 0.0)
    if not good.any():
        notes.append(f"{name}: no radius in the file; {_GUESS_MM} mm assumed, please check")
        return np.full(len(radius), _GUESS_MM)
    if not good.all():
        notes.append(f"{name}: radius missing at {int((~good).sum())} point(s), interpolated")
        at = np.arange(len(radius))
        radius = np.interp(at, at[good], radius[good])
    if len(radius) >= 5:
        middle = median_filter(radius, size=5, mode="nearest")
        jump = (radius > _JUMP * middle) | (radius < middle / _JUMP)
        if jump.any():
            notes.append(f"{name}: radius jumps at {int(jump.sum())} point(s), smoothed")
            radius = np.where(jump, middle, radius)
    clipped = np.clip(radius, _SMALLEST_MM, _WIDEST_MM)
    if (clipped != radius).any():
        notes.append(f"{name}: radii outside {_SMALLEST_MM}-{_WIDEST_MM:g} mm cut off")
    return clipped
