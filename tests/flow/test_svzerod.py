"""Our solver against runs of svZeroDSolver 3.2 (references: make_svzerod_references.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from .svzerod_reader import parse

DATA = Path(__file__).parent / "data" / "svzerod"
STEADY = sorted(p.stem for p in DATA.glob("steady_*.json"))
PULSATILE = sorted(p.stem for p in DATA.glob("pulsatile_*.json"))
CYCLES = 15


def run(name, points_per_cycle, cycles):
    """Pairs (ours, theirs) by quantity and vessel, at the places of the last cycle."""
    content = json.loads((DATA / f"{name}.json").read_text())
    case = parse(content["input"])
    result = case.network.run(case.period / points_per_cycle, points_per_cycle * cycles)
    total = content["input"]["simulation_parameters"]["number_of_time_pts_per_cardiac_cycle"] - 1
    at = result.times[-1] - case.period + case.period * np.array(content["at"]) / total
    for vessel, (a, b, first, last) in case.ends.items():
        theirs = content["svzerod_3.2"][vessel]
        for key, ours in (
            ("pressure_in", result.pressure[a]),
            ("pressure_out", result.pressure[b]),
            ("flow_in", result.flow[first]),
            ("flow_out", result.flow[last]),
        ):
            yield key, np.interp(at, result.times, ours), np.array(theirs[key])


@pytest.mark.parametrize("name", STEADY)
def test_steady_cases_are_exact(name):
    for _, ours, theirs in run(name, 4, 2):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", PULSATILE)
def test_pulsatile_waveforms_agree_to_a_fifth_of_a_percent_of_peak(name):
    for _, ours, theirs in run(name, 400, CYCLES):
        assert np.abs(ours - theirs).max() <= 2e-3 * np.abs(theirs).max()


def test_branched_anatomy_agrees_to_one_percent_of_the_pulse():
    for _, ours, theirs in run("branched_anatomy", 200, CYCLES):
        assert np.abs(ours - theirs).max() <= 1e-2 * np.ptp(theirs)
        assert abs(ours.mean() - theirs.mean()) <= 1e-3 * abs(theirs.mean())
