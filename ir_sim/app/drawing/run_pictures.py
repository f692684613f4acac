"""The two pictures of the debrief: the way of the tips over the vessels, and the strips."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

from ir_sim.app.debrief_pages import Run, weight_colour
from ir_sim.app.drawing.plan import PlanView, draw_path, draw_tree, fitted, tree_rings, way_points
from ir_sim.app.drawing.strips import Mark, Strip, draw_strips
from ir_sim.app.theme import SLOT_COLOURS, Theme
from ir_sim.training.debrief import Debrief
from ir_sim.training.debrief import Strip as Recorded

Array = NDArray[np.float64]


def paint_path(picture: pygame.Surface, theme: Theme, run: Run) -> None:
    """The way of each tip, where the errors were made, and the target."""
    area, case = picture.get_rect(), run.scenario
    way = way_points(run.tree, case.access, case.task.target)
    tips = {slot: xy[~np.isnan(xy[:, 0])] for slot, xy in run.debrief.paths.items()}
    seen = np.vstack([way, *(xy for xy in tips.values() if len(xy))])
    view = fitted(area.inflate(-theme.px(24), -theme.px(24)), seen, 1.05)
    view = PlanView(area, view.scale, view.centre_mm)
    draw_tree(picture, tree_rings(run.tree), view, theme.palette.panel)
    legend = theme.px(10)
    for slot, points in tips.items():
        if len(points) > 1:
            draw_path(picture, view, points, SLOT_COLOURS[slot], max(1, theme.px(1.5)))
            at = (theme.px(12), legend)
            theme.write(picture, at, f"{slot} tip", 12, "bold", SLOT_COLOURS[slot])
            legend += theme.height(12)
    for error in run.debrief.score.errors:
        if error.place_mm is not None:
            x, y = view.px(np.array([error.place_mm]))[0]
            colour = weight_colour(error.weight, theme.palette)
            pygame.draw.aacircle(picture, colour, (round(x), round(y)), theme.px(5), 2)
    goal = view.px(way[-1:])[0]
    centre = (round(float(goal[0])), round(float(goal[1])))
    pygame.draw.aacircle(picture, theme.palette.text, centre, theme.px(9), theme.px(2))


def paint_strips(
    picture: pygame.Surface, theme: Theme, inside: pygame.Rect, debrief: Debrief
) -> pygame.Rect:
    """Tip speed, wall force, dose and contrast over time; returns the part with the time axis."""
    known = {strip.name: strip for strip in debrief.strips}
    palette = theme.palette
    speeds = {n.removeprefix("speed_"): s for n, s in known.items() if n.startswith("speed_")}
    force, kap, contrast = known["force_n"], known["kap_gy_cm2"], known["contrast_ml"]
    strips = [
        Strip(
            "Tip speed, mm/s",
            tuple(_smooth(s.value) for s in speeds.values()),
            tuple(SLOT_COLOURS[slot] for slot in speeds),
            ", ".join(speeds),
        ),
        Strip("Wall force, N", (force.value,), (palette.bad,), _most(force), fill=True),
        Strip("KAP, Gy·cm²", (kap.value,), (palette.xray,), _last(kap), fill=True),
        Strip("Contrast, mL", (contrast.value,), (palette.accent,), _last(contrast), fill=True),
    ]
    errors = debrief.score.errors
    marks = [Mark(e.time_s, weight_colour(e.weight, palette)) for e in errors]
    pedal = known["pedal"]
    return draw_strips(picture, theme, inside, pedal.time_s, strips, pedal.value, marks)


def _most(strip: Recorded) -> str:
    return f"most {float(strip.value.max()):.2f}" if len(strip.value) else ""


def _last(strip: Recorded) -> str:
    return f"{float(strip.value[-1]):.1f}" if len(strip.value) else ""


def _smooth(values: Array) -> Array:
    """Mean over half a second, so that the strip shows the hand rather than the sampling."""
    if len(values) < 5:
        return values
    return np.convolve(values, np.full(5, 0.2), mode="same")
