"""Every error of the catalogue: once provoked, once narrowly avoided."""

import numpy as np
import pytest

from ir_sim.simulation.controls import Controls
from ir_sim.training.detectors import DETECTORS
from ir_sim.training.rubric import load_rubric
from ir_sim.xray import Settings
from tests.training.bench import LOOK, MOVE, Bench, good_run

ALLERGIC = ", allergies: [hives after iodinated contrast]"
FORMS = "checklist: {before: [identity, allergy, labs, time-out], after: [haemostasis, record]}"
LABS = ", labs: {inr: 1.1, platelets_10e9_l: 220}"
RIGHT = {"identity": "ask-patient", "allergy": "proceed", "labs": "proceed", "time-out": "right"}


def event(kind, **data):
    """The timeline says so."""

    def play(bench):
        bench.put("catheter", "right_renal", 8.0)
        bench.tick(events=[bench.event(kind, slot="catheter", vessel="right_renal", **data)])

    return play


def lie_in(vessel, seconds, at_mm=20.0, slot="wire"):
    def play(bench):
        bench.put(slot, vessel, at_mm).run(seconds, MOVE)

    return play


def inject(ml, vessel, **how):
    def play(bench):
        bench.put("catheter", vessel, 10.0).inject(ml, vessel, **how)

    return play


def film(**how):
    def play(bench):
        bench.film("right_renal", **how)

    return play


def advance(mm, controls, xy=None):
    def play(bench):
        bench.put("wire", "aorta", 100.0, xy=xy).tick(controls)
        while bench.state.tick % 6:
            bench.tick(controls)
        bench.run(mm / 30.0, controls, {"wire": 30.0})
        bench.run(0.2, controls)

    return play


def two_films(**second):
    def play(bench):
        bench.film("right_renal", number=1)
        bench.film(second.pop("vessel", "right_renal"), number=2, **second)

    return play


def treated_between(kind):
    def play(bench):
        bench.film("right_renal", number=1)
        bench.tick(events=[bench.event(kind, vessel="right_renal")])
        bench.film("right_renal", number=2)

    return play


def treated_unseen(filmed):
    def play(bench):
        bench.film("right_renal", number=1)
        bench.tick(events=[bench.event("balloon_deflated", vessel="right_renal")])
        if filmed:
            bench.film("right_renal", number=2)
        bench.tick(events=[bench.event("finished")])

    return play


def lysis(mg_h, fibrinogen, in_clot=0.9, hours=12.0):
    return event(
        "lysis_lapsed", mg_h=mg_h, fibrinogen_before=fibrinogen, in_clot=in_clot, hours=hours
    )


def spasm(drug):
    def play(bench):
        bench.tick(events=[bench.event("spasm", vessel="right_renal")])
        if drug:
            bench.tick(events=[bench.event("drug_given", drug=drug, dose=100.0)])
        bench.tick(events=[bench.event("finished")])

    return play


def zoomed(vessel, at_mm, seconds, centre, field_cm=22.0):
    def play(bench):
        bench.state.settings = Settings(field_cm=field_cm, centre_mm=centre)
        bench.put("wire", vessel, at_mm).run(seconds, MOVE)

    return play


def table(mm, look):
    def play(bench):
        bench.run(mm / 60.0, Controls(table_mm_s=(0.0, 60.0)))
        if look:
            bench.run(0.5, LOOK)
        bench.film("right_renal")

    return play


def order(early):
    def play(bench):
        bench.put("wire", "aorta", 200.0).run(0.3)
        bench.put("catheter", "aorta", 220.0).run(0.3)
        bench.put("catheter", "right_renal", 8.0).run(0.3)
        if not early:
            bench.inject(2.1, "right_renal")
        bench.film("right_renal")

    return play


def answers(given, device="wire"):
    def play(bench):
        for question, value in given.items():
            bench.answer(question, value)
        bench.put(device, "aorta", 100.0)
        bench.tick(events=[bench.event("mounted", slot=device)])

    return play


def ending(given):
    def play(bench):
        for question, value in given.items():
            bench.answer(question, value)
        bench.tick(events=[bench.event("finished")])

    return play


def allergic(answer):
    def play(bench):
        if answer is not None:
            bench.answer("allergy", answer)
        bench.put("catheter", "right_renal", 5.0).inject(2.0, "right_renal")

    return play


def heparin(given):
    def play(bench):
        if given:
            bench.act("drug", "heparin", 4000)
        bench.put("catheter", "right_renal", 8.0).run(2.0, MOVE)

    return play


