"""The blood's motion: the network of a case, driven by its heart, regulated by its beds.

Every volume that the network stores is given to an element, so that contents can be moved with it::

    V_e = V_lumen (1 + k_e (P_a + P_b - at rest))        k_e from the wall's compliance
    enter = Q_a dt + k_e V_lumen dP_a + half of what a change of calibre takes in
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ir_sim.flow.beds import organ_of
from ir_sim.flow.breathing import Breathing
from ir_sim.flow.calibres import Calibres
from ir_sim.flow.circuit import Circuit
from ir_sim.flow.elimination import Array, total
from ir_sim.flow.heart import Heart
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.flow.organs import ATRIUM
from ir_sim.flow.parts import NO_TAPS, Outlets, Taps
from ir_sim.flow.plumbing import Plumbing
from ir_sim.flow.supply import VENOUS_MMHG, Supply

_SUBSTEPS = 2
_TOLERANCE = 1e-4
#: Blood in the arteries upstream of the drawn tree that mixes with what flows back, mL (assumed).
_ROOT_ML = 20.0
#: Beats run before the first tick, so that it is one of many alike, and their time step, s.
_BEATS_BEFORE, _DT_BEFORE_S = 10, 1.0 / 60.0
#: Time constant of the beds' autoregulation, s, and how far a bed's resistance can go (assumed;
#: Johnson 1986, Circ Res 59:483 for the fact).
_TONE_S, _LEAST_TONE, _MOST_TONE = 10.0, 0.3, 2.0
#: Share of what a vessel holds at rest that it still holds without any pressure (assumed).
_COLLAPSED = 0.05
#: Share of a bed's resistance that no particle takes below this of its proximal part.
_LEAST_DISTAL = 1e-3


@dataclass(frozen=True)
class Moved:
    """Volumes that moved in a tick, mL.

    Attributes:
        enter: (elements,) into each element at its start.
        tap: (taps,) in at taps; negative out.
        out: (outlets,) into the beds and out through the veins' ends; negative back in.
        through: (outlets,) through the capillaries.
        heart: Ejected.
        volume: (elements,) of the elements afterwards.
        root: Of the root afterwards.
        dt_s: Duration.
    """

    enter: Array
    tap: Array
    out: Array
    through: Array
    heart: float
    volume: Array
    root: float
    dt_s: float


class Blood:
    """Pressures and flows.

    Attributes:
        heart: Rate and output can be set.
        calibres: The lumens.
        tone: (beds,) resistance of the beds by that at rest, from autoregulation.
        systemic_tone: The same, from nerves and drugs.
        open_share: (beds,) conductance that particles have left to the beds.
        breath: What breathing does to the veins; None where none is drawn.
        beat_s: Length of the last whole beat.
        mean_flow: (elements,) mL/s, mean over the last whole beat.
        mean_pressure: (nodes,) mmHg, the same; ``systolic`` and ``diastolic`` are its extremes.
    """

    def __init__(self, plumbing: Plumbing, supply: Supply, rate_bpm: float) -> None:
        p = plumbing
        self.plumbing, self.supply = p, supply
        self.calibres = Calibres(p, supply.throttle)
        self.heart = Heart(rate_bpm, supply.output_ml_s)
        self.circuit = Circuit(p.n_nodes, p.a, p.b, outlets=supply.outlets)
        self.tone, self.systemic_tone = np.ones(len(supply.organs)), 1.0
        self.open_share = np.ones(len(supply.organs))
        self._ends = np.concatenate([p.a, p.b])
        self._follows = np.array([organ_of(name).autoregulation for name in supply.organs])
        self._follows[-1] = 0.0
        # nerves tighten arterioles, not what veins end in
        veins = [p.tree.vessels[end.vessel].vein for end in p.ends]
        self._nervous = np.append(1.0 - np.array(veins, dtype=float), 1.0)
        self._atria = np.array([name == ATRIUM for name in supply.organs])
        self.breath = (
            Breathing(supply.returns, supply.flow_ml_s, supply.pressure_mmhg)
            if p.vein.any()
            else None
        )
        healthy = np.concatenate([v.healthy_radius_mm for v in p.tree.vessels])
        self._distension = supply.half_compliance / p.sum(np.pi * healthy**2 * p.ds_mm * 1e-3)
        self._rest_sum = supply.pressure_mmhg[p.a] + supply.pressure_mmhg[p.b]
        self._beds = slice(0, len(supply.organs))
        node = supply.outlets.node[self._beds]
        self._rest_drop = supply.pressure_mmhg[node] - supply.outlets.pressure[self._beds]
        self._comply()
        self._settle()

    def _settle(self) -> None:
        """Find the periodic state of the heart's beating, lesions and autoregulation included."""
        c, p = self.circuit, self.plumbing
        c.pressure, c.flow = self.supply.pressure_mmhg.copy(), self.supply.flow_ml_s.copy()
        c.source[0] = self.heart.output_ml_s
        for _ in range(40):
            self._set_circuit()
            c.steady(tolerance=1e-10)
            before = self.tone
            self._regulate(c.pressure, 1.0)
            if np.max(np.abs(self.tone - before)) < 1e-9:
                break
        self.mean_flow, self.mean_pressure = c.flow.copy(), c.pressure.copy()
        self.systolic, self.diastolic = c.pressure.copy(), c.pressure.copy()
        self._flow_sum, self._pressure_sum = np.zeros(len(p.vessel)), np.zeros(p.n_nodes)
        self._high, self._low = c.pressure.copy(), c.pressure.copy()
        self._summed_s, self.beat_s = 0.0, self.heart.period_s
        steady, settled = c.pressure.copy(), self.tone
        while self.heart.beats <= _BEATS_BEFORE:
            if self.advance(_DT_BEFORE_S)[1] and self.heart.beats > 2:
                self._shift(steady - self.mean_pressure)
            self.tone = settled
        self.heart.beats = 1

    def _shift(self, by_mmhg: Array) -> None:
        """Raise all pressures: the quick way to a periodic state of the right mean."""
        c = self.circuit
        state = c.state()
        for name in ("pressure", "before_pressure"):
            state[name] = state[name] + by_mmhg
        for name in ("outlet_pressure", "before_outlet"):
            state[name] = state[name] + by_mmhg[self.supply.outlets.node]
        c.restore(state)

    # -- a tick --------------------------------------------------------------------------------

    def prepare(self, dt_s: float, catheters: Sequence[CatheterInLumen], clotting: float) -> Array:
        """Move the calibres on; returns (elements,) mL that their changes take in."""
        volume = self.calibres.volume
        self.calibres.advance(dt_s, catheters, clotting)
        if not self.calibres.reshaped:
            return np.zeros(len(volume))
        self._comply()
        return (self.calibres.volume - volume) * self._stretch(self.circuit.stored_pressure)

    def advance(
        self, dt_s: float, taps: Taps = NO_TAPS, shaped: Array | None = None
    ) -> tuple[Moved, bool]:
        """Solve the network over a tick.

        Args:
            dt_s: Duration.
            taps: Injections and leaks.
            shaped: What ``prepare`` returned.

        Returns:
            The volumes moved, and whether a beat has ended.
        """
        c, p = self.circuit, self.plumbing
        if self.breath is not None:
            self.breath.step(dt_s, self.circuit.capillary_flow[self._beds])
        self._set_circuit()
        stored, dt, beats = c.stored_pressure, dt_s / _SUBSTEPS, self.heart.beats
        source = np.zeros(p.n_nodes)
        if shaped is not None:
            source -= total(self._ends, np.tile(0.5 * shaped / dt_s, 2), p.n_nodes)
        enter = np.zeros(len(p.vessel)) if shaped is None else 0.5 * shaped
        tap, heart = np.zeros(len(taps.element)), 0.0
        out, through = np.zeros((2, len(self.supply.outlets.node)))
        for _ in range(_SUBSTEPS):
            ejected = self.heart.eject(dt)
            heart += ejected
            c.source = source.copy()
            c.source[0] += ejected / dt
            c.step(dt, taps, tolerance=_TOLERANCE)
            enter += c.flow_a * dt
            tap += c.tap_flow * dt
            out += c.outlet_flow * dt
            through += c.capillary_flow * dt
        if self.breath is not None:
            self.breath.note(dt_s, enter / dt_s, c.pressure)
        now = c.stored_pressure
        flowed = enter.copy()
        enter += self._half * (now[p.a] - stored[p.a])
        volume = self.calibres.volume * self._stretch(now)
        moved = Moved(enter, tap, out, through, heart, volume, self.root_volume, dt_s)
        return moved, self._note(dt_s, flowed, ended=self.heart.beats != beats)

    def _note(self, dt_s: float, flowed: Array, *, ended: bool) -> bool:
        """Gather the beat's means and extremes; at its end, let the beds follow."""
        pressure = self.circuit.pressure
        np.maximum(self._high, pressure, out=self._high)
        np.minimum(self._low, pressure, out=self._low)
        # the tick in which a beat ends belongs to the next one in part
        new = min(self.heart.phase_s, dt_s) if ended else 0.0
        self._flow_sum += flowed * (1.0 - new / dt_s)
        self._pressure_sum += pressure * (dt_s - new)
        self._summed_s += dt_s - new
        if not ended:
            return False
        self.mean_flow = self._flow_sum / self._summed_s
        self.mean_pressure = self._pressure_sum / self._summed_s
        self.systolic, self.diastolic = self._high, self._low
        self._regulate(self.mean_pressure, 1.0 - float(np.exp(-self._summed_s / _TONE_S)))
        self.beat_s = self._summed_s
        self._flow_sum = flowed * (new / dt_s)
        self._pressure_sum = pressure * new
        self._high, self._low = pressure.copy(), pressure.copy()
        self._summed_s = new
        return True

    def _regulate(self, pressure: Array, share: float) -> None:
        """Let the beds follow the pressure that they get, by a share of the way."""
        rest = self.supply.outlets
        drop = pressure[rest.node[self._beds]] - rest.pressure[self._beds]
        relative = np.maximum(drop / self._rest_drop, 1e-3)
        target = np.minimum(np.maximum(relative**self._follows, _LEAST_TONE), _MOST_TONE)
        self.tone = self.tone + share * (target - self.tone)

    def _set_circuit(self) -> None:
        c, k, rest, beds = self.circuit, self.calibres, self.supply.outlets, self._beds
        c.resistance, c.quadratic, c.inertance = k.resistance, k.quadratic, k.inertance
        # organs that regulate themselves obey the rest of the body less
        nerves = (self.systemic_tone - 1.0) * (1.0 - self._follows) * self._nervous
        tone = self.tone * (1.0 + nerves)
        whole = (rest.proximal[beds] + rest.distal[beds]) * tone / self.open_share
        distal = np.maximum(whole - rest.proximal[beds], _LEAST_DISTAL * whole)
        proximal, pressure = whole - distal, rest.pressure
        if self.breath is not None:
            proximal = np.append(proximal, self.supply.returns.proximal)
            distal = np.append(distal, self.supply.returns.distal)
            pressure = rest.pressure.copy()
            pressure[beds] += np.where(self._atria, self.breath.atrium_mmhg, 0.0)
            pressure[beds.stop :] = self.breath.venules_mmhg(pressure[beds.stop :])
        c.outlets = Outlets(rest.node, proximal, rest.capacitance, distal, pressure)

    def _comply(self) -> None:
        """Compliances after the calibres."""
        self._half = self._distension * self.calibres.volume
        c = total(self._ends, np.tile(self._half, 2), self.plumbing.n_nodes)
        c[0] += self.supply.upstream_compliance
        self.circuit.compliance = c

    # -- what is now ---------------------------------------------------------------------------

    def _stretch(self, stored: Array) -> Array:
        p = self.plumbing
        share = 1.0 + self._distension * (stored[p.a] + stored[p.b] - self._rest_sum)
        return np.asarray(np.maximum(share, _COLLAPSED))

    @property
    def volume(self) -> Array:
        """(elements,) mL now."""
        return np.asarray(self.calibres.volume * self._stretch(self.circuit.stored_pressure))

    @property
    def root_volume(self) -> float:
        """Volume of the arteries upstream, mL."""
        stored = float(self.circuit.stored_pressure[0])
        return _ROOT_ML + self.supply.upstream_compliance * (stored + VENOUS_MMHG)

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        own = {name: getattr(self, name) for name in _STATE}
        return {
            "own": {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in own.items()},
            "circuit": self.circuit.state(),
            "calibres": self.calibres.state(),
            "heart": self.heart.state(),
        } | ({"breath": self.breath.state()} if self.breath is not None else {})

    def restore(self, state: Mapping[str, Any], catheters: Sequence[CatheterInLumen]) -> None:
        """Take up a state, with the devices that lay in the vessels."""
        for name in _STATE:
            value = state["own"][name]
            setattr(self, name, value.copy() if isinstance(value, np.ndarray) else value)
        self.circuit.restore(state["circuit"])
        self.calibres.restore(state["calibres"])
        self.calibres.lay(catheters)
        self.heart.restore(state["heart"])
        if self.breath is not None:
            self.breath.restore(state["breath"])
        self._comply()


_STATE = (
    "tone",
    "systemic_tone",
    "open_share",
    "mean_flow",
    "mean_pressure",
    "systolic",
    "diastolic",
    "_flow_sum",
    "_pressure_sum",
    "_high",
    "_low",
    "_summed_s",
    "beat_s",
)
