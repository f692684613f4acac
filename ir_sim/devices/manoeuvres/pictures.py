"""Snapshots of devices in their vessels as one PNG, for looking at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy.lumen import Lumen
from ir_sim.errors import IrSimError

if TYPE_CHECKING:
    from ir_sim.devices.manoeuvres.operator import Operator

Array = NDArray[np.float64]
Box = tuple[float, float, float, float]

_WIDTH = {"guide": 9, "catheter": 6, "microcatheter": 4, "wire": 2}
_COLOUR = {  # BGR
    "guide": (190, 190, 120),
    "catheter": (200, 130, 30),
    "microcatheter": (60, 160, 60),
    "wire": (0, 0, 0),
}


@dataclass(frozen=True)
class Frame:
    """One moment.

    Attributes:
        title: What it shows.
        caption: Insertions, places and the largest wall force.
        curves: (n, 2) curve of each device, mm.
        forces: (n, 3) x and y in mm, wall force in N.
    """

    title: str
    caption: str
    curves: dict[str, Array]
    forces: Array


def frame_of(operator: Operator, title: str) -> Frame:
    """This moment."""
    curves: dict[str, Array] = {}
    forces, words = [np.zeros((0, 3))], []
    for slot, state in operator.system.states().items():
        curves[slot] = state.points_mm
        forces.append(np.column_stack([state.points_mm, state.wall_force_n]))
        words.append(f"{slot[:2]} {state.inserted_mm:.0f} {state.tip_vessel[:16]}")
    most = max((f[:, 2].max() for f in forces if len(f)), default=0.0)
    return Frame(title, " ".join(words) + f" {most:.2f}N", curves, np.vstack(forces))


def sheet(
    lumen: Lumen,
    frames: Sequence[Frame],
    path: Path,
    box: Box,
    columns: int = 4,
    height_px: int = 520,
) -> None:
    """One picture with all frames; box = x0, x1, y0, y1 in mm.

    Raises:
        IrSimError: It cannot be written.
    """
    scale = height_px / (box[3] - box[2])
    width_px = round((box[1] - box[0]) * scale)
    rows = -(-len(frames) // columns)
    page = np.full((rows * (height_px + 40), columns * width_px, 3), 255, np.uint8)
    for k, frame in enumerate(frames):
        y, x = (k // columns) * (height_px + 40), (k % columns) * width_px
        page[y : y + height_px + 40, x : x + width_px] = _draw(
            lumen, frame, box, scale, width_px, height_px
        )
    columns_used = min(len(frames), columns)
    page = np.ascontiguousarray(page[:, : columns_used * width_px])
    try:
        path.write_bytes(cv2.imencode(".png", page)[1].tobytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise IrSimError(f"{path}: cannot be written: {reason}") from error


def _draw(
    lumen: Lumen, frame: Frame, box: Box, scale: float, width_px: int, height_px: int
) -> NDArray[np.uint8]:
    image = np.full((height_px + 40, width_px, 3), 255, np.uint8)

    def px(xy: Array) -> Array:
        return np.stack([(xy[:, 0] - box[0]) * scale, 40 + (box[3] - xy[:, 1]) * scale], 1)

    def line(xy: Array, colour: tuple[int, int, int], width: int) -> None:
        points = np.round(px(xy) * 16).astype(np.int32)
        cv2.polylines(image, [points], False, colour, width, cv2.LINE_AA, 4)

    for k, layer in enumerate(lumen.maps):
        for ring in shapely.get_rings(shapely.get_parts(layer.polygon)):
            shade = 120 + 40 * min(k, 2)
            line(shapely.get_coordinates(ring), (shade, shade, shade), 1)
    for slot, xy in frame.curves.items():
        line(xy, _COLOUR[slot], _WIDTH[slot])
        x, y = np.round(px(xy[-1:]))[0].astype(int)
        cv2.circle(image, (int(x), int(y)), _WIDTH[slot] // 2 + 2, _COLOUR[slot], -1)
    for x, y, n in frame.forces[frame.forces[:, 2] > 0.02]:
        p = np.round(px(np.array([[x, y]])))[0].astype(int)
        cv2.circle(image, (int(p[0]), int(p[1])), max(2, int(12 * np.sqrt(n))), (0, 0, 220), 1)
    cv2.rectangle(image, (0, 0), (width_px, 40), (255, 255, 255), -1)
    cv2.putText(image, frame.title, (4, 16), 0, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.putText(image, frame.caption, (4, 34), 0, 0.33, (90, 90, 90), 1, cv2.LINE_AA)
    return image
