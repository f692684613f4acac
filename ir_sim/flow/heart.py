"""The heart: when it beats, what it ejects, and what the ECG shows."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: Left ventricular ejection time: 0.413 s - 1.7 ms per beat a minute, men; women 5 ms more
#: (Weissler, Harris & Schoenfeld 1968, Circulation 37:149); at least so long (assumed).
_EJECTION_S, _EJECTION_PER_BPM, _LEAST_EJECTION_S = 0.413, 0.0017, 0.12
#: The R wave leads the ejection by the pre-ejection period (same source, about 0.1 s).
PRE_EJECTION_S = 0.1
#: Waves of lead II: place from the R wave as a share of the beat's square root (they move closer
#: together at faster rates, Bazett 1920), width in s, height in mV (textbook normal, assumed).
_WAVES = (
    (-0.19, 0.022, 0.15),  # P
    (-0.030, 0.009, -0.08),  # Q
    (0.0, 0.010, 1.10),  # R
    (0.032, 0.010, -0.22),  # S
    (0.30, 0.045, 0.32),  # T
)


class Heart:
    """A pump that ejects a half-sine into the root of the tree.

    Rate and output can be set at any time; a beat that has begun goes on as it began.

    Attributes:
        rate_bpm: Wanted rate, from the next beat on.
        output_ml_s: Wanted mean output, from the next beat on.
        beats: Beats begun so far.
        phase_s: Time since the present ejection began.
        period_s: Length of the present beat.
    """

    def __init__(self, rate_bpm: float, output_ml_s: float) -> None:
        self.rate_bpm, self.output_ml_s = rate_bpm, output_ml_s
        self.beats, self.phase_s = 0, 0.0
        self._begin()

    def _begin(self) -> None:
        self.beats += 1
        self.period_s = 60.0 / self.rate_bpm
        self._stroke_ml = self.output_ml_s * self.period_s
        wanted = max(_EJECTION_S - _EJECTION_PER_BPM * self.rate_bpm, _LEAST_EJECTION_S)
        self._ejection_s = min(wanted, 0.7 * self.period_s)

    def _ejected(self, at_s: float) -> float:
        share = min(at_s / self._ejection_s, 1.0)
        return 0.5 * self._stroke_ml * (1.0 - math.cos(math.pi * share))

    def eject(self, dt_s: float) -> float:
        """Go on by ``dt_s``; returns the volume ejected meanwhile, mL, exact over a beat."""
        out = -self._ejected(self.phase_s)
        self.phase_s += dt_s
        while self.phase_s >= self.period_s:
            out += self._stroke_ml
            self.phase_s -= self.period_s
            self._begin()
        return out + self._ejected(self.phase_s)

    @property
    def cycle(self) -> float:
        """Share of the present beat that is over, 0 to 1; 0 is the begin of the ejection."""
        return self.phase_s / self.period_s

    def ecg_mv(self) -> float:
        """Lead II now, mV."""
        return ecg_mv(self.phase_s, self.period_s)

    def state(self) -> dict[str, float]:
        """What ``restore`` needs."""
        return {name: float(getattr(self, name)) for name in _STATE}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take up a state."""
        for name in _STATE:
            setattr(self, name, float(state[name]))
        self.beats = int(state["beats"])


_STATE = (
    "rate_bpm",
    "output_ml_s",
    "beats",
    "phase_s",
    "period_s",
    "_stroke_ml",
    "_ejection_s",
)


def ecg_mv(phase_s: float, period_s: float) -> float:
    """A sinus beat in lead II as a sum of bell curves, mV.

    Args:
        phase_s: Time since the ejection began; the R wave leads it.
        period_s: Length of a beat.
    """
    total = 0.0
    for place, width, height in _WAVES:
        centre = place * math.sqrt(period_s) if abs(place) > 0.1 else place
        away = (phase_s + PRE_EJECTION_S - centre) % period_s
        away = min(away, period_s - away)
        total += height * math.exp(-0.5 * (away / width) ** 2)
    return total
