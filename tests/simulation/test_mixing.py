"""Smearing contrast along vessels: it keeps what it must keep."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import ir_sim
from ir_sim.anatomy import build_tree
from ir_sim.simulation.mixing import Mixing
from tests.flow.cases import aorta_with_two

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


def test_at_a_fork_the_three_lumens_have_one_value_and_far_from_it_their_own() -> None:
    tree = build_tree(aorta_with_two())
    values = np.zeros(len(tree.sample_radius_mm))
    upper, lower, trunk = (tree.by_id[name] for name in ("upper", "lower", "artery"))
    values[tree.first[upper.index] : tree.first[upper.index + 1]] = 300.0
    seen = Mixing(tree).smear(values)
    at = [tree.first[v.index] + int(np.argmin(np.abs(v.s_mm))) for v in (upper, lower)]
    at.append(int(tree.first[trunk.index + 1]) - 1)
    assert np.ptp(seen[at]) < 45.0
    assert seen.max() <= 300.0
    assert seen.min() >= 0.0
    assert seen[tree.first[upper.index + 1] - 2] == 300.0
    assert seen[tree.first[lower.index + 1] - 2] == 0.0
