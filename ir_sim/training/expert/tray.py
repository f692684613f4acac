"""Which device of the tray suits a job."""

from __future__ import annotations

from collections.abc import Iterable

from ir_sim.scenario.device import Device

#: A wire thinner than this radius is a microwire, mm (0.018 in: 0.23).
MICRO_WIRE_MM = 0.3


def bend_deg(device: Device) -> float:
    """How far the shape turns at most, from the tip on."""
    total = most = 0.0
    for section in device.sections:
        total += section.arc_deg
        most = max(most, total)
    return most


def opens(device: Device) -> bool:
    """Whether it is a balloon or stent, which leads nothing."""
    return device.balloon is not None or device.stent is not None


def angled_wire(tray: Iterable[Device], *, micro: bool = False) -> Device:
    """The wire that steers best: angled about 45 degrees, soft, of the calibre wanted."""
    wires = [d for d in tray if d.slot == "wire"]
    fitting = [d for d in wires if (d.outer_radius_mm < MICRO_WIRE_MM) == micro] or wires
    return min(fitting, key=lambda d: (abs(bend_deg(d) - 45.0), d.sections[-1].ei_n_mm2))


def by_bend(tray: Iterable[Device], need_deg: float) -> list[Device]:
    """The catheters, the one whose bend comes nearest first, flush catheters last."""
    found = [d for d in tray if d.slot == "catheter" and not opens(d)]
    flush = [d for d in found if d.side_holes is not None]
    shaped = [d for d in found if d.side_holes is None]
    return sorted(shaped, key=lambda d: abs(bend_deg(d) - need_deg)) + flush
