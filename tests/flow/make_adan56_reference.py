"""Makes tests/flow/data/adan56/adan56.json from a clone of openBF (Apache-2.0).

``python -m tests.flow.make_adan56_reference PATH_OF_THE_CLONE``. The model is ADAN56 (Boileau et
al. 2015, Int J Numer Meth Biomed Eng 31:e02732) as openBF ships it; the reference is the last cycle
of openBF's own 1D run (test/ref_adan56.jls), of which mean, highest and lowest values at the middle
of each vessel are kept.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml

FILE = Path(__file__).parent / "data" / "adan56" / "adan56.json"
ROWS, COLUMNS = 100, 6


def matrix(raw: bytes, label: str, field: str) -> np.ndarray:
    """A matrix of the Julia serialisation: found by the names before it."""
    name = b"\x21" + bytes([len(label)]) + label.encode()
    at = raw.index(name) + len(name)
    key = b"\x21\x01" + field.encode()
    at = raw.index(key, at) + len(key)
    at = raw.index(b"\x31" + struct.pack("<i", ROWS), at) + 6
    size = ROWS * COLUMNS
    return np.array(struct.unpack(f"<{size}d", raw[at : at + 8 * size])).reshape(COLUMNS, ROWS)


def main(clone: str) -> None:
    def show(path: str) -> bytes:
        command = ["git", "-C", clone, "show", f"HEAD:{path}"]
        return subprocess.run(command, check=True, capture_output=True).stdout

    folder = "models/boileau2015/adan56"
    model = yaml.safe_load(show(f"{folder}/adan56.yaml"))
    inlet = [
        [float(x) for x in line.split()] for line in show(f"{folder}/adan56_inlet.dat").splitlines()
    ]
    raw = show("test/ref_adan56.jls")
    vessels = []
    for v in model["network"]:
        row = {k: v[k] for k in ("label", "sn", "tn")}
        row |= {k: float(v[k]) for k in ("L", "E", "Rp", "Pext")}
        row |= {k: float(v[k]) for k in ("R1", "R2", "Cc") if k in v}
        for field in ("Q", "P"):
            table = matrix(raw, v["label"], field)
            t, middle = table[0], table[3]
            assert (np.diff(t) > 0).all()
            mean = np.trapezoid(middle, t) / (t[-1] - t[0])
            row[field] = [float(mean), float(middle.max()), float(middle.min())]
        vessels.append(row)
    commit = subprocess.run(
        ["git", "-C", clone, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    content = {
        "source": f"openBF {commit}, Apache-2.0, Copyright INSIGNEO Institute; units SI",
        "density": float(model["blood"]["rho"]),
        "viscosity": float(model["blood"]["mu"]),
        "inlet": inlet,
        "vessels": vessels,
    }
    FILE.write_text(json.dumps(content, indent=0))


if __name__ == "__main__":
    main(sys.argv[1])
