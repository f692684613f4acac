"""Two mouths at one bifurcation: plaque that goes over, edges that do not match, the aorta's wall.

Only cases with an assistant have it. A side is 0, the trainee's, or 1, the assistant's.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.tools import Balloon
from ir_sim.treatment import balloon_laws
from ir_sim.treatment import kissing_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.ground import Ints, Stretch
from ir_sim.treatment.inflation import FULL_ATM, PAIN_RATIO, Inflation
from ir_sim.treatment.stenting import Implant
from ir_sim.treatment.walls import Walls

Array = NDArray[np.float64]

#: Changes of the plaque below this are not looked at, mm³; a wall follows within this time, s.
_LOOK_MM3, _FOLLOW_S = 2.0, 0.25
#: Of a mouth so much must lie under a full balloon, or a stent, to be kept open by it (assumed).
_KEPT_SHARE = 0.5
#: From this share of the nominal pressure on two balloons kiss.
_KISS_SHARE = 0.7


@dataclass
class Mouth:
    """The first stretch of one of the two vessels.

    Attributes:
        vessel: Its index.
        samples: (n,) its cross-sections.
        opened_mm3: Plaque that a balloon has pressed away, at the last look.
        taken_mm2: (n,) lumen that the other side's plaque has taken.
        hidden: Share of the diameter at the bifurcation that the other side's stent hides.
        before_percent: Its stenosis when the other side's balloon began to fill.
        full: Whether a balloon in it was full at the last look.
    """

    vessel: int
    samples: Ints
    opened_mm3: float
    taken_mm2: Array
    hidden: float = 0.0
    before_percent: float = 0.0
    full: bool = False


class Blown(NamedTuple):
    """A balloon that holds pressure.

    Attributes:
        inflation: Where and how.
        balloon: Its chart.
    """

    inflation: Inflation
    balloon: Balloon

    @property
    def free_mm(self) -> float:
        """Its diameter by its chart."""
        return balloon_laws.diameter_mm(self.balloon, self.inflation.atm)

    @property
    def share(self) -> float:
        """Pressure over the nominal one."""
        return self.inflation.atm / self.balloon.nominal_atm


@dataclass
class Kiss:
    """Both balloons full at once.

    Attributes:
        told: What has been said of it.
        ratio: Band round both over the aorta, the largest so far.
    """

    told: list[str] = field(default_factory=list)
    ratio: float = 0.0

    def first_time(self, what: str) -> bool:
        """Whether something has not been said yet."""
        if what in self.told:
            return False
        self.told.append(what)
        return True


class Bifurcation:
    """What the two sides do to one another.

    Args:
        bench: The patient.
        walls: The walls.
        own: Index of the vessel that the trainee comes through; ``other`` the assistant's.
    """

    def __init__(self, bench: Bench, walls: Walls, own: int, other: int) -> None:
        self.bench, self.walls = bench, walls
        tree = bench.tree
        self.parent = tree.vessels[other].parent
        self.xy_mm = tree.vessels[self.parent].point_at(tree.vessels[other].parent_at_mm)
        self._mouths = [self._mouth(own), self._mouth(other)]
        self._kiss: Kiss | None = None
        self._uneven_told = False

    def _mouth(self, vessel: int) -> Mouth:
        tree = self.bench.tree
        s = tree.vessels[vessel].s_mm
        samples = int(tree.first[vessel]) + np.flatnonzero((s >= 0.0) & (s <= laws.MOUTH_MM))
        return Mouth(vessel, samples, 0.0, np.zeros(len(samples)))

    # -- a tick --------------------------------------------------------------------------------

    def step(self, balloons: Sequence[Blown | None], implants: Sequence[Implant]) -> None:
        """Look at both sides after their balloons have been pressed.

        Args:
            balloons: The trainee's and the assistant's.
            implants: All stents in the patient.
        """
        full = [self._is_full(side, now) for side, now in enumerate(balloons)]
        for side in (0, 1):
            if full[side] and not self._mouths[side].full:
                self._begins(side)
        goal = self.walls.goal_mm
        for side in (0, 1):
            kept = full[1 - side] or self._stented(1 - side)
            opened = self._pressed_away_mm3(side, goal)
            more = opened - self._mouths[side].opened_mm3
            if abs(more) < _LOOK_MM3:
                continue
            self._mouths[side].opened_mm3 = opened
            if not kept:
                self._push(1 - side, more)
                goal = self.walls.goal_mm
                self._mouths[1 - side].opened_mm3 = self._pressed_away_mm3(1 - side, goal)
        self._press_aorta(balloons, full)
        ended = [mouth.full and not now for mouth, now in zip(self._mouths, full, strict=True)]
        for side in (0, 1):
            self._mouths[side].full = full[side]
        if any(ended) and not any(full):
            self._compare_edges(implants)
        for side in (0, 1):
            if ended[side]:
                self._judge(1 - side)

    def _is_full(self, side: int, now: Blown | None) -> bool:
        """Whether a full balloon lies in a mouth."""
        if now is None or now.inflation.atm < FULL_ATM:
            return False
        inside = (self._mouths[side].samples[:, None] == now.inflation.samples).any(1)
        return float(inside.mean()) >= _KEPT_SHARE

    def _stented(self, side: int) -> bool:
        stented = self.walls.stented[self._mouths[side].samples] > 0
        return float(stented.mean()) >= _KEPT_SHARE

    def _begins(self, side: int) -> None:
        """A balloon is full: what the other side has pushed over is pressed away with the rest."""
        own, other = self._mouths[side], self._mouths[1 - side]
        own.taken_mm2[:], own.hidden = 0.0, 0.0
        other.before_percent = self._percent(1 - side)

    def sorted_out(self, lies: Stretch | None) -> Stretch | None:
        """Where the trainee's device lies, what is beyond the parent's end in its own vessel."""
        if lies is None:
            return None
        tree, own = self.bench.tree, self._mouths[0].vessel
        down = (lies.points_mm - self.xy_mm) @ tree.vessels[self.parent].tangent[-1]
        beyond = (tree.sample_vessel[lies.sample] == self.parent) & (down > 0.0)
        if not beyond.any():
            return lies
        vessel, first = tree.vessels[own], int(tree.first[own])
        off = lies.points_mm[beyond][:, None, :] - vessel.xy_mm[None, :, :]
        sample = lies.sample.copy()
        sample[beyond] = first + np.argmin((off**2).sum(2), axis=1)
        return replace(lies, sample=sample, z_mm=tree.sample_z_mm[sample])

    # -- plaque --------------------------------------------------------------------------------

    def _pressed_away_mm3(self, side: int, goal_mm: Array) -> float:
        """Plaque of a mouth that is not where it was at first, mm³."""
        samples = self._mouths[side].samples
        first, healthy = self.walls.first_mm[samples], self.walls.ground.healthy_mm[samples]
        now = np.minimum(goal_mm[samples], healthy)
        area = 0.25 * math.pi * (now**2 - np.minimum(first, healthy) ** 2)
        return float((area * self._steps_mm(samples)).sum())

    def _steps_mm(self, samples: Ints) -> Array:
        s = self.bench.tree.sample_s_mm[samples]
        return np.asarray(np.gradient(s)) if len(s) > 1 else np.ones(len(s))

    def _push(self, side: int, volume_mm3: float) -> None:
        """Plaque comes over into a mouth, or some of it goes back."""
        mouth = self._mouths[side]
        s = self.bench.tree.sample_s_mm[mouth.samples]
        along = laws.profile(s)
        more = laws.pushed_mm2(volume_mm3, along, float(self._steps_mm(mouth.samples).mean()))
        area = 0.25 * math.pi * self.walls.goal_mm[mouth.samples] ** 2
        area, taken = laws.narrowed_mm2(area, mouth.taken_mm2, more)
        if float(np.abs(taken - mouth.taken_mm2).max()) <= 0.0:
            return
        mouth.taken_mm2 = taken
        self.walls.send(mouth.samples, np.sqrt(4.0 * area / math.pi), _FOLLOW_S)

    def _percent(self, side: int) -> float:
        return self.walls.residual_percent(self._mouths[side].vessel, self.walls.goal_mm)

    def _judge(self, side: int) -> None:
        """The other side's balloon is empty: say what it has left of this side."""
        mouth = self._mouths[side]
        left = self._percent(side)
        lost = left - mouth.before_percent
        if not mouth.taken_mm2.any() or lost < laws.TOLD_PERCENT:
            return
        name = self.bench.tree.vessels[mouth.vessel].id
        text = (
            f"Plaque was pushed over into the {name.replace('_', ' ')}: it is narrowed by "
            f"{left:.0f} % now, {mouth.before_percent:.0f} % before."
        )
        self.bench.happen(
            "plaque_shifted", text, None, mouth.vessel, lost_percent=round(lost, 1),
            residual_percent=round(left, 1),
        )  # fmt: skip

    # -- the aorta -----------------------------------------------------------------------------

    def _press_aorta(self, balloons: Sequence[Blown | None], full: Sequence[bool]) -> None:
        """Two full balloons beside one another stretch the wall like a band round both."""
        own, other = balloons
        if own is None or other is None or not all(full):
            self._kiss = None
            return
        kiss = self._kiss = self._kiss or Kiss()
        free = [now.free_mm for now in (own, other)]
        shared = np.intersect1d(own.inflation.samples, other.inflation.samples)
        shared = shared[self.bench.tree.sample_vessel[shared] == self.parent]
        wide = float(self.walls.ground.healthy_mm[shared].min()) if len(shared) else 0.0
        band = laws.band_mm(*free)
        ratio = band / wide if wide > 0.0 else 0.0
        kiss.ratio = max(kiss.ratio, ratio)
        figures = {
            "band_mm": round(band, 2), "aorta_mm": round(wide, 2), "ratio": round(kiss.ratio, 3),
        }  # fmt: skip
        name = self.bench.tree.vessels[self.parent].id
        happen = self.bench.happen
        if min(own.share, other.share) >= _KISS_SHARE and kiss.first_time("kissed"):
            text = f"Both balloons are full, together like one of {band:.1f} mm."
            happen("balloons_kissed", text, None, self.parent, **figures)
        if ratio > 1.0 and kiss.first_time("wide"):
            text = f"Both balloons together are {band:.1f} mm wide, and the {name} {wide:.1f} mm."
            happen("kissing_oversized", text, None, self.parent, **figures)
        if ratio > PAIN_RATIO and kiss.first_time("pain"):
            happen("pain", "The patient feels pain while the balloons are full.", None, self.parent)
        if len(shared) and ratio >= self._bursts_at(shared) and kiss.first_time("torn"):
            sample = int(shared[len(shared) // 2])
            if self.walls.stented[sample] < 2:
                self.walls.tear(sample)
                text = f"The {name} ruptured under the two balloons."
                happen("rupture", text, None, self.parent, **figures)

    def _bursts_at(self, samples: Ints) -> float:
        """Band over aorta from which on its wall bursts; sooner with chalk in it (assumed)."""
        temper = self.walls.temper(self.walls.site_under(samples))
        calcium = 0.01 * self.bench.tree.vessels[self.parent].calcium_percent
        return temper.rupture_ratio - balloon_laws.CALCIFIED_LESS * calcium

    # -- edges ---------------------------------------------------------------------------------

    def edge_mm(self, implant: Implant) -> float:
        """How far a stent's upper end stands above the bifurcation; negative: below it."""
        points, at = implant.lies.points_mm, implant.lies.at_mm
        off = np.hypot(*(points - self.xy_mm).T)
        near = int(np.argmin(off))
        if near < len(points) - 1:
            return float(at[-1] - at[near])
        last, tree = int(implant.lies.sample[-1]), self.bench.tree
        below = tree.sample_vessel[last] != self.parent
        return -max(float(tree.sample_s_mm[last]), 0.0) if below else 0.0

    def _compare_edges(self, implants: Sequence[Implant]) -> None:
        """The stent that stands higher lies before the other's mouth."""
        edges: list[float | None] = [None, None]
        for side, mouth in enumerate(self._mouths):
            here = [i for i in implants if not i.lost and i.lies.main(self.bench) == mouth.vessel]
            if here:
                edges[side] = max(self.edge_mm(implant) for implant in here)
        for side in (0, 1):
            edge, beside = edges[side], edges[1 - side]
            if edge is not None:
                self._hide(1 - side, laws.hidden_share(edge - max(beside or 0.0, 0.0)))
        own, other = edges
        if own is None or other is None or self._uneven_told:
            return
        apart = abs(own - other)
        if apart < laws.UNEVEN_MM:
            return
        self._uneven_told = True
        higher = self._mouths[0 if own > other else 1].vessel
        name = self.bench.tree.vessels[higher].id.replace("_", " ")
        text = f"The stent of the {name} stands {apart:.0f} mm higher than the other."
        self.bench.happen(
            "edges_uneven", text, None, higher, apart_mm=round(apart, 1),
            own_mm=round(own, 1), assistants_mm=round(other, 1),
        )  # fmt: skip

    def _hide(self, side: int, share: float) -> None:
        mouth = self._mouths[side]
        if abs(share - mouth.hidden) < 1e-9:
            return
        along = laws.profile(self.bench.tree.sample_s_mm[mouth.samples])
        wider = (1.0 - share * along) / (1.0 - mouth.hidden * along)
        mouth.hidden = share
        self.walls.send(mouth.samples, self.walls.goal_mm[mouth.samples] * wider, _FOLLOW_S)
        mouth.opened_mm3 = self._pressed_away_mm3(side, self.walls.goal_mm)

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "mouths": copy.deepcopy(self._mouths),
            "kiss": copy.deepcopy(self._kiss),
            "uneven": self._uneven_told,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state."""
        self._mouths = copy.deepcopy(state["mouths"])
        self._kiss = copy.deepcopy(state["kiss"])
        self._uneven_told = state["uneven"]
