"""Fistulas into a drawn vein: what leaves the artery in one tick enters the vein in the next.

The vein's pressure stands against the artery's, and what the blood carries goes along with it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ir_sim.flow.elimination import Array


class Crossings:
    """The ways across, by row.

    Attributes:
        rows: (row of the leak, vessel index of the vein, arclength in it).
        ml: (rows,) on the way; ``mass`` (species, rows) mg in it.
        mmhg: (rows,) pressure in the vein at the last tick.
    """

    def __init__(self, n_species: int) -> None:
        self.rows: list[tuple[int, int, float]] = []
        self.ml, self.mmhg = np.zeros(0), np.zeros(0)
        self.mass = np.zeros((n_species, 0))

    def add(self, leak: int, vein: int, at_mm: float, mmhg: float) -> None:
        """A way from a leak into a vein, in which there is a pressure now."""
        self.rows.append((leak, vein, at_mm))
        self.ml, self.mmhg = np.append(self.ml, 0.0), np.append(self.mmhg, mmhg)
        self.mass = np.append(self.mass, np.zeros((len(self.mass), 1)), axis=1)

    @property
    def leaks(self) -> list[int]:
        """Rows of the leaks that end in a drawn vein."""
        return [leak for leak, _, _ in self.rows]

    def state(self) -> dict[str, Array]:
        """What ``restore`` needs."""
        rows = np.array(self.rows, dtype=np.float64).reshape(-1, 3)
        kept = {"ml": self.ml.copy(), "mmhg": self.mmhg.copy(), "mass": self.mass.copy()}
        return {"rows": rows, **kept}

    def restore(self, state: Mapping[str, Array] | None) -> None:
        """Take up a state; None: there were none."""
        if state is None:
            self.rows, self.mass = [], self.mass[:, :0]
            self.ml, self.mmhg = np.zeros(0), np.zeros(0)
            return
        self.rows = [(int(r[0]), int(r[1]), float(r[2])) for r in state["rows"]]
        self.ml, self.mmhg = state["ml"].copy(), state["mmhg"].copy()
        self.mass = state["mass"].copy()
