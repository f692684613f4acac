"""Coils and plugs: loaded into the lumen, pushed out of the tip loop by loop, left there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment import coil_laws as laws
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.coil_fate import CoilFate
from ir_sim.treatment.coil_nest import Coil, Course, Loop, new_loop, room_mm, settle
from ir_sim.treatment.coil_shapes import coil_shape, inside_shape
from ir_sim.treatment.collaterals import Collaterals
from ir_sim.treatment.loading import coil_of, too_narrow
from ir_sim.treatment.packs import Packs
from ir_sim.treatment.plugs import Plugs
from ir_sim.treatment.sacs import Sacs
from ir_sim.treatment.treatment import Treatment
from ir_sim.xray import DeviceShape

#: Fastest that a coil is pushed, mm/s.
_MOST_MM_S = 20.0
#: Densities follow the loops this often, and bleeding is looked at, ticks.
_LOOK_TICKS = 12


class Coils(Treatment):
    """All coils and plugs of a run."""

    name = "coils"
    commands: ClassVar[frozenset[str]] = frozenset({"release"})

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._packs, self._collaterals = Packs(bench), Collaterals(bench)
        self._plugs, self._sacs = Plugs(bench), Sacs(bench)
        self._fate = CoilFate(bench, self._packs)
        self._supply, self._pushed_mm = "", 0.0  # what is in the lumen, and how far out
        self._coils: list[Coil] = []
        self._stirred = False  # loops have moved since densities were told
        self._shapes: dict[int, DeviceShape | None] = {}

    @staticmethod
    def handles(tool: Device | Supply) -> bool:
        """Coils and plugs."""
        return isinstance(tool, Supply) and tool.kind in ("coil", "plug")

    # -- the hand ------------------------------------------------------------------------------

    def take_up(self, tool: Device | Supply) -> str:
        """Load a coil or plug into the innermost lumen."""
        if not isinstance(tool, Supply):
            return f"{tool.title} is no coil"
        out, loaded = self.bench.outflow, self._loaded
        if loaded is not None and self._pushed_mm > 0.0:
            end = (
                "draw it back in or push it out and release it"
                if self._detachable
                else "push it out"
            )
            return f"{loaded.title} is half out: {end} first"
        if out.slot == "sheath":
            return f"bring a catheter to the place before you load {tool.title}"
        if out.blocked:
            return out.blocked.replace("to inject", "to load")
        if out.bore_mm < tool.needs_mm - 1e-6:
            return too_narrow(tool, out)
        self._supply, self._pushed_mm = tool.id, 0.0
        return ""

    def act(self, kind: str, value: Any) -> str:
        """Release what has been pushed out."""
        del value
        tool = self._loaded
        if tool is None:
            return f"there is nothing to {kind}"
        if tool.kind == "plug":
            if self._pushed_mm < self._length_mm - 1e-6:
                return "unsheath the whole plug before you release it"
            vessel, holds = self._plugs.leave(tool)
            self._fate.placed(tool.title, vessel, holds=holds)
            self._supply, self._pushed_mm = "", 0.0
            return ""
        if not self._detachable:
            return f"{tool.title} has no release: it is free once it is out"
        if self._pushed_mm < self._length_mm - 1e-6:
            left = self._length_mm - self._pushed_mm
            return f"{left:.0f} mm of the coil are still in the catheter: push on, or draw it back"
        self._let_go()
        return ""

    def put_down(self) -> None:
        """Another tool is taken up: what has not begun to come out goes back into its sleeve."""
        if self._pushed_mm <= 0.0:
            self._supply = ""

    def step(self, hand: float | None) -> None:
        """Push, let loops settle, let the blood know."""
        tool = self._loaded
        if tool is not None and hand:
            if self.bench.outflow.blocked or self.bench.outflow.slot == "sheath":
                pass
            elif tool.kind == "plug":
                self._pushed_mm = float(
                    np.clip(self._pushed_mm + hand * self.bench.dt_s, 0.0, self._length_mm)
                )
            else:
                self._push(tool, float(np.clip(hand, -_MOST_MM_S, _MOST_MM_S)))
        moved = self._settle()
        self._plugs.clot()
        look = self.bench.tick % _LOOK_TICKS == 0
        self._stirred |= moved
        if look and self._stirred:
            self._stirred = False
            self._packs.lay(self._coils)
        if look and self._fate.watch(self._coils):
            self._shapes.clear()
            self._packs.lay(self._coils)
        shut = self._packs.closes_to_mm()
        for vessel, to_mm in self._plugs.closes_to_mm().items():
            shut[vessel] = max(shut.get(vessel, 0.0), to_mm)
        given = self._collaterals.step(shut)
        if look:
            self._fate.watch_bleeding(given, shut)

    def _push(self, tool: Supply, speed: float) -> None:
        coil, wanted = self._coming(tool), speed * self.bench.dt_s
        if speed < 0.0:
            if not self._detachable:
                if coil.loops and self._fate.once(f"back {len(self._coils)}"):
                    self.bench.happen(
                        "coil_stays_out", f"{tool.title} cannot be drawn back: it is not attached.",
                        self.bench.outflow.slot, self.bench.outflow.vessel,
                    )  # fmt: skip
                return
            self._pushed_mm = max(self._pushed_mm + wanted, 0.0)
            self._draw_in(coil)
            return
        self._pushed_mm = min(self._pushed_mm + wanted, self._length_mm)
        out = self.bench.outflow
        vessel = self.bench.tree.vessels[out.vessel]
        laid = sum(loop.length_mm for loop in coil.loops)
        turn = math.pi * laws.laid_loop_mm(coil.loop_mm, self._room_mm(out.vessel, out.at_mm))
        last = self._pushed_mm >= self._length_mm - 1e-9
        while self._pushed_mm - laid >= turn or (last and self._pushed_mm - laid > 1e-6):
            length = min(turn, self._pushed_mm - laid)
            percent = self._packs.percent(self._coils).get(out.vessel, 0.0)
            if length < 0.35 * turn and coil.loops:
                coil.loops[-1].length_mm += length
            else:
                if vessel.grown == "aneurysm":
                    coil.loops.append(self._sacs.turn(coil, out.vessel, length, percent))
                else:
                    place = room_mm(self._coils, coil, out.vessel, out.at_mm)
                    coil.loops.append(new_loop(coil, out.vessel, place, length))
                for loop in coil.loops:
                    loop.still_s = 0.0
            laid += length
            self._sacs.press(out.vessel, coil_of(tool), tool.title, percent, speed)
        if last and not self._detachable:
            self._let_go()

    def _room_mm(self, vessel: int, at_mm: float) -> float:
        """What a coil's width is chosen by: a sac's dome, else the lumen at the tip."""
        v = self.bench.tree.vessels[vessel]
        if v.grown == "aneurysm":
            return 2.0 * float(v.radius_mm.max())
        return self.bench.lumen_mm(vessel, at_mm)

    def _draw_in(self, coil: Coil) -> None:
        laid = sum(loop.length_mm for loop in coil.loops)
        while coil.loops and laid - self._pushed_mm > 0.5 * coil.loops[-1].length_mm:
            laid -= coil.loops.pop().length_mm
        self._shapes.pop(len(self._coils) - 1, None)
        self._packs.lay(self._coils)
        if not coil.loops and self._pushed_mm <= 0.0:
            self._coils.pop()

    def _coming(self, tool: Supply) -> Coil:
        """The coil that is coming out."""
        if not self._coils or self._coils[-1].free:
            out, c = self.bench.outflow, coil_of(tool)
            self._coils.append(
                Coil(tool.id, c.loop_mm, c.wire_in, c.fibred, out.vessel, out.at_mm)
            )  # fmt: skip
        return self._coils[-1]

    def _let_go(self) -> None:
        """The coil is free from now on: the blood may carry it."""
        coil = self._coils[-1]
        coil.free = True
        tool = self.bench.scenario.supplies[coil.supply]
        for loop in coil.loops:
            loop.still_s = 0.0
        self._supply, self._pushed_mm = "", 0.0
        self._packs.lay(self._coils)
        vessel = self.bench.tree.vessels[coil.vessel]
        lumen = self._room_mm(coil.vessel, coil.at_mm)
        over = 100.0 * laws.oversize(coil.loop_mm, lumen)
        density = self._packs.percent(self._coils).get(coil.vessel, 0.0)
        spoken = vessel.id.replace("_", " ")
        self.bench.happen(
            "coil_deployed", f"{tool.title} lies in the {spoken}; packing {density:.0f} %.",
            self.bench.outflow.slot, vessel.id, device=tool.id, at_mm=round(coil.at_mm, 1),
            oversize_percent=round(over, 1), packing_percent=round(density, 1),
        )  # fmt: skip
        self._fate.placed(tool.title, vessel.id)

    # -- what comes of it ----------------------------------------------------------------------

    def _settle(self) -> bool:
        """Loops of the last coils that still move."""
        moved = False
        for k, coil in enumerate(self._coils):
            if all(loop.settled for loop in coil.loops):
                continue
            course = Course(self.bench.tree, coil.vessel, self.bench.circulation.flow_ml_s)
            others = [other for other in self._coils if other is not coil]
            radius = self.bench.circulation.radius_mm
            moved |= settle(course, coil, others, radius, self._speed_mm_s, self.bench.dt_s)
            self._shapes.pop(k, None)
        return moved

    def _speed_mm_s(self, vessel: int) -> float:
        """Mean speed of the blood in a vessel now."""
        r = 0.5 * self.bench.lumen_mm(vessel, 0.5 * self.bench.tree.vessels[vessel].length_mm)
        return 1e3 * self.bench.circulation.flow_ml_s(vessel) / (math.pi * r * r)

    # -- words, pictures, memory ---------------------------------------------------------------

    @property
    def _loaded(self) -> Supply | None:
        return self.bench.scenario.supplies.get(self._supply)

    @property
    def _detachable(self) -> bool:
        tool = self._loaded
        return tool is not None and tool.coil is not None and tool.coil.detachable

    @property
    def _length_mm(self) -> float:
        tool = self._loaded
        if tool is None:
            return 0.0
        if tool.coil is not None:
            return tool.coil.length_mm
        return tool.plug.length_mm if tool.plug is not None else 0.0

    def reading(self) -> Reading | None:
        """Length pushed out in mm, and how dense the pack is."""
        tool = self._loaded
        if tool is None:
            return None
        density = self._packs.percent(self._coils).get(self.bench.outflow.vessel, 0.0)
        text = f"packing {density:.0f} %" if density else ""
        return Reading(tool.id, self._pushed_mm, "mm", text, self._length_mm)

    def shapes(self) -> tuple[DeviceShape, ...]:
        """Coils where they lie; the one in the catheter; plugs."""
        tree, radius = self.bench.tree, self.bench.circulation.radius_mm
        for k, coil in enumerate(self._coils):
            if k not in self._shapes:
                self._shapes[k] = coil_shape(tree, coil, radius)
        found = [s for s in self._shapes.values() if s is not None]
        tool, device = self._loaded, self.bench.devices.get(self.bench.outflow.slot)
        if tool is not None and device is not None:
            left = self._length_mm - self._pushed_mm
            wire = tool.coil.wire_in if tool.coil is not None else 0.02
            if left > 1.0:
                inside = inside_shape(self.bench.course(device, 0.0, left), wire)
                found += [inside] if inside is not None else []
            if tool.kind == "plug" and self._pushed_mm > 2.0:
                found += self._plugs.unsheathed(tool, self._pushed_mm)
        return (*found, *self._plugs.shapes())

    def measures(self) -> Mapping[tuple[str, str], float]:
        """Packing density of every vessel that holds coils."""
        percent = self._packs.percent(self._coils)
        return {("packing_percent", self.bench.tree.vessels[v].id): d for v, d in percent.items()}

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "packs": self._packs.state(),
            "collaterals": self._collaterals.state(),
            "loaded": (self._supply, self._pushed_mm),
            "coils": [
                (c.supply, c.loop_mm, c.wire_in, c.fibred, c.vessel, c.at_mm, c.free, c.told,
                 [loop.row() for loop in c.loops])
                for c in self._coils
            ],
            "plugs": self._plugs.state(),
            "sacs": self._sacs.state(),
            "fate": self._fate.state(),
            "stirred": self._stirred,
        }  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._packs.restore(state["packs"])
        self._collaterals.restore(state["collaterals"])
        self._supply, self._pushed_mm = state["loaded"]
        self._coils = [
            replace(
                Coil(*row[:6]), free=row[6], told=row[7], loops=[Loop(*loop) for loop in row[8]]
            )
            for row in state["coils"]
        ]
        self._plugs.restore(state["plugs"])
        self._sacs.restore(state["sacs"])
        self._fate.restore(state["fate"])
        self._stirred = state["stirred"]
        self._shapes.clear()
