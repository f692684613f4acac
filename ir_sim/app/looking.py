"""What is done with pictures that are already made: reviewing runs, measuring, the reference."""

from __future__ import annotations

from collections.abc import Callable

from ir_sim.app.measuring import Measuring
from ir_sim.app.play import Play
from ir_sim.app.reviewing import Review, chosen_run
from ir_sim.app.suite_view import SuiteView
from ir_sim.scenario.device import MM_PER_FRENCH


class Looking:
    """The pictures on the large monitor and what is drawn on them.

    Args:
        play: The running procedure.
        view: The suite's monitors.
        say: Tells the trainee something for a moment.

    Attributes:
        measuring: The ruler and its like.
        review: The run that is looked at, or None.
    """

    def __init__(self, play: Play, view: SuiteView, say: Callable[[str], None]) -> None:
        self._play, self._view, self._say = play, view, say
        self.measuring = Measuring()
        self.review: Review | None = None

    def command(self, name: str, *, back: bool) -> bool:
        """Carry out a command of a key or button; whether it was one of these."""
        if name == "measure":
            self._say(self.measuring.next_tool(back=back))
        elif name == "clear":
            self.measuring.clear()
        elif name == "store":
            self._view.store(None if back else self._view.picture(self.review))
        elif name == "review":
            self._open(back=back)
        elif self.review is not None:
            return self.review.command(name, back=back)
        elif name in ("frame_back", "frame_on", "loop", "peak"):
            opened = self._open(back=False)
            if opened is not None:
                opened.command(name)
        else:
            return False
        return True

    def _open(self, *, back: bool) -> Review | None:
        """The last run on the large monitor, the one before it, or back to the held image."""
        if self.review is not None and not back:
            self.review = None
            return None
        runs = self._play.session.runs()
        number = chosen_run(runs, self.review.run if self.review is not None else None, back=back)
        painter = self._play.painter
        if number is None or painter is None:
            self._say("No run has been filmed yet.")
        elif self._play.state.pedal == "off":
            self.review = Review(painter, runs[number])
        return self.review

    def measured(self) -> None:
        """Something was drawn with the measuring tool."""
        picture = self._view.picture(self.review)
        if picture is None:
            self.measuring.way = []
            return
        held = self._play.state.devices
        inner = [held[s].device for s in ("catheter", "guide") if s in held]
        french = inner[0].outer_radius_mm * 2.0 / MM_PER_FRENCH if inner else None
        why = self.measuring.end(picture, None if french is None else round(french, 2))
        if why:
            self._say(why[:1].upper() + why[1:] + ".")

    def update(self, dt_s: float) -> None:
        """Let time pass; under the pedal there is only the live picture."""
        if self._play.state.pedal != "off":
            self.review = None
        if self.review is not None:
            self.review.update(dt_s)
