"""The procedure: the monitor, large, and a slim panel."""

from __future__ import annotations

from collections.abc import Callable

import pygame

from ir_sim.app.commands import machine_action
from ir_sim.app.drawing.panel import clock
from ir_sim.app.forms import Questions
from ir_sim.app.gamepad import pad_event
from ir_sim.app.hands_and_feet import HandsAndFeet
from ir_sim.app.looking import Looking
from ir_sim.app.medicines import medicine_dialog
from ir_sim.app.mouse import MouseOnMonitor
from ir_sim.app.painter import Trouble
from ir_sim.app.play import Play
from ir_sim.app.power_injector import injector_dialog
from ir_sim.app.screens.base import ask_first, pause_dialog, show_controls, show_settings
from ir_sim.app.shown_events import SHOWN_EVENTS
from ir_sim.app.stage import Stage
from ir_sim.app.suite_view import Shown, SuiteView
from ir_sim.app.tray import tray_dialog
from ir_sim.app.treating import FULL_VACUUM_KPA, treatment_dialog
from ir_sim.app.widgets import Button, Form
from ir_sim.simulation.controls import Action, Controls
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import DT_S

_SOUNDS = {
    "refused": "refused",
    "step_done": "step",
    "target_reached": "step",
    "error": "alarm",
    "contrast_reaction": "alarm",
}
_MOST_MESSAGES = 40


