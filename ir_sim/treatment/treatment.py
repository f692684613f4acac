"""What every treatment has: tools that it handles, a hand on them, a look and a memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.xray import DeviceShape


class Treatment:
    """One kind of treatment during one run. It does nothing by itself.

    A treatment is stepped in every tick, in hand or not: what lies in the patient stays there.

    Args:
        bench: The patient and the table; lives as long as the run.

    Attributes:
        name: Of the treatment, lower case.
        commands: Kinds of actions that it takes while one of its tools is in hand
            (``release``, ``aspirate``, ``lapse``).
    """

    name: ClassVar[str] = ""
    commands: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @staticmethod
    def handles(tool: Device | Supply) -> bool:
        """Whether a device or supply is a tool of this treatment."""
        del tool
        return False

    def take_up(self, tool: Device | Supply) -> str:
        """Take a tool in hand; returns why that cannot be, or an empty text."""
        del tool
        return ""

    def put_down(self) -> None:
        """Another tool is taken up, or the tool's device is taken out."""

    def act(self, kind: str, value: Any) -> str:
        """Carry out a command; returns why it was refused, or an empty text."""
        del value
        return f"there is nothing to {kind} with this tool"

    def step(self, hand: float | None) -> None:
        """Go on by one tick, after the devices and before the blood.

        Args:
            hand: The rate of the hand on the tool, in the tool's unit a second; None if no tool
                of this treatment is in hand.
        """

    def held(self) -> Mapping[str, str]:
        """Slots whose device it holds where it is now, and why in one line."""
        return {}

    def limits(self) -> Mapping[str, float]:
        """Slots whose device goes forward at most so fast now, mm/s."""
        return {}

    def reading(self) -> Reading | None:
        """What the tool in hand shows."""
        return None

    def shapes(self) -> tuple[DeviceShape, ...]:
        """What an X-ray sees of it now."""
        return ()

    def measures(self) -> Mapping[tuple[str, str], float]:
        """(measure, vessel id): what it alone can tell of the endpoints."""
        return {}

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs to go on with the same bits; also hashed."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        del state
