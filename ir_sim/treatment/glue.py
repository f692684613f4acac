"""Glue: it sets in the vessel, and holds a catheter's tip that stays in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ir_sim.scenario.supply import Supply
from ir_sim.treatment import embolic_laws as laws
from ir_sim.treatment.bench import Bench

#: Length of the cast beyond the tip, mm; a tip is this far behind it and still in it, mm; one that
#: stays there so long after it has set is glued in, s (assumed).
_CAST_MM, _BEHIND_MM, _GLUED_S = 8.0, 1.0, 3.0


@dataclass
class Cast:
    """Glue in a vessel.

    Attributes:
        row: Of the circulation's plug.
        vessel: Index; ``from_mm`` to ``to_mm`` along it.
        sets_s: When it sets, counted from its first drop, and how long it has been there.
        held: Whether a tip was told to be glued in.
    """

    row: int
    vessel: int
    from_mm: float
    to_mm: float
    sets_s: float
    since_s: float = 0.0
    held: bool = False


class Glue:
    """All casts of a run.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._casts: list[Cast] = []

    def inject(self, supply: Supply) -> None:
        """Glue leaves the tip: a new cast unless it joins one that has not set."""
        bench, out = self._bench, self._bench.outflow
        for cast in self._casts:
            if cast.vessel == out.vessel and cast.since_s < cast.sets_s:
                return
        end = min(out.at_mm + _CAST_MM, bench.tree.vessels[out.vessel].length_mm)
        row = bench.circulation.add_plug(out.vessel, out.at_mm, end, clot=True)
        oil = supply.liquid.oil_share if supply.liquid is not None else 0.5
        self._casts.append(Cast(row, out.vessel, out.at_mm, end, laws.glue_sets_s(oil)))

    def step(self) -> None:
        """Go on by one tick."""
        bench, out = self._bench, self._bench.outflow
        for cast in self._casts:
            before, cast.since_s = cast.since_s, cast.since_s + bench.dt_s
            if before < cast.sets_s <= cast.since_s:
                bench.circulation.close_plug(cast.row, 1.0, 1.0)
                bench.happen("glue_set", "The glue has set.", None, cast.vessel)
            inside = cast.from_mm - _BEHIND_MM <= out.at_mm <= cast.to_mm
            stuck = out.vessel == cast.vessel and inside
            if stuck and not cast.held and cast.since_s >= cast.sets_s + _GLUED_S:
                cast.held = True
                text = "The catheter's tip is glued in: draw it back as soon as the glue is out."
                bench.happen("catheter_glued", text, out.slot, out.vessel)

    def state(self) -> list[dict[str, Any]]:
        """What ``restore`` needs."""
        return [dict(vars(cast)) for cast in self._casts]

    def restore(self, state: list[Mapping[str, Any]]) -> None:
        """Take up a state."""
        self._casts = [Cast(**row) for row in state]
