"""One balloon being blown up where it lies: the waist, the wall, what tears, what springs back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.device import Device
from ir_sim.scenario.tools import Balloon
from ir_sim.treatment import balloon_laws as laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.ground import Ints, Site, Stretch
from ir_sim.treatment.walls import Walls

Array = NDArray[np.float64]

#: From this pressure on a balloon lies on the wall, below it it is empty, atm.
FULL_ATM, EMPTY_ATM = 1.0, 0.25
#: No inflation device gives more, atm.
MOST_ATM = 30.0
#: A wall follows a balloon within this time; smaller changes are not sent, s and mm.
_FOLLOW_S, _FOLLOW_MM = 0.25, 0.04
#: Balloon over vessel from which on the timeline says so, from which a flap is the operator's, and
#: from which the patient feels it (assumed).
_OVERSIZE, _LARGE, PAIN_RATIO = 1.2, 1.1, 1.25
#: A waist has gone when the balloon is within so many per cent of its chart everywhere.
_NO_WAIST_PERCENT = 8.0
#: The event says "inflated" from this share of the nominal pressure on.
_INFLATED_SHARE = 0.7
#: A soft occlusion balloon stretches the wall only beyond this ratio (assumed).
_SOFT_RATIO = 1.15
#: A gauge is read to so much, atm.
_READING_ATM = 0.25


@dataclass
class Inflation:
    """A balloon that holds pressure.

    Attributes:
        atm: Now; ``most_atm`` the highest so far.
        under: Where the balloon lies.
        samples: (n,) cross-sections under it.
        rest_mm: (n,) diameters when it began.
        opened: (n,) how much of the way each has given.
        most_mm: (n,) widest so far.
        recoil: (n,) share that springs back.
        sent_mm: (n,) what the vessels were told last.
        site: The lesion, or the healthy wall, under it.
        seconds: How long it has been full.
        told: Events said already.
    """

    under: Stretch
    samples: Ints
    rest_mm: Array
    opened: Array
    most_mm: Array
    recoil: Array
    sent_mm: Array
    site: Site
    atm: float = 0.0
    most_atm: float = 0.0
    seconds: float = 0.0
    ratio: float = 0.0
    closed: dict[int, float] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    dissects: bool = False
    burst: bool = False

    def first_time(self, what: str) -> bool:
        """Whether something has not been said yet of this inflation."""
        if what in self.told:
            return False
        self.told.append(what)
        return True


def begin(walls: Walls, under: Stretch) -> Inflation:
    """A balloon begins to fill."""
    samples = np.concatenate([on for _, on in under.vessels(walls.bench)])
    rest = walls.goal_mm[samples]
    n = len(samples)
    return Inflation(
        under, samples, rest, np.zeros(n), rest.copy(), walls.recoil(samples), rest.copy(),
        walls.site_under(samples),
    )  # fmt: skip


class Inflating:
    """What a balloon does to the vessel at each change of pressure.

    Args:
        bench: The patient.
        walls: The walls.
    """

    def __init__(self, bench: Bench, walls: Walls) -> None:
        self.bench, self.walls = bench, walls
        self.plugs: dict[tuple[int, int, int], int] = {}

    def press(self, now: Inflation, device: Device, slot: str | None, dt_s: float) -> None:
        """Go on by one tick at the present pressure."""
        balloon = device.balloon
        assert balloon is not None  # noqa: S101  # handled tools have one
        now.most_atm = max(now.most_atm, now.atm)
        free = laws.diameter_mm(balloon, now.atm)
        if now.atm >= FULL_ATM:
            now.seconds += dt_s
        width = self._widths(now, balloon, free)
        if float(np.abs(width - now.sent_mm).max()) > _FOLLOW_MM:
            self.walls.send(now.samples, width, _FOLLOW_S)
            now.sent_mm = width
        self._close(now, free, width)
        if now.atm >= FULL_ATM:
            self._judge(now, device, slot, free, width)

    def _widths(self, now: Inflation, balloon: Balloon, free: float) -> Array:
        """(n,) lumen over the balloon now; what it has gained springs back as the balloon goes."""
        if balloon.occlusion:
            free = free if free > _SOFT_RATIO * float(now.rest_mm.min()) else 0.0
        if now.atm >= FULL_ATM:
            given = laws.opened_share(now.atm, self.walls.yields(now.samples))
            now.opened = np.maximum(now.opened, given)
        stretched = laws.stretched_mm(now.rest_mm, free, now.opened)
        now.most_mm = np.maximum(now.most_mm, stretched)
        stented = self.walls.stented[now.samples] > 0
        recoil = np.where(stented, np.minimum(now.recoil, 0.07), now.recoil)
        return np.maximum(stretched, laws.sprung_back_mm(now.rest_mm, now.most_mm, recoil))

    def _close(self, now: Inflation, free: float, width: Array) -> None:
        """Let the balloon fill the lumen."""
        share = np.minimum(free, width) / np.maximum(width, 1e-6)
        of = self.bench.tree.sample_vessel[now.samples]
        for vessel in sorted(set(of.tolist())):
            on = now.samples[of == vessel]
            closed = min(max(float(share[of == vessel].max()), 0.0), 1.0)
            closed = closed if closed > 0.3 and len(on) > 2 else 0.0
            before = now.closed.get(vessel, 0.0)
            if abs(closed - before) < 0.02 and not (closed in (0.0, 1.0) and closed != before):
                continue
            key = (int(vessel), int(on.min()), int(on.max()))
            if key not in self.plugs:
                s = self.bench.tree.sample_s_mm
                self.plugs[key] = self.bench.circulation.add_plug(
                    int(vessel), float(s[on.min()]), float(s[on.max()])
                )
            self.bench.circulation.close_plug(self.plugs[key], closed)
            now.closed[vessel] = closed

    def waist_percent(self, now: Inflation, free: float, width: Array) -> float:
        """How much narrower than the balloon the plaque holds it."""
        held = width[(now.opened < 0.999) & (now.rest_mm < free) & self._diseased(now)]
        return laws.waist_percent(np.minimum(held, free), free) if len(held) else 0.0

    def _diseased(self, now: Inflation) -> NDArray[np.bool_]:
        healthy = self.walls.ground.healthy_mm[now.samples]
        return np.asarray(self.walls.first_mm[now.samples] < 0.97 * healthy)

    def _judge(
        self, now: Inflation, device: Device, slot: str | None, free: float, width: Array
    ) -> None:
        """What becomes of wall and balloon at this pressure, and what the timeline says."""
        bench, walls, balloon = self.bench, self.walls, device.balloon
        assert balloon is not None  # noqa: S101
        vessel = now.under.main(bench)
        healthy = walls.ground.healthy_mm[now.samples]
        touching = (width > now.rest_mm + 0.01) & (now.opened > 0.5)
        ratios = np.where(touching, np.minimum(width, free) / healthy, 0.0)
        ratio = float(ratios.max())
        now.ratio = max(now.ratio, ratio)
        waist = self.waist_percent(now, free, width)
        figures = {
            "device": device.title, "atm": round(now.atm, 1), "diameter_mm": round(free, 2),
            "ratio": round(now.ratio, 3), "waist_percent": round(waist, 1),
        }  # fmt: skip

        def say(kind: str, text: str, where: int | str | None = None, **more: object) -> None:
            if now.first_time(kind):
                bench.happen(kind, text, slot, vessel if where is None else where,
                             **{**figures, **more})  # fmt: skip

        name = bench.tree.vessels[vessel].id.replace("_", " ")
        if now.atm >= _INFLATED_SHARE * balloon.nominal_atm:
            say("balloon_inflated", f"The balloon was inflated in the {name}, to {free:.1f} mm.")
            beside = "balloon_outside_lesion"
            if not (balloon.occlusion or beside in now.told or self._useful(now)):
                say(beside, f"The balloon lay beside the lesion in the {name}.")
        if now.ratio > _OVERSIZE:
            times = f"{now.ratio:.2f} times its calibre"
            say("balloon_oversized", f"The balloon stretched the {name} to {times}.")
        if now.ratio > PAIN_RATIO:
            say("pain", "The patient feels pain while the balloon is full.")
        if now.atm > balloon.burst_atm + _READING_ATM:
            say("balloon_over_rated",
                f"The balloon was taken to {now.atm:.1f} atm; it is rated to "
                f"{balloon.burst_atm:g} atm.", rated_atm=balloon.burst_atm)  # fmt: skip
        diseased = self._diseased(now) & (walls.first_mm[now.samples] < 0.9 * free)
        if diseased.any() and waist < _NO_WAIST_PERCENT and now.opened[diseased].min() > 0.8:
            say("waist_gone", f"The waist gave way at {now.atm:.1f} atm.")
        temper = walls.temper(now.site)
        if now.atm > balloon.burst_atm * temper.burst_ratio:
            now.burst, now.atm = True, 0.0
            say("balloon_burst", f"The balloon burst in the {name}.")
            now.dissects = True
        if ratio >= temper.rupture_ratio and now.first_time("torn"):
            worst = np.flatnonzero(ratios >= 0.97 * ratio)
            sample = int(now.samples[worst[len(worst) // 2]])
            if walls.stented[sample] < 2:
                walls.tear(sample)
                torn = int(bench.tree.sample_vessel[sample])
                bench.happen("rupture", f"The {name} ruptured under the balloon.", slot, torn,
                             **figures)  # fmt: skip
        stented = bool((walls.stented[now.samples] > 0).mean() > 0.5)
        now.dissects |= now.ratio >= temper.dissection_ratio and not stented

    def _useful(self, now: Inflation) -> bool:
        """Whether the balloon lies on a lesion, a flap, a stent or a tear."""
        walls = self.walls
        if walls.flap[now.samples].any() or walls.stented[now.samples].any():
            return True
        low, high = int(now.samples.min()), int(now.samples.max())
        if any(low <= tear.sample <= high for tear in walls.tears):
            return True
        if now.site.hardness == "healthy":
            return False
        on = np.flatnonzero(walls.ground.site == walls.ground.place[now.site])
        deep = on[walls.first_mm[on] < 0.9 * walls.ground.healthy_mm[on]]
        under = np.zeros(len(walls.first_mm), dtype=bool)
        under[now.samples] = True
        return len(deep) == 0 or float(under[deep].mean()) >= 0.8

    def end(self, now: Inflation, device: Device, slot: str | None) -> None:
        """The balloon is empty: say what is left."""
        bench, walls = self.bench, self.walls
        for vessel in list(now.closed):
            for key, row in self.plugs.items():
                if key[0] == vessel:
                    bench.circulation.close_plug(row, 0.0)
        if now.most_atm < FULL_ATM:
            return
        vessel = now.under.main(bench)
        name = bench.tree.vessels[vessel].id.replace("_", " ")
        left = walls.residual_percent(vessel, walls.goal_mm)
        opens = device.balloon is not None and not device.balloon.occlusion
        rest = f"; {left:.0f} % stenosis is left" if opens else ""
        bench.happen(
            "balloon_deflated",
            f"The balloon was deflated after {now.seconds:.0f} s{rest}.",
            slot, vessel, device=device.title, atm=round(now.most_atm, 1),
            seconds=round(now.seconds, 1), ratio=round(now.ratio, 3),
            residual_percent=round(left, 1),
        )  # fmt: skip
        if left > 30.0 and "waist_gone" in now.told:
            text = f"The {name} sprang back to {left:.0f} % stenosis."
            bench.happen("recoil", text, slot, vessel, residual_percent=round(left, 1))
        if now.dissects:
            where, at = walls.dissect(now.site, now.under)
            # a flap under a fitting balloon is fate, under a large one it is the operator's
            kind = "dissection" if now.ratio > _LARGE or now.burst else "flap"
            bench.happen(kind, f"A flap lies in the {name} after the balloon.", slot, where,
                         at_mm=round(at, 1), by="balloon", force_n=0.0)  # fmt: skip
