"""The laws of clot against published figures and their own limits."""

import math

import numpy as np
import pytest

from ir_sim.treatment import clot_laws, lysis_laws
from ir_sim.treatment.comparison import percent, rows, wilson

SUCTION = clot_laws.Means(suction=True, retriever=False)
RETRIEVER = clot_laws.Means(suction=False, retriever=True)
BOTH = clot_laws.Means(suction=True, retriever=True)


@pytest.mark.parametrize(("means", "published"), [(SUCTION, 0.60), (RETRIEVER, 0.59), (BOTH, 0.83)])
def test_rates_over_500_seeds_hold_the_published_ones(means, published):
    hits = sum(clot_laws.procedure(np.random.default_rng([s, 31]), means) for s in range(500))
    low, high = wilson(hits, 500)
    assert low < published < high


def test_suction_is_pressure_times_area_once_it_has_sealed():
    area_m2 = math.pi * 0.9e-3**2
    assert clot_laws.suction_n(85.0, 1.8, 1e6) == pytest.approx(85e3 * area_m2)
    assert clot_laws.suction_n(85.0, 1.8, 0.0) == 0.0


def test_waiting_gripping_more_and_fewer_passes_help_and_fibrin_does_not():
    assert clot_laws.grip_n(10.0, 240.0) > clot_laws.grip_n(10.0, 60.0) > 0.0
    held = clot_laws.adhesion_n(2.7, 10.0, 0.4)
    assert clot_laws.success(held, 0.4, 0) > clot_laws.success(held, 0.2, 0)
    assert clot_laws.success(held, 0.4, 1) == pytest.approx(0.85 * clot_laws.success(held, 0.4, 0))
    assert clot_laws.success(held, 0.0, 0) == 0.0
    assert clot_laws.adhesion_n(2.7, 10.0, 0.8) > held
    assert clot_laws.success(1e-9, 1.0, 0) <= clot_laws.MOST


def test_arrest_of_flow_and_fibrin_keep_pieces_from_breaking_off():
    assert clot_laws.breaking(0.4, arrested=True) < clot_laws.breaking(0.4, arrested=False)
    assert clot_laws.breaking(1.0, arrested=False) == 0.0


def test_a_slow_pull_does_not_tear():
    assert clot_laws.tearing(5.0, 1) == 0.0
    assert clot_laws.tearing(24.0, 1) == pytest.approx(clot_laws.TEARS)


def test_lysis_is_exponential_with_the_stated_half_life():
    half = math.log(2.0) / lysis_laws.RATE_H
    assert half == pytest.approx(5.8, abs=0.05)
    assert lysis_laws.dissolve(1.0, 1.0, 0.0, half) == pytest.approx(0.5)
    two = lysis_laws.dissolve(lysis_laws.dissolve(1.0, 0.5, 48.0, 3.0), 0.5, 48.0, 5.0)
    assert two == pytest.approx(lysis_laws.dissolve(1.0, 0.5, 48.0, 8.0))


def test_old_clot_and_clot_beside_the_holes_dissolve_slowly():
    fresh = lysis_laws.rate_h(1.0, 0.0)
    assert lysis_laws.rate_h(1.0, 7 * 24.0) == pytest.approx(0.5 * fresh)
    assert lysis_laws.rate_h(0.25, 0.0) == pytest.approx(0.5 * fresh)
    beside = lysis_laws.dissolve(1.0, 1.0, 0.0, 24.0, within=False)
    assert beside > 0.5 > lysis_laws.dissolve(1.0, 1.0, 0.0, 24.0)


def test_fibrinogen_falls_with_the_dose_and_comes_back():
    after = lysis_laws.fibrinogen_after(350.0, 1.0, 24.0, 350.0)
    assert lysis_laws.fibrinogen_after(350.0, 4.0, 24.0, 350.0) < after < 350.0
    assert after < lysis_laws.fibrinogen_after(after, 0.0, 48.0, 350.0) < 350.0
    assert lysis_laws.fibrinogen_after(350.0, 0.0, 1e4, 350.0) == pytest.approx(350.0)


def test_a_day_of_lysis_bleeds_as_in_trials_and_more_with_little_fibrinogen():
    day = 1.0 - (1.0 - lysis_laws.bleeding_h(350.0, 1.0)) ** 24
    assert 0.05 < day < 0.12
    assert lysis_laws.bleeding_h(90.0, 1.0) > lysis_laws.bleeding_h(140.0, 1.0)


def test_flow_arrest_lowers_the_odds_of_emboli_as_published():
    both = clot_laws.Means(suction=True, retriever=True)
    with_it, without, odds, low, high = clot_laws.arrest_odds(2000, both)
    assert with_it < without
    assert high < 1.0  # it is no chance
    assert 0.26 < odds < 0.98  # the interval of 16 studies, 10.3174/ajnr.A7164
    assert low < odds < high


def test_wilson_interval_of_half():
    low, high = wilson(50, 100)  # Newcombe 1998, Stat Med 17:857: 0.404 to 0.596
    assert (round(low, 3), round(high, 3)) == (0.404, 0.596)
    with pytest.raises(ValueError, match="not a share"):
        wilson(3, 0)
    assert percent(1, 2).startswith("50.0 %")


def test_every_row_names_its_source():
    found = rows()
    assert any(row.treatment.startswith("thrombectomy") for row in found)
    assert all(row.source and row.simulated and row.published for row in found)
