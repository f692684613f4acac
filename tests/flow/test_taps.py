"""A tap inside an element equals a node of its own there."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow.circuit import Circuit
from ir_sim.flow.parts import Outlets, Taps


def circuit(a, b, resistance, leak=None):
    rows = [(2, 2.0, 0.02, 30.0, 5.0), (3, 2.0, 0.02, 30.0, 5.0)]
    if leak is not None and leak[0] > 0:  # a conductance as two halves in series
        rows.append((4, 0.5 / leak[0], 0.0, 0.5 / leak[0], leak[1]))
    node, *values = np.array(rows).T
    outlets = Outlets(node.astype(int), *values)
    c = Circuit(max(*a, *b) + 1, np.array(a), np.array(b), outlets=outlets, fixed=np.array([0]))
    c.resistance = np.array(resistance)
    c.fixed_pressure = np.array([90.0])
    return c


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.93])
@pytest.mark.parametrize(
    ("flow", "conductance", "pressure"), [(3.0, 0.0, 0.0), (0.0, 0.4, 2.0), (8.0, 0.03, 40.0)]
)
def test_a_tap_is_a_node(fraction, flow, conductance, pressure):
    tapped = circuit([0, 1, 1], [1, 2, 3], [1.0, 9.0, 4.0])
    taps = Taps(*(np.array([x]) for x in (1, fraction, flow, conductance, pressure)))
    split = [1.0, 9.0 * fraction, 4.0, 9.0 * (1 - fraction)]
    plain = circuit([0, 1, 1, 4], [1, 4, 3, 2], split, (conductance, pressure))
    plain.source[4] = flow
    for _ in range(50):
        tapped.step(0.01, taps)
        plain.step(0.01)
        entering = flow - conductance * (plain.pressure[4] - pressure)
        assert tapped.tap_pressure[0] == pytest.approx(plain.pressure[4], rel=1e-9)
        assert tapped.tap_flow[0] == pytest.approx(entering, rel=1e-9)
        np.testing.assert_allclose(tapped.pressure[:4], plain.pressure[:4], rtol=1e-9)
        assert tapped.flow_a[1] == pytest.approx(plain.flow[1], rel=1e-9)
        assert tapped.flow_b[1] == pytest.approx(plain.flow[3], rel=1e-9)
