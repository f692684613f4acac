"""A change of calibre, carried into a layer's lumen where it matters and nowhere else.

Balloons, stents, spasm and clot change radii over some centimetres. Walls, carinas and signed
distance are worked out again round the cross-sections that have changed since the last time; all
else keeps its bits. What a place holds follows from the radii near it alone, not from what happened
in between or from what was worked out together, so that a restored run goes on as if it had never
stopped; and where all radii near are as authored, it is the authored lumen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.fillets import REACH_MM, better_depth
from ir_sim.anatomy.lumen_layer import (
    CELL_MM,
    WALL_RADIUS_MM,
    LumenLayer,
    Window,
    axes_of,
    closed,
    window_of,
)
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.painted import Painted
from ir_sim.anatomy.patches import Patches
from ir_sim.anatomy.places import Box, Index, grown
from ir_sim.anatomy.sides import Sides, Strip
from ir_sim.anatomy.tubes import Mask, Tubes

#: A wall and the strip that it belongs to; authored ones belong to -1.
Key = tuple[int, float, float, float, float]

#: A radius that differs from the authored one by less is the same, mm.
_SAME_MM = 1e-6
#: A depth that differs from the authored one by less is the same, mm.
_SAME_DEPTH_MM = 1e-4
#: Cross-sections that are worked on together at most.
_TOGETHER = 24
#: Strips that are worked out together when a case begins.
_AT_ONCE = 64
#: How far beyond a tube its change can be felt: by walls, and by the signed distance; mm.
_WALLS_FEEL_MM = WALL_RADIUS_MM + 0.5
_DEPTH_FEELS_MM = WALL_RADIUS_MM + REACH_MM + CELL_MM
#: Longer than nearly all pieces of sides, and by how much; mm.
_PIECE_MM, _MARGIN_MM = 2.0, 0.7
_NONE = np.zeros((0, 2))


@dataclass
class WallChange:
    """What has changed of a layer's walls.

    Attributes:
        layer: Number of the layer.
        patches: Where the authored walls are not walls any more.
        turned: Whether that is elsewhere than before.
        gone: Walls that are no more.
        new: Walls that are new.
        carinas: (n,) all sharp corners that are not authored, in a fixed order; complex, mm.
    """

    layer: int
    patches: Patches
    turned: bool
    gone: list[Key] = field(default_factory=list)
    new: list[Key] = field(default_factory=list)
    carinas: NDArray[np.complex128] = field(default_factory=lambda: np.zeros(0, np.complex128))


class ReshapedLayer(LumenLayer):
    """A layer whose radii are not those that were authored.

    Args:
        layer: Number of the layer.
        authored: The layer as authored.
        tubes: Its tubes.
        radius_mm: (samples,) radii as authored.

    Attributes:
        costly: Whether the last change lies at a carina: laying and painting cost most there.
    """

    def __init__(self, layer: int, authored: LumenLayer, tubes: Tubes, radius_mm: Array) -> None:
        super().__init__(
            authored.origin_mm,
            authored.depth_mm,
            authored.sample,
            authored.polygon,
            authored.outside,
        )
        self._layer, self._authored, self._tubes = layer, authored, tubes
        self._first = radius_mm[tubes.sample]
        self._radius = self._first
        self._eased = self._eased_first = tubes.eased(self._first)
        self._sides = Sides(tubes, self._eased)
        self._painted = Painted(authored, tubes, self._first)
        rings = authored.walls()
        walls = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
        high = authored.origin_mm + CELL_MM * np.array(authored.depth_mm.shape[::-1])
        self._patches = Patches(walls, (*authored.origin_mm.tolist(), *high.tolist()))
        self._changed = np.zeros(len(self._first), dtype=bool)
        self._most = np.zeros(len(self._first))
        self._strips: dict[int, Strip] = {}
        strips = np.unique(self._sides.strip)
        for i in range(0, len(strips), _AT_ONCE):  # all, so that no first change costs more
            self._strips |= self._sides.lay(strips[i : i + _AT_ONCE], self._eased)
        #: nodes that moved, all radii before, and boxes: what ``paint`` is still to do
        self._unpainted: tuple[Index, Array, list[Box]] | None = None
        self.costly = False
        self._laid: dict[int, tuple[Key, ...]] = {}
        self._carinas: dict[int, Array] = {}

    def walls(self) -> list[Array]:
        """Polylines (n, 2) on which the walls are laid, the lumen on their left."""
        laid = [key[1:] for keys in self._laid.values() for key in keys]
        if not laid and not self._patches.kept:
            return self._authored.walls()
        return [np.array(wall).reshape(2, 2) for wall in sorted([*self._patches.left(), *laid])]

    @property
    def bounds(self) -> tuple[complex, complex]:
        """Lower left and upper right corner of all walls that there may be, mm."""
        return self._patches.bounds

    @property
    def polygon(self) -> shapely.Geometry:
        """The lumen, drawn anew each time: for pictures."""
        if (self._radius == self._first).all():
            return self._authored.polygon
        t = self._tubes
        runs = np.split(np.arange(len(t.run)), np.flatnonzero(np.diff(t.run)) + 1)
        xy = np.stack([t.x, t.y], 1)
        return closed(shapely.union_all([tube_polygon(xy[i], self._radius[i]) for i in runs]))

    def reshape(self, radius_mm: Array) -> WallChange:
        """Give the layer new radii; its signed distance follows with ``paint``.

        Args:
            radius_mm: (samples,) new radii.

        Returns:
            What that changes of its walls.
        """
        self.paint()
        tubes, was = self._tubes, self._eased
        radius = radius_mm[tubes.sample]
        moved = (radius != self._radius).nonzero()[0]
        eased = tubes.eased_again(was, radius, moved)
        before, self._radius, self._eased = self._radius, radius, eased
        others = (eased != was).nonzero()[0]
        around = np.zeros(len(radius), dtype=bool)
        around[moved] = around[others] = True
        around = tubes.widened(around)
        nodes = around.nonzero()[0]
        turned = self._turn_squares(nodes)
        corners = [self._sides.moved(nodes, eased)]
        groups = _groups(nodes)
        reach = [np.maximum(was[some], eased[some]) for some in groups]
        corners += [
            self._skin(some, np.minimum(was[some], eased[some]), most)
            for some, most in zip(groups, reach, strict=True)
        ]
        change = WallChange(self._layer, self._patches, turned is not None)
        if turned is not None:
            corners.append(self._sides.corners_in(grown(turned, 2.0 * _PIECE_MM)))
            gone, new = self._patches.cut_in(turned)
            change.gone, change.new = [(-1, *w) for w in gone], [(-1, *w) for w in new]
        stale = self._sides.strips_of(np.concatenate(corners))
        self._strips |= self._sides.lay(stale, eased)
        boxes = [
            self._box(some, np.maximum(most, self._first[some]), _DEPTH_FEELS_MM)
            for some, most in zip(groups, reach, strict=True)
        ]
        self._unpainted = moved, before, boxes
        self.costly = any(len(self._strips[strip].carinas) for strip in stale.tolist())
        self._show(stale, change)
        return change

    def paint(self) -> None:
        """Let signed distance and nearest cross-section follow the last change of radii."""
        if self._unpainted is None:
            return
        if self.depth_mm is self._authored.depth_mm:
            self.depth_mm, self.sample = self.depth_mm.copy(), self.sample.copy()
        moved, before, boxes = self._unpainted
        self._unpainted = None
        self._painted.follow(moved, before, self._radius)
        for box in boxes:
            self._paint(box)

    def _turn_squares(self, nodes: Index) -> Box | None:
        """Open the squares in which walls are another than authored; a box of what has turned.

        Args:
            nodes: All whose radii have changed since the last time, and those within two of them.
        """
        eased, first = self._eased[nodes], self._eased_first[nodes]
        changed = np.abs(self._radius[nodes] - self._first[nodes]) > _SAME_MM
        changed |= np.abs(eased - first) > _SAME_MM
        self._changed[nodes] = changed
        shows = self._tubes.widened(self._changed)[nodes]
        was, now = self._most[nodes], np.where(shows, np.maximum(eased, first), 0.0)
        self._most[nodes] = now
        other = now != was
        gone, new = (other & (was > 0.0)), (other & (now > 0.0))
        boxes = (self._boxes(nodes[a], some[a]) for a, some in ((gone, was), (new, now)))
        return self._patches.change(*boxes)

    def _boxes(self, nodes: Index, radius_mm: Array) -> Array:
        """(n, 4) boxes in which the walls of (n,) nodes are felt."""
        x, y, out = self._tubes.x[nodes], self._tubes.y[nodes], radius_mm + _WALLS_FEEL_MM
        return np.stack([x - out, y - out, x + out, y + out], 1)

    def _box(self, nodes: Index, radius_mm: Array, grow: float) -> Box:
        """A box round (n,) nodes and their tubes."""
        x, y, out = self._tubes.x[nodes], self._tubes.y[nodes], radius_mm.max() + grow
        return (
            float(x.min() - out),
            float(y.min() - out),
            float(x.max() + out),
            float(y.max() + out),
        )

    def _skin(self, nodes: Index, least: Array, most: Array) -> Index:
        """Corners near the sides of (n,) nodes' tubes: the others are in them or not, as before."""
        sides = self._sides
        corners = sides.corners_in(self._box(nodes, most, WALL_RADIUS_MM + _PIECE_MM))
        long = (sides.length_mm > _PIECE_MM - _MARGIN_MM).nonzero()[0]
        corners = np.concatenate([corners, long])
        reach = np.maximum(sides.length_mm[corners] + _MARGIN_MM, _PIECE_MM)
        dx = sides.x[corners, None] - self._tubes.x[nodes]
        dy = sides.y[corners, None] - self._tubes.y[nodes]
        away = np.sqrt(dx * dx + dy * dy) - WALL_RADIUS_MM
        near = (away - most).min(1) < reach
        near &= (away - least).min(1) > -reach
        return np.asarray(corners[near])

    def _show(self, strips: Index, change: WallChange) -> None:
        """Lay what strips hold in open squares."""
        known = [self._strips[strip] for strip in strips.tolist()]
        walls = np.concatenate([strip.walls for strip in known])
        carinas = np.concatenate([strip.carinas for strip in known])[:, [0, 1, 0, 1]]
        boxes = np.concatenate([walls, carinas])
        low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
        opened = self._patches.are_open(np.hstack([low, high]))
        shown, sharp = opened[: len(walls)], opened[len(walls) :]
        a = c = 0
        for number, strip in zip(strips.tolist(), known, strict=True):
            b, d = a + len(strip.walls), c + len(strip.carinas)
            now = tuple((number, *wall) for wall in walls[a:b][shown[a:b]].tolist())
            was = self._laid.get(number, ())
            if now != was:
                change.gone += [key for key in was if key not in now]
                change.new += [key for key in now if key not in was]
                self._laid[number] = now
            if c != d:
                self._carinas[number] = carinas[c:d, :2][sharp[c:d]]
            else:
                self._carinas.pop(number, None)
            a, c = b, d
        points = np.concatenate([*self._carinas.values(), _NONE])
        change.carinas = np.sort(points[:, 0] + 1j * points[:, 1])

    def _paint(self, box: Box) -> None:
        """Signed distance and nearest cross-section in a box."""
        at = window_of(self, np.array(box[:2]), np.array(box[2:]), 0.0)
        x, y = axes_of(self, at)
        if not len(x) or not len(y):
            return
        part = np.s_[at.y0 : at.y1, at.x0 : at.x1]
        depth, sample = self._painted.depth_mm[part].copy(), self._painted.sample[part]
        around = self._sides.corners_in(grown(box, REACH_MM + _PIECE_MM))
        strips = [self._strips[strip] for strip in self._sides.strips_of(around).tolist()]
        sharp = [strip.carinas for strip in strips if len(strip.carinas)]
        if sharp:
            better_depth(
                depth,
                x,
                y,
                np.concatenate(sharp),
                lambda: np.concatenate([strip.walls for strip in strips]),
            )
        changed = self._changed_cells(at)
        changed &= np.abs(depth - self._authored.depth_mm[part]) > _SAME_DEPTH_MM
        self.depth_mm[part] = np.where(changed, depth, self._authored.depth_mm[part])
        self.sample[part] = np.where(changed, sample, self._authored.sample[part])

    def _changed_cells(self, at: Window) -> Mask:
        """Cells of a window in which changed cross-sections are felt."""
        out = np.zeros((at.y1 - at.y0, at.x1 - at.x0), dtype=bool)
        nodes = self._most.nonzero()[0]
        reach = np.maximum(self._most[nodes], self._first[nodes]) + _DEPTH_FEELS_MM
        u = (self._tubes.x[nodes] - self.origin_mm[0]) / CELL_MM - at.x0
        v = (self._tubes.y[nodes] - self.origin_mm[1]) / CELL_MM - at.y0
        reach /= CELL_MM
        low_x, low_y = np.maximum(np.ceil(u - reach), 0.0), np.maximum(np.ceil(v - reach), 0.0)
        high_x, high_y = np.floor(u + reach) + 1.0, np.floor(v + reach) + 1.0
        some = (high_x > 0.0) & (high_y > 0.0) & (low_x < out.shape[1]) & (low_y < out.shape[0])
        edges = np.stack([low_y, high_y, low_x, high_x], 1)[some].astype(np.intp)
        for a, b, c, d in edges.tolist():
            out[a:b, c:d] = True
        return out


def _groups(nodes: Index) -> list[Index]:
    """Neighbouring nodes, a few at a time."""
    whole = np.split(nodes, np.flatnonzero(np.diff(nodes) > 1) + 1)
    return [run[i : i + _TOGETHER] for run in whole for i in range(0, len(run), _TOGETHER)]
