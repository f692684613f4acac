"""The assistant at the other groin: a balloon-expandable stent that is blown up on call."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Assistant as Spec
from ir_sim.treatment import balloon_laws, stent_laws
from ir_sim.treatment.bench import Bench
from ir_sim.treatment.bifurcation import Blown
from ir_sim.treatment.ground import Stretch
from ir_sim.treatment.implant_looks import crimped, full_balloon
from ir_sim.treatment.inflation import EMPTY_ATM, FULL_ATM, Inflating, Inflation, begin
from ir_sim.treatment.stenting import Stenting
from ir_sim.treatment.walls import Walls
from ir_sim.xray import DeviceShape

Array = NDArray[np.float64]

#: How fast the assistant follows the trainee's gauge, atm/s (assumed).
_FILL_ATM_S, _EMPTY_ATM_S = 4.0, 12.0
#: In the parent, and so far into the vessel, the balloon lies on its own side of the middle, mm
#: (assumed).
_ASIDE_TO_MM = 18.0
#: Above the bifurcation the way runs on for so long, for the wire, mm.
_BEYOND_MM = 120.0


@dataclass(frozen=True)
class Assisting:
    """What the assistant has in hand, for the panel.

    Attributes:
        device: Title of the device.
        with_you: Whether it is inflated together with the trainee's balloon.
        atm: Pressure in its balloon now.
        words: How it stands: ``ready``, a diameter, ``stent deployed``, ``burst``.
        sheath_mmhg: Mean pressure at the assistant's sheath.
    """

    device: str
    with_you: bool
    atm: float
    words: str
    sheath_mmhg: float


@dataclass(frozen=True, eq=False)
class Way:
    """The way of the assistant's devices, from the vessel's end up into the parent.

    Attributes:
        points_mm: (n, 2) its course, a balloon's radius aside of the middle at the bifurcation.
        z_mm: (n,) depth.
        sample: (n,) cross-sections.
        up_mm: (n,) height over the bifurcation, negative below it.
    """

    points_mm: Array
    z_mm: Array
    sample: NDArray[np.int64]
    up_mm: Array

    def between(self, low_mm: float, high_mm: float) -> Stretch:
        """What lies from one height over the bifurcation to another."""
        on = (self.up_mm >= low_mm - 0.5) & (self.up_mm <= high_mm + 0.5)
        return Stretch(self.points_mm[on], self.z_mm[on], self.sample[on])


def way_of(tree: VesselTree, spec: Spec, device: Device) -> Way:
    """Where the assistant's devices lie."""
    vessel = tree.by_id[spec.vessel]
    parent, at = tree.vessels[vessel.parent], vessel.parent_at_mm
    inside = np.flatnonzero(vessel.s_mm > 0.0)[::-1]
    above = np.flatnonzero((parent.s_mm <= at) & (parent.s_mm >= at - _BEYOND_MM))[::-1]
    sample = np.concatenate([tree.first[vessel.index] + inside, tree.first[parent.index] + above])
    up = np.concatenate([-vessel.s_mm[inside], at - parent.s_mm[above]])
    wide = parent.radius_at(at)
    half = 0.5 * (device.stent.diameter_mm if device.stent is not None else 8.0)
    aside = min(half, max(wide - half, 0.0)) if wide > half else 0.0
    # the two balloons lie beside one another, as far as the vessels have not parted yet
    parted = vessel.point_at(_ASIDE_TO_MM) - parent.point_at(at)
    across = np.array([np.sign(parted[0]) or 1.0, 0.0])
    share = np.clip((up + _ASIDE_TO_MM) / _ASIDE_TO_MM, 0.0, 1.0)
    points = tree.sample_xy_mm[sample] + aside * share[:, None] * across
    return Way(points, tree.sample_z_mm[sample], sample.astype(np.int64), up)


