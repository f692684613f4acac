"""What a tick costs with 150 branches while things are treated, and whether the ledgers close.

Run by hand: ``python -m tests.treatment.branches``. CPU time, so that other work does not count.
"""

import time

import numpy as np

from ir_sim.simulation import Action, Controls, Motion, Simulation
from ir_sim.simulation.benchmark import PARTICLES, many_branches


class Run:
    """The case, with a clock on every tick."""

    def __init__(self) -> None:
        self.sim = Simulation(many_branches(), 1)

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
