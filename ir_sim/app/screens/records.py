"""Records: where somebody stands; what is shown is what the person's role is for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from ir_sim.app.past_runs import PastRuns
from ir_sim.app.preparing import Preparing
from ir_sim.app.screens.base import NOT_A_DEVICE, FormScreen, card
from ir_sim.app.stage import Stage
from ir_sim.app.theme import Theme
from ir_sim.app.widgets import Button, Column, Field, Form, Table
from ir_sim.errors import IrSimError, RecordError
from ir_sim.records.roles import Viewer

if TYPE_CHECKING:
    from ir_sim.records.report.standing import Standing

COLUMNS = (
    Column("person", 1.0, weight="bold"),
    Column("case", 3.2),
    Column("runs", 0.6, "right"),
    Column("passed", 0.7, "right"),
    Column("latest score", 0.9, "right"),
    Column("residents' middle half", 1.7, "right"),
    Column("last run", 1.2),
)


class Secret(Field):
    """A field that never shows what it holds."""

    def says(self) -> str:
        """How many letters there are."""
        return f"({len(self.text)} letters)" if self.text else f"({self.placeholder})"

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Dots instead of letters."""
        held, self.text = self.text, "•" * len(self.text)
        try:
            super().draw(surface, theme, focused=focused)
        finally:
            self.text = held


class RecordsScreen(FormScreen):
    """A table of people and cases, as somebody may see it.

    Args:
        stage: The stage.
        past: The log.
        name: Pseudonym of who looks.
        back: Called to leave.
    """

    name = "records"

    def __init__(self, stage: Stage, past: PastRuns, name: str, back: Callable[[], None]) -> None:
        super().__init__(stage)
        self._past, self._who, self._back = past, name, back
        self.viewer: Viewer | None = None
        self._busy: Preparing[list[Standing]] | Preparing[Path] | None = None
        self.password = Secret("password", "", "password", entered=self._sign_in)
        self.sign_in = Button("sign-in", "Sign in", self._sign_in, "Enter", primary=True)
        self.table = Table("standings", COLUMNS, empty="No finished runs yet.")
        self.leave_button = Button("back", "Back", back, "Esc")
        self.report = Button("report", "Write report", self._report)
        self.export = Button("export", "Export table", self._export)
        self.form = Form([self.password, self.sign_in, self.leave_button])
        self.said = ""
        self._enter("")

    def escape(self) -> None:
        """Go back."""
        self._back()

    def _sign_in(self) -> None:
        self._enter(self.password.text)

    def _enter(self, password: str) -> None:
        try:
            self.viewer = self._past.viewer(self._who, password)
        except RecordError as error:
            self.said = str(error)
            self.password.wrong = bool(password)
            self.password.set("")
            self.form.refocus("password")
            return
        viewer = self.viewer
        exports = [self.export] if viewer.may_export else []
        self.form = Form([self.table, self.report, *exports, self.leave_button])
        self.said = viewer.sees
        self.table.empty = "Reading the log…"
        self._busy = Preparing(lambda: self._past.standings(viewer))

    def _report(self) -> None:
        self._write(self._past.write_report)

    def _export(self) -> None:
        self._write(self._past.write_export)

    def _write(self, write: Callable[[Viewer], Path]) -> None:
        viewer = self.viewer
        if viewer is not None and self._busy is None:
            self._busy = Preparing(lambda: write(viewer))
            self.stage.toasts.say("Writing…")

    def update(self, dt_s: float) -> None:
        """Show what was read, say what was written."""
        if self._busy is None or not self._busy.ready:
            return
        busy, self._busy = self._busy, None
        try:
            found = busy.result()
        except IrSimError as error:
            self.stage.toasts.say(str(error).splitlines()[0])
            return
        if isinstance(found, Path):
            self.stage.toasts.say(f"Written to {found}")
            return
        self.table.empty = "No finished runs yet."
        self.table.fill(
            [(s.person, s.case, s.runs, s.passed, f"{s.latest:.1f}", s.band, s.last) for s in found]
        )

    def layout(self, window: pygame.Rect) -> None:
        """A field in the middle, or the table with buttons below it."""
        px, pad = self.theme.px, self.theme.px(24)
        self._card = pygame.Rect(pad, px(112), window.width - 2 * pad, 0)
        self._card.height = window.bottom - px(64) - self._card.y
        wide, high = px(150), px(38)
        y = window.bottom - px(14) - high
        x = window.right - pad
        for button in (self.leave_button, self.report, self.export):
            button.rect = pygame.Rect(x - wide, y, wide, high)
            x -= wide + px(10)
        self.table.rect = self._card.inflate(-px(20), -px(20))
        if self.viewer is None:
            self._card = pygame.Rect(0, 0, min(px(560), window.width - 2 * pad), px(170))
            self._card.center = window.center
            inside = self._card.inflate(-px(32), -px(28))
            row = inside.bottom - px(40)
            self.password.rect = pygame.Rect(inside.x, row, inside.width - wide - px(12), px(40))
            self.sign_in.rect = pygame.Rect(inside.right - wide, row, wide, px(40))

    def paint(self, surface: pygame.Surface) -> None:
        """Title, who looks, and what is shown."""
        theme, pad = self.theme, self.theme.px(24)
        palette = theme.palette
        box = theme.write(surface, (pad, theme.px(22)), "Records", 30, "bold")
        right = (surface.get_width() - pad, box.centery)
        theme.write(surface, right, NOT_A_DEVICE, 14, colour=palette.warn, anchor="midright")
        inside = card(surface, theme, self._card)
        if self.viewer is None:
            theme.write(surface, inside.topleft, self._who, 18, "bold")
            at = (inside.x, inside.y + theme.px(32))
            for line in theme.lines(self.said, inside.width, 14)[:2]:
                theme.write(surface, at, line, 14, colour=palette.quiet)
                at = (at[0], at[1] + theme.height(14))
            return
        words = theme.fitted(self.said, surface.get_width() - 2 * pad, 15)
        at = (pad, box.bottom + theme.px(8))
        theme.write(surface, at, words, 15, colour=palette.quiet)
        foot = "A score rates runs on a simulator; it says nothing about treating patients."
        y = surface.get_height() - theme.px(32)
        theme.write(surface, (pad, y), foot, 13, colour=palette.quiet, anchor="midleft")
