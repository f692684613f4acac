"""A pair of scripted hands at the sheath: moves hubs until something is seen, keeps the worst."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.coaxial import CoaxialSystem, sheath_mouth
from ir_sim.devices.hazards import Hazard, HazardWatch
from ir_sim.devices.manoeuvres.pictures import Frame, frame_of, sheet
from ir_sim.devices.pose import DeviceState
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.fields import Slot
from ir_sim.scenario.library import load
from ir_sim.scenario.model import Access

DT = 1 / 60
#: Ticks between looks at forces and hazards.
LOOK = 3
#: Advance in mm/s and rotation in deg/s.
Move = tuple[float, float]


@cache
def lumen_of(case: str) -> Lumen:
    """The lumens of a shipped case."""
    return Lumen(build_tree(load(case).anatomy))


class Operator:
    """Hands, eyes and a notebook.

    Attributes:
        outside_mm: Deepest that any point of a device has been outside its lumen.
        wall_n: Largest wall force at one point.
        hub_n: Largest force at a hub.
        hazards: All that the watch has reported.
        frames: Snapshots for ``picture``.
    """

    def __init__(self, lumen: Lumen, access: Access, link_mm: float = 4.0) -> None:
        self.lumen, self.access, self.link_mm = lumen, access, link_mm
        self.system = CoaxialSystem(lumen, sheath_mouth(lumen.tree, access), link_mm)
        self.watch = HazardWatch()
        self.hazards: list[Hazard] = []
        self.frames: list[Frame] = []
        self.time_s, self.ticks = 0.0, 0
        self.outside_mm = self.wall_n = self.hub_n = 0.0

    @classmethod
    def at(cls, case: str, link_mm: float = 4.0) -> Operator:
        """At the table of a shipped case."""
        return cls(lumen_of(case), load(case).access, link_mm)

    def fork(self) -> Operator:
        """Another operator who goes on from here."""
        other = Operator(self.lumen, self.access, self.link_mm)
        other.system.restore(self.system.save())
        other.watch = copy.deepcopy(self.watch)
        other.hazards, other.frames = list(self.hazards), list(self.frames)
        other.time_s, other.ticks = self.time_s, self.ticks
        other.outside_mm, other.wall_n, other.hub_n = self.outside_mm, self.wall_n, self.hub_n
        return other

    def mount(self, *names: str) -> Operator:
        """Mount devices of the catalogue, in this order."""
        for name in names:
            device = shipped_devices()[name]
            self.system.mount(device.slot, device)
        return self

    def exchange(self, slot: Slot, name: str | None = None, speed: float = 150.0) -> Operator:
        """Draw a device out and put another in (or none)."""
        self.do({slot: (-speed, 0.0)}, until=lambda o: o.inserted(slot) <= 0.0, seconds=60.0)
        self.system.unmount(slot)
        return self.mount(name) if name else self

    def do(
        self,
        moves: dict[Slot, Move] | Callable[[Operator], dict[Slot, Move]],
        until: Callable[[Operator], bool] | None = None,
        seconds: float = 30.0,
    ) -> bool:
        """Move (mm/s and deg/s a slot) until something is seen or time is up; whether it was."""
        for _ in range(round(seconds / DT)):
            now = moves(self) if callable(moves) else moves
            hubs = {k: (v, math.radians(w)) for k, (v, w) in now.items()}
            self.system.advance(hubs, DT)
            self.time_s += DT
            self.ticks += 1
            if self.ticks % LOOK == 0:
                self._look()
            if until is not None and until(self):
                return True
        return until is None

    def _look(self) -> None:
        states = self.system.states()
        self.hazards += self.watch.update(states, LOOK * DT)
        for state in states.values():
            self.outside_mm = max(self.outside_mm, -float(state.clearance_mm.min()))
            self.wall_n = max(self.wall_n, float(state.wall_force_n.max()))
            self.hub_n = max(self.hub_n, abs(state.hub_force_n))

    def wait(self, seconds: float = 0.5) -> None:
        """Hold everything."""
        self.do({}, seconds=seconds)

    def state(self, slot: Slot) -> DeviceState:
        """A device as it is now."""
        return self.system.states()[slot]

    def inserted(self, slot: Slot) -> float:
        """How far a device is in, mm."""
        return self.system.stack[slot].inserted_mm

    def tip(self, slot: Slot) -> NDArray[np.float64]:
        """(2,) where a device's tip is, mm."""
        return self.state(slot).tip_mm

    def vessel(self, slot: Slot) -> tuple[str, float]:
        """The vessel that a tip lies in, and how deep, mm."""
        state = self.state(slot)
        return state.tip_vessel, state.tip_vessel_mm

    def kinds(self) -> set[str]:
        """The kinds of hazards so far."""
        return {hazard.kind for hazard in self.hazards}

    def snap(self, title: str) -> None:
        """Keep a picture of this moment."""
        self.frames.append(frame_of(self, title))

    def picture(self, path: Path, box: tuple[float, float, float, float], columns: int = 4) -> None:
        """Write the pictures kept as one PNG; box = x0, x1, y0, y1 in mm."""
        sheet(self.lumen, self.frames, path, box, columns)
