"""What a tick costs with 150 branches while things are treated, and whether the ledgers close.

Run by hand: ``python -m tests.treatment.branches [REPEATS] [TREATMENT ...]``. CPU time, so that
other work does not count; of several repeats the quickest of each tick, so that little else does.
"""

import gc
import sys
import time
from collections.abc import Callable

import numpy as np

from ir_sim.scenario.model import Scenario
from ir_sim.simulation import Action, Controls, Motion, Simulation
from ir_sim.simulation.benchmark import PARTICLES, WIRE, case_of_text, many_branches

BALLOON, STENT, COIL, SUCKER = (
    "balloon-035-8x40",
    "stent-self-9x40",
    "coil-035-8mm",
    "aspiration-6f",
)
KISSING = "stent-balloon-8x37"
#: A tick has so long, ms.
BOUND_MS = 4.0


class Run:
    """A case, with a clock on every tick that has a label."""

    def __init__(self, scenario: Scenario) -> None:
        self.sim = Simulation(scenario, 1)
        gc.collect()
        self.spent: dict[str, list[float]] = {}

    def do(self, kind: str, **what: object) -> None:
        state = self.sim.step(Controls(actions=(Action(kind, **what),)))
        assert not state.refused, state.refused

    def run(self, label: str, seconds: float, **controls: object) -> None:
        spent = self.spent.setdefault(label, [])
        for _ in range(round(60 * seconds)):
            start = time.process_time()
            self.sim.step(Controls(**controls))
            spent.append(1e3 * (time.process_time() - start))

    def push(self, slot: str, device: str, seconds: float, mm_s: float) -> None:
        self.do("mount", slot=slot, device=device)
        self.run("pushing", seconds, motions={slot: Motion(mm_s)})


def balloon() -> Run:
    """A balloon in a stenosis: walls are laid anew."""
    r = Run(many_branches())
    r.push("wire", WIRE, 2.0, 60.0)
    r.push("catheter", BALLOON, 1.2, 40.0)
    r.do("take_up", device=BALLOON)
    r.run("balloon filling", 2.4, treat=4.0)
    r.run("balloon full", 1.0)
    r.run("balloon emptying", 2.0, treat=-6.0)
    return r


def stent() -> Run:
    """A stent that expands by itself."""
    r = Run(many_branches(more=[STENT]))
    r.push("wire", WIRE, 2.0, 60.0)
    r.push("catheter", STENT, 1.4, 40.0)
    r.do("take_up", device=STENT)
    r.run("stent unsheathed", 20.0, treat=2.5)
    assert any(e.kind == "stent_deployed" for e in r.sim.events)
    return r


def kissing() -> Run:
    """Two balloons with stents in a bifurcation."""
    r = Run(bifurcation())
    r.push("wire", WIRE, 4.0, 60.0)
    r.push("catheter", KISSING, 2.9, 40.0)
    r.do("take_up", device=KISSING)
    r.do("assistant", value=True)
    r.run("kissing balloons filling", 4.0, treat=3.0)
    r.run("kissing balloons emptying", 3.0, treat=-6.0)
    return r


def coil() -> Run:
    """Two coils pushed out of a catheter."""
    r = Run(many_branches(more=[COIL]))
    r.push("wire", WIRE, 2.5, 60.0)
    r.push("catheter", "catheter-5f-mpa", 2.0, 50.0)
    r.do("remove", slot="wire")
    r.run("wire out", 4.0)
    for _ in range(2):
        r.do("take_up", device=COIL)
        r.run("coil pushed", 16.0, treat=10.0)
    return r


def particles() -> Run:
    """Particles, and contrast with them."""
    r = Run(many_branches())
    r.push("wire", WIRE, 2.0, 60.0)
    r.push("catheter", "catheter-5f-mpa", 2.0, 50.0)
    r.do("remove", slot="wire")
    r.run("wire out", 4.0)
    r.run("contrast", 1.0, inject_ml_s=3.0)
    r.do("take_up", device=PARTICLES)
    r.run("particles", 3.0, treat=0.2)
    r.run("particles and contrast", 3.0, inject_ml_s=2.0)
    for species in ("contrast", "particles"):
        books = dict(r.sim.circulation.ledger_of(species))
        given = books.pop("injected")
        off = abs(given - sum(books.values())) / max(given, 1e-9)
        print(f"{species}: {given:.1f} mg injected, off by {off:.1e}")
    return r


def aspiration() -> Run:
    """A catheter that sucks, drawn back."""
    r = Run(many_branches(more=[SUCKER]))
    r.push("wire", WIRE, 2.0, 60.0)
    r.push("catheter", SUCKER, 2.0, 50.0)
    r.do("take_up", device=SUCKER)
    r.do("aspirate", value=85.0)
    r.run("aspiration", 3.0)
    r.run("aspiration, drawn back", 2.0, motions={"catheter": Motion(-20.0)})
    return r


def bifurcation() -> Scenario:
    """A bifurcation with an assistant, and 150 branches in all."""
    lesion = "[{kind: stenosis, at_mm: 7, length_mm: 13, diameter_percent: 70, hardness: fibrous}]"
    text = """\
format: 1
id: kissing-many
title: Kissing with many branches
level: advanced
objectives: [Measure]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 80}
anatomy:
  body: abdomen-pelvis
  vessels:
    - id: aorta
      points: [[0, 390, 8], [0, 200, 7.4], [0, 0, 7]]
"""
    for side, sign in (("right", -1), ("left", 1)):
        legs = f"[{12 * sign}, -18, 4], [{30 * sign}, -40, 4], [{46 * sign}, -62, 4]"
        text += f"""\
    - id: {side}_iliac
      parent: aorta
      points: [{legs}, [{60 * sign}, -100, 3.8], [{62 * sign}, -160, 3.7], [{62 * sign}, -230, 3.6]]
      lesions: {lesion}
      outlet: {{organ: muscle, flow_ml_min: 300}}
"""
    for k in range(147):
        sign, y = (1 if k % 2 else -1), 385 - 4.8 * (k // 2)
        text += f"""\
    - id: b{k}
      parent: aorta
      points: [[{8 * sign}, {y}, 1.2], [{34 * sign}, {y - 8}, 1.1], [{64 * sign}, {y - 14}, 1.0]]
      outlet: {{organ: muscle, flow_ml_min: 10}}
"""
    text += f"""\
access: {{vessel: right_iliac, at_mm: 190, sheath_fr: 7, sheath_mm: 60}}
assistant:
  device: {KISSING}
  vessel: left_iliac
  edge_mm: 2
  access: {{vessel: left_iliac, at_mm: 190, sheath_fr: 6, sheath_mm: 60}}
tray: [{WIRE}, {KISSING}]
task: {{target: {{vessel: aorta, at_mm: 200}}}}
"""
    return case_of_text(text)


TREATMENTS: dict[str, Callable[[], Run]] = {
    f.__name__: f for f in (balloon, stent, kissing, coil, particles, aspiration)
}


def main(repeats: int, names: list[str]) -> None:
    """Print the table: treatment, median, 99th percentile and most."""
    for name in names or list(TREATMENTS):
        runs = [TREATMENTS[name]().spent for _ in range(repeats)]
        for label in runs[0]:
            spent = np.min([run[label] for run in runs], axis=0)
            middle, high, most = np.percentile(spent, [50, 99, 100])
            over = int((spent > BOUND_MS).sum())
            figures = f"median {middle:.2f}, p99 {high:.2f}, most {most:.2f} ms; {over} over"
            print(f"{label:26} {len(spent):5} ticks: {figures} {BOUND_MS:g}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2:])
