"""The treating tool in hand: choosing it from the tray, the hand on it, what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ir_sim.app.widgets import Button, Dialog, Item, Listing, Paragraph
from ir_sim.devices import DeviceState
from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.supply import Supply
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import Assisting, Reading

#: What a held key does to a tool, in its reading's unit a second (assumed: an inflation device
#: turned steadily, a coil pushed with the fingers, beads given slowly, a pump's dial).
RATES = {"atm": 1.5, "mm": 8.0, "mL": 0.15, "mg/h": 0.5}
_OTHER_RATE = 1.0
#: No balloon reaches its rated pressure sooner than this, s: soft ones hold one or two atmospheres.
_FULL_S = 8.0
#: Vacuum asked for when the pump goes on: as much as the catheter is made for.
FULL_VACUUM_KPA = 100.0
#: What passes at one press: hours of a lysis, minutes of one by pulses, and minutes in which a
#: catheter seals to clot and a retriever grows into it.
LAPSES_H, PULSED_MIN, CLOT_MIN = (1.0, 6.0), (15.0, 30.0), (1.0, 4.0)


def treat_rate(reading: Reading | None, share: float) -> float:
    """What a held key is for the tool in hand; ``share`` -1 to 1 with fine and fast in it."""
    if reading is None:
        return 0.0
    rate = RATES.get(reading.unit, _OTHER_RATE)
    if reading.unit == "atm" and reading.most is not None:
        rate = min(rate, reading.most / _FULL_S)
    return share * rate


def treats(device: Device) -> bool:
    """Whether a device has a treating end."""
    return any(
        getattr(device, name, None) is not None
        for name in ("balloon", "stent", "retriever", "aspiration", "infusion", "embolectomy")
    )


def tools(scenario: Scenario) -> dict[str, Device | Supply]:
    """The treating tools of a case's tray, in the tray's order."""
    found: dict[str, Device | Supply] = {}
    for name in scenario.tray:
        device = scenario.devices.get(name)
        if device is not None and treats(device):
            found[name] = device
        elif name in scenario.supplies:
            found[name] = scenario.supplies[name]
    return found


def tool_line(tool: Device | Supply) -> str:
    """The figures one asks for at the table."""
    if isinstance(tool, Supply):
        if tool.coil is not None:
            coil = tool.coil
            how = "detachable" if coil.detachable else "pushable"
            return f"{coil.loop_mm:g} mm x {coil.length_mm / 10:g} cm, {how}"
        if tool.plug is not None:
            return f"{tool.plug.diameter_mm:g} mm"
        if tool.particles is not None:
            p = tool.particles
            return f"{p.from_um:g}-{p.to_um:g} um, {p.suspension_ml:g} mL"
        return f"{tool.liquid.volume_ml:g} mL" if tool.liquid is not None else ""
    if tool.stent is not None:
        return f"{tool.stent.diameter_mm:g} x {tool.stent.length_mm:g} mm"
    if tool.balloon is not None:
        b = tool.balloon
        burst = f", burst {b.burst_atm:g} atm" if not b.occlusion else ""
        return f"{b.diameter_mm:g} x {b.length_mm:g} mm{burst}"
    if tool.retriever is not None:
        return f"{tool.retriever.diameter_mm:g} x {tool.retriever.length_mm:g} mm"
    if tool.embolectomy is not None:
        full = tool.embolectomy
        return f"{full.diameter_mm:g} mm at {full.volume_ml:g} mL"
    return ""


def tool_items(
    found: Mapping[str, Device | Supply], mounted: Mapping[str, DeviceState], in_hand: str
) -> list[Item]:
    """Lines of the dialog: devices first, then supplies."""
    items: list[Item] = []
    inside = {d.device.id for d in mounted.values()}
    for heading, kind in (("on devices", Device), ("through the catheter", Supply)):
        lines = {name: tool for name, tool in found.items() if isinstance(tool, kind)}
        if lines:
            items.append(Item(heading))
        for name, tool in lines.items():
            mark = "in hand" if name == in_hand else ""
            if not mark and isinstance(tool, Device) and name not in inside:
                mark = "not in the patient"
            items.append(Item(tool.title, name, tool_line(tool), mark))
    return items


def lapses(tool: Device | Supply | None) -> list[tuple[float, str]]:
    """What may pass at one press with a tool in hand: hours, and how one says it."""
    if not isinstance(tool, Device):
        return []
    if tool.infusion is not None and not tool.infusion.pulsed:
        return [(h, f"{h:g} h") for h in LAPSES_H]
    minutes = PULSED_MIN if tool.infusion is not None else ()
    if tool.retriever is not None or tool.aspiration is not None:
        minutes = CLOT_MIN
    return [(m / 60.0, f"{m:g} min") for m in minutes]


def treatment_dialog(
    scenario: Scenario,
    mounted: Mapping[str, DeviceState],
    in_hand: str,
    act: Callable[[Action], None],
    close: Callable[[], None],
    assistant: Assisting | None = None,
) -> Dialog:
    """The dialog on 5: which tool is taken up, what the assistant does, and what takes hours."""
    found = tools(scenario)
    note = Paragraph("note", "", 13, tone="quiet")

    def changed(name: str) -> None:
        note.text = found[name].note

    def take(name: str | None) -> None:
        if name is not None:
            close()
            act(Action("take_up", device=name))

    def lapse(hours: float) -> Callable[[], None]:
        def pass_time() -> None:
            close()
            act(Action("lapse", value=hours))

        return pass_time

    empty = "Nothing on this tray treats."
    listing = Listing("tools", tool_items(found, mounted, in_hand), changed, take, empty)
    inside = [d.device.id for d in mounted.values() if d.device.id in found]
    if in_hand or inside:
        listing.choose(in_hand or inside[-1])
    if listing.value is not None:
        changed(listing.value)
    helps, held = list[Button](), found.get(in_hand)
    if assistant is not None:
        with_me = not assistant.with_you
        words = "Assistant: inflate with me" if with_me else "Assistant: wait"

        def ask() -> None:
            close()
            act(Action("assistant", value=with_me))

        helps = [Button("assistant", words, ask, "9")]
    times = [Button(f"lapse-{h:g}", f"Let {words} pass", lapse(h)) for h, words in lapses(held)]
    return Dialog(
        "Treatment",
        [listing, note],
        [
            Button("close", "Close", close, "Esc"),
            *(helps or times),
            Button("take", "Take up", lambda: take(listing.value), "Enter", primary=True),
        ],
        size=(680, 540),
        closed=close,
        heights=(0, 48),
    )
