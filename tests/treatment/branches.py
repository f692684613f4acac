"""What a tick costs with 150 branches while things are treated, and whether the ledgers close.

Run by hand: ``python -m tests.treatment.branches``. CPU time, so that other work does not count.
"""

import time

import numpy as np

from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices, shipped_supplies
from ir_sim.simulation import Action, Controls, Motion, Simulation

BRANCHES = 149
PARTICLES = next(name for name, s in shipped_supplies().items() if s.kind == "particles")
HEAD = """\
format: 1
id: many
title: Many branches
level: beginner
objectives: [Measure]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 80}
anatomy:
  body: pelvis-leg
  vessels:
    - id: artery
      points: [[0, 0, 4], [0, -200, 4], [0, -470, 3.6]]
      lesions: [{kind: stenosis, at_mm: 30, length_mm: 20, diameter_percent: 70}]
      outlet: {organ: muscle, flow_ml_min: 200}
"""
TAIL = f"""\
access: {{vessel: artery, at_mm: 2, sheath_fr: 8, sheath_mm: 6, direction: antegrade}}
tray: [wire-035-amplatz-stiff, balloon-035-8x40, catheter-5f-mpa, {PARTICLES}]
task: {{target: {{vessel: artery, at_mm: 5}}}}
"""


def branch(k: int) -> str:
    """One twig, left and right in turn; one of them bleeds, one is shut by clot."""
    x, y = (1 if k % 2 else -1), -60 - 5 * (k // 2)
    sick = {10: "{kind: thrombus, at_mm: 20, length_mm: 8}", 12: "{kind: bleed, at_mm: 20}"}
    points = f"[[{4 * x}, {y}, 1.5], [{30 * x}, {y - 8}, 1.3], [{60 * x}, {y - 14}, 1.1]]"
    return (
        f"    - id: b{k}\n      parent: artery\n      points: {points}\n"
        f"      lesions: [{sick.get(k, '')}]\n      outlet: {{organ: muscle, flow_ml_min: 10}}\n"
    )


class Run:
    """The case, with a clock on every tick."""

    def __init__(self) -> None:
        text = HEAD + "".join(branch(k) for k in range(BRANCHES)) + TAIL
        scenario, problems = from_text(text, "many.yaml", shipped_devices(), shipped_supplies())
        if scenario is None:
            raise SystemExit(str(problems[0]))
        self.sim = Simulation(scenario, 1)

    def do(self, kind: str, **what: str) -> None:
        self.sim.step(Controls(actions=(Action(kind, **what),)))

    def run(self, label: str, seconds: float, **controls: object) -> None:
        spent = []
        for _ in range(round(60 * seconds)):
            start = time.process_time()
            self.sim.step(Controls(**controls))
            spent.append(1e3 * (time.process_time() - start))
        middle, high, worst = np.percentile(spent, [50, 99, 100])
        print(
            f"{label}: median {middle:.2f}, p99 {high:.2f}, most {worst:.1f} ms of CPU", flush=True
        )

    def ledgers(self) -> None:
        for species in ("contrast", "particles"):
            books = dict(self.sim.circulation.ledger_of(species))
            given = books.pop("injected")
            off = abs(given - sum(books.values())) / max(given, 1e-9)
            print(f"{species}: {given:.1f} mg injected, off by {off:.1e}")


def main() -> None:
    """Dilate, film and embolize."""
    r = Run()
    r.run("nothing in", 1.0)
    r.do("mount", slot="wire", device="wire-035-amplatz-stiff")
    r.run("wire", 2.0, motions={"wire": Motion(60.0)})
    r.do("mount", slot="catheter", device="balloon-035-8x40")
    r.run("balloon pushed", 1.2, motions={"catheter": Motion(40.0)})
    r.do("take_up", device="balloon-035-8x40")
    r.run("balloon filling (walls are laid anew)", 2.4, treat=4.0)
    r.run("balloon full", 2.0)
    r.run("balloon emptying", 2.0, treat=-6.0)
    r.do("remove", slot="catheter")
    r.run("out", 2.0)
    r.do("mount", slot="catheter", device="catheter-5f-mpa")
    r.run("catheter pushed", 2.0, motions={"catheter": Motion(50.0)})
    r.do("remove", slot="wire")
    r.run("wire out", 2.5)
    r.run("contrast", 1.0, inject_ml_s=3.0)
    r.do("take_up", device=PARTICLES)
    r.run("particles", 3.0, treat=0.2)
    r.run("particles and contrast", 3.0, inject_ml_s=2.0)
    r.ledgers()


if __name__ == "__main__":
    main()
