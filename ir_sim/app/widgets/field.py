"""A line of text to fill in."""

from __future__ import annotations

from collections.abc import Callable

import pygame

from ir_sim.app.theme import Theme
from ir_sim.app.widgets.base import Widget, focus_ring


class Field(Widget):
    """A text field.

    Args:
        name: Its name.
        text: What it holds.
        placeholder: What it says while it is empty.
        changed: Called with the text after every change.
        entered: Called on Enter.
        allowed: Whether a character may be typed.
        most: Longest text.
    """

    takes_focus = True

    def __init__(
        self,
        name: str,
        text: str = "",
        placeholder: str = "",
        changed: Callable[[str], None] | None = None,
        entered: Callable[[], None] | None = None,
        allowed: Callable[[str], bool] = str.isprintable,
        most: int = 64,
    ) -> None:
        super().__init__(name)
        self.text, self.placeholder = text, placeholder
        self.changed, self.entered, self.allowed, self.most = changed, entered, allowed, most
        self.caret = len(text)
        self.wrong = False

    def says(self) -> str:
        """Its text, or the placeholder in brackets."""
        return f'"{self.text}"' if self.text else f"({self.placeholder})"

    def set(self, text: str) -> None:
        """Replace the text."""
        self.text, self.caret = text, len(text)
        if self.changed is not None:
            self.changed(text)

    def key(self, event: pygame.event.Event) -> bool:
        """Type, delete, move."""
        if event.type == pygame.TEXTINPUT:
            typed = "".join(c for c in event.text if self.allowed(c))
            self._replace(self.caret, self.caret, typed)
            return True
        return self._edit(event.key, bool(event.mod & pygame.KMOD_CTRL))

    def _edit(self, key: int, control: bool) -> bool:
        if key == pygame.K_BACKSPACE:
            start = 0 if control else max(self.caret - 1, 0)
            self._replace(start, self.caret, "")
        elif key == pygame.K_DELETE:
            self._replace(self.caret, self.caret + 1, "")
        elif key == pygame.K_LEFT:
            self.caret = max(self.caret - 1, 0)
        elif key == pygame.K_RIGHT:
            self.caret = min(self.caret + 1, len(self.text))
        elif key == pygame.K_HOME:
            self.caret = 0
        elif key == pygame.K_END:
            self.caret = len(self.text)
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER) and self.entered is not None:
            self.entered()
        else:
            # letters arrive as TEXTINPUT; keep them from being taken for shortcuts
            return key < 0x40000000 and key not in (pygame.K_ESCAPE, pygame.K_RETURN)
        return True

    def _replace(self, start: int, end: int, by: str) -> None:
        text = self.text[:start] + by + self.text[end:]
        if len(text) <= self.most and text != self.text:
            self.text, self.caret, self.wrong = text, start + len(by), False
            if self.changed is not None:
                self.changed(text)

    def press(self, at: tuple[int, int]) -> None:
        """Put the caret at the end."""
        self.caret = len(self.text)

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""
        palette, radius = theme.palette, theme.px(6)
        pygame.draw.rect(surface, palette.background, self.rect, border_radius=radius)
        edge = palette.bad if self.wrong else palette.line
        pygame.draw.rect(surface, edge, self.rect, 1, radius)
        inside = self.rect.inflate(-theme.px(20), 0)
        if self.text:
            before = theme.width(self.text[: self.caret])
            shift = max(0, before - inside.width)
            was = surface.get_clip()
            surface.set_clip(inside.clip(was))
            theme.write(surface, (inside.x - shift, inside.centery), self.text, anchor="midleft")
            surface.set_clip(was)
            caret = inside.x - shift + before
        else:
            words = theme.fitted(self.placeholder, inside.width)
            theme.write(surface, inside.midleft, words, colour=palette.quiet, anchor="midleft")
            caret = inside.x
        if focused:
            half = theme.px(9)
            top, bottom = (caret, inside.centery - half), (caret, inside.centery + half)
            pygame.draw.line(surface, palette.accent, top, bottom, max(1, theme.px(1.5)))
            focus_ring(surface, self.rect, theme)
