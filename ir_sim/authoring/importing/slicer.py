"""3D Slicer markups (``.mrk.json``): curves with a radius measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ir_sim.authoring.importing.polyline import CentrelineError, Polyline, read_bytes


def read_markups(path: Path) -> list[Polyline]:
    """Every curve (or list of points) of a markups file.

    Raises:
        CentrelineError: Not a markups file, or one without curves.
    """
    try:
        data = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise CentrelineError(f"{path}: not JSON") from error
    markups = data.get("markups") if isinstance(data, dict) else None
    if not isinstance(markups, list):
        raise CentrelineError(f"{path}: not a 3D Slicer markups file: no 'markups'")
    lines = [_curve(path, i, m) for i, m in enumerate(markups) if isinstance(m, dict)]
    found = [line for line in lines if line is not None]
    if not found:
        raise CentrelineError(f"{path}: no curve with points in it")
    return found


def _curve(path: Path, place: int, markup: dict[str, Any]) -> Polyline | None:
    points = markup.get("controlPoints")
    if not isinstance(points, list) or not points:
        return None
    try:
        xyz = np.array([p["position"] for p in points], dtype=float).reshape(-1, 3)
    except (KeyError, TypeError, ValueError) as error:
        raise CentrelineError(f"{path}: markup {place + 1}: a point without a position") from error
    name = str(markup.get("name") or path.name.removesuffix(".mrk.json"))
    axes = str(markup.get("coordinateSystem", "LPS")).lower()
    axes = {"0": "ras", "1": "lps"}.get(axes, axes)
    if axes not in ("lps", "ras"):
        raise CentrelineError(f"{path}: coordinate system '{axes}'; LPS or RAS is expected")
    unit = {"m": 1000.0, "cm": 10.0}.get(str(markup.get("coordinateUnits", "mm")), 1.0)
    return Polyline(name, unit * xyz, unit * _radius(markup, len(xyz)), axes)


def _radius(markup: dict[str, Any], count: int) -> np.ndarray:
    """(count,) radius, NaN if there is no such measurement."""
    for measurement in markup.get("measurements") or []:
        if not isinstance(measurement, dict):
            continue
        what = str(measurement.get("name", "")).lower()
        values = measurement.get("controlPointValues")
        if not isinstance(values, list) or not ("radius" in what or "diameter" in what):
            continue
        try:
            found = np.array(values, dtype=float).ravel()
        except (TypeError, ValueError):
            continue
        out = np.full(count, np.nan)
        out[: min(count, len(found))] = found[:count]
        return out * (0.5 if "diameter" in what else 1.0)
    return np.full(count, np.nan)
