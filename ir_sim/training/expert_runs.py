"""Makes ``assets/experts``: the expert plays each shipped case once.

Run ``python -m ir_sim.training.expert_runs [CASE ...]`` after anatomy, devices or the expert have
changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ir_sim import __version__
from ir_sim.scenario.library import load, shipped_scenarios
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.debrief import values_of
from ir_sim.training.expert_figures import fingerprint, folder
from ir_sim.training.session import Session

#: An expert who needs longer has lost the way, s.
LONGEST_S = 1200.0


def play(case: str, seed: int = 1) -> Path | None:
    """Let the expert play a shipped case and keep the figures; None if the run did not pass."""
    scenario = load(case)
    session = Session(scenario, seed)
    expert, state = Autopilot(session), session.state
    while not state.finished and state.time_s < LONGEST_S:
        state = session.step(expert.controls())
    score = session.score()
    if not (state.finished and score.passed):
        return None
    figures = {name: round(value, 4) for name, value in sorted(values_of(score).items())}
    kept = {
        "simulated": True,
        "case": fingerprint(scenario),
        "seed": seed,
        "software": __version__,
        "figures": figures,
    }
    path = folder() / f"{scenario.id}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return path


def main(cases: Sequence[str]) -> int:
    """Play the named cases, or all shipped ones."""
    failed = 0
    for case in cases or list(shipped_scenarios()):
        path = play(case)
        failed += path is None
        print(f"{case}: {'did not pass, nothing kept' if path is None else path.name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
