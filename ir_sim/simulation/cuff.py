"""The cuff on the arm: the true arterial pressure, every few minutes and when asked for.

The arterial line hangs on the sheath and shows nothing once a balloon or a device shuts the vessel
above it; the cuff does not care. It takes its time, because it lets the pressure down slowly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ir_sim.flow import Circulation
from ir_sim.simulation.state import TICKS_PER_S, Cuff

#: It measures by itself this often, and one measurement takes so long, ticks (usual settings: 3 to
#: 5 min, 20 to 40 s).
EVERY_TICKS, TAKES_TICKS = 180 * TICKS_PER_S, 20 * TICKS_PER_S
#: No oscillations are found below this systolic pressure, mmHg (assumed).
_LEAST_MMHG = 50.0


@dataclass
class ArmCuff:
    """Takes the pressure of one patient; has taken it once before the case begins.

    Args:
        circulation: The patient's blood.

    Attributes:
        shows: What stands on the monitor.
    """

    circulation: Circulation
    shows: Cuff = field(init=False)
    _ready_tick: int = -1
    _next_tick: int = EVERY_TICKS

    def __post_init__(self) -> None:
        self.shows = self._read(0)

    def start(self, tick: int) -> str:
        """Measure now; returns why not, or an empty text."""
        if self._ready_tick >= 0:
            return "the cuff is measuring already"
        self._ready_tick = tick + TAKES_TICKS
        self._next_tick = tick + EVERY_TICKS
        return ""

    def step(self, tick: int) -> None:
        """Go on by one tick."""
        if tick >= self._next_tick:
            self.start(tick)
        if 0 <= self._ready_tick <= tick:
            self._ready_tick = -1
            self.shows = self._read(tick)

    @property
    def measuring(self) -> bool:
        """Whether it is pumped up now."""
        return self._ready_tick >= 0

    def _read(self, tick: int) -> Cuff:
        """The arm lies at the height of the heart: it has the pressure at the arteries' root."""
        blood = self.circulation.blood
        high, low = float(blood.systolic[0]), float(blood.diastolic[0])
        mean, time_s = float(blood.mean_pressure[0]), tick / TICKS_PER_S
        if high < _LEAST_MMHG:
            return Cuff(0.0, 0.0, 0.0, time_s)
        return Cuff(float(round(high)), float(round(low)), float(round(mean)), time_s)

    def save(self) -> tuple[Any, ...]:
        """What ``restore`` needs."""
        return (self.shows, self._ready_tick, self._next_tick)

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Go back to what ``save`` returned."""
        self.shows, self._ready_tick, self._next_tick = saved
