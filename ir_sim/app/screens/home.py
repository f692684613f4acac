"""Home: who plays, and what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pygame

from ir_sim import __version__
from ir_sim.anatomy import build_tree
from ir_sim.app.case_list import LEVELS, CaseList, Entry, found
from ir_sim.app.drawing.plan import draw_tree, draw_way, fitted, tree_rings, way_points
from ir_sim.app.screens.base import NOT_A_DEVICE, FormScreen, card, show_controls, show_settings
from ir_sim.app.stage import Stage
from ir_sim.app.widgets import Button, Choice, Field, Form, Listing
from ir_sim.records.record import PSEUDONYM_PATTERN
from ir_sim.scenario.patients import GRADES, Grade

#: Open(case, trainee, watch, patient, difficulty): the person has chosen.
Open = Callable[[str, str, bool, int, Grade], None]
#: So many patients of a case are offered; a command line takes any number.
_PATIENTS = 20


def may_be_named(character: str) -> bool:
    """Whether a pseudonym may hold a character."""
    return re.fullmatch(r"[A-Za-z0-9 ._@-]", character) is not None


class HomeScreen(FormScreen):
    """Choose case and trainee.

    Args:
        stage: The stage.
        opened: Called with the choice.
        cases: The case list, kept over visits.
        last_runs: Lines about the trainee's last runs, for a pseudonym.
        write: Opens the author's screen on a case.
        records: Shows the records to somebody.
    """

    name = "home"

    def __init__(
        self,
        stage: Stage,
        opened: Open,
        cases: CaseList | None = None,
        last_runs: Callable[[str], Sequence[str]] = lambda _: (),
        write: Callable[[str], None] = lambda _: None,
        records: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(stage)
        self._opened, self._last_runs, self._write = opened, last_runs, write
        self._records = records
        self._patient, self._patient_of = 0, ""
        self.cases = cases or CaseList()
        liked = stage.preferences
        self.trainee = Field(
            "trainee",
            liked.trainee,
            "pseudonym, such as R01",
            self._trainee_changed,
            lambda: self.form.refocus("cases"),
            may_be_named,
        )
        self.search = Field(
            "search", "", "search cases", self._narrow, lambda: self.form.refocus("cases")
        )
        self.level = Choice("level", ["all", *LEVELS], self._narrow)
        self.list = Listing(
            "cases",
            found(self.cases.entries, ""),
            taken=lambda _: self._open(watch=False),
            empty="No case matches.",
        )
        self.open = Button(
            "open", "Open case", lambda: self._open(watch=False), "Enter", primary=True
        )
        self.watch = Button("watch", "Watch the expert", lambda: self._open(watch=True))
        self.patient = Button("patient", "", self._another)
        self.grade = Choice("difficulty", list(GRADES), lambda _: None)
        self.edit = Button("write", "Edit a copy", self._edit)
        self.form = Form(
            [
                self.trainee,
                self.search,
                self.level,
                self.list,
                self.open,
                self.watch,
                self.patient,
                self.grade,
                self.edit,
                Button("records", "Records", self._look_back),
                Button("controls", "Controls", lambda: show_controls(stage), "F1"),
                Button("settings", "Settings", lambda: show_settings(stage), "F2"),
                Button("quit", "Quit", stage.leave),
            ]
        )
        if liked.case:
            self.list.choose(liked.case)
        self.form.refocus("cases" if liked.trainee else "trainee")
        self._runs: list[str] = []
        self._runs_of: str | None = None
        self._plan: tuple[str, tuple[int, int], pygame.Surface] | None = None

    @property
    def entry(self) -> Entry | None:
        """The chosen case."""
        return next((e for e in self.cases.entries if e.id == self.list.value), None)

    def _narrow(self, _: str) -> None:
        self.list.fill(found(self.cases.entries, self.search.text, self.level.chosen))

    def _trainee_changed(self, _: str) -> None:
        self._runs_of = None

    def _open(self, *, watch: bool) -> None:
        entry, name = self.entry, self.trainee.text.strip()
        if entry is None:
            self.stage.toasts.say("Choose a case first.")
            return
        if entry.scenario is None:
            self.stage.toasts.say(entry.problem)
            return
        if not watch and not self._named("Who plays?"):
            return
        self.stage.prefer(trainee=name, case=entry.id)
        grade = next(word for word in GRADES if word == self.grade.chosen)
        self._opened(entry.id, name, watch, self._patient, grade)

    def _another(self) -> None:
        """The next patient like this one; after the last the one as authored."""
        self._patient = (self._patient + 1) % (_PATIENTS + 1)

    def _edit(self) -> None:
        if self.entry is not None:
            self._write(self.entry.id)

    def _named(self, question: str) -> bool:
        if re.fullmatch(PSEUDONYM_PATTERN, self.trainee.text.strip()):
            return True
        self.trainee.wrong = True
        self.form.refocus("trainee")
        self.stage.toasts.say(f"{question} Give a pseudonym of letters and digits, such as R01.")
        return False

    def _look_back(self) -> None:
        if self._named("Whose records?"):
            self._records(self.trainee.text.strip())

    def update(self, dt_s: float) -> None:
        """Read a few more cases; offer what the chosen one has."""
        case = self.entry.scenario if self.entry is not None else None
        if self.entry is not None and self._patient_of != self.entry.id:
            self._patient, self._patient_of = 0, self.entry.id
        self.patient.enabled = case is not None and case.variation is not None
        if not self.patient.enabled:
            self.patient.text = "One patient only"
        else:
            now = f"Patient {self._patient}: another" if self._patient else ""
            self.patient.text = now or "Another patient like this"
        self.grade.enabled = case is not None
        self.edit.enabled = self.entry is not None
        self.edit.text = "Edit" if self.entry is not None and self.entry.own else "Edit a copy"
        if not self.cases.complete:
            more = self.cases.read_next()
            self._narrow("")
            if more:
                self.list.first()
                self.list.choose(self.stage.preferences.case)
        if self._runs_of != self.trainee.text:
            self._runs_of = self.trainee.text
            self._runs = list(self._last_runs(self.trainee.text.strip()))

    def escape(self) -> None:
        """Clear the search; the window's cross ends the program."""
        self.search.set("")

    def layout(self, window: pygame.Rect) -> None:
        """Left: who and which; right: the case."""
        px, pad = self.theme.px, self.theme.px(24)
        top, foot = px(92), px(56)
        left = pygame.Rect(pad, top, max(round(window.width * 0.36), px(330)), 0)
        left.height = window.height - top - foot - pad // 2
        self._left = left
        self._right = pygame.Rect(left.right + pad, top, 0, left.height)
        self._right.width = window.right - pad - self._right.x
        inside = left.inflate(-px(32), -px(28))
        row = px(38)
        self.trainee.rect = pygame.Rect(inside.x, inside.y + px(22), inside.width, row)
        self.search.rect = pygame.Rect(inside.x, inside.y + px(76), inside.width, row)
        self.level.rect = pygame.Rect(inside.x, inside.y + px(122), inside.width, px(34))
        listing = pygame.Rect(left.x + px(6), inside.y + px(166), left.width - px(12), 0)
        listing.height = left.bottom - px(10) - listing.y
        self.list.rect = listing
        card_foot = self._right.bottom - px(16) - px(44)
        self.open.rect = pygame.Rect(self._right.right - px(16 + 190), card_foot, px(190), px(44))
        self.watch.rect = self.open.rect.move(-px(190 + 12), 0)
        first = self._right.x + px(16)
        wide = min(px(130), self.watch.rect.x - px(12) - first)
        self.edit.rect = pygame.Rect(first, card_foot, wide, px(44))
        row = card_foot - px(12) - px(36)
        self.patient.rect = pygame.Rect(first, row, px(220), px(36))
        self.grade.rect = pygame.Rect(self.patient.rect.right + px(12), row, px(280), px(36))
        self.grade.rect.width = min(px(300), self._right.right - px(16) - self.grade.rect.x)
        x, y = window.right - pad, window.bottom - px(14) - px(36)
        for name in ("quit", "settings", "controls", "records"):
            wide = px(120)
            self.form[name].rect = pygame.Rect(x - wide, y, wide, px(36))
            x -= wide + px(10)

    def paint(self, surface: pygame.Surface) -> None:
        """Title, cards, the chosen case."""
        theme, pad = self.theme, self.theme.px(24)
        palette = theme.palette
        name = theme.write(surface, (pad, theme.px(22)), "ir_sim", 34, "bold")
        at = (name.right + theme.px(18), name.bottom - theme.px(8))
        words = "Catheter navigation under fluoroscopy"
        theme.write(surface, at, words, 16, colour=palette.quiet, anchor="bottomleft")
        right = (surface.get_width() - pad, name.centery)
        theme.write(surface, right, NOT_A_DEVICE, 14, colour=palette.warn, anchor="midright")
        y = surface.get_height() - theme.px(32)
        version = f"version {__version__}   F11 full screen   F12 screenshot"
        theme.write(surface, (pad, y), version, 12, colour=palette.quiet, anchor="midleft")
        inside = card(surface, theme, self._left)
        theme.write(surface, inside.topleft, "Trainee", 13, "bold", palette.quiet)
        room = card(surface, theme, self._right)
        room.height = self.patient.rect.y - theme.px(14) - room.y
        entry = self.entry
        if entry is not None and entry.scenario is not None:
            self._case(surface, entry, room)
        elif entry is not None:
            for i, line in enumerate(theme.lines(entry.problem, room.width)):
                at = (room.x, room.y + i * theme.height())
                theme.write(surface, at, line, colour=palette.bad)

    def _case(self, surface: pygame.Surface, entry: Entry, room: pygame.Rect) -> None:
        theme, palette = self.theme, self.theme.palette
        case = entry.scenario
        if case is None:
            return
        title = theme.fitted(case.title, room.width, 24, "bold")
        box = theme.write(surface, room.topleft, title, 24, "bold")
        p = case.patient
        who = {"f": "woman", "m": "man"}[p.sex]
        words = f"{case.level}  ·  {who}, {p.age} years  ·  clinical content "
        words += "unreviewed" if case.review == "unreviewed" else "reviewed"
        box = theme.write(
            surface, (room.x, box.bottom + theme.px(2)), words, 14, colour=palette.quiet
        )
        top = box.bottom + theme.px(14)
        wide = round(room.width * 0.44)
        plan = pygame.Rect(room.right - wide, top, wide, room.bottom - top)
        self._draw_plan(surface, entry, plan)
        text = pygame.Rect(room.x, top, room.width - wide - theme.px(20), room.bottom - top)
        y = self._paragraph(surface, text, text.y, case.briefing)
        y = self._heading(surface, text, y + theme.px(12), "Objectives")
        for objective in case.objectives:
            y = self._paragraph(surface, text, y, objective, bullet=True) + theme.px(3)
        if self._runs:
            y = self._heading(surface, text, y + theme.px(14), f"Last runs of {self._runs_of}")
            for line in self._runs:
                y = self._paragraph(surface, text, y, line)

    def _heading(self, surface: pygame.Surface, text: pygame.Rect, y: int, words: str) -> int:
        if y + self.theme.px(40) > text.bottom:
            return text.bottom
        colour = self.theme.palette.accent
        return self.theme.write(surface, (text.x, y), words, 14, "bold", colour).bottom + 4

    def _paragraph(
        self,
        surface: pygame.Surface,
        text: pygame.Rect,
        y: int,
        words: str,
        *,
        bullet: bool = False,
    ) -> int:
        theme = self.theme
        indent = theme.px(16) if bullet else 0
        for i, line in enumerate(theme.lines(words, text.width - indent, 15)):
            if y + theme.height() > text.bottom:
                return text.bottom
            if bullet and i == 0:
                middle = (text.x + theme.px(5), y + theme.height() // 2)
                pygame.draw.aacircle(surface, theme.palette.accent, middle, theme.px(2.5))
            theme.write(surface, (text.x + indent, y), line, 15)
            y += theme.height()
        return y

    def _draw_plan(self, surface: pygame.Surface, entry: Entry, plan: pygame.Rect) -> None:
        if self._plan is None or self._plan[:2] != (entry.id, plan.size):
            case = entry.scenario
            if case is None:
                return
            picture = pygame.Surface(plan.size)
            picture.fill(self.theme.palette.background)
            tree = build_tree(case.anatomy)
            way = way_points(tree, case.access, case.task.target)
            area = picture.get_rect()
            view = fitted(area.inflate(-self.theme.px(24), -self.theme.px(24)), way, 1.25)
            view = type(view)(area, view.scale, view.centre_mm)
            draw_tree(picture, tree_rings(tree), view, self.theme.palette.background)
            draw_way(picture, self.theme, view, way, ("sheath", "target"))
            self._plan = (entry.id, plan.size, picture)
        surface.blit(self._plan[2], plan)
        pygame.draw.rect(surface, self.theme.palette.line, plan, 1, self.theme.px(4))
