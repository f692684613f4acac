"""The same bits on repeat, in another process, and after save and restore."""

import hashlib
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np

from ir_sim.devices import CoaxialSystem
from ir_sim.scenario.catalogue import shipped_devices

from .fuzz import place

DT = 1 / 60
ROOT = Path(__file__).parents[2]


def fresh():
    lumen, mouth = place("renal")
    system = CoaxialSystem(lumen, mouth)
    for name in ("wire-035-angled", "catheter-5f-cobra2"):
        device = shipped_devices()[name]
        system.mount(device.slot, device)
    return system


def move(system, first, last):
    """Wild but fixed motions for the ticks ``first`` to ``last``."""
    for tick in range(first, last):
        random = np.random.default_rng(tick // 20)
        wire, catheter = random.uniform(-60, 140), random.uniform(-60, 100)
        spin = random.uniform(-6, 6)
        if tick // 20 % 4 == 3:
            system.advance({}, DT)
        else:
            system.advance({"wire": (wire, spin), "catheter": (catheter, -spin)}, DT)


def digest(system):
    state = system.rod.state
    parts = [system.rod.nodes, state.angle, state.spin, state.slip_mm, state.normal_n]
    parts.append(np.array([[m.inserted_mm, m.tip_rad] for m in system.stack.values()]))
    return hashlib.sha256(b"".join(p.tobytes() for p in parts)).hexdigest()


def in_another_process(code):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_another_process_gives_the_same_bits_also_from_a_saved_state(tmp_path):
    system = fresh()
    move(system, 0, 200)
    saved = tmp_path / "half.pickle"
    saved.write_bytes(pickle.dumps(system.save()))
    move(system, 200, 360)
    straight_through = digest(system)
    again = in_another_process(
        "from tests.devices.test_determinism import *\n"
        "s = fresh(); move(s, 0, 360); print(digest(s))\n"
        f"s = fresh(); s.restore(pickle.loads(Path({str(saved)!r}).read_bytes()))\n"
        "move(s, 200, 360); print(digest(s))"
    ).split()
    assert again == [straight_through, straight_through]


def test_going_back_in_the_same_system_gives_the_same_bits():
    system = fresh()
    move(system, 0, 120)
    saved = system.save()
    move(system, 120, 240)
    first = digest(system)
    move(system, 300, 400)  # somewhere else
    system.restore(saved)
    move(system, 120, 240)
    assert digest(system) == first


def test_two_systems_do_not_disturb_each_other():
    alone = fresh()
    move(alone, 0, 100)
    one, other = fresh(), fresh()
    for tick in range(100):
        move(one, tick, tick + 1)
        move(other, tick + 500, tick + 501)
    assert digest(one) == digest(alone)
