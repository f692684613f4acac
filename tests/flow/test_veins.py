"""Veins: low pressure, breathing instead of a pulse, blood that runs towards the heart."""

import math

import numpy as np
import pytest

from ir_sim.anatomy import build_tree
from ir_sim.authoring.explain import explain
from ir_sim.flow.sites import Injection
from ir_sim.flow.supply import check
from ir_sim.flow.venous import VENULES_MMHG
from ir_sim.scenario.library import examine
from ir_sim.scenario.model import Heart
from tests.flow.cases import DT, PATIENT, anatomy, circulation, vessel

BREATH_S = 60.0 / 14.0


def leg(**femoral):
    """A leg's vein, the vena cava, and the other leg and the kidneys as inflows."""
    return anatomy(
        vessel("vena_cava", None, [[-12, 220, 10], [-12, 100, 10], [-10, 0, 9.5]], kind="vein"),
        vessel("iliac_vein", "vena_cava", [[-2, 0, 7], [20, -25, 6.5], [70, -95, 6]]),
        vessel(
            "femoral_vein",
            "iliac_vein",
            [[70, -95, 5.5], [92, -175, 5.2], [93, -215, 5]],
            inflow_ml_min=400.0,
            **femoral,
        ),
        vessel(
            "other_leg",
            "vena_cava",
            [[-14, 0, 7], [-50, -80, 6.5], [-70, -140, 6]],
            inflow_ml_min=500.0,
        ),
        vessel("renal_vein", "vena_cava", [[-2, 112, 5], [60, 118, 4]], at_mm=110.0),
    )


def fistula(*, sick=False):
    """Brachial artery, cephalic vein, the way to the heart."""
    lesion = {"kind": "stenosis", "at_mm": 80, "length_mm": 20, "diameter_percent": 70}
    more = {"lesions": [lesion]} if sick else {}
    return anatomy(
        vessel("brachial", None, [[0, 260, 2.6], [4, 160, 2.5], [0, 60, 2.4]]),
        vessel("radial", "brachial", [[0, 60, 1.8], [18, 0, 1.6], [24, -80, 1.4]], "hand", 60.0),
        vessel(
            "cephalic_vein",
            "brachial",
            [[0, 60, 2.6], [-30, 50, 3], [-44, 90, 3.4], [-40, 160, 3.4], [-20, 250, 3.6]],
            kind="vein",
            inflow_ml_min=900.0,
            **more,
        ),
        vessel("central_vein", "cephalic_vein", [[-20, 250, 5], [80, 290, 6]], "right-atrium"),
    )


def kidney():
    """A renal artery, and the renal vein that drains it into the vena cava."""
    return anatomy(
        vessel("aorta", None, [[0, 220, 9], [0, 0, 8]], "muscle", 1500.0),
        vessel("renal", "aorta", [[-8, 110, 3], [-60, 100, 2.6]], "kidney", 500.0, at_mm=110.0),
        vessel("vena_cava", None, [[30, 220, 10], [30, 0, 9.5]], kind="vein", inflow_ml_min=900.0),
        vessel("renal_vein", "vena_cava", [[22, 118, 5], [-50, 90, 4]], drains=["renal"]),
    )


def run(c, seconds, injection=None):
    """Flows now and pressures of every vessel, (ticks, vessels)."""
    flow, pressure = [], []
    for _ in range(round(seconds / DT)):
        c.step(DT, [injection] if injection is not None else [])
        flow.append([c.flow_now_ml_s(v.index) for v in c.tree.vessels])
        pressure.append([c.pressure_mmhg(v.index, 5.0) for v in c.tree.vessels])
    return np.array(flow), np.array(pressure)


def test_a_leg_vein_has_the_pressures_and_velocities_of_duplex_and_manometry():
    """Iliac vein 5 to 12 mmHg, some 5 to 20 cm/s; the monitor still shows the artery."""
    c = circulation(leg())
    assert c.flow_ml_s("femoral_vein") * 60.0 == pytest.approx(400.0, rel=0.03)
    flow, pressure = run(c, 4 * BREATH_S)
    at = [v.id for v in c.tree.vessels].index("iliac_vein")
    assert 5.0 < pressure[:, at].mean() < 12.0
    area = math.pi * c.tree.by_id["iliac_vein"].radius_at(50.0) ** 2
    assert 4.0 < 100.0 * flow[:, at].mean() / area < 20.0  # cm/s
    assert flow[:, 0].mean() == pytest.approx(flow[:, [1, 3, 4]].mean(0).sum(), rel=5e-3)
    shown = c.vitals("femoral_vein")
    assert shown.mean_mmhg == pytest.approx(92.0, abs=1.0)
    assert shown.systolic_mmhg > shown.diastolic_mmhg + 25.0


