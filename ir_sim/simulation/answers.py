"""What a state can be asked later: only as long as the simulation has not gone on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ir_sim.flow import Circulation
from ir_sim.treatment import Treatments

if TYPE_CHECKING:
    from ir_sim.simulation.pressure_line import PressureLine


class Answers:
    """Measures the patient when asked, for the state of the present tick.

    Args:
        circulation: Blood and contrast.
        treatments: What the endpoints are measured by.
        line: The pressure line.

    Attributes:
        tick: The simulation's present tick.
    """

    def __init__(
        self, circulation: Circulation, treatments: Treatments, line: PressureLine
    ) -> None:
        self._circulation, self._treatments, self._line = circulation, treatments, line
        self.tick = 0

    def flow_ml_s(self, tick: int, vessel: str) -> float:
        """Flow at a vessel's ostium."""
        self._present(tick)
        return self._circulation.flow_ml_s(vessel)

    def pressure_mmhg(self, tick: int, vessel: str, at_mm: float) -> float:
        """Pressure in a vessel."""
        self._present(tick)
        return self._circulation.pressure_mmhg(vessel, at_mm)

    def ledger_mg(self, tick: int) -> Mapping[str, float]:
        """Where the iodine is."""
        self._present(tick)
        return self._circulation.ledger_mg

    def measure(self, tick: int, measure: str, vessel: str) -> float | None:
        """An endpoint's measure of a vessel."""
        self._present(tick)
        return self._treatments.measure(measure, vessel)

    def line_mmhg(self, tick: int) -> float | None:
        """Pressure at the tip of the innermost free lumen."""
        self._present(tick)
        return self._line.now_mmhg()

    def _present(self, tick: int) -> None:
        if tick != self.tick:
            raise ValueError(f"this state is of tick {tick}; the simulation is at {self.tick}")
