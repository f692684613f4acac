"""The slim panel beside the monitor: lamp, figures, devices in hand, the step, messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pygame

from ir_sim.app.theme import SLOT_COLOURS, Colour, Theme
from ir_sim.devices import DeviceState
from ir_sim.simulation.controls import Motion

#: Force at the hub at which the bar is full, N (assumed: a hand pushes a 5 F catheter with 1-3 N).
FULL_FORCE_N = 2.0


@dataclass(frozen=True)
class Figure:
    """A number with its name and unit.

    Attributes:
        name: What it is.
        value: The number as shown.
        unit: Its unit.
        share: How much of its limit is used, or None where there is none.
        tone: Palette colour of the number.
    """

    name: str
    value: str
    unit: str = ""
    share: float | None = None
    tone: str = "text"


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    tenths = int(seconds * 10.0 + 1e-6)  # as a clock shows it: never rounded up
    return f"{tenths // 600}:{tenths % 600 / 10.0:04.1f}"


def draw_lamp(
    surface: pygame.Surface, theme: Theme, rect: pygame.Rect, *, on: bool, words: str
) -> None:
    """The lamp over the door: lit while X-rays are on."""
    palette = theme.palette
    radius = theme.px(6)
    if on:
        pygame.draw.rect(surface, palette.xray, rect, border_radius=radius)
        ink: Colour = (20, 14, 0)
    else:
        pygame.draw.rect(surface, (30, 27, 18), rect, border_radius=radius)
        pygame.draw.rect(surface, (70, 60, 30), rect, 1, radius)
        ink = (120, 106, 62)
    size = rect.height * 0.30
    centre = (rect.x + round(size * 1.6), rect.centery)
    _trefoil(surface, ink, centre, size)
    x = centre[0] + size * 1.6
    text = "X-RAY ON" if on else "X-RAY OFF"
    name = theme.write(surface, (x, rect.centery), text, 17, "bold", ink, "midleft")
    room = rect.right - name.right - theme.px(24)
    detail = theme.fitted(words, room, 13)
    at = (rect.right - theme.px(12), rect.centery)
    theme.write(surface, at, detail, 13, colour=ink, anchor="midright")


def _trefoil(surface: pygame.Surface, ink: Colour, centre: tuple[int, int], size: float) -> None:
    """The radiation warning sign."""
    pygame.draw.circle(surface, ink, centre, size * 0.24)
    for angle in (90, 210, 330):
        points = [pygame.Vector2(size * 0.4, 0).rotate(-(angle - 30 + k * 10)) for k in range(7)]
        outer = [pygame.Vector2(size, 0).rotate(-(angle + 30 - k * 10)) for k in range(7)]
        shape = [pygame.Vector2(centre) + p for p in points + outer]
        pygame.draw.polygon(surface, ink, shape)


def draw_figures(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    figures: Sequence[Figure],
    columns: int = 1,
) -> None:
    """Figures under one another, each with a bar if it has a limit."""
    rows = -(-len(figures) // columns)
    tall, wide = rect.height / max(rows, 1), rect.width / columns
    for i, figure in enumerate(figures):
        cell = pygame.Rect(
            round(rect.x + (i // rows) * wide),
            round(rect.y + (i % rows) * tall),
            round(wide - (theme.px(14) if columns > 1 else 0)),
            round(tall),
        )
        _figure(surface, theme, cell, figure)


def _figure(surface: pygame.Surface, theme: Theme, cell: pygame.Rect, figure: Figure) -> None:
    palette = theme.palette
    middle = cell.centery - (theme.px(2) if figure.share is not None else 0)
    unit = theme.text(figure.unit, 11, colour=palette.quiet)
    surface.blit(unit, unit.get_rect(midright=(cell.right, middle + theme.px(1))))
    right = cell.right - (max(unit.get_width(), theme.px(44)) + theme.px(5) if figure.unit else 0)
    tone: Colour = getattr(palette, figure.tone)
    number = theme.write(surface, (right, middle), figure.value, 17, "mono", tone, "midright")
    name = theme.fitted(figure.name, number.left - cell.x - theme.px(6), 13)
    theme.write(surface, (cell.x, middle), name, 13, colour=palette.quiet, anchor="midleft")
    if figure.share is not None:
        bar = pygame.Rect(cell.x, cell.bottom - theme.px(4), cell.width, max(2, theme.px(3)))
        pygame.draw.rect(surface, palette.raised, bar)
        share = min(max(figure.share, 0.0), 1.0)
        colour = palette.bad if share >= 1.0 else palette.warn if share > 0.66 else palette.accent
        pygame.draw.rect(surface, colour, (bar.x, bar.y, round(bar.width * share), bar.height))


def draw_devices(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    devices: Mapping[str, DeviceState],
    motions: Mapping[str, Motion],
    hands: Mapping[str, str],
    selected: str,
) -> None:
    """One row for each device in the patient.

    Args:
        surface: The window.
        theme: Type.
        rect: Where.
        devices: By slot.
        motions: What the hubs do now.
        hands: Keys that move a slot, such as ``{"wire": "arrows"}``.
        selected: The slot that the wheel moves.
    """
    if not devices:
        words = "Nothing on the table yet: M opens the tray"
        theme.write(surface, rect.topleft, words, 14, colour=theme.palette.quiet)
        return
    tall = min(rect.height / len(devices), theme.px(64))
    for i, (slot, device) in enumerate(devices.items()):
        row = pygame.Rect(rect.x, round(rect.y + i * tall), rect.width, round(tall) - theme.px(5))
        _device(
            surface,
            theme,
            row,
            device,
            motions.get(slot, Motion()),
            hands.get(slot, ""),
            selected=slot == selected,
        )


def _device(
    surface: pygame.Surface,
    theme: Theme,
    row: pygame.Rect,
    device: DeviceState,
    motion: Motion,
    keys: str,
    *,
    selected: bool,
) -> None:
    palette, colour = theme.palette, SLOT_COLOURS[device.slot]
    pygame.draw.rect(surface, palette.raised, row, border_radius=theme.px(5))
    if selected:
        pygame.draw.rect(surface, palette.accent, row, max(1, theme.px(1.5)), theme.px(5))
    stripe = pygame.Rect(row.x, row.y, theme.px(5), row.height)
    pygame.draw.rect(surface, colour, stripe, border_radius=2)
    one_line = row.height < theme.px(32)
    top = row.centery if one_line else row.y + row.height * 0.29
    low = row.centery if one_line else row.y + row.height * 0.70
    dial = (row.right - row.height // 2 - theme.px(2), row.centery)
    _dial(surface, theme, dial, row.height * 0.36, device.rotation_deg, motion)
    x, right = row.x + theme.px(14), dial[0] - row.height * 0.5
    tag = theme.text("" if one_line else keys, 12, "mono", palette.accent)
    surface.blit(tag, tag.get_rect(midright=(round(right), round(top))))
    room = int(right - tag.get_width() - theme.px(8) - x)
    room = min(room, round(0.48 * row.width)) if one_line else room
    name = theme.fitted(device.device.title, room, 14, "bold")
    theme.write(surface, (x, top), name, 14, "bold", anchor="midleft")
    x += room + theme.px(6) if one_line else 0
    depth = f"{device.inserted_mm / 10.0:5.1f} cm"
    box = theme.write(surface, (x, low), depth, 14, "mono", anchor="midleft")
    _arrow(surface, theme, (box.right + theme.px(12), round(low)), motion, colour)
    turn = f"{device.rotation_deg:+.0f}°"
    theme.write(surface, (right, low), turn, 14, "mono", palette.text, "midright")
    left = box.right + theme.px(30)
    bar = pygame.Rect(left, 0, int(right - theme.px(66)) - left, theme.px(6))
    bar.centery = round(low)
    if bar.width > theme.px(20):
        _resistance(surface, theme, bar, device.hub_force_n)


def _dial(
    surface: pygame.Surface,
    theme: Theme,
    centre: tuple[int, int],
    radius: float,
    rotation_deg: float,
    motion: Motion,
) -> None:
    """The hub from behind: its mark turns with it."""
    palette = theme.palette
    turning = motion.rotate_deg_s != 0.0
    edge = palette.accent if turning else palette.line
    pygame.draw.aacircle(surface, edge, centre, round(radius), max(1, theme.px(2)))
    mark = pygame.Vector2(0, -radius).rotate(-rotation_deg)
    end = (centre[0] + mark.x, centre[1] + mark.y)
    pygame.draw.line(surface, palette.text, centre, end, max(2, theme.px(2)))


def _arrow(
    surface: pygame.Surface, theme: Theme, at: tuple[int, int], motion: Motion, colour: Colour
) -> None:
    if motion.advance_mm_s == 0.0:
        return
    way = 1 if motion.advance_mm_s > 0 else -1
    size = theme.px(6)
    tip = (at[0], at[1] - way * size)
    feet = ((at[0] - size, at[1] + way * size), (at[0] + size, at[1] + way * size))
    pygame.draw.polygon(surface, colour, (tip, *feet))


def _resistance(surface: pygame.Surface, theme: Theme, bar: pygame.Rect, force_n: float) -> None:
    """What the fingers would feel, as a bar: the screen's stand-in for touch."""
    palette = theme.palette
    pygame.draw.rect(surface, palette.panel, bar, border_radius=2)
    share = min(abs(force_n) / FULL_FORCE_N, 1.0)
    colour = palette.bad if share > 0.8 else palette.warn if share > 0.45 else palette.quiet
    pygame.draw.rect(
        surface, colour, (bar.x, bar.y, round(bar.width * share), bar.height), border_radius=2
    )


def draw_heading(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, words: str) -> None:
    """A small heading with a line."""
    box = theme.write(surface, rect.topleft, words.upper(), 11, "bold", theme.palette.quiet)
    y = box.centery
    start = (box.right + theme.px(8), y)
    pygame.draw.line(surface, theme.palette.line, start, (rect.right, y))


def draw_lines(
    surface: pygame.Surface,
    theme: Theme,
    rect: pygame.Rect,
    lines: Sequence[tuple[str, Colour]],
    size: float = 13,
) -> None:
    """Coloured lines, long ones broken: as many of the newest (last) as fit, whole ones only."""
    step = theme.height(size)
    room = max(rect.height // step, 1)
    shown: list[tuple[str, Colour]] = []
    for words, colour in reversed(lines):
        parts = theme.lines(words, rect.width, size)
        if shown and len(shown) + len(parts) > room:
            break
        shown = [*((part, colour) for part in parts), *shown]
    for i, (words, colour) in enumerate(shown[-room:]):
        theme.write(surface, (rect.x, rect.y + i * step), words, size, colour=colour)
