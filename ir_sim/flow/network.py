"""The flow solver on its own: any network of R, K, L, C and RCR parts, in any consistent units.

::

    net = Network(
        elements=[Element("v0", a="n0", b="n1", resistance=100.0)],
        outlets={"n1": Rcr(proximal=1000.0, capacitance=1e-4, distal=1000.0, pressure=0.0)},
        inlets={"n0": Inlet(kind="flow", times=[0.0, 0.5, 1.0], values=[2.0, 5.0, 2.0])},
    )
    result = net.run(dt=0.005, steps=2000)
    result.pressure["n0"], result.flow["v0"]          # arrays, one value per result.times
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ir_sim.flow.circuit import Circuit
from ir_sim.flow.elimination import Array
from ir_sim.flow.inlet import Inlet, Waveform
from ir_sim.flow.parts import Outlets

#: A resistance this small beside the largest one stands for none while a steady state is sought,
#: where inertance does not limit the flow.
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Element:
    """A vessel piece from node ``a`` to node ``b``: P_a - P_b = R Q + K |Q| Q + L dQ/dt.

    Attributes:
        name: Its name in the result.
        resistance: R >= 0.
        quadratic: K; negative in calibrated models (pressure recovery).
        inertance: L >= 0. Not all three may be 0: such an element is one node, not two.
    """

    name: str
    a: str
    b: str
    resistance: float = 0.0
    quadratic: float = 0.0
    inertance: float = 0.0


@dataclass(frozen=True)
class Rcr:
    """An outlet: proximal resistance, capacitance, distal resistance to a constant pressure.

    With ``capacitance`` and ``distal`` 0 it is a plain resistance to ``pressure``. Proximal and
    distal may not both be 0 (that is a pressure inlet).
    """

    proximal: float = 0.0
    capacitance: float = 0.0
    distal: float = 0.0
    pressure: float = 0.0


@dataclass(frozen=True)
class Result:
    """What a run gave; every array is (steps + 1,), the first value being the start.

    Attributes:
        times: 0, dt, 2 dt, ...
        pressure: By node.
        flow: By element, positive from a to b.
    """

    times: Array
    pressure: dict[str, Array]
    flow: dict[str, Array]


class Network:
    """A network of elements between named nodes; loops and several inlets are allowed.

    Args:
        elements: At least one.
        compliances: C of nodes, C dP/dt = net inflow.
        outlets: By node.
        inlets: By node.

    Raises:
        ValueError: A name used twice or not at all, a negative or non-finite value, an element
            without impedance, or an inlet that is not a period; in one line.
    """

    def __init__(
        self,
        elements: Sequence[Element],
        compliances: Mapping[str, float] | None = None,
        outlets: Mapping[str, Rcr] | None = None,
        inlets: Mapping[str, Inlet] | None = None,
    ) -> None:
        compliances, outlets, inlets = compliances or {}, outlets or {}, inlets or {}
        _check_elements(elements)
        self._elements = list(elements)
        names = dict.fromkeys(name for e in elements for name in (e.a, e.b))
        self._nodes = {name: i for i, name in enumerate(names)}
        for what, table in (("compliance", compliances), ("outlet", outlets), ("inlet", inlets)):
            for node in table:
                if node not in self._nodes:
                    raise ValueError(f"{what} at node '{node}', which no element touches")
        for node, c in compliances.items():
            _not_negative(f"compliance at node '{node}'", c)
        for node, rcr in outlets.items():
            _check_rcr(node, rcr)
        self._compliances, self._outlets = dict(compliances), dict(outlets)
        self._inlets = {node: Waveform.of(node, inlet) for node, inlet in inlets.items()}

    def run(
        self,
        dt: float,
        steps: int,
        start: Literal["steady", "zero"] = "steady",
        substeps: int = 2,
    ) -> Result:
        """Solve ``steps`` steps of ``dt``.

        Args:
            dt: Time step, > 0.
            steps: Number of steps, >= 0.
            start: ``steady`` starts from the steady state of the inlets' means, which leaves
                little to settle; ``zero`` from rest at zero pressure.
            substeps: Each step is solved in so many; the error falls with their square.

        Raises:
            ValueError: A part of the network has no outlet and no pressure inlet, so that it has
                no steady state (or, without a compliance either, no solution at all).
        """
        if not (math.isfinite(dt) and dt > 0) or steps < 0 or substeps < 1:
            given = f"dt={dt}, steps={steps}, substeps={substeps}"
            raise ValueError(f"run needs dt > 0, steps >= 0 and substeps >= 1, not {given}")
        if start not in ("steady", "zero"):
            raise ValueError(f"start is 'steady' or 'zero', not '{start}'")
        circuit = self._circuit()
        self._check_grounded(start)
        if start == "steady":
            self._start_steady(circuit)
        pressure = np.empty((steps + 1, circuit.n_nodes))
        flow = np.empty((steps + 1, len(self._elements)))
        pressure[0], flow[0] = circuit.pressure, circuit.flow
        for i in range(1, steps + 1):
            for k in range(1, substeps + 1):
                time = (i - 1 + k / substeps) * dt
                self._drive(circuit, {node: w.at(time) for node, w in self._inlets.items()})
                circuit.step(dt / substeps)
            pressure[i], flow[i] = circuit.pressure, circuit.flow
        return Result(
            dt * np.arange(steps + 1, dtype=np.float64),
            {name: pressure[:, i].copy() for name, i in self._nodes.items()},
            {e.name: flow[:, i].copy() for i, e in enumerate(self._elements)},
        )

    def _circuit(self) -> Circuit:
        a = np.array([self._nodes[e.a] for e in self._elements], dtype=np.int64)
        b = np.array([self._nodes[e.b] for e in self._elements], dtype=np.int64)
        fixed = [self._nodes[n] for n, w in self._inlets.items() if w.kind == "pressure"]
        circuit = Circuit(
            len(self._nodes),
            a,
            b,
            outlets=self._outlet_arrays(),
            fixed=np.array(fixed, dtype=np.int64),
        )
        circuit.resistance = np.array([e.resistance for e in self._elements], dtype=float)
        circuit.quadratic = np.array([e.quadratic for e in self._elements], dtype=float)
        circuit.inertance = np.array([e.inertance for e in self._elements], dtype=float)
        for node, c in self._compliances.items():
            circuit.compliance[self._nodes[node]] += c
        for node, rcr in self._outlets.items():
            if rcr.proximal == 0.0:
                circuit.compliance[self._nodes[node]] += rcr.capacitance
        return circuit

    def _outlet_arrays(self) -> Outlets:
        """Outlets with both resistances > 0: a plain resistance is cut in halves, exactly."""
        rows = []
        for node, rcr in self._outlets.items():
            if rcr.distal == 0.0 or rcr.proximal == 0.0:
                half = 0.5 * (rcr.proximal + rcr.distal)
                rows.append((self._nodes[node], half, 0.0, half, rcr.pressure))
            else:
                values = (rcr.proximal, rcr.capacitance, rcr.distal, rcr.pressure)
                rows.append((self._nodes[node], *values))
        table = np.array(rows, dtype=float).reshape(-1, 5)
        return Outlets(
            table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3], table[:, 4]
        )

    def _drive(self, circuit: Circuit, values: Mapping[str, float]) -> None:
        pressures = []
        for node, waveform in self._inlets.items():
            if waveform.kind == "flow":
                circuit.source[self._nodes[node]] = values[node]
            else:
                pressures.append(values[node])
        circuit.fixed_pressure = np.array(pressures, dtype=float)

    def _start_steady(self, circuit: Circuit) -> None:
        means = {node: waveform.mean for node, waveform in self._inlets.items()}
        self._drive(circuit, means)
        resistance = circuit.resistance
        scale = float(max([*resistance, *circuit.outlets.proximal, *circuit.outlets.distal, 0.0]))
        floor = _NEGLIGIBLE * (scale if scale > 0 else 1.0)
        circuit.resistance = np.maximum(resistance, floor)
        circuit.steady()
        circuit.resistance = resistance

    def _check_grounded(self, start: str) -> None:
        """Every connected part needs something that sets its pressure."""
        grounded = {n for n, w in self._inlets.items() if w.kind == "pressure"}
        grounded |= set(self._outlets)
        if start == "zero":
            grounded |= {n for n, c in self._compliances.items() if c > 0}
        parts = _parts(self._elements)
        for part in parts:
            if not part & grounded:
                name = min(part)
                raise ValueError(
                    f"nothing sets the pressure of the part around node '{name}': "
                    "it needs an outlet or a pressure inlet"
                )


def _check_elements(elements: Sequence[Element]) -> None:
    if not elements:
        raise ValueError("a network needs at least one element")
    seen: set[str] = set()
    for e in elements:
        if e.name in seen:
            raise ValueError(f"two elements are named '{e.name}'")
        seen.add(e.name)
        if e.a == e.b:
            raise ValueError(f"element '{e.name}' starts and ends at node '{e.a}'")
        for what in ("resistance", "inertance"):
            _not_negative(f"{what} of element '{e.name}'", getattr(e, what))
        if not _is_finite(e.quadratic):
            raise ValueError(f"quadratic of element '{e.name}' is {e.quadratic}")
        if not (e.resistance or e.quadratic or e.inertance):
            raise ValueError(
                f"element '{e.name}' has no resistance, quadratic loss or inertance: "
                "make its two nodes one"
            )


def _check_rcr(node: str, rcr: Rcr) -> None:
    for what in ("proximal", "capacitance", "distal"):
        _not_negative(f"{what} of the outlet at node '{node}'", getattr(rcr, what))
    if not _is_finite(rcr.pressure):
        raise ValueError(f"pressure of the outlet at node '{node}' is {rcr.pressure}")
    if rcr.proximal == 0.0 and rcr.distal == 0.0:
        raise ValueError(f"outlet at node '{node}' has no resistance: use a pressure inlet")


def _is_finite(value: float) -> bool:
    return isinstance(value, int | float | np.number) and math.isfinite(value)


def _not_negative(what: str, value: float) -> None:
    if not (_is_finite(value) and value >= 0):
        raise ValueError(f"{what} is {value}: it must be a number >= 0")


def _parts(elements: Sequence[Element]) -> list[set[str]]:
    """Connected sets of nodes."""
    part_of: dict[str, set[str]] = {}
    for e in elements:
        joined = part_of.setdefault(e.a, {e.a}) | part_of.setdefault(e.b, {e.b})
        for node in joined:
            part_of[node] = joined
    return list({id(part): part for part in part_of.values()}.values())
