"""Forms: what should have been asked, checked or given before, and recorded after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from ir_sim.training.case import Asked, Case
from ir_sim.training.detectors.base import Detector, Finding
from ir_sim.training.detectors.radiation import CHANGES
from ir_sim.training.moment import Moment


class _Forms(Detector):
    """Keeps the first answer to each question."""

    looks = "deed"
    fields: ClassVar[tuple[str, ...]] = ("question",)

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        self.answers: dict[str, str] = {}
        self.punctured = False
        self.finished = False

    def hear(self, moment: Moment) -> list[Asked]:
        """Note this tick's answers; returns the questions answered for the first time."""
        fresh: list[Asked] = []
        for action in moment.controls.actions:
            question = self.case.questions.get(action.device or "")
            if action.kind != "answer" or question is None or question.id in self.answers:
                continue
            self.answers[question.id] = str(action.value)
            fresh.append(question)
        return fresh

    def due(self, moment: Moment) -> list[Asked]:
        """Questions whose moment has just come: the first device goes in, the case is ended."""
        out: list[Asked] = []
        if not self.punctured and moment.first("mounted"):
            self.punctured = True
            out += [q for q in self.case.questions.values() if q.form == "before"]
        if not self.finished and moment.first("finished"):
            self.finished = True
            out += [q for q in self.case.questions.values() if q.form == "after"]
        return out


class ChecklistMissed(_Forms):
    """Questions of a form were not answered when its moment had come: one error for the form."""

    code = "checklist_missed"
    fields = ("form", "count")

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Topics with an entry of their own in the catalogue are left to it."""
        self.hear(moment)
        open_questions = [
            question
            for question in self.due(moment)
            if question.topic not in ("labs", "record") and question.id not in self.answers
        ]
        for form in ("before", "after"):
            count = sum(question.form == form for question in open_questions)
            if count:
                yield Finding(data={"form": form, "count": count})


class ChecklistWrong(_Forms):
    """A question was answered wrongly."""

    code = "checklist_wrong"

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Topics with an entry of their own in the catalogue are left to it."""
        for question in self.hear(moment):
            own = question.topic in ("labs", "record", "identity")
            if question.topic == "allergy" and self.case.contrast_allergy:
                own = True
            if not own and not question.right(self.answers[question.id]):
                yield Finding(data={"question": question.ask})


class WrongPatient(_Forms):
    """The first device went in although the patient had not been identified rightly."""

    code = "wrong_patient"

    def update(self, moment: Moment) -> Iterator[Finding]:
        """An answer that does not identify the patient."""
        self.hear(moment)
        for question in self.due(moment):
            given = self.answers.get(question.id)
            if question.topic == "identity" and given is not None and not question.right(given):
                yield Finding(data={"question": question.ask})


class LabsUnchecked(_Forms):
    """The first device went in with the labs unread or misjudged."""

    code = "labs_unchecked"

    def update(self, moment: Moment) -> Iterator[Finding]:
        """No answer, or a wrong one."""
        self.hear(moment)
        for question in self.due(moment):
            if question.topic == "labs" and not question.right(self.answers.get(question.id)):
                yield Finding(data={"question": question.ask})


class LateRecord(_Forms):
    """The case was ended without dose, contrast and complications on record."""

    code = "late_record"

    def update(self, moment: Moment) -> Iterator[Finding]:
        """No answer, or a wrong one."""
        self.hear(moment)
        for question in self.due(moment):
            if question.topic == "record" and not question.right(self.answers.get(question.id)):
                yield Finding(data={"question": question.ask})


class HeparinMissing(Detector):
    """The target was reached, or something treated, before heparin that the case asks for."""

    code = "heparin_missing"
    looks = "deed"

    def __init__(self, case: Case, threshold: Mapping[str, float] | None = None) -> None:
        super().__init__(case, threshold)
        forms = case.scenario.checklist
        self.armed = forms is not None and forms.heparin

    def update(self, moment: Moment) -> Iterator[Finding]:
        """Once; heparin disarms."""
        if not self.armed:
            return
        if any(a.kind == "drug" and "heparin" in (a.device or "") for a in moment.controls.actions):
            self.armed = False
        event = moment.first("target_reached", *(k for k in CHANGES if k in TREATMENTS))
        if self.armed and event is not None:
            self.armed = False
            yield Finding(event.slot, event.vessel)


#: Events of the treatment room that ask for heparin first.
TREATMENTS = frozenset(CHANGES) - {"perforation", "dissection", "jet_dissection", "drug_given"}
