"""Carrying out the discrete commands of a tick: at the table, the machine, the syringe of drugs."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from ir_sim.scenario.model import Scenario
from ir_sim.simulation.bedside import Bedside
from ir_sim.simulation.controls import Action, Controls
from ir_sim.simulation.events import Event
from ir_sim.simulation.handling import Handled, Hands
from ir_sim.simulation.power_injector import PowerInjector
from ir_sim.simulation.pressure_line import PressureLine
from ir_sim.simulation.syringe import Syringe
from ir_sim.simulation.timeline import Timeline
from ir_sim.treatment import Treatments
from ir_sim.xray import Fluoroscope

_HANDLING = ("mount", "remove", "exchange")
_TREATING = ("take_up", "release", "aspirate", "lapse", "flush", "assistant")
_MACHINE = (
    "field", "pulse_rate", "detail", "collimate", "wedge", "angulate", "mode", "frame_rate",
    "delay", "roadmap", "roadmap_share", "mask", "pixel_shift", "landmark", "shield", "step_back",
)  # fmt: skip


def check_orders(scenario: Scenario, controls: Controls, stack: Container[str]) -> None:
    """Refuse controls that nobody can mean in this case.

    Args:
        scenario: The case.
        controls: Of a tick.
        stack: The slots that hold a device.

    Raises:
        ValueError: An unknown name, a number that is not finite, or a push on an empty slot; one
            clear line.
    """
    controls.check()
    tray = ", ".join(scenario.tray)
    fresh: set[str] = set()
    for action in controls.actions:
        if action.kind == "take_up" and action.device not in scenario.tray:
            raise ValueError(f"'{action.device}' is not on the tray: {tray}")
        if action.kind not in _HANDLING:
            continue
        if action.device is not None and action.device not in scenario.devices:
            raise ValueError(f"'{action.device}' is not on the tray: {tray}")
        fresh.add(str(action.slot))
    for slot, motion in controls.motions.items():
        if not motion.held and slot not in stack and slot not in fresh:
            raise ValueError(f"nothing is in the {slot} slot to move: mount a device first")


@dataclass
class Orders:
    """Those who carry out commands, and the timeline that tells of it.

    Attributes:
        finished: Whether the end of the procedure was called.
    """

    hands: Hands
    fluoroscope: Fluoroscope
    bedside: Bedside
    treatments: Treatments
    injector: PowerInjector
    line: PressureLine
    timeline: Timeline
    syringe: Syringe
    finished: bool = False

    def carry_out(self, action: Action, tick: int, vessel: str) -> list[str]:
        """Carry out a command; returns why it was refused.

        Args:
            action: What was called for.
            tick: When.
            vessel: Where the injecting catheter's tip lies, for drugs.
        """
        timeline = self.timeline
        if action.kind in _HANDLING:
            return self.tell(self.hands.command(action), tick)
        if action.kind in _MACHINE:
            try:
                said = self.fluoroscope.command(action.kind, action.value)
            except ValueError as error:
                return self._refuse(str(error), action, tick)
            data = {"kind": action.kind, "value": action.value}
            timeline.events.append(Event(tick, "setting_changed", said, data=data))
        elif action.kind in _TREATING:
            why = self.treatments.command(action.kind, action.device, action.value)
            if why:
                return self._refuse(why[:1].upper() + why[1:] + ".", action, tick)
        elif action.kind == "pressure":
            why = self.line.record(tick, timeline)
            if why:
                return self._refuse(why[:1].upper() + why[1:] + ".", action, tick)
        elif action.kind == "cuff":
            why = self.bedside.cuff.start(tick)
            if why:
                return self._refuse(why[:1].upper() + why[1:] + ".", action, tick)
        elif action.kind == "power_injection":
            try:
                said = self.injector.start(action.value)
            except (TypeError, ValueError) as error:
                return self._refuse(str(error), action, tick)
            timeline.add(tick, "injector_set", said, value=action.value)
        elif action.kind == "syringe":
            try:
                said = self.syringe.fill(str(action.device), action.value)
            except ValueError as error:
                return self._refuse(str(error), action, tick)
            mg_ml = self.syringe.iodine_mg_ml
            timeline.add(tick, "syringe_filled", said, device=action.device, iodine_mg_ml=mg_ml)
        elif action.kind == "finish":
            self.finished = True
        elif action.kind == "answer":
            text = f"Answered '{action.device}': {action.value}."
            timeline.add(tick, "answered", text, question=action.device, answer=action.value)
        elif action.kind == "hint":
            timeline.add(tick, "hint_taken", "Asked for a hint.")
        elif action.kind == "drug":
            said = self.bedside.give(action, tick, vessel, timeline)
            return [said] if said else []
        return []

    def tell(self, done: list[Handled], tick: int) -> list[str]:
        """Put what hands did on the timeline; returns what was refused."""
        for handled in done:
            data = {"device": handled.device} if handled.device else {}
            self.timeline.add(tick, handled.kind, handled.text, handled.slot, **data)
        return [handled.text for handled in done if handled.kind == "refused"]

    def _refuse(self, said: str, action: Action, tick: int) -> list[str]:
        self.timeline.add(tick, "refused", said, command=action.kind)
        return [said]
