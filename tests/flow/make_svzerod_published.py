"""Makes tests/flow/data/svzerod_published/cases.json from a clone of svZeroDSolver (BSD-3-Clause).

``python -m tests.flow.make_svzerod_published PATH_OF_THE_CLONE``: its own test inputs and stored
results, the last cycle thinned.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.flow.svzerod_reader import parse

FOLDER = Path(__file__).parent / "data" / "svzerod_published"
STEADY = [
    "R_R",
    "RC_R",
    "RLC_R",
    "RL_R",
    "R_RCR",
    "R_steadyPressure",
    "bifurcationR_R1",
    "bifurcationR_R1_blockNames",
    "bifurcationR_R2",
    "confluenceR_R",
    "stenosis_R",
    "blood_vessel_junction",
]
PULSATILE = ("pulsatileFlow_R_RCR", "pulsatileFlow_CRL")
KEPT = 40
QUANTITIES = ("pressure_in", "pressure_out", "flow_in", "flow_out")


def main(clone: str) -> None:
    def show(path: str) -> str:
        command = ["git", "-C", clone, "show", f"HEAD:{path}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    cases = {}
    for name in (*(f"steadyFlow_{n}" for n in STEADY), *PULSATILE):
        config = json.loads(show(f"tests/cases/{name}.json"))
        stored = json.loads(show(f"tests/cases/results/result_{name}.json"))
        table = {k: np.array([v[i] for i in sorted(v, key=int)]) for k, v in stored.items()}
        period = parse(config).period
        results = {}
        for vessel in dict.fromkeys(table["name"]):
            rows = np.flatnonzero(table["name"] == vessel)
            t = table["time"][rows].astype(float)
            last = rows[t >= t[-1] - period - 1e-9]
            keep = last[np.unique(np.linspace(0, len(last) - 2, KEPT).astype(int))]
            start = float(table["time"][rows[0]])
            results[vessel] = {"time": (table["time"][keep].astype(float) - start).tolist()}
            for q in QUANTITIES:
                results[vessel][q] = table[q][keep].astype(float).tolist()
        config.pop("description", None)
        cases[name] = {"input": config, "results": results}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "cases.json").write_text(json.dumps(cases))
    (FOLDER / "LICENSE").write_text(show("LICENSE.txt") if _has(clone) else show("LICENSE"))


def _has(clone: str) -> bool:
    command = ["git", "-C", clone, "cat-file", "-e", "HEAD:LICENSE.txt"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1])