def test_breathing_moves_the_blood_and_the_heart_beat_does_not():
    c = circulation(leg())
    run(c, 2 * BREATH_S)
    flow, pressure = run(c, 8 * BREATH_S)
    wave = np.abs(np.fft.rfft(flow[:, 1] - flow[:, 1].mean()))
    breaths = np.fft.rfftfreq(len(flow), DT)[int(wave.argmax())] * 60.0
    assert breaths == pytest.approx(14.0, abs=0.5)
    beat = round(72.0 / 60.0 * len(flow) * DT)
    assert wave[beat - 2 : beat + 3].max() < 0.05 * wave.max()
    assert flow.min() > 0.0  # always towards the heart
    assert np.ptp(pressure[:, 1]) < 5.0


def test_a_clot_stops_the_blood_and_the_leg_fills_up():
    clot = {"kind": "thrombus", "at_mm": 60, "length_mm": 40}
    c = circulation(leg(lesions=[clot]))
    run(c, 10.0)
    assert abs(c.flow_ml_s("femoral_vein")) < 1e-3
    stowed = c.mean_pressure_mmhg("femoral_vein", 110.0)
    assert VENULES_MMHG - 2.0 < stowed < VENULES_MMHG + 0.1
    assert c.mean_pressure_mmhg("femoral_vein", 5.0) < 10.0


def test_contrast_goes_to_the_heart_and_is_accounted_for():
    c = circulation(leg())
    femoral = c.tree.by_id["femoral_vein"].index
    run(c, 1.0, Injection(femoral, 60.0, 6.0, 300.0))
    seen = c.concentration_mg_ml
    assert seen[c.tree.first[femoral] : c.tree.first[femoral + 1]].max() > 50.0
    run(c, 3.0)
    run(c, 26.0)
    ledger = dict(c.ledger_mg)
    injected = ledger.pop("injected")
    assert injected == pytest.approx(1800.0)
    assert abs(sum(ledger.values()) - injected) < 1e-9 * injected
    assert ledger["vessels"] < 0.1 * injected
    assert c.concentration_mg_ml.max() < 5.0


def test_a_fistula_carries_what_the_author_says_and_has_no_backward_flow():
    """600 to 1500 mL/min; behind the anastomosis venous pressure."""
    c = circulation(fistula())
    flow, _ = run(c, 4 * BREATH_S)
    ids = [v.id for v in c.tree.vessels]
    vein = ids.index("cephalic_vein")
    assert 60.0 * flow[:, vein].mean() == pytest.approx(900.0, rel=0.03)
    assert flow[:, vein].min() > 0.0
    assert flow[:, ids.index("brachial")].min() > 0.0
    assert c.mean_pressure_mmhg("cephalic_vein", 40.0) < 25.0
    assert c.mean_pressure_mmhg("brachial", 190.0) > 70.0
    assert c.flow_ml_s("radial") * 60.0 == pytest.approx(60.0, rel=0.05)


def test_a_stenosis_of_the_draining_vein_takes_flow_and_raises_the_pressure_before_it():
    well, sick = circulation(fistula()), circulation(fistula(sick=True))
    assert sick.flow_ml_s("cephalic_vein") < 0.75 * well.flow_ml_s("cephalic_vein")
    before = [c.mean_pressure_mmhg("cephalic_vein", 40.0) for c in (well, sick)]
    assert before[1] > before[0] + 15.0


def test_a_renal_vein_carries_what_the_kidney_gives_it_late_and_thin():
    c = circulation(kidney())
    assert c.flow_ml_s("renal_vein") * 60.0 == pytest.approx(500.0, rel=0.03)
    renal, vein = c.tree.by_id["renal"].index, c.tree.by_id["renal_vein"].index
    samples = slice(c.tree.first[vein], c.tree.first[vein + 1])
    seen = []
    for k in range(15 * 60):
        c.step(DT, [Injection(renal, 10.0, 5.0, 300.0)] if k < 120 else [])
        seen.append(float(c.concentration_mg_ml[samples].max()))
    whole = c.ledger_mg
    parts = [v for k, v in whole.items() if k != "injected"]
    assert abs(sum(parts) - whole["injected"]) < 1e-9 * whole["injected"]
    peak = int(np.argmax(seen)) * DT
    assert 3.0 < peak < 9.0  # the bed's transit time of 4 s, and the way
    assert 40.0 < max(seen) < 250.0


def test_where_the_drawn_vein_is_shut_the_organs_blood_finds_other_ways():
    of = kidney()
    shut = of.vessels[3].model_copy(
        update={
            "lesions": leg(lesions=[{"kind": "occlusion", "at_mm": 30, "length_mm": 10}])
            .vessels[2]
            .lesions
        }
    )
    c = circulation(of.model_copy(update={"vessels": [*of.vessels[:3], shut]}))
    renal = c.tree.by_id["renal"].index
    assert abs(c.flow_ml_s("renal_vein")) < 1e-3
    assert c.flow_ml_s("renal") * 60.0 == pytest.approx(500.0, rel=0.03)
    run(c, 10.0, Injection(renal, 10.0, 1.0, 300.0))
    whole = c.ledger_mg
    parts = [v for k, v in whole.items() if k != "injected"]
    assert abs(sum(parts) - whole["injected"]) < 1e-9 * whole["injected"]


