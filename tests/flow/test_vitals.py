"""Reflexes, blood loss, drugs, reactions and contrast limits against published figures."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow import Injection
from ir_sim.flow.contrast_limits import (
    cigarroa_limit_ml,
    contrast_limit,
    egfr_ckd_epi_2021,
    hydration_advised,
    iodine_mg,
    label_limit_ml,
    volume_by_egfr,
)
from ir_sim.flow.drugs import FORMULARY
from ir_sim.flow.heart import Heart, ecg_mv
from ir_sim.flow.reactions import Reaction, chances, draw_reaction, injection_pain
from tests.flow.cases import PATIENT, aorta_with_two, circulation


def wait(c, seconds):
    """Coarse steps: reflexes and drugs take minutes."""
    for _ in range(round(seconds * 10)):
        c.step(0.1)
    return c.vitals("artery", 50.0)


# ATLS 10th ed., classes of haemorrhage: share of the blood volume, rate, systolic pressure
@pytest.mark.parametrize(
    ("share", "rate", "systolic"),
    [
        (0.10, (70, 100), (105, 150)),
        (0.22, (85, 120), (95, 140)),
        (0.35, (110, 140), (70, 110)),
        (0.45, (135, 190), (40, 90)),
    ],
)
def test_blood_loss_goes_through_the_atls_classes(share, rate, systolic):
    c = circulation(aorta_with_two())
    c.leaks.add(0, 100.0, 0.0, into_vein=False)
    c.leaks.lost_ml[0] = share * 70.0 * PATIENT.weight_kg
    vitals = wait(c, 60.0)
    assert rate[0] <= vitals.heart_rate_bpm <= rate[1]
    assert systolic[0] <= vitals.systolic_mmhg <= systolic[1]


def test_a_bleed_lowers_the_pressure_by_what_it_takes_and_fluid_helps():
    c = circulation(aorta_with_two())
    rest = wait(c, 5.0)
    bleed = c.add_bleed("artery", 60.0, tissue_mmhg_per_ml=0.0)
    c.open_leak(bleed, 12.0)
    bled = wait(c, 150.0)
    assert 1000 < bled.blood_loss_ml < 1900
    assert bled.heart_rate_bpm > rest.heart_rate_bpm + 15
    assert bled.mean_mmhg < rest.mean_mmhg
    c.open_leak(bleed, 0.0)
    c.physiology.infuse(2500.0)
    assert wait(c, 60.0).heart_rate_bpm < bled.heart_rate_bpm - 10


def test_nothing_happens_without_a_cause():
    c = circulation(aorta_with_two())
    before = c.vitals("aorta")
    vitals = wait(c, 60.0)
    assert vitals.mean_mmhg == pytest.approx(before.mean_mmhg, rel=0.01)
    assert vitals.heart_rate_bpm == pytest.approx(72.0, abs=0.5)
    assert vitals.spo2_percent == pytest.approx(97.0, abs=0.2)
    assert vitals.act_s == 120.0


def test_heparin_prolongs_the_clotting_time_with_its_half_life_and_protamine_ends_it():
    c = circulation(aorta_with_two())
    c.give("heparin", 70.0 * PATIENT.weight_kg)
    first = c.physiology.act_s
    assert 250 < first < 300  # 70 U/kg are given for an ACT of 250 to 300 s
    for _ in range(60):
        c.physiology.doses.step(60.0)
    assert c.physiology.act_s - 120.0 == pytest.approx((first - 120.0) / 2)
    c.give("protamine", 50.0)
    assert c.physiology.act_s < 140.0
    wait(c, 2.0)
    assert 0.7 < c.physiology.clotting <= 1.0


@pytest.mark.parametrize("drug", ["nitroglycerin", "verapamil"])
def test_dilators_relieve_spasm_where_they_arrive(drug):
    c = circulation(aorta_with_two())
    c.spasm("artery", 0.5, 0.5)
    c.spasm("upper", 0.5, 0.5)
    wait(c, 2.0)
    tight = c.flow_ml_s("artery")
    c.give(drug, 2 * FORMULARY[drug].usual, "upper")
    wait(c, 120.0)
    assert c.blood.calibres.spasm_of(c.tree.by_id["artery"].index) == pytest.approx(0.5)
    assert c.blood.calibres.spasm_of(c.tree.by_id["upper"].index) > 0.8
    c.give(drug, 2 * FORMULARY[drug].usual, "artery")
    wait(c, 120.0)
    assert c.flow_ml_s("artery") > 1.05 * tight


@pytest.mark.parametrize(
    ("drug", "rate", "mean"),
    [
        ("nitroglycerin", (2, 25), (-20, -2)),
        ("verapamil", (-15, 5), (-20, -2)),
        ("atropine", (10, 40), (0, 15)),
        ("epinephrine", (5, 40), (5, 35)),
        ("midazolam", (-8, 5), (-12, 2)),
    ],
)
def test_drugs_move_rate_and_pressure_their_way(drug, rate, mean):
    c = circulation(aorta_with_two())
    rest = wait(c, 2.0)
    c.give(drug, 1.5 * FORMULARY[drug].usual)
    vitals = wait(c, 60.0)
    assert rate[0] <= vitals.heart_rate_bpm - rest.heart_rate_bpm <= rate[1]
    assert mean[0] <= vitals.mean_mmhg - rest.mean_mmhg <= mean[1]


def test_too_much_sedation_lowers_the_saturation_until_reversed():
    c = circulation(aorta_with_two())
    c.give("midazolam", 5.0)
    c.give("fentanyl", 200.0)
    deep = wait(c, 400.0)
    assert deep.spo2_percent < 90.0
    assert deep.breaths_per_min < 8.0
    c.give("naloxone", 0.4)
    c.give("flumazenil", 0.5)
    c.physiology.give_oxygen(6.0)
    assert wait(c, 300.0).spo2_percent > 95.0


def test_a_severe_reaction_comes_and_epinephrine_ends_it():
    c = circulation(aorta_with_two())
    rest = wait(c, 2.0)
    c.physiology.react(Reaction("severe", 20.0))
    assert c.physiology.severity == "none"
    bad = wait(c, 150.0)
    assert c.physiology.severity == "severe"
    assert bad.mean_mmhg < rest.mean_mmhg - 20
    assert bad.heart_rate_bpm > rest.heart_rate_bpm + 20
    assert bad.spo2_percent < 93.0
    c.give("epinephrine", 0.5)
    c.physiology.give_oxygen(10.0)
    c.physiology.infuse(1000.0)
    better = wait(c, 120.0)
    assert better.mean_mmhg > bad.mean_mmhg + 15
    assert better.spo2_percent > bad.spo2_percent + 2


def test_reactions_come_as_often_as_published_and_by_the_seed():
    rng = np.random.default_rng(5)
    drawn = [draw_reaction(rng, []).severity for _ in range(40000)]
    any_ = 1 - drawn.count("none") / len(drawn)
    assert any_ == pytest.approx(0.0313, rel=0.1)  # Katayama 1990
    assert drawn.count("severe") / len(drawn) == pytest.approx(0.0022, rel=0.35)
    same = [draw_reaction(np.random.default_rng(9), ["iohexol"]) for _ in range(2)]
    assert same[0] == same[1]
    risk = 1 - chances(["hives after contrast"])["none"]
    assert 5 <= risk / (1 - chances([])["none"]) <= 6
    assert 1 - chances(["iohexol"], premedicated=True)["none"] < 0.6 * risk


def test_pain_follows_the_place_and_the_medium():
    leg = injection_pain("muscle", 5.0, 5.0, iso_osmolar=False)
    assert 0 < injection_pain("kidney", 5.0, 5.0, iso_osmolar=False) < leg <= 10
    assert injection_pain("muscle", 5.0, 5.0, iso_osmolar=True) < leg


def test_the_heart_ejects_its_stroke_exactly():
    heart = Heart(72.0, 90.0)
    ejected = sum(heart.eject(1 / 60) for _ in range(60 * 60))
    assert ejected == pytest.approx(90.0 * 60, rel=1e-9)
    assert heart.beats == 73


def test_the_ecg_has_its_waves_in_order():
    t = np.linspace(0, 60 / 72, 2000, endpoint=False)
    mv = np.array([ecg_mv(x, 60 / 72) for x in t])
    r = np.argmax(mv)
    assert mv[r] == pytest.approx(1.1, rel=0.1)
    from_r = np.roll(mv, 700 - r)
    assert 0.1 < from_r[:600].max() < 0.25  # P before
    assert 0.2 < from_r[900:1700].max() < 0.45  # T after
    assert from_r[700:800].min() < -0.1  # S


def test_vitals_and_drugs_are_restored_exactly():
    one, two = (circulation(aorta_with_two()) for _ in range(2))
    one.give("nitroglycerin", 200)
    one.physiology.react(Reaction("moderate", 3.0))
    wait(one, 5.0)
    two.restore(one.state())
    for c in (one, two):
        c.give("heparin", 5000)
        for _ in range(200):
            c.step(1 / 60, [Injection(1, 20.0, 3.0, 300.0)])
    assert one.vitals("artery") == two.vitals("artery")


@pytest.mark.parametrize(("drug", "amount"), [("tea", 1.0), ("heparin", 0.0), ("heparin", np.nan)])
def test_a_dose_that_is_none_is_refused(drug, amount):
    with pytest.raises(ValueError, match=r"drug|dose"):
        circulation(aorta_with_two()).give(drug, amount)


def test_contrast_limits_are_the_published_ones():
    assert label_limit_ml(350.0) == pytest.approx(250.0)
    assert label_limit_ml(300.0) == pytest.approx(291.0, abs=1.0)
    assert cigarroa_limit_ml(70.0, 1.75) == pytest.approx(200.0)
    assert cigarroa_limit_ml(90.0, 0.8) == 300.0
    # CKD-EPI 2021, National Kidney Foundation's calculator
    assert egfr_ckd_epi_2021(1.0, 50, "m") == pytest.approx(92, abs=1)
    assert egfr_ckd_epi_2021(1.0, 50, "f") == pytest.approx(69, abs=1)
    assert egfr_ckd_epi_2021(2.0, 70, "m") == pytest.approx(35, abs=1)
    assert iodine_mg(20.0, 300.0, 0.5) == 3000.0
    assert volume_by_egfr(100.0, 50.0) == 2.0
    assert hydration_advised(40.0, first_pass=True)
    assert not hydration_advised(40.0, first_pass=False)


def test_the_tightest_limit_wins():
    poor = PATIENT.model_copy(update={"egfr": 25.0, "creatinine_mg_dl": 2.6})
    limit = contrast_limit(poor, 300.0)
    assert (limit.most_ml, limit.rule) == (75.0, "volume by eGFR")
    assert limit.warn_ml == 50.0
    good = PATIENT.model_copy(update={"egfr": 110.0})
    assert contrast_limit(good, 350.0).rule == "label"
    heavy = poor.model_copy(update={"egfr": 90.0, "weight_kg": 50.0})
    assert contrast_limit(heavy, 300.0).rule == "weight by creatinine"
