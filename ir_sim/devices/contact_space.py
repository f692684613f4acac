"""The Pymunk space: links as bodies, walls as static segments, layers as filters.

A link's body carries two round feelers, at its middle and at its distal end. Pymunk finds which
walls they touch and where: ``detect`` places the links, lets Pymunk collide them and returns the
contacts. (Feelers rather than one capsule a link: Pymunk's contact points between two segments are
points of the supporting edges, not the nearest points, which a round shape gives exactly. What is
too sharp for the feelers: ``ir_sim.devices.carinas``.)

Pymunk's own impulses are not used; the bending solve answers the contacts (why:
``ir_sim.devices.rod``). Nothing is remembered from one detection to the next: a spatial hash caches
no collisions, bodies are set at rest, and the time step is too short to move them. So a restored
state gives the same bits as an uninterrupted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pymunk
from numpy.typing import NDArray
from pymunk import batch

from ir_sim.anatomy.reshape import Key, WallChange
from ir_sim.devices.carinas import Carinas

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.intp]

#: A link feels a wall from this far off its surface, mm: more than it may move between detections.
REACH_MM = 1.1
#: Places of a link's feelers, as shares of its length from the proximal end.
FEELERS = (0.5, 1.0)
#: Contacts on one link are told apart by the feeler (or the carina, last) and by their side.
SLOTS_PER_LINK = 2 * len(FEELERS) + 2
_HASH_CELL_MM = 4.0
_HASH_COUNT = 4000
_NO_TIME_S = 1e-30
_MAX_LAYERS = 31

_FIELDS = (
    batch.ArbiterFields.BODY_A_ID
    | batch.ArbiterFields.BODY_B_ID
    | batch.ArbiterFields.NORMAL
    | batch.ArbiterFields.POINT_A_1
    | batch.ArbiterFields.POINT_B_1
)
_POSE = (
    batch.BodyFields.POSITION
    | batch.BodyFields.ANGLE
    | batch.BodyFields.VELOCITY
    | batch.BodyFields.ANGULAR_VELOCITY
)


@dataclass(frozen=True)
class Touch:
    """Walls near the chain, at most one per slot (the nearest), in slot order.

    Attributes:
        slot: (m,) ``6 * link + 2 * feeler + (1 on the left side)``; a carina is feeler 2.
        link: (m,) link index.
        share: (m,) where on the link, from 0 at its proximal to 1 at its distal end.
        normal: (m,) complex unit normal of the wall, into the lumen.
        offset_mm: (m,) ``normal . wall point``.
    """

    slot: Index
    link: Index
    share: Array
    normal: Complex
    offset_mm: Array


class ContactSpace:
    """Walls and links in Pymunk.

    Args:
        walls: For each layer the polylines (n, 2) of its walls.
        wall_radius_mm: Radius of the wall segments.
        bounds: For each layer lower left and upper right corner of all walls that it may have;
            none where walls stay as they are.
    """

    def __init__(
        self,
        walls: Sequence[Sequence[Array]],
        wall_radius_mm: float,
        bounds: Sequence[tuple[complex, complex]] = (),
    ) -> None:
        if len(walls) > _MAX_LAYERS:
            raise ValueError(f"{len(walls)} layers of crossing vessels; at most {_MAX_LAYERS}")
        self._space = pymunk.Space()
        self._space.use_spatial_hash(_HASH_CELL_MM, _HASH_COUNT)
        self._space.iterations = 1
        self._space.collision_persistence = 1
        self._space.collision_slop = 0.0
        self._wall_radius_mm = wall_radius_mm
        self._walls: list[dict[Key, pymunk.Segment]] = []
        self._carinas: list[Carinas] = []
        self._cut: list[NDArray[np.bool_]] = []  # authored carinas that walls laid anew replace
        for layer, polylines in enumerate(walls):
            ends = {
                (-1, *a, *b): None  # in order, each once
                for line in polylines
                for a, b in zip(line[:-1].tolist(), line[1:].tolist(), strict=True)
            }
            self._walls.append({})
            self._carinas.append(Carinas(polylines))
            self._cut.append(np.zeros(len(self._carinas[-1].centre), dtype=bool))
            self._lay(layer, list(ends), [])
        for carinas, (low, high) in zip(self._carinas, bounds, strict=False):
            carinas.widen(low, high)
        self._bodies: list[pymunk.Body] = []
        self._feelers: list[tuple[pymunk.Circle, ...]] = []
        self._body_ids: list[int] = []
        self._spare: list[tuple[pymunk.Body, tuple[pymunk.Circle, ...]]] = []
        self._given = np.zeros((3, 0))  # length, radius, layer of each link as last given
        self._wall_id = np.uint64(self._space.static_body.id)
        self._ids: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._order: Index = np.zeros(0, np.intp)
        self._poses = batch.Buffer()
        self._found = batch.Buffer()

    def lay_walls(self, change: WallChange) -> None:
        """Take some of a layer's walls away and lay others."""
        had = self._walls[change.layer]
        gone = [had.pop(key) for key in change.gone]
        self._lay(change.layer, change.new, gone)
        self._space.remove(*gone)
        carinas, patches = self._carinas[change.layer], change.patches
        if change.turned:
            at = carinas.centre
            self._cut[change.layer] = patches.are_open(
                np.stack([at.real, at.imag, at.real, at.imag], 1)
            )
        carinas.change(self._cut[change.layer], change.carinas)

    def walls(self) -> list[list[Key]]:
        """All walls of each layer, sorted."""
        return [sorted(walls) for walls in self._walls]

    def nearest_carina(self, layer: int, at: Complex) -> Complex:
        """(n,) the sharp corner that a link whose middle is at each point is compared with."""
        return self._carinas[layer].nearest(at)

    def _lay(self, layer: int, walls: Sequence[Key], spare: list[pymunk.Segment]) -> None:
        """Lay walls; segments of the layer that are to spare are moved, as many as are needed."""
        body, seen = self._space.static_body, pymunk.ShapeFilter(categories=1 << layer)
        laid, new = self._walls[layer], []
        for key in walls:
            if spare:
                laid[key] = wall = spare.pop()
                wall.unsafe_set_endpoints(key[1:3], key[3:])
                self._space.reindex_shape(wall)
                continue
            laid[key] = wall = pymunk.Segment(body, key[1:3], key[3:], self._wall_radius_mm)
            wall.filter = seen
            new.append(wall)
        self._space.add(*new)

    def shape_links(self, length_mm: Array, radius_mm: Array, layer: Index) -> None:
        """Give the chain's links their lengths, outer radii and layers."""
        n, had = len(length_mm), len(self._bodies)
        while len(self._bodies) > n:
            self._spare.append((self._bodies.pop(), self._feelers.pop()))
            self._space.remove(self._spare[-1][0], *self._spare[-1][1])
            self._body_ids.pop()
        while len(self._bodies) < n:
            if self._spare:
                body, feelers = self._spare.pop()
            else:
                body = pymunk.Body(1.0, 1.0)
                feelers = tuple(pymunk.Circle(body, 1.0) for _ in FEELERS)
            self._space.add(body, *feelers)
            self._bodies.append(body)
            self._body_ids.append(body.id)
            self._feelers.append(feelers)
        wanted = np.array([length_mm, radius_mm, layer])
        if n != had:
            ids = np.array(self._body_ids, np.uint64)
            self._order = np.argsort(ids)
            self._ids = ids[self._order]
            kept = self._given[:, : min(n, had)]
            self._given = np.hstack([kept, np.full((3, n - kept.shape[1]), -1.0)])
        changed = (wanted != self._given).nonzero()
        for what, i in zip(changed[0].tolist(), changed[1].tolist(), strict=True):
            self._reshape(i, what, float(wanted[what, i]))
        self._given = wanted

    def _reshape(self, i: int, what: int, value: float) -> None:
        """Give the feelers of a link its length (0), outer radius (1) or layer (2)."""
        if what == 0:
            self._feelers[i][1].unsafe_set_offset((0.5 * value, 0.0))  # the first is in the middle
        elif what == 1:
            for feeler in self._feelers[i]:
                feeler.unsafe_set_radius(value + REACH_MM)
        else:
            seen = pymunk.ShapeFilter(group=1, categories=1 << _MAX_LAYERS, mask=1 << int(value))
            for feeler in self._feelers[i]:
                feeler.filter = seen

    def detect(self, nodes: Complex) -> Touch:
        """The walls within reach of a chain with the links' shapes as last given.

        Args:
            nodes: (n + 1,) positions.
        """
        n = len(nodes) - 1
        # at rest, so that Pymunk's answer to the last contacts is forgotten; one row more for the
        # static body, which Pymunk's batch call sets too
        pose = np.zeros((n + 1, 6))
        xy = nodes.view(np.float64).reshape(-1, 2)
        np.add(xy[:-1], xy[1:], out=pose[:n, :2])
        pose[:n, :2] *= 0.5
        along = nodes[1:] - nodes[:-1]
        np.arctan2(along.imag, along.real, out=pose[:n, 2])
        self._poses.set_float_buf(pose)
        batch.set_space_bodies(self._space, _POSE, self._poses)
        self._space.step(_NO_TIME_S)
        self._found.clear()
        batch.get_space_arbiters(self._space, _FIELDS, self._found)
        ids = np.frombuffer(memoryview(self._found.int_buf()).cast("B"), np.uint64)
        values = np.frombuffer(memoryview(self._found.float_buf()).cast("B"), np.complex128)
        return self._touches(ids.reshape(-1, 2), values.reshape(-1, 3).T, nodes, along)

    def _touches(
        self, ids: NDArray[np.uint64], values: Complex, nodes: Complex, along: Complex
    ) -> Touch:
        """Contacts from Pymunk's pairs (body A, body B) and their normal A to B, points A and B."""
        body, normal, felt, wall = ids[:, 0], -values[0], values[1], values[2]
        if (body == self._wall_id).any():  # Pymunk puts the circle first; not a promise
            swapped = body == self._wall_id
            body, normal = np.where(swapped, ids[:, 1], body), np.where(swapped, -normal, normal)
            felt, wall = np.where(swapped, wall, felt), np.where(swapped, felt, wall)
        link = self._order[self._ids.searchsorted(body)]
        order = _by_place(link, wall, felt, normal)
        link, normal, felt, wall = link[order], normal[order], felt[order], wall[order]
        inward = along.conj()[link]
        centre = (self._given[1] + REACH_MM)[link] * normal  # of the feeler, on the axis
        centre += felt
        reached = centre - nodes[link]
        reached *= inward
        distal = reached.real > (0.75 * self._given[0] * self._given[0])[link]
        inward *= normal
        left = inward.imag > 0.0
        np.conjugate(normal, out=inward)
        offset = (inward * wall).real
        gap = (inward * centre).real - offset
        slot = SLOTS_PER_LINK * link
        slot += 2 * distal
        slot += left
        share = FEELERS[0] + (FEELERS[1] - FEELERS[0]) * distal
        sharp = self._sharp(nodes, along)
        if sharp is not None:
            extra, extra_gap = sharp
            slot, gap = np.concatenate([slot, extra.slot]), np.concatenate([gap, extra_gap])
            link, share = np.concatenate([link, extra.link]), np.concatenate([share, extra.share])
            normal = np.concatenate([normal, extra.normal])
            offset = np.concatenate([offset, extra.offset_mm])
        nearest = _nearest(slot, gap, offset, normal)
        return Touch(slot[nearest], link[nearest], share[nearest], normal[nearest], offset[nearest])

    def _sharp(self, nodes: Complex, along: Complex) -> tuple[Touch, Array] | None:
        """Carinas within reach of the links, each link against its nearest; and their gaps."""
        layers = self._given[2]
        low, high = 0, 0
        if len(self._carinas) > 1:
            low, high = int(layers.min()), int(layers.max())
        middle: Complex | None = None
        found: list[tuple[Index, Complex]] = []
        for k in range(low, high + 1):
            if not self._carinas[k].any:
                continue
            if middle is None:
                middle = nodes[:-1] + 0.5 * along
            disc = self._carinas[k].nearest(middle)
            near = ~np.isnan(disc.real)
            if low != high:
                near &= layers == k
            link = near.nonzero()[0]
            if len(link):
                found.append((link, disc[link]))
        if not found:
            return None
        link, centre = found[0]
        if len(found) > 1:
            link, centre = (np.concatenate(part) for part in zip(*found, strict=True))
        vector = along[link]
        square = vector.real**2 + vector.imag**2
        share = ((centre - nodes[link]) * vector.conj()).real / np.maximum(square, 1e-12)
        share = np.minimum(share, 1.0)
        arm = nodes[link] + share * vector - centre
        distance = np.abs(arm)
        near = (share > 0.0) & (distance < self._wall_radius_mm + self._given[1, link] + REACH_MM)
        near &= distance > 1e-6
        if not near.any():
            return None
        link, share, centre, distance = link[near], share[near], centre[near], distance[near]
        normal = arm[near] / distance
        offset = (normal.conj() * centre).real + self._wall_radius_mm
        left = (normal * along[link].conj()).imag > 0.0
        slot = SLOTS_PER_LINK * link + 2 * len(FEELERS) + left
        return Touch(slot, link, share, normal, offset), distance - self._wall_radius_mm


def _by_place(link: Index, wall: Complex, felt: Complex, normal: Complex) -> Index:
    """An order of the contacts that does not depend on Pymunk's.

    Pymunk's order is that of its memory, and must not show even in the last bit: numpy rounds a
    complex product in the middle of an array otherwise than at its end.
    """
    key = 4096.0 * link
    key += 0.37 * wall.real
    key += 0.61 * wall.imag
    order = key.argsort()
    in_order = key[order]
    if (in_order[1:] == in_order[:-1]).any():
        keys = (normal.imag, normal.real, felt.imag, felt.real, wall.imag, wall.real, link)
        order = np.lexsort(keys)
    return order


def _nearest(slot: Index, gap: Array, offset: Array, normal: Complex) -> Index:
    """The wall nearest to each slot that feels one, in slot order."""
    key = 16.0 * slot + gap  # gaps are a few mm
    order = key.argsort()
    in_order = key[order]
    if (in_order[1:] == in_order[:-1]).any():
        order = np.lexsort((normal.real, offset, gap, slot))
    ordered = slot[order]
    first = np.empty(len(order), dtype=bool)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return order[first]
