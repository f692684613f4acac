"""Where the author's map lies in the window, what lies under it, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pygame


@dataclass(frozen=True)
class View:
    """World mm to pixels of the window."""

    px_per_mm: float = 1.0
    x0: float = 0.0
    y0: float = 0.0

    def px(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """A place in the window."""
        return self.x0 + self.px_per_mm * x_mm, self.y0 - self.px_per_mm * y_mm

    def mm(self, at: tuple[float, float]) -> tuple[float, float]:
        """A place in the patient."""
        return (at[0] - self.x0) / self.px_per_mm, (self.y0 - at[1]) / self.px_per_mm


@dataclass(frozen=True)
class Underlay:
    """A picture to trace, and where it lies."""

    image: pygame.Surface
    mm_per_px: float
    centre_mm: tuple[float, float]


@dataclass
class Deeds:
    """What the map asks its owner to do; places are in mm."""

    hold: Callable[[], None]
    move: Callable[[str, int, float, float], None]
    widen: Callable[[str, int, float], None]
    let_go: Callable[[], None]
    branch: Callable[[str, tuple[float, float], tuple[float, float]], None]
    lesion: Callable[[str, float], None]
