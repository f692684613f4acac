"""Speed of the picture: contrast, blush and four devices, one thread."""

from __future__ import annotations

import resource
import sys
import time
from typing import Any

import numpy as np

from ir_sim.anatomy.body import build_body
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.xray.fluoroscope import Fluoroscope
from ir_sim.xray.gallery import demonstration_tree
from ir_sim.xray.imager import Imager
from ir_sim.xray.materials import device_pieces
from ir_sim.xray.scene import DeviceShape, Scene

_TICK_S = 1.0 / 60.0
_DEVICES = ("guide-6f-renal", "catheter-5f-cobra2", "wire-035-angled", "wire-018-micro")


def picture_speed(size_px: int = 1024, frames: int = 60) -> dict[str, Any]:
    """Milliseconds of a fluoroscopy picture of the abdomen with contrast and four devices.

    Returns:
        size, median_ms, p95_ms (processor time of this thread: others on the machine do not
        count), wall_median_ms, view_ms (a new field), peak_mib (of the process so far).
    """
    tree = demonstration_tree("abdomen-pelvis")
    beds = [v.index for v in tree.vessels if v.outlet is not None]
    imager = Imager(tree, build_body("abdomen-pelvis"), beds, size_px)
    machine = Fluoroscope(imager.body, (0.0, 52.0))
    machine.command("pulse_rate", 30)
    names = ("right_common_femoral", "right_external_iliac", "right_common_iliac", "aorta")
    line = np.vstack([tree.by_id[name].xy_mm[::-1] for name in names])
    line = line[line[:, 1] < 170.0]
    catalogue = shipped_devices()
    kinds = [name for name in _DEVICES if name in catalogue]
    kinds += [name for name in catalogue if name not in kinds][: 4 - len(kinds)]
    contrast = np.full(len(tree.sample_s_mm), 60.0, np.float32)
    bed = np.full(len(beds), 15.0)
    spent, wall = [], []
    for k in range(frames + 6):
        shapes = tuple(
            DeviceShape(line[: len(line) - 20 * i - (k % 5)], device_pieces(catalogue[name]))
            for i, name in enumerate(kinds)
        )
        exposure = None
        while exposure is None:
            exposure = machine.step(_TICK_S, "fluoro")
        scene = Scene(exposure, shapes, contrast, bed_mg=bed, breath_mm=float(k % 7))
        start, real = time.thread_time(), time.perf_counter()
        imager.draw(scene)
        if k >= 6:
            spent.append(1e3 * (time.thread_time() - start))
            wall.append(1e3 * (time.perf_counter() - real))
    machine.command("field", 32)
    start = time.thread_time()
    imager.prepare(machine.settings)
    view_ms = 1e3 * (time.thread_time() - start)
    return {
        "size": size_px,
        "median_ms": float(np.median(spent)),
        "p95_ms": float(np.percentile(spent, 95)),
        "wall_median_ms": float(np.median(wall)),
        "view_ms": view_ms,
        "peak_mib": peak_mib(),
    }


def picture_benchmark() -> list[dict[str, Any]]:
    """The figures for 512, 768 and 1024 picture elements a side."""
    return [picture_speed(size) for size in (512, 768, 1024)]


def peak_mib() -> float:
    """Largest resident memory of the process so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024.0)
