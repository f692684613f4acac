"""What goes wrong without anybody treating: clot on a catheter, spasm after pressing on a wall.

Perforation and dissection by a tip are the devices' own (``devices.hazards``); reactions to
contrast are the blood's (``flow.reactions``). Nothing here is left to chance: each follows from
what was done, and each has its rescue (heparin; less force and nitroglycerin).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ir_sim.treatment.bench import Bench
from ir_sim.treatment.treatment import Treatment

#: A catheter in the blood grows clot after so long without heparin; with an ACT of twice its rest
#: after four times as long, s (assumed; half an hour is the usual limit for flushing by hand).
CLOTS_S = 1800.0
#: Share of the lumen that clot on a tip closes, its length, mm, and who drags it there (assumed).
_SHUTS, _LENGTH_MM = 0.3, 6.0
#: A wall pressed with more than this, N, for more than so much impulse, N s, contracts a vessel of
#: less than this radius to this share (assumed).
PRESSED_N, SPASM_NS, SMALL_MM, CONTRACTS = 0.5, 1.5, 2.2, 0.65
#: Room that spasm leaves round the widest device, mm (assumed).
_ROOM_MM = 0.15
#: From this share of its calibre on a vessel counts as relaxed.
_RELAXED = 0.85


class Complications(Treatment):
    """Clot on catheters and spasm of one run."""

    name: ClassVar[str] = "complications"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._dwelt_s: dict[str, float] = {}
        self._pressed_ns: dict[str, float] = {}
        self._tight: list[str] = []

    def step(self, hand: float | None) -> None:
        """Go on by one tick."""
        del hand
        self._dwell()
        self._press()
        if self._tight and self.bench.tick % 30 == 0:
            self._relax()

    def _dwell(self) -> None:
        """Clot grows on what lies in the blood, the slower the more heparin there is."""
        eager = self.bench.circulation.physiology.clotting
        held = {s: d for s, d in self.bench.devices.items() if s != "wire" and d.inserted_mm > 0.0}
        self._dwelt_s = {slot: self._dwelt_s.get(slot, 0.0) for slot in held}
        for slot, device in held.items():
            before = self._dwelt_s[slot]
            self._dwelt_s[slot] = now = before + eager * self.bench.dt_s
            if before < CLOTS_S <= now:
                vessel, at = self.bench.place(device, 0.0)
                row = self.bench.circulation.add_plug(vessel, at, at + _LENGTH_MM, clot=True)
                self.bench.circulation.close_plug(row, _SHUTS, 5.0)
                text = f"Clot has grown on the {slot}: it lay long in the blood without heparin."
                self.bench.happen("thrombus_formed", text, slot, vessel)

    def _press(self) -> None:
        """Small vessels contract where they are pressed again and again."""
        calibres = self.bench.circulation.blood.calibres
        for slot, device in self.bench.devices.items():
            if device.inserted_mm <= 0.0:
                continue
            most = float(device.wall_force_n.max())
            if most <= PRESSED_N:
                continue
            name = device.tip_vessel
            vessel = self.bench.tree.by_id[name]
            if float(vessel.healthy_radius_mm.mean()) >= SMALL_MM:
                continue
            pressed = self._pressed_ns.get(name, 0.0) + most * self.bench.dt_s
            if pressed >= SPASM_NS and calibres.spasm_of(vessel.index) > 0.95:
                around = [d.device.outer_radius_mm for d in self.bench.devices.values()]
                room = (max(around) + _ROOM_MM) / float(vessel.healthy_radius_mm.min())
                self.bench.circulation.spasm(vessel.index, min(max(room, CONTRACTS), 1.0))
                self._tight.append(name)
                text = "The vessel contracts: it was pressed again and again."
                self.bench.happen("spasm", text, slot, name)
                pressed = 0.0
            self._pressed_ns[name] = pressed

    def _relax(self) -> None:
        for name in list(self._tight):
            index = self.bench.tree.by_id[name].index
            if self.bench.circulation.blood.calibres.spasm_of(index) >= _RELAXED:
                self._tight.remove(name)
                self.bench.happen("spasm_relieved", "The vessel is wide again.", vessel=name)

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "dwelt": dict(self._dwelt_s),
            "pressed": dict(self._pressed_ns),
            "tight": list(self._tight),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self._dwelt_s, self._pressed_ns = dict(state["dwelt"]), dict(state["pressed"])
        self._tight = list(state["tight"])
