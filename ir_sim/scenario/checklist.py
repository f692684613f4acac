"""Forms of a case: what is asked before the puncture and after the last film.

A case names standard questions (``assets/checklists/standard.yaml``) and may add its own. Where the
right answer depends on the patient, a choice carries rules instead of a plain yes or no; the rules
are here, with their sources. Clinical content: unreviewed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Literal, Protocol

from pydantic import Field

from ir_sim.scenario import puncture
from ir_sim.scenario.fields import Line, Model, Name, Text, YesNo
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.validation import validate
from ir_sim.scenario.yaml_source import parse

Risk = Literal["low", "high"]
#: What a question checks; the error catalogue has an entry of its own for most of them.
Topic = Literal[
    "identity",
    "consent",
    "allergy",
    "labs",
    "renal",
    "anticoagulant",
    "antibiotic",
    "timeout",
    "access",
    "devices",
    "haemostasis",
    "rest",
    "record",
    "follow_up",
]
Rule = Literal[
    "labs_safe",
    "labs_unsafe",
    "contrast_allergy",
    "no_contrast_allergy",
    "kidney_at_risk",
    "kidney_safe",
    "side_left",
    "side_right",
    "no_side",
]

#: SIR 2019 consensus as quoted in medscape 917397: INR and platelets (10⁹/L) by bleeding risk, and
#: INR for an arterial puncture at the groin and at the arm (below, not up to).
INR_MOST: Mapping[str, float] = {"low": 3.0, "high": 1.8}
PLATELETS_LEAST: Mapping[str, float] = {"low": 20.0, "high": 50.0}
INR_FEMORAL, INR_RADIAL = 1.8, 2.2
#: eGFR below which contrast into an artery asks for hydration first, mL/min/1.73 m² (believed).
EGFR_AT_RISK = 45.0
_CONTRAST_WORDS = ("contrast", "iodin", "iohexol", "iodixanol", "iopamidol", "iopromide")


class Choice(Model):
    """One answer. ``right_if`` names rules over the patient: any of them makes it right."""

    id: Name
    text: Line
    right: YesNo = False
    right_if: list[Rule] = []


class Question(Model):
    """One question of a form."""

    id: Name
    topic: Topic
    ask: Line
    choices: Annotated[list[Choice], Field(min_length=2, max_length=8)]
    why: Text = ""
    source: Line = "assumed"
    weight: Annotated[int, Field(ge=1, le=5)] = 1


class QuestionFile(Model):
    """A file of standard questions."""

    questions: Annotated[list[Question], Field(min_length=1)]


class Checklist(Model):
    """The forms of a case.

    ``before`` is due before the first device goes in, ``after`` before the procedure is ended; both
    list ids of standard questions or of the case's own ``questions``. ``heparin`` says that it must
    be given before anything is treated.
    """

    risk: Risk = "low"
    heparin: YesNo = False
    before: list[Name] = []
    after: list[Name] = []
    questions: list[Question] = []


class Facts(Protocol):
    """What the rules read of a patient."""

    @property
    def allergies(self) -> list[str]:
        """In words."""

    @property
    def labs(self) -> dict[str, float]:
        """By name."""

    @property
    def egfr(self) -> float:
        """Estimated glomerular filtration rate."""


@cache
def standard_questions() -> Mapping[str, Question]:
    """The shipped questions by id.

    Raises:
        RuntimeError: The shipped file is damaged.
    """
    path = shipped("assets") / "checklists" / "standard.yaml"
    file, problems = validate(parse(path.read_text("utf-8"), path.name), QuestionFile)
    if file is None:
        raise RuntimeError(f"the shipped questions are damaged: {problems[0]}")
    return {question.id: question for question in file.questions}


def inr_safe(inr: float, risk: Risk, access_vessel: str) -> bool:
    """Whether neither the procedure nor the puncture is put off: up to one, below the other."""
    if puncture.kind(access_vessel) != "artery":
        below = math.inf
    elif any(word in access_vessel for word in ("radial", "brachial")):
        below = INR_RADIAL
    elif any(word in access_vessel for word in ("femoral", "iliac", "aorta")):
        below = INR_FEMORAL
    else:
        below = math.inf
    return inr <= INR_MOST[risk] and inr < below


def labs_safe(patient: Facts, risk: Risk, access_vessel: str) -> bool:
    """Whether INR and platelets allow the procedure; a value that is missing does not."""
    inr, platelets = patient.labs.get("inr"), patient.labs.get("platelets_10e9_l")
    if inr is None or platelets is None:
        return False
    return inr_safe(inr, risk, access_vessel) and platelets >= PLATELETS_LEAST[risk]


def contrast_allergy(patient: Facts) -> bool:
    """Whether the chart names an allergy to contrast medium."""
    return any(word in name.lower() for name in patient.allergies for word in _CONTRAST_WORDS)


def is_right(
    choice: Choice, patient: Facts, risk: Risk, access_vessel: str, side: str | None
) -> bool:
    """Whether a choice is right for a patient."""
    safe, allergic = labs_safe(patient, risk, access_vessel), contrast_allergy(patient)
    at_risk = patient.egfr < EGFR_AT_RISK
    holds: dict[str, Callable[[], bool]] = {
        "labs_safe": lambda: safe,
        "labs_unsafe": lambda: not safe,
        "contrast_allergy": lambda: allergic,
        "no_contrast_allergy": lambda: not allergic,
        "kidney_at_risk": lambda: at_risk,
        "kidney_safe": lambda: not at_risk,
        "side_left": lambda: side == "left",
        "side_right": lambda: side == "right",
        "no_side": lambda: side is None,
    }
    return choice.right or any(holds[rule]() for rule in choice.right_if)
