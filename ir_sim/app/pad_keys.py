"""A gamepad on screens that are read and chosen from: its buttons stand for keys.

The cross is the arrows, the shoulders go from one widget to the next, A takes, B goes back.
"""

from __future__ import annotations

import pygame

_KEYS = {
    pygame.CONTROLLER_BUTTON_A: (pygame.K_RETURN, 0),
    pygame.CONTROLLER_BUTTON_B: (pygame.K_ESCAPE, 0),
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: (pygame.K_LEFT, 0),
    pygame.CONTROLLER_BUTTON_DPAD_RIGHT: (pygame.K_RIGHT, 0),
    pygame.CONTROLLER_BUTTON_DPAD_UP: (pygame.K_UP, 0),
    pygame.CONTROLLER_BUTTON_DPAD_DOWN: (pygame.K_DOWN, 0),
    pygame.CONTROLLER_BUTTON_LEFTSHOULDER: (pygame.K_TAB, pygame.KMOD_SHIFT),
    pygame.CONTROLLER_BUTTON_RIGHTSHOULDER: (pygame.K_TAB, 0),
    pygame.CONTROLLER_BUTTON_BACK: (pygame.K_F1, 0),
    pygame.CONTROLLER_BUTTON_START: (pygame.K_F2, 0),
}


def as_key(event: pygame.event.Event) -> pygame.event.Event:
    """A pad's button as the key that it stands for; any other event as it is."""
    kinds = {
        pygame.CONTROLLERBUTTONDOWN: pygame.KEYDOWN,
        pygame.CONTROLLERBUTTONUP: pygame.KEYUP,
    }
    if event.type not in kinds or event.button not in _KEYS:
        return event
    key, mod = _KEYS[event.button]
    return pygame.event.Event(kinds[event.type], key=key, mod=mod, unicode="", scancode=0)
