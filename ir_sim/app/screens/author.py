"""The author's screen: the file as it is edited elsewhere, or by hand here, drawn as it changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pygame

from ir_sim.app.drawing.vessel_map import Deeds, Underlay, VesselMap
from ir_sim.app.preparing import Preparing
from ir_sim.app.screens.base import FormScreen, ask_first
from ir_sim.app.stage import Stage
from ir_sim.app.widgets import Button, Choice, Item, Label, Listing
from ir_sim.authoring.draft import NEW_LESIONS, Draft
from ir_sim.authoring.look import Verdict, judge, look_at_case
from ir_sim.errors import IrSimError, Problem

#: How often the file is looked at, and how long hands must rest before the slow check, s.
_LOOK_S, _REST_S = 0.3, 0.5
_PICTURE_PX = 440
TOOLS = ("move", "calibre", "branch", "lesion")


class AuthorScreen(FormScreen):
    """Edits a case's file.

    Args:
        stage: The stage.
        path: The file.
        back: What Escape does.

    Attributes:
        draft: The text under the author's hands.
    """

    name = "author"

    def __init__(self, stage: Stage, path: Path, back: Callable[[], None]) -> None:
        super().__init__(stage)
        self.draft, self._back = Draft.open(path), back
        self.map = VesselMap(
            Deeds(
                self.draft.hold,
                self._try(self.draft.move),
                self._try(self.draft.widen),
                self.draft.let_go,
                self._branch,
                self._lesion,
            )
        )
        self.title = Label("title", "", 18, "bold")
        self.tool = Choice("tool", list(TOOLS), self._take)
        self.kinds = Choice("kind", list(NEW_LESIONS), lambda _: None)
        self.problems = Listing("problems", empty="Nothing is wrong.")
        self.undo = Button("undo", "Undo", self._undo, "Ctrl+Z")
        self.save = Button("save", "Save", self._save, "Ctrl+S", primary=True)
        self.fit = Button("fit", "Show all", self.map.fit)
        self.form.widgets = [
            self.map, self.title, self.tool, self.kinds, self.undo, self.fit, self.save,
            self.problems,
        ]  # fmt: skip
        self.form.refocus("map")
        self._pictures: pygame.Surface | None = None
        self._judging: Preparing[Verdict] | None = None
        self._judged = ""
        self._since_look = self._since_change = 0.0
        self._panes: tuple[pygame.Rect, pygame.Rect] = (pygame.Rect(0, 0, 0, 0),) * 2
        self._shown = ""
        self._show()

    # -- hands ---------------------------------------------------------------------------------

    def _try(self, deed: Callable[..., object]) -> Callable[..., None]:
        """A deed that may be refused: the reason is said."""

        def do(*args: object) -> None:
            try:
                deed(*args)
            except IrSimError as error:
                self.stage.toasts.say(str(error))
            self._show()

        return do

    def _take(self, tool: str) -> None:
        self.map.tool = tool

    def _branch(self, parent: str, begin: tuple[float, float], end: tuple[float, float]) -> None:
        look = self.map.look
        if look is None:
            return
        vessel = look.tree.by_id[parent]
        i = int(np.argmin(np.hypot(*(vessel.xy_mm - np.array(begin)).T)))
        wide = float(vessel.radius_mm[i])
        out = np.array(end) - vessel.xy_mm[i]
        out = out / max(float(np.hypot(*out)), 1e-6)
        wall = vessel.xy_mm[i] + wide * out
        radius = round(min(0.5 * wide, 3.0), 1)
        rows = [
            [float(wall[0]), float(wall[1]), radius],
            [float(end[0]), float(end[1]), round(0.85 * radius, 2)],
        ]
        self._try(self.draft.add_branch)(parent, rows)

    def _lesion(self, vessel: str, at_mm: float) -> None:
        self._try(self.draft.add_lesion)(vessel, self.kinds.chosen, at_mm)

    def _undo(self) -> None:
        if not self.draft.undo():
            self.stage.toasts.say("There is nothing to undo.")
        self._show()

    def _save(self) -> None:
        try:
            self.draft.save()
        except IrSimError as error:
            self.stage.toasts.say(str(error))
            return
        self.stage.toasts.say(f"Saved {self.draft.path.name}")

    def handle(self, event: pygame.event.Event) -> None:
        """Shortcuts, then widgets."""
        if event.type == pygame.MOUSEMOTION:
            self.map.pointer = event.pos
        if event.type == pygame.KEYDOWN:
            ctrl = event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)
            if ctrl and event.key == pygame.K_z:
                self._undo()
                return
            if ctrl and event.key == pygame.K_y:
                self.draft.redo()
                self._show()
                return
            if ctrl and event.key == pygame.K_s:
                self._save()
                return
            if event.key in (pygame.K_DELETE, pygame.K_INSERT) and self.map.chosen is not None:
                self._point(event.key == pygame.K_INSERT)
                return
        super().handle(event)

    def _point(self, insert: bool) -> None:
        """A further point beside the chosen one, or one less."""
        if self.map.chosen is None:
            return
        vessel, i = self.map.chosen
        if not insert:
            self._try(self.draft.delete_point)(vessel, i)
            return
        rows = self.draft.points(vessel)
        other = (
            rows[i + 1]
            if i + 1 < len(rows)
            else [2 * a - b for a, b in zip(rows[i], rows[i - 1], strict=True)]
        )
        middle = [round(0.5 * (a + b), 2) for a, b in zip(rows[i], other, strict=True)]
        self._try(self.draft.insert_point)(vessel, i + 1, middle)

    def escape(self) -> None:
        """Leave; what is not saved is asked for."""
        if not self.draft.changed:
            self._back()
            return
        words = f"{self.draft.path.name} has changes that are not saved."
        ask_first(self.stage, "Leave without saving?", words, "Leave", self._back, "Stay")

    # -- time ----------------------------------------------------------------------------------

    def update(self, dt_s: float) -> None:
        """Look at the file, and let the slow check follow the hands."""
        self._since_look += dt_s
        self._since_change += dt_s
        if self._since_look > _LOOK_S:
            self._since_look = 0.0
            if not self.draft.changed and self.draft.reload():
                self._show()
        if self._judging is not None and self._judging.ready:
            self._take_up(self._judging)
            self._judging = None
        resting = self._since_change > _REST_S
        if self._judging is None and resting and self._judged != self.draft.text:
            self._judged = self.draft.text
            work = partial(judge, self.draft.text, self.draft.path, _PICTURE_PX)
            self._judging = Preparing(work)

    def _take_up(self, judging: Preparing[Verdict]) -> None:
        verdict = judging.result()
        self._list(verdict.problems)
        image = verdict.pictures
        if image is not None:
            shown = image.convert("RGB")
            self._pictures = pygame.image.frombytes(shown.tobytes(), shown.size, "RGB")

    def _show(self) -> None:
        """Draw the text as it is now."""
        if self.draft.text == self._shown:
            return
        self._shown, self._since_change = self.draft.text, 0.0
        self._list(self.draft.seen.problems)
        self.map.show(look_at_case(self.draft.seen.mended))
        mended = self.draft.seen.mended
        under = mended.underlay if mended is not None else None
        self.map.underlay = None
        if under is not None:
            file = self.draft.path.parent / under.file
            try:
                image = pygame.image.load(str(file))
            except (pygame.error, OSError):
                self.stage.toasts.say(f"{under.file}: this picture cannot be read")
                return
            at = (under.centre_mm[0], under.centre_mm[1])
            self.map.underlay = Underlay(image, under.mm_per_px, at)

    def _list(self, problems: list[Problem]) -> None:
        self.problems.fill(
            [
                Item(
                    f"{p.line}:{p.column}  {p.message}" + (f"  ({p.hint})" if p.hint else ""),
                    i,
                    mark="" if p.severity == "error" else "warning",
                )
                for i, p in enumerate(problems)
            ]
        )

    # -- looks ---------------------------------------------------------------------------------

    def layout(self, window: pygame.Rect) -> None:
        """Map on the left, what the monitor shows on the right, problems below."""
        t = self.theme
        gap, bar = t.px(12), t.px(40)
        inner = window.inflate(-2 * gap, -2 * gap)
        side = min((inner.height - gap) // 2, round(0.34 * inner.width))
        right = inner.right - side
        left = pygame.Rect(inner.x, inner.y, inner.width - side - gap, inner.height)
        below = min(t.px(34) * max(min(len(self.problems.items), 4), 1) + t.px(6), left.height // 3)
        self.title.rect = pygame.Rect(left.x, left.y, left.width, t.px(30))
        y = self.title.rect.bottom + t.px(4)
        widths = {self.tool: 330, self.undo: 120, self.fit: 92, self.save: 118}
        x = left.x
        for widget, wide in widths.items():
            widget.rect = pygame.Rect(x, y, t.px(wide), bar - t.px(6))
            x = widget.rect.right + t.px(8)
        y += bar
        self.kinds.visible = self.map.tool == "lesion"
        if self.kinds.visible:
            self.kinds.rect = pygame.Rect(left.x, y, left.width, bar - t.px(6))
            y += bar
        self.problems.rect = pygame.Rect(left.x, left.bottom - below, left.width, below)
        before = self.map.rect.size
        self.map.rect = pygame.Rect(left.x, y, left.width, self.problems.rect.y - gap - y)
        if before == (0, 0):
            self.map.fit()
        top = pygame.Rect(right, inner.y, side, side)
        self._panes = (top, top.move(0, side + gap))
        changed = " *" if self.draft.changed else ""
        self.title.text = f"{self.draft.path.name}{changed}"

    def paint(self, surface: pygame.Surface) -> None:
        """The monitor's pictures."""
        t = self.theme
        for k, pane in enumerate(self._panes):
            pygame.draw.rect(surface, t.palette.panel, pane, border_radius=t.px(6))
            if self._pictures is None:
                words = "the monitor's picture comes when nothing is wrong"
                t.write(surface, pane.center, words, 13, colour=t.palette.quiet, anchor="center")
                continue
            half = self._pictures.get_width() // 2
            part = self._pictures.subsurface((k * half, 0, half, self._pictures.get_height()))
            surface.blit(pygame.transform.smoothscale(part, pane.size), pane)
        if self._judging is not None:
            at = (self._panes[0].right - t.px(8), self._panes[0].y + t.px(6))
            t.write(surface, at, "drawing ...", 12, colour=t.palette.quiet, anchor="topright")
