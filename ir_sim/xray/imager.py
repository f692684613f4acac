"""Draws what the monitor shows for an exposure."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.body import Body
from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.xray.scene import Scene


class Imager:
    """Pictures of one case, in the order of its exposures."""

    def __init__(
        self,
        tree: VesselTree,
        body: Body,
        bed_vessel: Sequence[int] = (),
        size_px: int = 1024,
        seed: int = 0,
    ) -> None:
        self.tree, self.body, self.size_px, self.seed = tree, body, size_px, seed
        self._held: NDArray[np.uint8] | None = None

    def draw(self, scene: Scene) -> NDArray[np.uint8]:
        """(h, w) grey levels for the scene."""
        n, s = self.size_px, scene.exposure.settings
        mm = s.field_mm / n
        noise = np.random.default_rng((self.seed, scene.exposure.number))
        out = (140 + 12 * noise.standard_normal((n, n))).astype(np.uint8)
        for device in scene.devices:
            p = (device.points_mm - s.centre_mm) / mm * (1, -1) + n / 2
            width = max(round(2 * max(q.outer_mm for q in device.pieces) / mm), 1)
            cv2.polylines(out, [p.astype(np.int32)], False, 20, width, cv2.LINE_AA)
        self._held = out
        return out

    def hold(self) -> NDArray[np.uint8]:
        """The last picture; black before the first."""
        n = self.size_px
        return np.zeros((n, n), np.uint8) if self._held is None else self._held

    def reset(self) -> None:
        """Forget everything seen."""
        self._held = None
