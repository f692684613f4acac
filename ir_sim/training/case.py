"""What is known of a case before anybody touches it: the way, the wrong side, the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.flow.contrast_limits import contrast_limit as flow_limit
from ir_sim.scenario import puncture
from ir_sim.scenario.checklist import Question, contrast_allergy, is_right, standard_questions
from ir_sim.scenario.model import Patient, Scenario
from ir_sim.simulation.controls import Action
from ir_sim.simulation.injector import CONTRAST_MG_ML

_LIMIT_SOURCES = {
    "label": "largest total of the iohexol label",
    "volume by eGFR": "3 mL per mL/min/1.73 m² of eGFR (10.3389/fmed.2021.701062; believed)",
    "weight by creatinine": "Cigarroa: 5 mL x kg / creatinine, at most 300 mL (Am J Med 86:649)",
}


@dataclass(frozen=True)
class Answer:
    """One answer that a form offers."""

    id: str
    text: str
    right: bool


@dataclass(frozen=True)
class Asked:
    """A question of a form, filled in for the patient.

    Attributes:
        id: Its name in ``Action("answer", device=<id>, value=<choice>)``.
        form: ``before`` or ``after``.
        topic: What it checks.
        ask: The words.
        answers: What may be answered.
        why: The explanation shown after the answer.
        source: Where that comes from.
        weight: Its share of the steps.
    """

    id: str
    form: str
    topic: str
    ask: str
    answers: tuple[Answer, ...]
    why: str
    source: str
    weight: int

    def right(self, answer: str | None) -> bool:
        """Whether an answer is right."""
        return any(a.id == answer and a.right for a in self.answers)


@dataclass(frozen=True, eq=False)
class Case:
    """A case as the rating sees it.

    Attributes:
        scenario: As authored.
        tree: Its vessels.
        way: Vessels that a device may lie in: from the access to the target and to every place
            named in a step, their ancestors, and what lies beyond the target.
        wrong_side: Vessels whose names carry the other side, off the way.
        contrast_limit_ml: The smallest of the patient's limits.
        contrast_limit_source: Which one that is.
        contrast_warning_ml: Volume at which the room is told.
        questions: The forms.
    """

    scenario: Scenario
    tree: VesselTree
    way: frozenset[str]
    wrong_side: frozenset[str]
    contrast_limit_ml: float
    contrast_limit_source: str
    contrast_warning_ml: float
    questions: Mapping[str, Asked]

    @property
    def contrast_allergy(self) -> bool:
        """Whether the chart names an allergy to contrast medium."""
        return contrast_allergy(self.scenario.patient)

    def right_answers(self, form: str) -> tuple[Action, ...]:
        """The actions that answer a form (``before`` or ``after``) rightly, as an expert does."""
        return tuple(
            Action("answer", device=q.id, value=next(a.id for a in q.answers if a.right))
            for q in self.questions.values()
            if q.form == form
        )


def case_of(scenario: Scenario, tree: VesselTree) -> Case:
    """Everything that follows from the case alone."""
    way = _way(scenario, tree)
    other = {"left": "right", "right": "left"}.get(scenario.task.side or "", "")
    wrong = (v.id for v in tree.vessels if other and other in _words(v.id) and v.id not in way)
    limit, source = contrast_limit(scenario.patient)
    return Case(
        scenario=scenario,
        tree=tree,
        way=way,
        wrong_side=frozenset(wrong),
        contrast_limit_ml=limit,
        contrast_limit_source=source,
        contrast_warning_ml=contrast_warning_ml(scenario.patient),
        questions={q.id: q for q in _questions(scenario)},
    )


def contrast_warning_ml(patient: Patient) -> float:
    """Volume at which the room is told: 2 mL per eGFR, or 80 % of the label (believed)."""
    return flow_limit(patient, CONTRAST_MG_ML).warn_ml


def contrast_limit(patient: Patient) -> tuple[float, str]:
    """The patient's contrast limit in mL and where it comes from: the smallest that applies."""
    limit = flow_limit(patient, CONTRAST_MG_ML)
    return limit.most_ml, _LIMIT_SOURCES[limit.rule]


def _words(name: str) -> list[str]:
    return name.replace("-", "_").split("_")


def _way(scenario: Scenario, tree: VesselTree) -> frozenset[str]:
    goals = {scenario.task.target.vessel}
    for step in scenario.task.steps:
        for kind in ("tip_at", "injected", "filmed"):
            place = getattr(step.when, kind)
            if place is not None:
                goals.add(place.vessel)
    way: set[int] = set()
    for name in (scenario.access.vessel, *goals):
        way.update(tree.path_to_root(tree.by_id[name].index))
    way.update(_beyond(tree, tree.by_id[scenario.task.target.vessel].index))
    return frozenset(tree.vessels[i].id for i in way)


def _beyond(tree: VesselTree, index: int) -> Iterator[int]:
    for child in tree.children[index]:
        yield child
        yield from _beyond(tree, child)


def _questions(scenario: Scenario) -> Iterator[Asked]:
    forms = scenario.checklist
    if forms is None:
        return
    known = {**standard_questions(), **{q.id: q for q in forms.questions}}
    for form, names in (("before", forms.before), ("after", forms.after)):
        for name in names:
            yield _asked(known[name], form, scenario)


def _asked(question: Question, form: str, scenario: Scenario) -> Asked:
    patient, forms = scenario.patient, scenario.checklist
    risk = forms.risk if forms is not None else "low"
    args = (patient, risk, scenario.access.vessel, scenario.task.side)
    labs = patient.labs
    facts = {
        "age": patient.age,
        "sex": patient.sex,
        "allergies": ", ".join(patient.allergies) or "none known",
        "inr": f"{labs['inr']:g}" if "inr" in labs else "not measured",
        "platelets": f"{labs['platelets_10e9_l']:g}" if "platelets_10e9_l" in labs else "not known",
        "egfr": f"{patient.egfr:g}",
        "risk": risk,
        "access": "the " + scenario.access.vessel.replace("_", " "),
        "site": puncture.site(scenario.access.vessel),
        "press": puncture.PRESS[puncture.kind(scenario.access.vessel)],
    }

    def filled(text: str) -> str:
        for name, value in facts.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    answers = tuple(Answer(c.id, filled(c.text), is_right(c, *args)) for c in question.choices)
    return Asked(
        question.id,
        form,
        question.topic,
        filled(question.ask),
        answers,
        filled(question.why),
        question.source,
        question.weight,
    )