def kerma(mgy):
    def play(bench):
        bench.state.air_kerma_mgy = mgy
        bench.tick()

    return play


def contrast(ml):
    def play(bench):
        bench.state.contrast_ml = ml
        bench.tick()

    return play


def with_device(name):
    def play(bench):
        bench.put("catheter", "right_renal", 8.0, device=name).run(0.2)

    return play


OUT = (0.0, 700.0)


# code, provokes, does not, what the case needs
def bleeding(seconds, held=True, again=False):
    """A rupture, held after so long, or not, or not for good; then the end."""

    def play(bench):
        bench.tick(events=[bench.event("rupture", vessel="aorta")])
        bench.run(seconds)
        if held:
            bench.tick(events=[bench.event("bleed_held", vessel="aorta")])
        if again:
            bench.tick(events=[bench.event("bleeds_again", vessel="aorta")])
        bench.tick(events=[bench.event("finished")])

    return play


def reaction(severity, drug, after_s=30.0):
    """The patient reacts to contrast and gets a drug so much later."""

    def play(bench):
        bench.tick(events=[bench.event("contrast_reaction", severity=severity)])
        bench.run(after_s)
        if drug:
            bench.tick(events=[bench.event("drug_given", drug=drug)])
        bench.tick(events=[bench.event("finished")])

    return play


def reacting(drug, after_s):
    """Contrast goes on after the first signs."""

    def play(bench):
        bench.put("catheter", "right_renal", 8.0)
        bench.tick(events=[bench.event("contrast_reaction", severity="severe")])
        bench.run(after_s)
        if drug:
            bench.tick(events=[bench.event("drug_given", drug=drug)])
        bench.inject(2.0, "right_renal")

    return play


def torn(answer):
    """A dissection, and what is done about it."""

    def play(bench):
        bench.tick(events=[bench.event("dissection", vessel="right_renal", force_n=1.2)])
        if answer:
            bench.tick(events=[bench.event(answer, vessel="right_renal")])
        bench.tick(events=[bench.event("finished")])

    return play


