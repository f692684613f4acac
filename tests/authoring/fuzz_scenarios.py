"""A long run of texts: ``python tests/authoring/fuzz_scenarios.py 100000 --keep fuzz.jsonl``.

Nine of ten are shipped cases damaged, one is made by hypothesis. Every text must be answered within
two seconds with problems or a case, never with a traceback, and every case that is accepted must
run for a second under hands that do anything. A run that is cut off goes on where it stopped. The
bounded form runs with the tests.
"""

import argparse
import json
import random
import re
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import made_scenarios
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

import ir_sim
from ir_sim.authoring.check import check_scenario
from ir_sim.scenario import Scenario, from_text, shipped_scenarios
from ir_sim.scenario.catalogue import shipped_devices

try:
    import resource
except ImportError:  # not on every system
    resource = None

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


#: Texts of a chunk; what is cut off loses no more.
CHUNK = 500
#: Every tenth chunk is made by hypothesis.
MADE_EVERY = 10
#: A second of an accepted case may take so long, s of processor time.
PLAY_S = 30.0
#: Share of the accepted cases that are drawn as well: the first picture of a patient takes seconds.
PICTURES = 0.04
#: A chunk with so many failures ends the run: something is broken altogether.
MOST_FAILURES = 40
MOST_BYTES = 3 << 30


@dataclass
class Tally:
    """What came of a chunk of texts."""

    chunk: int
    kind: str
    texts: int = 0
    accepted: int = 0
    simulated: int = 0
    longest_s: float = 0.0
    longest_play_s: float = 0.0
    peak_mib: float = 0.0
    failures: list[str] = field(default_factory=list)


class TooLongError(Exception):
    """An answer took more processor time than it may."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, in processor time, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise TooLongError(f"more than {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def play_a_second(scenario: Scenario, rng: random.Random) -> None:
    """Every case that is accepted must run, whatever the hands do."""
    sim = ir_sim.Simulation(scenario, seed=rng.randrange(1000))
    pedals = rng.choices(["off", "fluoro", "acquire"], [1, 3, 2], k=6)
    devices = list(scenario.devices.values())
    supplies = list(scenario.supplies)
    slot, device = next((d.slot, d.id) for d in devices)
    actions = [ir_sim.Action("mount", slot=slot, device=device)]
    inside: set[str] = set()
    for tick in range(60):
        if tick % 10 == 0 and devices:
            other = rng.choice(devices)
            deeds = [
                ir_sim.Action("mount", slot=other.slot, device=other.id),
                ir_sim.Action("exchange", slot=other.slot, device=other.id),
                ir_sim.Action("remove", slot=other.slot),
                ir_sim.Action("power_injection", value=[8.0, 15.0]),
                ir_sim.Action("take_up", device=rng.choice([other.id, *supplies])),
                ir_sim.Action("angulate", value=[rng.uniform(-40, 40), rng.uniform(-30, 30)]),
                ir_sim.Action("release"),
            ]
            actions += rng.sample(deeds, rng.randint(0, 2))
        held = sorted(inside | {a.slot for a in actions if a.kind == "mount" and a.slot})
        motions = {
            slot: ir_sim.Motion(rng.uniform(-100, 300), rng.uniform(-400, 400))
            for slot in held
            if rng.random() < 0.7
        }
        state = sim.step(
            ir_sim.Controls(
                motions=motions,
                pedal=pedals[tick // 10],
                inject_ml_s=rng.choice([0.0, 3.0, 12.0]),
                table_mm_s=(rng.uniform(-80, 80), rng.uniform(-80, 80)),
                actions=tuple(actions),
                treat=rng.choice([-1.0, 0.0, 2.0]),
            )
        )
        actions, inside = [], set(state.devices)
    if rng.random() < PICTURES:
        assert sim.picture().dtype == np.uint8
    for each in state.devices.values():
        assert np.isfinite(each.points_mm).all()
    ledger = state.iodine_ledger_mg
    assert all(np.isfinite(value) for value in ledger.values())
    left = ledger["injected"] - sum(v for k, v in ledger.items() if k != "injected")
    assert abs(left) <= 1e-6 * max(ledger["injected"], 1.0), f"iodine lost: {ledger}"
    sim.score()


def judge(text: str, tally: Tally, seconds: float, rng: random.Random, *, play: bool) -> None:
    """One text: answered in time, and played if it is accepted."""
    tally.texts += 1
    start = time.process_time()
    with at_most(seconds):
        scenario, problems = from_text(text, "fuzz.yaml", shipped_devices())
        if scenario is not None:
            problems += check_scenario(scenario)
    spent = time.process_time() - start
    tally.longest_s = max(tally.longest_s, spent)
    if spent > seconds:
        raise TooLongError(f"{spent:.1f} s of processor time")
    assert scenario is not None or problems, "refused without a word"
    if scenario is None or any(p.severity == "error" for p in problems):
        return
    tally.accepted += 1
    if play:
        start = time.process_time()
        with at_most(PLAY_S):
            play_a_second(scenario, rng)
        tally.simulated += 1
        tally.longest_play_s = max(tally.longest_play_s, time.process_time() - start)


def originals() -> list[str]:
    """What is damaged: the shipped cases, and the short ones of the authors' page."""
    page = Path(__file__).parents[2] / "docs" / "authoring.md"
    composed = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    whole = [p.read_text(encoding="utf-8") for p in shipped_scenarios().values()]
    return whole + 3 * composed  # short, and they take from others


