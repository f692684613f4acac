"""Closed forms of the network's parts."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow import Element, Inlet, Network, Rcr


def sine(mean=2.0, amplitude=1.0, period=0.8, points=2001):
    t = np.linspace(0.0, period, points)
    return Inlet("flow", t, mean + amplitude * np.sin(2 * np.pi * t / period))


def last_cycle(result, period, values):
    keep = result.times > result.times[-1] - period + 1e-9
    return result.times[keep], values[keep]


def test_windkessel_answers_a_sine_with_its_complex_impedance():
    period, rp, c, rd, r = 0.8, 30.0, 2e-3, 400.0, 15.0
    network = Network(
        [Element("v", "a", "b", resistance=r)],
        outlets={"b": Rcr(rp, c, rd, 5.0)},
        inlets={"a": sine()},
    )
    result = network.run(dt=period / 400, steps=400 * 12)
    t, p = last_cycle(result, period, result.pressure["a"])
    w = 2 * np.pi / period
    z = r + rp + rd / (1 + 1j * w * c * rd)
    exact = 5.0 + 2.0 * (r + rp + rd) + np.imag(z * np.exp(1j * w * t))
    assert np.abs(p - exact).max() < 1e-4 * np.ptp(exact)


def test_error_falls_with_the_square_of_the_step():
    period = 0.8
    network = Network(
        [Element("v", "a", "b", resistance=15.0, inertance=0.6)],
        compliances={"b": 1e-3},
        outlets={"b": Rcr(30.0, 2e-3, 400.0, 5.0)},
        inlets={"a": sine(points=12801)},
    )
    runs = [network.run(dt=period / n, steps=n * 8) for n in (50, 100, 1600)]
    at = np.linspace(6 * period, 7 * period, 51)[:-1]
    p = [np.interp(at, r.times, r.pressure["b"]) for r in runs]
    coarse, fine = (np.abs(x - p[2]).max() for x in p[:2])
    assert coarse / fine == pytest.approx(4.0, rel=0.15)


def test_an_inertance_lets_flow_rise_exponentially():
    r, inertance, p = 4.0, 2.0, 10.0
    network = Network(
        [Element("v", "a", "b", inertance=inertance)],
        outlets={"b": Rcr(r, pressure=0.0)},
        inlets={"a": Inlet("pressure", values=p)},
    )
    result = network.run(dt=0.001, steps=2000, start="zero")
    exact = p / r * (1 - np.exp(-r * result.times / inertance))
    assert np.abs(result.flow["v"] - exact).max() < 2e-3 * p / r


def test_a_quadratic_loss_solves_its_parabola():
    for r, k in ((0.0, 7.0), (3.0, 7.0), (3.0, 0.0), (9.0, -1.0)):
        network = Network(
            [Element("v", "a", "b", resistance=r, quadratic=k)],
            outlets={"b": Rcr(2.0, pressure=0.0)},
            inlets={"a": Inlet("pressure", values=20.0)},
        )
        q = network.run(dt=0.01, steps=5).flow["v"][-1]
        assert (r + 2.0) * q + k * q * q == pytest.approx(20.0, rel=1e-10)


def test_reversing_the_pressure_reverses_the_flow_exactly():
    for sign in (1.0, -1.0):
        network = Network(
            [Element("v", "a", "b", resistance=1.0, quadratic=3.0)],
            outlets={"b": Rcr(2.0, pressure=0.0)},
            inlets={"a": Inlet("pressure", values=sign * 20.0)},
        )
        q = network.run(dt=0.01, steps=2).flow["v"][-1]
        assert q == pytest.approx(sign * (np.sqrt(9.0 + 4 * 3.0 * 20.0) - 3.0) / 6.0, rel=1e-9)
