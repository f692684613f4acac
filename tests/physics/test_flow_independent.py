"""The network against a solver written another way: all equations at once, densely.

Unknowns are every node pressure, element flow and capacitor pressure; steps are implicit Euler with
Richardson's extrapolation. Nothing of the tested code is used.
"""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow import Element, Inlet, Network, Rcr
from ir_sim.flow.laws import (
    annulus,
    poiseuille,
    stenosis_expansion,
    stenosis_resistance,
    wall_shear_flow,
)


def interpolate(inlet, time):
    if np.ndim(inlet.values) == 0:
        return float(inlet.values)
    t0, t1 = inlet.times[0], inlet.times[-1]
    return float(np.interp(t0 + time % (t1 - t0), inlet.times, inlet.values))


def dense(elements, compliances, outlets, inlets, dt, steps):
    """Node pressures and element flows after ``steps`` from rest at zero, implicit Euler."""
    nodes = sorted({n for e in elements for n in (e.a, e.b)})
    at = {n: i for i, n in enumerate(nodes)}
    n, m, k = len(nodes), len(elements), len(outlets)
    rcrs = list(outlets.items())
    x = np.zeros(n + m + k)
    for i in range(1, steps + 1):
        time, old = i * dt, x.copy()
        for _ in range(40):  # Newton on the quadratic losses
            a, rhs = np.zeros((n + m + k, n + m + k)), np.zeros(n + m + k)
            for node, c in compliances.items():
                a[at[node], at[node]] += c / dt
                rhs[at[node]] += c / dt * old[at[node]]
            for j, e in enumerate(elements):
                row, q = n + j, x[n + j]
                a[at[e.a], row] += 1
                a[at[e.b], row] -= 1
                a[row, at[e.a]], a[row, at[e.b]] = -1, 1
                a[row, row] = e.resistance + e.inertance / dt + 2 * e.quadratic * abs(q)
                rhs[row] = e.inertance / dt * old[row] + e.quadratic * abs(q) * q
            for j, (node, r) in enumerate(rcrs):
                row, i_node = n + m + j, at[node]
                plain = r.capacitance == 0 or r.distal == 0
                if plain and r.distal == 0:  # straight to the pressure outside
                    a[i_node, i_node] += 1 / r.proximal
                    rhs[i_node] += r.pressure / r.proximal
                    a[row, row] = 1
                    continue
                if r.proximal == 0:  # the capacitor sits on the node
                    a[i_node, row] += r.capacitance / dt + 1 / r.distal
                    rhs[i_node] += r.capacitance / dt * old[row] + r.pressure / r.distal
                    a[row, row], a[row, i_node] = 1, -1
                    continue
                a[i_node, i_node] += 1 / r.proximal
                a[i_node, row] -= 1 / r.proximal
                a[row, row] = r.capacitance / dt + 1 / r.proximal + 1 / r.distal
                a[row, i_node] = -1 / r.proximal
                rhs[row] = r.capacitance / dt * old[row] + r.pressure / r.distal
            for node, inlet in inlets.items():
                if inlet.kind == "flow":
                    rhs[at[node]] += interpolate(inlet, time)
                else:
                    a[at[node]] = 0
                    a[at[node], at[node]] = 1
                    rhs[at[node]] = interpolate(inlet, time)
            new = np.linalg.solve(a, rhs)
            done = np.abs(new - x).max() < 1e-13 * (1 + np.abs(new).max())
            x = new
            if done:
                break
    return {node: x[i] for node, i in at.items()}, {
        e.name: x[n + j] for j, e in enumerate(elements)
    }


def wave(low, high, period=0.8):
    t = np.linspace(0, period, 401)
    v = low + (high - low) * np.sin(np.pi * t / period) ** 2
    return t.tolist(), v.tolist()


