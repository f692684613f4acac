"""A tap inside an element equals a node of its own there."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow.circuit import Circuit, Outlets, Taps


def circuit(a, b, resistance, quadratic, outlet_node):
    n = len(outlet_node)
    outlets = Outlets(
        np.array(outlet_node), np.full(n, 2.0), np.full(n, 0.02), np.full(n, 30.0), np.full(n, 5.0)
    )
    c = Circuit(max(*a, *b) + 1, np.array(a), np.array(b), outlets=outlets, fixed=np.array([0]))
    c.resistance, c.quadratic = np.array(resistance), np.array(quadratic)
    c.fixed_pressure = np.array([90.0])
    return c


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.93])
@pytest.mark.parametrize(
    ("flow", "conductance", "pressure"), [(3.0, 0.0, 0.0), (0.0, 0.4, 2.0), (8.0, 0.03, 40.0)]
)
def test_a_tap_is_a_node(fraction, flow, conductance, pressure):
    tapped = circuit([0, 1, 1], [1, 2, 3], [1.0, 9.0, 4.0], [0.0] * 3, [2, 3])
    taps = Taps(*(np.array([x]) for x in (1, fraction, flow, conductance, pressure)))
    plain = circuit(
        [0, 1, 1, 4],
        [1, 4, 3, 2],
        [1.0, 9.0 * fraction, 4.0, 9.0 * (1 - fraction)],
        [0.0] * 4,
        [2, 3],
    )
    for _ in range(400):
        tapped.step(0.01, taps)
    # the same in the other network: the leak as an outlet of two halves, the flow as a source
    for _ in range(400):
        inside = plain.pressure[4]
        plain.source[4] = flow - conductance * (inside - pressure)
        plain.step(0.01)
    # the explicit leak settles to the same steady state
    assert tapped.tap_pressure[0] == pytest.approx(plain.pressure[4], rel=1e-6)
    assert tapped.tap_flow[0] == pytest.approx(plain.source[4], rel=1e-6, abs=1e-6)
    np.testing.assert_allclose(tapped.pressure[:4], plain.pressure[:4], rtol=1e-6)
    assert tapped.flow_a[1] == pytest.approx(plain.flow[1], rel=1e-6, abs=1e-6)
    assert tapped.flow_b[1] == pytest.approx(plain.flow[3], rel=1e-6, abs=1e-6)
