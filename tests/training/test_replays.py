"""Random short runs: replayed, and gone on with after a seek, they come to the same bits."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

import ir_sim
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.training.session import Session

CASES = ("right-renal-selective", "tutorial-first-steps", "contralateral-iliac")
SECONDS = 11


def hands(rng, session):
    """Controls of a run by somebody who tries everything, changing their mind each half second."""
    catheter = next(d.id for d in session.scenario.devices.values() if d.slot == "catheter")
    wire = next(d.id for d in session.scenario.devices.values() if d.slot == "wire")
    mounts = {0: Action("mount", slot="wire", device=wire)}
    mounts[int(rng.integers(60, 300))] = Action("mount", slot="catheter", device=catheter)
    held = Controls()
    for tick in range(SECONDS * 60):
        if tick % 30 == 0:
            speed, turn = rng.uniform(-30, 90, 2), rng.uniform(-200, 200, 2)
            slots = [s for s in ("wire", "catheter") if s in session.state.devices]
            held = Controls(
                motions={s: Motion(float(speed[i]), float(turn[i])) for i, s in enumerate(slots)},
                pedal=("off", "fluoro", "acquire")[int(rng.integers(3))],
                inject_ml_s=float(rng.choice([0.0, 0.0, 3.0])),
                table_mm_s=(0.0, float(rng.uniform(-20, 60))),
            )
        if tick in mounts:
            yield Controls(actions=(mounts[tick],))
        else:
            slots = set(session.state.devices)
            yield Controls(
                {s: m for s, m in held.motions.items() if s in slots},
                held.pedal,
                held.inject_ml_s if "catheter" in slots else 0.0,
                held.table_mm_s,
            )


def check(seed, tmp_path):
    rng = np.random.default_rng(seed)
    session = Session(ir_sim.load_scenario(CASES[seed % len(CASES)]), seed)
    seek, snapshot = int(rng.integers(30, SECONDS * 60 - 30)), None
    for controls in hands(rng, session):
        if session.state.tick == seek:
            snapshot = session.snapshot()
        session.step(controls)
    hashes = list(session.recording.hashes)
    assert len(hashes) >= 2
    path = tmp_path / "run.irrun"
    session.save(path)
    again = ir_sim.replay(path)
    assert list(again.recording.hashes) == hashes
    session.restore(snapshot)
    assert session.state.tick == seek
    for controls in list(again.recording.controls())[seek:]:
        session.step(controls)
    assert list(session.recording.hashes) == hashes
    here, there = session.state.devices, again.state.devices
    assert all(np.array_equal(here[s].points_mm, there[s].points_mm) for s in here)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_random_run_replays_bit_for_bit_also_after_a_seek(seed, tmp_path):
    check(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 8, 19, 21, 29, 35])  # 19, 21 and 35 once did not
def test_more_random_runs_replay_bit_for_bit_also_after_a_seek(seed, tmp_path):
    check(seed, tmp_path)


def main() -> None:
    """Fifty runs: ``python -m tests.training.test_replays``."""
    for seed in range(50):
        with tempfile.TemporaryDirectory() as folder:
            check(seed, Path(folder))
        print(f"{seed}: same bits")


if __name__ == "__main__":
    main()