def test_the_portal_vein_fills_the_liver_and_the_hepatic_vein_drains_it():
    of = anatomy(
        vessel("aorta", None, [[0, 220, 9], [0, 0, 8]], "muscle", 1500.0),
        vessel("splenic", "aorta", [[8, 150, 3], [90, 160, 2.6]], "spleen", 300.0, at_mm=70.0),
        vessel("hepatic", "aorta", [[-8, 150, 2.6], [-70, 160, 2.4]], "liver", 300.0, at_mm=70.0),
        vessel("portal_vein", None, [[-60, 170, 6], [-10, 120, 6]], "liver", kind="vein"),
        vessel("splenic_vein", "portal_vein", [[-10, 120, 5], [80, 140, 4]], drains=["splenic"]),
        vessel("mesenteric_vein", "portal_vein", [[-10, 120, 5], [-5, 20, 4]], inflow_ml_min=500.0),
        vessel("cava", None, [[-30, 260, 11], [-30, 20, 10]], kind="vein", inflow_ml_min=900.0),
        vessel(
            "hepatic_vein",
            "cava",
            [[-38, 240, 5], [-90, 190, 4]],
            drains=["hepatic", "portal_vein"],
            at_mm=15.0,
        ),
    )
    c = circulation(of)
    assert 60.0 * c.flow_ml_s("portal_vein") == pytest.approx(800.0, rel=0.03)
    assert 60.0 * c.flow_ml_s("hepatic_vein") == pytest.approx(1100.0, rel=0.03)
    assert 7.0 < c.mean_pressure_mmhg("portal_vein", 10.0) < 12.0
    splenic = c.tree.by_id["splenic"].index
    found = {"portal_vein": 0.0, "mesenteric_vein": 0.0, "hepatic_vein": 0.0}
    for k in range(25 * 60):
        c.step(DT, [Injection(splenic, 20.0, 5.0, 300.0)] if k < 240 else [])
        for name, most in found.items():
            v = c.tree.by_id[name]
            part = slice(c.tree.first[v.index], c.tree.first[v.index + 1])
            far = c.concentration_mg_ml[part][v.s_mm > 25.0].max()
            found[name] = max(most, float(far))
    assert found["portal_vein"] > 1.5 * found["hepatic_vein"] > 15.0
    assert found["mesenteric_vein"] < 5.0


def test_a_state_of_veins_is_taken_up_to_the_bit():
    one, two = circulation(kidney()), circulation(kidney())
    renal = one.tree.by_id["renal"].index
    run(one, 5.0, Injection(renal, 10.0, 1.0, 300.0))
    two.restore(one.state())
    for c in (one, two):
        run(c, 1.0)
    assert np.array_equal(one.concentration_mg_ml, two.concentration_mg_ml)
    assert one.ledger_mg == two.ledger_mg


def test_demands_that_cannot_be_met_are_told_in_the_authors_words():
    def said(*vessels):
        of = anatomy(*vessels)
        return [f"{message} ({hint})" for _, message, hint in check(build_tree(of), of, PATIENT)]

    aorta = vessel("aorta", None, [[0, 200, 9], [0, 0, 9]], "muscle", 1500.0)
    lost = vessel("vein", "aorta", [[-9, 100, 3], [-60, 100, 3]], kind="vein")
    assert "never reaches the heart" in said(aorta, lost)[0]
    atrium = vessel("artery", "aorta", [[-9, 100, 3], [-60, 100, 3]], "right-atrium")
    assert "is an artery and does not end in the right atrium" in said(aorta, atrium)[0]
    cava = vessel("cava", None, [[30, 200, 9], [30, 0, 9]], kind="vein", inflow_ml_min=5000.0)
    more = vessel("more", "cava", [[39, 100, 7], [90, 100, 7]], inflow_ml_min=4000.0)
    assert "flow into the veins from what is not drawn" in said(cava, more)[0]
    stub = vessel("cava", None, [[30, 200, 9], [30, 0, 9]], kind="vein")
    side = vessel("side", "cava", [[39, 100, 5], [90, 100, 5]], inflow_ml_min=300.0)
    assert "goes on 100 mm beyond its last branch and is closed" in said(stub, side)[0]


