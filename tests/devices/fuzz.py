"""Hands gone wild: random hub motions and exchanges at any speed, in three anatomies.

``python -m tests.devices.fuzz --seeds 200 --seconds 60`` prints what was seen; see ``test_fuzz``.
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
from functools import cache

import numpy as np

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices import CoaxialSystem, sheath_mouth
from ir_sim.devices.hazards import HazardWatch
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.fields import SLOTS

from .anatomies import ANATOMIES

DT = 1 / 60


@cache
def place(name: str):
    anatomy, access = ANATOMIES[name]()
    tree = build_tree(anatomy)
    return Lumen(tree), sheath_mouth(tree, access)


class Wild:
    """One seed's hands."""

    def __init__(self, name: str, seed: int) -> None:
        lumen, mouth = place(name)
        self.random = np.random.default_rng(seed)
        self.system = CoaxialSystem(lumen, mouth)
        self.watch = HazardWatch()
        self.moves: dict[str, tuple[float, float]] = {}
        self.left_s = 0.0
        self.leaving: str | None = None
        self.devices = sorted(shipped_devices().values(), key=lambda d: d.id)

    def tick(self) -> None:
        stack = self.system.stack
        if self.leaving is not None:
            if stack[self.leaving].inserted_mm <= 0.0:
                self.system.unmount(self.leaving)
                self.leaving, self.left_s = None, 0.0
        elif self.left_s <= 0.0:
            self._decide()
        self.left_s -= DT
        moves = self.moves
        if self.leaving is not None:
            moves = {self.leaving: (-200.0, 0.0)}
        self.system.advance(moves, DT)

    def _decide(self) -> None:
        r, stack = self.random, self.system.stack
        self.left_s = float(r.uniform(0.05, 2.0))
        if len(stack) < 2 or r.random() < 0.1:
            slot = SLOTS[int(r.integers(4))]
            fit = [d for d in self.devices if not self.system.why_not(slot, d)]
            if fit:
                self.system.mount(slot, fit[int(r.integers(len(fit)))])
        elif r.random() < 0.05:
            self.leaving = list(stack)[int(r.integers(len(stack)))]
        self.moves = {}
        for slot in self.system.stack:
            if r.random() < 0.7:
                lean = 60.0 if slot == "wire" else 30.0  # inwards, else nothing would go in
                speed = r.choice([r.normal(lean, 60.0), r.uniform(-200, 200), 200.0, -200.0, 0.0])
                spin = r.choice([0.0, r.uniform(-720, 720), 720.0, -720.0])
                self.moves[slot] = (float(speed), float(np.radians(spin)))


def run(name: str, seed: int, seconds: float) -> dict[str, float]:
    """The worst of a run; an exception is let through."""
    wild = Wild(name, seed)
    worst = {"outside_mm": 0.0, "wall_n": 0.0, "hub_n": 0.0, "links": 0.0, "refused": 0.0}
    bad = 0
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        for _ in range(round(seconds / DT)):
            wild.tick()
            states = wild.system.states()
            wild.watch.update(states, DT)
            nodes, s = wild.system.rod.nodes, wild.system.rod.node_s_mm
            bad += not np.isfinite(nodes).all()
            worst["links"] = max(worst["links"], len(nodes) - 1)
            worst["refused"] += wild.system.slipped
            stretch = abs(float(np.abs(np.diff(nodes)).sum()) / float(s[-1]) - 1.0)
            worst["stretch"] = max(worst.get("stretch", 0.0), stretch)
            for state in states.values():
                worst["outside_mm"] = max(worst["outside_mm"], -float(state.clearance_mm.min()))
                worst["wall_n"] = max(worst["wall_n"], float(state.wall_force_n.max()))
                worst["hub_n"] = max(worst["hub_n"], abs(state.hub_force_n))
                bad += not (
                    np.isfinite(state.wall_force_n).all() and np.isfinite(state.hub_force_n)
                )
    return {**worst, "not_finite": float(bad)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--each", action="store_true", help="print every seed")
    parser.add_argument("--anatomy", choices=list(ANATOMIES), action="append")
    chosen = parser.parse_args()
    total: dict[str, float] = {}
    failed = 0
    start = time.process_time()
    names = chosen.anatomy or list(ANATOMIES)
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        name = names[seed % len(names)]
        try:
            worst = run(name, seed, chosen.seconds)
        except Exception:
            failed += 1
            print(name, seed, traceback.format_exc(limit=-4), flush=True)
            continue
        for key, value in worst.items():
            total[key] = max(total.get(key, 0.0), value)
        if chosen.each or worst["outside_mm"] > 0.3 or worst["not_finite"]:
            print(name, seed, json.dumps({k: round(v, 3) for k, v in worst.items()}), flush=True)
    spent = time.process_time() - start
    total |= {"exceptions": failed, "real_time_factor": chosen.seeds * chosen.seconds / spent}
    print(json.dumps({k: round(v, 3) for k, v in total.items()}))


if __name__ == "__main__":
    main()
