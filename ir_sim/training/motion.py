"""Quality of motion, as feedback only: path length, sub-movements, spectral arc length.

Sub-movements and spectral arc length of the tip separated beginners from experts on an endovascular
simulator (Duran 2015, n = 20); no pass mark exists, so none is given.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

Array = NDArray[np.float64]

#: Balasubramanian, Melendez-Calderon, Roby-Brami, Burdet 2015 (SPARC): the spectrum is taken up to
#: 10 Hz, or to where it falls below 5 % of its largest value.
CUT_HZ, AMPLITUDE = 10.0, 0.05
#: A tip slower than this for longer than ``REST_S`` rests; then a new movement begins (assumed).
REST_MM_S, REST_S = 1.0, 1.0
#: Height above its surroundings from which a peak of speed is a sub-movement: share of the
#: movement's largest speed, and mm/s (assumed).
PEAK_SHARE, PEAK_MM_S = 0.1, 2.0
#: Shorter movements have no meaningful spectrum, s (assumed).
SHORTEST_S = 1.0


def path_length_mm(xy_mm: Array) -> float:
    """Length of a tip's way through (n, 2) points; gaps (NaN) do not count."""
    return float(np.nansum(np.hypot(*np.diff(xy_mm, axis=0).T))) if len(xy_mm) > 1 else 0.0


def movements(speed_mm_s: Array, rate_hz: float) -> Iterator[Array]:
    """The stretches between rests of at least ``REST_S``."""
    fast = np.flatnonzero(speed_mm_s > REST_MM_S)
    if not len(fast):
        return
    gaps = np.flatnonzero(np.diff(fast) > REST_S * rate_hz)
    starts = np.concatenate([[fast[0]], fast[gaps + 1]])
    ends = np.concatenate([fast[gaps], [fast[-1]]])
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield speed_mm_s[start : end + 1]


def sub_movements(speed_mm_s: Array, rate_hz: float) -> int:
    """Number of peaks of speed in all movements."""
    count = 0
    for part in movements(speed_mm_s, rate_hz):
        padded = np.concatenate([[0.0], part, [0.0]])
        prominence = max(PEAK_SHARE * float(part.max()), PEAK_MM_S)
        count += len(find_peaks(padded, prominence=prominence)[0])
    return count


def spectral_arc_length(speed: Array, rate_hz: float) -> float:
    r"""SPARC of one movement: minus the arc length of its normalised Fourier magnitude.

    .. math:: -\int_0^{\omega_c} \sqrt{(1/\omega_c)^2 + (d\hat V/d\omega)^2}\,d\omega

    Args:
        speed: (n,) speed at a fixed rate, in any unit.
        rate_hz: That rate.

    Returns:
        About -1.4 for one smooth movement, more negative the less smooth.

    Raises:
        ValueError: Nothing moves.
    """
    if len(speed) < 2 or not float(np.abs(speed).max()) > 0.0:
        raise ValueError("spectral arc length of a tip that does not move")
    count = 2 ** (int(np.ceil(np.log2(len(speed)))) + 4)
    frequency = np.fft.rfftfreq(count, 1.0 / rate_hz)
    magnitude = np.abs(np.fft.rfft(speed, count))
    magnitude = magnitude / magnitude.max()
    kept = frequency <= CUT_HZ
    frequency, magnitude = frequency[kept], magnitude[kept]
    above = np.flatnonzero(magnitude >= AMPLITUDE)
    frequency, magnitude = frequency[: above[-1] + 1], magnitude[: above[-1] + 1]
    if len(frequency) < 2:
        return -1.0
    along = np.diff(frequency) / (frequency[-1] - frequency[0])
    return -float(np.hypot(along, np.diff(magnitude)).sum())


def mean_spectral_arc_length(speed_mm_s: Array, rate_hz: float) -> float | None:
    """Mean over the movements, weighted with their durations; None if none is long enough."""
    parts = [p for p in movements(speed_mm_s, rate_hz) if len(p) >= SHORTEST_S * rate_hz]
    if not parts:
        return None
    values = [spectral_arc_length(part, rate_hz) for part in parts]
    return float(np.average(values, weights=[len(part) for part in parts]))
