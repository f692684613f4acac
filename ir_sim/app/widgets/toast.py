"""Words that appear for a moment."""

from __future__ import annotations

import pygame

from ir_sim.app.theme import Theme


class Toasts:
    """The latest few messages, each for some seconds."""

    SECONDS = 4.0
    MOST = 3
    #: Nobody reads faster.
    LETTERS_PER_S = 22.0

    def __init__(self) -> None:
        self._left: list[tuple[str, float]] = []

    def say(self, text: str, seconds: float = SECONDS) -> None:
        """Show a message; the same one again only lasts longer, and a long one too."""
        seconds = max(seconds, len(text) / self.LETTERS_PER_S)
        self._left = [(t, s) for t, s in self._left if t != text]
        self._left = [*self._left, (text, seconds)][-self.MOST :]

    @property
    def texts(self) -> list[str]:
        """What is shown now."""
        return [text for text, _ in self._left]

    def update(self, dt_s: float) -> None:
        """Let time pass."""
        self._left = [(text, left - dt_s) for text, left in self._left if left > dt_s]

    def draw(self, surface: pygame.Surface, theme: Theme, middle: int | None = None) -> None:
        """Draw them above the lower edge, the latest lowest, around a middle."""
        y = surface.get_height() - theme.px(84)
        most, step = round(0.6 * surface.get_width()), theme.height(15)
        for text, left in reversed(self._left):
            lines = [theme.text(line, 15) for line in theme.lines(text, most, 15)]
            wide = max(min(line.get_width(), most) for line in lines)
            box = pygame.Rect(0, 0, wide + theme.px(32), len(lines) * step + theme.px(18))
            box.midbottom = (surface.get_width() // 2 if middle is None else middle, y)
            box.clamp_ip(surface.get_rect())
            card = pygame.Surface(box.size, pygame.SRCALPHA)
            edge = card.get_rect()
            radius = theme.px(8)
            pygame.draw.rect(card, (*theme.palette.raised, 240), edge, border_radius=radius)
            pygame.draw.rect(card, (*theme.palette.line, 255), edge, 1, radius)
            for k, line in enumerate(lines):
                middle_y = theme.px(9) + round((k + 0.5) * step)
                card.blit(line, line.get_rect(center=(edge.centerx, middle_y)))
            card.set_alpha(int(255 * min(left / 0.4, 1.0)))
            surface.blit(card, box)
            y = box.top - theme.px(8)
