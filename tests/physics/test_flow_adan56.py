"""A 56-artery network against the 1D solver openBF: one of our elements per vessel.

A lumped element has no travelling waves: means agree closely, the pulse to some per cent.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ir_sim.flow import Element, Inlet, Network, Rcr

FILE = Path(__file__).parents[1] / "flow" / "data" / "adan56" / "adan56.json"
ML, MMHG = 1e-6, 133.322


def wall(vessel):
    """Thickness law and tube law of the reference: P = Pext + beta (sqrt(A/A0) - 1)."""
    r = vessel["Rp"]
    h = r * (0.2802 * np.exp(-505.3 * r) + 0.1324 * np.exp(-11.14 * r))
    return np.pi * r**2, h * vessel["E"] / (0.75 * r)


def network(model, pressure_pa):
    """The network with vessels as wide as they are at their mean pressures."""
    elements, compliances, outlets = [], {}, {}
    for v in model["vessels"]:
        a0, beta = wall(v)
        stretch = 1.0 + (pressure_pa[v["label"]] - v["Pext"]) / beta
        area = a0 * stretch**2
        resistance = 8 * np.pi * model["viscosity"] * v["L"] / area**2
        inertance = model["density"] * v["L"] / area
        a, b = str(v["sn"]), str(v["tn"])
        scale = ML / MMHG
        elements.append(Element(v["label"], a, b, resistance * scale, inertance=inertance * scale))
        for node in (a, b):
            half = 0.5 * v["L"] * 2 * a0 * stretch / beta / scale
            compliances[node] = compliances.get(node, 0.0) + half
        if "R1" in v:
            outlets[b] = Rcr(v["R1"] * scale, v["Cc"] / scale, v["R2"] * scale, 0.0)
    t, q = np.array(model["inlet"]).T
    root = str(model["vessels"][0]["sn"])
    inlet = Inlet("flow", times=t.tolist(), values=(q / ML).tolist())
    return Network(elements, compliances, outlets, {root: inlet}), t[-1] - t[0]


@pytest.fixture(scope="module")
def errors():
    model = json.loads(FILE.read_text())
    vessels = model["vessels"]
    pressure = {v["label"]: 13_000.0 for v in vessels}
    steps = 200
    for _ in range(2):
        net, period = network(model, pressure)
        result = net.run(period / steps, steps * 12)
        last = slice(-steps - 1, -1)
        p = {
            v["label"]: 0.5 * (result.pressure[str(v["sn"])] + result.pressure[str(v["tn"])])[last]
            for v in vessels
        }
        pressure = {label: float(x.mean()) * MMHG for label, x in p.items()}
    flow = {label: x[last] for label, x in result.flow.items()}
    of = {}
    largest = max(abs(v["Q"][0]) for v in vessels)
    of["flow"] = np.array(
        [
            abs(flow[v["label"]].mean() * ML / v["Q"][0] - 1)
            for v in vessels
            if abs(v["Q"][0]) > 1e-4 * largest
        ]
    )
    for name, pick, index in (
        ("mean", np.mean, 0),
        ("systolic", np.max, 1),
        ("diastolic", np.min, 2),
    ):
        of[name] = np.array([abs(pick(p[v["label"]]) * MMHG / v["P"][index] - 1) for v in vessels])
    return of


def test_mean_flows_and_pressures_agree(errors):
    assert len(errors["flow"]) >= 75
    assert errors["flow"].mean() < 0.01
    assert errors["flow"].max() < 0.03
    assert errors["mean"].mean() < 0.015
    assert errors["mean"].max() < 0.02


def test_the_pulse_agrees_as_far_as_a_lumped_network_can(errors):
    assert errors["systolic"].mean() < 0.025
    assert errors["systolic"].max() < 0.07
    assert errors["diastolic"].mean() < 0.04
    assert errors["diastolic"].max() < 0.07
