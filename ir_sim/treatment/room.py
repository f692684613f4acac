"""All treatments of a run: which tool is in hand, and what lies in the patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ir_sim.scenario.device import Device
from ir_sim.scenario.supply import Supply
from ir_sim.treatment.angioplasty import Angioplasty
from ir_sim.treatment.assistant import Assisting
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.clot_removal import ClotRemoval
from ir_sim.treatment.coils import Coils
from ir_sim.treatment.complications import Complications
from ir_sim.treatment.crossing import Crossing
from ir_sim.treatment.embolics import Embolics
from ir_sim.treatment.measures import Measures
from ir_sim.treatment.treatment import Treatment
from ir_sim.xray import DeviceShape

#: Every treatment there is; the order decides which sees a tick first.
TREATMENTS: tuple[type[Treatment], ...] = (
    Angioplasty, Crossing, Coils, Embolics, ClotRemoval, Complications,
)  # fmt: skip


class Treatments:
    """The treatments of one run.

    Args:
        bench: The patient and the table.

    Attributes:
        in_hand: Id of the tool that was taken up, or empty.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.in_hand = ""
        self._all = [kind(bench) for kind in TREATMENTS]
        self._complications = next(t for t in self._all if isinstance(t, Complications))
        self._angioplasty = next(t for t in self._all if isinstance(t, Angioplasty))
        self._measures = Measures(bench)

    def command(self, kind: str, device: str | None, value: Any) -> str:
        """Carry out an action; returns why it was refused, or an empty text."""
        if kind == "take_up":
            return self._take_up(str(device))
        if kind == "flush":  # needs no tool: a syringe on the hub
            return self._complications.flush()
        if kind == "assistant":
            return self._ask_assistant(value)
        treatment = self._treating()
        if treatment is None:
            return f"take up a treating tool of the tray before you {kind}"
        if kind not in treatment.commands:
            return f"the tool in hand does not {kind}"
        return treatment.act(kind, value)

    def _ask_assistant(self, value: Any) -> str:
        assistant = self._angioplasty.assistant
        if assistant is None:
            return "there is no assistant in this case"
        if not isinstance(value, bool):
            return "the assistant inflates with you or waits: true or false"
        assistant.ask(with_you=value)
        return ""

    def assisting(self) -> Assisting | None:
        """What the assistant has in hand; None where there is none."""
        assistant = self._angioplasty.assistant
        return assistant.reading() if assistant is not None else None

    def _take_up(self, name: str) -> str:
        tool = self._tool(name)
        if tool is None:
            return f"'{name}' is not on the tray"
        treatment = self._for(tool)
        if treatment is None:
            return f"{tool.title} treats nothing"
        if isinstance(tool, Device) and not self._mounted(tool):
            return f"{tool.title} is not in the patient: put it in first"
        refused = treatment.take_up(tool)
        if refused:
            return refused
        before = self._treating()
        if before is not None and before is not treatment:
            before.put_down()
        self.in_hand = name
        return ""

    def step(self, hand: float) -> None:
        """Go on by one tick.

        Args:
            hand: The rate of the hand on the tool in hand.
        """
        tool = self._tool(self.in_hand)
        if isinstance(tool, Device) and not self._mounted(tool):
            treatment = self._for(tool)
            if treatment is not None:
                treatment.put_down()
            self.in_hand = ""
        treating = self._treating()
        for treatment in self._all:
            treatment.step(hand if treatment is treating else None)

    def held(self) -> Mapping[str, str]:
        """Slots whose device a treatment holds where it is (a full balloon), and why."""
        return {slot: why for treatment in self._all for slot, why in treatment.held().items()}

    def limits(self) -> Mapping[str, float]:
        """Slots whose device goes forward at most so fast now, mm/s (a wire in a shut vessel)."""
        return {slot: mm_s for t in self._all for slot, mm_s in t.limits().items()}

    def reading(self) -> Reading | None:
        """What the tool in hand shows; None if none is."""
        treatment = self._treating()
        return treatment.reading() if treatment is not None else None

    def shapes(self) -> tuple[DeviceShape, ...]:
        """What an X-ray sees of all treatments."""
        return tuple(shape for treatment in self._all for shape in treatment.shapes())

    def measure(self, measure: str, vessel: str) -> float | None:
        """An endpoint's measure now; None where there is nothing to tell of it."""
        for treatment in self._all:
            found = treatment.measures().get((measure, vessel))
            if found is not None:
                return found
        return self._measures.measure(measure, vessel)

    def _tool(self, name: str) -> Device | Supply | None:
        if not name:  # the empty hand, as nearly always
            return None
        scenario = self.bench.scenario
        return scenario.devices.get(name) or scenario.supplies.get(name)

    def _for(self, tool: Device | Supply) -> Treatment | None:
        return next((t for t in self._all if t.handles(tool)), None)

    def _treating(self) -> Treatment | None:
        tool = self._tool(self.in_hand)
        return self._for(tool) if tool is not None else None

    def _mounted(self, tool: Device) -> bool:
        held = self.bench.devices.get(tool.slot)
        return held is not None and held.device.id == tool.id

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs, and what the run's hash covers."""
        own = {treatment.name: treatment.state() for treatment in self._all}
        return {"in_hand": self.in_hand, "measures": self._measures.state(), **own}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""
        self.in_hand = state["in_hand"]
        self._measures.restore(state["measures"])
        for treatment in self._all:
            treatment.restore(state[treatment.name])
