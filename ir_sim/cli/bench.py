"""``ir-sim bench``: how fast this machine runs the simulation."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ir_sim.cli.words import Progress, command, table

OK = 0


def add(commands: Any) -> None:
    """Register the command."""
    parser = command(
        commands, "bench", bench, "measure the speed on this machine", "ir-sim bench --json"
    )
    parser.add_argument("--json", action="store_true", help="one object, for programs")


def bench(args: argparse.Namespace) -> int:
    """Device core, flow, picture, whole run."""
    figures = measure()
    if args.json:
        print(json.dumps(figures, indent=2))
        return OK
    machine = figures["machine"]
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['system']}")
    rows = [("WHAT", "FIGURE")]
    rows += [
        (f"device core, {d['links']} links", f"{d['real_time_factor']:.1f} x real time")
        for d in figures["device"]
    ]
    rows += [
        (f"flow, {f['branches']} branches", f"{f['tick_ms']:.2f} ms a tick of 16.7 ms")
        for f in figures["flow"]
    ]
    rows += [
        (f"picture, {p['size']}²", f"{p['median_ms']:.1f} ms median, {p['p95_ms']:.1f} ms p95")
        for p in figures["picture"]
    ]
    whole = figures["whole"]
    if whole:
        rows += [
            ("whole run", f"{whole['real_time_factor']:.1f} x real time"),
            (f"pictures of {whole['size']}²", f"{whole['picture_hz']:.0f} a second"),
        ]
    rows += [
        ("start of the program", f"{figures['start_s']:.2f} s"),
        ("memory, at most", f"{figures['peak_mib']:.0f} MiB"),
    ]
    print(table(rows))
    return OK


def measure() -> dict[str, Any]:
    """All figures, as ``design`` promises them to programs."""
    parts = Progress("measuring", 5)
    out: dict[str, Any] = {"machine": machine(), "start_s": start_s()}
    parts.at(1, "device core")
    from ir_sim.devices.benchmark import device_benchmark

    out["device"] = device_benchmark()
    parts.at(2, "flow")
    out["flow"] = _of("ir_sim.flow.benchmark", "flow_benchmark")
    parts.at(3, "picture")
    out["picture"] = _of("ir_sim.xray.benchmark", "picture_benchmark")
    parts.at(4, "whole run")
    out["whole"] = _whole()
    parts.done()
    out["peak_mib"] = peak_mib()
    return out


def machine() -> dict[str, Any]:
    """The machine and the versions that the figures belong to."""
    import cv2
    import numpy
    import pymunk

    from ir_sim import __version__

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "ir_sim": __version__,
        "numpy": numpy.__version__,
        "opencv": cv2.__version__,
        "pymunk": pymunk.version,
    }


def start_s() -> float:
    """Time from the command to its first answer, s (best of three)."""
    call = [sys.executable, "-m", "ir_sim", "--version"]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(call, check=False, capture_output=True)  # noqa: S603 - our own interpreter
        times.append(time.perf_counter() - start)
    return round(min(times), 3)


def peak_mib() -> float:
    """Most memory that this process has held, MiB; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _of(module: str, name: str) -> list[dict[str, Any]]:
    if find_spec(module) is None:
        return []
    figures: list[dict[str, Any]] = getattr(import_module(module), name)()
    return figures


def _whole() -> dict[str, Any]:
    return {}
