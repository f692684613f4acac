"""Hands at the table: putting devices in, taking them out, changing them for others.

A device is not gone the moment its removal is asked for: it is drawn out at a hand's speed first,
while the others are held. Exchanging draws the old device out, then puts the new one in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ir_sim.devices import CoaxialSystem
from ir_sim.devices.stack import Mounted
from ir_sim.scenario.device import Device
from ir_sim.scenario.fields import SLOTS, Slot
from ir_sim.simulation.controls import Action

#: Speed at which a device is drawn out, mm/s (assumed: hand over hand).
WITHDRAW_MM_S = 150.0
#: A monorail balloon needs no hand on a long wire while it comes out (assumed).
MONORAIL_MM_S = 200.0


def no_wire_ahead(
    stack: Mapping[Slot, Mounted], motions: Mapping[Slot, tuple[float, float]]
) -> dict[Slot, str]:
    """Balloons and stents that are pushed without a wire ahead of them: they go nowhere."""
    wire = stack["wire"].inserted_mm if "wire" in stack else -1.0
    out: dict[Slot, str] = {}
    for slot, (speed, _) in motions.items():
        mounted = stack.get(slot)
        if mounted is None or speed <= 0.0:
            continue
        over_wire = mounted.device.balloon is not None or mounted.device.stent is not None
        if slot != "guide" and over_wire and wire < mounted.inserted_mm:
            out[slot] = f"{mounted.device.title} goes only over a wire: lead with the wire"
    return out


@dataclass(frozen=True)
class Handled:
    """What came of a command.

    Attributes:
        kind: ``mounted``, ``removed`` or ``refused``.
        text: A sentence for the report.
        slot: The slot.
        device: Id of the device, or empty.
    """

    kind: str
    text: str
    slot: Slot
    device: str = ""


@dataclass
class Hands:
    """The devices' comings and goings.

    Args:
        tray: What there is.
        coaxial: What is in place.
        wire_first: Whether catheters are refused that would go in without a wire.

    Attributes:
        leaving: For each slot being drawn out, the id of the device that follows, or empty.
    """

    tray: Mapping[str, Device]
    coaxial: CoaxialSystem
    leaving: dict[Slot, str] = field(default_factory=dict)
    wire_first: bool = False

    def command(self, action: Action) -> list[Handled]:
        """Carry out ``mount``, ``remove`` or ``exchange``; a device comes out first."""
        slot: Slot = action.slot  # type: ignore[assignment]  # checked by Controls.check
        wanted = str(action.device) if action.device is not None else ""
        if action.kind == "mount" or (action.kind == "exchange" and slot not in self.coaxial.stack):
            return [self._mount(slot, wanted)]
        if slot not in self.coaxial.stack:
            return [Handled("refused", f"Nothing is in the {slot} slot to remove.", slot)]
        if action.kind == "exchange" and self.tray[wanted].slot != slot:
            device = self.tray[wanted]
            text = f"{device.title} is a {device.kind}: it does not go into the {slot} slot."
            return [Handled("refused", text, slot, wanted)]
        self.leaving[slot] = wanted if action.kind == "exchange" else ""
        return self.settle()

    def motions(
        self, wanted: Mapping[Slot, tuple[float, float]]
    ) -> dict[Slot, tuple[float, float]]:
        """The hubs' motions: a device that leaves is drawn out, the others are held meanwhile."""
        if not self.leaving:
            return dict(wanted)
        return {slot: (-self._speed_mm_s(slot), 0.0) for slot in self.leaving}

    def _speed_mm_s(self, slot: Slot) -> float:
        balloon = self.coaxial.stack[slot].device.balloon
        rapid = balloon is not None and balloon.monorail
        return MONORAIL_MM_S if rapid else WITHDRAW_MM_S

    def settle(self) -> list[Handled]:
        """Take away what has been drawn out, and put in what follows."""
        done: list[Handled] = []
        for slot, following in list(self.leaving.items()):
            mounted = self.coaxial.stack[slot]
            if mounted.inserted_mm > 0.0:
                continue
            self.coaxial.unmount(slot)
            del self.leaving[slot]
            text = f"{mounted.device.title} removed."
            done.append(Handled("removed", text, slot, mounted.device.id))
            if following:
                done.append(self._mount(slot, following))
        return done

    def _mount(self, slot: Slot, device_id: str) -> Handled:
        device = self.tray[device_id]
        reason = self.coaxial.why_not(slot, device) or self._without_wire(slot, device)
        if reason:
            return Handled("refused", reason[:1].upper() + reason[1:] + ".", slot, device_id)
        self.coaxial.mount(slot, device)
        over = "over the wire" if slot != "wire" and "wire" in self.coaxial.stack else ""
        text = f"{device.title} put in {over}".rstrip() + "."
        return Handled("mounted", text, slot, device_id)

    def _without_wire(self, slot: Slot, device: Device) -> str:
        """Why a device may not go in without a wire here, in one line; empty if it may."""
        if slot == "wire" or not self.wire_first:
            return ""
        leads = ("wire", *SLOTS[: SLOTS.index(slot)])  # a wire, or a catheter around it
        stack = self.coaxial.stack
        if any(lead in stack and stack[lead].inserted_mm > 0.0 for lead in leads):
            return ""
        return f"{device.title} goes in over a wire in this case: put a wire into the vessel first"

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"leaving": dict(self.leaving)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self.leaving = dict(saved["leaving"])
