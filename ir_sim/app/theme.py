"""How the app looks: colours that the colour-blind can tell apart, type, spacing, text scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pygame

from ir_sim.scenario.shipped import shipped

Colour = tuple[int, int, int]

#: Okabe and Ito's palette (jfly.uni-koeln.de/color), readable with every kind of colour blindness.
BLUE: Colour = (86, 180, 233)
ORANGE: Colour = (230, 159, 0)
GREEN: Colour = (0, 178, 133)
VERMILION: Colour = (232, 112, 44)
YELLOW: Colour = (240, 228, 66)
PINK: Colour = (215, 135, 180)

#: Device colours in panels and debriefs; never on the X-ray picture.
SLOT_COLOURS: dict[str, Colour] = {
    "wire": YELLOW,
    "microcatheter": GREEN,
    "catheter": BLUE,
    "guide": ORANGE,
}

#: The window that the layout is drawn for, pixels; text grows with the window's height.
DESIGN_SIZE = (1280, 800)
SMALLEST_SIZE = (1024, 700)
LARGEST_SCALE = 3.0


@dataclass(frozen=True)
class Palette:
    """The colours of surfaces and words."""

    background: Colour = (10, 12, 15)
    panel: Colour = (19, 22, 27)
    raised: Colour = (34, 39, 47)
    line: Colour = (52, 59, 69)
    text: Colour = (226, 230, 235)
    quiet: Colour = (152, 160, 171)
    accent: Colour = BLUE
    good: Colour = GREEN
    warn: Colour = ORANGE
    bad: Colour = VERMILION
    xray: Colour = (255, 196, 0)


STANDARD = Palette()
HIGH_CONTRAST = Palette(
    background=(0, 0, 0),
    panel=(0, 0, 0),
    raised=(28, 28, 28),
    line=(190, 190, 190),
    text=(255, 255, 255),
    quiet=(225, 225, 225),
    accent=(120, 205, 255),
    good=(60, 230, 180),
    warn=(255, 190, 30),
    bad=(255, 140, 80),
)

#: Rendered lines that are kept.
_MOST_LINES = 1500

_FACES = {
    "regular": "Inter-Regular.ttf",
    "bold": "Inter-SemiBold.ttf",
    "mono": "JetBrainsMono-Medium.ttf",
}


def window_scale(size: tuple[int, int]) -> float:
    """How much larger than designed everything is drawn in a window of a size."""
    fit = min(size[0] / DESIGN_SIZE[0], size[1] / DESIGN_SIZE[1])
    return min(max(fit, 0.8), LARGEST_SCALE)


@dataclass(frozen=True)
class Theme:
    """Colours, and type at a text scale.

    Attributes:
        scale: 1.0 is 100 %.
        palette: The colours.
    """

    scale: float = 1.0
    palette: Palette = STANDARD

    def px(self, size: float) -> int:
        """A length in pixels at this scale."""
        return round(size * self.scale)

    @cached_property
    def _fonts(self) -> dict[tuple[str, float], pygame.font.Font]:
        return {}

    @cached_property
    def _lines(self) -> dict[tuple[str, float, str, Colour], pygame.Surface]:
        return {}

    def font(self, size: float = 15, weight: str = "regular") -> pygame.font.Font:
        """A font; weight is ``regular``, ``bold`` or ``mono`` (digits of equal width)."""
        key = (weight, size)
        if key not in self._fonts:
            path = shipped("assets") / "fonts" / _FACES[weight]
            self._fonts[key] = pygame.font.Font(str(path), max(self.px(size), 8))
        return self._fonts[key]

    def text(
        self,
        words: str,
        size: float = 15,
        weight: str = "regular",
        colour: Colour | None = None,
    ) -> pygame.Surface:
        """A rendered line; do not draw on it, it is kept for the next time."""
        key = (words, size, weight, colour or self.palette.text)
        if key not in self._lines:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()
            self._lines[key] = self.font(size, weight).render(words, True, key[3])
        return self._lines[key]

    def width(self, words: str, size: float = 15, weight: str = "regular") -> int:
        """Width of a line, pixels."""
        return self.font(size, weight).size(words)[0]

    def height(self, size: float = 15, weight: str = "regular") -> int:
        """Height of a line, pixels."""
        return self.font(size, weight).get_linesize()

    def fitted(self, words: str, width: int, size: float = 15, weight: str = "regular") -> str:
        """Words cut to a width, with an ellipsis if anything was cut."""
        font = self.font(size, weight)
        if font.size(words)[0] <= width:
            return words
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if font.size(words[:middle].rstrip() + "…")[0] <= width:
                low = middle
            else:
                high = middle - 1
        return words[:low].rstrip() + "…"

    def lines(self, words: str, width: int, size: float = 15, weight: str = "regular") -> list[str]:
        """Words broken into lines no wider than ``width`` pixels."""
        font = self.font(size, weight)
        out: list[str] = []
        for paragraph in words.split("\n"):
            line = ""
            for word in paragraph.split():
                longer = f"{line} {word}".strip()
                if line and font.size(longer)[0] > width:
                    out.append(line)
                    line = word
                else:
                    line = longer
            out.append(line)
        return out

    def write(
        self,
        surface: pygame.Surface,
        at: tuple[float, float],
        words: str,
        size: float = 15,
        weight: str = "regular",
        colour: Colour | None = None,
        anchor: str = "topleft",
    ) -> pygame.Rect:
        """Draw a line of text; ``anchor`` names the point of its box that lies at ``at``."""
        image = self.text(words, size, weight, colour)
        rect = image.get_rect(**{anchor: (round(at[0]), round(at[1]))})
        surface.blit(image, rect)
        return rect
