"""The author's picture of a case: vessels by layer, calibres, flows, access, target."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.layers import assign_layers
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree
from ir_sim.authoring.explain import name_of
from ir_sim.authoring.flows import resting_flows
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped

SIZE_PX = (1500, 1100)
_SCALE = 2  # drawn twice as large and reduced: smooth edges
_MARGIN_PX = 60
#: A narrower vessel is drawn without its centreline, px of the large drawing.
_THIN_PX = 8
_HEADER_PX = 92

_PAPER, _INK, _FAINT = (250, 249, 246), (28, 32, 38), (120, 126, 134)
#: One colour a layer, told apart with every common colour vision (Okabe & Ito 2008).
_LAYERS = ((196, 88, 88), (0, 114, 178), (0, 158, 115), (230, 159, 0), (204, 121, 167))
_TARGET, _SHEATH, _LESION = (213, 94, 0), (70, 70, 70), (120, 0, 120)


@dataclass(frozen=True)
class _View:
    """World mm to picture px (of the large drawing)."""

    scale: float
    x0: float
    y0: float

    def px(self, xy: Array) -> list[tuple[float, float]]:
        return [(self.x0 + self.scale * x, self.y0 - self.scale * y) for x, y in np.atleast_2d(xy)]


def draw(scenario: Scenario) -> Image.Image:
    """Draw a case that loads.

    Returns:
        An RGB picture of ``SIZE_PX``.
    """
    tree = build_tree(scenario.anatomy)
    layers = assign_layers(tree).layer
    image = Image.new("RGB", (SIZE_PX[0] * _SCALE, SIZE_PX[1] * _SCALE), _PAPER)
    pen = ImageDraw.Draw(image)
    view = _fit(tree)
    for k in sorted(set(layers), reverse=True):
        for vessel in reversed(tree.vessels):
            if layers[vessel.index] == k:
                _tube(pen, view, vessel, _LAYERS[k % len(_LAYERS)])
    for vessel in tree.vessels:
        if view.scale * float(vessel.radius_mm.max()) > _THIN_PX:
            pen.line(view.px(vessel.xy_mm), fill=_PAPER, width=2)
        for lesion in vessel.lesions:
            _ring(pen, view, vessel, lesion.at_mm, 0.5 * lesion.length_mm + 2.0, _LESION)
    _access(pen, view, scenario, tree)
    target = scenario.task.target
    _ring(pen, view, tree.by_id[target.vessel], target.at_mm, 6.0, _TARGET)
    _labels(pen, view, tree, layers)
    _header(pen, scenario, tree, max(layers) + 1)
    _rule(pen, view)
    return image.resize(SIZE_PX, Image.Resampling.LANCZOS)


def _fit(tree: VesselTree) -> _View:
    r = tree.sample_radius_mm[:, None]
    low = (tree.sample_xy_mm - r).min(0)
    high = (tree.sample_xy_mm + r).max(0)
    wide = (SIZE_PX[0] - 2 * _MARGIN_PX) * _SCALE
    tall = (SIZE_PX[1] - 2 * _MARGIN_PX - _HEADER_PX) * _SCALE
    # labels stand beside the vessels: leave a fifth of the width on either side
    scale = float(min(0.6 * wide / (high[0] - low[0]), tall / (high[1] - low[1])))
    middle = (low + high) / 2
    cx = SIZE_PX[0] * _SCALE / 2
    cy = (_HEADER_PX + (SIZE_PX[1] - _HEADER_PX) / 2) * _SCALE
    return _View(scale, cx - scale * float(middle[0]), cy + scale * float(middle[1]))


def _tube(
    pen: ImageDraw.ImageDraw, view: _View, vessel: Vessel, colour: tuple[int, int, int]
) -> None:
    area = tube_polygon(vessel.xy_mm, vessel.radius_mm)
    for part in shapely.get_parts(area):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(part))
        pen.polygon(view.px(ring), fill=colour, outline=_PAPER)


def _ring(
    pen: ImageDraw.ImageDraw,
    view: _View,
    vessel: Vessel,
    at_mm: float,
    radius_mm: float,
    colour: tuple[int, int, int],
) -> None:
    ((x, y),) = view.px(vessel.point_at(at_mm))
    r = view.scale * radius_mm + 8
    pen.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=5)


def _access(pen: ImageDraw.ImageDraw, view: _View, scenario: Scenario, tree: VesselTree) -> None:
    vessel, at = tree.by_id[scenario.access.vessel], scenario.access.at_mm
    ((x, y),) = view.px(vessel.point_at(at))
    k = int(np.argmin(np.abs(vessel.s_mm - at)))
    sign = -1.0 if scenario.access.direction == "retrograde" else 1.0
    tx, ty = sign * vessel.tangent[k]
    long = 55.0
    tail = (x - long * tx, y + long * ty)
    pen.line([tail, (x, y)], fill=_SHEATH, width=12)
    side = np.array([-ty, tx]) * 16
    head = (x + 26 * tx, y - 26 * ty)
    pen.polygon([head, (x + side[0], y - side[1]), (x - side[0], y + side[1])], fill=_SHEATH)
    text = f"{scenario.access.sheath_fr:g} F sheath"
    font = _font(15)
    side_of = "rm" if x < SIZE_PX[0] * _SCALE / 2 else "lm"
    away = -20 if side_of == "rm" else 20
    pen.text((tail[0] + away, tail[1]), text, fill=_SHEATH, font=font, anchor=side_of)


def _labels(
    pen: ImageDraw.ImageDraw, view: _View, tree: VesselTree, layers: tuple[int, ...]
) -> None:
    """Names, calibres and flows in two columns, left and right, each with a line to its vessel."""
    flows = resting_flows(tree)
    font = _font(15)
    sides: dict[bool, list[tuple[float, float, str, int]]] = {False: [], True: []}
    middle = SIZE_PX[0] * _SCALE / 2
    for vessel in tree.vessels:
        ((x, y),) = view.px(vessel.point_at(0.55 * vessel.length_mm))
        width = 2 * vessel.radius_at(min(2.0, vessel.length_mm))
        end = 2 * float(vessel.radius_mm[-1])
        text = f"{name_of(vessel.id)}  {width:.1f}–{end:.1f} mm  {flows[vessel.id]:.0f} mL/min"
        sides[x > middle].append((y, x, text, layers[vessel.index]))
    low, high = (_HEADER_PX + 16) * _SCALE, (SIZE_PX[1] - 40) * _SCALE
    for right, items in sides.items():
        items.sort()
        shown = items if len(items) <= _MOST_LABELS else _widest(items)
        step = min(27.0 * _SCALE, (high - low) / max(len(shown), 1))
        ys = _spread([item[0] for item in shown], step, low, high)
        for (y, x, text, layer), at in zip(shown, ys, strict=True):
            wide = pen.textlength(text, font=font)
            left = (SIZE_PX[0] - 18) * _SCALE - wide if right else 18.0 * _SCALE
            elbow = left - 8 if right else left + wide + 8
            pen.line([(elbow, at), (x, y)], fill=_FAINT, width=2)
            colour = _LAYERS[layer % len(_LAYERS)]
            pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=_PAPER, outline=colour, width=3)
            pen.text((left, at), text, fill=_INK, font=font, anchor="lm")


_MOST_LABELS = 38


def _widest(items: list[tuple[float, float, str, int]]) -> list[tuple[float, float, str, int]]:
    """A picture has room for so many names; every n-th of a crowd is named."""
    step = math.ceil(len(items) / _MOST_LABELS)
    return items[::step]


def _spread(wanted: list[float], step: float, low: float, high: float) -> list[float]:
    """Heights near the wanted ones (ascending), at least ``step`` apart, within bounds."""
    out: list[float] = []
    for y in wanted:
        out.append(max(y, out[-1] + step if out else low))
    for i in range(len(out) - 1, -1, -1):
        out[i] = min(out[i], high - step * (len(out) - 1 - i))
    return out


def _header(pen: ImageDraw.ImageDraw, scenario: Scenario, tree: VesselTree, layers: int) -> None:
    pen.text((24 * _SCALE, 16 * _SCALE), scenario.title, fill=_INK, font=_font(30, bold=True))
    heart = scenario.anatomy.heart
    review = (
        "unreviewed" if scenario.review == "unreviewed" else f"reviewed by {scenario.review.by}"
    )
    line = (
        f"{scenario.id} · {scenario.level} · {review} · {len(tree.vessels)} vessels · mean "
        f"{heart.mean_pressure_mmhg:g} mmHg, {heart.rate_bpm:g}/min · "
        f"tray: {', '.join(scenario.tray)}"
    )
    font = _font(15)
    while pen.textlength(line, font=font) > (SIZE_PX[0] - 48) * _SCALE:
        line = line[:-2].rstrip(" ,…") + "…"
    pen.text((24 * _SCALE, 56 * _SCALE), line, fill=_FAINT, font=font)
    x, y = 24.0 * _SCALE, (SIZE_PX[1] - 22) * _SCALE
    key = [(f"layer {k + 1}", _LAYERS[k % len(_LAYERS)]) for k in range(layers)]
    target = scenario.task.target
    key += [(f"target: {name_of(target.vessel)} {target.at_mm:g} mm", _TARGET), ("sheath", _SHEATH)]
    if any(vessel.lesions for vessel in tree.vessels):
        key.append(("lesion", _LESION))
    for text, colour in key:
        pen.rectangle((x, y - 10, x + 20, y + 10), fill=colour)
        pen.text((x + 30, y), text, fill=_INK, font=font, anchor="lm")
        x += 30 + pen.textlength(text, font=font) + 36


def _rule(pen: ImageDraw.ImageDraw, view: _View) -> None:
    """A scale of 50 mm, and which side is the patient's."""
    y, right = (SIZE_PX[1] - 22) * _SCALE, (SIZE_PX[0] - 24) * _SCALE
    pen.line([(right - 50 * view.scale, y), (right, y)], fill=_INK, width=6)
    pen.text((right - 50 * view.scale - 12, y), "50 mm", fill=_INK, font=_font(15), anchor="rm")
    big = _font(26, bold=True)
    pen.text((24 * _SCALE, 84 * _SCALE), "R", fill=_FAINT, font=big)
    pen.text(
        (SIZE_PX[0] * _SCALE - 24 * _SCALE, 84 * _SCALE), "L", fill=_FAINT, font=big, anchor="ra"
    )


def _font(px: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "Inter-SemiBold.ttf" if bold else "Inter-Regular.ttf"
    return ImageFont.truetype(str(shipped("assets") / "fonts" / name), px * _SCALE)
