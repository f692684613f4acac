"""What breathing does to the veins: the right atrium's pressure, and means over whole breaths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ir_sim.flow.elimination import Array
from ir_sim.flow.venous import Returns

#: Swing of the right atrium's pressure with quiet breathing, mmHg either way (assumed: central
#: venous pressure falls by 2 to 4 mmHg on breathing in).
_SWING_MMHG = 1.5
#: How much more than at rest an organ drives its vein at most, and the time over which capillaries
#: and venules even out the pulse, s (assumed).
_MOST_DRIVE, _EVEN_S = 4.0, 3.0
_BREATHS_PER_MIN = 14.0


class Breathing:
    """The breath, as the drawn veins feel it.

    Args:
        returns: What flows into the veins at rest.
        flow: (elements,) mean flows at first.
        pressure: (nodes,) mean pressures at first.

    Attributes:
        per_min: Breaths a minute.
        flow: (elements,) mean over the last whole breath; ``pressure`` (nodes,) likewise.
    """

    def __init__(self, returns: Returns, flow: Array, pressure: Array) -> None:
        self._returns, self.per_min = returns, _BREATHS_PER_MIN
        self.flow, self.pressure = flow.copy(), pressure.copy()
        self._phase = self._summed_s = 0.0
        self._flow_sum, self._pressure_sum = np.zeros(len(flow)), np.zeros(len(pressure))
        self._drive = np.ones(len(returns.node))

    def step(self, dt_s: float, through: Array) -> None:
        """Breathe on.

        Args:
            dt_s: Duration.
            through: (beds,) flow through the capillaries now, mL/s.
        """
        self._phase += dt_s * self.per_min / 60.0
        back = self._returns
        if len(back.node):
            now = np.clip(back.share @ np.maximum(through, 0.0) / back.flow_ml_s, 0.0, _MOST_DRIVE)
            self._drive = self._drive + min(dt_s / _EVEN_S, 1.0) * (now - self._drive)

    def note(self, dt_s: float, flow: Array, pressure: Array) -> None:
        """Gather the means of a breath."""
        self._flow_sum = self._flow_sum + flow * dt_s
        self._pressure_sum = self._pressure_sum + pressure * dt_s
        self._summed_s += dt_s
        if self._phase >= 1.0:
            self._phase -= 1.0
            self.flow = self._flow_sum / self._summed_s
            self.pressure = self._pressure_sum / self._summed_s
            self._flow_sum, self._pressure_sum = 0.0 * flow, 0.0 * pressure
            self._summed_s = 0.0

    @property
    def atrium_mmhg(self) -> float:
        """How much the right atrium's pressure is above its mean now."""
        return float(_SWING_MMHG * np.sin(2.0 * np.pi * self._phase))

    def venules_mmhg(self, calm: Array) -> Array:
        """(inflows,) pressure that drives each now, from that at rest."""
        here = self._returns.pressure_mmhg
        return np.asarray(here + self._drive * (calm - here))

    def state(self) -> dict[str, Array]:
        """What ``restore`` needs."""
        plain = np.array([self._phase, self._summed_s])
        return {"plain": plain} | {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state."""
        self._phase, self._summed_s = (float(value) for value in state["plain"])
        for name in _STATE:
            setattr(self, name, state[name].copy())


_STATE = ("flow", "pressure", "_flow_sum", "_pressure_sum", "_drive")
