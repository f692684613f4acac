"""How somebody works: tempo, steadiness, habits of hand and foot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """Habits of an operator; all figures are assumed.

    Attributes:
        tempo: Speed of the hands; 1 is that of a hurried expert.
        pause_s: Thinking between two manoeuvres, hands still and foot off.
        pulse_rate: Fluoroscopy pulses per second that are chosen.
        collimates: Whether blades are closed before a run.
        film_ml_s: Rate of an injection that is filmed.
        film_ml: Volume of it, at least what the case asks for.
        puff_ml: Volume of a test injection, at least what the case asks for.
    """

    tempo: float = 0.7
    pause_s: float = 1.0
    pulse_rate: float = 7.5
    collimates: bool = True
    film_ml_s: float = 4.0
    film_ml: float = 6.0
    puff_ml: float = 2.4


EXPERT = Style()
