"""The report's charts, from its figures: what is drawn, in words and as a table of numbers.

A chart is data; the page's script draws it with Bokeh (``library``), so that a million runs cost no
more than their figures, and whoever has no script or cannot see reads the same numbers in a table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.records.report.figures import BINS, Band, Column, Interval, bin_of

#: People below whom no median is drawn.
FEWEST = 3
#: Decimals of what is drawn.
DECIMALS = 3

Row = tuple[str | float, ...]


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        kind: Which drawing of the page's script.
        title: What it shows, with n; read aloud by screen readers.
        size: n, in words.
        data: What is drawn: lists of numbers (None where there is no value) and texts.
        head: Names of the table's columns.
        rows: The same numbers as a table.
    """

    kind: str
    title: str
    size: str
    data: Mapping[str, Any]
    head: tuple[str, ...]
    rows: tuple[Row, ...]


def _plain(values: Sequence[float] | NDArray[Any]) -> list[float | None]:
    """Numbers for JSON."""
    return [
        round(float(v), DECIMALS) if math.isfinite(v) else None for v in np.asarray(values).tolist()
    ]


def place_of(attempt: Column) -> Column:
    """Where attempts lie on the axis of attempts: 100 of them do not squeeze the first 20."""
    return bin_of(attempt).astype(np.float64)


def attempt_name(place: int) -> str:
    """The attempts that are at a place of the axis."""
    first = BINS[place]
    if place + 1 == len(BINS):
        return f"{first}+"
    last = BINS[place + 1] - 1
    return f"{first}" if first == last else f"{first}–{last}"


def practice_chart(
    starts: Sequence[str], ends: Sequence[str], runs: Column, cut_off: Column, unit: str
) -> Chart:
    """Runs over time, those that were cut off on top."""
    total, cut = int(runs.sum()), int(cut_off.sum())
    size = f"n = {total:,} runs, of which {cut:,} interrupted"
    data = {"unit": unit, "start": list(starts), "end": list(ends),
            "finished": _plain(runs - cut_off), "interrupted": _plain(cut_off)}  # fmt: skip
    rows = [
        (start, float(n - k), float(k))
        for start, n, k in zip(starts, runs, cut_off, strict=True)
        if n
    ]
    head = (f"{unit} beginning", "finished", "interrupted")
    return Chart("practice", f"Simulated runs by {unit}; {size}", size, data, head, tuple(rows))


def learning_chart(
    shape: Band,
    lines: Sequence[tuple[int, Column]],
    cohorts: Sequence[tuple[str, Band]],
    name: str,
    runs: int,
    series: int,
    fewest: int = FEWEST,
) -> Chart:
    """Score by attempt: everybody's band, cohorts' medians, lines of single people if few.

    Args:
        shape: The band.
        lines: Whose (a place in the page's list of people), and the score by bin of attempts.
        cohorts: Name and band of each.
        name: Of the case.
        runs: n.
        series: Number of the series, by which the page finds a picked person's curve.
        fewest: People below whom no median is drawn.
    """
    people = int(shape.people.max(initial=0))
    last = int(place_of(shape.attempt).max(initial=1.0))
    size = f"n = {people} people, {runs:,} runs"
    shape = _enough(shape, fewest)
    bands = [(label, _enough(one, fewest)) for label, one in cohorts]
    data = {
        "series": series,
        "names": [attempt_name(k) for k in range(max(last, 1) + 1)],
        "x": _plain(place_of(shape.attempt)),
        "low": _plain(shape.low),
        "middle": _plain(shape.middle),
        "high": _plain(shape.high),
        "people": shape.people.tolist(),
        "lines": [{"who": who, "y": _plain(np.round(curve))} for who, curve in lines],
        "cohorts": [
            {
                "name": label,
                "x": _plain(place_of(one.attempt)),
                "middle": _plain(one.middle),
                "people": one.people.tolist(),
            }
            for label, one in bands
        ],
    }
    places = [int(k) for k in place_of(shape.attempt)]
    columns = [(label, _by_place(one)) for label, one in bands]
    rows: list[Row] = [
        (attempt_name(k), *_numbers(shape, i), *(c.get(k, math.nan) for _, c in columns))
        for i, k in enumerate(places)
    ]
    head = ("attempt", "people", "lower quartile", "median", "upper quartile",
            *(f"median of {label}" for label, _ in columns))  # fmt: skip
    title = f"Learning curve, {name}: score by attempt; {size}; the band is the middle half"
    return Chart("learning", title, size, data, head, tuple(rows))


def _enough(shape: Band, fewest: int) -> Band:
    # A median of one or two people would only be those people.
    enough = shape.people >= fewest
    return Band(*(column[enough] for column in vars(shape).values()))


