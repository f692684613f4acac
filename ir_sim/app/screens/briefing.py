"""Briefing: the chart, the plan, the steps, the tray."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import pygame

from ir_sim.anatomy import build_tree
from ir_sim.app.chart import access_line, patient_lines
from ir_sim.app.drawing.plan import draw_tree, draw_way, fitted, tree_rings, way_points
from ir_sim.app.preparing import Preparing
from ir_sim.app.screens.base import NOT_A_DEVICE, FormScreen, card, show_controls
from ir_sim.app.stage import Stage
from ir_sim.app.theme import SLOT_COLOURS, Colour
from ir_sim.app.widgets import Button, Column, Form, Table
from ir_sim.errors import IrSimError
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.patients import Grade
from ir_sim.training.case import contrast_limit

T = TypeVar("T")


#: From more steps on the tray shows fewer lines; sizes of the steps' type and gaps, px at 100 %.
_MANY_STEPS = 10
_STEP_TYPE = ((15, 6), (14, 4), (13, 3), (12, 2))


class BriefingScreen(FormScreen, Generic[T]):
    """Everything one reads before the first puncture, while the session is prepared.

    Args:
        stage: The stage.
        scenario: The case.
        preparing: The session on its way.
        started: Called with the session.
        back: Home.
        watch: Whether the expert plays.
        at_once: Go on as soon as the session is ready, unasked.
        version: Number of the patient, 0 as authored, and the difficulty.
        another: Opens the briefing of the next patient like this; None if there are no others.
    """

    name = "briefing"

    def __init__(
        self,
        stage: Stage,
        scenario: Scenario,
        preparing: Preparing[T],
        started: Callable[[T], None],
        back: Callable[[], None],
        *,
        watch: bool = False,
        at_once: bool = False,
        version: tuple[int, Grade] = (0, "standard"),
        another: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(stage)
        self.scenario, self._preparing = scenario, preparing
        self._started, self._back = started, back
        self._wanted = at_once
        self._limit_ml = contrast_limit(scenario.patient)[0]
        self._size = 15.0
        words = "Watch the expert" if watch else "Start the procedure"
        self.start = Button("start", words, self._start, "Enter", primary=True)
        self.tray = Table(
            "tray",
            [Column("On the tray", 1.0)],
        )
        devices = [scenario.devices[name] for name in scenario.tray if name in scenario.devices]
        supplies = [scenario.supplies[name] for name in scenario.tray if name in scenario.supplies]
        self.tray.fill(
            [(title,) for title in (*(d.title for d in devices), *(s.title for s in supplies))],
            [*(SLOT_COLOURS.get(d.slot) for d in devices), *(None for _ in supplies)],
        )
        self.form = Form(
            [
                self.start,
                self.tray,
                Button("controls", "Controls", lambda: show_controls(stage), "F1"),
                Button("back", "Back", back, "Esc"),
            ]
        )
        patient, grade = version
        which = f"  ·  patient {patient}" if patient else ""
        self._version = which + ("" if grade == "standard" else f"  ·  {grade}")
        self.another: Button | None = None
        if another is not None:
            self.another = Button("another", "Another patient like this", another)
            self.form.widgets.insert(2, self.another)
        self._plan: tuple[tuple[int, int], pygame.Surface] | None = None

    def _start(self) -> None:
        self._wanted = True

    def escape(self) -> None:
        """Home."""
        self._back()

    def update(self, dt_s: float) -> None:
        """Go as soon as the session is ready and wanted."""
        self.start.text = "Preparing the room…" if self._wanted else self.start.text
        if not (self._wanted and self._preparing.ready):
            return
        try:
            prepared = self._preparing.result()
        except IrSimError as error:
            self.stage.toasts.say(str(error).splitlines()[0])
            self._back()
            return
        self._started(prepared)

    def layout(self, window: pygame.Rect) -> None:
        """Three columns over a foot."""
        px, pad = self.theme.px, self.theme.px(24)
        top, foot = px(104), px(72)
        tall = window.height - top - foot
        wide = (window.width - 4 * pad) / 3.0
        self._columns = [
            pygame.Rect(round(pad + i * (wide + pad)), top, round(wide), tall) for i in range(3)
        ]
        many = len(self.scenario.task.steps) > _MANY_STEPS
        rows = min(len(self.tray.rows), 5 if many else 8)  # the rest by scrolling
        tray_tall = px(Table.ROW) * (rows + 1) + px(6)
        inside = self._columns[2].inflate(-px(20), -px(24))
        self.tray.rect = pygame.Rect(inside.x, inside.bottom - tray_tall, inside.width, tray_tall)
        y = window.bottom - px(16) - px(44)
        self.start.rect = pygame.Rect(window.right - pad - px(240), y, px(240), px(44))
        self.form["back"].rect = pygame.Rect(pad, y, px(120), px(44))
        self.form["controls"].rect = pygame.Rect(pad + px(132), y, px(140), px(44))
        if self.another is not None:
            self.another.rect = pygame.Rect(self.start.rect.x - px(272), y, px(260), px(44))

    def paint(self, surface: pygame.Surface) -> None:
        """Headings and columns."""
        theme, palette, pad = self.theme, self.theme.palette, self.theme.px(24)
        box = theme.write(surface, (pad, theme.px(20)), self.scenario.title, 28, "bold")
        reviewed = self.scenario.review != "unreviewed"
        words = f"{self.scenario.level}{self._version}  ·  {access_line(self.scenario)}"
        words += "  ·  clinical content "
        words += "reviewed" if reviewed else "unreviewed"
        at = (pad, box.bottom + theme.px(2))
        theme.write(surface, at, words, 14, colour=palette.quiet)
        right = (surface.get_width() - pad, box.centery)
        theme.write(surface, right, NOT_A_DEVICE, 14, colour=palette.warn, anchor="midright")
        self._chart(surface, card(surface, theme, self._columns[0]))
        self._picture(surface, self._columns[1])
        self._steps(surface, card(surface, theme, self._columns[2]))

    def _chart(self, surface: pygame.Surface, room: pygame.Rect) -> None:
        """Question, chart, objectives, as far as there is room."""
        theme, palette = self.theme, self.theme.palette
        self._size = next((s for s, _ in _STEP_TYPE if self._chart_fits(room, s)), 12)
        y = self._head(surface, room, room.y, "Question")
        y = self._text(surface, room, y, self.scenario.briefing) + theme.px(10)
        y = self._head(surface, room, y, "Chart")
        name_wide = theme.px(104)
        for name, value in patient_lines(self.scenario.patient, self._limit_ml):
            allergic = name == "Allergies" and bool(self.scenario.patient.allergies)
            if y + theme.height(self._size) > room.bottom:
                return
            theme.write(surface, (room.x, y), name, 13, colour=palette.quiet)
            tone = palette.bad if allergic else palette.text
            y = self._text(surface, room, y, value, name_wide, tone) + theme.px(4)
        if y + 3 * theme.height(self._size) > room.bottom:
            return
        y = self._head(surface, room, y + theme.px(6), "Objectives")
        for objective in self.scenario.objectives:
            dot = (room.x + theme.px(5), y + theme.height(self._size) // 2)
            if dot[1] < room.bottom - theme.height(self._size) // 2:
                pygame.draw.aacircle(surface, palette.accent, dot, theme.px(2.5))
            y = self._text(surface, room, y, objective, theme.px(16)) + theme.px(3)

    def _chart_fits(self, room: pygame.Rect, size: float) -> bool:
        """Whether all of the chart finds room in type of a size."""
        theme, case = self.theme, self.scenario

        def tall(words: str, indent: float) -> int:
            return len(theme.lines(words, room.width - theme.px(indent), size)) * theme.height(size)

        heads = 3 * (theme.height(16, "bold") + theme.px(6)) + theme.px(16)
        values = patient_lines(case.patient, self._limit_ml)
        text = tall(case.briefing, 0) + sum(tall(v, 104) + theme.px(4) for _, v in values)
        text += sum(tall(objective, 16) + theme.px(3) for objective in case.objectives)
        return heads + text <= room.height

    def _head(self, surface: pygame.Surface, room: pygame.Rect, y: int, words: str) -> int:
        theme = self.theme
        box = theme.write(surface, (room.x, y), words, 16, "bold", theme.palette.accent)
        return box.bottom + theme.px(6)

    def _text(
        self,
        surface: pygame.Surface,
        room: pygame.Rect,
        y: int,
        words: str,
        indent: int = 0,
        colour: Colour | None = None,
    ) -> int:
        theme = self.theme
        size = self._size
        for line in theme.lines(words, room.width - indent, size):
            if y + theme.height(size) > room.bottom:
                break
            theme.write(surface, (room.x + indent, y), line, size, colour=colour)
            y += theme.height(size)
        return y

    def _picture(self, surface: pygame.Surface, rect: pygame.Rect) -> None:
        if self._plan is None or self._plan[0] != rect.size:
            theme, case = self.theme, self.scenario
            picture = pygame.Surface(rect.size)
            picture.fill(theme.palette.panel)
            area = picture.get_rect()
            tree = build_tree(case.anatomy)
            way = way_points(tree, case.access, case.task.target)
            view = fitted(area.inflate(-theme.px(40), -theme.px(60)), way, 1.15)
            view = type(view)(area, view.scale, view.centre_mm)
            draw_tree(picture, tree_rings(tree), view, theme.palette.panel)
            target = case.task.target.vessel.replace("_", " ")
            draw_way(picture, theme, view, way, ("sheath", target))
            side = theme.palette.quiet
            theme.write(picture, (theme.px(14), theme.px(12)), "R", 20, "bold", side)
            corner = (area.right - theme.px(14), theme.px(12))
            theme.write(picture, corner, "L", 20, "bold", side, "topright")
            bottom = (area.centerx, area.bottom - theme.px(10))
            words = "plan of the case, not a picture of the patient"
            theme.write(picture, bottom, words, 12, colour=side, anchor="midbottom")
            self._plan = (rect.size, picture)
        surface.blit(self._plan[1], rect)
        pygame.draw.rect(surface, self.theme.palette.line, rect, 1, self.theme.px(8))

    def _steps(self, surface: pygame.Surface, room: pygame.Rect) -> None:
        theme, palette = self.theme, self.theme.palette
        bottom, indent = self.tray.rect.top - theme.px(12), theme.px(28)
        y = theme.write(surface, room.topleft, "Steps", 16, "bold", palette.accent).bottom
        y += theme.px(8)
        for size, gap in _STEP_TYPE:  # the largest in which all can be read
            said = [theme.lines(s.do, room.width - indent, size) for s in self.scenario.task.steps]
            tall = sum(len(lines) * theme.height(size) + theme.px(gap) for lines in said)
            if y + tall <= bottom:
                break
        for i, lines in enumerate(said, 1):
            if y + len(lines) * theme.height(size) > bottom:
                theme.write(surface, (room.x, y), "…", size, colour=palette.quiet)
                return
            theme.write(surface, (room.x, y), f"{i}", size - 1, "mono", palette.quiet)
            for line in lines:
                theme.write(surface, (room.x + indent, y), line, size)
                y += theme.height(size)
            y += theme.px(gap)
