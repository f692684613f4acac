"""The author's screen: the file as it is edited elsewhere, or by hand here, drawn as it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pygame

from ir_sim.anatomy.vessel_tree import nearest_s
from ir_sim.app.author_hands import AuthorHands
from ir_sim.app.author_keys import AUTHOR_COLUMNS, author_help, key_line
from ir_sim.app.author_pictures import AuthorPictures
from ir_sim.app.drawing.map_view import Deeds, Underlay
from ir_sim.app.drawing.vessel_map import VesselMap
from ir_sim.app.screens.base import ControlsSheet, FormScreen, ask_first, show_controls
from ir_sim.app.stage import Stage
from ir_sim.app.widgets import Button, Choice, Item, KeyLine, Label, Listing
from ir_sim.authoring.draft import NEW_LESIONS, Draft
from ir_sim.authoring.draft_places import branch_rows, lesion_place, room_beside
from ir_sim.authoring.look import look_at_case
from ir_sim.errors import IrSimError, Problem

#: How often the file is looked at, s.
_LOOK_S = 0.3
Place = tuple[float, float]
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
    steered = True

    def __init__(self, stage: Stage, path: Path, back: Callable[[], None]) -> None:
        super().__init__(stage)
        self.draft, self._back = Draft.open(path), back
        self.map = VesselMap(
            Deeds(
                self.draft.hold,
                self._nudged(self.draft.move),
                self._nudged(self.draft.widen),
                self.draft.let_go,
                self._branch,
                self._lesion,
            )
        )
        self.hands = AuthorHands(
            self.map,
            {
                "insert": lambda _: self._point(insert=True),
                "delete": lambda _: self._point(insert=False),
                "branch": lambda _: self._branch_here(),
                "lesion": lambda _: self._lesion_here(),
                "kind": self._next_kind,
                "problem": self._next_problem,
                "all": lambda _: self.map.fit(),
                "undo": lambda _: self._undo(),
                "redo": lambda _: self._redo(),
                "save": lambda _: self._save(),
                "help": lambda _: self._help(),
                "leave": lambda _: self.escape(),
            },
        )
        self.title = Label("title", "", 18, "bold")
        self.keys = KeyLine("keys")
        self.tool = Choice("tool", list(TOOLS), self._take)
        self.kinds = Choice("kind", list(NEW_LESIONS), lambda _: None)
        self.problems = Listing("problems", empty="Nothing is wrong.")
        self.undo = Button("undo", "Undo", self._undo, "Ctrl+Z")
        self.save = Button("save", "Save", self._save, "Ctrl+S", primary=True)
        self.redo = Button("redo", "Redo", self._redo, "Ctrl+Y")
        self.fit = Button("fit", "Show all", self.map.fit, "F")
        self.help = Button("controls", "Controls", self._help, "F1", size=13)
        self.back = Button("back", "Back", self.escape, "Esc", size=13)
        self.form.widgets = [
            self.map, self.title, self.help, self.back, self.tool, self.kinds, self.undo,
            self.redo, self.fit, self.save, self.keys, self.problems,
        ]  # fmt: skip
        self.form.refocus("map")
        self.pictures = AuthorPictures(path)
        self._since_look = 0.0
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

    def _nudged(self, deed: Callable[..., object]) -> Callable[..., None]:
        """A deed that may come many times between two pictures: it is drawn with the next."""

        def do(vessel: str, point: int, *args: float) -> None:
            try:
                deed(vessel, point, *args)
            except IrSimError as error:
                self.stage.toasts.say(str(error))
            rows = self.draft.points(vessel)
            if rows:
                self.map.points[vessel] = rows

        return do

    def _take(self, tool: str) -> None:
        self.map.tool = tool

    def _branch(self, parent: str, begin: Place, end: Place) -> None:
        look = self.map.look
        if look is None:
            return
        before = set(self.map.points)
        rows = branch_rows(look.tree, parent, begin, end)
        self._try(self.draft.add_branch)(parent, rows)
        new = [name for name in self.map.points if name not in before]
        if new:
            self.map.chosen = (new[0], len(self.map.points[new[0]]) - 1)

    def _branch_here(self) -> None:
        """A branch at the chosen point, to the side with more room."""
        chosen, look = self._chosen(), self.map.look
        if chosen is not None and look is not None:
            self._branch(chosen[0], *room_beside(look.tree, *chosen))
            self.map.follow()

    def _lesion_here(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._lesion(*chosen)

    def _chosen(self) -> tuple[str, float] | None:
        """Vessel and arclength of the chosen point; chooses one if there is none."""
        self._show()
        view = self.map
        if view.look is None:
            return None
        if view.chosen is None:
            view.choose(1)
            return None
        name, point = view.chosen
        vessel = view.look.tree.by_id.get(name)
        if vessel is None:
            return None
        row = view.points[name][point]
        return name, max(nearest_s(vessel, np.array(row[:2])), 0.0)

    def _next_kind(self, back: bool) -> None:
        """Another kind of lesion."""
        self.tool.chosen = self.map.tool = "lesion"
        names = self.kinds.options
        place = names.index(self.kinds.chosen) + (-1 if back else 1)
        self.kinds.chosen = names[place % len(names)]

    def _next_problem(self, back: bool) -> None:
        """Another line of what is wrong."""
        key = pygame.K_UP if back else pygame.K_DOWN
        self.problems.key(pygame.event.Event(pygame.KEYDOWN, key=key))

    def _help(self) -> None:
        sheet = ControlsSheet("controls", author_help(), AUTHOR_COLUMNS)
        show_controls(self.stage, sheet=sheet)

    def _redo(self) -> None:
        if not self.draft.redo():
            self.stage.toasts.say("There is nothing to do again.")
        self._show()

    def _lesion(self, vessel: str, at_mm: float) -> None:
        look, kind = self.map.look, self.kinds.chosen
        if look is not None and vessel in look.tree.by_id:
            at_mm = lesion_place(look.tree.by_id[vessel], kind, at_mm)
        self._try(self.draft.add_lesion)(vessel, kind, at_mm)

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
        """The map's keys and buttons, then widgets."""
        if event.type == pygame.MOUSEMOTION:
            self.map.point_to(event.pos)
        if not self.hands.handle(event, focused=self.form.focus is self.map):
            super().handle(event)

    def _point(self, *, insert: bool) -> None:
        """A further point beside the chosen one, or one less."""
        self._show()
        if self.map.chosen is None:
            self.map.choose(1)
            return
        vessel, i = self.map.chosen
        if not insert:
            self._try(self.draft.delete_point)(vessel, i)
            left = len(self.map.points.get(vessel, []))
            self.map.chosen = (vessel, min(i, left - 1)) if left else None
            return
        rows = self.draft.points(vessel)
        other = (
            rows[i + 1]
            if i + 1 < len(rows)
            else [2 * a - b for a, b in zip(rows[i], rows[i - 1], strict=True)]
        )
        middle = [round(0.5 * (a + b), 2) for a, b in zip(rows[i], other, strict=True)]
        count = len(rows)
        self._try(self.draft.insert_point)(vessel, i + 1, middle)
        if len(self.map.points.get(vessel, [])) > count:
            self.map.chosen = (vessel, i + 1)
            self.map.follow()

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
        self.hands.update(dt_s)
        self._show()
        self._since_look += dt_s
        if self._since_look > _LOOK_S:
            self._since_look = 0.0
            if not self.draft.changed and self.draft.reload():
                self._show()
        found = self.pictures.update(dt_s, self.draft.text)
        if found is not None:
            self._list(found)

    def _show(self) -> None:
        """Draw the text as it is now."""
        if self.draft.text == self._shown:
            return
        self._shown = self.draft.text
        self.pictures.changed()
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
        self.back.rect = pygame.Rect(left.right - t.px(90), left.y, t.px(90), t.px(30))
        self.help.rect = self.back.rect.move(-t.px(118), 0)
        self.help.rect.width = t.px(110)
        self.title.rect = pygame.Rect(left.x, left.y, self.help.rect.x - left.x, t.px(30))
        y = self.title.rect.bottom + t.px(4)
        widths = {self.tool: 330, self.undo: 118, self.redo: 118, self.fit: 104, self.save: 118}
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
        self.keys.pairs = key_line(self.kinds.chosen, pad=self.hands.pad)
        tall = self.keys.height_for(left.width, t)
        foot = self.problems.rect.y - gap // 2 - tall
        self.keys.rect = pygame.Rect(left.x, foot, left.width, tall)
        before = self.map.rect.size
        self.map.rect = pygame.Rect(left.x, y, left.width, foot - gap // 2 - y)
        if before == (0, 0):
            self.map.fit()
        top = pygame.Rect(right, inner.y, side, side)
        self.pictures.panes = (top, top.move(0, side + gap))
        changed = " *" if self.draft.changed else ""
        self.title.text = f"{self.draft.path.name}{changed}"

    def paint(self, surface: pygame.Surface) -> None:
        """The monitor's pictures."""
        self.pictures.paint(surface, self.theme)
