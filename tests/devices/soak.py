"""Hours at the table: memory must stay flat. ``python -m tests.devices.soak --hours 2``."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

import numpy as np

from .fuzz import DT, Wild


def resident_mib() -> float:
    """Resident memory of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--anatomy", default="renal")
    chosen = parser.parse_args()
    wild = Wild(chosen.anatomy, seed=7)
    ticks = round(chosen.hours * 3600 / DT)
    pause = np.random.default_rng(0)
    tick = told = 0
    while tick < ticks:
        busy = int(pause.integers(60, 600))  # hands move for some seconds, then rest as long
        for _ in range(busy):
            wild.tick()
            if tick % 20 == 0:
                wild.watch.update(wild.system.states(), 20 * DT)
            tick += 1
        for _ in range(busy):
            wild.system.advance({}, DT)
            tick += 1
        if tick >= told + ticks // 32:
            told = tick
            gc.collect()
            at, links = tick * DT / 3600, len(wild.system.rod.state.angle)
            print(f"{at:.2f} h {resident_mib():.1f} MiB, {links} links", flush=True)


if __name__ == "__main__":
    main()
