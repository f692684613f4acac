"""The laws of balloons and stents against closed forms and published figures."""

import math

import numpy as np
import pytest

from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.tools import Balloon, Stent
from ir_sim.treatment import balloon_laws as laws
from ir_sim.treatment import stent_laws

SIX = Balloon(diameter_mm=6.0, length_mm=40.0, nominal_atm=8.0, compliance_percent_atm=0.7)


def test_a_balloon_has_its_nominal_diameter_at_its_nominal_pressure_and_grows_by_its_chart():
    assert laws.diameter_mm(SIX, 8.0) == pytest.approx(6.0)
    assert laws.diameter_mm(SIX, 12.0) == pytest.approx(6.0 * (1.0 + 4 * 0.007))
    assert laws.diameter_mm(SIX, 0.0) == 0.0
    widths = [laws.diameter_mm(SIX, p) for p in np.linspace(0.0, 16.0, 60)]
    assert np.all(np.diff(widths) > 0.0)


def test_an_old_compliant_balloon_grows_by_about_15_percent_from_2_to_10_atm():
    old = Balloon(diameter_mm=6.0, length_mm=40.0, compliance_percent_atm=1.9)
    growth = laws.diameter_mm(old, 10.0) / laws.diameter_mm(old, 2.0) - 1.0  # pubmed 2934969
    assert 0.12 < growth < 0.19


@pytest.mark.parametrize(
    ("hardness", "atm"), [("soft", 5.0), ("fibrous", 9.0), ("calcified", 15.0)]
)
def test_half_a_plaque_has_given_way_at_its_own_pressure(hardness, atm):
    yields = laws.YIELD_ATM[hardness]
    assert yields == atm
    assert float(laws.opened_share(yields, yields)) == pytest.approx(0.5)
    assert float(laws.opened_share(yields + 3.0, yields)) > 0.95
    assert float(laws.opened_share(yields - 3.0, yields)) < 0.05


def test_lumen_after_recoil_lies_between_lesion_and_balloon():
    rest = np.array([2.0, 3.0])
    full = laws.stretched_mm(rest, 6.0, np.array([1.0, 1.0]))
    after = laws.sprung_back_mm(rest, full, 0.2)
    assert after == pytest.approx([5.2, 5.4])
    assert laws.waist_percent(np.array([3.0, 6.0]), 6.0) == pytest.approx(50.0)


def test_rupture_follows_the_dogs():
    # AJR 144:777: none at 1.0 and 1.5 times the vessel, all at 2.0
    assert laws.rupture_chance(1.0) < 1e-4
    assert laws.rupture_chance(1.5) < 0.02
    assert laws.rupture_chance(2.0) > 0.98
    assert laws.rupture_chance(1.4, calcified=True) == pytest.approx(0.5)


def test_drawn_thresholds_have_the_law_s_frequency():
    rng = np.random.default_rng(3)
    drawn = [laws.temper(rng, "fibrous", 20.0, calcified=False) for _ in range(2000)]
    for ratio in (1.65, 1.75, 1.85):
        share = np.mean([t.rupture_ratio < ratio for t in drawn])
        want = laws.rupture_chance(ratio)
        assert abs(share - want) < 4.0 * math.sqrt(want * (1 - want) / 2000)
    assert np.mean([t.recoil for t in drawn]) == pytest.approx(0.20, abs=0.01)
    assert min(t.burst_ratio for t in drawn) >= 1.02


def test_ostial_plaque_springs_back_as_published():
    # van de Ven 1999: 57 % of balloons alone left an ostial stenosis below 50 %
    rng = np.random.default_rng(5)
    recoil = np.array(
        [laws.temper(rng, "ostial", 10.0, calcified=False).recoil for _ in range(2000)]
    )
    assert np.mean(recoil * 75.0 < 50.0) == pytest.approx(0.57, abs=0.05)
    assert stent_laws.STENT_RECOIL * 75.0 < 10.0


def test_a_self_expanding_stent_does_not_stretch_a_healthy_vessel_beyond_its_limit():
    wide = stent_laws.self_expanded_mm(
        np.array([8.0, 8.0]), np.array([8.0, 8.0]), 12.0, np.array([1.0, 1.0])
    )
    assert wide == pytest.approx([8.0 * stent_laws.SELF_STRETCHES] * 2)
    narrow = stent_laws.self_expanded_mm(np.array([8.0]), np.array([8.0]), 6.0, np.array([1.0]))
    assert narrow == pytest.approx([8.0])  # it hangs free; the vessel stays as it is


def test_apposition_foreshortening_and_jump():
    assert stent_laws.apposed_share(np.array([8.0, 8.0, 6.0, 9.0]), 8.0) == 0.75
    stent = Stent(expands="self", diameter_mm=8.0, length_mm=40.0, foreshortening_percent=5.0)
    assert stent_laws.length_mm(stent) == pytest.approx(38.0)
    assert stent_laws.jump_mm(1.0) == stent_laws.JUMP_MM
    assert stent_laws.jump_mm(8.0) > stent_laws.jump_mm(4.0)
    assert stent_laws.jump_mm(100.0) == stent_laws.MOST_JUMP_MM


def test_the_catalogue_has_balloons_and_stents_whose_figures_make_sense():
    balloons = [d for d in shipped_devices().values() if d.balloon and not d.stent]
    stents = [d for d in shipped_devices().values() if d.stent]
    assert len(balloons) >= 6
    assert any(d.balloon.monorail for d in balloons)
    assert any(d.balloon.occlusion for d in balloons)
    assert {d.stent.expands for d in stents} == {"self", "balloon"}
    assert any(d.stent.covered for d in stents)
    for device in balloons:
        if not device.balloon.occlusion:
            size = f"{device.balloon.diameter_mm:g}x{device.balloon.length_mm:g}"
            assert size in device.id
        low, high = device.markers[0].at_mm, device.markers[-1].at_mm
        if device.slot == "guide":  # its tip is marked, and where its balloon begins
            assert high == pytest.approx(device.balloon.tip_mm + device.balloon.length_mm, abs=1.5)
            continue
        assert high - low == pytest.approx(device.balloon.length_mm, abs=1.5)
    for device in stents:
        span = device.markers[-1].at_mm - device.markers[0].at_mm
        assert span == pytest.approx(device.stent.length_mm)


def test_the_table_has_rows_for_balloons_and_stents():
    found = laws.rows() + stent_laws.rows()
    assert {row.treatment for row in found} == {"balloon", "stent"}
    assert all(row.source for row in found)