def run(
    count: int,
    chunk: int,
    seconds: float = 2.0,
    *,
    play: bool = False,
    made: bool = False,
    folder: Path = Path("fuzz-failures"),
) -> Tally:
    """Judge ``count`` texts; the number of the chunk seeds them. Failures are kept in a folder."""
    tally = Tally(chunk, "made" if made else "damaged")
    rng = random.Random(chunk)

    def one(text: str) -> None:
        try:
            judge(text, tally, seconds, rng, play=play)
        except Exception as error:  # whatever it is, it is told and the run goes on
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{chunk}-{tally.texts}"
            (folder / f"{name}.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
            told = "".join(traceback.format_exception(error))
            (folder / f"{name}.txt").write_text(told, encoding="utf-8")
            tally.failures.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
            if len(tally.failures) >= MOST_FAILURES:
                raise SystemExit(
                    f"{len(tally.failures)} failures in {folder}: mend first"
                ) from error

    if made:
        several = settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seed(chunk)(several(given(made_scenarios.texts())(one)))()
    else:
        whole = originals()
        for _ in range(count):
            one(damaged(rng, rng.choice(whole)))
    if resource is not None:
        tally.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def long_run(count: int, keep: Path, most_s: float) -> int:
    """Chunk after chunk, each kept as a line; returns how many texts failed."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    lines = keep.read_text(encoding="utf-8").splitlines() if keep.exists() else []
    kept = {row["chunk"]: row for row in map(json.loads, lines)}
    until = time.monotonic() + most_s
    for chunk in range(-(-count // CHUNK)):
        if chunk in kept:
            continue
        if time.monotonic() > until:
            break
        made = chunk % MADE_EVERY == 0
        tally = run(CHUNK, chunk, play=True, made=made, folder=keep.with_suffix(".failures"))
        kept[chunk] = asdict(tally)
        with keep.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept[chunk]) + "\n")
    for kind in ("damaged", "made"):
        rows = [row for row in kept.values() if row["kind"] == kind]
        sums = {key: sum(row[key] for row in rows) for key in ("texts", "accepted", "simulated")}
        tops = {
            key: round(max((row[key] for row in rows), default=0.0), 2)
            for key in ("longest_s", "longest_play_s", "peak_mib")
        }
        print(kind, sums | tops | {"failures": sum(len(row["failures"]) for row in rows)})
    return sum(len(row["failures"]) for row in kept.values())


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("texts", type=int, nargs="?", default=10_000)
    words.add_argument("--keep", type=Path, default=Path("fuzz.jsonl"), help="where lines are kept")
    words.add_argument("--most-s", type=float, default=float("inf"), help="stop after so long")
    given_words = words.parse_args()
    raise SystemExit(bool(long_run(given_words.texts, given_words.keep, given_words.most_s)))
