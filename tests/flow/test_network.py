"""The public `Network`: what it accepts, refuses and conserves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.flow import Element, Inlet, Network, Rcr
from ir_sim.flow.elimination import Elimination

PIPE = Element("v", "a", "b", resistance=2.0)


def build(elements=(PIPE,), **parts):
    parts.setdefault("outlets", {"b": Rcr(proximal=3.0, pressure=1.0)})
    parts.setdefault("inlets", {"a": Inlet("flow", values=4.0)})
    return Network(list(elements), **parts)


def test_a_single_value_is_a_steady_inlet_and_the_start_is_the_solution():
    result = build().run(dt=0.1, steps=3)
    np.testing.assert_allclose(result.times, [0.0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(result.pressure["a"], 1.0 + 4.0 * 5.0)
    np.testing.assert_allclose(result.flow["v"], 4.0)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"elements": []}, "at least one element"),
        ({"elements": [Element("v", "a", "b", resistance=-1.0)]}, "resistance of element 'v'"),
        ({"elements": [Element("v", "a", "b", inertance=-1.0)]}, "inertance of element 'v'"),
        ({"elements": [Element("v", "a", "b", quadratic=np.nan)]}, "quadratic of element 'v'"),
        ({"elements": [Element("v", "a", "b", resistance=None)]}, "resistance of element 'v'"),
        ({"elements": [Element("v", "a", "b")]}, "make its two nodes one"),
        ({"elements": [Element("v", "a", "a", resistance=1.0)]}, "starts and ends"),
        ({"elements": [PIPE, PIPE]}, "two elements are named 'v'"),
        ({"compliances": {"c": 1.0}}, "compliance at node 'c'"),
        ({"compliances": {"a": -1.0}}, "compliance at node 'a' is -1.0"),
        ({"outlets": {"b": Rcr(proximal=-1.0)}}, "proximal of the outlet at node 'b'"),
        ({"outlets": {"b": Rcr()}}, "has no resistance"),
        ({"outlets": {"b": Rcr(1.0, pressure=np.inf)}}, "pressure of the outlet"),
        ({"inlets": {"z": Inlet("flow", values=1.0)}}, "inlet at node 'z'"),
        ({"inlets": {"a": Inlet("flow")}}, "at least one"),
        ({"inlets": {"a": Inlet("flow", [0.0, 1.0], [1.0])}}, None),
        ({"inlets": {"a": Inlet("flow", [0.0], [1.0, 2.0])}}, "1 times for 2 values"),
        ({"inlets": {"a": Inlet("flow", [1.0, 0.0], [1.0, 2.0])}}, "must increase"),
        ({"inlets": {"a": Inlet("jet", values=1.0)}}, "kind is 'flow' or 'pressure'"),
    ],
)
def test_wrong_networks_are_refused_in_one_line(parts, words):
    parts = dict(parts)
    elements = parts.pop("elements", (PIPE,))
    if words is None:
        build(elements, **parts)
        return
    with pytest.raises(ValueError, match=words) as error:
        build(elements, **parts)
    assert "\n" not in str(error.value)


def test_a_floating_part_has_no_steady_state():
    lonely = Element("w", "c", "d", resistance=1.0)
    network = build((PIPE, lonely), inlets={}, compliances={"c": 1.0})
    with pytest.raises(ValueError, match="around node 'c'"):
        network.run(dt=0.1, steps=1)
    network.run(dt=0.1, steps=1, start="zero")


@pytest.mark.parametrize("wrong", [{"dt": 0.0}, {"dt": np.nan}, {"steps": -1}, {"start": "warm"}])
def test_wrong_runs_are_refused(wrong):
    with pytest.raises(ValueError, match=r"dt > 0|'steady' or 'zero'"):
        build().run(**{"dt": 0.1, "steps": 1, **wrong})


@st.composite
def graphs(draw):
    """A connected network with loops: nodes, element ends, conductances."""
    n = draw(st.integers(2, 80))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loops = draw(st.integers(0, 30))
    a = np.concatenate([[rng.integers(0, i) for i in range(1, n)], rng.integers(0, n, loops)])
    b = np.concatenate([np.arange(1, n), rng.integers(0, n, loops)])
    keep = a != b
    return n, a[keep].astype(np.int64), b[keep].astype(np.int64), rng


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_elimination_in_rounds_equals_a_dense_solve(graph):
    n, a, b, rng = graph
    g = 10.0 ** rng.uniform(-2, 2, len(a))
    shunt = 10.0 ** rng.uniform(-2, 1, n)
    rhs = rng.normal(size=n)
    diagonal = shunt + np.bincount(a, g, n) + np.bincount(b, g, n)
    matrix = np.diag(diagonal)
    np.add.at(matrix, (a, b), -g)
    np.add.at(matrix, (b, a), -g)
    x = Elimination(n, a, b, np.zeros(0, dtype=np.int64)).solve(diagonal.copy(), g, rhs.copy())
    exact = np.linalg.solve(matrix, rhs)
    np.testing.assert_allclose(x, exact, rtol=0, atol=1e-11 * np.abs(exact).max())


@settings(max_examples=25, deadline=None)
@given(graphs(), st.booleans())
def test_flow_is_conserved_at_every_node_with_loops_and_losses(graph, pulsatile):
    n, a, b, rng = graph
    elements = [
        Element(f"e{i}", f"n{x}", f"n{y}", *(10.0 ** rng.uniform(-2, 1, 3)))
        for i, (x, y) in enumerate(zip(a, b, strict=True))
    ]
    outlets = {f"n{n - 1}": Rcr(1.0, 0.3, 4.0, 2.0)}
    values = [5.0, 9.0, 5.0] if pulsatile else 5.0
    inlets = {"n0": Inlet("flow", [0.0, 0.3, 1.0], values)}
    result = Network(elements, {}, outlets, inlets).run(dt=0.02, steps=40)
    for node in range(1, n - 1):
        net = sum(result.flow[f"e{i}"] for i in np.flatnonzero(b == node))
        net = net - sum(result.flow[f"e{i}"] for i in np.flatnonzero(a == node))
        assert np.abs(net).max() <= 1e-8 * 9.0
