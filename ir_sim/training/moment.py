"""One tick as the rating sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ir_sim.scenario.fields import SLOTS
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import DT_S, State

#: What needs the devices' places is looked at this often: every 6th tick, 10 Hz. Contacts and
#: pulses are counted in every tick.
TICKS_PER_SAMPLE = 6
SAMPLE_S = TICKS_PER_SAMPLE * DT_S


@dataclass(frozen=True)
class Tip:
    """Where a device's tip is.

    Attributes:
        xy_mm: In the plane of the picture.
        vessel: Id of the vessel.
        at_mm: Arclength along it.
        inserted_mm: Length beyond the sheath's mouth.
    """

    xy_mm: tuple[float, float]
    vessel: str
    at_mm: float
    inserted_mm: float


@dataclass(frozen=True, eq=False)
class Moment:
    """A tick: the state after it, what was done in it and what came of it.

    Attributes:
        state: After the tick.
        controls: Done in the tick.
        events: Of the tick, in order; the rating appends its own before the detectors look.
    """

    state: State
    controls: Controls
    events: list[Event]

    @property
    def sampled(self) -> bool:
        """Whether places are looked at in this tick (10 Hz)."""
        return self.state.tick % TICKS_PER_SAMPLE == 0

    @cached_property
    def moving(self) -> bool:
        """Whether a hand moves a device or works a treating tool."""
        working = self.controls.treat != 0.0
        return working or any(not motion.held for motion in self.controls.motions.values())

    @cached_property
    def table_moving(self) -> bool:
        """Whether the table moves."""
        return any(self.controls.table_mm_s)

    @property
    def injecting(self) -> bool:
        """Whether something that can be seen flows out of the injecting device."""
        now = self.state.injecting
        return now.rate_ml_s > 0.0 and now.medium != "saline"

    @cached_property
    def injected_ml(self) -> float:
        """What has flowed in this tick, mL."""
        return self.state.injecting.rate_ml_s * DT_S if self.injecting else 0.0

    @cached_property
    def tips(self) -> Mapping[str, Tip]:
        """Tips that lie free in the vessels: not in the sheath, not inside another device."""
        out: dict[str, Tip] = {}
        around_mm = 0.0  # how far the devices around it reach
        for slot in SLOTS:
            device = self.state.devices.get(slot)
            if device is None:
                continue
            if device.inserted_mm > around_mm:
                x, y = device.tip_mm
                place = (float(x), float(y))
                out[slot] = Tip(place, device.tip_vessel, device.tip_vessel_mm, device.inserted_mm)
            around_mm = max(around_mm, device.inserted_mm)
        return out

    @cached_property
    def leading(self) -> str:
        """The slot whose tip is furthest in, or empty."""
        tips = self.tips
        return max(tips, key=lambda slot: tips[slot].inserted_mm) if tips else ""

    def first(self, *kinds: str) -> Event | None:
        """The first event of one of these kinds in this tick."""
        return next((event for event in self.events if event.kind in kinds), None)
