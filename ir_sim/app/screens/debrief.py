"""Debrief: the score and its parts, the errors, the way of the tips, the strips."""

from __future__ import annotations

from collections.abc import Callable

import pygame

from ir_sim.app.debrief_pages import PAGES, Run, end_s, report_text
from ir_sim.app.drawing.run_pictures import paint_path, paint_strips
from ir_sim.app.drawing.score_card import draw_headline, draw_part, draw_total
from ir_sim.app.screens.base import NOT_A_DEVICE, FormScreen, card, show_controls
from ir_sim.app.stage import Stage
from ir_sim.app.theme import Theme
from ir_sim.app.widgets import Button, Choice, Form, Page, Table
from ir_sim.training.score import Score

#: A replay that is opened at an error begins this much before it, s.
LEAD_S = 4.0


class DebriefScreen(FormScreen):
    """What went well, and what did not.

    Args:
        stage: The stage.
        run: The run.
        again: Play it again.
        replay: Watch it from a moment on, s.
        home: Home.
    """

    name = "debrief"

    def __init__(
        self,
        stage: Stage,
        run: Run,
        again: Callable[[], None],
        replay: Callable[[float], None],
        home: Callable[[], None],
    ) -> None:
        super().__init__(stage)
        self.run, self._again, self._replay, self._home = run, again, replay, home
        self.page = Choice("page", [*PAGES, "Report"], self._turn_to)
        self.rows = Table("rows", [], self._taken)
        self.words = Page("words")
        self._times: list[float | None] = []
        self.form = Form(
            [
                Button("again", "Again", again, "R", primary=True),
                Button("replay", "Watch the run", lambda: replay(0.0), "W"),
                self.page,
                self.rows,
                self.words,
                Button("controls", "Controls", lambda: show_controls(stage), "F1"),
                Button("home", "Home", home, "Esc"),
            ]
        )
        self._axis = pygame.Rect(0, 0, 1, 1)
        self._plan: tuple[tuple[int, int], Theme, pygame.Surface] | None = None
        self._strips: tuple[tuple[int, int], Theme, pygame.Surface, pygame.Rect] | None = None
        self._turn_to(self.page.chosen)

    @property
    def score(self) -> Score:
        """The rating."""
        return self.run.debrief.score

    def _turn_to(self, page: str) -> None:
        rows, words = self.rows, self.words
        rows.visible, words.visible = page != "Report", page == "Report"
        if page == "Report":
            words.show(report_text(self.run.debrief))
            return
        listed = PAGES[page](self.run.debrief, self.theme.palette)
        self._times = listed.times
        rows.columns, rows.empty = listed.columns, listed.empty
        rows.fill(listed.rows, listed.colours)

    def _taken(self, row: int) -> None:
        at_s = self._times[row]
        if at_s is not None:
            self._replay(max(at_s - LEAD_S, 0.0))

    def escape(self) -> None:
        """Home."""
        self._home()

    def handle(self, event: pygame.event.Event) -> None:
        """R and W; a click on the strips opens the replay there."""
        if event.type == pygame.KEYDOWN and event.key == pygame.K_r:
            self._again()
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_w:
            self._replay(0.0)
        elif (
            event.type == pygame.MOUSEBUTTONDOWN
            and event.button == 1
            and self._axis.collidepoint(event.pos)
        ):
            share = (event.pos[0] - self._axis.x) / self._axis.width
            self._replay(end_s(self.run.debrief.strips) * share)
        else:
            super().handle(event)

    def layout(self, window: pygame.Rect) -> None:
        """Left the score; right the ratings, path, errors and strips."""
        px, pad = self.theme.px, self.theme.px(20)
        top, foot = px(72), px(64)
        tall = window.height - top - foot
        self._left = pygame.Rect(pad, top, max(round(window.width * 0.27), px(290)), tall)
        right = pygame.Rect(self._left.right + pad, top, 0, tall)
        right.width = window.right - pad - right.x
        wide = (right.width - 2 * px(12)) / 3.0
        self._cards = [
            pygame.Rect(round(right.x + i * (wide + px(12))), top, round(wide), px(88))
            for i in range(3)
        ]
        body = right.bottom - self._cards[0].bottom - 2 * px(12)
        strips = round(body * 0.46)
        middle = pygame.Rect(right.x, self._cards[0].bottom + px(12), right.width, body - strips)
        path = round(middle.width * 0.36)
        self._path = pygame.Rect(middle.x, middle.y, path, middle.height)
        errors = pygame.Rect(self._path.right + px(12), middle.y, 0, middle.height)
        errors.width = right.right - errors.x
        self._middle = errors
        self.page.rect = pygame.Rect(errors.x + px(12), errors.y + px(10), px(360), px(30))
        self.page.rect.width = min(px(360), errors.width - px(24))
        advice = px(62)
        listing = pygame.Rect(errors.x + px(8), errors.y + px(52), errors.width - px(16), 0)
        listing.height = errors.bottom - advice - listing.y
        self.rows.rect, self.words.rect = listing, listing.inflate(-px(16), 0)
        self._advice = pygame.Rect(
            listing.x, listing.bottom + px(4), listing.width, advice - px(10)
        )
        self._strip_card = pygame.Rect(right.x, middle.bottom + px(12), right.width, strips)
        y = window.bottom - px(12) - px(40)
        x = window.right - pad
        for name, width in (("again", 150), ("replay", 170)):
            self.form[name].rect = pygame.Rect(x - px(width), y, px(width), px(40))
            x -= px(width + 12)
        self.form["home"].rect = pygame.Rect(pad, y, px(120), px(40))
        self.form["controls"].rect = pygame.Rect(pad + px(132), y, px(140), px(40))

    def paint(self, surface: pygame.Surface) -> None:
        """Everything that is not a button or the errors."""
        theme, palette, pad = self.theme, self.theme.palette, self.theme.px(20)
        run = self.run
        box = theme.write(surface, (pad, theme.px(14)), run.scenario.title, 24, "bold")
        words = f"{run.trainee}  ·  {run.kept}" if run.trainee else run.kept
        words = theme.fitted(words, surface.get_width() - 2 * pad, 13)
        theme.write(surface, (pad, box.bottom), words, 13, colour=palette.quiet)
        right = (surface.get_width() - pad, box.centery)
        theme.write(surface, right, NOT_A_DEVICE, 14, colour=palette.warn, anchor="midright")
        self._score(surface, card(surface, theme, self._left))
        for rect, rating in zip(self._cards, run.debrief.ratings, strict=True):
            draw_headline(surface, theme, rect, rating)
        self._draw_path(surface)
        card(surface, theme, self._middle)
        self._draw_advice(surface, self._advice)
        self._draw_strips(surface)

    def _draw_advice(self, surface: pygame.Surface, rect: pygame.Rect) -> None:
        """The hint for the chosen error, or what to practise next."""
        theme, advice = self.theme, self.run.debrief.advice
        title, text = advice.title, advice.text
        watching = self.page.chosen == "Errors" and self.form.focus is self.rows
        if watching and self.rows.rows:
            title, text = "Instead", self.score.errors[self.rows.at].hint
        at = (rect.x + theme.px(8), rect.y)
        wide = rect.width - theme.px(16)
        words = theme.fitted(title, wide, 14, "bold")
        box = theme.write(surface, at, words, 14, "bold", theme.palette.accent)
        for i, line in enumerate(theme.lines(text, wide, 13)[:2]):
            below = (at[0], box.bottom + i * theme.height(13))
            theme.write(surface, below, line, 13, colour=theme.palette.quiet)

    def _score(self, surface: pygame.Surface, room: pygame.Rect) -> None:
        theme = self.theme
        y = draw_total(surface, theme, room, self.score)
        parts = self.score.parts
        note = theme.height(12) * 2
        tall = min((room.bottom - note - y) / max(len(parts), 1), theme.px(96))
        for part in parts:
            rect = pygame.Rect(room.x, round(y), room.width, round(tall) - theme.px(8))
            draw_part(surface, theme, rect, part)
            y += tall  # type: ignore[assignment]
        words = "Rates one simulated run by a proposed rubric, not a person."
        at = (room.x, room.bottom - note)
        for i, line in enumerate(theme.lines(words, room.width, 12)[:2]):
            below = (at[0], at[1] + i * theme.height(12))
            theme.write(surface, below, line, 12, colour=theme.palette.quiet)

    def _draw_path(self, surface: pygame.Surface) -> None:
        rect = self._path
        if self._plan is None or self._plan[:2] != (rect.size, self.theme):
            picture = pygame.Surface(rect.size)
            picture.fill(self.theme.palette.panel)
            paint_path(picture, self.theme, self.run)
            self._plan = (rect.size, self.theme, picture)
        surface.blit(self._plan[2], rect)
        pygame.draw.rect(surface, self.theme.palette.line, rect, 1, self.theme.px(8))

    def _draw_strips(self, surface: pygame.Surface) -> None:
        rect = self._strip_card
        if self._strips is None or self._strips[:2] != (rect.size, self.theme):
            picture = pygame.Surface(rect.size)
            picture.fill(self.theme.palette.background)
            inside = card(picture, self.theme, picture.get_rect())
            axis = paint_strips(picture, self.theme, inside, self.run.debrief)
            self._strips = (rect.size, self.theme, picture, axis)
        surface.blit(self._strips[2], rect)
        self._axis = self._strips[3].move(rect.topleft)

    def tree(self) -> str:
        """The screen as text."""
        score = self.score
        lines = [f"  total {score.total:.0f} passed {score.passed}"]
        lines += [f"  part {p.name}: {p.points:.1f} / {p.out_of:g}" for p in score.parts]
        lines += [
            f"  rating {r.label}: {r.value} {r.verdict} ({r.because})"
            for r in self.run.debrief.ratings
        ]
        return "\n".join([*lines, f"  note: {NOT_A_DEVICE}", self.form.tree()])