CATALOGUE = [
    ("perforation", event("perforation", force_n=1.6), event("vessel_entered"), {}),
    ("rupture", event("rupture"), event("balloon_inflated"), {}),
    (
        "non_target_embolization",
        event("non_target_embolization", organ="bowel"),
        event("particles_injected", organ="liver"),
        {},
    ),
    ("embolus_to_brain", event("embolus", organ="brain"), event("embolus", organ="leg"), {}),
    ("wrong_side", inject(5.2, "left_renal"), inject(4.8, "left_renal"), {}),
    (
        "wrong_side",
        inject(2.2, "left_renal", pedal="acquire"),
        inject(1.8, "left_renal", pedal="acquire"),
        {},
    ),
    ("wrong_side", inject(6.0, "left_renal"), inject(6.0, "right_renal"), {}),
    (
        "wrong_patient",
        answers({"identity": "read-list"}),
        answers({"identity": "ask-patient"}),
        {"more": FORMS},
    ),
    (
        "allergy_ignored",
        allergic(None),
        allergic("premedicate"),
        {"patient": ALLERGIC, "more": FORMS},
    ),
    (
        "allergy_ignored",
        allergic("proceed"),
        lambda bench: bench.act("drug", "prednisolone", 50) and allergic(None)(bench),
        {"patient": ALLERGIC, "more": FORMS},
    ),
    ("dissection", event("dissection", force_n=1.1), event("wall_force", force_n=1.1), {}),
    (
        "jet_dissection",
        event("jet_dissection", pressure_mmhg=480.0, rate_ml_s=7.0),
        event("dissection", force_n=1.1),
        {},
    ),
    ("device_misplaced", event("device_misplaced", device="Stent"), event("stent_deployed"), {}),
    (
        "injecting_wedged",
        inject(1.2, "right_renal", wedged=True),
        inject(0.8, "right_renal", wedged=True),
        {},
    ),
    ("injecting_wedged", inject(3.0, "right_renal", wedged=True), inject(3.0, "right_renal"), {}),
    ("injecting_wedged", event("embolic_wedged", ml=1.0), event("near_stasis", beats=5.0), {}),
    ("contrast_limit", contrast(181.0), contrast(179.0), {}),  # 3 mL x eGFR of 60
    ("dose_limit", kerma(5001.0), kerma(4999.0), {}),
    (
        "labs_unchecked",
        answers({"labs": "proceed"}),
        answers({"labs": "correct"}),
        {"patient": ", labs: {inr: 2.4, platelets_10e9_l: 220}", "more": FORMS},
    ),
    (
        "labs_unchecked",
        answers({}),
        answers({"labs": "proceed"}),
        {"patient": LABS, "more": FORMS},
    ),
    (
        "catheter_without_wire",
        event("catheter_without_wire", advanced_mm=20.0),
        event("catheter_without_wire", advanced_mm=19.0),
        {},
    ),
    ("wire_out_of_view", advance(20.0, MOVE, OUT), advance(12.0, MOVE, OUT), {}),
    ("wire_out_of_view", advance(40.0, MOVE, OUT), advance(40.0, MOVE), {}),
    ("blind_advance", advance(65.0, Controls()), advance(55.0, Controls()), {}),
    ("blind_advance", advance(120.0, Controls()), advance(120.0, MOVE), {}),
    ("wrong_device", with_device("catheter-5f-pigtail"), with_device("catheter-5f-cobra2"), {}),
    ("wall_force", event("wall_force", force_n=0.6), event("wall_force", force_n=0.5), {}),
    ("wrong_vessel", lie_in("mesenteric", 10.4), lie_in("mesenteric", 9.6), {}),
    ("wrong_vessel", lie_in("left_renal", 20.0), lie_in("right_renal", 20.0), {}),
    ("wrong_vessel", lie_in("left_renal", 20.0), lie_in("left_renal", 20.0, at_mm=4.0), {}),
    ("heparin_missing", heparin(False), heparin(True), {"more": "checklist: {heparin: yes}"}),
    (
        "balloon_oversized",
        event("balloon_oversized", ratio=1.21),
        event("balloon_oversized", ratio=1.19),
        {},
    ),
    (
        "other_side_compromised",
        event("plaque_shifted", lost_percent=14.0, residual_percent=80.0),
        event("plaque_shifted", lost_percent=7.0, residual_percent=67.0),
        {},
    ),
    (
        "kissing_oversized",
        event("kissing_oversized", ratio=1.01, band_mm=14.2, aorta_mm=14.0),
        event("balloons_kissed", ratio=0.94, band_mm=13.1, aorta_mm=14.0),
        {},
    ),
    (
        "kissing_uneven",
        event("edges_uneven", apart_mm=6.0, own_mm=8.0, assistants_mm=2.0),
        event("edges_uneven", apart_mm=4.0, own_mm=6.0, assistants_mm=2.0),
        {},
    ),
    (
        "balloon_over_rated",
        event("balloon_over_rated", atm=15.2, rated_atm=14.0),
        event("balloon_inflated", atm=13.0),
        {},
    ),
    ("balloon_outside_lesion", event("balloon_outside_lesion"), event("balloon_inflated"), {}),
    (
        "stent_malapposed",
        event("malapposition", diameter_mm=6.0, reference_mm=8.2),
        event("stent_deployed", diameter_mm=8.0, reference_mm=8.2),
        {},
    ),
    ("lysis_against_rules", lysis(1.0, 140.0), lysis(0.5, 140.0), {}),
    ("lysis_against_rules", lysis(0.5, 90.0), lysis(1.0, 200.0), {}),
    ("lysis_against_rules", lysis(1.5, 300.0), lysis(1.5, 300.0, hours=0.5), {}),
    ("lysis_outside_clot", lysis(1.0, 300.0, in_clot=0.4), lysis(1.0, 300.0, in_clot=0.6), {}),
    (
        "embolic_dose",
        event("embolic_dose_exceeded", oil_ml=16.0, drug_mg=50.0),
        event("emulsion_injected", ml=9.0),
        {},
    ),
    ("catheter_glued", event("catheter_glued"), event("glue_set"), {}),
    ("embolic_reflux", event("reflux", share=0.3), event("particles_injected", ml=1.0), {}),
    ("embolized_beyond_stasis", event("carried_on", ml=0.5), event("near_stasis", beats=5.0), {}),
    (
        "embolic_wrong_size",
        event("wrong_size", supply="particles-300-500", size="small"),
        event("particles_injected", ml=1.0),
        {},
    ),
    ("spasm_as_stasis", event("spasm_mistaken"), event("false_stasis"), {}),
    ("closed_proximally_only", event("back_filling", ml_min=4.0), event("coil_deployed"), {}),
    ("coil_prolapse", event("coil_prolapsed", share=0.3), event("coil_deployed"), {}),
    ("clot_dropped", event("clot_dropped"), event("clot_removed", passes=1), {}),
    ("clot_on_catheter", event("thrombus_formed"), event("clot_removed", passes=1), {}),
    ("bleeding_not_held", bleeding(181.0), bleeding(100.0), {}),
    ("bleeding_not_held", bleeding(40.0, held=False), bleeding(40.0), {}),
    ("bleeding_not_held", bleeding(40.0, again=True), bleeding(40.0), {}),
    ("reaction_untreated", reaction("severe", None), reaction("severe", "epinephrine"), {}),
    ("reaction_untreated", reaction("severe", "antihistamine"), reaction("mild", None), {}),
    (
        "reaction_untreated",
        reaction("moderate", "epinephrine", 200.0),
        reaction("moderate", "antihistamine", 100.0),
        {},
    ),
    ("contrast_after_reaction", reacting(None, 8.0), reacting(None, 1.0), {}),
    ("contrast_after_reaction", reacting(None, 8.0), reacting("epinephrine", 8.0), {}),
    ("dissection_left", torn(None), torn("stent_deployed"), {}),
    ("air_injected", event("air_injected", organ="kidney", ml=0.02), event("air_drawn"), {}),
    (
        "air_injected",
        event("air_injected", organ="kidney", ml=0.02),
        event("air_injected", organ="brain", ml=0.02),  # an error of its own
        {},
    ),
    ("clot_injected", event("clot_injected", organ="foot"), event("clot_aspirated"), {}),
    (
        "access_haematoma",
        event("access_haematoma", ml=200.0, act_s=240.0),
        event("access_haematoma", ml=30.0, act_s=240.0),
        {},
    ),
    ("spasm_left", spasm(None), spasm("nitroglycerin"), {}),
    ("no_control_run", treated_unseen(filmed=False), treated_unseen(filmed=True), {}),
    (
        "fluoro_without_motion",
        lambda bench: bench.run(5.1, LOOK),
        lambda bench: bench.run(4.9, LOOK),
        {},
    ),
    (
        "fluoro_without_motion",
        lambda bench: bench.run(12.0, LOOK),
        lambda bench: bench.run(12.0, MOVE),
        {},
    ),
    ("uncollimated_run", film(closed=0.05), film(closed=0.15), {}),
    (
        "unneeded_magnification",
        zoomed("aorta", 20.0, 5.3, (0.0, 320.0)),
        zoomed("aorta", 20.0, 4.7, (0.0, 320.0)),
        {},
    ),
    (
        "unneeded_magnification",
        zoomed("aorta", 20.0, 9.0, (0.0, 320.0)),
        zoomed("aorta", 90.0, 9.0, (-20.0, 200.0)),  # the renal ostium is in the field
        {},
    ),
    (
        "unneeded_magnification",
        zoomed("aorta", 20.0, 9.0, (0.0, 320.0)),
        zoomed("aorta", 20.0, 9.0, (0.0, 320.0), 32.0),
        {},
    ),
    ("repeat_run", two_films(), two_films(vessel="aorta"), {}),
    ("repeat_run", two_films(lao_deg=5.0), two_films(lao_deg=30.0), {}),
    ("repeat_run", two_films(), two_films(field_cm=22.0), {}),
    ("repeat_run", two_films(centre_mm=[10.0, 180.0]), two_films(centre_mm=[40.0, 180.0]), {}),
    ("repeat_run", two_films(), treated_between("stent_deployed"), {}),
    ("repeat_run", two_films(), treated_between("plug_deployed"), {}),
    (
        "checklist_wrong",
        answers({**RIGHT, "time-out": "left"}),
        answers(RIGHT),
        {"patient": LABS, "more": FORMS},
    ),
    (
        "checklist_missed",
        answers({k: v for k, v in RIGHT.items() if k != "time-out"}),
        answers(RIGHT),
        {"patient": LABS, "more": FORMS},
    ),
    ("checklist_missed", answers({}), answers(RIGHT), {"patient": LABS, "more": FORMS}),
    ("checklist_missed", ending({}), ending({"haemostasis": "compress"}), {"more": FORMS}),
    ("step_order", order(early=True), order(early=False), {}),
    ("table_unchecked", table(40.0, look=False), table(40.0, look=True), {}),
    ("table_unchecked", table(40.0, look=False), table(20.0, look=False), {}),
    (
        "late_record",
        ending({"record": "later"}),
        ending({"record": "full"}),
        {"more": FORMS},
    ),
    ("late_record", ending({}), ending({"record": "full"}), {"more": FORMS}),
]


