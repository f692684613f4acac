"""What goes wrong without anybody treating: clot and air in catheters, spasm, blood that runs out.

Perforation and dissection by a tip are the devices' own (``devices.hazards``); reactions to
contrast are the blood's (``flow.reactions``). None of it begins by chance: each follows from what
was done, and each has its rescue (flushing and heparin; oxygen; less force and nitroglycerin).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ir_sim.treatment.air import Air
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.treatment import Treatment
from ir_sim.xray import DeviceShape

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
#: An injection of at least so much drives clot off a tip, mL/s; the piece's length, mm (assumed).
_DRIVES_ML_S, _PIECE_MM = 0.3, 5.0
#: A hole bleeds from this rate on, and has stopped below this one for so long, mL/min and s
#: (angiography shows bleeds from 0.5 to 1 mL/min; margin assumed).
BLEEDS_ML_MIN, _DRY_ML_MIN, _DRY_S = 5.0, 2.0, 1.0


class Complications(Treatment):
    """Clot on catheters, air, spasm and bleeding of one run."""

    name: ClassVar[str] = "complications"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.air = Air(bench)
        self._dwelt_s: dict[str, float] = {}
        self._clots: dict[str, int] = {}  # the plug of the clot on each tip
        self._clotted: dict[str, str] = {}  # and its device
        self._shot = 0
        self._pressed_ns: dict[str, float] = {}
        self._tight: list[str] = []
        self._dry_s: dict[int, float] = {}  # by row of the leaks: how long it has been dry

    def step(self, hand: float | None) -> None:
        """Go on by one tick."""
        del hand
        self.air.step()
        self._dwell()
        if self._clots:
            self._watch_clots()
        self._press()
        if self._tight and self.bench.tick % 30 == 0:
            self._relax()
        if self.bench.circulation.leaks.rows:
            self._watch_holes()

    def flush(self) -> str:
        """Aspirate, let blood run back and flush: air and clot come out of the lumens.

        Returns:
            Why that cannot be, or an empty text.
        """
        lumens = [s for s, d in self.bench.devices.items() if s != "wire" and d.inserted_mm > 0.0]
        if not lumens:
            return "there is no catheter in the patient to flush"
        ml = self.air.flush()
        clot = [slot for slot in lumens if slot in self._clots]
        for slot in clot:
            self._take_clot(slot)
            self.bench.happen("clot_aspirated", f"Clot came out of the {slot}.", slot)
        said = f"; {1000.0 * ml:.0f} µL of air came out" if ml > 0.0 else ""
        self.bench.happen("flushed", f"Aspirated and flushed{said}.", lumens[-1], ml=round(ml, 4))
        return ""

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
                self._clots[slot], self._clotted[slot] = row, device.device.id
                text = f"Clot has grown on the {slot}: it lay long in the blood without heparin."
                self.bench.happen("thrombus_formed", text, slot, vessel)

    def _take_clot(self, slot: str) -> None:
        """The clot on a tip is no more there."""
        self.bench.circulation.close_plug(self._clots.pop(slot), 0.0, 0.3)
        self._clotted.pop(slot, None)
        self._dwelt_s[slot] = 0.0

    def _watch_clots(self) -> None:
        """Clot goes with its catheter, or with what is pushed through it."""
        bench, out = self.bench, self.bench.outflow
        for slot in list(self._clots):
            held = bench.devices.get(slot)
            if held is None or held.device.id != self._clotted[slot]:
                self._take_clot(slot)
        if out.slot not in self._clots or self.air.pushed_ml_s() < _DRIVES_ML_S:
            return
        self._take_clot(out.slot)
        end, organ = self.air.an_end(out.vessel, out.at_mm, self._shot)
        self._shot += 1
        if end < 0:
            return
        length = bench.tree.vessels[end].length_mm
        low = min(0.4 * length, max(length - _PIECE_MM, 0.0))
        row = bench.circulation.add_plug(end, low, min(low + _PIECE_MM, length), clot=True)
        bench.circulation.close_plug(row, 1.0, 0.5)
        text = f"Clot was shot out of the {out.slot} with the injection."
        bench.happen("clot_injected", text, out.slot, end, organ=organ)

    def _watch_holes(self) -> None:
        """Tell when a hole has stopped bleeding, and when it begins again."""
        leaks, tree = self.bench.circulation.leaks, self.bench.tree
        for row, (vessel, vein) in enumerate(leaks.rows):
            if vein:
                continue
            ml_min = 60.0 * float(leaks.rate_ml_s[row])
            dry = self._dry_s.get(row, -1.0)  # -1: never bled
            if ml_min >= BLEEDS_ML_MIN:
                if dry >= _DRY_S:
                    text = f"It bleeds again from the {tree.vessels[vessel].id.replace('_', ' ')}."
                    self.bench.happen("bleeds_again", text, vessel=vessel, row=row)
                self._dry_s[row] = 0.0
            elif dry >= 0.0 and ml_min < _DRY_ML_MIN:
                self._dry_s[row] = dry + self.bench.dt_s
                if dry < _DRY_S <= self._dry_s[row]:
                    name = tree.vessels[vessel].id.replace("_", " ")
                    text = f"The hole in the {name} does not bleed now."
                    lost = round(float(leaks.lost_ml[row]), 1)
                    self.bench.happen("bleed_held", text, vessel=vessel, row=row, lost_ml=lost)

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

    def shapes(self) -> tuple[DeviceShape, ...]:
        """Bubbles of air in the blood."""
        return self.air.shapes()

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "air": self.air.state(),
            "dwelt": dict(self._dwelt_s),
            "clots": (dict(self._clots), dict(self._clotted), self._shot),
            "pressed": dict(self._pressed_ns),
            "tight": list(self._tight),
            "dry": dict(self._dry_s),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.air.restore(state["air"])
        self._dwelt_s, self._pressed_ns = dict(state["dwelt"]), dict(state["pressed"])
        clots, clotted, self._shot = state["clots"]
        self._clots, self._clotted = dict(clots), dict(clotted)
        self._tight, self._dry_s = list(state["tight"]), dict(state["dry"])
