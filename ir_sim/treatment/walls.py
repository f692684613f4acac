"""The vessels' walls as balloons and stents leave them: calibres, flaps, tears, stents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.lesions import Bleed
from ir_sim.treatment import balloon_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.ground import Ground, Ints, Site, Stretch

Array = NDArray[np.float64]

#: The number of this room's chance.
STREAM = 11
#: Flaps that a balloon has pressed on spring back by so much (assumed); a stent holds them.
FLAP_RECOIL = 0.6
#: A tear that comes or goes does so within this time, s.
_LEAK_S = 0.4
_FLAP_S = 2.0
#: Changes of a bleed below this are not sent, mL/s.
_SENT_ML_S = 0.005
#: A bleed so near to the access is the puncture's own, mm.
_PUNCTURE_MM = 4.0


@dataclass
class Tear:
    """A burst place of a wall.

    Attributes:
        row: Its row among the circulation's leaks.
        sample: Its cross-section.
        rate_ml_s: At 100 mmHg when nothing lies on it.
        pressed_s: How long a balloon has lain on it.
        sealed: Whether a covered stent lies over it.
        sent_ml_s: What the circulation was told last.
    """

    row: int
    sample: int
    rate_ml_s: float
    pressed_s: float = 0.0
    sealed: bool = False
    sent_ml_s: float = -1.0


class Walls:
    """What has become of the walls.

    Args:
        bench: The patient.

    Attributes:
        ground: What they are made of.
        stented: (samples,) 1 where a stent lies, 2 where a covered one does.
        flap: (samples,) whether a torn intima hangs there.
        tears: Burst places.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.ground = Ground(bench)
        self.first_mm = 2.0 * bench.circulation.radius_mm
        self._tempers: dict[Site, laws.Temper] = {}
        self.stented = np.zeros(len(self.first_mm), dtype=np.int64)
        self.flap = np.zeros(len(self.first_mm), dtype=bool)
        self.tears = self._authored()
        self._authored_rows = self._seen_rows = len(bench.circulation.leaks.rows)

    def _authored(self) -> list[Tear]:
        """The bleeds that the case begins with can be pressed and sealed like any other."""
        tree, rows = self.bench.tree, self.bench.circulation.lesion_rows
        out = []
        for v in tree.vessels:
            for place, lesion in enumerate(v.lesions):
                row = rows.get((v.index, place))
                if isinstance(lesion, Bleed) and row is not None:
                    near = int(np.argmin(np.abs(v.s_mm - lesion.at_mm)))
                    rate = 100.0 * float(self.bench.circulation.leaks.conductance.target[row])
                    sample = int(tree.first[v.index]) + near
                    out.append(Tear(row, sample, rate, sent_ml_s=rate))
        return out

    # -- readings ------------------------------------------------------------------------------

    @property
    def goal_mm(self) -> Array:
        """(samples,) diameters that the vessels are on their way to."""
        return np.asarray(2.0 * self.bench.circulation.blood.calibres.goal_mm)

    def site_under(self, samples: Ints) -> Site:
        """The lesion most under some cross-sections, or the healthy wall of their vessel."""
        numbers, counts = np.unique(self.ground.site[samples], return_counts=True)
        sites = [self.ground.sites[n] for n in numbers.tolist()]
        order = sorted(
            zip(sites, counts.tolist(), strict=True),
            key=lambda x: (x[0].hardness == "healthy", -x[1]),
        )
        found: Site = order[0][0]
        return found

    def temper(self, site: Site) -> laws.Temper:
        """What chance has laid into a site; the same however often it is asked for."""
        found = self._tempers.get(site)
        if found is None:
            rng = self.bench.chance(STREAM, site.number)
            calcified = site.hardness == "calcified"
            found = laws.temper(rng, site.kind, site.length_mm, calcified=calcified)
            self._tempers[site] = found
        return found

    def recoil(self, samples: Ints) -> Array:
        """(n,) share of a gain that each cross-section takes back."""
        out = np.empty(len(samples))
        of = self.ground.site[samples]
        for number in np.unique(of).tolist():
            out[of == number] = self.temper(self.ground.sites[number]).recoil
        out[self.flap[samples]] = np.maximum(out[self.flap[samples]], FLAP_RECOIL)
        return out

    def yields(self, samples: Ints) -> Array:
        """(n,) pressure at which each cross-section gives way, atm."""
        at_once = self.flap[samples] & (self.ground.yield_atm[samples] > 0.0)
        broken = self.stented[samples] > 0
        return np.where(at_once & ~broken, laws.YIELDS_AT_ONCE_ATM, self.ground.yield_atm[samples])

    def residual_percent(self, vessel: int, diameter_mm: Array) -> float:
        """Narrowest place of a vessel's lesions, for (samples,) diameters."""
        on = np.zeros(len(diameter_mm), dtype=bool)
        for site in self.ground.lesions(vessel):
            on |= self.ground.site == self.ground.place[site]
        if not on.any():
            on = self.bench.tree.sample_vessel == vessel
        share = diameter_mm[on] / self.ground.healthy_mm[on]
        return float(100.0 * np.clip(1.0 - share.min(), 0.0, 1.0))

    # -- changes -------------------------------------------------------------------------------

    def send(self, samples: Ints, diameter_mm: Array, seconds: float) -> None:
        """Send cross-sections to diameters; the others of their vessels go on as they were."""
        goal = self.bench.circulation.blood.calibres.goal_mm.copy()
        goal[samples] = 0.5 * diameter_mm
        first = self.bench.tree.first
        for vessel in np.unique(self.bench.tree.sample_vessel[samples]).tolist():
            low, high = int(first[vessel]), int(first[vessel + 1])
            self.bench.circulation.set_radius(int(vessel), goal[low:high], seconds)

    def dissect(self, site: Site, under: Stretch) -> tuple[int, float]:
        """Lift the intima at a lesion's downstream end; returns vessel and arclength."""
        tree = self.bench.tree
        if site.hardness == "healthy":
            middle = int(under.sample[len(under.sample) // 2])
            vessel, at = int(tree.sample_vessel[middle]), float(tree.sample_s_mm[middle])
        else:
            vessel, at = site.vessel, site.to_mm - 0.35 * laws.FLAP_MM
        self.bench.circulation.dissect(vessel, at, laws.FLAP_MM, laws.FLAP_PERCENT, _FLAP_S)
        on = (tree.sample_vessel == vessel) & (np.abs(tree.sample_s_mm - at) < 0.5 * laws.FLAP_MM)
        self.flap |= on & (self.stented == 0)
        return vessel, at

    def tear(self, sample: int) -> Tear:
        """Burst the wall at a cross-section."""
        tree, circulation = self.bench.tree, self.bench.circulation
        vessel, at = int(tree.sample_vessel[sample]), float(tree.sample_s_mm[sample])
        radius = 0.5 * float(self.ground.healthy_mm[sample])
        made = Tear(circulation.add_bleed(vessel, at), sample, laws.tear_ml_s(radius))
        self.tears.append(made)
        return made

    def _adopt(self) -> None:
        """Holes that others have made (a tip, a retriever) can be pressed and sealed as well."""
        leaks, tree = self.bench.circulation.leaks, self.bench.tree
        access = self.bench.scenario.access
        known = {tear.row for tear in self.tears}
        for row in range(self._seen_rows, len(leaks.rows)):
            vessel, vein = leaks.rows[row]
            rate = 100.0 * float(leaks.conductance.target[row])
            v = tree.vessels[vessel]
            puncture = v.id == access.vessel
            puncture &= abs(float(leaks.at_mm[row]) - access.at_mm) < _PUNCTURE_MM
            if puncture or vein or rate <= 0.0 or row in known:
                continue
            near = int(np.argmin(np.abs(v.s_mm - float(leaks.at_mm[row]))))
            self.tears.append(Tear(row, int(tree.first[vessel]) + near, rate, sent_ml_s=rate))
        self._seen_rows = len(leaks.rows)

    def bleed(self, pressed: Ints, dt_s: float) -> None:
        """Let the tears bleed, except where a balloon or a covered stent lies on them."""
        self._adopt()
        eager = self.bench.circulation.physiology.clotting
        for tear in self.tears:
            if tear.row >= self._authored_rows and tear.rate_ml_s <= laws.SEALS_ML_S:
                tear.rate_ml_s *= 1.0 - eager * dt_s / laws.SEALS_S
            if tear.sealed:
                rate = 0.0
            elif len(pressed) and pressed.min() <= tear.sample <= pressed.max():
                tear.pressed_s += dt_s
                rate = 0.0
            else:
                closed = min(tear.pressed_s / laws.TAMPONADE_S, 1.0)
                rate = tear.rate_ml_s * (1.0 - (1.0 - laws.TAMPONADE_LEAVES) * closed)
            if abs(rate - tear.sent_ml_s) > _SENT_ML_S or (rate == 0.0) != (tear.sent_ml_s == 0.0):
                self.bench.circulation.open_leak(tear.row, rate, _LEAK_S)
                tear.sent_ml_s = rate

    def lay_stent(self, samples: Ints, *, covered: bool) -> list[int]:
        """A stent holds these cross-sections; returns branches that a covered one has shut."""
        self.stented[samples] = np.maximum(self.stented[samples], 2 if covered else 1)
        self.flap[samples] = False
        if not covered:
            return []
        for tear in self.tears:
            tear.sealed |= bool((np.abs(samples - tear.sample) <= 1).any())
        return self._branches_under(samples)

    def _branches_under(self, samples: Ints) -> list[int]:
        tree = self.bench.tree
        shut = []
        for branch in tree.vessels:
            on = samples[tree.sample_vessel[samples] == branch.parent] if branch.parent >= 0 else []
            if len(on) < 3:
                continue
            s = tree.sample_s_mm[on]
            if s.min() + 1.0 < branch.parent_at_mm < s.max() - 1.0:
                row = self.bench.circulation.add_plug(branch.index, 0.0, 4.0)
                self.bench.circulation.close_plug(row, 1.0)
                shut.append(branch.index)
        return shut

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "stented": self.stented.copy(),
            "flap": self.flap.copy(),
            "tears": [asdict(tear) for tear in self.tears],
            "seen": self._seen_rows,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.stented, self.flap = state["stented"].copy(), state["flap"].copy()
        self.tears = [Tear(**row) for row in state["tears"]]
        self._seen_rows = int(state["seen"])
