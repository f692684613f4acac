"""Smearing contrast along vessels: it keeps what it must keep."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import ir_sim
from ir_sim.anatomy import build_tree
from ir_sim.simulation.mixing import Mixing

TREE = build_tree(ir_sim.load_scenario("right-renal-selective").anatomy)
MIXING = Mixing(TREE)
COUNT = len(TREE.sample_radius_mm)


@given(st.lists(st.floats(0.0, 300.0), min_size=2, max_size=40))
def test_it_never_goes_beyond_what_was_there(knots):
    values = np.interp(np.arange(COUNT), np.linspace(0, COUNT, len(knots)), knots)
    smeared = MIXING.smear(values)
    assert smeared.min() >= 0.0
    assert smeared.max() <= values.max() + 1e-9


def test_even_contrast_stays_even():
    assert np.allclose(MIXING.smear(np.full(COUNT, 120.0)), 120.0)


def test_a_front_is_drawn_out_over_the_vessels_width_and_stays_in_place():
    aorta = TREE.by_id["aorta"]
    low, high = TREE.first[aorta.index : aorta.index + 2]
    middle = (low + high) // 2
    values = np.zeros(COUNT)
    values[low:middle] = 300.0
    smeared = MIXING.smear(values)[low:high]
    s = aorta.s_mm
    between = s[(smeared > 30.0) & (smeared < 270.0)]
    width = between.max() - between.min()
    radius = float(TREE.sample_radius_mm[middle])
    assert 1.5 * radius < width < 4.0 * radius
    half = float(np.interp(-150.0, -smeared, s))
    assert abs(half - float(s[middle - low] - 0.5)) < 1.5
