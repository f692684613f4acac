"""Transport on its own: conservation, bounds, arrival, splits, reflux, dispersion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.flow.transport import MIXING_RADII, Moves, Transport

DT = 1 / 60


class Rig:
    """A transport with its moves made from flows; a node's imbalance goes to or from outside."""

    def __init__(self, a, b, length, radius, cell_mm=2.0, root_volume=0.0):
        self.a, self.b = np.array(a), np.array(b)
        self.length, self.radius = np.array(length, float), np.array(radius, float)
        self.n_nodes = int(max(self.a.max(), self.b.max())) + 1
        count = np.maximum(np.round(self.length / cell_mm).astype(int), 2)
        volume = np.pi * self.radius**2 * self.length * 1e-3
        self.transport = Transport(
            self.a, self.b, self.n_nodes, count, volume, self.length, root_volume, 1
        )
        self.taps, self.injected, self.left = [], 0.0, 0.0

    def step(self, flow, growth=None, counter=None, taps=(), boundary=0.0, dt=DT):
        """``taps``: (element, cell, mL/s, mg/mL); ``boundary``: mg/mL from outside."""
        t = self.transport
        enter = np.asarray(flow, float) * dt
        growth = np.zeros_like(enter) if growth is None else np.asarray(growth)
        taps = sorted(taps)
        t.cut([(e, c) for e, c, _, _ in taps])
        tap = np.array([q * dt for _, _, q, _ in taps])
        leave = enter - growth
        for (e, _, _, _), v in zip(taps, tap, strict=True):
            leave[e] += v
        net = np.bincount(self.b, leave, self.n_nodes) - np.bincount(self.a, enter, self.n_nodes)
        node_in, node_out = np.maximum(-net, 0), np.maximum(net, 0)
        speed = np.abs(flow) * 1e3 / (np.pi * self.radius**2)
        counter = np.zeros_like(enter) if counter is None else np.asarray(counter) * dt
        moves = Moves(
            enter, t.volume + growth, counter, tap, node_in, node_out, t.root_volume, speed, dt
        )
        mass_in = node_in * boundary
        tap_mass = np.array([max(v, 0) * c for v, (_, _, _, c) in zip(tap, taps, strict=True)])
        limit = max([boundary, *(c for *_, c in taps)])
        self.limit = max(getattr(self, "limit", 0.0), limit)
        out, tap_out = t.step(
            moves, mass_in[None], tap_mass[None], np.array([self.limit]), np.array([0])
        )
        self.injected += mass_in.sum() + tap_mass.sum()
        self.left += out.sum() + tap_out.sum()
        return out[0]

    @property
    def inside(self):
        return self.transport.mass.sum() + self.transport.node_mass.sum()


def positions(rig, element=0):
    cells = rig.transport.cells
    n = cells.count[element]
    return slice(cells.first[element], cells.first[element] + n), (np.arange(n) + 0.5) / n


@st.composite
def trees(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 25))
    a = [0] + [int(rng.integers(1, i + 1)) for i in range(1, n)]
    if draw(st.booleans()) and n > 4:
        a[-1] = 1
    rig = Rig(a, np.arange(1, n + 1), rng.uniform(3, 120, n), rng.uniform(0.4, 9, n))
    return rig, rng


@settings(max_examples=60, deadline=None)
@given(trees())
def test_random_flows_growth_and_taps_conserve_mass_and_bounds(made):
    rig, rng = made
    n = len(rig.a)
    count = rig.transport.cells.count
    base = rng.normal(size=n) * 10 ** rng.uniform(-2, 1.5, n)
    for step in range(40):
        flow = base * (1 + np.sin(step / 3.0) * 1.5)
        growth = rig.transport.volume * rng.uniform(-0.02, 0.02, n)
        taps = {}
        for _ in range(int(rng.integers(0, 4))):
            e = int(rng.integers(n))
            cell = int(rng.integers(1, count[e]))
            taps[e, cell] = (e, cell, float(rng.uniform(-2, 6)), float(rng.uniform(0, 300)))
        rig.step(flow, growth, taps=list(taps.values()), boundary=rng.uniform(0, 200))
        t = rig.transport
        assert abs(rig.inside + rig.left - rig.injected) <= 1e-11 * max(rig.injected, 1e-9)
        for lane in (0, 1):
            c = t.concentration(0, lane)
            assert np.isfinite(c).all()
            assert c.min() >= -1e-9 * rig.limit
            assert c.max() <= rig.limit * (1 + 1e-9)


