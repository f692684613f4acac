"""A long run of damaged texts: ``python tests/authoring/fuzz_scenarios.py 100000 [--play]``.

Every text must be answered within two seconds with problems or a case, never with a traceback. The
bounded form runs with the tests.
"""

import random
import re
import sys
import time
from pathlib import Path

import numpy as np

import ir_sim
from ir_sim.authoring.check import check_scenario
from ir_sim.scenario import Scenario, from_text, shipped_scenarios
from ir_sim.scenario.catalogue import shipped_devices

WORDS = "~ null true no on .nan .inf -.inf 0x1F 0o7 1e999 -0 1_000 12:30 2026-11-24 <<: ? --- ..."
SCRAPS = [
    *"{}[]:,-#&*!|>'\"%@`\t\n\r \0\x1b\x85\u2028\ufeff",
    *WORDS.split(),
    "\n---\n",
    "&a [*a, *a]",
    "[" * 40,
    "{a: " * 60,
    "é",
    "𝕏",
    "9" * 400,
    "a" * 5000,
    "\n  - id: x\n",
    "1e308",
    "-1",
    "0",
    "!!python/object:x",
]


def damaged(rng: random.Random, text: str) -> str:
    """A text with one to six faults of the kinds that hands and editors make."""
    for _ in range(rng.randint(1, 6)):
        lines = text.split("\n")
        i = rng.randrange(len(text) + 1)
        kind = rng.randrange(9)
        if kind == 0:
            text = text[:i] + rng.choice(SCRAPS) + text[i:]
        elif kind == 1:
            text = text[:i] + text[i + rng.randint(1, 30) :]
        elif kind == 2:
            j = rng.randrange(len(lines))
            lines.insert(rng.randrange(len(lines)), lines[j])
            text = "\n".join(lines)
        elif kind == 3:
            del lines[rng.randrange(len(lines))]
            text = "\n".join(lines)
        elif kind == 4:
            j = rng.randrange(len(lines))
            lines[j] = " " * rng.randint(0, 9) + lines[j].lstrip()
            text = "\n".join(lines)
        elif kind == 5:
            text = _other_number(rng, text)
        elif kind == 6:
            words = text.split(" ")
            a, b = rng.randrange(len(words)), rng.randrange(len(words))
            words[a], words[b] = words[b], words[a]
            text = " ".join(words)
        elif kind == 7:
            text = text[:i]
        else:
            text = (
                text[:i]
                + chr(rng.choice([rng.randrange(32, 127), rng.randrange(0xD800)]))
                + text[i + 1 :]
            )
    return text


def _other_number(rng: random.Random, text: str) -> str:
    digits = [k for k, c in enumerate(text) if c.isdigit()]
    if not digits:
        return text
    k = rng.choice(digits)
    return (
        text[:k]
        + rng.choice(["-", "", "0", "99", ".", "e9", "1e-9", str(rng.random())])
        + text[k + 1 :]
    )


def play_a_second(scenario: Scenario) -> None:
    """Every case that is accepted must run."""
    sim = ir_sim.Simulation(scenario, seed=1)
    slot, device = next((d.slot, name) for name, d in scenario.devices.items())
    sim.step(ir_sim.Controls(actions=(ir_sim.Action("mount", slot=slot, device=device),)))
    for _ in range(60):
        state = sim.step(ir_sim.Controls(motions={slot: ir_sim.Motion(80.0)}, pedal="fluoro"))
    assert np.isfinite(state.devices[slot].points_mm).all()


def run(count: int, seed: int, seconds: float = 2.0, *, play: bool = False) -> dict[str, float]:
    """Check ``count`` damaged texts, and let the accepted ones run for a second if ``play``.

    Returns:
        How many were accepted, and the longest answer in seconds.
    """
    rng = random.Random(seed)
    originals = [p.read_text(encoding="utf-8") for p in shipped_scenarios().values()]
    page = Path(__file__).parents[2] / "docs" / "authoring.md"
    composed = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    originals += 3 * composed  # short, and they take from others
    devices = shipped_devices()
    accepted, longest = 0, 0.0
    for number in range(count):
        text = damaged(rng, rng.choice(originals))
        start = time.process_time()
        try:
            scenario, problems = from_text(text, "fuzz.yaml", devices)
            if scenario is not None:
                problems += check_scenario(scenario)
        except Exception:
            Path("fuzz-failure.yaml").write_text(text, encoding="utf-8", errors="replace")
            print(f"number {number} of seed {seed} failed; text in fuzz-failure.yaml")
            raise
        spent = time.process_time() - start
        assert spent < seconds, (
            f"number {number} of seed {seed} took {spent:.1f} s of processor time"
        )
        assert scenario is not None or problems, f"number {number}: refused without a word"
        longest = max(longest, spent)
        good = not any(p.severity == "error" for p in problems)
        accepted += good
        if good and play and scenario is not None:
            play_a_second(scenario)
    return {"accepted": accepted, "longest_s": longest}


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--play"]
    wanted = int(words[0]) if words else 10_000
    start_at = int(words[1]) if len(words) > 1 else 0
    print(run(wanted, start_at, play="--play" in sys.argv))
