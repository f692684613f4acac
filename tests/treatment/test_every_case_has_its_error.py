"""Every case that treats has its classic error, made by a bot or by a hand that a test scripts."""

from ir_sim.scenario.library import load, shipped_scenarios
from ir_sim.training.rubric import load_rubric
from tests.treatment import test_embolization_errors
from tests.treatment.bots import BOTS
from tests.treatment.held import CLASSIC

#: Events of steps that only measure.
MEASURES = {"pressure_recorded"}


def treats(case):
    task = load(case).task
    kinds = {step.when.happened.kind for step in task.steps if step.when.happened is not None}
    return bool(task.endpoints or kinds - MEASURES)


def without(cases, bots):
    """The cases that treat and have neither a bot nor a scripted hand."""
    made = {bot.case for bot in bots} | set(CLASSIC)
    return [case for case in cases if case not in made and treats(case)]


def test_every_treatment_case_has_its_classic_error():
    assert without(shipped_scenarios(), BOTS) == []


def test_a_treatment_case_without_one_is_named():
    fewer = [bot for bot in BOTS if bot.case != "m1-thrombectomy"]
    assert without(shipped_scenarios(), fewer) == ["m1-thrombectomy"]


def test_only_cases_that_treat_need_one():
    assert treats("fibroids-both")
    assert not treats("hepatic-vein")
    assert not treats("left-subclavian")


def test_bots_name_cases_and_errors_that_there_are():
    known = load_rubric("default").errors
    for bot in BOTS:
        assert bot.case in shipped_scenarios()
        assert not bot.code or bot.code in known
    for names in CLASSIC.values():
        assert all(hasattr(test_embolization_errors, name) for name in names)
