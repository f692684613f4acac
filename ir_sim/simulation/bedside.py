"""The patient on the table: the monitor's figures, drugs, and whether the contrast is tolerated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ir_sim.flow import Circulation
from ir_sim.flow.drugs import FORMULARY
from ir_sim.flow.reactions import Reaction, draw_reaction, injection_pain
from ir_sim.flow.vitals import Vitals
from ir_sim.scenario.model import Patient
from ir_sim.simulation.controls import Action
from ir_sim.simulation.cuff import ArmCuff
from ir_sim.simulation.state import TICKS_PER_S
from ir_sim.simulation.timeline import Timeline

#: The monitor's figures are brought up to date this often, ticks.
_EVERY_TICKS = 12
#: Separates the chance of a reaction from other chance under the same seed.
_STREAM = 7
#: Pain from which a patient speaks up, of 10, and how long before the next complaint (assumed).
_COMPLAINS, _AGAIN_TICKS = 3.0, 10 * TICKS_PER_S


class Bedside:
    """Watches and treats one patient.

    Args:
        patient: As authored.
        circulation: The patient's blood.
        at: Vessel and arclength whose pressure the monitor shows: the access's.
        seed: Decides whether the patient reacts to contrast.

    Attributes:
        vitals: What the monitor shows.
        cuff: The cuff on the arm.
    """

    def __init__(
        self, patient: Patient, circulation: Circulation, at: tuple[str, float], seed: int
    ) -> None:
        self._patient, self._circulation, self._at, self._seed = patient, circulation, at, seed
        self._reaction: Reaction | None = None
        self._reacts_tick, self._complained_tick = -1, -_AGAIN_TICKS
        self.vitals: Vitals = circulation.vitals(*at)
        self.cuff = ArmCuff(circulation)

    def give(self, action: Action, tick: int, vessel: str, timeline: Timeline) -> str:
        """Give a drug, into the injecting catheter's vessel; returns why it was refused, or ''."""
        name, amount = str(action.device), action.value
        try:
            self._circulation.give(name, float(amount), vessel or None)
        except (TypeError, ValueError) as error:
            timeline.add(tick, "refused", str(error), command="drug")
            return str(error)
        text = f"{name.capitalize()} given: {float(amount):g} {FORMULARY[name].unit}."
        timeline.add(tick, "drug_given", text, vessel=vessel or None, drug=name, dose=amount)
        return ""

    def watch(
        self, tick: int, *, injecting: bool, timeline: Timeline, vessel: str = "", rate: float = 0.0
    ) -> None:
        """Follow one tick: the monitor, a reaction to contrast that begins, pain.

        Args:
            tick: Now.
            injecting: Whether contrast flows.
            timeline: Told of what is seen.
            vessel: Where it flows.
            rate: How fast, mL/s.
        """
        if injecting and vessel:
            self._hurt(tick, vessel, rate, timeline)
        self.cuff.step(tick)
        if tick % _EVERY_TICKS == 0:
            self.vitals = self._circulation.vitals(*self._at)
        if injecting and self._reaction is None:
            chance = np.random.default_rng([self._seed, _STREAM])
            self._reaction = draw_reaction(chance, self._patient.allergies)
            self._circulation.physiology.react(self._reaction)
            if self._reaction.severity != "none":
                self._reacts_tick = tick + round(self._reaction.onset_s * TICKS_PER_S)
        if tick == self._reacts_tick and self._reaction is not None:
            said, how = self._reaction.signs, self._reaction.severity
            timeline.add(tick, "contrast_reaction", said, severity=how)

    def _hurt(self, tick: int, vessel: str, rate: float, timeline: Timeline) -> None:
        """The patient complains, once in a while, if the injection hurts."""
        if tick < self._complained_tick + _AGAIN_TICKS:
            return
        blood = self._circulation
        inside = {blood.tree.by_id[vessel].index}
        for v in blood.tree.vessels:
            if v.parent in inside:
                inside.add(v.index)
        organs = {o for o, v in zip(blood.organs, blood.bed_vessel, strict=True) if v in inside}
        usual = max(blood.flow_ml_s(vessel), 0.1)
        pain = max(
            (injection_pain(organ, rate, usual, iso_osmolar=False) for organ in organs), default=0.0
        )
        pain *= 1.0 - self.vitals.sedation
        if pain >= _COMPLAINS:
            self._complained_tick = tick
            text = f"The patient feels the injection: pain {pain:.0f} of 10."
            timeline.add(tick, "pain", text, vessel=vessel, pain=round(pain, 1))

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {
            "complained": self._complained_tick,
            "vitals": self.vitals,
            "reaction": self._reaction,
            "at": self._reacts_tick,
            "cuff": self.cuff.save(),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self.vitals, self._reaction = saved["vitals"], saved["reaction"]
        self._reacts_tick, self._complained_tick = saved["at"], saved["complained"]
        self.cuff.restore(saved["cuff"])
