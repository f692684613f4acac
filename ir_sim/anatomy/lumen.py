"""What a device may touch: each layer's lumen, its walls and its signed distance.

A layer's lumen is the union of its vessels' tubes and of the mouths of neighbours on other layers,
with the carinas rounded by ``WALL_RADIUS_MM`` (flow dividers are blunt). The walls are segments of
that radius laid just outside, so that their inner side is the lumen's boundary exactly.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.layers import Layers, assign_layers
from ir_sim.anatomy.lumen_layer import (
    BAND_MM,
    CELL_MM,
    LumenLayer,
    closed,
    outside_of,
    paint_fillets,
    paint_tube,
)
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.reshape import ReshapedLayer, WallChange
from ir_sim.anatomy.tubes import Tubes
from ir_sim.anatomy.vessel_tree import OCCLUDED_RADIUS_MM, Vessel, VesselTree, leaves_at_end

_NOTHING = np.zeros(0, np.intp)


class Lumen:
    """The lumens of all layers of a tree.

    Attributes:
        tree: The vessels as authored.
        layers: Which vessel lies on which layer.
        maps: One ``LumenLayer`` a layer.
        radius_mm: (samples,) radii now: the tree's, or what treatment has made of them.
        painted_mm: (samples,) radii whose signed distance ``maps`` tell: ``radius_mm`` itself,
            or what that was before the last change, until ``paint``.
    """

    def __init__(self, tree: VesselTree) -> None:
        self.tree = tree
        self.layers: Layers = assign_layers(tree)
        self.radius_mm = self.painted_mm = tree.sample_radius_mm
        self.maps = [self._layer(k) for k in range(self.layers.count)]
        self._shows = [self._shown_in(k) for k in range(self.layers.count)]
        first, authored = tree.first, tree.sample_radius_mm
        self._reshaped = [
            ReshapedLayer(k, layer, Tubes(self.parts(k), first, authored), authored)
            for k, layer in enumerate(self.maps)
        ]

    @property
    def bounds(self) -> list[tuple[complex, complex]]:
        """For each layer lower left and upper right corner of all walls that it may have, mm."""
        return [layer.bounds for layer in self._reshaped]

    def reshape(self, radius_mm: Array, *, may_wait: bool = False) -> list[WallChange]:
        """Give the vessels new radii; only what is near the changed ones is worked out again.

        Args:
            radius_mm: (samples,) new radii, by the tree's sample table.
            may_wait: Whether the signed distance may wait for ``paint``, as it does at carinas.

        Returns:
            What that changes of the walls of each layer that it changes.

        Raises:
            ValueError: Wrong shape, or a radius that is not positive and finite.
        """
        radius = np.array(radius_mm, dtype=float)
        if radius.shape != self.tree.sample_radius_mm.shape:
            raise ValueError(f"{radius.shape} radii for {self.tree.sample_radius_mm.shape} samples")
        if not (np.isfinite(radius).all() and (radius > 0.0).all()):
            raise ValueError("radii must be positive and finite")
        radius = np.maximum(radius, OCCLUDED_RADIUS_MM)
        differs = (radius != self.radius_mm).nonzero()[0]
        if not len(differs):
            return []
        self.paint()
        self.radius_mm = radius
        changes, waits = [], False
        for k, shows in enumerate(self._shows):
            if shows[differs].any():
                self.maps[k] = self._reshaped[k]
                changes.append(self._reshaped[k].reshape(radius))
                waits |= may_wait and self._reshaped[k].costly
        if not waits:
            self.paint()
        return changes

    def paint(self) -> NDArray[np.intp]:
        """Let the signed distance follow the radii; returns the samples for which it had not."""
        if self.painted_mm is self.radius_mm:
            return _NOTHING
        late = (self.painted_mm != self.radius_mm).nonzero()[0]
        for layer in self._reshaped:
            layer.paint()
        self.painted_mm = self.radius_mm
        return np.asarray(late)

    def parts(self, layer: int) -> list[tuple[Vessel, NDArray[np.bool_]]]:
        """The vessels of a layer and the samples of each that belong to it (mouths included)."""
        out = [
            (vessel, np.ones(len(vessel.s_mm), dtype=bool))
            for vessel in self.tree.vessels
            if self.layers.layer[vessel.index] == layer
        ]
        for child in self.tree.vessels:
            if child.parent < 0:
                continue
            parent = self.tree.vessels[child.parent]
            of_child, of_parent = (self.layers.layer[v.index] for v in (child, parent))
            if of_child == of_parent:
                continue
            if of_parent == layer:
                out.append((child, child.s_mm <= self.layers.join_mm[child.index] + 4.0))
            if of_child == layer:
                out.append((parent, self._mouth_in_parent(child, parent)))
        return [(vessel, mask) for vessel, mask in out if mask.sum() >= 2]

    def _shown_in(self, layer: int) -> NDArray[np.bool_]:
        """(samples,) which samples show in a layer."""
        out = np.zeros(len(self.tree.sample_radius_mm), dtype=bool)
        for vessel, mask in self.parts(layer):
            out[np.flatnonzero(mask) + int(self.tree.first[vessel.index])] = True
        return out

    def _mouth_in_parent(self, child: Vessel, parent: Vessel) -> NDArray[np.bool_]:
        reach = max(2.5 * child.radius_at(0.0), 0.8 * parent.radius_at(child.parent_at_mm)) + 4.0
        mask = np.abs(parent.s_mm - child.parent_at_mm) <= reach
        if leaves_at_end(parent, child.parent_at_mm):
            mask |= parent.s_mm >= parent.length_mm - reach
        return np.asarray(mask)

    def _layer(self, layer: int) -> LumenLayer:
        parts = self.parts(layer)
        tubes = [tube_polygon(v.xy_mm[m], v.radius_mm[m]) for v, m in parts]
        union = shapely.union_all(tubes)
        polygon = closed(union)
        low_x, low_y, high_x, high_y = shapely.bounds(polygon)
        origin = np.floor([low_x - BAND_MM, low_y - BAND_MM])
        nx = int(np.ceil((high_x + BAND_MM - origin[0]) / CELL_MM)) + 2
        ny = int(np.ceil((high_y + BAND_MM - origin[1]) / CELL_MM)) + 2
        grid = LumenLayer(
            origin,
            np.full((ny, nx), -BAND_MM, dtype=np.float32),
            np.full((ny, nx), -1, dtype=np.int32),
            polygon,
            outside_of(polygon),
        )
        for vessel, mask in parts:
            first = int(self.tree.first[vessel.index])
            paint_tube(grid, vessel.xy_mm, vessel.radius_mm, np.flatnonzero(mask), first)
        paint_fillets(grid, polygon, union)
        return grid
