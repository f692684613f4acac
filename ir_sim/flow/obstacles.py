"""What stands in the lumen: balloons, clot, coils and the devices that lie in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ir_sim.flow.elimination import Array, Index
from ir_sim.flow.laws import CLOSED, TIGHT, annulus, packed_coil, poiseuille, pouch_inflow
from ir_sim.flow.plumbing import Plumbing
from ir_sim.flow.ramp import Ramps

#: Time constant with which blood clots in the pores of a coil pack of 22 % density, s, and the
#: densities at which clotting begins and reaches that rate (assumed; sidewall stagnation of 60 % at
#: 20 % packing: pubmed 23529587; occlusion from 31 %: CNS 2015).
_CLOTTING_S = 180.0
_CLOTTING_FROM, _CLOTTING_SPAN = 0.05, 0.17


@dataclass(frozen=True)
class CatheterInLumen:
    """A device lying in a vessel between two arclengths (clamped to the vessel).

    Of several devices in one place the widest counts: they lie inside one another.
    """

    vessel: int
    from_mm: float
    to_mm: float
    radius_mm: float


@dataclass
class Plugs:
    """Balloons (round a middle that is full) and clots (on the wall), by row.

    Attributes:
        rows: (vessel, from sample, to sample, 0 balloon or 1 clot).
        closed: Share closed: of the radius for a balloon, of the area for clot; 1 shuts.
    """

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    closed: Ramps = field(default_factory=lambda: Ramps(np.zeros(0)))


@dataclass
class Coils:
    """Coil packs by row.

    Attributes:
        rows: (vessel, from sample, to sample).
        density: Packing density.
        clotted: (rows,) share of the pores that is clot.
    """

    rows: list[tuple[int, int, int]] = field(default_factory=list)
    density: Ramps = field(default_factory=lambda: Ramps(np.zeros(0)))
    clotted: Array = field(default_factory=lambda: np.zeros(0))


class Obstacles:
    """All obstacles of a circulation."""

    def __init__(self, plumbing: Plumbing) -> None:
        self._plumbing = plumbing
        self.plugs, self.coils = Plugs(), Coils()

    def add_plug(self, vessel: int, from_mm: float, to_mm: float, *, clot: bool) -> int:
        """A plug that does not close anything yet; returns its row."""
        span = self._plumbing.samples_between(vessel, from_mm, to_mm)
        self.plugs.rows.append((vessel, span.start, span.stop, int(clot)))
        return self.plugs.closed.add(0.0)

    def move_plug(self, row: int, vessel: int, from_mm: float, to_mm: float) -> None:
        """Take a plug to another place; what it closes it closes there."""
        span = self._plumbing.samples_between(vessel, from_mm, to_mm)
        self.plugs.rows[row] = (vessel, span.start, span.stop, self.plugs.rows[row][3])
        self.plugs.closed.send(row, float(self.plugs.closed.target[row]), 0.0)

    def add_coils(self, vessel: int, from_mm: float, to_mm: float) -> int:
        """An empty coil pack; returns its row."""
        span = self._plumbing.samples_between(vessel, from_mm, to_mm)
        self.coils.rows.append((vessel, span.start, span.stop))
        self.coils.clotted = np.append(self.coils.clotted, 0.0)
        return self.coils.density.add(0.0)

    def advance(self, dt_s: float, clotting: float) -> bool:
        """Move ramps on and let the coils clot; ``clotting`` is 1 without heparin.

        Returns:
            Whether anything changed.
        """
        self.plugs.closed.advance(dt_s)
        self.coils.density.advance(dt_s)
        if not self.coils.rows:
            return self.plugs.closed.moving
        eager = np.clip((self.coils.density.now - _CLOTTING_FROM) / _CLOTTING_SPAN, 0.0, 3.0)
        rate = clotting * eager / _CLOTTING_S
        self.coils.clotted = 1.0 - (1.0 - self.coils.clotted) * np.exp(-rate * dt_s)
        return True

    def drag(self, open_drag: Array, radius_mm: Array) -> Array:
        """(samples,) resistance with the plugs and coils, from that of the open lumen."""
        drag = open_drag
        if len(self.plugs.rows) or len(self.coils.rows):
            drag = open_drag.copy()
        ds = self._plumbing.ds_mm
        for row, (_, low, high, clot) in enumerate(self.plugs.rows):
            closed = float(self.plugs.closed.now[row])
            if closed > 0.0:
                r, length = radius_mm[low:high], ds[low:high]
                narrowed = (
                    poiseuille(length, r * np.sqrt(max(1.0 - closed, 1e-3)))
                    if clot
                    else annulus(length, r, closed * r)
                )
                shut = _shut(closed) * length / max(float(length.sum()), 1e-9)
                drag[low:high] = np.maximum(drag[low:high], narrowed) + shut
        for row, (_, low, high) in enumerate(self.coils.rows):
            density = float(self.coils.density.now[row])
            if density > 0.0:
                radius = float(radius_mm[low:high].mean())
                pack = packed_coil(1.0, radius, density, float(self.coils.clotted[row]))
                drag[low:high] += pack * ds[low:high]
        return drag

    def pouch_open(self, vessels: Index, sample_volume: Array) -> Array:
        """(vessels,) share of the blood that still goes in and out of blind pouches."""
        out = np.ones(len(vessels))
        rows = self.coils.rows
        for k, vessel in enumerate(vessels.tolist()):
            here = [row for row, (v, _, _) in enumerate(rows) if v == vessel]
            if not here:
                continue
            slab = np.array([float(sample_volume[slice(*rows[row][1:])].sum()) for row in here])
            first, last = self._plumbing.tree.first[vessel : vessel + 2].tolist()
            wire = slab * self.coils.density.now[here]
            whole = max(float(sample_volume[first:last].sum()), 1e-9)
            clot = float((wire * self.coils.clotted[here]).sum()) / max(float(wire.sum()), 1e-12)
            out[k] = pouch_inflow(float(wire.sum()) / whole, clot)
        return out

    def state(self) -> dict[str, Array]:
        """What `restore` needs."""
        state = {
            "plugs": np.array(self.plugs.rows, dtype=np.float64).reshape(-1, 4),
            "coils": np.array(self.coils.rows, dtype=np.float64).reshape(-1, 3),
            "clotted": self.coils.clotted.copy(),
        }
        for name, ramps in (("closed", self.plugs.closed), ("density", self.coils.density)):
            state |= {f"{name}.{key}": value for key, value in ramps.state().items()}
        return state

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state."""
        self.plugs.rows = [(int(r[0]), int(r[1]), int(r[2]), int(r[3])) for r in state["plugs"]]
        self.coils.rows = [(int(r[0]), int(r[1]), int(r[2])) for r in state["coils"]]
        self.coils.clotted = state["clotted"].copy()
        for name, ramps in (("closed", self.plugs.closed), ("density", self.coils.density)):
            prefix = f"{name}."
            part = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
            ramps.restore(part)


def device_radius(plumbing: Plumbing, catheters: Sequence[CatheterInLumen]) -> Array:
    """(samples,) radius of the widest device at each sample; 0 where none lies."""
    radius = np.zeros(len(plumbing.ds_mm))
    for c in catheters:
        span = plumbing.samples_between(c.vessel, c.from_mm, c.to_mm)
        radius[span] = np.maximum(radius[span], c.radius_mm)
    return radius


def _shut(closed: float) -> float:
    """Resistance of the last gap: nothing until a plug is tight, then up to a closed lumen."""
    if closed >= 1.0:
        return CLOSED
    return CLOSED ** ((closed - TIGHT) / (1.0 - TIGHT)) if closed > TIGHT else 0.0
