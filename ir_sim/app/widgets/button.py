"""Things to press: a button, a switch, one of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pygame

from ir_sim.app.theme import Theme
from ir_sim.app.widgets.base import Widget, focus_ring

PRESS_KEYS = (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE)


class Button(Widget):
    """A button.

    Args:
        name: Its name.
        text: What it says.
        action: What it does.
        hint: The key that does the same, shown beside the text.
        primary: Whether it is the screen's main action.
    """

    takes_focus = True

    def __init__(
        self,
        name: str,
        text: str,
        action: Callable[[], None],
        hint: str = "",
        *,
        primary: bool = False,
        size: float = 15,
    ) -> None:
        super().__init__(name)
        self.text, self.action, self.hint, self.primary = text, action, hint, primary
        self.size = size
        self._down = False

    def says(self) -> str:
        """Its text, and its key."""
        return f"{self.text} [{self.hint}]" if self.hint else self.text

    def key(self, event: pygame.event.Event) -> bool:
        """Enter and Space press it."""
        if event.type == pygame.KEYDOWN and event.key in PRESS_KEYS:
            self.action()
            return True
        return False

    def press(self, at: tuple[int, int]) -> None:
        """Go down."""
        self._down = True

    def release(self, at: tuple[int, int]) -> None:
        """Act if the pointer is still on it."""
        self._down = False
        if self.rect.collidepoint(at) and self.enabled:
            self.action()

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""
        palette = theme.palette
        fill = palette.accent if self.primary else palette.raised
        ink = (8, 12, 16) if self.primary else palette.text
        if not self.enabled:
            fill, ink = palette.panel, palette.line
        elif self.hovered or self._down:
            step = -14 if self._down else 14
            fill = tuple(min(max(c + step, 0), 255) for c in fill)  # type: ignore[assignment]
        radius = theme.px(6)
        pygame.draw.rect(surface, fill, self.rect, border_radius=radius)
        if not self.primary:
            pygame.draw.rect(surface, palette.line, self.rect, 1, radius)
        weight = "bold" if self.primary else "regular"
        room = self.rect.width - theme.px(16)
        hint_width = theme.width(self.hint, 12, "mono") + theme.px(10) if self.hint else 0
        words = theme.fitted(self.text, room - hint_width, self.size, weight)
        width = theme.width(words, self.size, weight) + hint_width
        x = self.rect.centerx - width / 2
        theme.write(surface, (x, self.rect.centery), words, self.size, weight, ink, "midleft")
        if self.hint:
            colour = ink if self.primary else palette.quiet
            at = (x + width, self.rect.centery)
            theme.write(surface, at, self.hint, 12, "mono", colour, "midright")
        if focused:
            focus_ring(surface, self.rect, theme, palette.text if self.primary else None)


class Toggle(Widget):
    """A switch with its words beside it."""

    takes_focus = True

    def __init__(
        self, name: str, text: str, changed: Callable[[bool], None], *, on: bool = False
    ) -> None:
        super().__init__(name)
        self.text, self.changed, self.on = text, changed, on

    def says(self) -> str:
        """Its text and state."""
        return f"{self.text}: {'on' if self.on else 'off'}"

    def key(self, event: pygame.event.Event) -> bool:
        """Enter and Space switch it."""
        if event.type == pygame.KEYDOWN and event.key in PRESS_KEYS:
            self._switch()
            return True
        return False

    def release(self, at: tuple[int, int]) -> None:
        """Switch it."""
        if self.rect.collidepoint(at):
            self._switch()

    def _switch(self) -> None:
        self.on = not self.on
        self.changed(self.on)

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""
        palette = theme.palette
        track = pygame.Rect(0, 0, theme.px(40), theme.px(22))
        track.midright = self.rect.midright
        radius = track.height // 2
        pygame.draw.rect(
            surface, palette.accent if self.on else palette.raised, track, border_radius=radius
        )
        pygame.draw.rect(surface, palette.line, track, 1, radius)
        knob = track.right - radius if self.on else track.left + radius
        ink = (8, 12, 16) if self.on else palette.quiet
        pygame.draw.aacircle(surface, ink, (knob, track.centery), radius - theme.px(4))
        words = theme.fitted(self.text, self.rect.width - track.width - theme.px(8))
        theme.write(surface, self.rect.midleft, words, anchor="midleft")
        if focused:
            focus_ring(surface, self.rect, theme)


class Choice(Widget):
    """One of a few words, side by side; the arrows go from one to the next."""

    takes_focus = True

    def __init__(
        self, name: str, options: Sequence[str], changed: Callable[[str], None], chosen: str = ""
    ) -> None:
        super().__init__(name)
        self.options, self.changed = list(options), changed
        self.chosen = chosen or self.options[0]

    def says(self) -> str:
        """The options, the chosen one in brackets."""
        return " ".join(f"[{o}]" if o == self.chosen else o for o in self.options)

    def key(self, event: pygame.event.Event) -> bool:
        """Left and right."""
        step = {pygame.K_LEFT: -1, pygame.K_RIGHT: 1}.get(getattr(event, "key", 0), 0)
        if event.type != pygame.KEYDOWN or not step:
            return False
        place = (self.options.index(self.chosen) + step) % len(self.options)
        self._choose(self.options[place])
        return True

    def press(self, at: tuple[int, int]) -> None:
        """Choose what lies under the pointer."""
        share = (at[0] - self.rect.x) / max(self.rect.width, 1)
        self._choose(self.options[min(int(share * len(self.options)), len(self.options) - 1)])

    def _choose(self, option: str) -> None:
        if option != self.chosen:
            self.chosen = option
            self.changed(option)

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw it."""
        palette, radius = theme.palette, theme.px(6)
        pygame.draw.rect(surface, palette.raised, self.rect, border_radius=radius)
        width = self.rect.width / len(self.options)
        for i, option in enumerate(self.options):
            cell = pygame.Rect(
                round(self.rect.x + i * width), self.rect.y, round(width), self.rect.height
            )
            on = option == self.chosen
            if on:
                box = cell.inflate(-theme.px(4), -theme.px(4))
                pygame.draw.rect(surface, palette.accent, box, border_radius=radius - 2)
            words = theme.fitted(option, cell.width - theme.px(8), 14)
            ink = (8, 12, 16) if on else palette.quiet
            theme.write(surface, cell.center, words, 14, colour=ink, anchor="center")
        if focused:
            focus_ring(surface, self.rect, theme)
