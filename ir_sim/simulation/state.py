"""What can be seen of a simulation after a tick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ir_sim.devices import DeviceState
from ir_sim.flow.vitals import Vitals
from ir_sim.simulation.answers import Answers
from ir_sim.simulation.controls import Pedal
from ir_sim.treatment import Assisting, Reading
from ir_sim.xray import Dose, Settings

__all__ = [
    "DT_S", "TICKS_PER_S", "Assisting", "Cuff", "Injecting", "Reading", "State", "Vitals",
]  # fmt: skip

TICKS_PER_S = 60
DT_S = 1.0 / TICKS_PER_S


@dataclass(frozen=True)
class Injecting:
    """An injection as it reaches the blood.

    Attributes:
        rate_ml_s: What flows, after the catheter's and the hand's limits; 0 if nothing does.
        slot: The device whose lumen is used, or ``sheath``.
        vessel: Vessel that its tip lies in.
        wedged: Whether the tip fills that vessel.
        medium: ``contrast``, ``co2`` or ``saline``.
        iodine_mg_ml: Iodine in it.
    """

    rate_ml_s: float = 0.0
    slot: str = "sheath"
    vessel: str = ""
    wedged: bool = False
    medium: str = "contrast"
    iodine_mg_ml: float = 300.0


@dataclass(frozen=True)
class Cuff:
    """The last pressure that the cuff on the arm has found, mmHg; all 0: it found none.

    Attributes:
        systolic_mmhg: Systolic pressure.
        diastolic_mmhg: Diastolic pressure.
        mean_mmhg: Mean pressure.
        time_s: When it was taken.
        measuring: Whether the next one is being taken.
    """

    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float
    time_s: float
    measuring: bool = False


@dataclass(frozen=True, eq=False)
class State:
    """The simulation after a tick.

    Attributes:
        tick: Ticks done; a tick is exactly 1/60 s.
        devices: Mounted devices by slot, from the outside in.
        pedal: The foot on the pedal.
        exposing: Whether a pulse was fired in this tick.
        settings: The fluoroscope's settings.
        dose: All dose figures.
        contrast_ml: Contrast medium given so far, undiluted.
        injecting: Where an injection of this tick goes, or would go.
        vitals: Heart rate and pressures.
        refused: Why commands of this tick were not carried out.
        finished: Whether the procedure has been ended.
        treatment: What the treating tool in hand shows; None if none is in hand.
        cuff: The last pressure that the cuff on the arm has found.
        assistant: What the assistant at the other groin has in hand; None where there is none.
    """

    tick: int
    devices: Mapping[str, DeviceState]
    pedal: Pedal
    exposing: bool
    settings: Settings
    dose: Dose
    contrast_ml: float
    injecting: Injecting
    vitals: Vitals
    refused: tuple[str, ...]
    finished: bool
    treatment: Reading | None
    _answers: Answers = field(repr=False)
    cuff: Cuff = Cuff(0.0, 0.0, 0.0, 0.0)
    assistant: Assisting | None = None

    @property
    def time_s(self) -> float:
        """Time since the start, s."""
        return self.tick / TICKS_PER_S

    @property
    def fluoro_time_s(self) -> float:
        """Time with the fluoroscopy pedal down, s."""
        return self.dose.fluoro_time_s

    @property
    def acquire_time_s(self) -> float:
        """Time filmed, s."""
        return self.dose.acquire_time_s

    @property
    def kap_gy_cm2(self) -> float:
        """Kerma-area product, Gy cm²."""
        return self.dose.kap_gy_cm2

    @property
    def air_kerma_mgy(self) -> float:
        """Air kerma at the reference point (Ka,r), mGy."""
        return self.dose.air_kerma_mgy

    @property
    def frames(self) -> int:
        """Pulses fired, fluoroscopy and acquisitions."""
        return self.dose.frames

    @property
    def wedged(self) -> bool:
        """Whether the injecting tip fills its vessel."""
        return self.injecting.wedged

    def flow(self, vessel: str) -> float:
        """Blood flow at a vessel's ostium, mL/s, mean over the last beat.

        Raises:
            ValueError: No such vessel, or the simulation has gone on since this state.
        """
        return self._answers.flow_ml_s(self.tick, vessel)

    def pressure_mmhg(self, vessel: str, at_mm: float = 0.0) -> float:
        """Pressure in a vessel, mmHg, at this moment.

        Raises:
            ValueError: No such vessel, or the simulation has gone on since this state.
        """
        return self._answers.pressure_mmhg(self.tick, vessel, at_mm)

    @property
    def line_mmhg(self) -> float | None:
        """Pressure at the tip of the innermost free lumen now; None while something fills it.

        Raises:
            ValueError: The simulation has gone on since this state.
        """
        return self._answers.line_mmhg(self.tick)

    def measure(self, measure: str, vessel: str) -> float | None:
        """An endpoint's measure of a vessel now (``scenario.task.Endpoint``); None if it has none.

        Raises:
            ValueError: The simulation has gone on since this state.
        """
        return self._answers.measure(self.tick, measure, vessel)

    @property
    def iodine_ledger_mg(self) -> Mapping[str, float]:
        """Where the iodine is, mg: ``injected`` equals the sum of the other entries.

        Raises:
            ValueError: The simulation has gone on since this state.
        """
        return self._answers.ledger_mg(self.tick)