CASES = {
    "two pressure inlets, a loop, a plain resistance and a node without compliance": (
        [
            Element("in1", "p1", "x", resistance=2.0, inertance=0.05),
            Element("in2", "p2", "y", resistance=3.0),
            Element("top", "x", "z", resistance=4.0, quadratic=0.3),
            Element("low", "y", "z", resistance=5.0, inertance=0.1),
            Element("cross", "x", "y", resistance=1.0),
            Element("out", "z", "w", resistance=1.5, inertance=0.02),
        ],
        {"x": 0.02, "z": 0.05},
        {"w": Rcr(8.0, 0.0, 0.0, 3.0), "y": Rcr(30.0, 0.01, 100.0, 2.0)},
        {
            "p1": Inlet("pressure", *wave(80, 120)),
            "p2": Inlet("pressure", values=95.0),
        },
    ),
    "a flow inlet with a capacitor on the outlet's node and a zero-capacitance outlet": (
        [
            Element("v0", "a", "b", resistance=1.0, inertance=0.01),
            Element("v1", "b", "c", resistance=2.0, quadratic=0.5, inertance=0.02),
            Element("v2", "b", "d", resistance=6.0),
        ],
        {"a": 0.03},
        {"c": Rcr(0.0, 0.05, 50.0, 5.0), "d": Rcr(20.0, 0.0, 60.0, 5.0)},
        {"a": Inlet("flow", *wave(0, 6))},
    ),
    "a flow against a pressure through parallel vessels that reverse": (
        [
            Element("one", "a", "b", resistance=3.0, inertance=0.2),
            Element("two", "a", "b", resistance=7.0, quadratic=1.0),
            Element("end", "b", "c", resistance=1.0),
        ],
        {"b": 0.01},
        {},
        {"a": Inlet("flow", *wave(-4, 6)), "c": Inlet("pressure", *wave(60, 40))},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_transients_equal_those_of_an_independent_solver(name):
    elements, compliances, outlets, inlets = CASES[name]
    duration = 1.0
    coarse, fine = (
        dense(elements, compliances, outlets, inlets, duration / n, n) for n in (400, 800)
    )
    result = Network(elements, compliances, outlets, inlets).run(duration / 800, 800, start="zero")
    for ours, quick, slow in (
        (result.pressure, coarse[0], fine[0]),
        (result.flow, coarse[1], fine[1]),
    ):
        size = max(abs(v) for v in slow.values())
        for key, value in slow.items():
            exact = 2 * value - quick[key]
            assert ours[key][-1] == pytest.approx(exact, abs=1e-3 * size)


def test_an_element_between_two_pressures_needs_nothing_else():
    net = Network(
        [Element("v", "a", "b", resistance=4.0, quadratic=2.0)],
        inlets={"a": Inlet("pressure", values=30.0), "b": Inlet("pressure", values=0.0)},
    )
    flow = net.run(0.01, 3).flow["v"]
    exact = (-4.0 + np.sqrt(16 + 4 * 2 * 30.0)) / 4.0
    np.testing.assert_allclose(flow, exact, rtol=1e-9)


# note flow.md section 4: 6 mm artery for 8.3 mL/s at 93 mmHg, lesion of 10 mm; prototype's figures
@pytest.mark.parametrize(
    ("percent", "flow_ml_min", "drop_mmhg"),
    [(50, 465, 6), (60, 421, 13), (70, 327, 30), (80, 178, 57), (90, 37, 82)],
)
def test_the_table_of_stenoses(percent, flow_ml_min, drop_mmhg):
    throat = 6.0 * (1 - percent / 100)
    extra = stenosis_resistance(6.0, throat, 10.0)
    k = stenosis_expansion(np.pi * 9.0, np.pi * (throat / 2) ** 2)
    pieces = [poiseuille(length, 3.0) for length in (40.0, 20.0, 20.0)]
    bed = 88 / 8.33
    net = Network(
        [
            Element("up", "a", "b", resistance=pieces[0]),
            Element("lesion", "b", "c", resistance=pieces[1] + extra, quadratic=k),
            Element("down", "c", "d", resistance=pieces[2]),
        ],
        outlets={"d": Rcr(bed, pressure=5.0)},
        inlets={"a": Inlet("pressure", values=93.0)},
    )
    result = net.run(0.01, 1)
    assert 60 * result.flow["up"][-1] == pytest.approx(flow_ml_min, rel=0.01, abs=0.5)
    drop = result.pressure["b"][-1] - result.pressure["c"][-1]
    assert drop == pytest.approx(drop_mmhg, rel=0.01, abs=0.5)


@pytest.mark.parametrize(("radius", "flow_ml_min"), [(2.5, 378), (2.8, 88)])
def test_a_catheter_leaves_the_flow_of_the_annulus(radius, flow_ml_min):
    around = float(annulus(np.array([20.0]), np.array([3.0]), np.array([radius]))[0])
    pieces = poiseuille(60.0, 3.0)
    flow = 88.0 / (pieces + around + 88 / 8.33)
    assert 60 * flow == pytest.approx(flow_ml_min, rel=0.01)


def test_poiseuille_and_annulus_are_their_closed_forms():
    # 8 mu L / (pi r^4) for 100 mm of 6 mm: 8 * 0.004 * 0.1 / (pi 0.003^4) Pa s/m3
    exact = 8 * 0.004 * 0.1 / (np.pi * 0.003**4) / 133.322e6
    assert poiseuille(100.0, 3.0) == pytest.approx(exact, rel=1e-12)
    # a thin gap h round a cylinder is a slit: 12 mu L / (2 pi r h^3)
    r, h = 3.0, 0.15
    slit = 12 * 0.004 * 0.1 / (2 * np.pi * 2.925e-3 * (h * 1e-3) ** 3) / 133.322e6
    gap = float(annulus(np.array([100.0]), np.array([r]), np.array([r - h]))[0])
    assert gap == pytest.approx(slit, rel=0.01)
    # no device: the open tube (the limit is logarithmic)
    open_ = float(annulus(np.array([100.0]), np.array([r]), np.array([1e-9]))[0])
    assert open_ == pytest.approx(poiseuille(100.0, r), rel=0.1)


def test_one_shear_stress_is_murrays_cube():
    assert wall_shear_flow(2.0, 1.0) / wall_shear_flow(1.0, 1.0) == pytest.approx(8.0)
