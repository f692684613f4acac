"""The tray: putting devices in, exchanging them, taking them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ir_sim.app.chart import size_of
from ir_sim.app.widgets import Button, Dialog, Item, Listing, Paragraph
from ir_sim.devices import DeviceState
from ir_sim.scenario.device import Device
from ir_sim.simulation.controls import Action


def tray_action(device: Device, mounted: Mapping[str, DeviceState]) -> Action:
    """What taking a device of the tray in hand means now."""
    there = mounted.get(device.slot)
    if there is None:
        return Action("mount", slot=device.slot, device=device.id)
    if there.device.id == device.id:
        return Action("remove", slot=device.slot)
    return Action("exchange", slot=device.slot, device=device.id)


_WORDS = {"mount": "Put in", "remove": "Take out", "exchange": "Exchange for this"}


def tray_items(tray: Mapping[str, Device], mounted: Mapping[str, DeviceState]) -> list[Item]:
    """Lines of the tray, by kind."""
    items: list[Item] = []
    for slot, heading in (
        ("wire", "wires"),
        ("catheter", "catheters"),
        ("microcatheter", "microcatheters"),
        ("guide", "guides and sheaths"),
    ):
        lines = [d for d in tray.values() if d.slot == slot]
        if not lines:
            continue
        items.append(Item(heading))
        there = mounted.get(slot)
        for device in lines:
            here = there is not None and there.device.id == device.id
            mark = f"in, {there.inserted_mm / 10:.0f} cm" if here and there is not None else ""
            items.append(Item(device.title, device.id, size_of(device), mark))
    return items


def tray_dialog(
    tray: Mapping[str, Device],
    mounted: Mapping[str, DeviceState],
    act: Callable[[Action], None],
    close: Callable[[], None],
) -> Dialog:
    """The dialog on M."""
    go = Button("go", "Put in", lambda: take(listing.value), "Enter", primary=True)
    note = Paragraph("note", "", 13, tone="quiet")

    def changed(device_id: str) -> None:
        device = tray[device_id]
        action = tray_action(device, mounted)
        go.text = _WORDS[action.kind]
        note.text = device.note

    def take(device_id: str | None) -> None:
        if device_id is not None:
            close()
            act(tray_action(tray[device_id], mounted))

    def take_out() -> None:
        device_id = listing.value
        if device_id is None:
            return
        slot = tray[device_id].slot
        close()
        act(Action("remove", slot=slot))

    listing = Listing("tray", tray_items(tray, mounted), changed, take, "The tray is empty.")
    empty = next((d.id for d in tray.values() if d.slot not in mounted), None)
    if empty is not None:  # a hasty Enter takes nothing out
        listing.choose(empty)
    if listing.value is not None:
        changed(listing.value)
    return Dialog(
        "Tray",
        [listing, note],
        [Button("close", "Close", close, "Esc"), Button("out", "Take out", take_out), go],
        size=(620, 560),
        closed=close,
        heights=(0, 36),
    )
