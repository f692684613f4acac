"""Vascular plugs: unsheathed at the tip, let go, and tight once their mesh has clotted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ir_sim.scenario.supply import Supply
from ir_sim.treatment import coil_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.coil_shapes import plug_shapes
from ir_sim.treatment.loading import plug_of
from ir_sim.xray import DeviceShape


@dataclass
class Laid:
    """A plug that was let go.

    Attributes:
        row: Of the circulation's plug.
        vessel: Index; ``from_mm`` to ``to_mm`` along it.
        radius_mm: As it lies.
        fits: Whether it holds and shuts.
        clotted_s: How long blood has clotted in it, by its eagerness.
    """

    row: int
    vessel: int
    from_mm: float
    to_mm: float
    radius_mm: float
    fits: bool
    clotted_s: float = 0.0


class Plugs:
    """The plugs of a run.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._laid: list[Laid] = []

    def leave(self, tool: Supply) -> tuple[str, bool]:
        """Let a plug go where the tip is; returns the vessel, and whether it holds there."""
        bench, out, plug = self._bench, self._bench.outflow, plug_of(tool)
        vessel = bench.tree.vessels[out.vessel]
        lumen = bench.lumen_mm(out.vessel, out.at_mm)
        low, high = out.at_mm, min(out.at_mm + plug.length_mm, vessel.length_mm)
        ratio = plug.diameter_mm / lumen
        row = bench.circulation.add_plug(out.vessel, low, high, clot=True)
        fits = ratio >= laws.PLUG_HOLDS
        bench.circulation.close_plug(row, laws.PLUG_AT_ONCE if fits else laws.PLUG_LOOSE, 0.5)
        radius = 0.5 * min(plug.diameter_mm, lumen)
        self._laid.append(Laid(row, out.vessel, low, high, radius, fits))
        over, spoken = 100.0 * (ratio - 1.0), vessel.id.replace("_", " ")
        bench.happen(
            "plug_deployed", f"{tool.title} lies in the {spoken}; {over:.0f} % wider.",
            out.slot, vessel.id, device=tool.id, oversize_percent=round(over, 1),
            at_mm=round(out.at_mm, 1),
        )  # fmt: skip
        if not laws.plug_fits(plug.diameter_mm, lumen):
            size = "wide" if ratio > laws.PLUG_OVERSIZE[1] else "narrow"
            text = f"{tool.title} is too {size} for a vessel of {lumen:.1f} mm."
            bench.happen("wrong_size", text, out.slot, vessel.id, supply=tool.id, size=size)
        return vessel.id, fits

    def clot(self) -> None:
        """The blood in their meshes clots."""
        circulation = self._bench.circulation
        eager = circulation.clotting * circulation.physiology.clotting
        for plug in self._laid:
            if not plug.fits:
                continue
            before, plug.clotted_s = plug.clotted_s, plug.clotted_s + self._bench.dt_s * eager
            if int(before) != int(plug.clotted_s):
                left = (1.0 - laws.PLUG_AT_ONCE) * math.exp(-plug.clotted_s / laws.PLUG_CLOTS_S)
                circulation.close_plug(plug.row, 1.0 - left, 1.0)

    def closes_to_mm(self) -> dict[int, float]:
        """For each vessel how far down a plug closes it."""
        out: dict[int, float] = {}
        for plug in self._laid:
            out[plug.vessel] = max(out.get(plug.vessel, 0.0), plug.to_mm)
        return out

    def shapes(self) -> tuple[DeviceShape, ...]:
        """What an X-ray sees of them."""
        tree = self._bench.tree
        return tuple(
            shape
            for p in self._laid
            for shape in plug_shapes(tree, p.vessel, p.from_mm, p.to_mm, p.radius_mm)
        )

    def unsheathed(self, tool: Supply, pushed_mm: float) -> tuple[DeviceShape, ...]:
        """The part of a plug that is out of the catheter but still held."""
        bench, out = self._bench, self._bench.outflow
        radius = 0.5 * min(plug_of(tool).diameter_mm, bench.lumen_mm(out.vessel, out.at_mm))
        return plug_shapes(bench.tree, out.vessel, out.at_mm, out.at_mm + pushed_mm, radius)

    def state(self) -> list[dict[str, Any]]:
        """What ``restore`` needs."""
        return [dict(vars(plug)) for plug in self._laid]

    def restore(self, state: list[Mapping[str, Any]]) -> None:
        """Take up a state."""
        self._laid = [Laid(**row) for row in state]
