"""Stents: drawn out of their sheath or blown up, judged against wall and lesion, left behind."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.device import Device
from ir_sim.scenario.tools import Stent
from ir_sim.treatment import stent_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.ground import Ints, Site, Stretch
from ir_sim.treatment.walls import Walls

Array = NDArray[np.float64]

#: A stent opens within this time, s (assumed: nitinol is warm at once).
_OPENS_S = 0.6
#: What of a stent may stand in the aorta beyond an ostium, mm (assumed; 1 to 2 mm are wanted).
_STANDS_OUT_MM = 6.0


@dataclass
class Implant:
    """A stent in the patient.

    Attributes:
        device: Title of the device that brought it.
        stent: What it is.
        lies: Its centreline in the vessels, from the hub's side to the tip's.
        open_mm: (n,) diameter to which it has opened at each point of the centreline.
        share: How much of it, from its distal end, is open.
        lost: Whether the flow carried it off.
    """

    device: str
    stent: Stent
    lies: Stretch
    open_mm: Array
    share: float = 1.0
    lost: bool = False


@dataclass
class Delivery:
    """A self-expanding stent under its sheath.

    Attributes:
        drawn_mm: How far the sheath has been drawn back.
        implant: What has come out, or None.
        rest_mm: (n,) diameters under it before.
        shown: Share that has been laid on the walls.
    """

    drawn_mm: float = 0.0
    implant: Implant | None = None
    rest_mm: Array = field(default_factory=lambda: np.zeros(0))
    shown: float = 0.0


class Stenting:
    """What stents do to the vessels.

    Args:
        bench: The patient.
        walls: The walls.
    """

    def __init__(self, bench: Bench, walls: Walls) -> None:
        self.bench, self.walls = bench, walls
        self.implants: list[Implant] = []

    # -- self-expanding ------------------------------------------------------------------------

    def leave_sheath(self, now: Delivery, device: Device, lies: Stretch) -> None:
        """The first rings open: from here on the stent stays where it is."""
        assert device.stent is not None  # noqa: S101
        now.rest_mm = self.walls.goal_mm[lies.sample]
        now.implant = Implant(device.title, device.stent, lies, now.rest_mm.copy(), 0.0)
        self.implants.append(now.implant)

    def open(self, now: Delivery, share: float, slot: str) -> None:
        """So much of the stent is out, from its distal end."""
        implant = now.implant
        if implant is None or (share < 1.0 and share - now.shown < 0.08):
            return
        now.shown = implant.share = share
        at = implant.lies.at_mm
        out = at >= (1.0 - share) * at[-1] - 1e-9
        samples, healthy = implant.lies.sample, self.walls.ground.healthy_mm
        hard = [self.walls.ground.sites[n].hardness for n in self.walls.ground.site[samples]]
        broken = now.rest_mm > self.walls.first_mm[samples] + 0.4
        opens = np.array([laws.SELF_OPENS.get(h, 1.0) for h in hard])
        opens = np.where(broken, np.maximum(opens, 0.85), opens)
        opens = np.where(self.walls.flap[samples], 1.0, opens)
        wide = laws.self_expanded_mm(
            now.rest_mm, healthy[samples], implant.stent.diameter_mm, opens
        )
        implant.open_mm = np.where(out, np.minimum(wide, implant.stent.diameter_mm), 0.0)
        self._spread(samples[out], wide[out], now.rest_mm[out])
        if share >= 1.0:
            self._settled(implant, now.rest_mm, slot)

    def _spread(self, samples: Ints, wide: Array, rest: Array) -> None:
        """Send every cross-section between the points to its diameter."""
        for_sample: dict[int, float] = {}
        for sample, goal in zip(samples.tolist(), np.maximum(wide, rest).tolist(), strict=True):
            for_sample[sample] = max(for_sample.get(sample, 0.0), goal)
        of = self.bench.tree.sample_vessel
        keys = np.array(sorted(for_sample), dtype=np.int64)
        for vessel in np.unique(of[keys]).tolist():
            known = keys[of[keys] == vessel]
            every = np.arange(known.min(), known.max() + 1)
            goal_mm = np.interp(every, known, [for_sample[int(k)] for k in known])
            goal_mm = np.maximum(goal_mm, self.walls.goal_mm[every])
            self.walls.send(every, goal_mm, _OPENS_S)

    # -- balloon-expandable --------------------------------------------------------------------

    def crimped_off(self, device: Device, lies: Stretch, slot: str | None) -> Implant:
        """The balloon has opened its stent far enough to leave it."""
        assert device.stent is not None  # noqa: S101
        rest = self.walls.first_mm[lies.sample]
        implant = Implant(device.title, device.stent, lies, np.minimum(rest, 1.0))
        self.implants.append(implant)
        self._settled(implant, self.walls.goal_mm[lies.sample], slot)
        return implant

    def follow(self, samples: Ints, balloon_mm: float, width: Array) -> None:
        """Open implants under a balloon as far as it opens."""
        for implant in self.implants:
            place = np.searchsorted(samples, implant.lies.sample)
            place = np.minimum(place, len(samples) - 1)
            under = samples[place] == implant.lies.sample
            if under.any() and not implant.lost:
                to = np.minimum(width[place], balloon_mm)
                implant.open_mm = np.where(under, np.maximum(implant.open_mm, to), implant.open_mm)

    # -- judging -------------------------------------------------------------------------------

    def _settled(self, implant: Implant, rest_mm: Array, slot: str | None) -> None:
        """A stent is free: does it hold, does it cover what it is for?"""
        bench, walls, lies = self.bench, self.walls, implant.lies
        vessel = lies.main(bench)
        name = bench.tree.vessels[vessel].id.replace("_", " ")
        healthy, own = walls.ground.healthy_mm[lies.sample], implant.stent.diameter_mm
        root = bench.tree.sample_vessel[lies.sample] == 0
        apposed = laws.apposed_share(np.where(root & (vessel != 0), own, healthy), own)
        grips = laws.apposed_share(np.maximum(rest_mm, walls.goal_mm[lies.sample]), own)
        grips = max(grips, float(np.mean(rest_mm < own - 0.05)))
        figures = {
            "device": implant.device, "diameter_mm": own, "length_mm": round(lies.length_mm, 1),
            "reference_mm": round(float(np.median(healthy)), 2),
            "apposed_percent": round(100.0 * apposed, 0),
        }  # fmt: skip
        if grips < laws.HOLDS_SHARE:
            self._carried_off(implant, vessel)
            bench.happen("stent_migrated", f"The stent was carried away in the {name}.", slot,
                         vessel, **figures)  # fmt: skip
            bench.happen("device_misplaced", f"The stent found no hold in the {name}.", slot,
                         vessel, **figures)  # fmt: skip
            return
        samples = np.concatenate([on for _, on in lies.vessels(bench)])
        sealed_before = [tear.sealed for tear in walls.tears]
        tacked = bool(walls.flap[samples].any())
        shut = walls.lay_stent(samples, covered=implant.stent.covered)
        missed, why = self._missed(implant, vessel, samples)
        bench.happen("stent_deployed", f"A stent of {own:g} mm lies in the {name}.", slot, vessel,
                     **figures, uncovered_mm=round(missed, 1))  # fmt: skip
        if any(t.sealed and not b for t, b in zip(walls.tears, sealed_before, strict=True)):
            bench.happen("tear_sealed", f"The covered stent seals the {name}.", slot, vessel)
        if tacked:
            bench.happen("flap_tacked", f"The stent lays the flap on in the {name}.", slot, vessel)
        for branch in shut:
            bench.happen("branch_covered", "The covered stent shuts a branch.", slot, branch)
        if why:
            bench.happen("geographic_miss", why, slot, vessel, **figures,
                         uncovered_mm=round(missed, 1))  # fmt: skip
            bench.happen("device_misplaced", why, slot, vessel, **figures,
                         uncovered_mm=round(missed, 1))  # fmt: skip
        elif apposed < 0.8:
            bench.happen("malapposition",
                         f"The stent does not reach the wall of the {name} everywhere.", slot,
                         vessel, **figures)  # fmt: skip

    def _missed(self, implant: Implant, vessel: int, samples: Ints) -> tuple[float, str]:
        """How much of the lesion is uncovered, mm, and what is wrong with the place."""
        walls, tree = self.walls, self.bench.tree
        name = tree.vessels[vessel].id.replace("_", " ")
        of = tree.sample_vessel
        site = self._meant(samples, vessel)
        low, high = int(samples.min()), int(samples.max())
        if any(low <= tear.sample <= high for tear in walls.tears):
            return 0.0, ""
        if site is None:
            return 0.0, f"The stent lies in the {name}, where there is no lesion."
        on = np.flatnonzero(walls.ground.site == walls.ground.place[site])
        depth = 1.0 - walls.first_mm[on] / walls.ground.healthy_mm[on]
        deep = on[depth > laws.MISS_SHARE]
        covered = np.zeros(len(tree.sample_s_mm), dtype=bool)
        for other in self.implants:
            if not other.lost:
                for _, under in other.lies.vessels(self.bench):
                    covered[under] = True
        open_ends = deep[~covered[deep]]
        # every sample stands for about a millimetre
        missed = float(len(open_ends))
        if missed > laws.MISS_MM:
            return (
                missed,
                f"The stent leaves {missed:.0f} mm of the lesion in the {name} uncovered.",
            )
        out = of[implant.lies.sample] != site.vessel
        out &= of[implant.lies.sample] == 0
        stands = implant.lies.length_mm * float(out.mean())
        if site.vessel != 0 and stands > _STANDS_OUT_MM:
            return missed, f"The stent stands {stands:.0f} mm out of the {name}."
        return missed, ""

    def _meant(self, samples: Ints, vessel: int) -> Site | None:
        """The lesion that a stent is for: the one most under it, else the nearest in its vessel."""
        walls, tree = self.walls, self.bench.tree
        under = walls.site_under(samples)
        if under.hardness != "healthy":
            return under
        found = walls.ground.lesions(vessel)
        if not found:
            return None
        middle = float(np.median(tree.sample_s_mm[samples]))
        return min(found, key=lambda site: abs(0.5 * (site.from_mm + site.to_mm) - middle))

    def _carried_off(self, implant: Implant, vessel: int) -> None:
        """Move a stent that found no hold downstream."""
        tree, lies = self.bench.tree, implant.lies
        v = tree.vessels[vessel]
        s = tree.sample_s_mm[lies.sample]
        length = lies.length_mm
        start = min(float(s.min()) + laws.CARRIED_MM, max(v.length_mm - length, 0.0))
        along = np.linspace(start, min(start + length, v.length_mm), len(s))
        points = np.stack([v.point_at(float(a)) for a in along])
        first = int(tree.first[vessel])
        samples = first + np.searchsorted(v.s_mm, np.minimum(along, v.s_mm[-1]))
        samples = np.minimum(samples, int(tree.first[vessel + 1]) - 1).astype(np.int64)
        implant.lies = Stretch(points, tree.sample_z_mm[samples], samples)
        implant.open_mm = np.full(len(s), implant.stent.diameter_mm)
        implant.lost = True
