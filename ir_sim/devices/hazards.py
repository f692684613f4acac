"""What a device does to the vessel that it should not: forces, perforation, loops, wrong vessels.

Thresholds with hysteresis over the devices' states; each occurrence is reported once and again only
after it has gone away. Forces are the rod's own, in newtons. All thresholds are *assumed* unless a
source is named; the only published anchor is that a tip perforates at about 1 to 2 N
(``device-physics`` notes, believed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.pose import DeviceState
from ir_sim.scenario.fields import SLOTS, Slot

#: Wall force that is felt as resistance, N, and how long it must last, s. What lies further behind
#: the tip than ``LEADING_MM`` lies across a bend by its own stiffness, and may press harder.
WALL_FORCE_N = 0.6
SHAFT_FORCE_N = 1.2
LEADING_MM = 10.0
WALL_FORCE_S = 1.0
#: It is over when it has fallen to this share of that.
_GONE_SHARE = 0.5
#: Force of a tip that perforates an artery of at least ``PERFORATION_RADIUS_MM``; less in smaller.
PERFORATION_N = 1.5
PERFORATION_RADIUS_MM = 1.5
PERFORATION_S = 0.1
#: Force of a blunt catheter tip without a wire ahead that lifts the intima, N for s.
DISSECTION_N = 1.0
DISSECTION_S = 0.3
#: Advance of a catheter beyond its wire that counts as blind, mm.
NO_WIRE_MM = 20.0
#: How far into a vessel a tip must be to have entered it, mm, or how long, s.
ENTERED_MM = 4.0
ENTERED_S = 0.5
_TIP_MM = 6.0
#: The devices that may lie around one.
_OUTSIDE: Mapping[Slot, tuple[Slot, ...]] = {s: SLOTS[:i] for i, s in enumerate(SLOTS)}
_LOOP_EVERY_S = 0.25


@dataclass(frozen=True)
class Hazard:
    """One occurrence.

    Attributes:
        kind: ``vessel_entered``, ``wall_force``, ``perforation``, ``dissection``,
            ``catheter_without_wire``, ``loop_formed`` or ``loop_gone``.
        slot: The device.
        vessel: Where its tip, or the contact, is.
        data: Figures with units in their names.
    """

    kind: str
    slot: Slot
    vessel: str
    data: Mapping[str, float] = field(default_factory=dict)


@dataclass
class _Press:
    """How long one part of a device has pressed, and whether that was told."""

    for_s: float = 0.0
    told: bool = False

    def lasts(self, share: float, dt_s: float) -> bool:
        """Whether a force of this share of the limit has now lasted too long."""
        if share < _GONE_SHARE:
            self.for_s, self.told = 0.0, False
        elif share > 1.0:
            self.for_s += dt_s
        if self.told or self.for_s < WALL_FORCE_S:
            return False
        self.told = True
        return True


@dataclass
class _Memory:
    """What is remembered about one device."""

    vessel: str = ""
    candidate: str = ""
    candidate_s: float = 0.0
    leading: _Press = field(default_factory=_Press)
    shaft: _Press = field(default_factory=_Press)
    tip_s: float = 0.0
    perforated: bool = False
    dissected: bool = False
    blunt_s: float = 0.0
    blind_mm: float = 0.0
    blind_told: bool = False
    inserted_mm: float = 0.0


@dataclass
class HazardWatch:
    """Watches the devices from tick to tick."""

    memory: dict[Slot, _Memory] = field(default_factory=dict)
    looped: bool = False
    since_loop_s: float = 0.0

    def update(self, devices: Mapping[Slot, DeviceState], dt_s: float) -> list[Hazard]:
        """What has happened in the last ``dt_s``."""
        found: list[Hazard] = []
        self.memory = {
            slot: self.memory.get(slot) or _Memory(inserted_mm=device.inserted_mm)
            for slot, device in devices.items()
        }
        for slot, device in devices.items():
            memory = self.memory[slot]
            if device.inserted_mm > 0.0:
                around = [devices[s].inserted_mm for s in _OUTSIDE[slot] if s in devices]
                if device.inserted_mm > max(around, default=0.0):  # not inside another device
                    found += self._vessel(slot, device, memory, dt_s)
                found += self._forces(slot, device, devices, memory, dt_s)
            found += self._blind(slot, device, devices, memory)
            memory.inserted_mm = device.inserted_mm
        found += self._loops(devices, dt_s)
        return found

    @staticmethod
    def _vessel(slot: Slot, device: DeviceState, memory: _Memory, dt_s: float) -> list[Hazard]:
        now = device.tip_vessel
        if now != memory.candidate:
            memory.candidate, memory.candidate_s = now, 0.0
        memory.candidate_s += dt_s
        deep = device.tip_vessel_mm > ENTERED_MM or memory.candidate_s > ENTERED_S
        if now == memory.vessel or not (deep or not memory.vessel):
            return []
        before, memory.vessel = memory.vessel, now
        if not before:
            return []
        return [Hazard("vessel_entered", slot, now, {"at_mm": device.tip_vessel_mm})]

    @staticmethod
    def _forces(
        slot: Slot,
        device: DeviceState,
        devices: Mapping[Slot, DeviceState],
        memory: _Memory,
        dt_s: float,
    ) -> list[Hazard]:
        found: list[Hazard] = []
        force = device.wall_force_n
        s = np.append(device.chain.curve_s_mm[: len(force) - 1], device.inserted_mm)
        first = int(s.searchsorted(device.inserted_mm - LEADING_MM))
        for part, limit, pressed in (
            (slice(0, first), SHAFT_FORCE_N, memory.shaft),
            (slice(first, None), WALL_FORCE_N, memory.leading),
        ):
            most = float(force[part].max(initial=0.0))
            if pressed.lasts(most / limit, dt_s):
                at = part.start + int(force[part].argmax())
                found.append(Hazard("wall_force", slot, device.vessel_at(at), {"force_n": most}))
        if device.inserted_mm < max(d.inserted_mm for d in devices.values()) - 1e-6:
            memory.tip_s = memory.blunt_s = 0.0
            return found
        tip = float(force[s > device.inserted_mm - _TIP_MM].sum())
        radius = float(device.chain.lumen.radius_mm[max(device.tip_sample, 0)])
        memory.tip_s = memory.tip_s + dt_s if tip > tip_limit_n(radius) else 0.0
        if memory.tip_s >= PERFORATION_S and not memory.perforated:
            memory.perforated = True
            found.append(Hazard("perforation", slot, device.tip_vessel, {"force_n": tip}))
        blunt = slot != "wire" and tip > DISSECTION_N
        memory.blunt_s = memory.blunt_s + dt_s if blunt else 0.0
        if memory.blunt_s >= DISSECTION_S and not memory.dissected:
            memory.dissected = True
            found.append(Hazard("dissection", slot, device.tip_vessel, {"force_n": tip}))
        return found

    @staticmethod
    def _blind(
        slot: Slot, device: DeviceState, devices: Mapping[Slot, DeviceState], memory: _Memory
    ) -> list[Hazard]:
        if slot == "wire":
            return []
        ahead = max((d.inserted_mm for s, d in devices.items() if s != slot), default=0.0)
        if slot == "guide" and "catheter" in devices:
            ahead = max(ahead, devices["catheter"].inserted_mm)
        if ahead > device.inserted_mm:
            memory.blind_mm, memory.blind_told = 0.0, False
            return []
        memory.blind_mm += max(device.inserted_mm - memory.inserted_mm, 0.0)
        if memory.blind_mm < NO_WIRE_MM or memory.blind_told:
            return []
        memory.blind_told = True
        data = {"advanced_mm": memory.blind_mm}
        return [Hazard("catheter_without_wire", slot, device.tip_vessel, data)]

    def _loops(self, devices: Mapping[Slot, DeviceState], dt_s: float) -> list[Hazard]:
        self.since_loop_s += dt_s
        if self.since_loop_s < _LOOP_EVERY_S or not devices:
            return []
        self.since_loop_s = 0.0
        slot, device = max(devices.items(), key=lambda item: item[1].inserted_mm)
        looped = crosses_itself(device.chain.nodes)
        if looped == self.looped:
            return []
        self.looped = looped
        kind = "loop_formed" if looped else "loop_gone"
        return [Hazard(kind, slot, device.tip_vessel)]


def crosses_itself(nodes: NDArray[np.complex128]) -> bool:
    """Whether a polyline of complex points crosses itself."""
    a, b = nodes[:-1], nodes[1:]
    d = b - a

    def side(origin: NDArray[np.complex128], to: NDArray[np.complex128]) -> NDArray[np.float64]:
        rel = to[None, :] - origin[:, None]
        return np.asarray(d.real[:, None] * rel.imag - d.imag[:, None] * rel.real)

    first, second = side(a, a), side(a, b)
    splits = first * second < 0.0  # [i, j]: the ends of j lie on both sides of i
    crossing = splits & splits.T
    n = len(a)
    near = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :]) <= 1
    return bool((crossing & ~near).any())


def tip_limit_n(radius_mm: float) -> float:
    """Force at which a tip perforates a vessel of a radius, N."""
    return PERFORATION_N * min(1.0, max(radius_mm / PERFORATION_RADIUS_MM, 0.4))
