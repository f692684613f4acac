"""The expert at the controls: plays any case, one tick at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ir_sim.simulation.controls import Controls
from ir_sim.training.expert import EXPERT, Operator, Style, play

if TYPE_CHECKING:
    from ir_sim.training.session import Session


class Autopilot:
    """Plays a case in a session.

    ::

        expert = Autopilot(session)
        while not session.state.finished:
            session.step(expert.controls())

    Args:
        session: A fresh session; nobody else may step it.
        style: How the operator works; the expert by default.
    """

    def __init__(self, session: Session, style: Style = EXPERT) -> None:
        self._work: Iterator[Controls] = play(Operator(session, style))

    def controls(self) -> Controls:
        """The controls of the next tick, chosen after a look at the state.

        Once the case is finished, and if the operator has given up, nothing is done.
        """
        return next(self._work, Controls())
