"""Watch a run again: from a quarter of its speed to eight times, and from any moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pygame

from ir_sim.app.drawing.panel import clock
from ir_sim.app.painter import Trouble
from ir_sim.app.replaying import Replaying
from ir_sim.app.screens.base import show_controls
from ir_sim.app.shown_events import SHOWN_EVENTS
from ir_sim.app.stage import Stage
from ir_sim.app.suite_view import Shown, SuiteView
from ir_sim.app.theme import Colour
from ir_sim.app.widgets import Button, Choice, Form, Slider
from ir_sim.simulation.state import DT_S

SPEEDS = {"1/4": 0.25, "1/2": 0.5, "1": 1.0, "2": 2.0, "4": 4.0, "8": 8.0}
#: Share of a turn of the loop that winding may take, s.
WIND_S = 0.012
#: Height of the bar below the vital signs, px at 100 %.
BAR = 52


class ReplayScreen:
    """A run that plays itself.

    Args:
        stage: The stage.
        replaying: The run.
        back: Where Escape goes.
        start_s: Moment to begin at.
        marks: Moments to mark on the bar: time, weight of an error, text.
    """

    name = "replay"

    def __init__(
        self,
        stage: Stage,
        replaying: Replaying,
        back: Callable[[], None],
        start_s: float = 0.0,
        marks: Sequence[tuple[float, int, str]] = (),
    ) -> None:
        self.stage, self.replaying, self._back = stage, replaying, back
        self.marks = list(marks)
        self.playing = True
        end = max(replaying.ticks * DT_S, DT_S)
        self.bar = Slider("time", 0.0, end, start_s, self._seek, 0.0, clock)
        self.bar.marks = [(t, self._colour(w)) for t, w, _ in self.marks]
        self.speed = Choice("speed", list(SPEEDS), lambda _: None, "1")
        self.pause = Button("play", "Pause", self._toggle, "Space", size=13)
        self.form = Form(
            [
                self.pause,
                self.bar,
                self.speed,
                Button("controls", "Controls", lambda: show_controls(stage), "F1", size=13),
                Button("back", "Back", back, "Esc", size=13),
            ]
        )
        self.form.refocus("time")
        self.view = SuiteView(replaying.play, Form(), foot=BAR)
        self.messages: list[tuple[str, str]] = []
        self._trouble = Trouble()
        if start_s > 0.0:
            replaying.seek(start_s)

    def _colour(self, weight: int) -> Colour:
        palette = self.stage.theme.palette
        return palette.bad if weight >= 4 else palette.warn

    def _toggle(self) -> None:
        if self.replaying.at_end:
            self._seek(0.0)
            self.playing = True
        else:
            self.playing = not self.playing

    def _seek(self, time_s: float) -> None:
        self.replaying.seek(time_s)
        self.messages = []

    def handle(self, event: pygame.event.Event) -> None:
        """Space pauses, arrows wind, up and down change the speed."""
        if event.type == pygame.KEYDOWN:
            step = {pygame.K_LEFT: -5.0, pygame.K_RIGHT: 5.0}.get(event.key)
            faster = {pygame.K_UP: 1, pygame.K_DOWN: -1}.get(event.key)
            if event.key == pygame.K_SPACE:
                self._toggle()
                return
            if event.key == pygame.K_ESCAPE:
                self._back()
                return
            if event.key == pygame.K_F1:
                show_controls(self.stage)
                return
            if step is not None and self.form.focus is not self.speed:
                self._seek(self.replaying.time_s + step)
                return
            if faster is not None:
                names = list(SPEEDS)
                place = names.index(self.speed.chosen) + faster
                self.speed.chosen = names[min(max(place, 0), len(names) - 1)]
                return
        self.form.handle(event)

    def update(self, dt_s: float) -> None:
        """Play or wind."""
        wound = self.replaying.wind(WIND_S)
        if wound and self.playing:
            self.replaying.advance(dt_s, SPEEDS[self.speed.chosen], WIND_S)
        self.playing = self.playing and not self.replaying.at_end
        self.bar.value = self.replaying.time_s
        self.pause.text = "Pause" if self.playing else "Play"
        for event in self.replaying.play.news():
            tone = SHOWN_EVENTS.get(event.kind)
            if tone is not None:
                self.messages.append((f"{clock(event.time_s).split('.')[0]}  {event.text}", tone))
        self.messages = self.messages[-30:]
        self.view.update(dt_s)
        for said in self._trouble.news(self.replaying.play.painter):
            self.stage.toasts.say(said)

    def enter(self) -> None:
        """Nothing to ask."""

    def leave(self) -> None:
        """Stop the painter."""
        if self.replaying.play.painter is not None:
            self.replaying.play.painter.close()

    def _shown(self) -> Shown:
        notes = ["REPLAY" if self.replaying.goal is None else "WINDING"]
        if self.speed.chosen != "1":
            notes[0] += f"  x {self.speed.chosen}"
        now = self.replaying.time_s
        near = [text for t, _, text in self.marks if 0.0 <= now - t < 4.0]
        notes += near[:1]
        return Shown(
            controls=self.replaying.last,
            messages=self.messages,
            notes=tuple(notes),
            winding=self.replaying.goal is not None,
        )

    def draw(self, surface: pygame.Surface) -> None:
        """The suite, and the bar below it."""
        theme = self.stage.theme
        px = theme.px
        self.view.draw(surface, theme, self._shown())
        bar = pygame.Rect(0, surface.get_height() - px(BAR), surface.get_width(), px(BAR))
        pygame.draw.rect(surface, theme.palette.panel, bar)
        pygame.draw.line(surface, theme.palette.line, bar.topleft, bar.topright)
        y, tall = bar.y + px(9), px(34)
        self.pause.rect = pygame.Rect(px(14), y, px(110), tall)
        end = bar.right - px(14)
        for name, wide in (("back", 90), ("controls", 110), ("speed", 260)):
            self.form[name].rect = pygame.Rect(end - px(wide), y, px(wide), tall)
            end -= px(wide + 10)
        times = f"{clock(self.replaying.time_s)} / {clock(self.bar.high)}"
        words = theme.write(surface, (end, bar.centery), times, 14, "mono", anchor="midright")
        left = self.pause.rect.right + px(22)
        self.bar.rect = pygame.Rect(left, y, words.left - px(22) - left, tall)
        self.form.draw(surface, theme)

    def tree(self) -> str:
        """The screen as text."""
        return "\n".join([self.view.tree(self._shown()), self.form.tree()])
