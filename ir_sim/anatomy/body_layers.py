"""Layers of a body: what lies along the beam over the plane, by material and motion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.body import Body

Image = NDArray[np.float32]
Material = Literal["water", "bone"]
Motion = Literal["still", "breath", "heart"]

#: Side of a picture element of the layers, mm.
RESOLUTION_MM = 0.3


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
    """

    image: Image
    material: Material
    z_mm: float
    motion: Motion = "still"
    mm: float = RESOLUTION_MM


@lru_cache(maxsize=2)
def paint_layers(body: Body) -> tuple[Layer, ...]:
    """All layers of a body (kept for the last two bodies)."""
    return ()