CASE = """\
format: 1
id: a-vein
title: A vein
level: beginner
objectives: [See a vein]
patient: {age: 60, sex: f, weight_kg: 70}
anatomy:
  body: abdomen-pelvis
  heart: {venous_pressure_mmhg: 8}
  vessels:
    - id: vena_cava
      kind: vein
      points: [[-12, 220, 10], [-10, 0, 9.5]]
    - id: iliac_vein
      parent: vena_cava
      points: [[-10, 0, 7], [70, -95, 6], [92, -215, 5]]
      inflow_ml_min: 400
access: {vessel: iliac_vein, at_mm: 150, sheath_fr: 6}
tray: [wire-035-angled]
task:
  target: {vessel: vena_cava, at_mm: 20, device: wire}
"""


def test_an_author_writes_a_vein_in_a_few_lines_and_is_told_what_it_does(tmp_path):
    path = tmp_path / "a-vein.yaml"
    path.write_text(CASE, encoding="utf-8")
    case, problems = examine(path)
    assert case is not None
    assert not problems
    words = " ".join(explain(case).split())
    assert "the central venous pressure 8 mmHg" in words
    assert "vena cava" in words
    assert "400 mL/min to the right atrium" in words
    for line, other, message in (
        ("kind: vein", "kind: venous", "did you mean 'vein'"),
        ("      kind: vein\n", "", "'inflow_ml_min' is a vein's (kind: vein)"),
        ("inflow_ml_min: 400", "drains: [renal]", "no vessel 'renal'"),
        ("inflow_ml_min: 400", "kind: artery", "the artery 'iliac_vein' leaves the vein"),
    ):
        path.write_text(CASE.replace(line, other), encoding="utf-8")
        assert any(message in str(problem) for problem in examine(path)[1]), message


def test_the_authors_venous_pressure_is_the_hearts():
    of = leg()
    high = of.model_copy(update={"heart": Heart(venous_pressure_mmhg=12.0)})
    low, raised = circulation(of), circulation(high)
    rise = raised.mean_pressure_mmhg("iliac_vein") - low.mean_pressure_mmhg("iliac_vein")
    assert rise == pytest.approx(7.0, abs=0.5)


def test_a_fistula_into_a_drawn_vein_shows_the_vein_early_and_loses_nothing():
    of = kidney()
    lesion = {"kind": "fistula", "at_mm": 30, "flow_ml_min": 240, "to": "renal_vein"}
    sick = vessel(
        "renal",
        "aorta",
        [[-8, 110, 3], [-60, 100, 2.6]],
        "kidney",
        500.0,
        at_mm=110.0,
        lesions=[lesion],
    )
    c = circulation(of.model_copy(update={"vessels": [of.vessels[0], sick, *of.vessels[2:]]}))
    run(c, 2 * BREATH_S)
    assert 60.0 * c.leaks.rate_ml_s[0] == pytest.approx(240.0, rel=0.05)
    assert 60.0 * c.flow_ml_s("renal_vein") == pytest.approx(740.0, rel=0.05)
    renal, vein = c.tree.by_id["renal"].index, c.tree.by_id["renal_vein"].index
    samples = slice(c.tree.first[vein], c.tree.first[vein + 1])
    seen = []
    for k in range(6 * 60):
        c.step(DT, [Injection(renal, 10.0, 4.0, 300.0)] if k < 60 else [])
        seen.append(float(c.concentration_mg_ml[samples].max()))
    assert 0.0 < np.argmax(np.array(seen) > 10.0) * DT < 1.0
    assert max(seen) < 300.0
    whole = c.ledger_mg
    parts = [v for k, v in whole.items() if k != "injected"]
    assert abs(sum(parts) - whole["injected"]) < 1e-9 * whole["injected"]
    other = circulation(of.model_copy(update={"vessels": [of.vessels[0], sick, *of.vessels[2:]]}))
    other.restore(c.state())
    for each in (c, other):
        run(each, 0.5)
    assert np.array_equal(c.concentration_mg_ml, other.concentration_mg_ml)


def test_a_fistula_into_no_vein_is_told(tmp_path):
    path = tmp_path / "a-vein.yaml"
    lesion = "      lesions: [{kind: fistula, at_mm: 40, to: vena_cave}]\n"
    path.write_text(CASE.replace("access:", lesion + "access:"), encoding="utf-8")
    assert any("no vein 'vena_cave'" in str(problem) for problem in examine(path)[1])


def test_particles_that_go_to_the_heart_stay_in_the_lungs():
    c = circulation(leg())
    femoral = c.tree.by_id["femoral_vein"].index
    run(c, 2.0, Injection(femoral, 60.0, 0.5, 100.0, "particles"))
    for _ in range(40 * 20):
        c.step(1 / 20)
    where = dict(c.ledger_of("particles"))
    injected = where.pop("injected")
    assert abs(sum(where.values()) - injected) < 1e-9 * injected
    assert where["pool"] > 0.4 * injected
    assert where["beds"] < 1e-6 * injected
