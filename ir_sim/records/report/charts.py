"""The report's charts, from its figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ir_sim.records.report.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GROUPS,
    ORANGE,
    RED,
    WEIGHTS,
    Chart,
    Points,
    number,
    ticks,
)
from ir_sim.records.report.figures import BINS, Band, Column, Interval, bin_of

#: Height of a row in a chart of rows.
ROW = 24.0
#: People below whom no median is drawn.
FEWEST = 3
#: Room that "n=500" takes on the paper.
SIZE_WIDTH = 42.0


def practice_chart(starts: Sequence[str], runs: Column, cut_off: Column, unit: str) -> Markup:
    """Runs over time, those that were cut off on top."""
    total = int(runs.sum())
    most = float(max(runs.max(initial=1.0), 1.0))
    chart = Chart(
        (0.0, float(len(starts))),
        (0.0, most * 1.05),
        f"Simulated runs by {unit}; n = {total} runs, of which {int(cut_off.sum())} interrupted",
        width=900.0,
        height=200.0,
        left=64.0,
        right=44.0,
    )
    every = max(1, math.ceil(len(starts) / 9))
    names = [(k + 0.5, starts[k]) for k in range(0, len(starts), every)]
    chart.axes(f"{unit} beginning", "runs", x_ticks=names)
    for k, start in enumerate(starts):
        whole, cut = float(runs[k]), float(cut_off[k])
        tip = f"{start}: {whole:.0f} runs, {cut:.0f} interrupted"
        chart.bar(k + 0.08, k + 0.92, 0.0, whole - cut, BLUE, tip)
        if cut:
            chart.bar(k + 0.08, k + 0.92, whole - cut, whole, ORANGE, tip)
    return chart.svg()


def _attempt_axis(last: float) -> list[tuple[float, str]]:
    # Positions on the axis are places in BINS, so that 100 attempts do not squeeze the first 20.
    marks = [1, 5, 10, 15, 20, 26, 51, 201]
    places = {v: k for k, v in enumerate(BINS)}
    return [(places[v], f"{v}{'+' if v > 20 else ''}") for v in marks if places[v] <= last]


def place_of(attempt: Column) -> Column:
    """Where attempts lie on the axis of attempts."""
    return bin_of(attempt).astype(np.float64)


def learning_chart(
    shape: Band,
    lines: Sequence[Points],
    cohorts: Sequence[tuple[str, Band]],
    name: str,
    runs: int,
    series: int,
) -> Markup:
    """Score by attempt: everybody's band, cohorts' medians, thin lines of single people if few."""
    people = int(shape.people.max(initial=0))
    last = float(place_of(shape.attempt).max(initial=1.0))
    chart = Chart(
        (0.0, max(last, 1.0)),
        (0.0, 100.0),
        f"Learning curve, {name}: score by attempt; n = {people} people, {runs} runs; "
        "the band is the middle half of the people",
    )
    chart.axes("attempt", "score (0–100)", x_ticks=_attempt_axis(max(last, 1.0)))
    # A median of one or two people would only be those people.
    enough = shape.people >= FEWEST
    shape = Band(*(column[enough] for column in vars(shape).values()))
    x = place_of(shape.attempt)
    if len(x) > 1:
        chart.area(x.tolist(), shape.low.tolist(), shape.high.tolist())
    for line in lines:
        chart.line(line, BLACK, 0.8, fade=0.25 if len(lines) > 3 else 0.8)
    if len(x):
        chart.line(list(zip(x.tolist(), shape.middle.tolist(), strict=True)), BLUE, 2.5)
    for k, (_, one) in enumerate(cohorts):
        colour, dash = GROUPS[(k + 1) % len(GROUPS)]
        enough = one.people >= FEWEST
        places = place_of(one.attempt[enough]).tolist()
        if places:
            middle = one.middle[enough].tolist()
            chart.line(list(zip(places, middle, strict=True)), colour, 1.8, dash)
    _sizes(chart, x, shape.people, 4.0)
    scale = f'data-series="{series}" data-x0="{chart.at_x(0):.1f}" '
    scale += f'data-dx="{chart.at_x(1) - chart.at_x(0):.4f}" data-y0="{chart.at_y(0):.1f}" '
    scale += f'data-dy="{chart.at_y(1) - chart.at_y(0):.4f}"'
    return chart.svg(scale)


def cusum_chart(paths: Sequence[Column], limit: float, name: str, of: int) -> Markup:
    """LC-CUSUM of single people against the limit."""
    last = float(max((len(path) for path in paths), default=1))
    top = max([limit * 1.25, *(float(path.max(initial=0.0)) for path in paths)])
    chart = Chart(
        (0.0, max(last, 1.0)),
        (0.0, min(top, limit * 3.0)),
        f"LC-CUSUM, {name}: n = {len(paths)} people shown of {of}; limit {limit:.2f}",
    )
    chart.axes("run", "S", _whole(chart))
    for path in paths:
        reached = bool((path >= limit).any())
        level = np.minimum(path, limit * 3.0)
        points = list(enumerate([0.0, *level.tolist()]))
        chart.line(points, GREEN if reached else RED, 1.2, "" if reached else "4 2", 0.6)
    chart.rule(y=limit, text=f"limit h = {limit:.2f}")
    return chart.svg()


def first_pass_chart(
    steps: Column, passed: Column, at_risk: NDArray[np.int64], name: str
) -> Markup:
    """Share of people who passed by each attempt (Kaplan-Meier)."""
    people = int(at_risk.max(initial=0))
    last = float(steps.max(initial=1.0))
    chart = Chart(
        (0.0, max(last, 2.0)),
        (0.0, 100.0),
        f"Attempts to the first pass, {name}: n = {people} people",
    )
    chart.axes("attempt", "passed by then (%)", _whole(chart))
    points = [(0.0, 0.0)]
    for step, share in zip(steps.tolist(), passed.tolist(), strict=True):
        points += [(step, points[-1][1]), (step, 100.0 * share)]
    chart.line(points, BLUE, 2.5)
    _sizes(chart, steps, at_risk, 4.0)
    return chart.svg()


def _sizes(chart: Chart, x: Column, people: NDArray[np.int64], y: float) -> None:
    """How many people there are, along the bottom, where there is room."""
    free = -math.inf
    for place, n in zip(x.tolist(), people.tolist(), strict=True):
        last = chart.at_x(place) > chart.width - 40.0
        start = chart.at_x(place) - (SIZE_WIDTH if last else 0.0)
        if start >= free:
            chart.text(place, y, f"n={n}", "end" if last else "start")
            free = start + SIZE_WIDTH + 10.0


def _whole(chart: Chart) -> list[tuple[float, str]]:
    """Whole numbers on the horizontal axis."""
    return [(v, number(v)) for v in ticks(*chart.x, most=9, whole=True)]


def error_chart(
    rows: Sequence[tuple[str, int, float, float, float]], runs: int, name: str
) -> Markup:
    """Errors in 100 runs, with intervals: (code, weight, value, low, high)."""
    most = max((row[4] for row in rows), default=1.0)
    height = ROW * max(len(rows), 1) + 46.0
    chart = Chart(
        (0.0, most * 1.05 or 1.0),
        (0.0, float(max(len(rows), 1))),
        f"Errors, {name}: share of runs with each error; n = {runs} runs",
        width=720.0,
        height=height,
        left=240.0,
    )
    chart.axes("runs with this error, in 100 (95 % interval)", "", y_ticks=())
    for k, (code, weight, value, low, high) in enumerate(rows):
        y = len(rows) - k - 0.5
        chart.beside(y, f"{code.replace('_', ' ')} · weight {weight}")
        chart.bar(0.0, value, y - 0.3, y + 0.3, WEIGHTS[weight], f"{code}: {value:.1f} in 100 runs")
        chart.whisker(low, high, y, BLACK, 1.2)
    return chart.svg()


def ratio_chart(rows: Sequence[tuple[str, float, float, float, int]], name: str) -> Markup:
    """A quantity as a multiple of the case's reference: (case, low, middle, high, n)."""
    values = [v for row in rows for v in row[1:4] if math.isfinite(v) and v > 0]
    low, high = min([*values, 0.5]) / 1.2, max([*values, 2.0]) * 1.2
    chart = Chart(
        (low, high),
        (0.0, float(max(len(rows), 1))),
        f"{name} as a multiple of the case's own reference; "
        f"n = {sum(row[4] for row in rows)} runs with a reference",
        width=580.0,
        height=ROW * max(len(rows), 1) + 58.0,
        left=224.0,
        top=20.0,
        log_x=True,
    )
    marks = [v for v in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= v <= high]
    chart.axes("× reference (logarithmic); line = middle half of the runs", "",
               [(v, f"{v:g}") for v in marks], ())  # fmt: skip
    chart.rule(x=1.0, text="reference")
    for k, (case, first, middle, third, n) in enumerate(rows):
        y = len(rows) - k - 0.5
        chart.beside(y, f"{case} (n={n})")
        colour = ORANGE if middle > 1.0 else BLUE
        chart.whisker(first, third, y, colour, 5.0)
        chart.dot(middle, y, BLACK, tip=f"{case}: median {middle:.2f} × reference, n = {n}")
    return chart.svg()


def interval_chart(
    rows: Sequence[tuple[str, Interval]], label: str, name: str, top: float
) -> Markup:
    """Estimates of groups with their intervals."""
    chart = Chart(
        (0.0, top),
        (0.0, float(max(len(rows), 1))),
        f"{name}; n = {sum(r.n for _, r in rows)}",
        width=580.0,
        height=ROW * max(len(rows), 1) + 46.0,
        left=130.0,
    )
    chart.axes(label, "", [(v, number(v)) for v in ticks(0.0, top, 8)], ())
    for k, (group, found) in enumerate(rows):
        y = len(rows) - k - 0.5
        colour = GROUPS[k % len(GROUPS)][0]
        chart.beside(y, f"{group} (n={found.n})")
        if math.isfinite(found.low):
            chart.whisker(max(found.low, 0.0), min(found.high, top), y, colour, 3.0)
        chart.dot(found.value, y, colour, 5.0, tip=f"{group}: {found.value:.1f}")
    return chart.svg()
