"""Centrelines in tables: CSV (branch, point, x, y, z, radius) and SWC."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ir_sim.authoring.importing.polyline import (
    CentrelineError,
    Polyline,
    number,
    polyline,
    read_lines,
)

#: Headings that people use, by what they mean.
_HEADINGS = {
    "branch": ("branch", "vessel", "name", "segment", "branch_id", "branchid", "line", "id"),
    "point": ("point", "order", "index", "i", "point_id", "n"),
    "parent": ("parent", "parent_branch", "parent_id"),
    "x": ("x", "x_mm", "x [mm]", "x(mm)", "x (mm)", "l", "r"),
    "y": ("y", "y_mm", "y [mm]", "y(mm)", "y (mm)", "p", "a"),
    "z": ("z", "z_mm", "z [mm]", "z(mm)", "z (mm)", "s"),
    "radius": ("radius", "r", "radius_mm", "rad", "radius [mm]", "radius (mm)", "misr"),
    "diameter": ("diameter", "d", "diameter_mm", "diam", "diameter [mm]", "diameter (mm)"),
}
_MOST_IDS = 1e9
_FACTOR = {"radius": 1.0, "diameter": 0.5}


def read_csv(path: Path) -> list[Polyline]:
    """A table with a heading row; commas, semicolons or tabs; decimal commas with semicolons.

    Raises:
        CentrelineError: A column is missing, or a cell is not a number.
    """
    lines = [line for line in read_lines(path) if not line.lstrip().startswith("#")]
    if not any(line.strip() for line in lines):
        raise CentrelineError(f"{path}: the file is empty")
    mark = max(";\t,", key=lines[0].count)
    rows = list(csv.reader(lines, delimiter=mark))
    columns = _columns(path, [cell.strip().lower() for cell in rows[0]])
    calibre = "radius" if "radius" in columns else "diameter"
    branches: dict[str, list[tuple[float, ...]]] = {}
    parents: dict[str, str] = {}
    for at, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue

        def cell(key: str, row: list[str] = row, at: int = at) -> float:
            if key not in columns:
                return np.nan
            text = row[columns[key]].strip() if columns[key] < len(row) else ""
            if key in ("radius", "diameter", "point") and not text:
                return np.nan
            return number(text.replace(",", ".") if mark == ";" else text, path, at)

        name = row[columns["branch"]].strip() if "branch" in columns else "branch"
        if "parent" in columns and columns["parent"] < len(row) and row[columns["parent"]].strip():
            parents[name] = row[columns["parent"]].strip()
        z = cell("z") if "z" in columns else 0.0
        values = (cell("point"), cell("x"), cell("y"), z, _FACTOR[calibre] * cell(calibre))
        branches.setdefault(name, []).append(values)
    if not branches:
        raise CentrelineError(f"{path}: a heading but no points")
    return _in_order(branches, parents)


def _columns(path: Path, heading: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for meaning, names in _HEADINGS.items():
        for i, word in enumerate(heading):
            if word in names and i not in found.values() and meaning not in found:
                found[meaning] = i
    for axis in ("x", "y"):
        if axis not in found:
            seen = ", ".join(heading[:8])
            raise CentrelineError(
                f"{path}:1: no column '{axis}'; the first row must name the columns, "
                f"such as branch,point,x,y,z,radius (it has: {seen[:80]})"
            )
    return found


def _in_order(
    branches: dict[str, list[tuple[float, ...]]], parents: dict[str, str]
) -> list[Polyline]:
    names, out = list(branches), []
    for name, values in branches.items():
        table = np.array(values)
        if np.isfinite(table[:, 0]).all():
            table = table[np.argsort(table[:, 0], kind="stable")]
        parent = names.index(parents[name]) if parents.get(name) in names else None
        out.append(Polyline(name, table[:, 1:4], table[:, 4], parent=parent))
    return out


def read_swc(path: Path) -> list[Polyline]:
    """SWC: ``id type x y z radius parent`` a line; each run between forks becomes a line.

    Raises:
        CentrelineError: A line is damaged, a parent is missing, or the parents run in a circle.
    """
    rows: dict[int, tuple[list[float], int, int]] = {}
    for at, line in enumerate(read_lines(path), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if len(words) < 7:
            raise CentrelineError(f"{path}:{at}: {len(words)} values; SWC has 7 a line")
        v = [number(word, path, at) for word in words[:7]]
        if not (abs(v[0]) < _MOST_IDS and abs(v[6]) < _MOST_IDS):
            raise CentrelineError(f"{path}:{at}: a point's number must be a whole number")
        rows[int(v[0])] = (v[2:6], int(v[6]), at)
    if not rows:
        raise CentrelineError(f"{path}: no points")
    children: dict[int, list[int]] = {}
    for key, (_, above, at) in rows.items():
        if above >= 0 and above not in rows:
            raise CentrelineError(f"{path}:{at}: parent {above} is not in the file")
        children.setdefault(above if above in rows else -1, []).append(key)
    out: list[Polyline] = []
    seen = 0
    open_runs: list[tuple[int | None, int, int | None]] = [
        (None, k, None) for k in children.get(-1, [])
    ]
    while open_runs:
        start, key, parent = open_runs.pop()
        run = [key]
        while len(children.get(run[-1], [])) == 1:
            run += children[run[-1]]
        seen += len(run)
        with_start = ([start] if start is not None else []) + run
        values = [rows[k][0] for k in with_start]
        run_line = polyline("", [v[:3] for v in values], [v[3] for v in values])
        name = f"branch_{len(out) + 1}"
        out.append(Polyline(name, run_line.xyz, run_line.radius, parent=parent))
        open_runs += [(run[-1], kid, len(out) - 1) for kid in reversed(children.get(run[-1], []))]
    if seen < len(rows):
        raise CentrelineError(f"{path}: {len(rows) - seen} points whose parents run in a circle")
    return out
