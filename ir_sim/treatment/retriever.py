"""The stent on a wire that grows into clot: where it is open, what it holds, how it looks."""

from __future__ import annotations

import numpy as np

from ir_sim.devices import DeviceState
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.clot import Clot, Clots
from ir_sim.xray import DeviceShape
from ir_sim.xray.implants import stent

#: Struts that are open over less hold nothing and are not seen, mm (assumed).
LEAST_HOLD_MM = 3.0


def mounted(bench: Bench) -> DeviceState | None:
    """The retriever, if one is in."""
    found = bench.devices.get("wire")
    return found if found is not None and found.device.retriever is not None else None


def open_mm(bench: Bench, wire: DeviceState) -> tuple[float, float]:
    """From where to where behind its tip the retriever is open, mm."""
    tool = wire.device.retriever
    if tool is None:
        return 0.0, 0.0
    around = [d.inserted_mm for slot, d in bench.devices.items() if slot != "wire"]
    covered = min(max(around, default=0.0), wire.inserted_mm)
    free = wire.inserted_mm - max(wire.from_mm, covered)
    return tool.tip_mm, max(min(tool.tip_mm + tool.length_mm, free), tool.tip_mm)


def held(bench: Bench, clots: Clots, wire: DeviceState) -> tuple[Clot | None, float, float]:
    """The clot that the open struts lie in, over which length, and how far behind the tip, mm."""
    near, far = open_mm(bench, wire)
    if far - near < LEAST_HOLD_MM:
        return None, 0.0, 0.0
    places = np.arange(near, far, 1.0)
    at = [bench.place(wire, float(p)) for p in places]
    for clot in clots.all:
        if clot.held_by:
            continue
        inside = [
            float(p)
            for p, (vessel, s) in zip(places, at, strict=True)
            if any(x.vessel == vessel and x.from_mm <= s <= x.to_mm for x in clot.there)
        ]
        if inside:
            return clot, float(len(inside)), float(np.mean(inside))
    return None, 0.0, 0.0


def shapes(bench: Bench) -> tuple[DeviceShape, ...]:
    """The open struts, as an X-ray sees them."""
    wire = mounted(bench)
    if wire is None or wire.device.retriever is None:
        return ()
    near, far = open_mm(bench, wire)
    if far - near < LEAST_HOLD_MM:
        return ()
    course = bench.course(wire, near, far)
    vessel, at = bench.place(wire, 0.5 * (near + far))
    sample = int(bench.tree.first[vessel])
    sample += int(np.searchsorted(bench.tree.vessels[vessel].s_mm, at))
    radius_mm = bench.circulation.radius_mm
    lumen = float(radius_mm[min(sample, len(radius_mm) - 1)])
    radius = min(0.5 * wire.device.retriever.diameter_mm, 0.9 * lumen)
    return stent(course, radius, strut_mm=0.05, ring_mm=5.0, crowns=3)
