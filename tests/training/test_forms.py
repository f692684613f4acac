"""Forms: rules against the published thresholds, authors' mistakes, answers that count once."""

import pytest

from ir_sim.scenario import from_text, load
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.checklist import labs_safe, standard_questions
from ir_sim.scenario.model import Patient
from ir_sim.training.case import contrast_limit
from ir_sim.training.session import Session
from tests.training.bench import Bench, case_text, scenario_of

FEMORAL = "right_common_femoral"
SAFE = ", labs: {inr: 1.1, platelets_10e9_l: 220}"


def patient(**own):
    return Patient(age=60, sex="f", weight_kg=70.0, **own)


@pytest.mark.parametrize(
    ("inr", "platelets", "risk", "access", "safe"),
    [
        (1.8, 50.0, "high", "right_internal_jugular", True),
        (1.81, 50.0, "high", "right_internal_jugular", False),
        (1.8, 49.0, "high", "right_internal_jugular", False),
        (1.8, 50.0, "high", FEMORAL, False),  # the groin: below 1.8
        (1.79, 20.0, "low", FEMORAL, True),
        (1.9, 20.0, "low", FEMORAL, False),  # the groin is stricter than the procedure
        (2.1, 20.0, "low", "left_radial", True),
        (2.3, 20.0, "low", "left_radial", False),
        (2.1, 60.0, "high", "left_radial", False),  # the procedure is stricter than the wrist
        (2.9, 20.0, "low", "right_internal_jugular", True),
        (1.0, 19.0, "low", FEMORAL, False),
        (1.9, 20.0, "low", "left_femoral_vein", True),  # the rule is for arteries
    ],
)
def test_labs_follow_the_sir_consensus_of_2019(inr, platelets, risk, access, safe):
    someone = patient(labs={"inr": inr, "platelets_10e9_l": platelets})
    assert labs_safe(someone, risk, access) is safe


@pytest.mark.parametrize(
    ("case", "site", "how"),
    [
        ("iliac-stenosis-stent", "groin", "15 minutes"),
        ("fistula-declot", "arm", "thrill"),
        ("hepatic-vein", "neck", "5 to 10 minutes"),
    ],
)
def test_the_forms_close_what_was_punctured(case, site, how):
    asked = Session(load(case), 1).case.questions["haemostasis"]
    assert site in asked.ask
    right = next(answer for answer in asked.answers if answer.right)
    assert how in right.text
    assert how in asked.why
    assert "{" not in asked.ask + asked.why + "".join(answer.text for answer in asked.answers)


def test_labs_that_were_not_measured_are_not_safe():
    assert not labs_safe(patient(labs={"inr": 1.0}), "low", FEMORAL)


@pytest.mark.parametrize(
    ("own", "limit"),
    [
        ({"egfr": 60.0}, 180.0),  # 3 x eGFR
        ({"egfr": 99.0}, 87_500.0 / 300.0),  # the label, at 300 mgI/mL
        ({"egfr": 90.0, "creatinine_mg_dl": 2.0}, 175.0),  # 5 x 70 / 2
    ],
)
def test_the_contrast_limit_is_the_smallest_of_three(own, limit):
    assert contrast_limit(patient(**own))[0] == pytest.approx(limit)


def test_every_standard_question_has_one_right_answer_for_any_patient():
    for labs in ({}, {"inr": 1.1, "platelets_10e9_l": 220.0}):
        for allergies in ("[]", "[iodine]"):
            facts = ", ".join(f"{name}: {value}" for name, value in labs.items())
            for side in ("side: left", "side: right", "hold: no"):
                text = case_text(
                    f", allergies: {allergies}, labs: {{{facts}}}",
                    f"checklist: {{before: [{', '.join(standard_questions())}]}}",
                ).replace("  side: right\n", "" if side == "hold: no" else f"  {side}\n")
                scenario, problems = from_text(text, "x", shipped_devices())
                assert scenario is not None, problems
                from ir_sim.anatomy.vessel_tree import build_tree
                from ir_sim.training.case import case_of

                case = case_of(scenario, build_tree(scenario.anatomy))
                for question in case.questions.values():
                    right = [a for a in question.answers if a.right]
                    assert len(right) == 1, question.id
                    assert "{" not in question.ask


