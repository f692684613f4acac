"""Random networks against a solver of another kind: dense, trapezoidal, all unknowns at once."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow import Element, Inlet, Network, Rcr

PERIOD = 1.0


def random_network(seed):
    """Loops, losses, inertances, compliances, two to three outlets, an inlet of each kind."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 11))
    pairs = [(int(rng.integers(0, k)), k) for k in range(1, n)]
    pairs += [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(3)]
    elements = [
        Element(
            f"e{k}",
            f"n{a}",
            f"n{b}",
            resistance=float(rng.uniform(0.2, 3.0)),
            quadratic=float(rng.choice([0.0, rng.uniform(0.0, 0.5)])),
            inertance=float(rng.choice([0.0, rng.uniform(0.005, 0.05)])),
        )
        for k, (a, b) in enumerate(pairs)
    ]
    compliances = {f"n{k}": float(rng.uniform(0.002, 0.05)) for k in range(0, n, 2)}
    outlets = {
        f"n{k}": Rcr(
            proximal=float(rng.uniform(0.5, 2.0)),
            capacitance=float(rng.choice([0.0, rng.uniform(0.01, 0.1)])),
            distal=float(rng.uniform(1.0, 5.0)),
            pressure=float(rng.uniform(0.0, 5.0)),
        )
        for k in rng.choice(np.arange(2, n), int(rng.integers(2, 4)), replace=False).tolist()
    }
    times = np.linspace(0.0, PERIOD, 401)
    wave = np.sin(2 * np.pi * times)
    inlets = {
        "n0": Inlet("flow", times.tolist(), (6.0 + 3.0 * wave).tolist()),
        "n1": Inlet("pressure", times.tolist(), (12.0 + 4.0 * np.cos(2 * np.pi * times)).tolist()),
    }
    return elements, compliances, outlets, inlets


def trapezoidal(parts, dt, steps):
    """Pressures (steps + 1, nodes) and flows (steps + 1, elements), by Newton on everything."""
    elements, compliances, outlets, inlets = parts
    names = sorted({e.a for e in elements} | {e.b for e in elements})
    at = {name: i for i, name in enumerate(names)}
    n, m, k = len(names), len(elements), len(outlets)
    a, b = (np.array([at[getattr(e, end)] for e in elements]) for end in "ab")
    losses = ("resistance", "quadratic", "inertance")
    r, q, inertance = (np.array([getattr(e, x) for e in elements]) for x in losses)
    mass = np.zeros(n + m + k)
    mass[:n] = [compliances.get(name, 0.0) for name in names]
    mass[n : n + m] = inertance
    mass[n + m :] = [o.capacitance for o in outlets.values()]
    out = np.array([at[name] for name in outlets])
    sides = ("proximal", "distal")
    gp, gd = (np.array([1.0 / getattr(o, x) for o in outlets.values()]) for x in sides)
    outside = np.array([o.pressure for o in outlets.values()])
    held = at["n1"]
    mass[held] = 0.0

    def wave(name, t):
        inlet = inlets[name]
        return float(np.interp(t % PERIOD, inlet.times, inlet.values))

    def residual(x, t):
        p, flow, inner = x[:n], x[n : n + m], x[n + m :]
        f = np.zeros(n + m + k)
        np.add.at(f, a, -flow)
        np.add.at(f, b, flow)
        f[at["n0"]] += wave("n0", t)
        np.add.at(f, out, -gp * (p[out] - inner))
        f[held] = wave("n1", t) - p[held]
        f[n : n + m] = p[a] - p[b] - r * flow - q * np.abs(flow) * flow
        f[n + m :] = gp * (p[out] - inner) - gd * (inner - outside)
        j = np.zeros((n + m + k, n + m + k))
        e = np.arange(m)
        np.add.at(j, (a, n + e), -1.0)
        np.add.at(j, (b, n + e), 1.0)
        j[n + e, a] += 1.0
        j[n + e, b] -= 1.0
        j[n + e, n + e] = -r - 2.0 * q * np.abs(flow)
        o = np.arange(k)
        np.add.at(j, (out, out), -gp)
        np.add.at(j, (out, n + m + o), gp)
        j[n + m + o, out] += gp
        j[n + m + o, n + m + o] -= gp + gd
        j[held] = 0.0
        j[held, held] = -1.0
        return f, j

    x, found = np.zeros(n + m + k), []
    moving = mass > 0.0
    before = residual(x, 0.0)[0]
    for step in range(1, steps + 1):
        t, old = step * dt, x.copy()
        for _ in range(30):
            f, j = residual(x, t)
            left = np.where(moving, mass * (x - old) / dt - 0.5 * (f + before), -f)
            slope = np.where(moving[:, None], np.diag(mass / dt) - 0.5 * j, -j)
            change = np.linalg.solve(slope, left)
            x = x - change
            if np.max(np.abs(change)) < 1e-10:
                break
        before = residual(x, t)[0]
        found.append(x.copy())
    found = np.array(found)
    return names, found[:, :n], found[:, n : n + m]


@pytest.mark.parametrize("seed", range(4))
def test_a_random_network_agrees_with_a_dense_solver(seed):
    parts = random_network(seed)
    elements, compliances, outlets, inlets = parts
    steps = 900
    dt = 3 * PERIOD / steps
    names, pressure, flow = trapezoidal(parts, dt, steps)
    ours = Network(elements, compliances=compliances, outlets=outlets, inlets=inlets).run(
        dt=dt, steps=steps, start="steady"
    )
    last = slice(-round(PERIOD / dt), None)
    whole = np.ptp(pressure[last])
    for i, name in enumerate(names):
        wrong = np.abs(ours.pressure[name][1:][last] - pressure[last, i]).max()
        assert wrong < 1e-3 * whole, name
    most = np.abs(flow[last]).max()
    for i, element in enumerate(elements):
        wrong = np.abs(ours.flow[element.name][1:][last] - flow[last, i]).max()
        assert wrong < 1e-3 * most, element.name
