"""Layers of a body: what lies along the beam over the plane, by material and motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.body import Body, Window
from ir_sim.anatomy.body_canvas import Canvas, grain
from ir_sim.anatomy.body_head import paint_head, paint_shoulders
from ir_sim.anatomy.body_pelvis import paint_leg, paint_pelvis
from ir_sim.anatomy.body_soft import paint_abdomen, paint_chest
from ir_sim.anatomy.body_spine import paint_ribs, paint_spine

Image = NDArray[np.float32]
Material = Literal["water", "bone"]
Motion = Literal["still", "breath", "heart"]

#: Side of a picture element of the layers, mm: bone and soft tissue.
BONE_MM = 0.3
SOFT_MM = 0.6
#: Depths of the sheets towards the viewer, mm.
SPINE_Z_MM, BONE_Z_MM, SOFT_Z_MM, VISCERA_Z_MM = -48.0, -5.0, 0.0, 30.0
#: Bone as it is seen is a little softer than it is drawn, mm.
_BONE_BLUR_MM, _SOFT_BLUR_MM = 0.42, 0.9


@dataclass(frozen=True, eq=False)
class Layer:
    """One sheet of the body.

    Attributes:
        image: (h, w) line integrals from the front; row 0 is the top. Soft tissue in cm of water
            beyond the body's own thickness (gas is negative), bone in g/cm2 of mineral.
        material: Which of the two.
        z_mm: Depth of the sheet towards the viewer; it shifts when the C-arm turns.
        motion: What moves it.
        mm: Side of a picture element.
        window: What it covers.
    """

    image: Image
    material: Material
    z_mm: float
    motion: Motion
    mm: float
    window: Window


def paint_layers(body: Body) -> tuple[Layer, ...]:
    """All layers of a body (kept for the last two bodies, whatever their thickness)."""
    return _painted(replace(body, ap_cm=0.0, staples=()))


@lru_cache(maxsize=2)
def _painted(body: Body) -> tuple[Layer, ...]:
    rng = np.random.default_rng(body.seed)
    w = body.window
    still, moving = Canvas(w, SOFT_MM), Canvas(w, SOFT_MM)
    if body.template == "generic":
        moving.image += 0.25 * grain(moving.image.shape, SOFT_MM, rng, (20, 60), (0.6, 1.0))
        return (_layer(moving, "water", VISCERA_Z_MM, "breath"),)
    spine, bone = Canvas(w, BONE_MM), Canvas(w, BONE_MM)
    # all templates are windows on one body: what lies outside is not painted
    paint_spine(spine, rng)
    paint_ribs(spine)
    heart = Canvas(w, SOFT_MM)
    paint_chest(still, moving, heart, rng)
    heart.blurred(1.4)
    paint_abdomen(still, moving, body, rng)
    paint_pelvis(bone)
    paint_shoulders(bone)
    if w.bottom < -400.0:
        paint_leg(bone, bone)
        _muscles(still, rng)
    if w.top > 620.0:
        paint_head(bone, still, rng)
    for canvas in (spine, bone):
        canvas.textured(rng, (0.9, 2.2, 6.0, 16.0), (0.06, 0.07, 0.06, 0.05))
        canvas.blurred(_BONE_BLUR_MM)
        canvas.image *= body.mineral
    for canvas in (still, moving):
        canvas.blurred(_SOFT_BLUR_MM)
    layers = [
        _layer(heart, "water", VISCERA_Z_MM, "heart"),
        _layer(spine, "bone", SPINE_Z_MM, "still"),
        _layer(bone, "bone", BONE_Z_MM, "still"),
        _layer(still, "water", SOFT_Z_MM, "still"),
        _layer(moving, "water", VISCERA_Z_MM, "breath"),
    ]
    return tuple(layer for layer in layers if np.any(layer.image))


def _layer(canvas: Canvas, material: Material, z_mm: float, motion: Motion) -> Layer:
    return Layer(canvas.image, material, z_mm, motion, canvas.mm, canvas.window)


def _muscles(still: Canvas, rng: np.random.Generator) -> None:
    """Streaks of fat between the muscles of the legs."""
    noise = grain(still.image.shape, still.mm, rng, (9, 26), (0.5, 1.0))
    still.image += (0.12 * noise).astype(np.float32)