@pytest.mark.parametrize(
    ("code", "provoke", "avoid", "needs"),
    CATALOGUE,
    ids=[f"{row[0]}-{i}" for i, row in enumerate(CATALOGUE)],
)
def test_an_error_is_found_when_made_and_only_then(code, provoke, avoid, needs):
    made = Bench(**needs)
    provoke(made)
    assert made.codes.count(code) == 1, made.codes
    error = next(e for e in made.assessment.errors if e.code == code)
    if "question" not in DETECTORS[code].fields:
        assert "?" not in error.text  # every figure of the sentence was given
    assert error.hint
    told = [e for e in made.events if e.kind == "error" and e.data["code"] == code]
    assert len(told) == 1
    avoided = Bench(**needs)
    avoid(avoided)
    assert code not in avoided.codes


def test_the_catalogue_is_complete():
    rubric = load_rubric("default")
    assert set(rubric.errors) == set(DETECTORS) == {row[0] for row in CATALOGUE}
    for rule in rubric.errors.values():
        assert len(rule.definition) > 20
        assert rule.hint
        assert rule.source


def test_the_rubric_restates_every_threshold_of_a_detector():
    for code, rule in load_rubric("default").errors.items():
        assert dict(rule.threshold) == dict(DETECTORS[code].thresholds)


