"""The live monitor: the picture, what a suite writes into its corners, blades on the last image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from ir_sim.app.painter import Grey, Picture
from ir_sim.app.theme import Colour, Theme
from ir_sim.xray.commands import view_name
from ir_sim.xray.settings import BLADE_LIMIT, Settings

#: Grey of the letters burnt into the picture.
_BURNT: Colour = (214, 222, 230)
_DIM: Colour = (120, 128, 136)
#: Distance from a blade's edge at which the mouse takes hold of it, px at 100 %.
_GRIP_PX = 10


@dataclass(frozen=True)
class Captions:
    """Words that do not come from the exposure.

    Attributes:
        patient: First lines of the upper left corner.
        time: Lower right corner.
        notes: Such as LIH or PAUSE, in the middle of the upper edge.
    """

    patient: tuple[str, ...]
    time: str
    notes: tuple[str, ...] = ()


def grey_surface(grey: Grey) -> pygame.Surface:
    """A surface of grey levels."""
    high, wide = grey.shape
    surface = pygame.image.frombuffer(np.ascontiguousarray(grey).tobytes(), (wide, high), "P")
    surface.set_palette([(i, i, i) for i in range(256)])
    return surface


class Monitor:
    """A square of the window that shows X-ray pictures.

    Attributes:
        rect: Where it is.
    """

    def __init__(self) -> None:
        self.rect = pygame.Rect(0, 0, 1, 1)
        self._shown: Grey | None = None
        self._surface: pygame.Surface | None = None

    def draw(
        self,
        surface: pygame.Surface,
        theme: Theme,
        picture: Picture | None,
        settings: Settings,
        captions: Captions,
        *,
        live: bool,
    ) -> None:
        """Draw the picture and its captions.

        Args:
            surface: The window.
            theme: Type.
            picture: The last one, or None before the first.
            settings: Of the machine, now.
            captions: Words.
            live: Whether X-rays are on.
        """
        pygame.draw.rect(surface, (0, 0, 0), self.rect)
        if picture is not None:
            self._blit(surface, picture.shown)
        if picture is not None and not live:
            self._planned_blades(surface, theme, picture, settings)
        self._captions(surface, theme, picture, settings, captions)
        edge = theme.palette.xray if live else (34, 38, 44)
        width = max(2, theme.px(3)) if live else max(1, theme.px(1))
        pygame.draw.rect(surface, edge, self.rect, width)

    def _blit(self, surface: pygame.Surface, grey: Grey) -> None:
        if grey is not self._shown:
            self._shown, self._surface = grey, grey_surface(grey).convert(surface)
        if self._surface is not None:
            surface.blit(self._surface, self._surface.get_rect(center=self.rect.center))

    def _planned_blades(
        self, surface: pygame.Surface, theme: Theme, picture: Picture, settings: Settings
    ) -> None:
        """Where the blades, and the field after a table move, will be at the next exposure."""
        was = picture.exposure.settings
        same_view = (was.lao_deg, was.cranial_deg) == (settings.lao_deg, settings.cranial_deg)
        if not same_view or (
            was.blades == settings.blades
            and was.centre_mm == settings.centre_mm
            and was.field_mm == settings.field_mm
        ):
            return
        scale = self.rect.width / was.field_mm
        dx = (settings.centre_mm[0] - was.centre_mm[0]) * scale
        dy = (settings.centre_mm[1] - was.centre_mm[1]) * scale
        side = settings.field_mm * scale
        left, right, bottom, top = settings.blades
        x0 = self.rect.centerx + dx - side / 2
        y0 = self.rect.centery - dy - side / 2
        box = pygame.Rect(
            round(x0 + left * side),
            round(y0 + top * side),
            round(side * (1 - left - right)),
            round(side * (1 - bottom - top)),
        )
        clip = surface.get_clip()
        surface.set_clip(self.rect)
        _dashed(surface, theme.palette.xray, box, theme.px(8))
        surface.set_clip(clip)

    def _captions(
        self,
        surface: pygame.Surface,
        theme: Theme,
        picture: Picture | None,
        settings: Settings,
        captions: Captions,
    ) -> None:
        pad = theme.px(18)
        inside = self.rect.inflate(-2 * pad, -2 * pad)
        made = picture.exposure.settings if picture is not None else settings
        _column(surface, theme, inside.topleft, captions.patient, "topleft")
        right = [f"FD {made.field_cm:g} cm", view_name(made.lao_deg, made.cranial_deg)]
        if picture is not None:
            shot = picture.exposure
            if shot.kind == "fluoro":
                right.append(f"FLUORO {made.pulse_rate:g} p/s  {made.detail}")
            else:
                right.append(f"{made.mode.upper()} {made.frame_rate:g} f/s")
            right.append(f"{shot.kv:.0f} kV" + (f"  {shot.ma_s:.1f} mAs" if shot.ma_s else ""))
        _column(surface, theme, inside.topright, right, "topright")
        low = []
        if picture is not None:
            shot = picture.exposure
            low = [f"RUN {shot.run}"] if shot.run else []
            if made.roadmap is not None and not shot.run:
                low.append(f"ROADMAP  run {made.roadmap}")
        _column(surface, theme, inside.bottomleft, low, "bottomleft")
        _column(surface, theme, inside.bottomright, [captions.time], "bottomright")
        _shadowed(surface, theme, (inside.x, self.rect.centery), "R", 22, "bold", _BURNT, "midleft")
        _column(surface, theme, inside.midtop, captions.notes, "midtop", theme.palette.xray)
        if picture is None:
            centre = self.rect.center
            words = "No image yet: step on the pedal (Space)"
            theme.write(surface, centre, words, 16, colour=_DIM, anchor="center")

    def blade_at(self, at: tuple[int, int], blades: Sequence[float], theme: Theme) -> int | None:
        """The blade whose edge the mouse is on: 0 left, 1 right, 2 bottom, 3 top."""
        if not self.rect.collidepoint(at):
            return None
        left, right, bottom, top = blades
        side = self.rect.width
        edges = (
            abs(at[0] - (self.rect.left + left * side)),
            abs(at[0] - (self.rect.right - right * side)),
            abs(at[1] - (self.rect.bottom - bottom * side)),
            abs(at[1] - (self.rect.top + top * side)),
        )
        nearest = min(range(4), key=edges.__getitem__)
        return nearest if edges[nearest] <= theme.px(_GRIP_PX) else None

    def blade_to(self, blade: int, at: tuple[int, int]) -> float:
        """Share that a blade closes when its edge is dragged to the mouse."""
        side = self.rect.width
        share = (
            (at[0] - self.rect.left) / side,
            (self.rect.right - at[0]) / side,
            (self.rect.bottom - at[1]) / side,
            (at[1] - self.rect.top) / side,
        )[blade]
        return min(max(round(share, 2), 0.0), BLADE_LIMIT)

    def share_at(self, at: tuple[int, int]) -> tuple[float, float]:
        """A place on the picture as shares of its side from the upper left corner, 0 to 1."""
        x = (at[0] - self.rect.x) / max(self.rect.width, 1)
        y = (at[1] - self.rect.y) / max(self.rect.height, 1)
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def mm_per_px(self, settings: Settings) -> float:
        """Scale of the picture."""
        return settings.field_mm / max(self.rect.width, 1)


def _column(
    surface: pygame.Surface,
    theme: Theme,
    at: tuple[int, int],
    lines: Sequence[str],
    anchor: str,
    colour: Colour = _BURNT,
) -> None:
    step = theme.height(13, "mono")
    upwards = anchor.startswith("bottom")
    for i, line in enumerate(reversed(lines) if upwards else lines):
        y = at[1] + (-i if upwards else i) * step
        _shadowed(surface, theme, (at[0], y), line, 13, "mono", colour, anchor)


def _shadowed(
    surface: pygame.Surface,
    theme: Theme,
    at: tuple[int, int],
    words: str,
    size: float,
    weight: str,
    colour: Colour,
    anchor: str,
) -> None:
    """Letters with a dark edge, so that they can be read on any picture."""
    edge = max(1, theme.px(1))
    for dx, dy in ((-edge, 0), (edge, 0), (0, -edge), (0, edge), (edge, edge)):
        theme.write(surface, (at[0] + dx, at[1] + dy), words, size, weight, (0, 0, 0), anchor)
    theme.write(surface, at, words, size, weight, colour, anchor)


def _dashed(surface: pygame.Surface, colour: Colour, box: pygame.Rect, dash: int) -> None:
    for x in range(box.left, box.right, 2 * dash):
        end = min(x + dash, box.right)
        pygame.draw.line(surface, colour, (x, box.top), (end, box.top))
        pygame.draw.line(surface, colour, (x, box.bottom), (end, box.bottom))
    for y in range(box.top, box.bottom, 2 * dash):
        end = min(y + dash, box.bottom)
        pygame.draw.line(surface, colour, (box.left, y), (box.left, end))
        pygame.draw.line(surface, colour, (box.right, y), (box.right, end))


class ReferenceMonitor:
    """The second picture: the last run as a loop, or a stored picture.

    Attributes:
        rect: Where it is.
        stored: A picture put there by hand; a new run takes its place.
    """

    def __init__(self) -> None:
        self.rect = pygame.Rect(0, 0, 1, 1)
        self.stored: Grey | None = None
        self._run, self._clock_s = 0, 0.0
        self._frames: list[Grey] = []
        self._rate = 3.0

    def store(self, picture: Picture | None) -> None:
        """Keep a picture."""
        if picture is not None:
            self.stored = picture.grey

    def loop(self) -> None:
        """Show the last run again instead of what was stored."""
        self.stored = None

    def update(self, dt_s: float, run: int, frames: list[Grey], rate: float) -> None:
        """Let the loop run; a new run replaces what was stored."""
        if run != self._run or len(frames) < len(self._frames):
            self._run, self._clock_s, self.stored = run, 0.0, None
        self._frames, self._rate = frames, rate
        self._clock_s += dt_s

    @property
    def frame(self) -> int:
        """Number of the frame shown, from 0; the loop rests a second on its last."""
        count = len(self._frames)
        if not count:
            return -1
        rest = max(round(self._rate), 1)
        return min(int(self._clock_s * self._rate) % (count + rest), count - 1)

    def draw(self, surface: pygame.Surface, theme: Theme) -> None:
        """Draw it."""
        pygame.draw.rect(surface, (0, 0, 0), self.rect)
        grey, words = self.stored, "STORED"
        if grey is None and self._frames:
            grey = self._frames[self.frame]
            words = f"RUN {self._run}  {self.frame + 1}/{len(self._frames)}"
        if grey is not None:
            image = grey_surface(grey).convert(surface)
            image = pygame.transform.smoothscale(image, self.rect.size)
            surface.blit(image, self.rect)
        else:
            words = "REFERENCE"
            middle = self.rect.center
            note = "no run yet"
            theme.write(surface, middle, note, 13, colour=_DIM, anchor="center")
        at = (self.rect.x + theme.px(8), self.rect.y + theme.px(6))
        _shadowed(surface, theme, at, words, 11, "mono", _BURNT, "topleft")
        pygame.draw.rect(surface, (52, 58, 66), self.rect, 1)
