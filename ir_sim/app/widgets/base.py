"""What every widget is, and the form that gives one of them the keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pygame

from ir_sim.app.theme import Colour, Theme


class Widget:
    """A rectangle that draws itself and may take keys and clicks.

    Attributes:
        name: What tests and the printed tree call it.
        rect: Where it is, in the window.
        visible: Whether it is drawn.
        enabled: Whether it takes keys and clicks.
    """

    #: Whether the keyboard can go to it.
    takes_focus = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.rect = pygame.Rect(0, 0, 0, 0)
        self.visible = True
        self.enabled = True
        self.hovered = False

    @property
    def can_focus(self) -> bool:
        """Whether the keyboard can go to it now."""
        return self.takes_focus and self.visible and self.enabled

    def says(self) -> str:
        """What it shows, as words."""
        return ""

    def describe(self) -> str:
        """One line of the printed widget tree."""
        kind = type(self).__name__.lower()
        state = "" if self.enabled else " (off)"
        return f"{kind} {self.name}: {self.says()}{state}".rstrip(" :")

    def key(self, event: pygame.event.Event) -> bool:
        """Take a KEYDOWN or TEXTINPUT; whether it was used."""
        return False

    def press(self, at: tuple[int, int]) -> None:
        """The left button went down on it."""

    def drag(self, at: tuple[int, int]) -> None:
        """The pointer moved while the left button that went down on it is held."""

    def release(self, at: tuple[int, int]) -> None:
        """The left button came up again."""

    def wheel(self, notches: int) -> bool:
        """The wheel was turned over it, positive away from the hand; whether it was used."""
        return False

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""


class Form:
    """Widgets that share the keyboard: Tab and Shift+Tab go from one to the next.

    Args:
        widgets: In the order of Tab.
        waits: Whether none of them has the keyboard before Tab or a click has given it to one.
    """

    def __init__(self, widgets: Sequence[Widget] = (), *, waits: bool = False) -> None:
        self.widgets, self.waits = list(widgets), waits
        self.focus: Widget | None = None
        self._pressed: Widget | None = None
        self.refocus()

    def __getitem__(self, name: str) -> Widget:
        """A widget by name."""
        for widget in self.widgets:
            if widget.name == name:
                return widget
        raise KeyError(name)

    def refocus(self, name: str | None = None) -> None:
        """Give the keyboard to a widget, or to the first that can take it."""
        if name is not None:
            self.focus = self[name]
        elif self.focus is None and self.waits:
            return
        elif self.focus is None or not self.focus.can_focus:
            self.focus = next((w for w in self.widgets if w.can_focus), None)

    def handle(self, event: pygame.event.Event) -> bool:
        """Hand an event to the widget that it concerns; whether it was used."""
        if event.type == pygame.KEYDOWN:
            if event.key == pygame.K_TAB:
                return self.step(-1 if event.mod & pygame.KMOD_SHIFT else 1)
            return self.focus is not None and self.focus.can_focus and self.focus.key(event)
        if event.type == pygame.TEXTINPUT:
            return self.focus is not None and self.focus.can_focus and self.focus.key(event)
        if event.type == pygame.MOUSEWHEEL:
            under = self._under(pygame.mouse.get_pos() if not hasattr(event, "pos") else event.pos)
            return under is not None and under.wheel(event.y)
        return self._mouse(event)

    def _mouse(self, event: pygame.event.Event) -> bool:
        if event.type == pygame.MOUSEMOTION:
            under = self._under(event.pos)
            for widget in self.widgets:
                widget.hovered = widget is under
            if self._pressed is not None:
                self._pressed.drag(event.pos)
                return True
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            under = self._under(event.pos)
            if under is not None and under.enabled:
                if under.can_focus:
                    self.focus = under
                self._pressed = under
                under.press(event.pos)
                return True
        elif event.type == pygame.MOUSEBUTTONUP and event.button == 1 and self._pressed:
            pressed, self._pressed = self._pressed, None
            pressed.release(event.pos)
            return True
        return False

    def _under(self, at: tuple[int, int]) -> Widget | None:
        hits = (w for w in reversed(self.widgets) if w.visible and w.rect.collidepoint(at))
        return next(hits, None)

    def step(self, by: int) -> bool:
        """Give the keyboard to the next widget (1) or the one before (-1); whether there is one."""
        ring = [w for w in self.widgets if w.can_focus]
        if not ring:
            return False
        place = ring.index(self.focus) if self.focus in ring else (-1 if by > 0 else 0)
        self.focus = ring[(place + by) % len(ring)]
        return True

    def draw(self, surface: pygame.Surface, theme: Theme) -> None:
        """Draw every visible widget."""
        self.refocus()
        for widget in self.widgets:
            if widget.visible:
                widget.draw(surface, theme, focused=widget is self.focus)

    def tree(self) -> str:
        """The widgets as text, the one with the keyboard marked."""
        return "\n".join(self._tree())

    def _tree(self) -> Iterator[str]:
        for widget in self.widgets:
            if widget.visible:
                mark = "> " if widget is self.focus else "  "
                yield mark + widget.describe().replace("\n", "\n    ")


def focus_ring(
    surface: pygame.Surface, rect: pygame.Rect, theme: Theme, colour: Colour | None = None
) -> None:
    """Mark what has the keyboard."""
    width = max(2, theme.px(2))
    ring = rect.inflate(4 * width, 4 * width)
    pygame.draw.rect(surface, colour or theme.palette.accent, ring, width, theme.px(9))
