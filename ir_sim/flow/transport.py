"""Transport of contrast and agents with the blood, conservative at any velocity.

Blood is incompressible: in the coordinate "volume from the element's start" its contents only
shift by the volume that entered. A step reads off, for every face between cells, the mass up to the
place where the fluid now at that face was before, and new contents are differences of these (a
flux-form semi-Lagrangian step, Lin & Rood 1996, Mon Weather Rev 124:2046, with a monotone limited
slope in the cell where the place falls). One step suffices however many cells are swept, nothing is
lost but rounding, and no concentration appears that was not there.

Each element has ``n`` cells of equal volume, in two concentric lanes of equal area that run at 1.5
and 0.5 of the mean velocity (the means of a parabola's two halves) and exchange at a rate |u| /
(mixing length). An element may grow (compliance, a balloon): its cells keep equal volumes and the
two ends take in different volumes.

Nodes mix their inflows completely and hold no volume, but for the root, which stands for the
arteries upstream. Where a whole element is swept in one step its inflow passes through; the nodes'
concentrations are then found by repeated substitution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ir_sim.flow.elimination import Array, Index, total
from ir_sim.flow.layout import Cells, cells, layout

LANES = 2
#: Velocity of each lane by the mean velocity.
LANE_SPEED = np.array([1.5, 0.5])
_COUNTER = np.array([1.0, -1.0])
#: Length after which the lanes have exchanged, in radii: contrast is mixed about 8 diameters below
#: a catheter's tip (Lieber, Sadasivan et al., Ann Biomed Eng 2009, 10.1007/s13239-012-0090-x).
MIXING_RADII = 16.0
_MOST_PASSES = 60


@dataclass(frozen=True)
class Moves:
    """The volumes, mL, that move in one step.

    Attributes:
        enter_a: (elements,) into each element at its start.
        volume: (elements,) of each element afterwards.
        counter: (elements,) exchanged between the lanes' opposite ways (blind pouches).
        tap: (taps,) entering at each tap; negative leaves.
        node_in: (nodes,) entering each node from outside.
        node_out: (nodes,) leaving each node to outside.
        root_volume: Of the root node afterwards.
        speed_mm_s: (elements,) mean velocity, for the exchange between lanes.
        dt_s: Duration.
    """

    enter_a: Array
    volume: Array
    counter: Array
    tap: Array
    node_in: Array
    node_out: Array
    root_volume: float
    speed_mm_s: Array
    dt_s: float


@dataclass(frozen=True)
class _Faces:
    """Where the fluid at each face was, by lane; shared by all species of a step."""

    cell: Index  # (lanes, faces) slot that holds the place, lanes one after the other
    before: Index  # (lanes, faces) the same among the running sums
    share: Array  # (lanes, faces) share of that slot before the place
    out: Index  # flat indices of faces whose fluid came from a node
    out_volume: Array  # signed volume beyond the segment, of those
    out_node: Index  # node, of those
    enter: Array  # (lanes, segments) volume entering at a
    leave: Array  # (lanes, segments) volume leaving at b
    through: Array  # (segments,) volume passed from a to b
    back: Array  # (segments,) volume passed from b to a
    inflow: Array  # (nodes,) volume entering each node, its own included


class Transport:
    """Contents of the elements and nodes.

    Attributes:
        mass: (species, lanes, slots) mg.
        node_mass: (species, nodes) mg; rounding-size but for the root.
        volume: (elements,) mL.
        root_volume: mL.
    """

    def __init__(
        self,
        a: Index,
        b: Index,
        n_nodes: int,
        count: Index,
        volume: Array,
        length_mm: Array,
        root_volume: float,
        n_species: int,
    ) -> None:
        self._a, self._b, self._n_nodes = a, b, n_nodes
        self.cells: Cells = cells(count)
        self.length_mm = length_mm
        self.volume, self.root_volume = volume.copy(), root_volume
        self.mass = np.zeros((n_species, LANES, self.cells.n_slots))
        self.node_mass = np.zeros((n_species, n_nodes))
        self._layout = layout(self.cells, a, b, n_nodes, ())
        inner = np.ones(self.cells.n_slots)
        inner[self.cells.pad] = 0.0
        self._inner = inner
        self._lane = np.arange(LANES)[:, None]
        self._lane_slot = self._lane * self.cells.n_slots

    def cut(self, taps: list[tuple[int, int]]) -> None:
        """Put the taps (element, cell), sorted and different, where they are from now on."""
        if tuple(taps) != self._layout.taps:
            self._layout = layout(self.cells, self._a, self._b, self._n_nodes, taps)

    def concentration(self, species: int, lane: int | None = None) -> Array:
        """(slots,) mg/mL, the mean of the lanes or one lane; 0 in the pads."""
        per_slot = (self.volume / self.cells.count)[self.cells.of_slot]
        if lane is None:
            return np.asarray(self.mass[species].sum(0) / per_slot)
        return np.asarray(self.mass[species, lane] / per_slot * LANES)

    def step(
        self, moves: Moves, node_mass: Array, tap_mass: Array, limit: Array, active: Index
    ) -> tuple[Array, Array]:
        """Move everything once.

        Args:
            moves: The volumes.
            node_mass: (species, nodes) mg entering nodes from outside.
            tap_mass: (species, taps) mg entering at taps.
            limit: (species,) largest concentration that can occur, mg/mL.
            active: Species to move; the others lie still.

        Returns:
            Masses that left to outside: (species, nodes) and (species, taps), mg.
        """
        faces = self._trace(moves)
        node_out = np.zeros_like(node_mass)
        tap_out = np.zeros_like(tap_mass)
        fade = self._fade(moves)
        for s in active.tolist():
            inflow = np.append(self.node_mass[s] + node_mass[s], tap_mass[s])
            node, left = self._move(s, faces, inflow, float(limit[s]))
            tap_out[s] = node[self._n_nodes :] * np.maximum(-moves.tap, 0.0)
            left[self._n_nodes :] -= tap_out[s]
            node_out[s] = node[: self._n_nodes] * moves.node_out
            self.node_mass[s] = left[: self._n_nodes] - node_out[s]
            for k, (element, cell) in enumerate(self._layout.taps):
                # the rounding error of a tap's balance stays beside it
                self.mass[s, 0, self.cells.first[element] + cell] += left[self._n_nodes + k]
            mean = 0.5 * (self.mass[s, 0] + self.mass[s, 1])
            half = 0.5 * (self.mass[s, 0] - self.mass[s, 1]) * fade
            self.mass[s, 0], self.mass[s, 1] = mean + half, mean - half
        self.volume, self.root_volume = moves.volume, moves.root_volume
        return node_out, tap_out

    def _fade(self, moves: Moves) -> Array:
        """(slots,) what is left of a difference between the lanes."""
        radius_mm = np.sqrt(moves.volume * 1e3 / (np.pi * self.length_mm))
        rate = LANES * np.abs(moves.speed_mm_s) / (MIXING_RADII * radius_mm)
        return np.exp(-rate * moves.dt_s)[self.cells.of_slot]

    def _trace(self, moves: Moves) -> _Faces:
        table = self._layout
        cell = self.volume / self.cells.count
        growth = moves.volume / self.cells.count - cell
        enter = moves.enter_a[table.element] - table.cells_before * growth[table.element]
        for k, (element, _) in enumerate(table.taps):
            later = (table.element == element) & (table.tap_before >= k)
            enter[later] += moves.tap[k]
        cell_of = cell[table.element]
        shift = LANE_SPEED[:, None] * (enter / cell_of)
        shift += _COUNTER[:, None] * (LANES * moves.counter / cell)[table.element]
        stretch = 1.0 + growth[table.element] / cell_of
        segment = table.face_segment
        place = table.face_cell * stretch[segment] - np.take(shift, segment, axis=1)
        low, size = table.low[segment], (table.high - table.low).astype(np.float64)
        inside = np.minimum(np.maximum(place, 0.0), size[segment])
        whole = inside.astype(np.int64)
        lane_cell = cell_of / LANES
        first, last = place[:, table.start_face], place[:, table.end_face] - size
        enter_lane, leave_lane = -first * lane_cell, -last * lane_cell
        flat = np.flatnonzero(place != inside)
        of = segment[flat % len(segment)]
        beyond = (place - inside).ravel()[flat]
        nodes = np.where(beyond < 0, table.a[of], table.b[of])
        volume = np.zeros(table.n_nodes)
        volume[0] = self.root_volume
        volume[: self._n_nodes] += moves.node_in
        volume[self._n_nodes :] += np.maximum(moves.tap, 0.0)
        ends = np.concatenate([table.b, table.a])
        into = np.concatenate([np.maximum(leave_lane, 0).sum(0), np.maximum(-enter_lane, 0).sum(0)])
        volume += total(ends, into, table.n_nodes)
        slot = whole + low
        slot += self._lane_slot
        return _Faces(
            slot,
            slot + self._lane,
            inside - whole,
            flat,
            beyond * lane_cell[of],
            nodes,
            enter_lane,
            leave_lane,
            (np.maximum(-(last + size), 0.0) * lane_cell).sum(0),
            (np.maximum(first - size, 0.0) * lane_cell).sum(0),
            volume,
        )

    def _move(self, s: int, faces: _Faces, inflow: Array, limit: float) -> tuple[Array, Array]:
        """Move one species; returns the nodes' concentrations and what is left in them."""
        table, mass = self._layout, self.mass[s]
        running = np.zeros((LANES, self.cells.n_slots + 1))
        np.cumsum(mass, axis=1, out=running[:, 1:])
        # upto = before + (mass - slope/2 (1 - share)) share
        upto = self._half_slopes(mass).take(faces.cell)
        upto *= faces.share - 1.0
        upto += mass.take(faces.cell)
        upto *= faces.share
        upto += running.take(faces.before)
        out_b = running[:, table.high] - upto[:, table.end_face]
        out_a = upto[:, table.start_face] - running[:, table.low]
        n = table.n_nodes
        arrived = inflow + total(table.b, out_b.sum(0), n) + total(table.a, out_a.sum(0), n)
        node, arrived = self._mix(faces, arrived, limit)
        ends = np.concatenate([table.a, table.b])
        taken = np.concatenate(
            [np.maximum(faces.enter, 0.0).sum(0), np.maximum(-faces.leave, 0.0).sum(0)]
        )
        left = arrived - node * total(ends, taken, n)
        upto.ravel()[faces.out] += faces.out_volume * node[faces.out_node]
        slots = self.cells.n_slots
        new = np.empty(mass.shape)
        new[:, :-1] = upto[:, 1:slots] - upto[:, : slots - 1]
        new[:, -1] = 0.0
        for k in range(len(table.taps)):
            at = int(table.start_face[len(self.volume) + k])
            new[:, at - 1] += upto[:, slots + k] - upto[:, at]
        self.mass[s] = new * self._inner
        return node, left

    def _mix(self, faces: _Faces, arrived: Array, limit: float) -> tuple[Array, Array]:
        """Concentration of each node, and its arrivals with what was passed through elements."""
        table = self._layout
        volume = np.where(faces.inflow > 0.0, faces.inflow, 1.0)
        flowing = faces.inflow > 0.0

        def mixed(mass: Array) -> Array:
            return np.where(flowing, np.clip(mass / volume, 0.0, limit), 0.0)

        node = mixed(arrived)
        ahead, astern = np.flatnonzero(faces.through), np.flatnonzero(faces.back)
        if not len(ahead) and not len(astern):
            return node, arrived
        source = np.concatenate([table.a[ahead], table.b[astern]])
        target = np.concatenate([table.b[ahead], table.a[astern]])
        passed = np.concatenate([faces.through[ahead], faces.back[astern]])
        whole = arrived
        for _ in range(_MOST_PASSES):
            whole = arrived + total(target, passed * node[source], table.n_nodes)
            following = mixed(whole)
            done = float(np.max(np.abs(following - node))) <= 1e-15 * limit
            node = following
            if done:
                break
        return node, arrived + total(target, passed * node[source], table.n_nodes)

    def _half_slopes(self, mass: Array) -> Array:
        """(lanes, slots) half the limited slope in each cell, 0 at the ends of segments.

        The harmonic mean of the two differences where they agree in sign (van Leer 1974, J Comput
        Phys 14:361).
        """
        d = np.diff(mass, axis=1)
        half = np.zeros_like(mass)
        inner = np.multiply(d[:, :-1], d[:, 1:], out=half[:, 1:-1])
        np.maximum(inner, 0.0, out=inner)
        both = d[:, :-1] + d[:, 1:]
        both += both == 0.0
        inner /= both
        half[:, self._layout.low] = 0.0
        half[:, self._layout.high - 1] = 0.0
        return half
