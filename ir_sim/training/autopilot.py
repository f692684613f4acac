"""The expert at the controls: plays any case, one tick at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

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
        chance: Where the style leaves something to chance; the expert's leaves nothing.

    Attributes:
        idle: Whether there is nothing more to do.
    """

    def __init__(
        self,
        session: Session,
        style: Style = EXPERT,
        chance: np.random.Generator | None = None,
    ) -> None:
        rng = chance if chance is not None else np.random.default_rng(session.seed)
        self._session = session
        self._work: Iterator[Controls] = play(Operator(session, style, rng))
        self.idle = session.state.finished

    def controls(self) -> Controls:
        """The controls of the next tick, chosen after a look at the state.

        Once the case is finished nothing is done any more.
        """
        if self.idle or self._session.state.finished:
            return Controls()
        controls = next(self._work, None)
        if controls is None:
            self.idle = True
            return Controls()
        return controls
