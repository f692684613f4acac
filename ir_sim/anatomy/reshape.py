"""A change of calibre, carried into a layer's lumen where it matters and nowhere else.

Balloons, stents, spasm and clot change radii over some centimetres. A window round the change is
cut out of the layer as it was authored and filled with the new tubes; everything outside it keeps
its bits. What comes out depends only on the authored layer and the new radii, not on what happened
in between, so that a restored run goes on as if it had never stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.vessel_tree import Vessel

Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]


def windows(vessel: Vessel, changed: Mask, radius_mm: Array, grow_mm: float) -> list[Box]:
    """Boxes round each stretch of changed samples of a vessel.

    Args:
        vessel: The vessel as authored.
        changed: (n,) which of its samples have changed.
        radius_mm: (n,) its new radii.
        grow_mm: How far beyond the tube the change can be felt.

    Returns:
        x0, y0, x1, y1 of each box, mm.
    """
    index = np.flatnonzero(changed)
    boxes: list[Box] = []
    for run in np.split(index, np.flatnonzero(np.diff(index) > 1) + 1):
        if len(run):
            part = slice(max(int(run[0]) - 2, 0), int(run[-1]) + 3)
            reach = float(np.maximum(radius_mm[part], vessel.radius_mm[part]).max()) + grow_mm
            low, high = vessel.xy_mm[part].min(0) - reach, vessel.xy_mm[part].max(0) + reach
            boxes.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    return boxes


def tubes_near(parts: Sequence[tuple[Vessel, Mask, Array]], box: Box) -> list[shapely.Geometry]:
    """The tubes of a layer in and just round a box.

    Args:
        parts: Vessels, which of their samples belong to the layer, and their radii.
        box: x0, y0, x1, y1, mm.
    """
    tubes: list[shapely.Geometry] = []
    for vessel, mask, radius in parts:
        for run in runs_near(vessel, mask, radius, box):
            tubes.append(tube_polygon(vessel.xy_mm[run], radius[run]))  # noqa: PERF401
    return tubes


def runs_near(
    vessel: Vessel, mask: Mask, radius_mm: Array, box: Box, margin_mm: float = 4.0
) -> list[NDArray[np.intp]]:
    """Stretches of a vessel's samples whose tube, with its end caps, matters in a box."""
    reach = float(radius_mm.max()) + margin_mm
    x, y = vessel.xy_mm[:, 0], vessel.xy_mm[:, 1]
    inside = (x > box[0] - reach) & (x < box[2] + reach)
    inside &= (y > box[1] - reach) & (y < box[3] + reach) & mask
    index = np.flatnonzero(inside)
    runs = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)
    return [run for run in runs if len(run) >= 2]


def patched(
    whole: shapely.Geometry,
    piece: shapely.Geometry,
    box: Box,
    tidy: Callable[[shapely.Geometry], shapely.Geometry] | None = None,
) -> shapely.Geometry:
    """``whole`` outside the box, ``piece`` inside it."""
    frame = shapely.box(*box)
    inside = shapely.intersection(piece if tidy is None else tidy(piece), frame)
    return shapely.union(shapely.difference(whole, frame), inside)
