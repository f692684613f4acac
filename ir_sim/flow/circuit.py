"""The flow network as arrays: one pressure per node, one flow per element, stepped by BDF2.

::

    element e (a -> b):   P_a - P_b = R Q + K |Q| Q + L dQ/dt
    node n:               C_n dP_n/dt = sum of inflows - sum of outflows + source_n - outlet_n
    outlet (RCR):         P_n --Rp-- Pc --Rd-- Pv,   C dPc/dt = inflow - outflow

Any consistent units. An outlet is condensed into its node, so it adds no unknown. The quadratic
loss is linearised by Newton from the extrapolated flow. BDF2 (Curtis & Hirschfelder 1952) is
second order and L-stable: it damps what it cannot resolve instead of ringing.

An injection of flow q at the fraction f of an element's resistance is a pair of node sources
(Norton's theorem): with the weighted flow ``Q = f Q_a + (1-f) Q_b`` the element's equation is
unchanged, ``Q_a = Q - (1-f) q`` and ``Q_b = Q + f q``. A leak (bleed, fistula) of conductance G to
a pressure P_t is the same with q = -G (P_f - P_t) taken at the new time, which adds a positive
semi-definite rank-one term, so any conductance is stable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ir_sim.flow.elimination import Array, Elimination, Index, total
from ir_sim.flow.parts import NO_INDEX, NO_TAPS, NO_VALUE, Outlets, Taps

#: Smallest slope of the quadratic loss, as a share of its slope at the network's largest flow.
_LEAST_SLOPE = 1e-6
#: Largest share of an element's linear impedance that a negative loss may take away in one Newton
#: step.
_MOST_RECOVERY = 0.9
#: The same for an element that has nothing else, as a share of the slope at the flow that the
#: sources and pressures at hand could give; and a flow that stands for none.
_LEAST_BARE, _NO_FLOW = 1e-3, 1e-12


@dataclass(frozen=True)
class _Implicit:
    """One implicit system: rate * x - history, for BDF2, its start, or the steady state (0)."""

    rate: float
    flow: Array
    pressure: Array
    outlet: Array


class Circuit:
    """A network and its state.

    Attributes:
        resistance: (elements,) R, may change between steps; so may ``quadratic`` K,
            ``inertance`` L, ``compliance`` (nodes,) C, ``source`` (nodes,) and ``outlets``.
        fixed: Nodes with a given pressure, ``fixed_pressure``.
        pressure: (nodes,) now.
        flow: (elements,) weighted flow Q now; equals the flow where nothing is tapped.
        flow_a: (elements,) flow out of node a; ``flow_b`` into node b.
        outlet_pressure: (outlets,) Pc; ``outlet_flow`` into, ``capillary_flow`` out of the outlet.
        tap_flow: (taps,) flow into the element at each tap, ``tap_pressure`` there; last step.
    """

    def __init__(
        self,
        n_nodes: int,
        a: Index,
        b: Index,
        *,
        outlets: Outlets | None = None,
        fixed: Index = NO_INDEX,
    ) -> None:
        self.n_nodes, self.a, self.b = n_nodes, a, b
        self.resistance = np.zeros(len(a))
        self.quadratic = np.zeros(len(a))
        self.inertance = np.zeros(len(a))
        self.compliance = np.zeros(n_nodes)
        self.source = np.zeros(n_nodes)
        self.outlets = outlets or Outlets()
        self.fixed, self.fixed_pressure = fixed, np.zeros(len(fixed))
        self._elimination = Elimination(n_nodes, a, b, fixed)
        self._ends = np.concatenate([a, b])
        self.pressure = np.zeros(n_nodes)
        self.flow = np.zeros(len(a))
        self.outlet_pressure = self.outlets.pressure.copy()
        self.flow_a, self.flow_b = self.flow.copy(), self.flow.copy()
        self.outlet_flow = np.zeros(len(self.outlets.node))
        self.capillary_flow = np.zeros(len(self.outlets.node))
        self.tap_flow = self.tap_pressure = NO_VALUE
        self.settle()

    def settle(self) -> None:
        """Take the present state for the past as well: nothing was changing before."""
        self._before = (self.flow.copy(), self.pressure.copy(), self.outlet_pressure.copy())

    def steady(self, *, tolerance: float = 1e-12, most: int = 200) -> None:
        """Put the network into the steady state of its present sources."""
        zero = _Implicit(
            0.0, np.zeros(len(self.a)), np.zeros(self.n_nodes), np.zeros(len(self.outlets.node))
        )
        quadratic = self.quadratic
        if quadratic.any() and not self.flow.any():
            # with no flow to linearise about, start from the viscous network
            self.quadratic = np.zeros(len(self.a))
            self._solve(zero, self.flow, NO_TAPS, tolerance, 1)
            self.quadratic = quadratic
        self._solve(zero, self.flow, NO_TAPS, tolerance, most)
        self.settle()

    def step(
        self, dt: float, taps: Taps = NO_TAPS, *, tolerance: float = 1e-9, most: int = 30
    ) -> None:
        """Advance by ``dt``: BDF2, with the quadratic loss solved to ``tolerance`` of the flow."""
        flow, pressure, outlet = self._before
        implicit = _Implicit(
            1.5 / dt,
            (2.0 * self.flow - 0.5 * flow) / dt,
            (2.0 * self.pressure - 0.5 * pressure) / dt,
            (2.0 * self.outlet_pressure - 0.5 * outlet) / dt,
        )
        guess = 2.0 * self.flow - flow
        self._before = (self.flow, self.pressure, self.outlet_pressure)
        self._solve(implicit, guess, taps, tolerance, most)

    def _solve(
        self, implicit: _Implicit, guess: Array, taps: Taps, tolerance: float, most: int
    ) -> None:
        a, b, n = self.a, self.b, self.n_nodes
        diagonal0, rhs0 = self._nodes_alone(implicit)
        tapped = len(taps.element) > 0
        nonlinear = bool(self.quadratic.any())
        fixed = np.zeros(n)
        fixed[self.fixed] = self.fixed_pressure
        linear = self.resistance + self.inertance * implicit.rate
        history = self.inertance * implicit.flow
        slope = lift = way = NO_VALUE
        for _ in range(most):
            impedance, drive = linear, history
            if nonlinear:
                slope, lift = self._linearised(guess, linear)
                impedance, drive = linear + slope, history + lift
            g = 1.0 / impedance
            gh = g * drive
            diagonal = diagonal0 + total(self._ends, np.concatenate([g, g]), n)
            rhs = rhs0 + total(self._ends, np.concatenate([-gh, gh]), n)
            coupling = g
            if tapped:
                viscous = self.resistance + slope if nonlinear else self.resistance
                way = taps.fraction * (1.0 - taps.fraction) * viscous[taps.element]
                coupling = g.copy()
                _add_taps(taps, way, a, b, diagonal, coupling, rhs)
            if len(self.fixed):
                rhs += total(a, coupling * fixed[b], n) + total(b, coupling * fixed[a], n)
            pressure = self._elimination.solve(diagonal, coupling, rhs)
            pressure[self.fixed] = self.fixed_pressure
            flow = g * (pressure[a] - pressure[b] + drive)
            if not nonlinear:
                break
            # what the linearised loss leaves unexplained, as a flow
            left = self.quadratic * np.abs(flow) * flow - slope * flow + lift
            error = np.max(np.abs(left) * g)
            guess = flow
            if error <= tolerance * (1e-300 + np.max(np.abs(flow))):
                break
        self._take_up(implicit, pressure, flow, taps, way)

    def _nodes_alone(self, implicit: _Implicit) -> tuple[Array, Array]:
        """Diagonal and right-hand side of the nodes without the elements."""
        diagonal = self.compliance * implicit.rate
        rhs = self.compliance * implicit.pressure + self.source
        out = self.outlets
        if len(out.node):
            gp, gd = 1.0 / out.proximal, 1.0 / out.distal
            inside = out.capacitance * implicit.rate + gp + gd
            history = out.capacitance * implicit.outlet + out.pressure * gd
            diagonal += total(out.node, gp - gp * gp / inside, self.n_nodes)
            rhs += total(out.node, gp * history / inside, self.n_nodes)
        return diagonal, rhs

    def _take_up(
        self, implicit: _Implicit, pressure: Array, flow: Array, taps: Taps, way: Array
    ) -> None:
        out = self.outlets
        gp, gd = 1.0 / out.proximal, 1.0 / out.distal
        at_outlet = pressure[out.node]
        inflow = out.capacitance * implicit.outlet + gp * at_outlet + gd * out.pressure
        self.pressure, self.flow = pressure, flow
        self.outlet_pressure = inflow / (out.capacitance * implicit.rate + gp + gd)
        self.outlet_flow = gp * (at_outlet - self.outlet_pressure)
        self.capillary_flow = gd * (self.outlet_pressure - out.pressure)
        self.flow_a = self.flow_b = flow
        self.tap_flow = self.tap_pressure = NO_VALUE
        if len(taps.element):
            self._split_at_taps(taps, way)

    def _linearised(self, guess: Array, linear: Array) -> tuple[Array, Array]:
        """Slope s and lift h with K |Q| Q = s Q - h at the guess.

        The slope is Newton's, kept positive enough for the element to stay a resistor: near zero
        flow, and where K < 0 (a calibrated model's pressure recovery) outweighs the rest. The
        solution does not depend on the slope, only the way to it does.
        """
        loss = self.quadratic * np.abs(guess)
        least = _LEAST_SLOPE * self.quadratic * np.max(np.abs(guess))
        if np.min(linear) <= 0.0:
            # nothing but a quadratic loss: the flow that drives or pressures at hand could give
            drive = np.ptp(np.concatenate([self.pressure, self.fixed_pressure]))
            source = np.max(np.abs(self.source)) + _NO_FLOW
            k = np.maximum(self.quadratic, 0.0)
            bare = _LEAST_BARE * (k * source + np.sqrt(k * drive))
            least = np.where(linear <= 0.0, np.maximum(least, bare), least)
        least = np.where(self.quadratic > 0.0, least, -_MOST_RECOVERY * linear)
        slope = np.maximum(2.0 * loss, least)
        return slope, (slope - loss) * guess

    def _split_at_taps(self, taps: Taps, way: Array) -> None:
        e, f, n = taps.element, taps.fraction, len(self.a)
        inside = (1.0 - f) * self.pressure[self.a[e]] + f * self.pressure[self.b[e]]
        outside = taps.flow - taps.conductance * (inside - taps.pressure)
        self.tap_flow = outside / (1.0 + taps.conductance * way)
        self.tap_pressure = inside + way * self.tap_flow
        self.flow_a = self.flow - total(e, (1.0 - f) * self.tap_flow, n)
        self.flow_b = self.flow + total(e, f * self.tap_flow, n)

    @property
    def stored_pressure(self) -> Array:
        """(nodes,) whose change times C is what a node stored in a step, exactly: 3/2 P - 1/2 P'.

        BDF2 stores C (3/2 P - 2 P' + 1/2 P'') in a step, not C (P - P').
        """
        return np.asarray(1.5 * self.pressure - 0.5 * self._before[1])

    def state(self) -> dict[str, Array]:
        """What `restore` needs to go on exactly from here."""
        return {
            "pressure": self.pressure.copy(),
            "flow": self.flow.copy(),
            "flow_a": self.flow_a.copy(),
            "flow_b": self.flow_b.copy(),
            "outlet_pressure": self.outlet_pressure.copy(),
            "outlet_flow": self.outlet_flow.copy(),
            "capillary_flow": self.capillary_flow.copy(),
            "tap_flow": self.tap_flow.copy(),
            "before_flow": self._before[0].copy(),
            "before_pressure": self._before[1].copy(),
            "before_outlet": self._before[2].copy(),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state of this same network."""
        for name in (
            "pressure",
            "flow",
            "flow_a",
            "flow_b",
            "outlet_pressure",
            "outlet_flow",
            "capillary_flow",
            "tap_flow",
        ):
            setattr(self, name, state[name].copy())
        before = (state["before_flow"], state["before_pressure"], state["before_outlet"])
        self._before = (before[0].copy(), before[1].copy(), before[2].copy())


def _add_taps(
    taps: Taps, way: Array, a: Index, b: Index, diagonal: Array, coupling: Array, rhs: Array
) -> None:
    """Add taps to the nodal system.

    A flow q against a conductance G to the pressure P enters as q - G (P_f - P), and P_f lies above
    what the ends give by the resistance on the way to both, ``way``, times what enters.
    """
    e, f = taps.element, taps.fraction
    up, down = a[e], b[e]
    leak = taps.conductance / (1.0 + taps.conductance * way)
    inflow = taps.flow / (1.0 + taps.conductance * way) + leak * taps.pressure
    np.add.at(rhs, up, (1.0 - f) * inflow)
    np.add.at(rhs, down, f * inflow)
    np.add.at(diagonal, up, leak * (1.0 - f) ** 2)
    np.add.at(diagonal, down, leak * f**2)
    np.add.at(coupling, e, -leak * f * (1.0 - f))