class Assistant:
    """What the assistant does during one run.

    Args:
        bench: The patient.
        walls: The walls.
        stenting: The stents of the run.
        spec: What the case says.
        device: The balloon-expandable stent.
    """

    def __init__(
        self, bench: Bench, walls: Walls, stenting: Stenting, spec: Spec, device: Device
    ) -> None:
        self.bench, self.walls, self.spec, self.device = bench, walls, spec, device
        self._stenting, self._inflating = stenting, Inflating(bench, walls)
        self.vessel = bench.tree.by_id[spec.vessel].index
        self._with_you = False
        self._inflation: Inflation | None = None
        self._spent = self._burst = False
        assert device.stent is not None  # noqa: S101  # the case was checked
        assert device.balloon is not None  # noqa: S101
        self._balloon = device.balloon
        way, edge = way_of(bench.tree, spec, device), spec.edge_mm
        self._stent_lies = way.between(edge - stent_laws.length_mm(device.stent), edge)
        top = edge + device.stent.tip_mm - device.balloon.tip_mm
        self._balloon_lies = way.between(top - device.balloon.length_mm, top)

    @property
    def blown(self) -> Blown | None:
        """The balloon, if it holds pressure."""
        return Blown(self._inflation, self._balloon) if self._inflation is not None else None

    def ask(self, *, with_you: bool) -> None:
        """The trainee asks for help, or to wait."""
        if with_you == self._with_you:
            return
        self._with_you = with_you
        if with_you:
            self.bench.happen(
                "assistant_joins", "The assistant inflates with you.", None, self.vessel
            )
        else:
            self.bench.happen("assistant_waits", "The assistant waits.", None, self.vessel)

    def step(self, leader_atm: float) -> None:
        """Follow the trainee's gauge, up to the own balloon's label.

        Args:
            leader_atm: Pressure in the trainee's balloon; 0 if it is empty.
        """
        goal = min(leader_atm, self._balloon.burst_atm) if self._with_you else 0.0
        now, dt_s = self._inflation, self.bench.dt_s
        if now is None:
            if goal <= 0.0 or self._burst:
                return
            now = self._inflation = begin(self.walls, self._balloon_lies)
        now.atm += min(max(goal - now.atm, -_EMPTY_ATM_S * dt_s), _FILL_ATM_S * dt_s)
        self._free_stent(now)
        self._inflating.press(now, self.device, None, dt_s)
        if now.atm >= FULL_ATM:
            free = balloon_laws.diameter_mm(self._balloon, now.atm)
            self._stenting.follow(now.samples, free, now.sent_mm)
        if now.atm <= EMPTY_ATM and now.most_atm > EMPTY_ATM:
            self._burst = now.burst
            now.atm = 0.0
            self._inflating.press(now, self.device, None, dt_s)
            self._inflating.end(now, self.device, None)
            self._inflation = None

    def _free_stent(self, now: Inflation) -> None:
        if self._spent or now.atm < stent_laws.FREES_SHARE * self._balloon.nominal_atm:
            return
        self._spent = True
        self._stenting.crimped_off(self.device, self._stent_lies, None)

    # -- what can be seen ----------------------------------------------------------------------

    def reading(self) -> Assisting:
        """For the panel."""
        now, bench = self._inflation, self.bench
        words = "stent deployed" if self._spent else "ready"
        if self._burst:
            words = "burst"
        elif now is not None:
            words = f"{balloon_laws.diameter_mm(self._balloon, now.atm):.1f} mm"
        access = self.spec.access
        sheath = bench.tree.by_id[access.vessel].index
        mmhg = bench.circulation.mean_pressure_mmhg(sheath, access.at_mm)
        return Assisting(
            self.device.title, self._with_you, now.atm if now is not None else 0.0, words, mmhg
        )

    def shapes(self) -> list[DeviceShape]:
        """The stent on its balloon, and the balloon while it is full."""
        out: list[DeviceShape] = []
        stent, now = self.device.stent, self._inflation
        if not self._spent and stent is not None:
            out.append(crimped(self._stent_lies, stent.material))
        if now is not None and now.atm >= 0.1:
            free = balloon_laws.diameter_mm(self._balloon, now.atm)
            lumen = 2.0 * self.bench.circulation.radius_mm[self._balloon_lies.sample]
            out.append(full_balloon(self._balloon_lies, 0.5 * np.minimum(free, lumen)))
        return out

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "with_you": self._with_you,
            "inflation": copy.deepcopy(self._inflation),
            "plugs": dict(self._inflating.plugs),
            "spent": (self._spent, self._burst),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state."""
        self._with_you = state["with_you"]
        self._inflation = copy.deepcopy(state["inflation"])
        self._inflating.plugs = dict(state["plugs"])
        self._spent, self._burst = state["spent"]