class ProcedureScreen:
    """Steer.

    Args:
        stage: The stage.
        play: The running procedure.
        ended: Called with ``finished``, ``left`` or ``restart``.
        expert: Gives the controls instead of the person's hands.
        banner: Words over the picture, such as that the expert plays.
        alive: Called in every turn, also while time stands still.
    """

    name = "procedure"
    steered = True

    def __init__(
        self,
        stage: Stage,
        play: Play,
        ended: Callable[[str], None],
        expert: Callable[[], Controls] | None = None,
        banner: str = "",
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.stage, self.play, self._ended = stage, play, ended
        self._expert, self._banner, self._alive = expert, banner, alive
        self.hands = HandsAndFeet(latch=stage.preferences.latch_pedal)
        self.paused = False
        self.messages: list[tuple[str, str]] = []
        self._controls = Controls()
        self._beat = 0
        self.buttons = Form(
            [
                self._button("tray", "Tray", "M"),
                self._button("field", "Field", "F"),
                self._button("roadmap", "Roadmap", "G"),
                self._button("hint", "Hint", "H"),
                self._button("review", "Last run", "F3"),
                self._button("measure", "Measure", "6"),
                self._button("treat", "Treat", "5"),
                self._button("injector", "Injector", "Q"),
                self._button("help", "Controls", "F1"),
                self._button("drugs", "Medicines", "Y"),
                self._button("pause", "Pause", "Esc"),
                self._button("finish", "End", "E"),
            ]
        )
        self.view = SuiteView(play, self.buttons)
        self.looking = Looking(play, self.view, stage.toasts.say)
        self.mouse = MouseOnMonitor(
            self.view.monitor, self.hands, self.looking.measuring, self.looking.measured
        )
        self._trouble = Trouble()

    def _button(self, name: str, text: str, key: str) -> Button:
        button = Button(name, text, lambda: self.command(name), key, size=13)
        button.takes_focus = False
        return button

    # -- input ---------------------------------------------------------------------------------

    def handle(self, event: pygame.event.Event) -> None:
        """Keys and pads steer; the mouse works on the picture and the buttons."""
        kind = event.type
        if kind == pygame.WINDOWFOCUSLOST:
            self.hands.let_go()
        elif kind in (pygame.KEYDOWN, pygame.KEYUP):
            if kind == pygame.KEYDOWN and event.key == pygame.K_F2:
                self._pause_for(lambda back: show_settings(self.stage, back))
                return
            name = self.hands.key(event)
            if name is not None:
                self.command(name, back=bool(getattr(event, "mod", 0) & pygame.KMOD_SHIFT))
        elif kind in (
            pygame.CONTROLLERAXISMOTION,
            pygame.CONTROLLERBUTTONDOWN,
            pygame.CONTROLLERBUTTONUP,
        ):
            name = pad_event(event, self.hands.pad)
            if name is not None:
                self.command(name)
        elif not self.mouse.handle(event, self.play.state.settings, self.stage.theme):
            self.buttons.handle(event)

    def command(self, name: str, *, back: bool = False) -> None:
        """Carry out a command of a key or button."""
        state = self.play.state
        simple: dict[str, Callable[[], None]] = {
            "pause": self.pause,
            "help": lambda: self._pause_for(lambda done: show_controls(self.stage, done)),
            "restart": lambda: self._ended("restart"),
        }
        if name in simple:
            simple[name]()
        elif self._expert is not None:
            self.stage.toasts.say("The expert is playing. Esc pauses.")
        elif name == "finish":
            self._finish()
        elif name in ("tray", "drugs", "injector", "treat"):
            self._open(name)
        elif self.looking.command(name, back=back):
            self.view.refresh()
        elif name in ("release", "aspirate", "assistant"):
            self._treat(name)
        elif name == "roadmap" and back and state.settings.roadmap is not None:
            self.command("roadmap_share")
        elif name == "hint":
            self.hands.command(Action("hint"))
        elif name == "next_device":
            self.hands.next_device(state.devices)
        elif name in ("wire", "catheter", "microcatheter", "guide"):
            if not self.hands.take_in_hand(name, state.devices, right=back):
                self._say(f"No {name} is in the patient: M opens the tray.", "warn")
        elif name == "latch":
            self.stage.prefer(latch_pedal=self.hands.latch)
            self._say(f"Pedals {'latch' if self.hands.latch else 'are held'}.", "quiet")
        else:
            action = machine_action(name, state.settings, back=back)
            if action is not None:
                self.hands.command(action)

    def _treat(self, name: str) -> None:
        if name == "release":
            self.hands.command(Action("release"))
            return
        if name == "assistant":
            helper = self.play.state.assistant
            with_me = helper is None or not helper.with_you
            self.hands.command(Action("assistant", value=with_me))
            return
        reading = self.play.state.treatment
        on = reading is not None and reading.unit == "kPa" and reading.value > 0.0
        self.hands.command(Action("aspirate", value=0.0 if on else FULL_VACUUM_KPA))

    def _open(self, name: str) -> None:
        """The tray and its like; time goes on, the hands are off the hubs."""
        self.hands.let_go()
        act, close = self.hands.command, self.stage.close_dialog
        if name == "drugs":
            self.stage.ask(medicine_dialog(act, close))
            return
        if name == "injector":
            say = self.stage.toasts.say
            self.stage.ask(injector_dialog(self.hands.injector, act, say, close))
            return
        if name == "treat":
            reading = self.play.state.treatment
            in_hand = reading.tool if reading is not None else ""
            case, held = self.play.session.scenario, self.play.state.devices
            helper = self.play.state.assistant
            self.stage.ask(treatment_dialog(case, held, in_hand, act, close, helper))
            return
        tray = self.play.session.scenario.devices
        self.stage.ask(tray_dialog(tray, self.play.state.devices, act, close))

    # -- pausing and ending --------------------------------------------------------------------

    def _pause_for(self, show: Callable[[Callable[[], None]], None]) -> None:
        self.paused = True
        self.hands.let_go()
        show(self._resume)

    def _resume(self) -> None:
        self.paused = False

    def pause(self) -> None:
        """Stop the clock and ask what to do."""
        self.paused = True
        self.hands.let_go()

        def do(what: Callable[[], None]) -> Callable[[], None]:
            def done() -> None:
                self.stage.close_dialog()
                self.paused = False
                what()

            return done

        def settings() -> None:
            self._pause_for(lambda back: show_settings(self.stage, back))

        choices = {
            "restart": ("Start again", do(lambda: self._ended("restart"))),
            "controls": ("Controls", do(lambda: self.command("help"))),
            "settings": ("Settings", do(settings)),
            "finish": ("End the procedure and see the score", do(self._finish)),
            "leave": ("Leave (kept as interrupted)", do(lambda: self._ended("left"))),
        }
        if self._expert is not None:
            del choices["finish"]
            choices["leave"] = ("Stop watching", choices["leave"][1])
        self.stage.ask(pause_dialog(do(lambda: None), choices))

    def enter(self) -> None:
        """The form before the puncture, unless it is answered (or the expert plays)."""
        if self._expert is not None or self.play.state.tick:
            return
        questions = [q for q in self.play.session.case.questions.values() if q.form == "before"]
        if questions:
            self.paused = True
            Questions(self.stage, questions, self.hands.command, self._resume).ask()

    def _finish(self) -> None:
        self.hands.let_go()
        self.paused = True

        def end() -> None:
            questions = [q for q in self.play.session.case.questions.values() if q.form == "after"]
            Questions(self.stage, questions, self.hands.command, really).ask()

        def really() -> None:
            self.paused = False
            self.hands.command(Action("finish"))

        left = self.play.session.progress.current
        text = "The run is rated and kept."
        if left is not None:
            text += f" Not done yet: {left.do}."
        ask_first(self.stage, "End the procedure?", text, "End it", end, "Go on", undo=self._resume)

    # -- time ----------------------------------------------------------------------------------

    def update(self, dt_s: float) -> None:
        """Tick, listen, show."""
        self._alive()
        if not self.paused:
            self.play.advance(dt_s, self._next_controls)
        state = self.play.state
        for reason in state.refused:
            self.stage.toasts.say(reason[:1].upper() + reason[1:])
        self.stage.sound.exposing(state.pedal != "off" and not self.paused)
        for event in self.play.news():
            self._hear(event)
        self.view.update(dt_s)
        self.looking.update(dt_s)
        for said in self._trouble.news(self.play.painter):
            self.stage.toasts.say(said)
        self._beep()
        if state.finished:
            self._ended("finished")

    def _next_controls(self) -> Controls:
        if self._expert is not None:
            self._controls = self._expert()
        else:
            state = self.play.state
            self._controls = self.hands.controls(DT_S, state.devices, state.treatment)
        return self._controls

    def _beep(self) -> None:
        beat = int(self.play.state.time_s * self.play.state.vitals.heart_rate_bpm / 60.0)
        if beat != self._beat:
            self._beat = beat
            if not self.paused:
                self.stage.sound.play("pulse")

    def _hear(self, event: Event) -> None:
        tone = SHOWN_EVENTS.get(event.kind)
        if tone is None:
            return
        self._say(event.text, tone)
        if event.kind == "mounted" and event.slot is not None and self._expert is None:
            self.hands.take_in_hand(event.slot, self.play.state.devices)
        if event.kind in _SOUNDS:
            self.stage.sound.play(_SOUNDS[event.kind])
        if event.kind in ("target_reached", "contrast_reaction"):
            self.stage.toasts.say(event.text)

    def _say(self, text: str, tone: str) -> None:
        stamp = clock(self.play.state.time_s).split(".")[0]
        self.messages = [*self.messages[1 - _MOST_MESSAGES :], (f"{stamp}  {text}", tone)]
        self.view.refresh()

    def leave(self) -> None:
        """Silence."""
        self.stage.sound.exposing(on=False)
        if self.play.painter is not None:
            self.play.painter.close()

    # -- drawing -------------------------------------------------------------------------------

    def _shown(self) -> Shown:
        notes = (self._banner,) if self._banner else ()
        return Shown(
            controls=self._controls,
            hands={} if self._expert is not None else self.hands.words(),
            selected="" if self._expert is not None else self.hands.selected,
            messages=self.messages,
            notes=notes,
            blades=self.mouse.blades,
            review=self.looking.review,
            measuring=self.looking.measuring,
            injector="INJECTOR ARMED" if self.hands.injector.armed else "",
            paused=self.paused,
            slow=self.play.slow,
        )

    @property
    def toast_x(self) -> int:
        """Messages appear over the picture, not over the buttons."""
        return self.view.monitor.rect.centerx

    def draw(self, surface: pygame.Surface) -> None:
        """Draw everything."""
        self.view.draw(surface, self.stage.theme, self._shown())

    def tree(self) -> str:
        """The screen as text."""
        return self.view.tree(self._shown())
