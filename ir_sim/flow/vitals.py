"""How the patient holds up: reflexes, blood loss, drugs and reactions, and what the monitor shows.

Once a beat: blood loss and vasodilatation lower the filling and the resistance; a sympathetic
drive, from the loss itself (low-pressure receptors) and from the arterial pressure (baroreflex),
raises rate and resistance. The figures are tuned to the ATLS classes of haemorrhage (American
College of Surgeons, ATLS 10th ed.: under 15 % of the blood volume pressure and rate are normal, 15
to 30 % rate 100 to 120, 30 to 40 % rate 120 to 140 and pressure falls, beyond 40 % worse).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ir_sim.flow.drugs import Doses, act_s, clotting
from ir_sim.flow.reactions import Reaction
from ir_sim.flow.systemic import BLOOD_ML_KG
from ir_sim.scenario.model import Patient

#: Loss of stroke volume with the share of the blood volume lost, and the loss that veins make up.
_STROKE_PER_LOSS, _MADE_UP = 1.75, 0.05
#: Drive per share of volume lost beyond the first, and per share of mean pressure lost.
_DRIVE_PER_LOSS, _LOSS_FELT_FROM, _DRIVE_PER_PRESSURE = 2.4, 0.10, 1.2
#: Pressure changes below this share are not answered; the drive's time constant, s.
_UNFELT, _DRIVE_S = 0.02, 8.0
#: Change of resistance per drive, and limits of the rate, beats a minute.
_TONE_PER_DRIVE, _LEAST_RATE, _MOST_RATE = 0.25, 35.0, 190.0
#: Share of a crystalloid infusion that stays in the blood (textbook: a third to a quarter).
_CRYSTALLOID_STAYS = 0.3
#: SpO2 of air in health and with oxygen, and the time constant of its change, s.
_SPO2_AIR, _SPO2_OXYGEN, _SPO2_S = 97.0, 99.0, 45.0
_BREATHS_PER_MIN = 14.0
#: Course of a contrast reaction: time to its height, s; changes of resistance, stroke volume (fluid
#: leaves the vessels, veins widen), saturation and rate, at its height (assumed).
_REACTION_S = 45.0
_REACTIONS = {
    "none": (0.0, 0.0, 0.0, 0.0),
    "mild": (0.0, 0.0, 0.0, 0.08),
    "moderate": (-0.10, -0.05, -5.0, 0.25),
    "severe": (-0.60, -0.40, -12.0, 0.35),
}


@dataclass(frozen=True)
class Vitals:
    """What the monitor beside the patient shows.

    Attributes:
        heart_rate_bpm: Heart rate.
        systolic_mmhg: Highest arterial pressure of the last beat, at the place asked for.
        diastolic_mmhg: Lowest.
        mean_mmhg: Mean.
        spo2_percent: Oxygen saturation.
        breaths_per_min: Respiratory rate.
        ecg_mv: Lead II at this moment.
        act_s: Activated clotting time (a sample would give this).
        blood_loss_ml: Blood lost into tissue.
        sedation: Depth, 0 to 1.
    """

    heart_rate_bpm: float
    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float
    spo2_percent: float
    breaths_per_min: float
    ecg_mv: float
    act_s: float
    blood_loss_ml: float
    sedation: float


@dataclass
class _Course:
    """What changes from beat to beat."""

    time_s: float = 0.0
    drive: float = 0.0
    spo2: float = _SPO2_AIR
    infused_ml: float = 0.0
    oxygen: float = 0.0
    severity: str = "none"
    reacts_at_s: float = 0.0


class Physiology:
    """Reflexes, drugs and reactions of one patient.

    Args:
        patient: Weight.
        rate_bpm: Resting heart rate.
        stroke_ml: Resting stroke volume.
        mean_mmhg: Resting mean pressure.

    Attributes:
        doses: Drugs in the body.
        rate_bpm: Heart rate from the next beat on; ``stroke_ml`` and ``tone`` likewise.
        clotting: How eagerly the blood clots.
    """

    def __init__(
        self, patient: Patient, rate_bpm: float, stroke_ml: float, mean_mmhg: float
    ) -> None:
        self._weight_kg = patient.weight_kg
        self._rest = (rate_bpm, stroke_ml, mean_mmhg)
        self.doses = Doses()
        self._course = _Course()
        self.rate_bpm, self.stroke_ml, self.tone, self.clotting = rate_bpm, stroke_ml, 1.0, 1.0

    def react(self, reaction: Reaction) -> None:
        """Let a contrast reaction begin at its time, counted from now."""
        if reaction.severity != "none":
            self._course.severity = reaction.severity
            self._course.reacts_at_s = self._course.time_s + reaction.onset_s

    def infuse(self, ml: float) -> None:
        """Give crystalloid."""
        if not (math.isfinite(ml) and ml >= 0.0):
            raise ValueError(f"infusion of {ml} mL")
        self._course.infused_ml += ml

    def give_oxygen(self, l_min: float) -> None:
        """Set the oxygen flow by mask."""
        if not (math.isfinite(l_min) and l_min >= 0.0):
            raise ValueError(f"oxygen at {l_min} L/min")
        self._course.oxygen = l_min

    def beat(self, period_s: float, mean_mmhg: float, lost_ml: float) -> None:
        """Find the next beat's rate, stroke and resistance.

        Args:
            period_s: Time since the last call.
            mean_mmhg: Mean pressure of the last beat.
            lost_ml: Blood lost so far.
        """
        course, doses = self._course, self.doses
        course.time_s += period_s
        doses.step(period_s)
        rate, stroke, rest_mmhg = self._rest
        lost = self.lost_share(lost_ml)
        felt = (rest_mmhg - mean_mmhg) / rest_mmhg
        felt -= max(-_UNFELT, min(felt, _UNFELT))
        wanted = _DRIVE_PER_LOSS * max(lost - _LOSS_FELT_FROM, 0.0) + _DRIVE_PER_PRESSURE * felt
        wanted = max(-0.3, min(wanted, 1.3))
        course.drive += (1.0 - math.exp(-period_s / _DRIVE_S)) * (wanted - course.drive)
        tone_fall, stroke_fall, spo2_fall, rate_rise = (
            self.reaction_now * change for change in _REACTIONS[course.severity]
        )
        change = 1.0 + course.drive + doses.effect("rate") + rate_rise
        self.rate_bpm = max(_LEAST_RATE, min(rate * change, _MOST_RATE))
        filling = max(1.0 - _STROKE_PER_LOSS * max(lost - _MADE_UP, 0.0), 0.08)
        # a faster heart has less time to fill, less so where nerves tighten the veins as well
        hurried = (
            max(1.0 + doses.effect("rate"), 1.0) ** -0.7 * max(1.0 + course.drive, 1.0) ** -0.3
        )
        contractility = max(1.0 + doses.effect("contractility"), 0.3) * (1.0 + stroke_fall)
        self.stroke_ml = stroke * filling * contractility * hurried
        tone = 1.0 + _TONE_PER_DRIVE * course.drive + doses.effect("tone")
        self.tone = max(tone * (1.0 + tone_fall), 0.25)
        self.clotting = clotting(self.act_s)
        self._breathe(period_s, mean_mmhg, spo2_fall)

    def _breathe(self, period_s: float, mean_mmhg: float, spo2_fall: float) -> None:
        course = self._course
        best = _SPO2_OXYGEN if course.oxygen > 0.0 else _SPO2_AIR
        shallow = max(self.depression - 0.3, 0.0)
        fall = shallow * (12.0 if course.oxygen > 0.0 else 45.0)
        fall += 0.25 * max(50.0 - mean_mmhg, 0.0) - spo2_fall * (0.6 if course.oxygen > 0 else 1.0)
        share = 1.0 - math.exp(-period_s / _SPO2_S)
        course.spo2 += share * (max(best - fall, 40.0) - course.spo2)

    def lost_share(self, lost_ml: float) -> float:
        """Share of the blood volume that is missing."""
        made_good = _CRYSTALLOID_STAYS * self._course.infused_ml
        return max(lost_ml - made_good, 0.0) / (BLOOD_ML_KG * self._weight_kg)

    @property
    def reaction_now(self) -> float:
        """0 to 1: how much of a contrast reaction there is now, after what treats it."""
        since = self._course.time_s - self._course.reacts_at_s
        if self._course.severity == "none" or since < 0.0:
            return 0.0
        risen = 1.0 - math.exp(-since / _REACTION_S)
        return risen * max(1.0 - self.doses.effect("treats"), 0.0)

    @property
    def severity(self) -> str:
        """Of the reaction to contrast, if it has begun; else ``none``."""
        begun = self._course.time_s >= self._course.reacts_at_s
        return self._course.severity if begun else "none"

    @property
    def on_oxygen(self) -> bool:
        """Whether oxygen flows through a mask."""
        return self._course.oxygen > 0.0

    @property
    def depression(self) -> float:
        """Depression of breathing, 0 to 1."""
        return min(self.doses.effect("depresses"), 1.0)

    @property
    def sedation(self) -> float:
        """Depth of sedation, 0 to 1."""
        return min(self.doses.effect("sedates"), 1.0)

    @property
    def act_s(self) -> float:
        """Activated clotting time, s."""
        return act_s(self.doses.blood["heparin"], self._weight_kg)

    @property
    def spo2_percent(self) -> float:
        """Oxygen saturation, per cent."""
        return self._course.spo2

    @property
    def breaths_per_min(self) -> float:
        """Respiratory rate."""
        return _BREATHS_PER_MIN * (1.0 - 0.9 * self.depression) * (1.0 + 0.4 * self._course.drive)

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        now = (self.rate_bpm, self.stroke_ml, self.tone, self.clotting)
        return {"doses": self.doses.state(), "course": asdict(self._course), "now": now}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.doses.restore(state["doses"])
        self._course = _Course(**state["course"])
        self.rate_bpm, self.stroke_ml, self.tone, self.clotting = state["now"]
