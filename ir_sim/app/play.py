"""A running procedure: real time in, ticks of exactly 1/60 s out, scenes to the painter."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ir_sim.app.painter import Painter
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import DT_S, State
from ir_sim.training.session import Session

#: Ticks that are made up for in one turn of the loop; what is later than that is dropped, so that
#: a slow computer plays slower instead of stuttering.
MOST_TICKS = 4
#: The computer is called slow when this share of the last ticks had to be dropped.
SLOW_SHARE = 0.15
#: Seconds of arterial pressure that the vital-signs strip shows.
TRACE_S = 8.0
#: Every which tick is kept of it.
TRACE_EVERY = 2


@dataclass(frozen=True)
class Pulse:
    """One point of the vital-signs strip."""

    time_s: float
    pressure_mmhg: float


class Play:
    """Drives a session and keeps what the screen shows beyond its state.

    Args:
        session: The simulation with its task.
        painter: Draws the pictures.
        ticked: Called after every tick with its controls; a journal, say.

    Attributes:
        state: After the last tick.
        trace: Arterial pressure of the last seconds.
    """

    def __init__(
        self,
        session: Session,
        painter: Painter | None,
        ticked: Callable[[Controls], None] | None = None,
    ) -> None:
        self.session, self.painter, self._ticked = session, painter, ticked
        self.state: State = session.state
        self.trace: deque[Pulse] = deque(maxlen=round(TRACE_S / DT_S / TRACE_EVERY))
        self._dropped = 0.0
        self._due_s = 0.0
        self._seen = len(session.events)

    def advance(self, dt_s: float, controls: Callable[[], Controls]) -> int:
        """Let real time pass; returns the number of ticks done.

        Args:
            dt_s: Real time.
            controls: Gives the controls of the next tick.
        """
        self._due_s += dt_s
        done = 0
        while self._due_s >= DT_S and done < MOST_TICKS and not self.state.finished:
            self._due_s -= DT_S
            self.tick(controls())
            done += 1
        lost = max(self._due_s - DT_S, 0.0) / DT_S
        self._due_s = min(self._due_s, DT_S)
        if done + lost > 0.0:
            self._dropped += 0.02 * (lost / (done + lost) - self._dropped)
        return done

    @property
    def slow(self) -> bool:
        """Whether the computer does not keep up with real time."""
        return self._dropped > SLOW_SHARE

    def tick(self, controls: Controls, *, paint: bool = True) -> State:
        """One tick; ``paint`` False draws no picture of it."""
        was = self.state.settings
        self.state = state = self.session.step(controls)
        if self.painter is not None and state.pedal == "off" and state.settings != was:
            self.painter.prepare(state.settings)
        if self._ticked is not None:
            self._ticked(controls)
        if paint and state.exposing and self.painter is not None:
            scene = self.session.scene()
            if scene is not None:
                self.painter.show(scene)
        if state.tick % TRACE_EVERY == 0:
            self.trace.append(Pulse(state.time_s, self.session.circulation.arterial_mmhg))
        return state

    def rewound(self) -> None:
        """The session was put back to an earlier state."""
        self.state = self.session.state
        self.trace.clear()
        self._seen = len(self.session.events)
        if self.painter is not None:
            self.painter.forget()

    def news(self) -> list[Event]:
        """Events that have come since the last call."""
        events = self.session.events
        fresh = list(events[self._seen :])
        self._seen = len(events)
        return fresh
