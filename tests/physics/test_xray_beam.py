"""Beam quality against independently computed figures (SpekPy 2.5 with xraylib 4.3)."""

import pytest

from ir_sim.xray.beam import beam_quality

#: kVp: water 1/cm, excess of hydroxyapatite, iodine thin and at 200 mg/cm2, steel, Pt, NEQ.
SPEKPY = {
    60: (0.236, 0.599, 14.2, 12.5, 2.29, 8.1, 23.2),
    70: (0.222, 0.483, 11.3, 9.6, 1.80, 6.4, 22.2),
    80: (0.213, 0.410, 9.3, 7.8, 1.48, 5.3, 20.5),
    100: (0.203, 0.334, 7.2, 6.0, 1.16, 5.2, 17.1),
    120: (0.196, 0.296, 6.2, 5.0, 1.00, 5.1, 14.1),
}


@pytest.mark.parametrize("kv", SPEKPY)
def test_agrees_with_spekpy(kv: int) -> None:
    beam = beam_quality(kv)
    water, bone, thin, thick, steel, platinum, neq = SPEKPY[kv]
    assert beam.water_cm == pytest.approx(water, rel=0.015)
    assert beam.bone_cm2_g == pytest.approx(bone, rel=0.05)
    assert beam.mass_cm2_g("iodine", 1e-3) == pytest.approx(thin, rel=0.05)
    assert beam.mass_cm2_g("iodine", 0.2) == pytest.approx(thick, rel=0.05)
    assert beam.mass_cm2_g("steel") == pytest.approx(steel, rel=0.05)
    assert beam.mass_cm2_g("platinum") == pytest.approx(platinum, rel=0.05)
    assert beam.quanta_per_mm2_ngy == pytest.approx(neq, rel=0.03)


def test_iodine_halves_from_60_to_100_kv() -> None:
    ratio = beam_quality(100).iodine_cm2_g / beam_quality(60).iodine_cm2_g
    assert ratio == pytest.approx(0.51, abs=0.03)


def test_copper_hardens() -> None:
    assert beam_quality(80, 0.6).water_cm < beam_quality(80, 0.1).water_cm


def test_transmission_falls_by_a_half_in_three_to_four_centimetres() -> None:
    """Thickness doubles the dose every 3 to 4 cm (clinical anchors)."""
    beam = beam_quality(75)
    ratio = beam.transmission(20.0) / beam.transmission(23.5)
    assert 1.9 < ratio < 2.4


def test_refuses_other_voltages() -> None:
    with pytest.raises(ValueError, match="kv"):
        beam_quality(40)
