"""Charts as inline SVG: axes in plain numbers, colours that colour-blind people tell apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

#: Okabe & Ito's palette (2008): told apart with every common kind of colour blindness.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
#: Colour and dash for lines of several groups: never told apart by colour alone.
GROUPS = (
    (BLUE, ""), (RED, "6 3"), (GREEN, "2 3"), (PURPLE, "8 3 2 3"), (ORANGE, "4 2"), (SKY, "1 2"),
)  # fmt: skip
#: An error's weight -> colour, light to dark as well.
WEIGHTS = {1: "#BBBBBB", 2: SKY, 3: ORANGE, 4: RED, 5: "#7A1F00"}

Points = Sequence[tuple[float, float]]


def number(value: float, digits: int = 3) -> str:
    """A number for people."""
    if not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    return f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"


def ticks(low: float, high: float, most: int = 6, *, whole: bool = False) -> list[float]:
    """Round numbers on an axis."""
    span = max(high - low, 1e-12)
    step = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1, 2, 5, 10):
        if span / (step * factor) <= most:
            step *= factor
            break
    if whole:
        step = max(step, 1.0)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass
class Chart:
    """A chart that is being drawn.

    Attributes:
        x: Range of the horizontal axis.
        y: Range of the vertical axis.
        title: For screen readers: what it shows, and n.
        log_x: Whether x is logarithmic.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    title: str
    width: float = 400.0
    height: float = 230.0
    left: float = 46.0
    bottom: float = 38.0
    top: float = 10.0
    right: float = 12.0
    log_x: bool = False

    def __post_init__(self) -> None:
        """Begin with nothing on it."""
        self._parts: list[str] = []

    def at_x(self, value: float) -> float:
        """Place on the paper."""
        low, high = self.x
        if self.log_x:
            low, high, value = math.log(low), math.log(high), math.log(max(value, 1e-9))
        share = (value - low) / (high - low or 1.0)
        return self.left + share * (self.width - self.left - self.right)

    def at_y(self, value: float) -> float:
        """Place on the paper."""
        low, high = self.y
        share = (value - low) / (high - low or 1.0)
        return self.height - self.bottom - share * (self.height - self.bottom - self.top)

    def axes(
        self,
        x_label: str,
        y_label: str,
        x_ticks: Iterable[tuple[float, str]] | None = None,
        y_ticks: Iterable[tuple[float, str]] | None = None,
    ) -> None:
        """Grid lines, numbers and names."""
        if y_ticks is None:
            y_ticks = [(v, number(v)) for v in ticks(*self.y)]
        if x_ticks is None:
            x_ticks = [(v, number(v)) for v in ticks(*self.x, most=9)]
        base = self.height - self.bottom
        for value, text in y_ticks:
            y = self.at_y(value)
            self._parts.append(
                f'<line class="grid" x1="{self.left}" x2="{self.width - self.right}" '
                f'y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text class="tick" x="{self.left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                f"{escape(text)}</text>"
            )
        for value, text in x_ticks:
            x = self.at_x(value)
            self._parts.append(
                f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{base}" y2="{base + 4}"/>'
                f'<text class="tick" x="{x:.1f}" y="{base + 16}" text-anchor="middle">'
                f"{escape(text)}</text>"
            )
        middle = (self.left + self.width - self.right) / 2
        self._parts.append(
            f'<line class="axis" x1="{self.left}" x2="{self.width - self.right}" '
            f'y1="{base}" y2="{base}"/>'
            f'<text class="label" x="{middle:.0f}" y="{self.height - 4}" text-anchor="middle">'
            f"{escape(x_label)}</text>"
        )
        if y_label:
            y = (self.top + base) / 2
            self._parts.append(
                f'<text class="label" text-anchor="middle" transform="translate(12 {y:.0f}) '
                f'rotate(-90)">{escape(y_label)}</text>'
            )

    def line(
        self, points: Points, colour: str, width: float = 2.0, dash: str = "", fade: float = 1.0
    ) -> None:
        """A line; a single point becomes a dot."""
        if len(points) == 1:
            self.dot(*points[0], colour, fade=fade)
            return
        place = " ".join(f"{self.at_x(x):.1f},{self.at_y(y):.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{place}" fill="none" stroke="{colour}" stroke-width="{width}" '
            f'stroke-opacity="{fade}" stroke-linejoin="round"{dashed}/>'
        )

    def area(self, x: Sequence[float], low: Sequence[float], high: Sequence[float]) -> None:
        """A band between two lines."""
        there = [f"{self.at_x(a):.1f},{self.at_y(b):.1f}" for a, b in zip(x, high, strict=True)]
        back = [f"{self.at_x(a):.1f},{self.at_y(b):.1f}" for a, b in zip(x, low, strict=True)]
        self._parts.append(
            f'<polygon points="{" ".join(there + back[::-1])}" fill="{SKY}" fill-opacity="0.3"/>'
        )

    def bar(self, x0: float, x1: float, y0: float, y1: float, colour: str, tip: str = "") -> None:
        """A filled rectangle between values."""
        left, right = sorted((self.at_x(x0), self.at_x(x1)))
        upper, lower = sorted((self.at_y(y0), self.at_y(y1)))
        self._parts.append(
            f'<rect x="{left:.1f}" y="{upper:.1f}" width="{right - left:.1f}" '
            f'height="{lower - upper:.1f}" fill="{colour}">{_tip(tip)}</rect>'
        )

    def dot(
        self, x: float, y: float, colour: str, size: float = 3.5, tip: str = "", fade: float = 1.0
    ) -> None:
        """A point."""
        self._parts.append(
            f'<circle cx="{self.at_x(x):.1f}" cy="{self.at_y(y):.1f}" r="{size}" fill="{colour}" '
            f'fill-opacity="{fade}">{_tip(tip)}</circle>'
        )

    def whisker(self, low: float, high: float, y: float, colour: str, width: float = 2.0) -> None:
        """A horizontal interval."""
        place = self.at_y(y)
        self._parts.append(
            f'<line x1="{self.at_x(low):.1f}" x2="{self.at_x(high):.1f}" y1="{place:.1f}" '
            f'y2="{place:.1f}" stroke="{colour}" stroke-width="{width}"/>'
        )

    def rule(self, *, x: float | None = None, y: float | None = None, text: str = "") -> None:
        """A dashed line across the chart, with its name."""
        if x is not None:
            place = self.at_x(x)
            base = self.height - self.bottom
            ends = f'x1="{place:.1f}" x2="{place:.1f}" y1="{self.top}" y2="{base}"'
            name = f'x="{place + 4:.1f}" y="{self.top - 2}"'
        else:
            place = self.at_y(y or 0.0)
            ends = (
                f'x1="{self.left}" x2="{self.width - self.right}" y1="{place:.1f}" y2="{place:.1f}"'
            )
            name = f'x="{self.width - self.right - 2}" y="{place - 4:.1f}" text-anchor="end"'
        self._parts.append(
            f'<line class="rule" {ends}/><text class="tick" {name}>{escape(text)}</text>'
        )

    def text(self, x: float, y: float, text: str, anchor: str = "start") -> None:
        """Words at a place given in values."""
        self._parts.append(
            f'<text class="tick" x="{self.at_x(x):.1f}" y="{self.at_y(y) + 4:.1f}" '
            f'text-anchor="{anchor}">{escape(text)}</text>'
        )

    def beside(self, y: float, text: str) -> None:
        """A row's name, left of the axis."""
        self._parts.append(
            f'<text class="tick" x="{self.left - 8}" y="{self.at_y(y) + 4:.1f}" '
            f'text-anchor="end">{escape(text)}</text>'
        )

    def svg(self, extra: str = "") -> Markup:
        """The chart."""
        return Markup(  # noqa: S704 - every text in it was escaped where it was put in
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="img" '
            f'aria-label="{escape(self.title)}" {extra}>'
            f'<title>{escape(self.title)}</title>{"".join(self._parts)}<g class="mine"></g></svg>'
        )


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""
