"""Places inside vessels where fluid enters or leaves: catheter tips, bleeds, fistulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from ir_sim.flow.beds import SPECIES
from ir_sim.flow.calibres import Calibres
from ir_sim.flow.elimination import Array, Index
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.flow.parts import NO_TAPS, Taps
from ir_sim.flow.plumbing import Plumbing
from ir_sim.flow.ramp import Ramps
from ir_sim.flow.supply import VENOUS_MMHG

#: Side-holes count as so many jets, no closer together than this, mm (assumed).
_JETS, _JETS_APART_MM = 4, 3.0
#: Pressure in a lumen from which an injection slows down, and the rise beyond it at which it stops,
#: mmHg (assumed: a hand on a small syringe makes some thousand mmHg).
_HAND_MMHG, _STALL_MMHG = 400.0, 3000.0
#: Time over which the flow of a leak is read, s: about a beat.
_RATE_S = 1.0


@dataclass(frozen=True)
class Injection:
    """A flow out of a catheter, in one tick.

    Attributes:
        vessel: Index of the vessel that the tip lies in.
        at_mm: Arclength of the tip.
        rate_ml_s: Flow.
        concentration_mg_ml: Of what is injected (iodine, for contrast).
        species: One of ``beds.SPECIES``, or ``saline``, which carries nothing.
        holes_mm: Length from the tip backwards over which side-holes spread it; 0: end-hole only.
    """

    vessel: int
    at_mm: float
    rate_ml_s: float
    concentration_mg_ml: float
    species: str = "contrast"
    holes_mm: float = 0.0


@dataclass(frozen=True)
class Place:
    """A cut of an element: share of its resistance upstream, and the cell that begins there."""

    element: int
    fraction: float
    cell: int


@dataclass
class Leaks:
    """Bleeds into tissue and fistulas into veins, by row.

    Attributes:
        rows: (vessel, 0 tissue or 1 vein); the place is in ``at_mm``.
        at_mm: (rows,) arclength.
        conductance: mL/(s mmHg), on its way.
        stiffness: (rows,) pressure that a mL of blood builds up outside, mmHg/mL.
        lost_ml: (rows,) what has flowed out.
        contrast_mg: (rows,) contrast that has flowed out.
        rate_ml_s: (rows,) what flows out, mean over about a beat; -1 before the first tick.
        vein_mmhg: Pressure outside by row, where a leak ends in a drawn vein.
    """

    rows: list[tuple[int, int]] = field(default_factory=list)
    at_mm: Array = field(default_factory=lambda: np.zeros(0))
    conductance: Ramps = field(default_factory=lambda: Ramps(np.zeros(0)))
    stiffness: Array = field(default_factory=lambda: np.zeros(0))
    lost_ml: Array = field(default_factory=lambda: np.zeros(0))
    contrast_mg: Array = field(default_factory=lambda: np.zeros(0))
    rate_ml_s: Array = field(default_factory=lambda: np.zeros(0))
    vein_mmhg: dict[int, float] = field(default_factory=dict)

    def add(self, vessel: int, at_mm: float, stiffness: float, *, into_vein: bool) -> int:
        """A leak that lets nothing through yet; returns its row."""
        self.rows.append((vessel, int(into_vein)))
        self.at_mm = np.append(self.at_mm, at_mm)
        self.stiffness = np.append(self.stiffness, 0.0 if into_vein else stiffness)
        self.lost_ml = np.append(self.lost_ml, 0.0)
        self.contrast_mg = np.append(self.contrast_mg, 0.0)
        self.rate_ml_s = np.append(self.rate_ml_s, -1.0)
        return self.conductance.add(0.0)

    def flowed(self, ml: Array, dt_s: float) -> None:
        """Enter what has flowed out in a tick, (rows,) mL."""
        self.lost_ml = self.lost_ml + ml
        now = ml / dt_s
        share = min(dt_s / _RATE_S, 1.0)
        before = np.where(self.rate_ml_s < 0.0, now, self.rate_ml_s)
        self.rate_ml_s = np.maximum(before + share * (now - before), 0.0)

    @property
    def into_vein(self) -> Array:
        """(rows,) 1 for fistulas, 0 for bleeds."""
        return np.array([vein for _, vein in self.rows], dtype=np.float64)

    @property
    def pressure_mmhg(self) -> Array:
        """(rows,) outside: a vein's, or what the blood that collected has built up."""
        outside = np.asarray(VENOUS_MMHG * self.into_vein + self.stiffness * self.lost_ml)
        for row, mmhg in self.vein_mmhg.items():
            outside[row] = mmhg
        return outside

    def state(self) -> dict[str, Array]:
        """What ``restore`` needs."""
        state = {name: getattr(self, name).copy() for name in _LEAK_STATE}
        state["rows"] = np.array(self.rows, dtype=np.float64).reshape(-1, 2)
        return state | {f"conductance.{k}": v for k, v in self.conductance.state().items()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state."""
        self.rows = [(int(r[0]), int(r[1])) for r in state["rows"]]
        for name in _LEAK_STATE:
            setattr(self, name, state[name].copy())
        part = {
            key.removeprefix("conductance."): value
            for key, value in state.items()
            if key.startswith("conductance.")
        }
        self.conductance.restore(part)


_LEAK_STATE = ("at_mm", "stiffness", "lost_ml", "contrast_mg", "rate_ml_s")


def check_injections(plumbing: Plumbing, injections: Sequence[Injection]) -> None:
    """Refuse what cannot be injected.

    Raises:
        ValueError: An unknown species or vessel, or a number that is none; one line.
    """
    for i in injections:
        if not 0 <= i.vessel < len(plumbing.tree.vessels):
            raise ValueError(f"injection into vessel {i.vessel}, which does not exist")
        if i.species not in (*SPECIES, "saline"):
            raise ValueError(f"no species '{i.species}': one of {', '.join(SPECIES)} or saline")
        for name in ("at_mm", "rate_ml_s", "concentration_mg_ml", "holes_mm"):
            value = getattr(i, name)
            if not isfinite(value) or (name != "at_mm" and value < 0.0):
                raise ValueError(f"injection: {name} is {value}")


def jets(injection: Injection, catheters: Sequence[CatheterInLumen]) -> list[tuple[float, bool]]:
    """Arclengths of the holes, and whether the fluid leaves below (downstream of) the catheter.

    The catheter lies on the side of the tip where more of it is in the vessel.
    """
    tip = injection.at_mm
    above = below = 0.0
    for c in catheters:
        if c.vessel == injection.vessel:
            low, high = sorted((c.from_mm, c.to_mm))
            above, below = max(above, tip - low), max(below, high - tip)
    from_above = above >= below
    n = min(_JETS, 1 + int(injection.holes_mm / _JETS_APART_MM))
    back = np.linspace(0.0, injection.holes_mm, n) if n > 1 else np.zeros(1)
    places = tip - back if from_above else tip + back
    return [(float(s), from_above) for s in places]


class Places:
    """Finds cuts of elements; made anew whenever calibres or devices have changed."""

    def __init__(self, plumbing: Plumbing, calibres: Calibres, count: Index) -> None:
        self._plumbing, self._count = plumbing, count
        self._drag = np.concatenate([[0.0], np.cumsum(calibres.drag)])
        self._volume = np.concatenate([[0.0], np.cumsum(calibres.sample_volume)])

    def at(self, vessel: int, at_mm: float, *, below: bool = True) -> Place:
        """The cut at an arclength, just below or just above the sample there."""
        p = self._plumbing
        sample = p.sample_at(vessel, at_mm)
        element = int(p.of_sample[sample])
        low, high = int(p.first[element]), int(p.first[element + 1])
        cut = sample + 1 if below else sample
        fraction = self._share(self._drag, low, cut, high)
        part = self._share(self._volume, low, cut, high)
        count = int(self._count[element])
        return Place(element, fraction, int(np.clip(round(part * count), 1, count - 1)))

    @staticmethod
    def _share(running: Array, low: int, cut: int, high: int) -> float:
        whole = running[high] - running[low]
        return float((running[cut] - running[low]) / whole) if whole > 0.0 else 0.5


def circuit_taps(places: Sequence[Place], flow: Array, before_mmhg: Array, leaks: Leaks) -> Taps:
    """All taps: first the jets, then the leaks.

    Where a jet has driven the pressure of its lumen beyond what a hand keeps up against, it falls
    off as that pressure rises towards the most that a syringe makes.

    Args:
        places: Of jets and leaks.
        flow: (jets,) wanted flows.
        before_mmhg: (jets,) pressure at each before this tick.
        leaks: The leaks.
    """
    if not places:
        return NO_TAPS
    pressed = np.where(before_mmhg > _HAND_MMHG, flow / _STALL_MMHG, 0.0)
    return Taps(
        np.array([p.element for p in places], dtype=np.int64),
        np.array([p.fraction for p in places]),
        np.append(flow, np.zeros(len(leaks.rows))),
        np.append(pressed, leaks.conductance.now),
        np.append(np.full(len(flow), _HAND_MMHG), leaks.pressure_mmhg),
    )


def transport_taps(places: Sequence[Place], count: Index) -> tuple[list[tuple[int, int]], Index]:
    """Cells cut for the transport: sorted, different; and the row of each place among them."""
    taken: dict[tuple[int, int], list[int]] = {}
    for i, p in enumerate(places):
        free = [c for c in range(1, int(count[p.element])) if (p.element, c) not in taken]
        cell = min(free, key=lambda c: abs(c - p.cell), default=p.cell)
        taken.setdefault((p.element, cell), []).append(i)
    keys = sorted(taken)
    row = np.zeros(len(places), dtype=np.int64)
    for r, key in enumerate(keys):
        row[taken[key]] = r
    return keys, row
