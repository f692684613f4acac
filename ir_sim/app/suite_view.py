"""The suite as one sees it: monitors, panel and vital signs of a running procedure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pygame

from ir_sim.app.drawing.gauge import assistant_line, draw_assistant, draw_gauge
from ir_sim.app.drawing.marks import draw_marks
from ir_sim.app.drawing.monitor import Captions, Monitor, ReferenceMonitor
from ir_sim.app.drawing.panel import (
    Figure,
    clock,
    draw_devices,
    draw_figures,
    draw_heading,
    draw_lamp,
    draw_lines,
)
from ir_sim.app.drawing.step import draw_step, step_height, step_lines
from ir_sim.app.drawing.vitals import draw_vitals
from ir_sim.app.measuring import Measuring
from ir_sim.app.painter import Picture
from ir_sim.app.panel_room import PanelRoom, share_out
from ir_sim.app.play import Play
from ir_sim.app.reviewing import Review
from ir_sim.app.screens.base import NOT_A_DEVICE
from ir_sim.app.theme import Colour, Theme
from ir_sim.app.widgets import Form
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.state import Reading

#: The panel is drawn this often, the vital signs twice as often; the monitor every time.
PANEL_HZ = 12.0


@dataclass
class Shown:
    """What the view shows beyond the state of the play.

    Attributes:
        controls: What the hands do.
        hands: Keys that move a slot.
        selected: Slot that the wheel moves.
        messages: Text and tone, in order of time.
        notes: Over the picture.
        blades: As they are being dragged.
        review: The run that is looked at again, or None.
        measuring: The measuring tool and its results, or None.
        injector: What the power injector is set to, if it is armed.
        paused: Whether time stands still.
        winding: Whether a replay is being wound: nothing is live.
        slow: Whether the computer does not keep up.
    """

    controls: Controls = field(default_factory=Controls)
    hands: Mapping[str, str] = field(default_factory=dict)
    selected: str = ""
    messages: Sequence[tuple[str, str]] = ()
    notes: tuple[str, ...] = ()
    blades: tuple[float, float, float, float] | None = None
    review: Review | None = None
    measuring: Measuring | None = None
    injector: str = ""
    paused: bool = False
    winding: bool = False
    slow: bool = False


#: Room for the last messages with their heading, px at 100 %.
_MESSAGES = 42
#: Least height of a device's row, of two lines and of one, px at 100 %.
_ROW, _LINE = 40, 28


class SuiteView:
    """Draws a play.

    Args:
        play: The running procedure.
        buttons: Placed at the foot of the panel, in rows.

    Attributes:
        foot: Room kept free below the vital signs, px at 100 %.
    """

    def __init__(self, play: Play, buttons: Form, foot: float = 0.0) -> None:
        self.play, self.buttons, self.foot = play, buttons, foot
        self.monitor, self.reference = Monitor(), ReferenceMonitor()
        self._column = pygame.Rect(0, 0, 1, 1)
        self._bottom = pygame.Rect(0, 0, 1, 1)
        self._panel: pygame.Surface | None = None
        self._strip: pygame.Surface | None = None
        self._panel_age, self._strip_age = 1e9, 1e9
        self._theme = Theme()

    def refresh(self) -> None:
        """Draw everything anew next time."""
        self._panel_age = self._strip_age = 1e9

    def update(self, dt_s: float) -> None:
        """Let time pass."""
        self._panel_age += dt_s
        self._strip_age += dt_s
        painter = self.play.painter
        if painter is not None:
            run, frames = painter.run
            self.reference.update(dt_s, run, frames, self.play.state.settings.frame_rate)

    def store(self, picture: Picture | None) -> None:
        """A picture to the reference monitor; None shows the last run there again."""
        if picture is None:
            self.reference.loop()
        self.reference.store(picture)
        self.refresh()

    def picture(self, review: Review | None) -> Picture | None:
        """What the large monitor shows."""
        if review is not None and review.picture is not None:
            return review.picture
        return self.play.painter.latest if self.play.painter is not None else None

    def live(self, shown: Shown) -> bool:
        """Whether the lamp is lit."""
        return self.play.state.pedal != "off" and not (shown.paused or shown.winding)

    def layout(self, window: pygame.Rect, theme: Theme) -> None:
        """The monitor as large as the window allows, the strip below, the panel at its right."""
        self._theme = theme
        strip, foot = theme.px(66), theme.px(self.foot)
        side = min(window.height - strip - foot, window.width - theme.px(370))
        tall = window.height - strip - foot
        self.monitor.rect = pygame.Rect(0, (tall - side) // 2, side, side)
        self._column = pygame.Rect(side, 0, window.width - side, tall)
        self._bottom = pygame.Rect(0, tall, window.width, strip)
        if self.play.painter is not None:
            self.play.painter.resize(side)

    def draw(self, surface: pygame.Surface, theme: Theme, shown: Shown) -> None:
        """Draw everything."""
        if theme != self._theme:
            self.refresh()
        surface.fill(theme.palette.background)
        self.layout(surface.get_rect(), theme)
        state, painter = self.play.state, self.play.painter
        settings = state.settings
        if shown.blades is not None:
            settings = replace(settings, blades=shown.blades)
        if shown.review is not None and painter is not None:
            shown.review.resize(painter.side_px)
        picture = self.picture(shown.review)
        live = self.live(shown)
        captions = self._captions(shown, held=picture is not None and not live)
        if shown.review is not None and picture is not None:
            settings = picture.exposure.settings  # no blades to plan on an old run
        self.monitor.draw(surface, theme, picture, settings, captions, live=live)
        if shown.measuring is not None and picture is not None and not live:
            marks = shown.measuring.seen(picture)
            draw_marks(surface, theme, self.monitor.rect, marks, shown.measuring.way)
        self._blit_panel(surface, shown)
        self._blit_strip(surface)
        self.buttons.draw(surface, theme)

    def _blit_panel(self, surface: pygame.Surface, shown: Shown) -> None:
        if self._panel is None or self._panel.get_size() != self._column.size:
            self._panel, self._panel_age = pygame.Surface(self._column.size), 1e9
        if self._panel_age >= 1.0 / PANEL_HZ:
            self._draw_panel(self._panel, shown)
            self._panel_age = 0.0
        surface.blit(self._panel, self._column)

    def _blit_strip(self, surface: pygame.Surface) -> None:
        if self._strip is None or self._strip.get_size() != self._bottom.size:
            self._strip, self._strip_age = pygame.Surface(self._bottom.size), 1e9
        if self._strip_age >= 0.5 / PANEL_HZ:
            state, area = self.play.state, self._strip.get_rect()
            trace = self.play.trace
            draw_vitals(
                self._strip, self._theme, area, state.vitals, trace, state.time_s, state.cuff
            )
            self._strip_age = 0.0
        surface.blit(self._strip, self._bottom)

    def _captions(self, shown: Shown, *, held: bool) -> Captions:
        case = self.play.session.scenario
        p = case.patient
        patient = ("SIMULATED PATIENT", f"{p.sex.upper()}  {p.age} Y", case.id.upper())
        notes = list(shown.notes)
        if shown.paused:
            notes.append("PAUSED")
        elif shown.review is not None:
            notes += shown.review.words
        elif held and not shown.winding:
            notes.append("LAST IMAGE HOLD")
        if shown.measuring is not None and shown.measuring.tool:
            notes.append(f"MEASURE: {shown.measuring.tool.upper()}")
        if shown.injector:
            notes.append(shown.injector)
        if shown.slow:
            notes.append("SLOW COMPUTER")
        return Captions(patient, clock(self.play.state.time_s), tuple(notes))

    def _draw_panel(self, panel: pygame.Surface, shown: Shown) -> None:
        theme, state = self._theme, self.play.state
        px, palette = theme.px, theme.palette
        panel.fill(palette.panel)
        room = panel.get_rect().inflate(-px(28), -px(20))
        lamp = pygame.Rect(room.x, room.y, room.width, px(44))
        s = state.settings
        words = (
            f"{s.pulse_rate:g} p/s  ·  {s.detail} dose  ·  {s.mode.upper()} {s.frame_rate:g} f/s"
        )
        draw_lamp(panel, theme, lamp, on=self.live(shown), words=words)
        top, foot, progress = lamp.bottom + px(10), self._foot(room), self.play.session.progress
        step = step_lines(theme, progress, room.width)
        share = self._share_out(room, foot - px(8) - top - step_height(theme, step))
        y = self._draw_reference(panel, pygame.Rect(room.x, top, room.width, share.reference))
        draw_heading(panel, theme, pygame.Rect(room.x, y, room.width, px(16)), "Devices")
        y += px(20)
        tall = len(state.devices) * share.row if state.devices else px(26)
        devices = pygame.Rect(room.x, y, room.width, tall)
        motions = shown.controls.motions
        draw_devices(panel, theme, devices, state.devices, motions, shown.hands, shown.selected)
        y = devices.bottom + px(8)
        if state.treatment is not None:
            y = self._draw_treatment(panel, pygame.Rect(room.x, y, room.width, 0), state.treatment)
        if state.assistant is not None:
            box = pygame.Rect(room.x, y, room.width, px(46))
            draw_assistant(panel, theme, box, state.assistant)
            y = box.bottom + px(8)
        box = pygame.Rect(room.x, y, room.width, step_height(theme, step))
        draw_step(panel, theme, box, progress, step)
        y = box.bottom
        # where a small window has no room for both, the step is worth more: all buttons have keys
        self._place_buttons(room, foot if box.bottom <= foot else panel.get_height() + px(99))
        at = (room.centerx, room.bottom)
        theme.write(panel, at, NOT_A_DEVICE, 11, colour=palette.quiet, anchor="midbottom")
        lines = pygame.Rect(room.x, y, room.width, foot - px(8) - y)
        if lines.height >= px(36):
            draw_heading(panel, theme, lines, "Messages")
            lines.y, lines.height = lines.y + px(20), lines.height - px(20)
            coloured: list[tuple[str, Colour]] = [
                (text, getattr(palette, tone)) for text, tone in shown.messages[-20:]
            ]
            draw_lines(panel, theme, lines, coloured)

    def _draw_treatment(self, panel: pygame.Surface, room: pygame.Rect, reading: Reading) -> int:
        """The tool in hand; returns where the next thing begins."""
        theme, px = self._theme, self._theme.px
        draw_heading(panel, theme, pygame.Rect(room.x, room.y, room.width, px(16)), "Treatment")
        scenario = self.play.session.scenario
        tool = scenario.devices.get(reading.tool) or scenario.supplies.get(reading.tool)
        title = tool.title if tool is not None else reading.tool
        box = pygame.Rect(room.x, room.y + px(20), room.width, px(76))
        draw_gauge(panel, theme, box, title, reading)
        return box.bottom + px(8)

    def _share_out(self, room: pygame.Rect, spare: int) -> PanelRoom:
        """Sides of the reference monitor and the devices' rows, from all height above the foot."""
        px, state = self._theme.px, self.play.state
        spare -= px(20) + px(20) + px(_MESSAGES)  # the headings, and what stands between
        spare -= px(104) if state.treatment is not None else 0
        spare -= px(54) if state.assistant is not None else 0
        spare -= 0 if state.devices else px(26)
        side = min(round(room.width * 0.5), round(0.38 * room.height))
        roomy = spare >= px(100) + len(state.devices) * px(_ROW)
        wanted = PanelRoom(side, min(px(58), round(room.height * 0.075)))
        return share_out(
            spare, wanted, PanelRoom(px(100), px(_ROW if roomy else _LINE)), len(state.devices)
        )

    def _draw_reference(self, panel: pygame.Surface, room: pygame.Rect) -> int:
        """The second monitor and the figures beside it; returns where the next thing begins."""
        theme, side = self._theme, room.height
        self.reference.rect = pygame.Rect(room.x, room.y, side, side)
        self.reference.draw(panel, theme)
        figures = pygame.Rect(room.x + side + theme.px(16), room.y, 0, side)
        figures.width = room.right - figures.x
        draw_figures(panel, theme, figures, self.figures())
        return room.y + side + theme.px(12)

    def _columns(self, room: pygame.Rect) -> int:
        """Buttons in a row at the foot."""
        return 6 if room.width >= self._theme.px(620) else 4

    def _foot(self, room: pygame.Rect) -> int:
        """Upper edge of the buttons in the panel."""
        px, rows = self._theme.px, -(-len(self.buttons.widgets) // self._columns(room))
        return room.bottom - px(20) - rows * px(36) + px(6)

    def _place_buttons(self, room: pygame.Rect, top: int) -> None:
        """Rows of four or six from an upper edge on."""
        px, columns = self._theme.px, self._columns(room)
        gap, tall = px(6), px(30)
        wide = (room.width - (columns - 1) * gap) / columns
        for i, button in enumerate(self.buttons.widgets):
            x = self._column.x + room.x + (i % columns) * (wide + gap)
            y = self._column.y + top + (i // columns) * (tall + gap)
            button.rect = pygame.Rect(round(x), round(y), round(wide), tall)

    def figures(self) -> list[Figure]:
        """Times, dose and contrast."""
        state, limit = self.play.state, self.play.session.case.contrast_limit_ml
        used = state.contrast_ml / limit if limit > 0 else 0.0
        tone = "xray" if state.pedal == "fluoro" else "text"
        return [
            Figure("Time", clock(state.time_s).split(".")[0], "min:s"),
            Figure("Fluoroscopy", clock(state.fluoro_time_s), "min:s", tone=tone),
            Figure("KAP", f"{state.kap_gy_cm2:.2f}", "Gy·cm²"),
            Figure("Air kerma", f"{state.air_kerma_mgy:.1f}", "mGy"),
            Figure("Frames", f"{state.frames}"),
            Figure("Contrast", f"{state.contrast_ml:.1f}", f"/ {limit:.0f} mL", used),
        ]

    def tree(self, shown: Shown) -> str:
        """The view as text."""
        state = self.play.state
        lines = [f"  lamp: {'X-RAY ON' if self.live(shown) else 'X-RAY OFF'}"]
        lines += [f"  figure {f.name}: {f.value} {f.unit}".rstrip() for f in self.figures()]
        lines += [
            f"  device {slot}: {d.device.id} {d.inserted_mm:.0f} mm {d.rotation_deg:+.0f} deg "
            f"[{shown.hands.get(slot, '')}]"
            for slot, d in state.devices.items()
        ]
        reading = state.treatment
        if reading is not None:
            lines.append(f"  treating {reading.tool}: {reading.value:.1f} {reading.unit}")
        if state.assistant is not None:
            lines.append(f"  assistant: {assistant_line(state.assistant)}")
        if shown.review is not None:
            lines.append(f"  review: {' | '.join(shown.review.words)}")
        if shown.measuring is not None:
            picture = self.picture(shown.review)
            marks = shown.measuring.seen(picture) if picture is not None else []
            lines += [f"  measured: {mark.tool}: {mark.text}" for mark in marks]
        step = self.play.session.progress.current
        lines.append(f"  step: {step.id if step is not None else 'done'}")
        lines += [f"  message: {text}" for text, _ in shown.messages[-5:]]
        return "\n".join([*lines, self.buttons.tree()])
