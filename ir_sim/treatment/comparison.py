"""What the laws give beside what has been published: the rows of ``ir-sim treatments``.

A law module (``clot_laws``, say) has a function ``rows() -> tuple[Row, ...]`` and a line in
``LAWS``. A module that is not there yet is passed over.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass

#: Law modules of this room, in the order of the table.
LAWS = (
    "balloon_laws", "stent_laws", "kissing_laws", "coil_laws", "sac_laws", "embolic_laws",
    "clot_laws", "lysis_laws", "declot_laws", "air_laws", "access_laws", "crossing_laws",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One law against one published figure.

    Attributes:
        treatment: Such as ``aspiration``.
        law: What the figure is, in a few words with its unit.
        simulated: The figure that the law gives, with its interval where it is a chance.
        published: The published figure, or ``assumed`` where none is known.
        source: A citation, or ``assumed`` or ``believed``.
        difference: What differs and why; empty if nothing does.
    """

    treatment: str
    law: str
    simulated: str
    published: str
    source: str
    difference: str = ""


def rows() -> tuple[Row, ...]:
    """The rows of every law module that exists."""
    found: list[Row] = []
    for name in LAWS:
        full = f"ir_sim.treatment.{name}"
        if importlib.util.find_spec(full) is not None:
            found += getattr(importlib.import_module(full), "rows", tuple)()
    return tuple(found)


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a share that was counted (Wilson 1927, J Am Stat Assoc 22:209), 95 % by default.

    Raises:
        ValueError: Nothing was counted.
    """
    if count <= 0 or not 0 <= hits <= count:
        raise ValueError(f"{hits} of {count} is not a share")
    share, z2 = hits / count, z * z / count
    middle = (share + 0.5 * z2) / (1.0 + z2)
    half = z / (1.0 + z2) * (share * (1.0 - share) / count + 0.25 * z2 / count) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)


def percent(hits: int, count: int) -> str:
    """A counted share for the table: ``59.8 % (55.4 to 64.0)``."""
    low, high = wilson(hits, count)
    return f"{100.0 * hits / count:.1f} % ({100.0 * low:.1f} to {100.0 * high:.1f})"
