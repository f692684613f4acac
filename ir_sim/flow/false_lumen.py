"""False lumens: the channel that a lifted intima leaves beside the true one.

The channel takes the room that the true lumen has lost to the flap. Blood goes in at one end and
out at the other, so slowly that it changes no pressure: its contents are exchanged with those of
the true lumen there, volume for volume. Contrast stains it late and leaves it late. As a stent or a
balloon gives the true lumen its room back, the channel closes and gives up what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ir_sim.flow.calibres import Calibres
from ir_sim.flow.elimination import Array, Index
from ir_sim.flow.plumbing import Plumbing
from ir_sim.flow.transport import LANES, Transport

#: Time in which a false lumen's blood is renewed while the vessel carries its healthy flow, s
#: (assumed: on angiograms it fills late and stays for some beats to a minute), in mixed stages.
_TURNOVER_S, _STAGES = 5.0, 4
#: Breadth of the channel in the depth of the picture, by the healthy radius (assumed: it lies round
#: a part of the true lumen).
BREADTH_RADII = 1.6
#: Most of a transport cell that is exchanged in a tick, and the least flow by the healthy one.
_MOST_OF_CELL, _LEAST_FLOW = 0.5, 0.02


@dataclass(frozen=True)
class Channel:
    """A false lumen as pictures need it.

    Attributes:
        vessel: Index of the vessel.
        low: First sample of the table; ``high`` is after the last.
        width_mm: (samples,) of the channel beside the true lumen.
        mg_ml: (stages,) contrast along it.
    """

    vessel: int
    low: int
    high: int
    width_mm: Array
    mg_ml: Array


class FalseLumens:
    """All false lumens of a circulation.

    Attributes:
        rows: (vessel, first sample, sample after the last).
        mass: (species, rows, stages) mg.
        volume: (rows,) mL.
    """

    def __init__(self, plumbing: Plumbing, n_species: int) -> None:
        self._plumbing = plumbing
        self.rows: list[tuple[int, int, int]] = []
        self.mass = np.zeros((n_species, 0, _STAGES))
        self.volume = np.zeros(0)
        self._healthy = np.concatenate([v.healthy_radius_mm for v in plumbing.tree.vessels])

    def open(self, vessel: int, from_mm: float, to_mm: float) -> None:
        """A channel along a stretch; as wide as the true lumen is narrowed there."""
        span = self._plumbing.samples_between(vessel, from_mm, to_mm)
        row = (vessel, span.start, max(span.stop, span.start + 2))
        if row not in self.rows:
            self.rows.append(row)
            self.mass = np.concatenate(
                [self.mass, np.zeros_like(self.mass, shape=(len(self.mass), 1, _STAGES))], axis=1
            )
            self.volume = np.append(self.volume, 0.0)

    def width_mm(self, row: int, calibres: Calibres) -> Array:
        """(samples,) of a channel, as thick as the true lumen's wall has come in."""
        _, low, high = self.rows[row]
        lost = self._healthy[low:high] - calibres.radius_mm[low:high]
        return np.asarray(np.maximum(lost, 0.0))

    def exchange(
        self,
        transport: Transport,
        calibres: Calibres,
        slots: Index,
        flow_share: Array,
        active: Index,
        dt_s: float,
    ) -> None:
        """Let a tick pass.

        Args:
            transport: What is in the true lumens.
            calibres: The lumens now.
            slots: (samples,) transport cell of each sample.
            flow_share: (elements,) present flow by the healthy one.
            active: Species that are anywhere.
            dt_s: Duration.
        """
        per_slot = (transport.volume / transport.cells.count)[transport.cells.of_slot]
        for row, (_, low, high) in enumerate(self.rows):
            entry, leave = int(slots[low]), int(slots[high - 1])
            before, self.volume[row] = self.volume[row], self._volume(row, calibres)
            volume = float(self.volume[row])
            whole = (
                dt_s
                / _TURNOVER_S
                * volume
                * max(float(flow_share[self._plumbing.of_sample[low]]), _LEAST_FLOW)
            )
            swap = min(whole, _MOST_OF_CELL * float(min(per_slot[entry], per_slot[leave])))
            for s in active.tolist():
                held, lumen = self.mass[s, row], transport.mass[s]
                if volume < before and before > 0.0:
                    pressed = held * (1.0 - volume / before)
                    held -= pressed
                    lumen[:, leave] += float(pressed.sum()) / LANES
                if volume <= 0.0 or swap <= 0.0:
                    continue
                c_in = float(lumen[:, entry].sum()) / per_slot[entry]
                c_out = float(lumen[:, leave].sum()) / per_slot[leave]
                keep = 1.0 / (1.0 + swap * _STAGES / volume)
                through = c_in * swap
                for stage in range(_STAGES):
                    now = held[stage] + through
                    held[stage] = now * keep
                    through = now - held[stage]
                # what comes out goes to the end's cell, whose own goes up to the entry
                gone = lumen[:, entry] * (swap / per_slot[entry])
                back = lumen[:, leave] * (swap / per_slot[leave])
                lumen[:, entry] += c_out * swap / LANES - gone
                lumen[:, leave] += through / LANES - back

    def _volume(self, row: int, calibres: Calibres) -> float:
        _, low, high = self.rows[row]
        area = 0.25 * np.pi * self.width_mm(row, calibres) * BREADTH_RADII * self._healthy[low:high]
        return float(area @ self._plumbing.ds_mm[low:high]) * 1e-3

    def channels(self, calibres: Calibres, species: int) -> list[Channel]:
        """What there is to be drawn."""
        return [
            Channel(
                *row,
                self.width_mm(k, calibres),
                self.mass[species, k] * (_STAGES / max(float(self.volume[k]), 1e-9)),
            )
            for k, row in enumerate(self.rows)
        ]

    def state(self) -> dict[str, Array]:
        """What ``restore`` needs."""
        rows = np.array(self.rows, dtype=np.float64).reshape(-1, 3)
        return {"rows": rows, "mass": self.mass.copy(), "volume": self.volume.copy()}

    def restore(self, state: Mapping[str, Array] | None) -> None:
        """Take up a state; None: there were none."""
        if state is None:
            self.rows, self.mass = [], self.mass[:, :0]
            self.volume = np.zeros(0)
            return
        self.rows = [(int(r[0]), int(r[1]), int(r[2])) for r in state["rows"]]
        self.mass, self.volume = state["mass"].copy(), state["volume"].copy()
