"""How somebody works: tempo, steadiness, habits of hand and foot, and where attention fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """Habits of an operator; all figures are assumed. Shares are probabilities, 0 to 1.

    Attributes:
        patience_s: After so long the case is given up.
        tempo: Speed of the hands; 1 is that of a hurried expert.
        pause_s: Thinking between two manoeuvres, hands still.
        delay_s: From seeing to stopping.
        tremor: Unsteadiness of a hub's speed, as a share of it.
        pulse_rate: Fluoroscopy pulses per second that are chosen.
        idle_foot: How often the foot stays on the pedal while thinking.
        blind: How often a manoeuvre is begun without looking.
        keeps_view: How far from the middle the tip may go before the table follows, as a share of
            half the field; beyond 1 it leaves the picture.
        bare: How often a catheter is pushed on without its wire.
        misjudges: How often the rotation for a hook is chosen wrongly.
        collimates: Whether blades are closed before a run.
        film_ml_s: Rate of an injection that is filmed.
        film_ml: Volume of it, at least what the case asks for.
        puff_ml: Volume of a test injection, at least what the case asks for.
        puffs: How many test injections are given.
        films: How often the same view is filmed.
        slips: How often a question of a form is answered wrongly, or a small step is left out.
    """

    patience_s: float = 600.0
    tempo: float = 0.7
    pause_s: float = 1.0
    delay_s: float = 0.0
    tremor: float = 0.0
    pulse_rate: float = 7.5
    idle_foot: float = 0.0
    blind: float = 0.0
    keeps_view: float = 0.55
    bare: float = 0.0
    misjudges: float = 0.0
    collimates: bool = True
    film_ml_s: float = 4.0
    film_ml: float = 6.0
    puff_ml: float = 2.4
    puffs: int = 1
    films: int = 1
    slips: float = 0.0


EXPERT = Style()