def test_a_good_run_makes_no_error():
    assert good_run(Bench()).codes == []


def test_long_errors_are_told_once_and_again_only_after_they_have_gone():
    bench = Bench()
    lie_in("mesenteric", 40.0)(bench)
    assert bench.codes == ["wrong_vessel"]
    bench.put("wire", "aorta", 100.0).run(0.5, MOVE)
    lie_in("mesenteric", 11.0)(bench)
    assert bench.codes == ["wrong_vessel"] * 2
    bench = Bench()
    bench.run(30.0, LOOK).run(0.1, MOVE).run(6.0, LOOK)
    assert bench.codes == ["fluoro_without_motion"] * 2


def test_the_room_is_told_before_the_contrast_limit():
    """eGFR 60: told at 2 mL per eGFR, once; the error comes at 3."""
    bench = Bench()
    for ml in (119.0, 121.0, 150.0):
        contrast(ml)(bench)
    alerts = [e for e in bench.events if e.kind == "contrast_alert"]
    assert [e.data["limit_ml"] for e in alerts] == [180.0]
    assert bench.codes == []


@pytest.mark.parametrize("code", sorted(DETECTORS))
def test_a_detector_forgets_nothing_when_saved_in_the_middle(code):
    """Play half, save, play the rest twice: the same errors at the same times."""
    row = next(row for row in CATALOGUE if row[0] == code)
    straight = Bench(**row[3])
    lie_in("mesenteric", 5.0)(straight)
    saved = straight.assessment.save()
    tick, contrast_ml = straight.state.tick, straight.state.contrast_ml
    row[1](straight)
    first = [(e.code, e.time_s) for e in straight.assessment.errors]
    again = Bench(**row[3])
    again.assessment.restore(saved)
    again.put("wire", "mesenteric", 20.0)
    again.state.tick, again.state.contrast_ml = tick, contrast_ml
    row[1](again)
    assert [(e.code, e.time_s) for e in again.assessment.errors] == first
    assert code in [c for c, _ in first]


def test_a_place_outside_the_blades_is_out_of_view():
    from ir_sim.training.detectors.navigation import in_view

    half = 0.5 * Settings(field_cm=48.0).field_mm
    open_field = Settings(field_cm=48.0, centre_mm=(10.0, 20.0))
    assert in_view((10.0 + 0.99 * half, 20.0), open_field)
    assert not in_view((10.0 + 1.01 * half, 20.0), open_field)
    closed = Settings(field_cm=48.0, centre_mm=(10.0, 20.0), blades=(0.25, 0.0, 0.0, 0.25))
    assert not in_view((10.0 - 0.6 * half, 20.0), closed)  # the left quarter of the field
    assert in_view((10.0 + 0.6 * half, 20.0), closed)
    assert not in_view((10.0, 20.0 + 0.6 * half), closed)
    assert in_view((10.0, 20.0 - 0.6 * half), closed)
    turned = Settings(field_cm=48.0, lao_deg=60.0)
    assert in_view((1.9 * half, 0.0), turned)  # foreshortened by cos 60
    assert not in_view((2.1 * half, 0.0), turned)
    assert np.isclose(half, 0.5 * 480.0 / 2**0.5 / (110.0 / 76.0))
