"""The clot in the patient: slices that close the lumen, taken along, broken off or dissolved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ir_sim.anatomy.vessel_tree import Vessel
from ir_sim.flow.plumbing import begins_at_artery
from ir_sim.scenario.lesions import Thrombus, span_mm
from ir_sim.treatment.bench import Bench

#: Clot is cut into slices of about this length, at most so many, mm (assumed).
_SLICE_MM, _MOST_SLICES = 12.0, 12
#: A slice with less left of it than this is gone.
GONE = 0.05
#: Length of a piece that breaks off, mm (assumed).
_PIECE_MM = 5.0
#: Age and fibrin of a piece that came out of a dialysis access (assumed).
_STRAY_AGE_H, _STRAY_FIBRIN = 24.0, 0.7
#: Share of its usual flow from which a territory counts as perfused (assumed).
PERFUSED = 0.6
#: Share of the territory that makes each grade (mTICI: Zaidat 2013, Stroke 44:2650; 2c: Goyal
#: 2014, J Neurointerv Surg 6:83).
_GRADES = ((0.995, 3.0), (0.90, 2.7), (0.50, 2.5), (0.01, 2.0))


@dataclass
class Slice:
    """A length of clot.

    Attributes:
        vessel: Index of the vessel that it lies in.
        from_mm: Where it begins there.
        to_mm: Where it ends.
        row: Its plug in the flow.
        shuts: Share of the lumen that it closed at first.
        left: Share of it that is left.
    """

    vessel: int
    from_mm: float
    to_mm: float
    row: int
    shuts: float
    left: float = 1.0

    @property
    def there(self) -> bool:
        """Whether it still is in the way."""
        return self.left > GONE


@dataclass
class Clot:
    """One authored thrombus.

    Attributes:
        vessel: Index of the vessel that it was drawn in.
        age_h: Its age at the start.
        fibrin: Share of fibrin.
        diameter_mm: Of the vessel there.
        slices: From the heart outwards.
        passes: How often one tried to draw it out.
        held_by: Slot of the device that drags it along, or empty.
        behind_mm: How far behind that device's tip its middle lies.
        row: The plug that goes along with the device, or -1.
    """

    vessel: int
    age_h: float
    fibrin: float
    diameter_mm: float
    slices: list[Slice] = field(default_factory=list)
    passes: int = 0
    held_by: str = ""
    behind_mm: float = 0.0
    row: int = -1

    @property
    def there(self) -> list[Slice]:
        """The slices that are left."""
        return [piece for piece in self.slices if piece.there]

    @property
    def length_mm(self) -> float:
        """Of what is left."""
        return sum(piece.to_mm - piece.from_mm for piece in self.there)

    @property
    def dissolved_percent(self) -> float:
        """Share of the clot that is gone, by volume, per cent."""
        whole = sum(s.to_mm - s.from_mm for s in self.slices)
        left = sum((s.to_mm - s.from_mm) * s.left for s in self.slices if s.there)
        return 100.0 * (1.0 - left / whole)


class Clots:
    """All clot of a patient.

    Args:
        bench: The patient.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._demand = _demands(bench)
        self.all: list[Clot] = []
        rows = bench.circulation.blood.calibres.clots
        closed = bench.circulation.blood.calibres.obstacles.plugs.closed
        for vessel in bench.tree.vessels:
            for place, lesion in enumerate(vessel.lesions):
                if isinstance(lesion, Thrombus):
                    closed.put(rows[vessel.index, place], 0.0)
                    self.all.append(self._cut(vessel, lesion))

    def _cut(self, vessel: Vessel, lesion: Thrombus) -> Clot:
        low, high = span_mm(lesion)
        low, high = max(low, 0.0), min(high, vessel.length_mm)
        at = np.clip(np.searchsorted(vessel.s_mm, lesion.at_mm), 0, len(vessel.s_mm) - 1)
        diameter = 2.0 * float(vessel.healthy_radius_mm[at])
        clot = Clot(vessel.index, lesion.hours, lesion.fibrin_percent / 100.0, diameter)
        count = int(np.clip(math.ceil((high - low) / _SLICE_MM), 1, _MOST_SLICES))
        edges = np.linspace(low, high, count + 1)
        shuts = lesion.occlusion_percent / 100.0
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            row = self._bench.circulation.add_plug(vessel.index, a, b, clot=True)
            self._bench.circulation.blood.calibres.obstacles.plugs.closed.put(row, shuts)
            clot.slices.append(Slice(vessel.index, a, b, row, shuts))
        return clot

    # -- where it is ---------------------------------------------------------------------------

    def ahead_mm(self, clot: Clot, vessel: int, at_mm: float) -> float | None:
        """From a place to the clot's face, mm; negative within it, None if not on the way to it."""
        if not clot.there:
            return None
        face = clot.there[0]
        tree, along, here = self._bench.tree, face.from_mm, face.vessel
        if vessel == here:
            return None if at_mm > clot.there[-1].to_mm else along - at_mm
        while here != vessel:
            along += tree.vessels[here].parent_at_mm
            here = tree.vessels[here].parent
            if here < 0:
                return None
        return along - at_mm

    def nearest(self, vessel: int, at_mm: float, within_mm: float) -> Clot | None:
        """The clot whose face lies at most so far ahead, or that the place lies in."""
        for clot in self.all:
            ahead = self.ahead_mm(clot, vessel, at_mm)
            if ahead is not None and not clot.held_by and ahead <= within_mm:
                return clot
        return None

    def below(self, vessel: int) -> Iterator[Vessel]:
        """A vessel and all that hang on it."""
        yield self._bench.tree.vessels[vessel]
        for child in self._bench.tree.children[vessel]:
            yield from self.below(int(child))

    # -- what becomes of it --------------------------------------------------------------------

    def shrink(self, piece: Slice, left: float, seconds: float = 1.0) -> None:
        """Let a slice dissolve to so much."""
        piece.left = left
        shuts = piece.shuts * left if piece.there else 0.0
        self._bench.circulation.close_plug(piece.row, shuts, seconds)

    def catch(self, clot: Clot, slot: str, behind_mm: float) -> None:
        """Let a device drag the clot along."""
        circulation, first = self._bench.circulation, clot.there[0]
        clot.held_by, clot.behind_mm = slot, behind_mm
        clot.row = circulation.add_plug(
            first.vessel, first.from_mm, clot.there[-1].to_mm, clot=True
        )
        circulation.close_plug(clot.row, 0.9, 0.0)
        for piece in clot.there:
            circulation.close_plug(piece.row, 0.0, 0.2)

    def drag(self, clot: Clot, vessel: int, at_mm: float) -> None:
        """Take a caught clot along to a place of its middle."""
        half = 0.5 * clot.length_mm
        length = self._bench.tree.vessels[vessel].length_mm
        low = float(np.clip(at_mm - half, 0.0, max(length - 2.0, 0.0)))
        high = min(max(at_mm + half, low + 2.0), length)
        self._bench.circulation.move_plug(clot.row, vessel, low, high)

    def remove(self, clot: Clot) -> None:
        """The clot is out of the patient."""
        if clot.row >= 0:
            self._bench.circulation.close_plug(clot.row, 0.0, 0.2)
        for piece in clot.there:
            self.shrink(piece, 0.0, 0.2)
        clot.held_by, clot.row = "", -1

    def drop(self, clot: Clot, vessel: int, at_mm: float) -> None:
        """A caught clot is lost: it shuts the vessel where it is now."""
        length = clot.length_mm
        row, clot.row, clot.held_by = clot.row, -1, ""
        end = self._bench.tree.vessels[vessel].length_mm
        low = float(np.clip(at_mm - 0.5 * length, 0.0, max(end - length, 0.0)))
        self._bench.circulation.move_plug(row, vessel, low, min(low + length, end))
        self._bench.circulation.close_plug(row, 1.0, 0.5)
        clot.slices = [s for s in clot.slices if not s.there]
        clot.slices.append(Slice(vessel, low, min(low + length, end), row, 1.0))

    def lodge(self, vessel: int) -> None:
        """A piece of clot shuts a vessel where it is narrow enough."""
        length = self._bench.tree.vessels[vessel].length_mm
        low = min(0.4 * length, max(length - _PIECE_MM, 0.0))
        row = self._bench.circulation.add_plug(vessel, low, min(low + _PIECE_MM, length), clot=True)
        self._bench.circulation.close_plug(row, 1.0, 0.5)

    def settle(self, vessel: int, shuts: float) -> None:
        """A piece of clot comes to rest in a vessel, to be drawn out again as any clot."""
        of = self._bench.tree.vessels[vessel]
        low = min(0.4 * of.length_mm, max(of.length_mm - _PIECE_MM, 0.0))
        high = min(low + _PIECE_MM, of.length_mm)
        row = self._bench.circulation.add_plug(vessel, low, high, clot=True)
        self._bench.circulation.close_plug(row, shuts, 0.5)
        clot = Clot(vessel, _STRAY_AGE_H, _STRAY_FIBRIN, 2.0 * of.radius_at(0.5 * (low + high)))
        clot.slices.append(Slice(vessel, low, high, row, shuts))
        self.all.append(clot)

    def anastomosis(self, vessel: int) -> int:
        """The vein that begins at an artery and that a vein's blood comes from; -1 if none."""
        vessels = self._bench.tree.vessels
        while vessel >= 0 and vessels[vessel].vein:
            if begins_at_artery(self._bench.tree, vessels[vessel]):
                return vessel
            vessel = vessels[vessel].parent
        return -1

    def beyond_anastomosis(self, vessel: int) -> list[int]:
        """Ends of the arteries beyond the anastomosis that a fistula's vein begins at."""
        first = self.anastomosis(vessel)
        if first < 0:
            return []
        vein = self._bench.tree.vessels[first]
        found = [
            v.index
            for child in self._bench.tree.children[vein.parent]
            for v in self.below(int(child))
            if not self._bench.tree.vessels[int(child)].vein
            and self._bench.tree.vessels[int(child)].parent_at_mm > vein.parent_at_mm - _PIECE_MM
        ]
        return [i for i in found if i in self._demand]

    def downstream(self, clot: Clot) -> list[int]:
        """Ends that hang on the clot's vessel."""
        return [v.index for v in self.below(clot.vessel) if v.index in self._demand]

    def beside(self, clot: Clot) -> list[int]:
        """Ends that hang on the parent of the clot's vessel, but not on the vessel."""
        parent = self._bench.tree.vessels[clot.vessel].parent
        own = {v.index for v in self.below(clot.vessel)}
        there = self.below(parent) if parent >= 0 else iter(())
        return [v.index for v in there if v.index in self._demand and v.index not in own]

    def organ(self, vessel: int) -> str:
        """What an end feeds."""
        outlet = self._bench.tree.vessels[vessel].outlet
        return outlet.organ if outlet is not None else "other"

    def pick(self, ends: list[int], chance: np.random.Generator) -> int:
        """One end, by the share of the blood that flows to it."""
        share = np.array([self._demand[end] for end in ends])
        return ends[int(chance.choice(len(ends), p=share / share.sum()))]

    # -- what is measured ----------------------------------------------------------------------

    def tici(self, clot: Clot) -> float | None:
        """Grade of reperfusion behind the clot: 0, 1, 2, 2.5, 2.7 or 3."""
        ends = self.downstream(clot)
        whole = sum(self._demand[end] for end in ends)
        if not whole:
            return None
        flow = self._bench.circulation.flow_ml_s
        fed = sum(self._demand[e] for e in ends if flow(e) >= PERFUSED * self._demand[e])
        for share, grade in _GRADES:
            if fed / whole >= share:
                return grade
        return 1.0 if clot.dissolved_percent > 0.0 else 0.0

    def measures(self) -> dict[tuple[str, str], float]:
        """What endpoints ask of the vessels that held clot."""
        found: dict[tuple[str, str], float] = {}
        for clot in self.all:
            name = self._bench.tree.vessels[clot.vessel].id
            found["lysis_percent", name] = clot.dissolved_percent
            grade = self.tici(clot)
            if grade is not None:
                found["tici", name] = grade
        return found

    def state(self) -> list[dict[str, Any]]:
        """What ``restore`` needs."""
        return [asdict(clot) for clot in self.all]

    def restore(self, state: list[Mapping[str, Any]]) -> None:
        """Take up a state."""
        self.all = [
            Clot(**{**saved, "slices": [Slice(**piece) for piece in saved["slices"]]})
            for saved in state
        ]


def _demands(bench: Bench) -> dict[int, float]:
    """Usual flow of each end whose author stated it, mL/s, by the vessel's index."""
    return {
        v.index: v.outlet.flow_ml_min / 60.0
        for v in bench.tree.vessels
        if v.outlet is not None and v.outlet.flow_ml_min is not None
    }
