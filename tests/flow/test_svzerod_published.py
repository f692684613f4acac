"""Our solver against the cases that svZeroDSolver is tested with itself, and their results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from .svzerod_reader import parse

FILE = Path(__file__).parent / "data" / "svzerod_published" / "cases.json"
CASES = json.loads(FILE.read_text())
STEADY = [name for name in CASES if name.startswith("steady")]
PULSATILE = [name for name in CASES if not name.startswith("steady")]


def compare(name, steps, cycles):
    """(quantity, ours, theirs) of each vessel over the last cycle."""
    case = parse(CASES[name]["input"])
    result = case.network.run(case.period / steps, steps * cycles)
    for vessel, (a, b, first, last) in case.ends.items():
        theirs = CASES[name]["results"][vessel]
        at = result.times[-1] - case.period + np.array(theirs["time"]) % case.period
        for key, ours in (
            ("pressure_in", result.pressure[a]),
            ("pressure_out", result.pressure[b]),
            ("flow_in", result.flow.get(first)),
            ("flow_out", result.flow[last]),
        ):
            if ours is not None:  # what enters a capacitor first is no element's flow
                yield key, np.interp(at, result.times, ours), np.array(theirs[key])


@pytest.mark.parametrize("name", STEADY)
def test_steady_cases_are_exact(name):
    seen = 0
    for _, ours, theirs in compare(name, 4, 2):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
        seen += 1
    assert seen >= 4


@pytest.mark.parametrize("name", PULSATILE)
def test_pulsatile_cases_agree_to_a_thousandth_of_the_peak(name):
    for _, ours, theirs in compare(name, 400, 12):
        assert np.abs(ours - theirs).max() <= 1e-3 * np.abs(theirs).max()
