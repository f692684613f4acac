"""The circulation of a case: conservation, bounds, reflux, splits, edits, memory."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow import CatheterInLumen, Injection
from ir_sim.flow.beds import SPECIES
from ir_sim.scenario.lesions import Occlusion, Stenosis
from ir_sim.scenario.library import examine
from tests.flow.cases import (
    DT,
    anatomy,
    aorta_with_two,
    circulation,
    one_artery,
    run,
    shipped,
    vessel,
)


def unaccounted(c, species="contrast"):
    ledger = dict(c.ledger_of(species))
    injected = ledger.pop("injected")
    return abs(injected - sum(ledger.values())) / injected


def lanes(c, species="contrast"):
    transport = c.contents.transport
    of = SPECIES.index(species)
    return np.array([transport.concentration(of, lane) for lane in (0, 1)])


def test_five_minutes_with_reflux_bleed_and_particles_lose_nothing():
    of = aorta_with_two("kidney")
    veins = [
        vessel("cava", None, [[30, 200, 9], [30, 0, 9]], kind="vein", inflow_ml_min=900.0),
        vessel("vein", "cava", [[21, 120, 4.5], [-140, 120, 4]], drains=["upper", "lower"]),
    ]
    c = circulation(of.model_copy(update={"vessels": [*of.vessels, *veins]}))
    artery, upper = (c.tree.by_id[name].index for name in ("artery", "upper"))
    bleed = c.add_bleed("lower", 10.0)
    fistula = c.add_fistula("upper", 12.0, ("vein", 120.0))
    c.dissect("artery", 60.0, 20.0, 40.0)
    dt = 1 / 20  # the books do not depend on the tick, the time that the test takes does
    for tick in range(5 * 60 * 20):
        now = tick * dt
        injections = []
        if now % 60 < 4:
            injections.append(Injection(artery, 30.0, 15.0, 320.0, holes_mm=9.0))
        if 70 < now < 100:
            injections.append(Injection(upper, 8.0, 0.3, 100.0, "particles"))
        if tick == 400:
            c.open_leak(bleed, 0.5)
            c.open_leak(fistula, 1.0)
        c.step(dt, injections, [CatheterInLumen(artery, -5.0, 30.0, 0.84)])
        if tick % 400 == 0 and tick:
            assert unaccounted(c) <= 1e-9
            at = lanes(c)
            assert at.min() >= -320e-9
            assert at.max() <= 320.0 * (1 + 1e-9)
    assert unaccounted(c) <= 1e-9
    assert unaccounted(c, "particles") <= 1e-9
    ledger = c.ledger_mg
    assert ledger["injected"] == pytest.approx(5 * 4 * 15 * 320, rel=1e-3)
    assert min(ledger.values()) > 0.0
    assert c.blood_loss_ml > 20.0
    where = c.ledger_of("particles")
    assert where["beds"] > 0.75 * where["injected"]
    # the fistula takes the others past the beds: into the lungs
    assert where["beds"] + where["pool"] > 0.95 * where["injected"]


def test_outlets_take_what_the_author_says_in_health():
    c = circulation(aorta_with_two())
    run(c, 5.0)
    assert 60 * c.flow_ml_s("upper") == pytest.approx(300.0, rel=0.005)
    assert 60 * c.flow_ml_s("lower") == pytest.approx(180.0, rel=0.005)
    assert 60 * c.flow_ml_s("artery") == pytest.approx(480.0, rel=0.005)
    assert c.mean_pressure_mmhg("aorta") == pytest.approx(92.0, rel=0.005)


def test_a_shipped_case_gives_every_outlet_its_flow():
    c = shipped()
    for v in c.tree.vessels:
        if v.outlet is not None and not c.tree.children[v.index]:
            assert 60 * c.flow_ml_s(v.id) == pytest.approx(v.outlet.flow_ml_min, rel=0.01)


@pytest.mark.parametrize("rate", [60.0, 75.0, 100.0])
def test_mean_pressure_does_not_depend_on_the_rate_at_equal_output(rate):
    c = circulation(aorta_with_two(rate=rate))
    run(c, 4.0)
    assert c.mean_pressure_mmhg("aorta") == pytest.approx(92.0, rel=0.01)
    systolic, diastolic = c.pulse_mmhg("aorta")
    assert 105 < systolic < 150
    assert 50 < diastolic < 85


def test_what_exceeds_the_flow_refluxes():
    """Of an injection q the vessel below takes its flow Q; the share 1 - Q/q runs back."""
    c = circulation(one_artery())
    artery = c.tree.by_id["artery"].index
    rate, seconds, below, back = 40.0, 1.0, 0.0, 0.0
    for _ in range(round(seconds * 60)):
        c.step(DT, [Injection(artery, 60.0, rate, 300.0)])
        circuit, place = c.blood.circuit, int(c.blood.plumbing.first_element[artery])
        below += circuit.flow_b[place] * DT
        back -= circuit.flow_a[place] * DT
    transport, plumbing = c.contents.transport, c.blood.plumbing
    first = transport.cells.first[place]
    cell = round((60.0 + 0.5) / plumbing.length_mm[place] * transport.cells.count[place])
    inside = transport.mass[0].sum(0)[first : first + transport.cells.count[place]]
    downstream = inside[cell:].sum() + c.bed_mg[list(c.bed_vessel).index(artery)]
    injected = c.ledger_mg["injected"]
    assert 1.0 - downstream / injected == pytest.approx(1.0 - below / (rate * seconds), rel=0.01)
    assert back > 0.7 * rate * seconds


def test_a_bolus_splits_by_flow():
    c = circulation(aorta_with_two())
    artery = c.tree.by_id["artery"].index
    c.contents.beds.volume *= 1e4  # beds that hold what they get
    run(c, 5 / 6, [Injection(artery, 60.0, 0.05, 300.0)])  # a whole beat
    run(c, 4.0)
    passed = dict(zip(c.bed_vessel.tolist(), c.bed_mg, strict=True))
    upper, lower = (passed[c.tree.by_id[name].index] for name in ("upper", "lower"))
    assert upper / lower == pytest.approx(300 / 180, rel=0.01)


def test_contrast_arrives_when_the_volume_between_has_been_swept():
    c = circulation(aorta_with_two())
    c.contents.beds.volume *= 1e4  # beds that hold what they get
    artery, upper = c.tree.by_id["artery"].index, c.tree.by_id["upper"].index
    plumbing, transport = c.blood.plumbing, c.contents.transport
    element = int(plumbing.first_element[artery])
    first, count = transport.cells.first[element], transport.cells.count[element]
    gate = int(0.6 * count)  # cells of equal volume
    bed = list(c.bed_vessel).index(upper)
    moment, before = np.zeros(2), np.zeros(2)
    for tick in range(60 * 5):
        rate = 0.01 * max(c.flow_now_ml_s("artery"), 0.0)  # every drop of blood marked alike
        c.step(DT, [Injection(artery, 20.0, rate, 300.0)] if tick < 50 else [])
        upstream = transport.mass[0, :, first : first + gate].sum()
        passed = np.array([c.ledger_mg["injected"] - upstream, c.bed_mg[bed]])
        moment += (passed - before) * (tick + 0.5) * DT
        before = passed
    arrival = moment / before
    volume = c.blood.calibres.volume
    swept = (1 - gate / count) * volume[element] / c.flow_ml_s("artery")
    swept += volume[int(plumbing.first_element[upper])] / c.flow_ml_s("upper")
    assert arrival[1] - arrival[0] == pytest.approx(swept, abs=DT)
    assert swept > 0.2


def test_an_occlusion_stops_the_flow_in_the_next_step_and_release_never_reverses():
    c = circulation(one_artery("kidney"))
    before = [c.flow_now_ml_s("artery") for _ in range(60) if c.step(DT) is None]
    plug = c.add_plug("artery", 20.0, 40.0)
    c.close_plug(plug, 1.0, seconds=0.0)
    c.step(DT)
    assert abs(c.flow_now_ml_s("artery")) < 1e-3 * max(before)
    run(c, 3.0)
    assert abs(c.flow_ml_s("artery")) < 1e-6 * max(before)
    c.close_plug(plug, 0.0, seconds=2.0)
    after = [c.flow_now_ml_s("artery") for _ in range(60 * 8) if c.step(DT) is None]
    assert min(after) > -1e-3
    assert max(after) < 8.0 * np.mean(before)
    assert c.flow_ml_s("artery") == pytest.approx(500 / 60, rel=0.35)  # reactive hyperaemia


def test_a_catheter_that_fills_the_lumen_stops_the_flow_and_its_contrast_stays():
    c = circulation(aorta_with_two())
    upper = c.tree.by_id["upper"].index
    wedged = [CatheterInLumen(upper, 0.0, 10.0, 2.3)]
    run(c, 2.0, catheters=wedged)
    assert abs(c.flow_ml_s("upper")) < 0.03 * 5.0
    run(c, 0.5, [Injection(upper, 10.0, 1.0, 300.0)], wedged)
    stain = c.ledger_mg["vessels"] + c.bed_mg.sum()
    run(c, 5.0, catheters=wedged)
    assert c.ledger_mg["vessels"] + c.bed_mg.sum() > 0.8 * stain
    run(c, 25.0)
    assert c.ledger_mg["vessels"] + c.bed_mg.sum() < 0.4 * stain


def test_a_catheter_leaves_the_annulus_of_the_lumen():
    """Published closed form: r 2.5 in 3.0 mm over 20 mm leaves 378 of 496 mL/min (note)."""
    c = circulation(one_artery())
    artery = c.tree.by_id["artery"].index
    free = c.flow_ml_s("artery")
    run(c, 3.0, catheters=[CatheterInLumen(artery, 30.0, 50.0, 2.5)])
    assert c.flow_ml_s("artery") / free == pytest.approx(378 / 496, rel=0.05)


@pytest.mark.parametrize("percent", [50.0, 70.0, 80.0])
def test_an_authored_stenosis_and_a_new_one_act_alike(percent):
    lesion = Stenosis(kind="stenosis", at_mm=40.0, length_mm=10.0, diameter_percent=percent)
    authored = circulation(one_artery(lesions=[lesion]))
    made = circulation(one_artery())
    healthy = made.flow_ml_s("artery")
    made.narrow("artery", 40.0, 10.0, percent)
    run(authored, 4.0)
    run(made, 4.0)
    assert made.flow_ml_s("artery") == pytest.approx(authored.flow_ml_s("artery"), rel=0.01)
    assert made.flow_ml_s("artery") < healthy
    drop = [
        c.mean_pressure_mmhg("artery", 20.0) - c.mean_pressure_mmhg("artery", 60.0)
        for c in (authored, made)
    ]
    assert drop[0] == pytest.approx(drop[1], rel=0.02)


def test_dilating_a_stenosis_restores_the_flow():
    lesion = Stenosis(kind="stenosis", at_mm=40.0, length_mm=10.0, diameter_percent=75.0)
    c = circulation(one_artery(lesions=[lesion]))
    artery = c.tree.by_id["artery"]
    tight = c.flow_ml_s("artery")
    c.set_radius("artery", artery.healthy_radius_mm, seconds=3.0)
    run(c, 8.0)
    assert tight < 0.75 * c.flow_ml_s("artery")
    assert 60 * c.flow_ml_s("artery") == pytest.approx(500.0, rel=0.01)
    drop = c.mean_pressure_mmhg("artery", 20.0) - c.mean_pressure_mmhg("artery", 60.0)
    assert drop < 1.0


def test_an_occluded_artery_carries_nothing_until_it_is_opened():
    lesion = Occlusion(kind="occlusion", at_mm=40.0, length_mm=10.0)
    c = circulation(one_artery(lesions=[lesion]))
    assert abs(c.flow_ml_s("artery")) < 1e-4
    c.set_radius("artery", c.tree.by_id["artery"].healthy_radius_mm, seconds=2.0)
    run(c, 6.0)
    assert 60 * c.flow_ml_s("artery") == pytest.approx(500.0, rel=0.02)


def test_coils_stop_the_flow_sooner_without_heparin():
    flows = []
    for clotting in (1.0, 0.2):
        c = circulation(one_artery())
        c.clotting = clotting
        c.pack_coils(c.add_coils("artery", 30.0, 50.0), 0.3)
        for _ in range(10 * 180):
            c.step(0.1)  # coarser: three minutes would be long
        flows.append(c.flow_ml_s("artery"))
    assert flows[0] < 0.5 * flows[1]


def test_particles_close_the_bed_that_they_reach():
    c = circulation(aorta_with_two("fibroid"))
    upper = c.tree.by_id["upper"].index
    before = c.flow_ml_s("upper"), c.flow_ml_s("lower")
    run(c, 20.0, [Injection(upper, 20.0, 1.0, 100.0, "particles")])
    run(c, 3.0)
    assert c.flow_ml_s("upper") < 0.75 * before[0]
    assert c.flow_ml_s("lower") == pytest.approx(before[1], rel=0.06)
    beds = dict(zip(c.bed_vessel.tolist(), c.contents.beds.held[2], strict=False))
    assert beds[upper] > 0.95 * 2000.0


def test_kidneys_blush_and_then_collect():
    c = shipped()
    renal = c.tree.by_id["right_renal"].index
    run(c, 2.0, [Injection(renal, 6.0, 4.0, 300.0)])
    run(c, 0.3)
    kidneys = np.array([name == "kidney" for name in c.organs])
    blush = c.bed_mg[kidneys].sum()
    assert blush > 0.8 * c.ledger_mg["injected"]
    for _ in range(10 * 180):
        c.step(0.1)
    late = c.bed_mg[kidneys].sum()
    assert 0.02 * blush < late < 0.35 * blush  # the nephrogram
    assert c.ledger_mg["excreted"] > 0.05 * c.ledger_mg["injected"]


def test_two_runs_are_the_same_and_a_restored_run_goes_on_bit_for_bit():
    def drive(c, first, last):
        artery = c.tree.by_id["artery"].index
        for tick in range(first, last):
            injections = [Injection(artery, 20.0, 4.0, 300.0)] if 20 < tick < 60 else []
            if tick == 10:
                c.narrow("artery", 60.0, 10.0, 60.0)
                c.open_leak(c.add_bleed("lower", 10.0), 0.5)
            if tick == 70:
                c.close_plug(c.add_plug("upper", 5.0, 15.0), 0.8)
            catheter = CatheterInLumen(artery, -5.0, 10.0 + 0.1 * tick, 0.84)
            c.step(DT, injections, [catheter])

    one, two, three = (circulation(aorta_with_two("kidney")) for _ in range(3))
    drive(one, 0, 150)
    drive(two, 0, 50)
    middle = two.state()
    drive(two, 50, 150)
    three.restore(middle)
    assert three.pressure_mmhg("artery", 30.0) != two.pressure_mmhg("artery", 30.0)
    drive(three, 50, 150)
    for other in (two, three):
        assert np.array_equal(one.concentration_mg_ml, other.concentration_mg_ml)
        assert np.array_equal(one.blood.circuit.pressure, other.blood.circuit.pressure)
        assert one.ledger_mg == other.ledger_mg
        assert one.pressure_mmhg("artery", 55.0) == other.pressure_mmhg("artery", 55.0)


@pytest.mark.parametrize(
    ("injection", "says"),
    [
        (Injection(99, 0.0, 1.0, 300.0), "vessel 99"),
        (Injection(0, 0.0, -1.0, 300.0), "rate_ml_s"),
        (Injection(0, 0.0, float("nan"), 300.0), "rate_ml_s"),
        (Injection(0, 0.0, 1.0, 300.0, "milk"), "milk"),
    ],
)
def test_an_impossible_injection_is_refused_and_changes_nothing(injection, says):
    c = circulation(one_artery())
    before = c.blood.circuit.pressure.copy()
    with pytest.raises(ValueError, match=says):
        c.step(DT, [injection])
    assert np.array_equal(before, c.blood.circuit.pressure)
    with pytest.raises(ValueError, match="no vessel 'nowhere'"):
        c.flow_ml_s("nowhere")


def test_a_closed_lumen_holds_the_syringe_back():
    c = circulation(aorta_with_two())
    upper = c.tree.by_id["upper"].index
    c.close_plug(c.add_plug("upper", 22.0, 30.0), 1.0)
    wedged = [CatheterInLumen(upper, 0.0, 10.0, 2.3)]
    run(c, 2.0, catheters=wedged)
    assert c.jet_mmhg == 0.0
    given = 0.0
    for _ in range(120):
        c.step(DT, [Injection(upper, 10.0, 5.0, 300.0)], wedged)
        given += c.injected_ml
    assert given < 0.2 * 10.0
    assert 1000.0 < c.jet_mmhg < 5000.0
    assert c.ledger_mg["injected"] == pytest.approx(300.0 * given)
    assert unaccounted(c) <= 1e-9
    for _ in range(300):
        c.step(DT)
        at = lanes(c)
        assert at.min() >= -300e-9
        assert at.max() <= 300.0 * (1 + 1e-9)


def test_what_runs_back_into_a_wedged_catheter_was_not_given():
    of = anatomy(
        vessel("aorta", None, [[0, 145, 2.24], [9, 0, 2.13]]),
        vessel("branch", "aorta", [[6.6, 0, 0.64], [-47, -67, 0.54], [-100, -134, 0.45]]),
        vessel("end", "branch", [[-101, -134, 0.36], [-110, -134, 0.25]], "brain"),
    )
    c = circulation(of)
    branch = c.tree.by_id["branch"].index
    least_ml = 0.0
    lies = CatheterInLumen(branch, 0.0, 155.0, 1.0)
    for rate in [12.0, 0.0005] * 6:
        c.step(DT, [Injection(branch, 155.0, rate, 300.0)], [lies])
        least_ml = min(least_ml, *c.delivered_ml)
        assert unaccounted(c) <= 1e-9
    assert least_ml < -0.005


def test_a_vein_without_pressure_still_holds_a_little():
    scenario, _ = examine("hepatic-vein")
    narrow = scenario.anatomy.model_copy(deep=True)
    lower = next(v for v in narrow.vessels if v.id == "right_hepatic_vein_lower")
    lower.points[0] = (*lower.points[0][:2], 0.3)
    c = circulation(narrow)
    run(c, 0.5, [Injection(c.tree.by_id["right_hepatic_vein_lower"].index, 1.0, 3.0, 300.0)])
    assert c.blood.volume.min() > 0.0
    assert unaccounted(c) <= 1e-9


def test_an_ordinary_injection_is_not_held_back():
    c = circulation(aorta_with_two())
    artery = c.tree.by_id["artery"].index
    for _ in range(60):
        c.step(DT, [Injection(artery, 60.0, 6.0, 300.0)])
        assert c.injected_ml == pytest.approx(6.0 * DT, rel=1e-12)
    assert c.jet_mmhg < 200.0


def test_each_bleed_keeps_its_contrast():
    c = circulation(aorta_with_two())
    for name in ("upper", "lower"):
        c.open_leak(c.add_bleed(name, 10.0), 0.5)
    run(c, 6.0, [Injection(c.tree.by_id["upper"].index, 2.0, 2.0, 300.0)])
    (_, _, ml, stained), (_, _, other_ml, plain) = c.pools()
    assert ml == pytest.approx(other_ml, rel=0.2)
    assert stained > 20 * plain
    assert stained + plain == pytest.approx(c.ledger_mg["extravasated"], rel=1e-9)
