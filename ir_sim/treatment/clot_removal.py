"""Clot: drawn out by suction, retriever or balloon, or dissolved through an infusion catheter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment import retriever
from ir_sim.treatment.access_clot import AccessClot
from ir_sim.treatment.air_laws import AFTER_SUCTION
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.clot import Clots
from ir_sim.treatment.embolectomy import Pulling
from ir_sim.treatment.lysis import Lysis
from ir_sim.treatment.lysis_laws import MOST_MG_H
from ir_sim.treatment.thrombectomy import Thrombectomy
from ir_sim.treatment.treatment import Treatment
from ir_sim.xray import DeviceShape

#: Longest time that passes at once: with a lysis, and with a catheter held at the clot, h.
_LAPSE_H, _WAIT_H = 24.0, 0.25


class ClotRemoval(Treatment):
    """Thrombectomy and lysis: they share the clot."""

    name: ClassVar[str] = "clot"
    commands: ClassVar[frozenset[str]] = frozenset({"aspirate", "lapse"})

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.clots = Clots(bench)
        self.thrombectomy = Thrombectomy(bench, self.clots)
        self.lysis = Lysis(bench, self.clots)
        tray = bench.scenario.devices.values()
        pulls = any(d.embolectomy is not None for d in tray)
        self.balloon = Pulling(bench, self.clots) if pulls else None
        access = any(self.clots.anastomosis(clot.vessel) >= 0 for clot in self.clots.all)
        self.access = AccessClot(bench, self.clots) if access else None
        self._tool: Device | None = None

    @staticmethod
    def handles(tool: Device | Supply) -> bool:
        """Aspiration catheters, retrievers, infusion catheters, embolectomy balloons."""
        return isinstance(tool, Device) and any(
            (tool.aspiration, tool.retriever, tool.infusion, tool.embolectomy)
        )

    def take_up(self, tool: Device | Supply) -> str:
        """Take a tool in hand; the pump of the other goes on."""
        if isinstance(tool, Device):
            if tool.infusion is not None and not self.lysis.lytic:
                return "there is no lytic drug on the tray to infuse"
            self._tool = tool
        return ""

    def put_down(self) -> None:
        """The vacuum and the infusion go on until they are turned off."""
        self._tool = None

    def act(self, kind: str, value: Any) -> str:
        """The vacuum, or time."""
        tool = self._tool
        if tool is None:
            return f"take up a tool before you {kind}"
        if kind == "aspirate" and tool.aspiration is None:
            return f"{tool.title} has no pump: take up the aspiration catheter"
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number) or number < 0.0:
            return f"{kind} needs a number that is not negative, not {value!r}"
        if kind == "aspirate":
            most = tool.aspiration.vacuum_kpa if tool.aspiration is not None else 0.0
            if number == 0.0:
                self._sucks_air(tool)
            self.thrombectomy.vacuum_kpa = min(number, most)
            return ""
        return self._lapse(number, tool)

    def _sucks_air(self, tool: Device) -> None:
        """A lumen whose tip was corked is empty: its hub draws air as the pump comes off."""
        if self.thrombectomy.vacuum_kpa <= 0.0 or not self.thrombectomy.corked:
            return
        self.thrombectomy.corked = False
        lumen_ml = math.pi * tool.inner_radius_mm**2 * tool.length_mm * 1e-3
        air = self.bench.air_ml
        air[tool.slot] = air.get(tool.slot, 0.0) + AFTER_SUCTION * lumen_ml
        text = f"The {tool.slot} was sucked empty: there is air in it until it is flushed."
        self.bench.happen("air_drawn", text, tool.slot, ml=round(air[tool.slot], 4))

    def _lapse(self, hours: float, tool: Device) -> str:
        most = _LAPSE_H if tool.infusion is not None else _WAIT_H
        if not 0.0 < hours <= most:
            return f"{hours:g} h cannot pass at once: more than 0 and at most {most:g} h"
        if tool.infusion is None:
            if not self.thrombectomy.wait(hours):
                return "nothing to wait for: no suction at the clot, no retriever open in it"
            text = f"{60.0 * hours:.0f} min passed, everything held still."
            self.bench.happen("waited", text, tool.slot, minutes=round(60.0 * hours, 1))
        elif self.lysis.pump_mg_h <= 0.0:
            return "the infusion pump is off: turn it up before hours pass"
        else:
            self.lysis.lapse(hours)
        return ""

    def step(self, hand: float | None) -> None:
        """Go on by one tick."""
        if hand and self._tool is not None and self._tool.infusion is not None:
            self.lysis.set_pump(self.lysis.pump_mg_h + hand * self.bench.dt_s)
        if self.lysis.catheter() is None:
            self.lysis.set_pump(0.0)
        if self.balloon is not None:
            if hand and self._tool is not None and self._tool.embolectomy is not None:
                self.balloon.fill(hand)
            self.balloon.step()
        if self.access is not None:
            self.access.step()
        if self.clots.all:
            self.thrombectomy.step()
            self.lysis.step()

    def reading(self) -> Reading | None:
        """Vacuum, time in the clot, or the pump."""
        tool, pull = self._tool, self.thrombectomy
        if tool is None:
            return None
        if tool.embolectomy is not None:
            return self.balloon.reading() if self.balloon is not None else None
        if tool.infusion is not None:
            share = 100.0 * self.lysis.share_in_clot()
            text = (
                f"{share:.0f} % of the side-holes in clot, {self.lysis.given_mg:.1f} mg given, "
                f"fibrinogen {self.lysis.fibrinogen:.0f} mg/dL"
            )
            return Reading(tool.id, self.lysis.pump_mg_h, "mg/h", text, MOST_MG_H)
        if tool.aspiration is not None:
            if pull.vacuum_kpa <= 0.0:
                text = "pump off"
            elif pull.touches:
                text = f"no flow: at the clot for {pull.tip.seconds:.0f} s"
            else:
                text = "blood flows freely: not at the clot"
            return Reading(tool.id, pull.vacuum_kpa, "kPa", text, tool.aspiration.vacuum_kpa)
        wire = retriever.mounted(self.bench)
        near, far = retriever.open_mm(self.bench, wire) if wire is not None else (0.0, 0.0)
        text = f"open over {far - near:.0f} mm, {pull.struts.seconds:.0f} s in the clot"
        return Reading(tool.id, far - near, "mm", text)

    def shapes(self) -> tuple[DeviceShape, ...]:
        """The open retriever, the full balloon."""
        own = self.balloon.shapes() if self.balloon is not None else ()
        return (*retriever.shapes(self.bench), *own)

    def measures(self) -> Mapping[tuple[str, str], float]:
        """TICI and the clot that is gone, for each vessel with an authored thrombus."""
        return self.clots.measures()

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        own: dict[str, Any] = {}
        if self.balloon is not None:
            own["balloon"] = self.balloon.state()
        if self.access is not None:
            own["access"] = self.access.state()
        return {
            **own,
            "tool": self._tool.id if self._tool is not None else "",
            "clots": self.clots.state(),
            "thrombectomy": self.thrombectomy.state(),
            "lysis": self.lysis.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._tool = self.bench.scenario.devices.get(state["tool"])
        self.clots.restore(state["clots"])
        self.thrombectomy.restore(state["thrombectomy"])
        self.lysis.restore(state["lysis"])
        if self.balloon is not None:
            self.balloon.restore(state["balloon"])
        if self.access is not None:
            self.access.restore(state["access"])
