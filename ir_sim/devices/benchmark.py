"""Speed of the device core: a wire and a catheter in a winding vessel, both hubs moving."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.coaxial import CoaxialSystem, sheath_mouth
from ir_sim.devices.grid import FINE_LINKS, LINK_MM
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.model import Access, Anatomy, Outlet, Vessel

_DT_S = 1.0 / 60.0
_HAND_MM_S = 40.0


def winding_vessel(length_mm: float, side_branches: int = 0) -> Anatomy:
    """An aorta-wide vessel that winds upwards, with short side branches."""
    y = np.arange(0.0, length_mm + 20.0, 20.0)
    x = 12.0 * np.sin(y / 60.0)
    points = [[float(a), float(b), 6.0] for a, b in zip(x[::-1], y[::-1], strict=True)]
    vessels = [Vessel(id="trunk", points=points)]
    for i, at in enumerate(np.linspace(15.0, length_mm - 15.0, side_branches)):
        side = 1.0 if i % 2 else -1.0
        middle = float(12.0 * np.sin(at / 60.0))
        branch = [[middle + side * 6.5, float(at), 1.5], [middle + side * 26.5, float(at) + 4, 1.2]]
        outlet = Outlet(organ="muscle", flow_ml_min=10.0)
        vessels.append(Vessel(id=f"side_{i}", parent="trunk", points=branch, outlet=outlet))
    return Anatomy(body="generic", vessels=vessels)


def device_speed(links: int, seconds: float = 10.0) -> dict[str, float]:
    """Real-time factor with a coaxial pair of about ``links`` links.

    Returns:
        links, devices, real_time_factor (simulated over processor time), max_stretch_percent (of
        the chain's length against the inserted length).
    """
    inserted = (links - FINE_LINKS // 2) * LINK_MM
    tree = build_tree(winding_vessel(inserted + 120.0))
    access = Access(vessel="trunk", at_mm=inserted + 115.0, sheath_fr=6.0, sheath_mm=5.0)
    system = CoaxialSystem(Lumen(tree), sheath_mouth(tree, access))
    catalogue = shipped_devices()
    system.mount("wire", catalogue["wire-035-angled"])
    system.mount("catheter", catalogue["catheter-5f-cobra2"])
    for part, goal in (("wire", inserted), ("catheter", inserted - 80.0)):
        while system.stack[part].inserted_mm < min(goal, 640.0 if part == "catheter" else goal):  # type: ignore[index]
            system.advance({part: (200.0, 0.0)}, _DT_S)  # type: ignore[dict-item]
    stretch, spent = 0.0, 0.0
    for tick in range(round(seconds / _DT_S)):
        speed = _HAND_MM_S if (tick // 30) % 2 else -_HAND_MM_S
        start = time.process_time()
        system.advance({"wire": (speed, 1.0), "catheter": (speed, 0.5)}, _DT_S)
        spent += time.process_time() - start
        nodes, s = system.rod.nodes, system.rod.node_s_mm
        stretch = max(stretch, abs(float(np.abs(np.diff(nodes)).sum()) / float(s[-1]) - 1.0))
    return {
        "links": len(system.rod.state.angle),
        "devices": 2,
        "real_time_factor": seconds / spent,
        "max_stretch_percent": 100.0 * stretch,
    }


def device_benchmark() -> list[dict[str, Any]]:
    """The figures for 100 and 200 links."""
    return [device_speed(100), device_speed(200)]
