"""Whatever is done to a circulation, it stays finite, conserves, and can be restored."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow import CatheterInLumen, Injection
from ir_sim.flow.beds import SPECIES
from ir_sim.flow.drugs import FORMULARY
from tests.flow.cases import DT, circulation, shipped
from tests.flow.test_veins import fistula, kidney, leg


class Chaos:
    """Random acts on a circulation, by seed."""

    def __init__(self, c, seed):
        self.c, self.rng = c, np.random.default_rng(seed)
        self.plugs, self.coils, self.leaks = [], [], []
        self.injection, self.catheters = [], []

    def vessel(self):
        vessel = self.c.tree.vessels[int(self.rng.integers(len(self.c.tree.vessels)))]
        return vessel, float(self.rng.uniform(0.0, vessel.length_mm))

    def act(self):
        rng, c = self.rng, self.c
        vessel, at = self.vessel()
        kind = int(rng.integers(13))
        if kind == 0:
            species = (*SPECIES, "saline")[int(rng.integers(6))]
            rate, dense = float(rng.uniform(0, 30)), float(rng.uniform(0, 400))
            self.injection = [Injection(vessel.index, at, rate, dense, species, rng.uniform(0, 20))]
        elif kind == 1:
            self.injection = []
        elif kind == 2:
            radius = float(rng.uniform(0.3, 1.2)) * vessel.radius_at(at)
            self.catheters = [CatheterInLumen(vessel.index, at - 30.0, at, radius)]
        elif kind == 3:
            c.narrow(
                vessel.id,
                at,
                float(rng.uniform(2, 20)),
                float(rng.uniform(0, 99)),
                rng.uniform(0, 2),
            )
        elif kind == 4:
            c.set_radius(
                vessel.id, vessel.healthy_radius_mm * rng.uniform(0.3, 1.4), rng.uniform(0, 2)
            )
        elif kind == 5:
            c.spasm(vessel.id, float(rng.uniform(0.3, 1)))
        elif kind == 6:
            self.plugs.append(c.add_plug(vessel.id, at, at + 10, clot=bool(rng.integers(2))))
        elif kind == 7 and self.plugs:
            row = self.plugs[int(rng.integers(len(self.plugs)))]
            c.close_plug(
                row, float(rng.choice([0.0, 0.5, 0.99, 1.0])), float(rng.choice([0.0, 1.0]))
            )
        elif kind == 8:
            c.pack_coils(c.add_coils(vessel.id, at, at + 8), float(rng.uniform(0, 0.5)))
        elif kind == 9:
            other, there = self.vessel()
            into = (other.id, there) if other.vein and rng.integers(2) else None
            bleeds = bool(rng.integers(2))
            row = c.add_bleed(vessel.id, at) if bleeds else c.add_fistula(vessel.id, at, into)
            self.leaks.append(row)
        elif kind == 10 and self.leaks:
            c.open_leak(self.leaks[int(rng.integers(len(self.leaks)))], float(rng.uniform(0, 5)))
        elif kind == 11:
            drug = list(FORMULARY)[int(rng.integers(len(FORMULARY)))]
            c.give(drug, FORMULARY[drug].usual, vessel.id if rng.integers(2) else None)
        elif kind == 12:
            c.dissect(vessel.id, at, float(rng.uniform(5, 40)), float(rng.uniform(20, 80)))

    def run(self, ticks):
        for tick in range(ticks):
            if tick % 6 == 0:
                self.act()
            self.c.step(DT, self.injection, self.catheters)


def check(c):
    assert np.isfinite(c.blood.circuit.pressure).all()
    assert np.isfinite(c.blood.circuit.flow).all()
    for i, name in enumerate(SPECIES):
        ledger = dict(c.ledger_of(name))
        injected = ledger.pop("injected")
        assert abs(injected - sum(ledger.values())) <= 1e-9 * max(injected, 1e-6)
        assert min(ledger.values()) >= -1e-9 * max(injected, 1e-6)
        for lane in (0, 1):
            at = c.contents.transport.concentration(i, lane)
            assert at.min() >= -1e-9 * max(c.contents.limit[i], 1e-6)
            assert at.max() <= c.contents.limit[i] * (1 + 1e-9) + 1e-12


def made(case):
    return shipped(case) if isinstance(case, str) else circulation(case())


@pytest.mark.parametrize(
    ("case", "seed"),
    [
        ("right-renal-selective", 1),
        ("right-renal-selective", 2),
        ("left-uterine", 3),
        (kidney, 4),
        (kidney, 5),
        (leg, 6),
        (fistula, 7),
    ],
)
def test_anything_may_happen_to_the_patient_but_not_to_the_books(case, seed):
    c = made(case)
    chaos = Chaos(c, seed)
    for _ in range(6):
        chaos.run(100)
        check(c)
    middle = c.state()
    other = made(case)
    other.restore(middle)
    for _ in range(40):
        c.step(DT, chaos.injection, chaos.catheters)
        other.step(DT, chaos.injection, chaos.catheters)
    assert np.array_equal(c.blood.circuit.pressure, other.blood.circuit.pressure)
    assert np.array_equal(c.concentration_mg_ml, other.concentration_mg_ml)
    assert c.vitals(0) == other.vitals(0)
