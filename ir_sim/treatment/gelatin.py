"""Gelatin sponge: the blood that leaves through a hole carries it there, and it packs the branch.

What does not reach a hole stops in the beds, as all particles do. The sponge is absorbed within
weeks: a run sees it shut, and nothing of it open again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ir_sim.treatment import embolic_laws as laws
from ir_sim.treatment.bench import Bench


@dataclass
class Pack:
    """Sponge at a hole.

    Attributes:
        leak: Row of the hole.
        plug: Row of the circulation's plug.
        room_mg: What fills the branch there.
        packed_mg: What has come.
        set: Whether it has swollen and shut the branch.
    """

    leak: int
    plug: int
    room_mg: float
    packed_mg: float = 0.0
    set: bool = False


class Gelatin:
    """All sponge that lies at holes.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._packs: dict[int, Pack] = {}

    def look(self, dt_s: float) -> None:
        """Let what the leaking blood has brought since the last look lodge.

        Args:
            dt_s: Since then.
        """
        blood, tree = self._bench.circulation, self._bench.tree
        mg_ml = blood.concentration_of("particles")
        for row, (vessel, vein) in enumerate(blood.leaks.rows):
            span = slice(int(tree.first[vessel]), int(tree.first[vessel + 1]))
            at_mm = float(blood.leaks.at_mm[row])
            near = int(np.abs(tree.sample_s_mm[span] - at_mm).argmin())
            came = float(mg_ml[span][near]) * float(blood.leaks.rate_ml_s[row]) * dt_s
            if vein or came <= 0.0:
                continue
            pack = self._packs.get(row) or self._begin(row, vessel, at_mm)
            if pack is None or pack.set:
                continue
            pack.packed_mg += came
            share = pack.packed_mg / pack.room_mg
            if share < laws.GELATIN_SETS_SHARE:
                blood.close_plug(pack.plug, share, dt_s)
                continue
            pack.set = True
            eager = max(blood.physiology.clotting, laws.GELATIN_LEAST_CLOTTING)
            blood.close_plug(pack.plug, laws.GELATIN_SHUTS, laws.GELATIN_SETS_S / eager)
            name = tree.vessels[vessel].id
            self._bench.happen(
                "gelatin_lodged",
                f"The sponge has packed the torn {name.replace('_', ' ')}: shut for some weeks.",
                None, vessel, mg=round(pack.packed_mg, 1),
            )  # fmt: skip

    def _begin(self, row: int, vessel: int, at_mm: float) -> Pack | None:
        """A new pack round a hole; None where the vessel is too wide to hold pieces of sponge."""
        wide_mm = self._bench.lumen_mm(vessel, at_mm)
        if wide_mm > laws.GELATIN_HOLDS_MM:
            return None
        half = 0.5 * laws.GELATIN_PACK_MM
        low = max(at_mm - half, 0.0)
        high = min(at_mm + half, self._bench.tree.vessels[vessel].length_mm)
        plug = self._bench.circulation.add_plug(vessel, low, high, clot=True)
        room = 0.25 * np.pi * wide_mm**2 * (high - low)  # mm³ of sponge, a mg each
        self._packs[row] = Pack(row, plug, float(room))
        return self._packs[row]

    def state(self) -> list[dict[str, Any]]:
        """What ``restore`` needs."""
        return [dict(vars(pack)) for pack in self._packs.values()]

    def restore(self, state: list[Mapping[str, Any]]) -> None:
        """Take up a state."""
        self._packs = {int(row["leak"]): Pack(**row) for row in state}
