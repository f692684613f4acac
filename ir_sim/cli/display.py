"""Whether a window can be opened."""

from __future__ import annotations

import os
import sys


def missing() -> str | None:
    """Why no window can be opened, or None if one can."""
    if os.environ.get("SDL_VIDEODRIVER") in ("dummy", "offscreen"):
        return "the display is a dummy"
    if sys.platform.startswith(("linux", "freebsd")) and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return "no display"
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    try:
        pygame.display.init()
    except pygame.error:
        return "the display does not answer"
    pygame.display.quit()
    return None