@pytest.mark.parametrize(
    ("checklist", "words"),
    [
        ("{before: [identiti]}", "did you mean 'identity'"),
        ("{before: [identity, identity]}", "asked twice"),
        ("{before: [labs], after: [labs]}", "asked twice"),
        ("{befor: [identity]}", "did you mean 'before'"),
        ("{risk: medium}", "'medium' is not one of low, high"),
        (
            "{questions: [{id: q, topic: access, ask: Where?, "
            "choices: [{id: a, text: A, right: yes}, {id: b, text: B}]}]}",
            "never asked",
        ),
        (
            "{before: [q], questions: [{id: q, topic: access, ask: Where?, "
            "choices: [{id: a, text: A}, {id: b, text: B}]}]}",
            "no right answer",
        ),
        (
            "{before: [labs], questions: [{id: labs, topic: access, ask: Where?, "
            "choices: [{id: a, text: A, right: yes}, {id: b, text: B}]}]}",
            "standard question",
        ),
    ],
)
def test_an_authors_mistake_is_named(checklist, words):
    text = case_text("", f"checklist: {checklist}")
    _, problems = from_text(text, "case.yaml", shipped_devices())
    assert any(words in str(p) and p.line == text[: text.index("checklist:")].count("\n") + 1
               for p in problems), [str(p) for p in problems]  # fmt: skip


def test_an_allergy_that_nobody_asks_about_is_a_warning():
    text = case_text(", allergies: [contrast]")
    scenario, problems = from_text(text, "case.yaml", shipped_devices())
    assert scenario is not None
    assert [p.severity for p in problems] == ["warning"]


def test_the_first_answer_counts_and_is_scored_with_the_steps():
    bench = Bench(SAFE, "checklist: {before: [time-out]}")
    bench.answer("time-out", "left").answer("time-out", "right")
    assert bench.codes == ["checklist_wrong"]
    assert bench.assessment.progress().answered == {"time-out": "left"}
    right = Bench(SAFE, "checklist: {before: [time-out]}").answer("time-out", "right")
    points = [next(p.points for p in b.score().parts if p.name == "steps") for b in (bench, right)]
    assert points == pytest.approx([0.0, 30.0 * 0.2])


def test_open_questions_change_with_the_form():
    bench = Bench(SAFE, "checklist: {before: [identity, labs], after: [record]}")
    assert [q.id for q in bench.assessment.progress().open_questions] == ["identity", "labs"]
    bench.answer("identity", "ask-patient")
    assert [q.id for q in bench.assessment.progress().open_questions] == ["labs"]
    bench.put("wire", "aorta", 100.0).tick()
    assert [q.id for q in bench.assessment.progress().open_questions] == ["record"]


def test_the_expert_knows_the_answers():
    bench = Bench(SAFE, "checklist: {before: [identity, labs, time-out], after: [record]}")
    for form in ("before", "after"):
        for action in bench.case.right_answers(form):
            bench.act(action.kind, action.device, action.value)
    bench.tick(events=[bench.event("mounted", slot="wire"), bench.event("finished")])
    assert bench.codes == []


def test_a_case_without_forms_asks_nothing():
    assert scenario_of().checklist is None
    assert Bench().case.questions == {}


def test_the_right_answer_does_not_always_stand_first():
    certain = [q for q in standard_questions().values() if any(c.right for c in q.choices)]
    places = [[c.right for c in q.choices].index(True) for q in certain]
    assert len(set(places)) == 3
    assert max(places.count(place) for place in places) < 0.6 * len(places)