def _by_place(shape: Band) -> dict[int, float]:
    places = place_of(shape.attempt).astype(int).tolist()
    return dict(zip(places, shape.middle.tolist(), strict=True))


def _numbers(shape: Band, i: int) -> tuple[float, ...]:
    columns = (shape.people, shape.low, shape.middle, shape.high)
    return tuple(float(column[i]) for column in columns)


def cusum_chart(
    paths: Sequence[tuple[int, str, Column, int | None]], limit: float, name: str, of: int
) -> Chart:
    """LC-CUSUM of single people against the limit: (place, name, S, run of the signal)."""
    size = f"n = {len(paths)} people shown of {of}"
    data = {
        "limit": round(limit, DECIMALS),
        "who": [who for who, *_ in paths],
        "names": [label for _, label, *_ in paths],
        "reached": [signal is not None for *_, signal in paths],
        # Far above the limit there is nothing to see.
        "s": [_plain(np.round(np.minimum(path, 3.0 * limit), 2)) for _, _, path, _ in paths],
    }
    rows = [
        (label, float(len(path)), float(path[-1]), float(signal) if signal else math.nan)
        for _, label, path, signal in paths
    ]
    head = ("person", "runs", "S after the last run", "signal at run")
    title = f"LC-CUSUM, {name}: {size}; limit h = {limit:.2f}"
    return Chart("cusum", title, size, data, head, tuple(rows))


def first_pass_chart(steps: Column, passed: Column, at_risk: NDArray[np.int64], name: str) -> Chart:
    """Share of people who passed by each attempt (Kaplan-Meier)."""
    size = f"n = {int(at_risk.max(initial=0))} people"
    percent = 100.0 * passed
    data = {"x": [0.0, *_plain(steps)], "y": [0.0, *_plain(percent)],
            "people": [int(at_risk.max(initial=0)), *at_risk.tolist()]}  # fmt: skip
    rows = [(float(a), float(b), float(c)) for a, b, c in zip(steps, percent, at_risk, strict=True)]
    head = ("attempt", "passed by then (%)", "people still counted")
    title = f"Attempts to the first pass, {name}: {size}"
    return Chart("first", title, size, data, head, tuple(rows))


def error_chart(
    rows: Sequence[tuple[str, int, float, float, float]], runs: int, name: str
) -> Chart:
    """Errors in 100 runs, with intervals: (code, weight, value, low, high)."""
    size = f"n = {runs:,} finished runs"
    data = {
        "names": [f"{code.replace('_', ' ')} · weight {weight}" for code, weight, *_ in rows],
        "weight": [weight for _, weight, *_ in rows],
        "value": _plain([row[2] for row in rows]),
        "low": _plain([row[3] for row in rows]),
        "high": _plain([row[4] for row in rows]),
    }
    table: list[Row] = [(row[0].replace("_", " "), float(row[1]), *row[2:]) for row in rows]
    head = ("error", "weight", "in 100 runs", "95 % from", "to")
    title = f"Errors, {name}: share of runs with each error; {size}"
    return Chart("errors", title, size, data, head, tuple(table))


def ratio_chart(rows: Sequence[tuple[str, float, float, float, int]], name: str) -> Chart:
    """A quantity as a multiple of the case's reference: (case, low, middle, high, n)."""
    size = f"n = {sum(row[4] for row in rows):,} runs with a reference"
    data = {
        "names": [f"{row[0]} (n={row[4]:,})" for row in rows],
        "low": _plain([row[1] for row in rows]),
        "middle": _plain([row[2] for row in rows]),
        "high": _plain([row[3] for row in rows]),
        "n": [row[4] for row in rows],
    }
    head = ("case", "lower quartile", "median", "upper quartile", "runs")
    title = f"{name} as a multiple of the case's own reference; {size}"
    table: list[Row] = [(row[0], *map(float, row[1:])) for row in rows]
    return Chart("ratio", title, size, data, head, tuple(table))


def interval_chart(
    rows: Sequence[tuple[str, Interval]], label: str, name: str, top: float
) -> Chart:
    """Estimates of groups with their intervals."""
    size = f"n = {sum(found.n for _, found in rows)} people"
    data = {
        "label": label,
        "top": top,
        "names": [f"{group} (n={found.n})" for group, found in rows],
        "value": _plain([found.value for _, found in rows]),
        "low": _plain([max(found.low, 0.0) for _, found in rows]),
        "high": _plain([min(found.high, top) for _, found in rows]),
    }
    table = [(group, found.value, found.low, found.high, float(found.n)) for group, found in rows]
    head = ("cohort", label, "95 % from", "to", "people")
    return Chart("interval", f"{name}; {size}", size, data, head, tuple(table))
