"""The forms before the puncture and after the last film, one question at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ir_sim.app.stage import Stage
from ir_sim.app.widgets import Button, Dialog, Paragraph, Widget
from ir_sim.simulation.controls import Action
from ir_sim.training.case import Asked

_TITLES = {"before": "Before the procedure", "after": "After the procedure"}


class Questions:
    """Asks questions in order; every answer is an action, and its explanation is shown.

    Args:
        stage: Where the dialogs appear.
        questions: In order.
        answered: Called with each answer.
        done: Called after the last one.
    """

    def __init__(
        self,
        stage: Stage,
        questions: Sequence[Asked],
        answered: Callable[[Action], None],
        done: Callable[[], None],
    ) -> None:
        self._stage, self._questions = stage, list(questions)
        self._answered, self._done = answered, done
        self._at = 0

    def ask(self) -> None:
        """Show the next question, or finish."""
        if self._at >= len(self._questions):
            self._stage.close_dialog()
            self._done()
            return
        question = self._questions[self._at]
        words = Paragraph("question", question.ask, 17)
        body: list[Widget] = [words]
        body += [
            Button(
                f"answer-{a.id}",
                a.text,
                lambda chosen=a.id: self._answer(chosen),  # type: ignore[misc]
                str(number),
            )
            for number, a in enumerate(question.answers, 1)
        ]
        size = (720.0, 180.0 + 52.0 * len(question.answers))
        heights = [0.0, *([42.0] * len(question.answers))]
        title = f"{_TITLES.get(question.form, question.form)}  ·  {self._place()}"
        self._stage.ask(Dialog(title, body, [], size=size, heights=heights, waits=True))

    def _place(self) -> str:
        return f"{self._at + 1} of {len(self._questions)}"

    def _answer(self, chosen: str) -> None:
        question = self._questions[self._at]
        self._answered(Action("answer", device=question.id, value=chosen))
        right = question.right(chosen)
        verdict = Paragraph("verdict", "Right." if right else "Not here.", 17, "bold")
        verdict.tone = "good" if right else "bad"
        body = [verdict, Paragraph("why", question.why, 15)]
        self._at += 1
        button = Button("next", "Next", self.ask, "Enter", primary=True)
        title = f"{_TITLES.get(question.form, question.form)}  ·  {self._at} of "
        title += str(len(self._questions))
        self._stage.ask(Dialog(title, body, [button], size=(720, 280), heights=(28, 0)))
