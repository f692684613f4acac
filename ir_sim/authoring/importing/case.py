"""From files to a scenario text, with a report of what was done and what to check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from ir_sim.anatomy.curve import Array, smooth_curve
from ir_sim.authoring.importing import slicer, text_tables, vtk_files, vtk_legacy
from ir_sim.authoring.importing.fewer import few_points, smoothed
from ir_sim.authoring.importing.joining import Branch, join
from ir_sim.authoring.importing.plane import project
from ir_sim.authoring.importing.polyline import CentrelineError, Polyline
from ir_sim.authoring.importing.tidy import tidy
from ir_sim.authoring.importing.writing import written

_READERS = {
    ".csv": text_tables.read_csv,
    ".tsv": text_tables.read_csv,
    ".txt": text_tables.read_csv,
    ".swc": text_tables.read_swc,
    ".vtp": vtk_files.read_vtp,
    ".vtk": vtk_legacy.read_legacy,
    ".mrk.json": slicer.read_markups,
    ".json": slicer.read_markups,
}


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
    files = [source.name for source in sources]
    text = written(name, files, [b.parent for b in branches], names, fitted, body, notes)
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
    return float(KDTree(curve[:, :2]).query(xyz[:, :2])[0].max())


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
