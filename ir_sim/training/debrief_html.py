"""The debrief as one page that needs nothing else: no network, no program, printable."""

from __future__ import annotations

from functools import cache

import jinja2

from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.task import Target
from ir_sim.training.debrief import Debrief
from ir_sim.training.drawings import curve, plan
from ir_sim.training.report import clock, figure


def debrief_page(debrief: Debrief, tree: VesselTree, target: Target, trainee: str = "") -> str:
    """The page as HTML text.

    Args:
        debrief: The run.
        tree: The vessels that its ways are drawn over.
        target: Of the case.
        trainee: Pseudonym to print, or empty.
    """
    target_mm = tree.by_id[target.vessel].point_at(target.at_mm)
    strips = [curve(strip) for strip in debrief.strips]
    end = max((float(s.time_s[-1]) for s in debrief.strips if len(s.time_s)), default=1.0)
    return _template().render(
        d=debrief,
        trainee=trainee,
        strips=strips,
        compared=any(row.expert is not None or row.earlier for row in debrief.comparison),
        plan=plan(tree, target_mm, debrief.paths, debrief.score.errors),
        end_s=max(end, 1e-9),
        ticks=_ticks_s(end),
        clock=clock,
        figure=figure,
    )


def _ticks_s(end_s: float) -> list[float]:
    """Round times for the strips: at most a dozen, the first one is their distance."""
    every = next((s for s in (5.0, 15.0, 30.0, 60.0, 120.0, 300.0) if end_s / s <= 12.0), 600.0)
    return [every * i for i in range(1, max(int(end_s / every), 1) + 1)]


@cache
def _template() -> jinja2.Template:
    folder = shipped("assets") / "debrief"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(folder)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("debrief.html")
