"""Soft tissue and gas of the trunk, in cm of water beyond the body's own thickness."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ir_sim.anatomy.body import Body
from ir_sim.anatomy.body_canvas import (
    Array,
    Canvas,
    curve_through,
    ellipse,
    grain,
    outline,
    wobbled,
)

#: Way of the colon: x, y, half width; the haustra modulate it.
_COLON = {
    "ascending": [(-108, -74, 19), (-120, -44, 21), (-122, -8, 20), (-116, 28, 19), (-104, 56, 20)],
    "transverse": [(-96, 58, 17), (-70, 36, 17), (-30, 20, 16), (20, 22, 16), (62, 46, 17),
                   (96, 92, 18), (112, 122, 18)],
    "descending": [(122, 110, 15), (126, 70, 13), (127, 20, 13), (124, -30, 13), (112, -62, 14)],
    "sigmoid": [(106, -72, 14), (74, -84, 15), (44, -104, 15), (24, -92, 15), (4, -112, 16),
                (0, -138, 18)],
}  # fmt: skip
#: Share of each part that holds gas (supine; assumed).
_GAS = {"ascending": 0.45, "transverse": 0.62, "descending": 0.30, "sigmoid": 0.38}


def paint_abdomen(still: Canvas, moving: Canvas, body: Body, rng: np.random.Generator) -> None:
    """Muscles and fat that stay; organs and bowel that breathing moves."""
    for side in (-1.0, 1.0):
        psoas = [(16, 118), (30, 84), (40, 40), (52, -6), (64, -58), (78, -104), (86, -120),
                 (72, -116),                  (48, -70), (30, -30), (20, 20), (14, 70)]  # fmt: skip
        still.tissue([outline(np.array(psoas) * (side, 1))], 1.15, 13)
        fat = [
            (150, 110),
            (158, 60),
            (160, 0),
            (154, -40),
            (160, -44),
            (168, 0),
            (167, 62),
            (158, 112),
        ]
        still.tissue([outline(np.array(fat) * (side, 1))], -0.8, 5)
        quadratus = [(44, 110), (72, 104), (84, 40), (86, 6), (52, 8), (48, 60)]
        still.tissue([outline(np.array(quadratus) * (side, 1))], 0.5, 12)
    bladder = wobbled(ellipse(0, -168, 40, 27), rng, 1.5)
    still.tissue([bladder], 1.3, 26)
    for side in (-1.0, 1.0):
        gluteal = wobbled(ellipse(side * 108, -70, 60, 90, side * 12), rng, 4)
        still.tissue([gluteal], 1.0, 50)
    liver = [
        (-140, 190), (-120, 216), (-80, 226), (-40, 214), (0, 200), (34, 190), (44, 176), (20, 162),
        (-22, 148), (-58, 116), (-92, 84), (-124, 62), (-142, 80), (-150, 140),
    ]  # fmt: skip
    moving.tissue([outline(liver)], 2.0, 46)
    for kidney in body.organs.get("kidney", ()):
        x, y = kidney.centre_mm
        rim = ellipse(x, y, kidney.rx_mm + 9, kidney.ry_mm + 9, kidney.tilt_deg)
        moving.tissue([rim], -0.8, 14)
        shape = wobbled(ellipse(x, y, kidney.rx_mm, kidney.ry_mm, kidney.tilt_deg), rng, 1.2)
        moving.tissue([shape], 1.6, 26)
    for spleen in body.organs.get("spleen", ()):
        shape = ellipse(*spleen.centre_mm, spleen.rx_mm, spleen.ry_mm, spleen.tilt_deg)
        moving.tissue([wobbled(shape, rng, 2)], 1.6, 26)
    _bowel(moving, rng)
    moving.image += 0.13 * grain(moving.image.shape, moving.mm, rng, (16, 36, 80), (0.5, 0.9, 1.3))


def _bowel(moving: Canvas, rng: np.random.Generator) -> None:
    for name, way in _COLON.items():
        _colon_part(moving, np.array(way, float), _GAS[name], rng)
    stomach = [(34, 196), (62, 204), (92, 194), (98, 168), (82, 150), (60, 152), (44, 166)]
    moving.tissue([wobbled(outline(stomach), rng, 3)], -3.4, 26)
    antrum = [(24, 108), (44, 122), (58, 116), (44, 102), (26, 96)]
    moving.tissue([wobbled(outline(antrum), rng, 2)], -1.1, 12)
    rectum = wobbled(ellipse(rng.normal(2, 4), -128, 26, 12, rng.uniform(-15, 15)), rng, 3)
    moving.tissue([rectum], -1.4, 14)
    for _ in range(46):  # small bowel: short, faint loops
        x, y = rng.normal(0, 46), rng.normal(-22, 40)
        a = rng.uniform(3.0, 8.5)
        course = np.array([[x, y]]) + np.cumsum(rng.normal(0, 1.5 * a, (4, 2)), 0)
        loop = _tube(course, a * rng.uniform(0.6, 1.0, len(course)))
        moving.tissue(loop, -float(rng.uniform(0.2, 0.75)), 0.9 * a, union=True)


def _colon_part(moving: Canvas, way: Array, gas: float, rng: np.random.Generator) -> None:
    """Gas in stretches along the colon, bounded by folds; stool between them."""
    curve = curve_through(way[:, :2])
    s = np.linspace(0.0, 1.0, len(curve))
    length = 0.5 * len(curve)
    radius = np.interp(s, np.linspace(0.0, 1.0, len(way)), way[:, 2])
    pitch = rng.uniform(26.0, 34.0)
    phase = np.pi * s * length / pitch + 0.5 * np.sin(2 * np.pi * s * rng.uniform(1.0, 2.0))
    radius = radius * (0.80 + 0.20 * np.abs(np.sin(phase)) ** 0.7)
    wave = np.sin(2 * np.pi * (s * length / 90.0 + rng.uniform())) + rng.normal(0, 0.25, len(s))
    wave = np.convolve(np.pad(wave, 30, "edge"), np.ones(61) / 61.0, "valid")
    filled = wave > np.quantile(wave, 1.0 - gas)
    edges = np.flatnonzero(np.diff(filled.astype(int))) + 1
    for part in np.split(np.arange(len(s)), edges):
        if len(part) < 12:
            continue
        xy, r = curve[part], radius[part]
        ends = np.minimum(np.arange(len(part)), np.arange(len(part))[::-1]) * 0.5
        cap = np.sqrt(np.clip(ends / np.maximum(r, 1.0), 0.0, 1.0)) * 0.6 + 0.4
        if filled[part[0]]:
            fill = float(rng.uniform(0.72, 0.98))
            depth = -0.2 * float(np.mean(r)) * rng.uniform(0.48, 0.78)
            moving.tissue(_tube(xy, r * cap * fill), depth, 0.95 * float(r.max()), union=True)
            for k in range(8, len(part) - 8, max(int(2 * pitch), 8)):  # folds reach halfway across
                _fold(moving, xy, r, k, rng)
        else:
            moving.tissue(_tube(xy, r * cap), 0.3, 0.9 * float(np.mean(r)), union=True)
            for _ in range(len(part) // 3):
                i = int(rng.integers(0, len(part)))
                x, y = xy[i] + rng.normal(0.0, 0.42 * r[i], 2)
                a = float(rng.uniform(0.8, 3.2))
                bubble = ellipse(x, y, a, a * rng.uniform(0.5, 1.0), rng.uniform(0, 180))
                moving.tissue([wobbled(bubble, rng, 0.3)], float(rng.uniform(-0.6, 0.25)), a)


def _fold(moving: Canvas, xy: Array, r: Array, k: int, rng: np.random.Generator) -> None:
    along = xy[min(k + 3, len(xy) - 1)] - xy[max(k - 3, 0)]
    normal = (
        np.array([-along[1], along[0]]) / (np.hypot(*along) + 1e-9) * float(rng.choice([-1, 1]))
    )
    way = np.array([xy[k] + normal * r[k] * t for t in (1.0, 0.5, 0.0, -0.3)])
    moving.tissue(_tube(way, np.array([2.2, 1.8, 1.5, 0.8])), 0.4, 2.0, union=True)


def _tube(way: Array, radius: Array) -> list[Array]:
    """Discs along a way: their union is the tube."""
    step = max(1, len(way) // 12)
    picked = [*range(0, len(way), step), len(way) - 1]
    out = []
    for i, j in pairwise(picked):
        d = way[j] - way[i]
        far = float(np.hypot(*d))
        if far < 1e-6:
            continue
        normal = np.array([-d[1], d[0]]) / far
        a, b = radius[i], radius[j]
        quad = [way[i] + a * normal, way[j] + b * normal, way[j] - b * normal, way[i] - a * normal]
        out += [np.array(quad), _disc(way[i], a), _disc(way[j], b)]
    return out or [_disc(way[0], radius[0])]


def _disc(xy: Array, radius: float) -> Array:
    return ellipse(float(xy[0]), float(xy[1]), float(radius), float(radius), 0.0, 24)


def paint_chest(still: Canvas, moving: Canvas, heart: Canvas, rng: np.random.Generator) -> None:
    """Lungs with their vessels, mediastinum, diaphragm, heart."""
    for side in (-1.0, 1.0):
        outer = 140.0 if side < 0 else 136.0
        base = 222.0 if side < 0 else 212.0
        lung = [
            (outer, base - 36), (outer - 2, 260), (outer - 8, 310), (outer - 24, 360), (96, 402),
            (66, 428), (42, 430), (26, 412), (24, 380), (30, 330), (32, 290), (34, 250),
            (44, base - 2), (78, base + 4), (112, base - 8),
        ]  # fmt: skip
        shape = outline(np.array(lung) * (side, 1))
        moving.tissue([shape], -3.9, 44)
        _lung_vessels(moving, side, rng)
    media = [(-22, 430), (22, 430), (30, 392), (36, 372), (30, 348), (34, 320), (42, 290),
             (-34, 290),              (-30, 330), (-26, 372)]  # fmt: skip
    still.tissue([outline(media)], 2.0, 26)
    trachea = [(-7, 470), (7, 470), (9, 420), (11, 372), (7, 352), (-8, 352), (-9, 372), (-8, 420)]
    still.tissue([outline(trachea)], -1.5, 7)
    for way in ([(2, 354), (-12, 340), (-34, 322)], [(2, 354), (20, 338), (46, 326)]):
        p = np.array(way, float)
        still.tissue(_tube(curve_through(p), np.full(len(curve_through(p)), 6.0)), -1.0, 6, True)
    shadow = [
        (-36, 262), (-44, 284), (-38, 312), (-22, 330), (10, 336), (36, 330), (52, 306), (72, 272),
        (88, 240), (86, 222), (60, 212), (20, 208), (-20, 212), (-34, 228),
    ]  # fmt: skip
    heart.tissue([outline(shadow)], 3.1, 60)


def _lung_vessels(moving: Canvas, side: float, rng: np.random.Generator) -> None:
    """Hilum and branching pulmonary vessels."""
    hilum = np.array([side * 40.0, 320.0 if side < 0 else 328.0])
    moving.tissue(
        [wobbled(ellipse(side * 40.0, float(hilum[1]), 13, 24, side * 12), rng, 2.5)], 1.6, 15
    )
    todo = [(hilum, a, 4.2, 0) for a in np.radians(np.linspace(-85, 80, 8))]
    drawn: dict[int, list[Array]] = {}
    while todo:
        at, angle, r, depth = todo.pop()
        way, here = [at], at
        for _ in range(4):
            angle += rng.normal(0.0, 0.16)
            here = here + rng.uniform(7, 11) * np.array([side * np.cos(angle), np.sin(angle)])
            way.append(here)
        p = np.array(way)
        drawn.setdefault(depth, []).extend(_tube(p, np.linspace(r, 0.8 * r, len(p))))
        if depth < 3 and r > 0.9:
            turns = (-rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.6))
            todo += [(here, angle + turn, 0.7 * r, depth + 1) for turn in turns]
    for depth, shapes in drawn.items():  # each order of branches at once, so that joints do not add
        moving.tissue(shapes, 0.62 * 0.75**depth, 4.2 * 0.7**depth, union=True)
