"""Spine and ribs from the front, in the body's frame (the bifurcation of the aorta at L4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy.body_canvas import Canvas, ellipse, mirrored, moved, outline, ring


@dataclass(frozen=True)
class Level:
    """A vertebra: middle of its body, half height, half width, and how far the beam is off it."""

    name: str
    y: float
    half_height: float
    half_width: float
    tilt: float


#: Measures of adults (Panjabi 1992, Spine 17:299; thoracic and cervical assumed in proportion).
LEVELS = (
    Level("L5", -23, 13.9, 27.0, 3.4),
    Level("L4", 14, 14.5, 25.5, 1.6),
    Level("L3", 50, 14.7, 24.2, 0.9),
    Level("L2", 86, 14.5, 23.0, 1.5),
    Level("L1", 120, 14.1, 22.0, 2.2),
    Level("T12", 153, 13.3, 21.0, 2.2),
    Level("T11", 183, 12.5, 19.5, 1.8),
    Level("T10", 212, 11.9, 18.4, 1.4),
    Level("T9", 240, 11.5, 17.6, 1.0),
    Level("T8", 267, 11.1, 16.8, 0.8),
    Level("T7", 293, 10.7, 16.0, 0.8),
    Level("T6", 318, 9.5, 15.2, 1.0),
    Level("T5", 342, 9.2, 14.6, 1.4),
    Level("T4", 365, 8.9, 14.4, 1.8),
    Level("T3", 387, 8.7, 14.6, 2.4),
    Level("T2", 408, 8.5, 15.2, 2.8),
    Level("T1", 428, 8.2, 15.8, 2.8),
    Level("C7", 447, 7.0, 14.5, 2.2),
    Level("C6", 463, 6.4, 13.6, 1.8),
    Level("C5", 478, 6.2, 12.8, 1.4),
    Level("C4", 493, 6.2, 12.2, 1.2),
    Level("C3", 508, 6.4, 11.8, 1.2),
    Level("C2", 525, 7.5, 11.5, 1.0),
)
#: Half width of the chest at each rib's most lateral point, drop of the rib to it, from T12 up.
_RIBS = (
    (72, 36), (112, 60), (136, 72), (147, 76), (151, 75), (149, 71),
    (144, 66), (136, 59), (124, 51), (108, 42), (86, 32), (60, 18),
)  # fmt: skip


def paint_spine(canvas: Canvas, rng: np.random.Generator) -> None:
    """All vertebrae that the canvas holds."""
    for level in LEVELS:
        if canvas.window.bottom - 60 < level.y < canvas.window.top + 60:
            x = float(rng.normal(0.0, 0.5))
            _body(canvas, level, x, rng)
            _arch(canvas, level, x, rng)
            if level.name[0] == "L":
                _transverse(canvas, level, x, rng)
            elif level.name[0] == "T":
                _thoracic_transverse(canvas, level, x)


def paint_ribs(canvas: Canvas) -> None:
    """Twelve pairs; the front parts are fainter."""
    thoracic = [level for level in LEVELS if level.name[0] == "T"]
    for level, (reach, drop) in zip(thoracic, _RIBS, strict=True):
        number = int(level.name[1:])
        y = level.y + 0.5 * level.half_height
        for side in (-1.0, 1.0):
            first = level.half_width - 1.0
            back = [
                (first, y + 1.0),
                (first + 0.22 * (reach - first), y + 4.0 - 0.04 * drop),
                (first + 0.52 * (reach - first), y - 0.14 * drop),
                (first + 0.80 * (reach - first), y - 0.46 * drop),
                (first + 0.96 * (reach - first), y - 0.78 * drop),
                (reach, y - drop),
            ]
            wide = [4.4, 5.2, 5.8, 6.2, 5.8, 4.6] if number < 12 else [4.0, 4.4, 4.0, 2.6]
            fade = 0.05 if number < 11 else 0.16
            canvas.rod(mirrored(back, side), wide, 0.85, 0.06, 0.55, fade)
            # the lower edge is the denser one
            lower = np.array(back) - (0.0, 3.9)
            canvas.rod(mirrored(lower[1:], side), 0.8, 0.5, share=0.55, fade=0.15)
            if number <= 10:
                front = [
                    (reach, y - drop),
                    (0.985 * reach, y - drop - 16),
                    (0.90 * reach, y - drop - 38),
                    (0.74 * reach, y - drop - 56),
                    (0.60 * reach, y - drop - 64),
                ]
                canvas.rod(mirrored(front, side), [4.6, 5.4, 6.0, 6.4, 6.2], 0.7, 0.05, 0.36, 0.1)


def _body(canvas: Canvas, level: Level, x: float, rng: np.random.Generator) -> None:
    h, w, y = level.half_height, level.half_width, level.y
    waist = 0.90 if level.name[0] == "L" else 0.94
    right = [
        (0.0, h - 0.7), (0.55 * w, h - 0.1), (0.93 * w, h), (1.0 * w, h - 1.8),
        (0.93 * w, 0.55 * h), (waist * w, 0.05 * h), (0.93 * w, -0.55 * h), (1.02 * w, -h + 1.8),
        (0.95 * w, -h), (0.55 * w, -h + 0.1), (0.0, -h + 0.7),
    ]  # fmt: skip
    left = [(-a, b) for a, b in right[1:-1]][::-1]
    shape = moved(outline(right + left), x, y)
    depth = 0.62 * w
    canvas.solid([shape], depth, 0.8, 0.22, 1.0)
    # side walls and endplates are seen edge on: the plates open to ellipses off the central ray
    for side in (-1.0, 1.0):
        wall = [(0.97 * w, h - 1.5), (0.91 * w, 0.5 * h), (waist * w, 0.05 * h),
                (0.91 * w, -0.5 * h),                 (0.99 * w, -h + 1.5)]  # fmt: skip
        canvas.rod(moved(mirrored(wall, side), x, y), 0.9, 0.8, share=0.8, fade=0.08)
    for up in (-1.0, 1.0):
        off = level.tilt + float(rng.uniform(-0.2, 0.3))
        canvas.rod(ring(x, y + up * (h - 0.5), 0.94 * w, off), 0.85, 0.8, share=0.75)
        plate = [(-0.9 * w, -0.1), (-0.4 * w, -0.9), (0.0, -1.2), (0.4 * w, -0.9), (0.9 * w, -0.1)]
        line = moved(np.array(plate) * (1.0, up), x, y + up * (h - 0.2))
        canvas.rod(line, 1.1, 1.0, share=1.15, fade=0.1)
        if level.name[0] == "L":  # rim osteophytes, a little
            for side in (-1.0, 1.0):
                size = float(rng.uniform(0.4, 1.3))
                lip = ellipse(
                    x + side * (w + 0.4 * size), y + up * (h - 1.2), 2.4 * size, 1.7 * size
                )
                canvas.solid([lip], 2.0, 0.8, 0.3, 0.8)


def _arch(canvas: Canvas, level: Level, x: float, rng: np.random.Generator) -> None:
    """Pedicles end on, laminae, articular processes, spinous process."""
    h, w, y = level.half_height, level.half_width, level.y
    lumbar = level.name[0] == "L"
    cervical = level.name[0] == "C"
    at = 0.62 * w if lumbar else 0.66 * w
    rx, ry = (0.15 * w, 0.34 * h * 1.25) if lumbar else (0.17 * w, 0.40 * h)
    for side in (-1.0, 1.0):
        px, py = x + side * at, y + 0.28 * h
        canvas.rod(ring(px, py, rx, ry, side * 8), 1.0, 0.9, share=1.05)
        canvas.solid([ellipse(px, py, rx, ry, side * 8)], 3.0, 0.6, 0.15, 0.75)
        top = (at + 0.03 * w, 1.15 * h) if lumbar else (at, 0.9 * h)
        foot = (0.45 * w, -1.45 * h) if lumbar else (0.6 * w, -1.2 * h)
        pillar = [top, (at + 0.02 * w, 0.6 * h), (0.56 * w, -0.25 * h), (0.50 * w, -0.9 * h), foot]
        share = 0.80 if lumbar else 0.45
        path = moved(mirrored(pillar, side), x, y)
        canvas.rod(path, [3.2, 4.2, 3.6, 4.2, 3.4], 0.9, 0.16, share, 0.15)
        if lumbar:  # the joint with the next vertebra: two thin lines and a gap
            for shift in (-1.1, 1.1):
                joint = [(0.60 * w + shift, -1.0 * h), (0.57 * w + shift, -1.35 * h),
                         (0.54 * w + shift, -1.62 * h)]  # fmt: skip
                canvas.rod(moved(mirrored(joint, side), x, y), 0.7, 0.7, share=0.7, fade=0.25)
        lamina = outline(
            mirrored(
                [(0.04 * w, -0.05 * h), (0.40 * w, 0.15 * h), (0.52 * w, -0.15 * h),
                 (0.47 * w, -0.8 * h), (0.26 * w, -0.72 * h), (0.05 * w, -0.72 * h)],
                side,
            )
        )  # fmt: skip
        canvas.solid([moved(lamina, x, y)], 3.2, 0.9, 0.18, 0.75 if not cervical else 0.45)
    drop = (1.15 if lumbar else 1.9) * h
    lean = float(rng.normal(0.0, 0.8))
    wide = (0.12 * w if lumbar else 0.10 * w) + 0.4
    spine = outline(
        [(0, -0.12 * h), (0.7 * wide, -0.35 * h), (0.75 * wide, -0.7 * drop), (1.15 * wide + lean,
          -0.93 * drop), (lean, -1.06 * drop), (-1.15 * wide + lean, -0.93 * drop),
         (-0.75 * wide, -0.7 * drop), (-0.7 * wide, -0.35 * h)]
    )  # fmt: skip
    canvas.solid([moved(spine, x, y)], 2.8, 1.2, 0.4, 1.5 if lumbar else 0.9)


def _transverse(canvas: Canvas, level: Level, x: float, rng: np.random.Generator) -> None:
    h, w, y = level.half_height, level.half_width, level.y
    length = {"L5": 0.75, "L4": 0.82, "L3": 1.12, "L2": 0.95, "L1": 0.72}[level.name]
    for side in (-1.0, 1.0):
        rise = float(rng.normal(2.0, 1.2))
        path = [
            (0.72 * w, 0.22 * h),
            (w + 0.35 * length * w, 0.16 * h + 0.3 * rise),
            (w + 0.75 * length * w, 0.1 * h + rise),
            (w + 1.0 * length * w, 0.05 * h + 1.3 * rise),
        ]
        radii = [5.4, 3.8, 3.6, 2.2] if level.name != "L5" else [7.0, 6.0, 5.0, 3.0]
        canvas.rod(moved(mirrored(path, side), x, y), radii, 0.8, 0.12, 0.75, 0.22)


def _thoracic_transverse(canvas: Canvas, level: Level, x: float) -> None:
    h, w, y = level.half_height, level.half_width, level.y
    for side in (-1.0, 1.0):
        path = [(0.7 * w, 0.35 * h), (w + 5, 0.5 * h), (w + 13, 0.75 * h)]
        canvas.rod(moved(mirrored(path, side), x, y), [4.0, 3.4, 4.2], 0.8, 0.12, 0.5, 0.2)
