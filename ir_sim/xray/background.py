"""The body seen from the C-arm: layers brought into the plane of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ir_sim.anatomy.body import Body
from ir_sim.anatomy.body_layers import Layer, paint_layers
from ir_sim.xray.beam import Beam
from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection

#: Spacing at which the smooth thickness of the body is sampled, px.
_COARSE_PX = 4
#: Share of the thickness that table and clothing add evenly does not matter: the exposure follows.
_LEAST_STRETCH = 0.6


@dataclass(frozen=True, eq=False)
class Background:
    """Maps for one view, ``margin_px`` larger than the picture on every side.

    Attributes:
        water_cm: (n, n) still soft tissue.
        bone_g_cm2: (n, n) still bone.
        moving_cm: (n, n) soft tissue and gas that breathing moves.
        heart_cm: (n, n) what the heart moves, or None.
    """

    water_cm: Image
    bone_g_cm2: Image
    moving_cm: Image
    heart_cm: Image | None
    projection: Projection

    def still(self, beam: Beam) -> Image:
        """(n, n) line integral of everything that does not move."""
        water, bone = beam.water_cm, beam.bone_cm2_g
        return cv2.addWeighted(self.water_cm, water, self.bone_g_cm2, bone, 0.0)


def project_body(body: Body, projection: Projection, margin_px: int) -> Background:
    """Bring a body's layers into a view."""
    n = projection.size_px + 2 * margin_px
    water = _thickness(body, projection, margin_px)
    bone: Image = np.zeros((n, n), np.float32)
    moving: Image = np.zeros((n, n), np.float32)
    heart: Image | None = None
    for layer in paint_layers(body):
        seen = _warped(layer, projection, margin_px)
        if layer.motion == "heart":
            if float(np.abs(seen).max()) > 0.02:
                heart = seen if heart is None else np.asarray(heart + seen)
        elif layer.motion == "breath":
            moving = cv2.add(moving, seen, dst=moving)
        elif layer.material == "bone":
            bone = cv2.add(bone, seen, dst=bone)
        else:
            water = cv2.add(water, seen, dst=water)
    return Background(water, bone, moving, heart, projection)


def _thickness(body: Body, projection: Projection, margin_px: int) -> Image:
    """The body's own thickness along the beam, smooth."""
    n = projection.size_px + 2 * margin_px
    count = n // _COARSE_PX + 2
    px = (np.arange(count) + 0.5) * n / count - margin_px - 0.5 * (projection.size_px - 1)
    x = projection.centre_mm[0] + px * projection.mm_per_px
    y = projection.centre_mm[1] - px * projection.mm_per_px
    cm = body.thickness_cm(x[None, :], y[:, None], projection.lao_deg, projection.cranial_deg)
    return cv2.resize(cm.astype(np.float32), (n, n), interpolation=cv2.INTER_LINEAR)


def _warped(layer: Layer, projection: Projection, margin_px: int) -> Image:
    n = projection.size_px + 2 * margin_px
    turn, origin = projection.matrix(layer.z_mm)
    # world to element of the layer: column = (x - left) / mm - 0.5, row = (top - y) / mm - 0.5
    to_layer = np.array([[1.0 / layer.mm, 0.0], [0.0, -1.0 / layer.mm]])
    shift = np.array([-layer.window.left / layer.mm - 0.5, layer.window.top / layer.mm - 0.5])
    back = np.linalg.inv(turn)
    matrix = to_layer @ back
    offset = to_layer @ (back @ -(origin + margin_px)) + shift
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    m = np.column_stack([matrix, offset]).astype(np.float64)
    seen = cv2.warpAffine(layer.image, m, (n, n), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    stretch = max(abs(float(np.linalg.det(turn))) * projection.mm_per_px**2, _LEAST_STRETCH)
    return seen if stretch > 0.999 else np.asarray(seen / np.float32(stretch))