def test_a_uniform_concentration_stays_uniform_while_vessels_breathe():
    rig = Rig([0, 1, 1], [1, 2, 3], [80, 60, 40], [4, 3, 2])
    rng = np.random.default_rng(3)
    for _ in range(300):
        rig.step([40, 25, 15], boundary=100.0)
    for _ in range(100):
        growth = rig.transport.volume * rng.uniform(-0.05, 0.05, 3)
        rig.step([40, 25, 15] * rng.uniform(-1, 1.5, 3), growth, boundary=100.0)
    c = rig.transport.concentration(0)
    keep = np.setdiff1d(np.arange(len(c)), rig.transport.cells.pad)
    np.testing.assert_allclose(c[keep], 100.0, rtol=1e-10)


@pytest.mark.parametrize("ratio", [0.25, 0.5, 1.0, 1.5, 2.0, 4.0])
def test_reflux_is_one_minus_flow_by_injection(ratio):
    """Downstream takes Q whatever is injected, so q - Q runs back."""
    q_bed = 5.0
    rig = Rig([0], [1], [1200.0], [2.5])
    for _ in range(30):
        rig.step([q_bed - ratio * q_bed], taps=[(0, 300, ratio * q_bed, 300.0)])
    cells, x = positions(rig)
    upstream = rig.transport.mass[0].sum(0)[cells][x < 0.5].sum()
    assert upstream / rig.injected == pytest.approx(max(0.0, 1 - 1 / ratio), abs=1e-9)


def test_a_bifurcation_splits_by_flow_though_it_pulses():
    rig = Rig([0, 1, 1], [1, 2, 3], [100, 150, 150], [3, 2.4, 2.0])
    out = np.zeros(4)
    for step in range(60 * 14):
        pulse = 1 + 0.8 * np.sin(2 * np.pi * step / 48)
        taps = [(0, 20, 1e-6, 3e8)] if step < 48 else []
        out += rig.step(np.array([8.0, 5.0, 3.0]) * pulse, taps=taps)
    assert out[2] / out.sum() == pytest.approx(5.0 / 8.0, rel=0.01)
    assert out.sum() == pytest.approx(rig.injected, rel=1e-6)


def test_mean_arrival_is_swept_volume_by_flow_to_within_a_frame():
    rig = Rig([0, 1, 1], [1, 2, 3], [100, 150, 150], [3, 2.4, 2.0])
    volume = rig.transport.volume
    arrived, moment = np.zeros(4), np.zeros(4)
    for step in range(60 * 14):
        taps = [(0, 1, 1e-9, 3e11)] if step == 0 else []
        out = rig.step([8.0, 5.0, 3.0], taps=taps)
        arrived += out
        moment += out * (step + 0.5) * DT
    before = volume[0] * (1 - 1 / rig.transport.cells.count[0]) / 8.0
    for node, flow in ((2, 5.0), (3, 3.0)):
        exact = before + volume[node - 1] / flow
        assert abs(moment[node] / arrived[node] - exact) <= DT


@pytest.mark.parametrize("speed", [100.0, 300.0, 800.0])
def test_lanes_disperse_as_theory_has_it(speed):
    """Two streams of u +- u/2 that exchange at u/(8 r) each way: D = (u/2)^2 / (2 * u/(8 r))."""
    radius = 2.5
    rig = Rig([0], [1], [6000.0], [radius])
    cells, x = positions(rig)
    x = 6000.0 * x
    rig.transport.mass[0][:, cells] = np.exp(-0.5 * ((x - 300) / 15) ** 2)
    flow = speed * np.pi * radius**2 * 1e-3
    steps = int(4500 / speed * 60)
    history = []
    for _ in range(steps):
        rig.step([flow])
        c = rig.transport.mass[0].sum(0)[cells]
        mean = (x * c).sum() / c.sum()
        history.append([mean, ((x - mean) ** 2 * c).sum() / c.sum()])
    (m0, v0), (m1, v1) = history[steps // 2], history[-1]
    time = (steps - 1 - steps // 2) * DT
    theory = speed * radius * MIXING_RADII / 8
    assert (v1 - v0) / (2 * time) == pytest.approx(theory, rel=0.05)
    assert (m1 - m0) / time == pytest.approx(speed, rel=1e-3)


def test_a_blind_pouch_fills_by_counterflow_and_conserves():
    rig = Rig([0, 1, 1], [1, 2, 3], [60, 60, 8], [2, 2, 3])
    for _ in range(600):
        rig.step([4.0, 4.0, 0.0], counter=[0, 0, 0.2], boundary=50.0)
    cells, _ = positions(rig, 2)
    assert rig.transport.concentration(0)[cells].min() > 49.0
    assert rig.transport.concentration(0)[cells].max() <= 50.0 * (1 + 1e-12)
    assert rig.inside + rig.left == pytest.approx(rig.injected, rel=1e-11)
