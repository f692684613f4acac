"""The lumen now: calibres on their way, lesions, obstacles and devices, as the network sees it.

All arrays of samples follow the tree's sample table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy.vessel_tree import OCCLUDED_RADIUS_MM, Vessel
from ir_sim.flow.elimination import Array, total
from ir_sim.flow.laws import (
    CLOSED,
    TIGHT,
    annulus,
    inertance,
    poiseuille,
    stenosis_expansion,
    stenosis_resistance,
)
from ir_sim.flow.obstacles import CatheterInLumen, Obstacles, device_radius
from ir_sim.flow.plumbing import Plumbing
from ir_sim.flow.ramp import Ramps
from ir_sim.scenario.lesions import Spasm, Thrombus, span_mm

#: No lumen is thinner than this, mm: volumes and transit times stay finite.
_LEAST_RADIUS_MM = 0.05
#: Calibre over which a recanalised occlusion opens, mm (assumed).
_OPENING_MM = 0.02


@dataclass(frozen=True)
class Narrowing:
    """A stretch that may be narrowed: a lesion, with the calibre it had in health.

    Attributes:
        low: First sample.
        high: Sample after the last.
        length_mm: Its length.
        healthy_mm: Healthy radius in its middle.
        element: Element that holds its end, where the jet expands.
        occlusion: Whether the lumen is shut until somebody opens it.
    """

    low: int
    high: int
    length_mm: float
    healthy_mm: float
    element: int
    occlusion: bool


class Calibres:
    """The calibres now and what they mean for the flow.

    Attributes:
        resistance: (elements,) now; so are ``quadratic``, ``inertance`` and ``volume`` (mL).
        sample_volume: (samples,) mL.
        reshaped: Whether calibres changed in the last ``advance``.
        clots: (vessel index, place among its lesions) to the plug of each authored thrombus.
    """

    def __init__(self, plumbing: Plumbing, throttle: Mapping[int, float] | None = None) -> None:
        self._plumbing = plumbing
        self._throttle = {
            plumbing.sample_at(vessel, 0.0): held for vessel, held in (throttle or {}).items()
        }
        tree = plumbing.tree
        self.obstacles = Obstacles(plumbing)
        self._healthy = np.concatenate([v.healthy_radius_mm for v in tree.vessels])
        self._radius = Ramps(tree.sample_radius_mm)
        self._spasm = Ramps(np.array([_spasm_at_rest(vessel) for vessel in tree.vessels]))
        self._narrowings: list[Narrowing] = []
        for vessel in tree.vessels:
            for lesion in vessel.lesions:
                if lesion.narrows:
                    shut = lesion.kind == "occlusion"
                    self._note(vessel.index, *span_mm(lesion), occlusion=shut)
        self.clots = self._clots()
        self.reshaped = False
        self._laid: tuple[CatheterInLumen, ...] = ()
        self._reshape()
        self._oppose(np.zeros(len(self._healthy)))

    def _clots(self) -> dict[tuple[int, int], int]:
        """Put the authored clot where it lies."""
        rows = {}
        for vessel in self._plumbing.tree.vessels:
            for place, lesion in enumerate(vessel.lesions):
                if isinstance(lesion, Thrombus):
                    row = self.obstacles.add_plug(vessel.index, *span_mm(lesion), clot=True)
                    self.obstacles.plugs.closed.put(row, lesion.occlusion_percent / 100.0)
                    rows[vessel.index, place] = row
        return rows

    @property
    def open_radius_mm(self) -> Array:
        """(samples,) radius of a lumen as wide as what clot leaves of it, for pictures."""
        plugs, radius = self.obstacles.plugs, self._open
        for row, (_, low, high, clot) in enumerate(plugs.rows):
            closed = float(plugs.closed.now[row])
            if clot and closed > 0.0:
                radius = radius.copy() if radius is self._open else radius
                left = self._open[low:high] * np.sqrt(max(1.0 - closed, 0.0))
                radius[low:high] = np.minimum(radius[low:high], left)
        return np.maximum(radius, _LEAST_RADIUS_MM)

    @property
    def radius_mm(self) -> Array:
        """(samples,) present radius."""
        return self._open

    @property
    def goal_mm(self) -> Array:
        """(samples,) radii that the calibres are on their way to, spasm left out."""
        return self._radius.target

    def set_radius(self, vessel: int, radius_mm: Array, seconds: float) -> None:
        """Send a vessel's samples to new radii."""
        low, high = self._plumbing.tree.first[vessel : vessel + 2]
        wanted = np.maximum(np.asarray(radius_mm, dtype=float), _LEAST_RADIUS_MM)
        if wanted.shape != (high - low,) or not np.isfinite(wanted).all():
            name = self._plumbing.tree.vessels[vessel].id
            raise ValueError(f"'{name}' has {high - low} samples, not {wanted.shape}")
        self._radius.send(slice(int(low), int(high)), wanted, seconds)

    def narrow(
        self, vessel: int, at_mm: float, length_mm: float, percent: float, seconds: float
    ) -> None:
        """Narrow a stretch by so many per cent of the healthy diameter, with a cosine's shape."""
        low, high = self._plumbing.tree.first[vessel : vessel + 2]
        s = self._plumbing.tree.sample_s_mm[low:high]
        u = np.clip(np.abs(s - at_mm) / (0.5 * length_mm), 0.0, 1.0)
        depth = 0.5 * percent / 100.0 * (1.0 + np.cos(np.pi * u))
        self._note(vessel, at_mm - 0.5 * length_mm, at_mm + 0.5 * length_mm, occlusion=False)
        narrowed = np.minimum(self._radius.target[low:high], self._healthy[low:high] * (1 - depth))
        self.set_radius(vessel, narrowed, seconds)

    def spasm(self, vessel: int, factor: float, seconds: float) -> None:
        """Contract a vessel to so much of its radius; 1 relaxes it."""
        self._spasm.send(vessel, factor, seconds)

    def spasm_of(self, vessel: int) -> float:
        """The present factor."""
        return float(self._spasm.now[vessel])

    def advance(self, dt_s: float, catheters: Sequence[CatheterInLumen], clotting: float) -> None:
        """Move everything on by one tick."""
        self._radius.advance(dt_s)
        self._spasm.advance(dt_s)
        self.reshaped = self._radius.moving or self._spasm.moving
        if self.reshaped:
            self._reshape()
        obstructed = self.obstacles.advance(dt_s, clotting)
        if obstructed:
            self._obstruct()
        if self.reshaped or obstructed or tuple(catheters) != self._laid:
            self.lay(catheters)

    def lay(self, catheters: Sequence[CatheterInLumen]) -> None:
        """Put the devices where they lie from now on."""
        self._laid = tuple(catheters)
        self._oppose(device_radius(self._plumbing, catheters))

    def _note(self, vessel: int, from_mm: float, to_mm: float, *, occlusion: bool) -> None:
        span = self._plumbing.samples_between(vessel, from_mm, to_mm)
        low, high = span.start, span.stop
        apart = [n for n in self._narrowings if n.high <= low or high <= n.low]
        if len(apart) < len(self._narrowings):
            # one jet behind one throat: what overlaps is one narrowing
            joined = [n for n in self._narrowings if n not in apart]
            low, high = min([low, *(n.low for n in joined)]), max([high, *(n.high for n in joined)])
            occlusion = occlusion or any(n.occlusion for n in joined)
            s = self._plumbing.tree.sample_s_mm
            from_mm, to_mm = min(from_mm, float(s[low])), max(to_mm, float(s[high - 1]))
        element = int(self._plumbing.of_sample[high - 1])
        healthy = float(np.median(self._healthy[low:high]))
        self._narrowings = [
            *apart,
            Narrowing(low, high, to_mm - from_mm, healthy, element, occlusion),
        ]

    def _reshape(self) -> None:
        """What follows from the calibres alone."""
        p = self._plumbing
        factor = self._spasm.now[p.tree.sample_vessel]
        self._open = np.maximum(self._radius.now * factor, _LEAST_RADIUS_MM)
        self.sample_volume = np.pi * self._open**2 * p.ds_mm * 1e-3
        self.volume = p.sum(self.sample_volume)
        self.inertance = p.sum(inertance(p.ds_mm, self._open))
        drag = poiseuille(p.ds_mm, self._open)
        for n in self._narrowings:
            span = slice(n.low, n.high)
            throat = float(self._open[span].min())
            if throat >= n.healthy_mm:
                continue
            healthy = float(poiseuille(p.ds_mm[span], self._healthy[span]).sum())
            extra = stenosis_resistance(2 * n.healthy_mm, 2 * throat, n.length_mm)
            if n.occlusion:
                extra += CLOSED * np.exp(-max(throat - OCCLUDED_RADIUS_MM, 0.0) / _OPENING_MM)
            whole = float(drag[span].sum())
            drag[span] *= max(healthy + extra, whole) / whole
        for sample, held in self._throttle.items():
            drag[sample] += held
        self._open_drag = drag
        self._low = np.array([n.low for n in self._narrowings], dtype=np.int64)
        self._high = np.array([n.high for n in self._narrowings], dtype=np.int64)
        self._jet = np.array([self._jet_loss(n, None) for n in self._narrowings], dtype=float)
        self._jet_element = np.array([n.element for n in self._narrowings], dtype=np.int64)
        self._obstruct()

    def _jet_loss(self, n: Narrowing, device: Array | None) -> float:
        """Quadratic loss behind a narrowing, the devices in it counted as part of the wall."""
        r2 = self._open[n.low : n.high] ** 2
        if device is not None:
            r2 = r2 - np.minimum(device[n.low : n.high] ** 2, TIGHT**2 * r2)
        throat = float(np.min(np.maximum(r2, 1e-6)))
        return stenosis_expansion(np.pi * n.healthy_mm**2, np.pi * throat)

    def _obstruct(self) -> None:
        """Add the obstacles to the open lumen's resistance."""
        self._base_drag = self.obstacles.drag(self._open_drag, self._open)
        self._base_resistance = self._plumbing.sum(self._base_drag)

    def _oppose(self, device: Array) -> None:
        """Add devices, (samples,) radii."""
        p = self._plumbing
        inside = np.flatnonzero((device > 0.0) & (p.ds_mm > 0.0))
        around = annulus(p.ds_mm[inside], self._open[inside], device[inside])
        more = np.maximum(around - self._base_drag[inside], 0.0)
        self._inside, self._more = inside, more
        n = len(p.vessel)
        self.resistance = self._base_resistance + total(p.of_sample[inside], more, n)
        self._jet_now = self._jet
        first, last = np.searchsorted(inside, self._low), np.searchsorted(inside, self._high)
        held = np.flatnonzero(last > first)
        if len(held):
            self._jet_now = self._jet.copy()
            self._jet_now[held] = [self._jet_loss(self._narrowings[i], device) for i in held]
        self.quadratic = total(self._jet_element, self._jet_now, n)

    @property
    def drag(self) -> Array:
        """(samples,) resistance of each sample's stretch."""
        drag = self._base_drag.copy()
        drag[self._inside] += self._more
        return drag

    @property
    def loss(self) -> Array:
        """(samples,) quadratic loss of each sample's stretch."""
        return total(self._high - 1, self._jet_now, len(self._healthy))

    def state(self) -> dict[str, Array]:
        """What `restore` needs."""
        state = {f"obstacles.{k}": v for k, v in self.obstacles.state().items()}
        state |= {f"radius.{k}": v for k, v in self._radius.state().items()}
        state |= {f"spasm.{k}": v for k, v in self._spasm.state().items()}
        rows = [
            (n.low, n.high, n.length_mm, n.healthy_mm, n.element, n.occlusion)
            for n in self._narrowings
        ]
        state["narrowings"] = np.array(rows, dtype=np.float64).reshape(-1, 6)
        return state

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state; devices come with the next ``lay`` or ``advance``."""

        def part(name: str) -> dict[str, Array]:
            prefix = f"{name}."
            return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}

        self.obstacles.restore(part("obstacles"))
        self._radius.restore(part("radius"))
        self._spasm.restore(part("spasm"))
        self._narrowings = [
            Narrowing(int(r[0]), int(r[1]), float(r[2]), float(r[3]), int(r[4]), bool(r[5]))
            for r in state["narrowings"]
        ]
        self._reshape()
        self._laid = ()
        self._oppose(np.zeros(len(self._healthy)))


def _spasm_at_rest(vessel: Vessel) -> float:
    """To which share of its radius a vessel is contracted from the start."""
    deepest = max((s.diameter_percent for s in vessel.lesions if isinstance(s, Spasm)), default=0.0)
    return 1.0 - deepest / 100.0
