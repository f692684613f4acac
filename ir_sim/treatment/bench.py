"""What a treatment may see and touch in one tick: the vessels, the blood, the devices, chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.devices import DeviceState
from ir_sim.flow import Circulation, Injection
from ir_sim.scenario.model import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Happening:
    """Something that a treatment did or that came of it; the simulation puts it on the timeline.

    Attributes:
        kind: Of the event, such as ``balloon_inflated``; ``docs/scoring.md`` lists them.
        text: A sentence for people.
        slot: The device concerned, or None.
        vessel: Id of the vessel concerned, or None.
        data: Numbers and words that belong to it, with their units in the names.
    """

    kind: str
    text: str
    slot: str | None = None
    vessel: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What the treating tool in hand shows, for the panel and for an expert.

    Attributes:
        tool: Id of the device or supply.
        value: The gauge: atm, mm pushed, mL given, per cent.
        unit: Of the value.
        text: One line on how it stands, such as ``waist at 60 %``.
        most: Where the gauge's red begins (burst pressure, length of the coil), or None.
    """

    tool: str
    value: float
    unit: str
    text: str = ""
    most: float | None = None


@dataclass(frozen=True)
class Outflow:
    """Where something pushed through the innermost lumen comes out.

    Attributes:
        slot: The device whose lumen it is, or ``sheath``.
        vessel: Index of the vessel that its tip lies in.
        at_mm: Arclength of the tip there.
        holes_mm: Length over which side-holes spread it.
        most_ml_s: What a hand pushes through the lumen; ``rated_ml_s`` what it is rated for.
        bore_mm: Radius of the lumen.
        wedged: Whether the tip fills the vessel.
        blocked: Why nothing goes through, in one line; empty if it does.
    """

    slot: str
    vessel: int
    at_mm: float
    holes_mm: float
    most_ml_s: float
    bore_mm: float
    wedged: bool
    blocked: str
    rated_ml_s: float = 0.0


class Bench:
    """The patient and the table, as the treatments see them.

    Args:
        scenario: The case.
        tree: Its vessels.
        circulation: The blood; edits through its methods ramp, never jump.
        seed: Of the run; chance is drawn from ``chance`` alone.

    Attributes:
        tick: Of the tick being made; ``dt_s`` its length.
        devices: Mounted devices by slot, where they lie now.
        outflow: Where the innermost lumen ends now.
        injections: What treatments inject in this tick; the circulation takes them up.
        happenings: What the timeline is to say of this tick.
        pushed_ml_s: What a syringe pushes through the innermost lumen in this tick.
        air_ml: Air in each slot's lumen.
    """

    def __init__(
        self, scenario: Scenario, tree: VesselTree, circulation: Circulation, seed: int
    ) -> None:
        self.scenario, self.tree, self.circulation, self.seed = scenario, tree, circulation, seed
        self.tick, self.dt_s = 0, 1.0 / 60.0
        self.devices: Mapping[str, DeviceState] = {}
        self.outflow = Outflow("sheath", 0, 0.0, 0.0, 0.0, 0.0, wedged=False, blocked="")
        self.injections: list[Injection] = []
        self.happenings: list[Happening] = []
        self.pushed_ml_s = 0.0
        self.air_ml: dict[str, float] = {}

    def chance(self, stream: int, count: int) -> np.random.Generator:
        """A generator that depends on the seed, the treatment's stream and how often it drew.

        Nothing of it has to be kept in a snapshot: the count is the treatment's own.
        """
        return np.random.default_rng([self.seed, stream, count])

    def happen(
        self,
        kind: str,
        text: str,
        slot: str | None = None,
        vessel: int | str | None = None,
        **data: Any,
    ) -> None:
        """Put something on the timeline."""
        name = self.tree.vessels[vessel].id if isinstance(vessel, int) else vessel
        self.happenings.append(Happening(kind, text, slot, name, data))

    def lumen_mm(self, vessel: int, at_mm: float) -> float:
        """Diameter of a vessel's lumen now, at an arclength."""
        low, high = int(self.tree.first[vessel]), int(self.tree.first[vessel + 1])
        radius = self.circulation.radius_mm[low:high]
        return 2.0 * float(np.interp(at_mm, self.tree.sample_s_mm[low:high], radius))

    def place(self, device: DeviceState, from_tip_mm: float) -> tuple[int, float]:
        """Vessel index and arclength at which a point of a device lies, counted from its tip."""
        s = device.inserted_mm - from_tip_mm
        chain = device.chain
        i = int(np.clip(np.searchsorted(chain.curve_s_mm, s), 0, len(chain.curve_s_mm) - 1))
        sample = int(chain.curve_sample[i])
        if from_tip_mm <= 0.0 or sample < 0:
            sample = max(device.tip_sample, 0)
        return int(self.tree.sample_vessel[sample]), float(self.tree.sample_s_mm[sample])

    def course(self, device: DeviceState, from_mm: float, to_mm: float) -> Array:
        """(n, 2) the device's curve between two distances from its tip, distal end last, mm."""
        chain = device.chain
        low, high = device.inserted_mm - to_mm, device.inserted_mm - from_mm
        s = np.linspace(max(low, 0.0), max(high, 0.0), max(2, int((high - low) / 1.5) + 1))
        x = np.interp(s, chain.curve_s_mm, chain.curve[:, 0])
        y = np.interp(s, chain.curve_s_mm, chain.curve[:, 1])
        return np.stack([x, y], 1)
