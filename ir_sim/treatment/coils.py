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
from ir_sim.treatment.coil_nest import Coil, Course, Loop, new_loop, room_mm, settle
from ir_sim.treatment.coil_shapes import coil_shape, inside_shape, plug_shapes
from ir_sim.treatment.collaterals import Collaterals
from ir_sim.treatment.loading import coil_of, plug_of, too_narrow
from ir_sim.treatment.packs import Packs
from ir_sim.treatment.treatment import Treatment
from ir_sim.xray import DeviceShape

#: Fastest that a coil is pushed, mm/s.
_MOST_MM_S = 20.0
#: Densities follow the loops this often, and bleeding is looked at, ticks.
_LOOK_TICKS = 12
#: A coil that has come to lie so far from where it was laid has migrated, mm; with more than this
#: share of its loops in the parent vessel it has prolapsed, beyond the next it is lost (assumed).
_MIGRATED_MM, _PROLAPSED, _LOST = 15.0, 0.15, 0.5
#: Bleeding has stopped below this, mL/min, and counted as bleeding above the other.
_STOPPED_ML_MIN, _BLED_ML_MIN = 1.0, 2.0
#: Back-filling is told from this flow, mL/min, once a pack lies above the hole.
_BACKFILL_ML_MIN = 2.0


class Coils(Treatment):
    """All coils and plugs of a run."""

    name = "coils"
    commands: ClassVar[frozenset[str]] = frozenset({"release"})

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._packs, self._collaterals = Packs(bench), Collaterals(bench)
        self._supply, self._pushed_mm = "", 0.0  # what is in the lumen, and how far out
        self._coils: list[Coil] = []
        self._plugs: list[list[float]] = []  # row, vessel, from, to, s since released, radius
        self._said: list[str] = []
        self._bled: list[int] = []
        self._stirred = False  # loops have moved since densities were told
        self._shapes: dict[int, DeviceShape | None] = {}
        self._meant = self._meant_vessels()

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
            self._leave_plug(tool)
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
        self._clot_plugs()
        look = self.bench.tick % _LOOK_TICKS == 0
        self._stirred |= moved
        if look and self._stirred:
            self._stirred = False
            self._packs.lay(self._coils)
        if look:
            self._watch_coils()
        shut = self._packs.closes_to_mm()
        for plug in self._plugs:
            shut[int(plug[1])] = max(shut.get(int(plug[1]), 0.0), plug[3])
        given = self._collaterals.step(shut)
        if look:
            self._watch_bleeding(given, shut)

    def _push(self, tool: Supply, speed: float) -> None:
        coil, wanted = self._coming(tool), speed * self.bench.dt_s
        if speed < 0.0:
            if not self._detachable:
                if coil.loops and self._once(f"back {len(self._coils)}"):
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
        laid = sum(loop.length_mm for loop in coil.loops)
        lumen = 2.0 * self._lumen_mm(out.vessel, out.at_mm)
        turn = math.pi * laws.laid_loop_mm(coil.loop_mm, lumen)
        last = self._pushed_mm >= self._length_mm - 1e-9
        while self._pushed_mm - laid >= turn or (last and self._pushed_mm - laid > 1e-6):
            length = min(turn, self._pushed_mm - laid)
            sac = self.bench.tree.vessels[out.vessel].grown == "sac"
            place = room_mm(self._coils, coil, out.vessel, out.at_mm, sac=sac)
            if length < 0.35 * turn and coil.loops:
                coil.loops[-1].length_mm += length
            else:
                coil.loops.append(new_loop(coil, out.vessel, place, length))
                for loop in coil.loops:
                    loop.still_s = 0.0
            laid += length
        if last and not self._detachable:
            self._let_go()

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
        lumen = 2.0 * self._lumen_mm(coil.vessel, coil.at_mm)
        over = 100.0 * laws.oversize(coil.loop_mm, lumen)
        density = self._packs.percent(self._coils).get(coil.vessel, 0.0)
        spoken = vessel.id.replace("_", " ")
        self.bench.happen(
            "coil_deployed", f"{tool.title} lies in the {spoken}; packing {density:.0f} %.",
            self.bench.outflow.slot, vessel.id, device=tool.id, at_mm=round(coil.at_mm, 1),
            oversize_percent=round(over, 1), packing_percent=round(density, 1),
        )  # fmt: skip
        if self._meant and vessel.id not in self._meant:
            self._misplaced(tool.title, vessel.id)

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
        v = self.bench.tree.vessels[vessel]
        r = self._lumen_mm(vessel, 0.5 * v.length_mm)
        return 1e3 * self.bench.circulation.flow_ml_s(vessel) / (math.pi * r * r)

    def _watch_coils(self) -> None:
        tree = self.bench.tree
        for k, coil in enumerate(self._coils):
            if not coil.loops or coil.told:
                continue
            tool = self.bench.scenario.supplies[coil.supply]
            out_share = sum(1 for loop in coil.loops if loop.s_mm < 0.0) / len(coil.loops)
            home = tree.vessels[coil.vessel]
            parent = tree.vessels[home.parent].id if home.parent >= 0 else home.id
            if out_share > _PROLAPSED and self._once(f"prolapse {k}"):
                self.bench.happen(
                    "coil_prolapsed",
                    f"Loops of {tool.title} hang into the {parent.replace('_', ' ')}.",
                    self.bench.outflow.slot, parent, device=tool.id, share=round(out_share, 2),
                )  # fmt: skip
            if coil.free and out_share > _LOST and home.parent >= 0 and not coil.told:
                self._lose(coil, home.parent)
            if coil.free and not coil.told and all(loop.settled for loop in coil.loops):
                far = self._travelled_mm(coil)
                coil.told = True
                if far > _MIGRATED_MM:
                    where = tree.vessels[coil.loops[0].vessel].id
                    self._migrated(tool.title, where)

    def _travelled_mm(self, coil: Coil) -> float:
        if any(loop.vessel != coil.vessel for loop in coil.loops):
            return math.inf
        return float(np.mean([loop.s_mm for loop in coil.loops])) - coil.at_mm

    def _lose(self, coil: Coil, parent: int) -> None:
        """A coil that hangs in the parent vessel goes with its blood until it is stuck."""
        coil.told = True
        tree = self.bench.tree
        course = Course(tree, parent, self.bench.circulation.flow_ml_s)
        u = tree.vessels[self._coils[-1].vessel].parent_at_mm
        radius = self.bench.circulation.radius_mm
        while u < course.length_mm - 3.0 and 2.0 * course.radius_mm(u, radius) > coil.loop_mm:
            u += 1.0
        for k, loop in enumerate(coil.loops):
            loop.vessel, loop.s_mm = course.place(max(u - 0.8 * k, 0.0))
            loop.still_s = 1.0
        self._shapes.clear()
        self._packs.lay(self._coils)
        title = self.bench.scenario.supplies[coil.supply].title
        self._migrated(title, tree.vessels[coil.loops[0].vessel].id)

    def _migrated(self, title: str, vessel: str) -> None:
        spoken = vessel.replace("_", " ")
        text = f"{title} was carried off and lies in the {spoken}."
        self.bench.happen("coil_migrated", text, None, vessel, device=title)
        self._misplaced(title, vessel)

    def _misplaced(self, title: str, vessel: str) -> None:
        text = f"{title} lies outside its landing zone, in the {vessel.replace('_', ' ')}."
        self.bench.happen("device_misplaced", text, None, vessel, device=title)

    def _watch_bleeding(self, given: Mapping[int, float], shut: Mapping[int, float]) -> None:
        leaks = self.bench.circulation.leaks
        for row, (vessel, vein) in enumerate(leaks.rows):
            if vein:
                continue
            ml_min = 60.0 * float(leaks.rate_ml_s[row])
            if ml_min > _BLED_ML_MIN and row not in self._bled:
                self._bled.append(row)
            spoken = self.bench.tree.vessels[vessel].id.replace("_", " ")
            closed = ml_min < _STOPPED_ML_MIN and row in self._bled and vessel in shut
            if closed and self._once(f"stopped {row}"):
                self.bench.happen(
                    "bleeding_stopped", f"No more blood leaves the {spoken}.", None, vessel
                )
            fed = 60.0 * given.get(vessel, 0.0)
            if vessel in shut and fed > _BACKFILL_ML_MIN and self._once(f"back-filling {row}"):
                text = f"The hole in the {spoken} is fed from its far side by collaterals."
                self.bench.happen("back_filling", text, None, vessel, ml_min=round(fed, 1))

    # -- plugs ---------------------------------------------------------------------------------

    def _leave_plug(self, tool: Supply) -> None:
        bench, out, plug = self.bench, self.bench.outflow, plug_of(tool)
        vessel = bench.tree.vessels[out.vessel]
        lumen = 2.0 * self._lumen_mm(out.vessel, out.at_mm)
        low, high = out.at_mm, min(out.at_mm + plug.length_mm, vessel.length_mm)
        self._supply, self._pushed_mm = "", 0.0
        ratio = plug.diameter_mm / lumen
        spoken = vessel.id.replace("_", " ")
        radius = 0.5 * min(plug.diameter_mm, lumen)
        row = bench.circulation.add_plug(out.vessel, low, high, clot=True)
        fitting = ratio >= 1.05
        shut = laws.PLUG_AT_ONCE if fitting else 0.2
        bench.circulation.close_plug(row, shut, 0.5)
        self._plugs.append([row, out.vessel, low, high, 0.0, radius, 1.0 if fitting else 0.0])
        bench.happen(
            "plug_deployed", f"{tool.title} lies in the {spoken}; {100 * (ratio - 1):.0f} % wider.",
            out.slot, vessel.id, device=tool.id, oversize_percent=round(100.0 * (ratio - 1.0), 1),
            at_mm=round(out.at_mm, 1),
        )  # fmt: skip
        if not laws.plug_fits(plug.diameter_mm, lumen):
            size = "wide" if ratio > laws.PLUG_OVERSIZE[1] else "narrow"
            text = f"{tool.title} is too {size} for a vessel of {lumen:.1f} mm."
            bench.happen("wrong_size", text, out.slot, vessel.id, supply=tool.id, size=size)
        if not fitting or (self._meant and vessel.id not in self._meant):
            self._misplaced(tool.title, vessel.id)

    def _clot_plugs(self) -> None:
        circulation = self.bench.circulation
        clotting = circulation.clotting * circulation.physiology.clotting
        for plug in self._plugs:
            if not plug[6]:
                continue
            before, plug[4] = plug[4], plug[4] + self.bench.dt_s * clotting
            if int(before) != int(plug[4]):
                left = (1.0 - laws.PLUG_AT_ONCE) * math.exp(-plug[4] / laws.PLUG_CLOTS_S)
                circulation.close_plug(int(plug[0]), 1.0 - left, 1.0)

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

    def _lumen_mm(self, vessel: int, at_mm: float) -> float:
        tree = self.bench.tree
        low, high = int(tree.first[vessel]), int(tree.first[vessel + 1])
        radius = self.bench.circulation.radius_mm[low:high]
        return float(np.interp(at_mm, tree.sample_s_mm[low:high], radius))

    def _meant_vessels(self) -> frozenset[str]:
        """Vessels that the task names for coils and plugs; the target's if it names none."""
        task = self.bench.scenario.task
        kinds = ("coil_deployed", "plug_deployed")
        wanted = [s.when.happened for s in task.steps if s.when.happened is not None]
        named = {h.vessel for h in wanted if h.kind in kinds and h.vessel}
        named |= {end.vessel for end in task.endpoints}
        return frozenset(named or {task.target.vessel})

    def _once(self, what: str) -> bool:
        if what in self._said:
            return False
        self._said.append(what)
        return True

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
                out = self.bench.outflow
                lumen = 2.0 * self._lumen_mm(out.vessel, out.at_mm)
                r = 0.5 * min(plug_of(tool).diameter_mm, lumen)
                found += plug_shapes(tree, out.vessel, out.at_mm, out.at_mm + self._pushed_mm, r)
        for plug in self._plugs:
            found += plug_shapes(tree, int(plug[1]), plug[2], plug[3], plug[5])
        return tuple(found)

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
            "plugs": [list(plug) for plug in self._plugs],
            "said": list(self._said),
            "bled": (list(self._bled), self._stirred),
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
        self._plugs = [list(plug) for plug in state["plugs"]]
        self._said = list(state["said"])
        self._bled, self._stirred = list(state["bled"][0]), state["bled"][1]
        self._shapes.clear()
