"""The loop as a state machine: screens that take events, let time pass, and draw themselves.

Nothing here needs a real window: tests hand in a surface, events and seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pygame

from ir_sim.app.pad_keys import as_key
from ir_sim.app.preferences import Preferences, save_preferences
from ir_sim.app.sound import Sound
from ir_sim.app.theme import HIGH_CONTRAST, SMALLEST_SIZE, STANDARD, Theme, window_scale
from ir_sim.app.widgets import Dialog, Toasts

FRAMES_PER_S = 60
#: Keys that go on acting while they are held. All others act once: a key that is still down when
#: the next screen appears must not press a button there.
REPEATING = frozenset(
    {
        pygame.K_UP,
        pygame.K_DOWN,
        pygame.K_LEFT,
        pygame.K_RIGHT,
        pygame.K_PAGEUP,
        pygame.K_PAGEDOWN,
        pygame.K_BACKSPACE,
        pygame.K_DELETE,
        pygame.K_TAB,
    }
)
#: What a screen must hear of although a dialog lies over it: something is let go.
_LET_GO = (pygame.KEYUP, pygame.CONTROLLERBUTTONUP, pygame.WINDOWFOCUSLOST)


class Screen(Protocol):
    """One screen; with an attribute ``steered`` that is true it takes gamepads as they are."""

    name: str

    def handle(self, event: pygame.event.Event) -> None:
        """Take an event."""

    def update(self, dt_s: float) -> None:
        """Let time pass."""

    def draw(self, surface: pygame.Surface) -> None:
        """Draw everything."""

    def enter(self) -> None:
        """The screen is on: it may ask something first."""

    def leave(self) -> None:
        """The screen is left: stop threads, save."""

    def tree(self) -> str:
        """The widgets as text."""
        ...


class Stage:
    """What all screens share, and which of them is on.

    Args:
        size: Of the window.
        preferences: The person's.
        preferences_path: Where changes are kept; None keeps none.
        pictures: Folder for screenshots.
        sound: The loudspeaker.

    Attributes:
        screen: The one that is on.
        dialog: What must be answered first, or None.
        exit_code: Set when the program is to end.
    """

    def __init__(
        self,
        size: tuple[int, int],
        preferences: Preferences,
        preferences_path: Path | None = None,
        pictures: Path | None = None,
        sound: Sound | None = None,
    ) -> None:
        self.preferences, self._preferences_path = preferences, preferences_path
        self.pictures = pictures or Path.cwd()
        self.sound = sound or Sound(preferences.volume, on=preferences.sound)
        self.size = size
        self.theme = Theme()
        self.toasts = Toasts()
        self.screen: Screen | None = None
        self.dialog: Dialog | None = None
        self.exit_code: int | None = None
        self.toggle_fullscreen: Callable[[], None] = lambda: None
        self.plugged: Callable[[int], None] = lambda _: None
        self._shoot = False
        self._down: set[int] = set()
        self._retheme()

    def _retheme(self) -> None:
        palette = HIGH_CONTRAST if self.preferences.high_contrast else STANDARD
        self.theme = Theme(window_scale(self.size) * self.preferences.text_scale, palette)

    def prefer(self, **changes: Any) -> None:
        """Change preferences, at once and for the next time."""
        self.preferences = replace(self.preferences, **changes)
        self.sound.on, self.sound.volume = self.preferences.sound, self.preferences.volume
        if self._preferences_path is not None:
            save_preferences(self.preferences, self._preferences_path)
        self._retheme()

    def go(self, screen: Screen) -> None:
        """Show another screen."""
        if self.screen is not None:
            self.screen.leave()
        self.dialog = None
        self.screen = screen
        screen.enter()

    def ask(self, dialog: Dialog) -> None:
        """Show a dialog over the screen."""
        self.dialog = dialog

    def close_dialog(self) -> None:
        """Back to the screen."""
        self.dialog = None

    def leave(self, code: int = 0) -> None:
        """End the program."""
        if self.exit_code is None:
            self.exit_code = code

    def frame(
        self, surface: pygame.Surface, events: Sequence[pygame.event.Event], dt_s: float
    ) -> None:
        """One turn of the loop."""
        if surface.get_size() != self.size:
            self.size = surface.get_size()
            self._retheme()
        for event in events:
            self._event(event)
        if self.screen is None or self.exit_code is not None:
            return
        self.screen.update(dt_s)
        self.toasts.update(dt_s)
        self.screen.draw(surface)
        if self.dialog is not None:
            self.dialog.draw(surface, self.theme)
        middle = getattr(self.screen, "toast_x", None) if self.dialog is None else None
        self.toasts.draw(surface, self.theme, middle)
        if self._shoot:
            self._shoot = False
            self._save_picture(surface)

    def _repeats(self, event: pygame.event.Event) -> bool:
        """Whether this is a held key that the keyboard sends again, and that acts only once."""
        if event.type == pygame.KEYUP:
            self._down.discard(event.key)
        elif event.type == pygame.WINDOWFOCUSLOST:
            self._down.clear()
        elif event.type == pygame.KEYDOWN:
            if event.key in self._down:
                return event.key not in REPEATING
            self._down.add(event.key)
        return False

    def _event(self, event: pygame.event.Event) -> None:
        pressed, key = event, as_key(event)
        if self.dialog is not None or not getattr(self.screen, "steered", False):
            event = key
        elif key.type == pygame.KEYUP:
            self._down.discard(key.key)
        if self._repeats(event):
            return
        if event.type == pygame.QUIT:
            self.leave()
        elif event.type == pygame.CONTROLLERDEVICEADDED:
            self.plugged(event.device_index)
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_F11:
            self.toggle_fullscreen()
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_F12:
            self._shoot = True
        elif self.dialog is not None:
            self.dialog.handle(event)
            if self.screen is not None and pressed.type in _LET_GO:
                self.screen.handle(pressed)  # a key held when the dialog came up must come up too
        elif self.screen is not None:
            self.screen.handle(event)

    def _save_picture(self, surface: pygame.Surface) -> None:
        stamp = datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
        path = self.pictures / f"ir-sim-{stamp}.png"
        try:
            self.pictures.mkdir(parents=True, exist_ok=True)
            pygame.image.save(surface, str(path))
        except (OSError, pygame.error) as error:
            self.toasts.say(f"The picture could not be saved: {error}")
            return
        self.toasts.say(f"Saved {path}")

    def tree(self) -> str:
        """The screen and its dialog as text."""
        lines = [f"screen {self.screen.name}" if self.screen is not None else "no screen"]
        if self.screen is not None:
            lines.append(self.screen.tree())
        if self.dialog is not None:
            lines.append(self.dialog.tree())
        lines += [f"toast: {text}" for text in self.toasts.texts]
        return "\n".join(lines)


class Window:
    """The real window.

    Args:
        size: Wanted, pixels.
        fullscreen: Whether it fills the screen.
    """

    def __init__(self, size: tuple[int, int], *, fullscreen: bool) -> None:
        pygame.display.set_caption("ir_sim · simulated, not a medical device")
        self._windowed = size
        self._full = False
        self.surface = self._open(size)
        if fullscreen:
            self.toggle_fullscreen()

    @staticmethod
    def first_size() -> tuple[int, int]:
        """Nine tenths of the screen, no smaller than the layout needs."""
        width, height = pygame.display.get_desktop_sizes()[0]
        wide = max(SMALLEST_SIZE[0], min(round(width * 0.94), 2560))
        tall = max(SMALLEST_SIZE[1], min(round(height * 0.88), 1600))
        return min(wide, round(tall * 1.78)), tall

    def toggle_fullscreen(self) -> None:
        """Fill the screen, or stop filling it."""
        self._full = not self._full
        if self._full:
            self._windowed = self.surface.get_size()
            size = pygame.display.get_desktop_sizes()[0]
            self.surface = pygame.display.set_mode(size, pygame.FULLSCREEN)
        else:
            self.surface = self._open(self._windowed)

    def _open(self, size: tuple[int, int]) -> pygame.Surface:
        return pygame.display.set_mode(size, pygame.RESIZABLE)

    def keep_usable(self, event: pygame.event.Event) -> None:
        """After a resize: never smaller than the layout."""
        if event.type == pygame.VIDEORESIZE and not self._full:
            size = (max(event.w, SMALLEST_SIZE[0]), max(event.h, SMALLEST_SIZE[1]))
            if size != (event.w, event.h):
                self._open(size)
            found = pygame.display.get_surface()
            if found is not None:
                self.surface = found


def run(stage: Stage, window: Window) -> int:
    """Turn until the program ends."""
    clock = pygame.time.Clock()
    stage.toggle_fullscreen = window.toggle_fullscreen
    pygame.key.set_repeat(400, 40)
    while stage.exit_code is None:
        dt_s = min(clock.tick(FRAMES_PER_S) / 1000.0, 0.25)
        events = pygame.event.get()
        for event in events:
            window.keep_usable(event)
        stage.frame(window.surface, events, dt_s)
        pygame.display.flip()
    if stage.screen is not None:
        stage.screen.leave()
    stage.sound.quiet()
    return stage.exit_code
