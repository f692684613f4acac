"""From files to a scenario text, with a report of what was done and what to check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ir_sim.anatomy.curve import Array, smooth_curve
from ir_sim.authoring.importing import slicer, text_tables, vtk_files
from ir_sim.authoring.importing.fewer import few_points, smoothed
from ir_sim.authoring.importing.joining import Branch, join
from ir_sim.authoring.importing.plane import project
from ir_sim.authoring.importing.polyline import CentrelineError, Polyline
from ir_sim.authoring.importing.tidy import tidy

_READERS = {
    ".csv": text_tables.read_csv,
    ".tsv": text_tables.read_csv,
    ".txt": text_tables.read_csv,
    ".swc": text_tables.read_swc,
    ".vtp": vtk_files.read_vtp,
    ".vtk": vtk_files.read_legacy,
    ".mrk.json": slicer.read_markups,
    ".json": slicer.read_markups,
}
#: Radius of the catheter that the tray holds (5 French), with room around it, mm.
_CATHETER_MM = 1.0
#: Narrowest vessel that takes the sheath, mm.
_SHEATH_MM = 1.4


@dataclass(frozen=True)
class Imported:
    """A case made from centrelines.

    Attributes:
        text: The scenario.
        branches: How many vessels it has.
        deviation_mm: Largest distance of the case's curves from the lines of the file, in the
            plane of the picture.
        notes: What was done, and what an author must check.
    """

    text: str
    branches: int
    deviation_mm: float
    notes: tuple[str, ...]


def read(path: Path) -> list[Polyline]:
    """The lines of one file, by the ending of its name.

    Raises:
        CentrelineError: Not readable as what its name says.
    """
    name = path.name.lower()
    for ending, reader in _READERS.items():
        if name.endswith(ending):
            return reader(path)
    known = ", ".join(sorted(set(_READERS) - {".json", ".txt", ".tsv"}))
    raise CentrelineError(f"{path}: an unknown kind of file; known are {known}")


def import_case(
    sources: Sequence[Path],
    name: str,
    *,
    unit: str = "auto",
    axes: str = "auto",
    plane: str = "best",
    body: str = "generic",
) -> Imported:
    """Make a case from centrelines.

    Args:
        sources: Files; several are joined into one tree.
        name: Id of the new case.
        unit: ``auto``, ``mm``, ``cm``, ``m`` or ``um``.
        axes: ``auto`` (what the file says; x, y, z as in the picture if it does not), ``lps``,
            ``ras`` or ``xyz``.
        plane: ``best``, ``ap`` or ``lateral``.
        body: Background template.

    Raises:
        CentrelineError: A file cannot be read or holds nothing usable.
    """
    notes: list[str] = []
    lines: list[Polyline] = []
    for source in sources:
        first = len(lines)
        for line in read(source):
            parent = None if line.parent is None else line.parent + first
            lines.append(Polyline(line.name, line.xyz, line.radius, line.axes, parent))
    branches = project(join(tidy(lines, unit, axes, notes), notes), plane, notes)
    names = _names(branches)
    fitted, deviation = [], 0.0
    for branch in branches:
        xyz, radius = smoothed(branch.xyz, branch.radius)
        points = few_points(xyz, radius)
        points[:, 3] = np.clip(points[:, 3], 0.15, 40.0)
        fitted.append(_distinct(np.round(points, 2)))
        deviation = max(deviation, _deviation(fitted[-1], branch.xyz))
    text = _text(name, [str(s.name) for s in sources], branches, names, fitted, body, notes)
    return Imported(text, len(branches), deviation, tuple(notes))


def _distinct(points: Array) -> Array:
    """Without points that have the place of the one before in the picture."""
    keep = [0]
    for i in range(1, len(points)):
        if np.hypot(*(points[i, :2] - points[keep[-1], :2])) > 0.05:
            keep.append(i)
    if len(keep) < 2:  # seen exactly end-on: a millimetre, so that there is a vessel at all
        return np.array([points[0], points[-1] + [1.0, 0.0, 0.0, 0.0]])
    return points[keep]


def _deviation(points: Array, xyz: Array) -> float:
    curve = smooth_curve(points[:, [0, 1, 3, 2]], 0.25)
    d = np.hypot(xyz[:, None, 0] - curve[None, :, 0], xyz[:, None, 1] - curve[None, :, 1])
    return float(d.min(1).max())


def _names(branches: Sequence[Branch]) -> list[str]:
    """Names that the language allows; side and number where the file has none."""
    out: list[str] = []
    for i, branch in enumerate(branches):
        name = re.sub(r"[^a-z0-9]+", "_", branch.name.lower()).strip("_")[:60]
        if not name:
            x = float(branch.xyz[-1, 0])
            side = "" if i == 0 or abs(x) < 10 else ("_left" if x > 0 else "_right")
            name = "trunk" if i == 0 else f"branch_{i}{side}"
        unique, k = name, 2
        while unique in out:
            unique, k = f"{name}_{k}", k + 1
        out.append(unique)
    return out


def _text(
    name: str,
    files: list[str],
    branches: Sequence[Branch],
    names: list[str],
    points: list[Array],
    body: str,
    notes: list[str],
) -> str:
    vessels = []
    for branch, vessel, some in zip(branches, names, points, strict=True):
        rows = [f"    - id: {vessel}"]
        if branch.parent >= 0:
            rows.append(f"      parent: {names[branch.parent]}")
        rows.append("      points:")
        rows += [f"        - [{x:g}, {y:g}, {r:g}, {z:g}]" for x, y, z, r in some]
        rows.append("      outlet: {organ: other}")
        vessels.append("\n".join(rows))
    access, target, way_in = _task(branches, names, points, notes)
    return "\n".join(
        [
            f"# Imported from {', '.join(files)}: check the names, calibres, organs and the task.",
            "# Points are [x, y, radius, z] in mm; z is the depth, kept for other views.",
            "format: 1",
            f"id: {name}",
            f"title: Imported anatomy {name}",
            "level: intermediate",
            "objectives:",
            f"  - Reach {target[0]}",
            "review: unreviewed",
            "patient: {age: 60, sex: f, weight_kg: 70}   # not from the file",
            "anatomy:",
            f"  body: {body}",
            "  vessels:",
            *vessels,
            f"access: {{vessel: {access[0]}, at_mm: {access[1]:g}, sheath_fr: 6, "
            f"sheath_mm: {access[2]:g}, direction: {way_in}}}",
            "tray: [wire-035-bentson, wire-035-angled, catheter-5f-cobra2, catheter-5f-vertebral]",
            "task:",
            f"  target: {{vessel: {target[0]}, at_mm: {target[1]:g}, device: {target[2]}}}",
            "  steps:",
            "    - id: reach",
            f"      do: Reach {target[0]}",
            f"      when: {{tip_at: {{device: {target[2]}, vessel: {target[0]}, "
            f"at_mm: {target[1]:g}}}}}",
            "",
        ]
    )


def _task(
    branches: Sequence[Branch], names: list[str], points: list[Array], notes: list[str]
) -> tuple[tuple[str, float, float], tuple[str, float, str], str]:
    """A way in and a goal, so that the case plays at once; the author decides."""
    length = [float(np.hypot(*np.diff(p[:, :2], axis=0).T).sum()) for p in points]
    root_top = points[0][0, 1]
    narrow = [float(p[:, 3].min()) for p in points]
    ways_in = [
        i
        for i in range(1, len(points))
        if points[i][-1, 1] < root_top and narrow[i] > _SHEATH_MM and length[i] > 30.0
    ]
    if ways_in:
        i = min(ways_in, key=lambda k: points[k][-1, 1])
        access = (names[i], round(0.8 * length[i], 1), round(min(70.0, 0.5 * length[i]), 1))
        way_in = "retrograde"
    else:
        i = 0
        access = (names[0], 1.0, round(float(np.clip(0.1 * length[0], 5.0, 40.0)), 1))
        way_in = "antegrade"
    goals = [k for k in range(1, len(points)) if k != i and length[k] > 6.0]
    if not goals:
        goals = [k for k in range(len(points)) if k != i] or [0]
    wide = [k for k in goals if float(np.median(points[k][:, 3])) > _CATHETER_MM]
    k = max(wide or goals, key=lambda g: float(np.median(points[g][:, 3])))
    device = "catheter" if wide else "wire"
    at = round(min(6.0, 0.3 * length[k]), 1) if k else round(0.6 * length[0], 1)
    notes.append(f"way in: {names[i]} ({way_in}); target: {names[k]} ({device}); please decide")
    return access, (names[k], at, device), way_in
