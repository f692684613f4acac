"""``ir-sim bench``: how fast this machine runs the simulation."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
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
    treated = figures["treatment"]
    rows += [
        (
            f"balloon filled, {treated['branches']} branches",
            f"{treated['tick_ms']:.1f} ms a tick median, {treated['p99_ms']:.1f} p99, "
            f"{treated['most_ms']:.1f} most",
        )
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
    batch = figures["batch"]
    rows += [
        ("batch, no pictures", f"{batch['without_pictures']:.1f} x real time"),
        ("batch, 7.5 pictures/s of 512²", f"{batch['with_pictures']:.1f} x real time"),
    ]
    view = figures["view"]
    rows += [
        (
            "new view of the C-arm",
            f"{view['ready_ms']:.0f} ms median, {view['worst_ready_ms']:.0f} most",
        ),
        ("longest turn of the loop meanwhile", f"{view['turn_ms']:.1f} ms"),
        ("start of the program", f"{figures['start_s']:.2f} s"),
        ("memory, at most", f"{figures['peak_mib']:.0f} MiB"),
    ]
    print(table(rows))
    return OK


def measure() -> dict[str, Any]:
    """All figures, as ``design`` promises them to programs."""
    parts = Progress("measuring", 8)
    out: dict[str, Any] = {"machine": machine(), "start_s": start_s()}
    parts.at(1, "device core")
    from ir_sim.app.benchmark import view_change
    from ir_sim.devices.benchmark import device_benchmark
    from ir_sim.flow.benchmark import flow_benchmark
    from ir_sim.simulation.benchmark import treatment_benchmark
    from ir_sim.xray.benchmark import peak_mib, picture_benchmark

    out["device"] = device_benchmark()
    parts.at(2, "flow")
    out["flow"] = flow_benchmark()
    parts.at(3, "picture")
    out["picture"] = picture_benchmark()
    parts.at(4, "whole run")
    out["whole"] = _whole()
    parts.at(5, "batch")
    out["batch"] = {"without_pictures": batch_speed(), "with_pictures": batch_speed(512)}
    parts.at(6, "view change")
    out["view"] = view_change()
    parts.at(7, "treatment")
    out["treatment"] = treatment_benchmark()
    parts.done()
    out["peak_mib"] = peak_mib()
    figures: dict[str, Any] = _rounded(out)
    return figures


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
    """From the command to a case that is ready to be played, s (best of three)."""
    ready = "import ir_sim; ir_sim.Simulation(ir_sim.load_scenario('right-renal-selective'))"
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", ready], check=False, capture_output=True)  # noqa: S603 - our own interpreter
        times.append(time.perf_counter() - start)
    return min(times)


def _rounded(value: Any) -> Any:
    """Figures with four digits."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _whole(seconds: float = 20.0, size_px: int = 1024) -> dict[str, Any]:
    """A wire and a catheter on their way up the aorta under fluoroscopy, with a little contrast.

    Processor time of this process, so that other programs do not count: simulation alone for the
    real-time factor, drawing alone for the pictures.
    """
    import ir_sim
    from ir_sim.xray import Imager

    sim = ir_sim.Simulation(ir_sim.load_scenario("right-renal-selective"), seed=0)
    beds = tuple(int(vessel) for vessel in sim.circulation.bed_vessel)
    imager = Imager(sim.tree, sim.body, beds, size_px)
    mount = (
        ir_sim.Action("mount", slot="wire", device="wire-035-bentson"),
        ir_sim.Action("mount", slot="catheter", device="catheter-5f-cobra2"),
    )
    sim.step(ir_sim.Controls(actions=mount))
    simulating, drawing, pictures = 0.0, 0.0, 0
    for tick in range(round(60 * seconds)):
        motions = {
            "wire": ir_sim.Motion(advance_mm_s=30.0 if tick < 600 else 0.0),
            "catheter": ir_sim.Motion(20.0 if 200 < tick < 800 else 0.0, 40.0),
        }
        inject = 2.0 if tick > 900 else 0.0
        start = time.process_time()
        sim.step(ir_sim.Controls(motions=motions, pedal="fluoro", inject_ml_s=inject))
        simulating += time.process_time() - start
        scene = sim.scene()
        if scene is not None:
            start = time.process_time()
            imager.draw(scene)
            if pictures:  # the first one builds the view's maps
                drawing += time.process_time() - start
            pictures += 1
    return {
        "size": size_px,
        "picture_hz": (pictures - 1) / max(drawing, 1e-9),
        "real_time_factor": seconds / simulating,
    }


#: Runs of a batch.
_BATCH = 3


def batch_speed(size_px: int = 0) -> float:
    """Real-time factor of headless runs as calibrations and research do them, loading included.

    Processor time of the expert's first case from opening it to its score, three times over.

    Args:
        size_px: Side of the pictures, drawn at every pulse and frame; 0 draws none.
    """
    import ir_sim
    from ir_sim.training.autopilot import Autopilot
    from ir_sim.training.session import Session
    from ir_sim.xray import Imager

    start, simulated_s = time.process_time(), 0.0
    for seed in range(1, _BATCH + 1):
        session = Session(ir_sim.load_scenario("right-renal-selective"), seed=seed)
        player, imager = Autopilot(session), None
        if size_px:
            beds = tuple(int(vessel) for vessel in session.circulation.bed_vessel)
            imager = Imager(session.tree, session.body, beds, size_px)
        while not session.state.finished:
            session.step(player.controls())
            scene = session.scene() if imager is not None else None
            if imager is not None and scene is not None:
                imager.draw(scene)
        session.score()
        simulated_s += session.state.time_s
    return float(simulated_s / (time.process_time() - start))
