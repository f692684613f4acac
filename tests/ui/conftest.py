import os

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
import pytest

from ir_sim.app.preferences import Preferences
from ir_sim.app.stage import Stage


@pytest.fixture(scope="session", autouse=True)
def _pygame():
    pygame.init()
    yield
    pygame.quit()


class Hand:
    """Drives a stage the way a person does: keys, clicks, and time."""

    def __init__(self, stage, size):
        self.stage = stage
        self.surface = pygame.display.set_mode(size)

    def turn(self, *events, dt_s=1 / 60):
        self.stage.frame(self.surface, events, dt_s)

    def key(self, key, mod=0, *, hold_turns=1):
        self.turn(pygame.event.Event(pygame.KEYDOWN, key=key, mod=mod, unicode="", scancode=0))
        for _ in range(hold_turns):
            self.turn()
        self.turn(pygame.event.Event(pygame.KEYUP, key=key, mod=mod, unicode="", scancode=0))

    def type(self, text):
        for c in text:
            self.turn(pygame.event.Event(pygame.TEXTINPUT, text=c))

    def click(self, at, button=1):
        self.turn(pygame.event.Event(pygame.MOUSEMOTION, pos=at, rel=(0, 0), buttons=(0, 0, 0)))
        self.turn(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=at, button=button))
        self.turn(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=at, button=button))

    @property
    def tree(self):
        return self.stage.tree()


@pytest.fixture
def hand():
    def make(size=(1280, 800), **preferences):
        return Hand(Stage(size, Preferences(**preferences)), size)

    return make
