"""The simulation: one fixed tick of 1/60 s that runs the rooms below in order.

::

    Controls -> devices -> blood and contrast -> X-ray machine -> timeline -> State
                                                      |
                                                      +--> Scene -> picture (any time, or never)

Pure with respect to its inputs: the same scenario, seed and controls give the same bits.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim import __version__
from ir_sim.anatomy import Lumen, build_tree
from ir_sim.anatomy.body import build_body
from ir_sim.devices import CoaxialSystem, DeviceState, SheathMouth, sheath_mouth
from ir_sim.devices.hazards import HazardWatch
from ir_sim.flow import Circulation, Injection
from ir_sim.scenario.fields import SLOTS, Slot
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.bedside import Bedside
from ir_sim.simulation.controls import Action, Controls, Pedal
from ir_sim.simulation.digest import digest_of
from ir_sim.simulation.events import Event
from ir_sim.simulation.handling import Handled, Hands
from ir_sim.simulation.harm import inflict
from ir_sim.simulation.injector import in_lumen, injection, why_blocked
from ir_sim.simulation.pictures import Album
from ir_sim.simulation.recording import Recording, write
from ir_sim.simulation.scenery import Scenery
from ir_sim.simulation.state import DT_S, TICKS_PER_S, Injecting, State
from ir_sim.simulation.timeline import Timeline
from ir_sim.xray import Exposure, Fluoroscope, Scene

#: Contrast medium as it comes from the bottle, mg iodine per mL (iohexol 300).
CONTRAST_MG_ML = 300.0
#: A recorded hash of the whole state, every so many ticks.
HASH_TICKS = 5 * TICKS_PER_S
#: The first picture looks so far ahead of the sheath's mouth, mm.
_LOOK_AHEAD_MM = 75.0
_HANDLING = ("mount", "remove", "exchange")
_MACHINE = (
    "field", "pulse_rate", "detail", "collimate", "wedge", "angulate", "mode", "frame_rate",
    "delay", "roadmap", "roadmap_share", "mask", "pixel_shift", "landmark", "shield", "step_back",
)  # fmt: skip


def first_centre_mm(mouth: SheathMouth) -> tuple[float, float]:
    """Where the table stands at first: the sheath's mouth low in the picture, the midline in it."""
    ahead = _LOOK_AHEAD_MM * math.sin(mouth.angle_rad)
    return 0.5 * float(mouth.xy_mm[0]), float(mouth.xy_mm[1]) + ahead


class Simulation:
    """A patient, the devices in the patient, and the X-ray machine.

    Args:
        scenario: The case.
        seed: Varies the patient's body, the noise of the pictures and chance.

    Attributes:
        tree: The vessels; ``lumen`` their walls.
        coaxial: The devices.
        circulation: Blood and contrast; ``bedside`` the patient's monitor and drugs.
        fluoroscope: The X-ray machine.
        recording: The controls so far.
        state: After the last tick.
        exposure: The pulse fired in the last tick, or None.
    """

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self.scenario, self.seed = scenario, int(seed)
        self.tree = build_tree(scenario.anatomy)
        self.lumen = Lumen(self.tree)
        self.mouth = sheath_mouth(self.tree, scenario.access)
        self.coaxial = CoaxialSystem(self.lumen, self.mouth)
        self.circulation = Circulation(self.tree, scenario.anatomy, scenario.patient)
        self.body = build_body(scenario.anatomy.body, scenario.patient, self.seed)
        self.fluoroscope = Fluoroscope(self.body, first_centre_mm(self.mouth))
        self.bedside = Bedside(
            scenario.patient, self.circulation, self.tree.vessels[0].id, self.seed
        )
        self.hands = Hands(scenario.devices, self.coaxial)
        self.hazards = HazardWatch()
        self.timeline = Timeline()
        self.recording = Recording(self._header())
        self.exposure: Exposure | None = None
        self.contrast_ml = 0.0
        self.finished = False
        self._tick = 0
        self._scenery = Scenery(scenario, self.tree, self.mouth, self.seed)
        self._album = Album(self.tree, self.body, self.circulation.bed_vessel.tolist(), self.seed)
        self.state = self._state({}, "off", Injecting(), ())

    # -- what can be asked ---------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        """The timeline so far, in time order."""
        return self.timeline.events

    def scene(self) -> Scene | None:
        """What the pulse of the last tick sees; None where none was fired."""
        return self._album.latest if self.exposure is not None else None

    def runs(self) -> Mapping[int, tuple[Scene, ...]]:
        """The scenes of every run filmed so far, by its number."""
        return self._album.runs()

    def picture(self, size_px: int = 1024) -> NDArray[np.uint8]:
        """(h, w) grey levels of what the monitor shows now.

        Drawn anew from the last pulses each time it is asked for, so that it depends on nothing
        but the run; draw the scenes through an ``Imager`` of your own for live pictures.
        """
        return self._album.picture(size_px, self.fluoroscope.settings)

    # -- a tick --------------------------------------------------------------------------------

    def step(self, controls: Controls | None = None) -> State:
        """Go on by one tick.

        Raises:
            ValueError: Something in the controls cannot be meant; nothing has changed then.
        """
        controls = controls if controls is not None else Controls()
        self.check(controls)
        if self.finished:
            raise ValueError("the procedure is finished: start a new simulation")
        self.recording.add(controls)
        tick = self._tick
        refused = [said for action in controls.actions for said in self._act(action, tick)]
        self._move(controls)
        refused += self._handled(self.hands.settle(), tick)
        slots = self.coaxial.states()
        devices: Mapping[str, DeviceState] = dict(slots.items())
        injecting, blocked = self._inject(controls, devices)
        refused += blocked
        due = self.fluoroscope.step(DT_S, controls.pedal, controls.table_mm_s)
        self.exposure = due
        self._tick += 1
        flows = injecting.rate_ml_s > 0.0
        self.bedside.watch(self._tick, injecting=flows, timeline=self.timeline)
        self._scenery.breathe(DT_S, filming=controls.pedal == "acquire")
        self.state = self._state(devices, controls.pedal, injecting, tuple(refused))
        found = self.hazards.update(slots, DT_S)
        self.timeline.hazards(self._tick, found)
        inflict(found, slots, self.circulation)
        if due is not None:
            self._album.add(self._scenery.scene(due, self.state, self.circulation))
        self.timeline.watch(self.state, controls, self.fluoroscope.run)
        if self.state.finished:
            self._finish()
        if self._tick % HASH_TICKS == 0 or self.state.finished:
            self.recording.hashes.append((self._tick, self.state_hash()))
        return self.state

    def check(self, controls: Controls) -> None:
        """Refuse controls that nobody can mean.

        Raises:
            ValueError: An unknown name, a number that is not finite, or a push on an empty slot;
                one clear line.
        """
        controls.check()
        fresh: set[str] = set()
        for action in controls.actions:
            if action.kind not in _HANDLING:
                continue
            if action.device is not None and action.device not in self.scenario.devices:
                tray = ", ".join(self.scenario.tray)
                raise ValueError(f"'{action.device}' is not on the tray: {tray}")
            fresh.add(str(action.slot))
        for slot, motion in controls.motions.items():
            if not motion.held and slot not in self.coaxial.stack and slot not in fresh:
                raise ValueError(f"nothing is in the {slot} slot to move: mount a device first")

    def _act(self, action: Action, tick: int) -> list[str]:
        """Carry out a command; returns why it was refused."""
        if action.kind in _HANDLING:
            return self._handled(self.hands.command(action), tick)
        if action.kind in _MACHINE:
            try:
                said = self.fluoroscope.command(action.kind, action.value)
            except ValueError as error:
                said = str(error)
                self.timeline.add(tick, "refused", said, command=action.kind)
                return [said]
            data = {"kind": action.kind, "value": action.value}
            self.timeline.events.append(Event(tick, "setting_changed", said, data=data))
        elif action.kind == "finish":
            self.finished = True
        elif action.kind == "answer":
            text = f"Answered '{action.device}': {action.value}."
            self.timeline.add(tick, "answered", text, question=action.device, answer=action.value)
        elif action.kind == "hint":
            self.timeline.add(tick, "hint_taken", "Asked for a hint.")
        elif action.kind == "drug":
            said = self.bedside.give(action, tick, self.state.injecting.vessel, self.timeline)
            return [said] if said else []
        return []

    def _handled(self, done: list[Handled], tick: int) -> list[str]:
        for handled in done:
            data = {"device": handled.device} if handled.device else {}
            self.timeline.add(tick, handled.kind, handled.text, handled.slot, **data)
        return [handled.text for handled in done if handled.kind == "refused"]

    def _move(self, controls: Controls) -> None:
        wanted: dict[Slot, tuple[float, float]] = {
            slot: (motion.advance_mm_s, math.radians(motion.rotate_deg_s))
            for slot in SLOTS
            if (motion := controls.motions.get(slot)) is not None and not motion.held
        }
        self.coaxial.advance(self.hands.motions(wanted), DT_S)

    def _inject(
        self, controls: Controls, devices: Mapping[str, DeviceState]
    ) -> tuple[Injecting, list[str]]:
        wanted = controls.inject_ml_s
        injecting, vessel, at_mm, holes_mm = injection(devices, wanted, self.tree, self.mouth)
        jets = []
        if injecting.rate_ml_s > 0.0:
            rate = injecting.rate_ml_s
            jets = [Injection(vessel, at_mm, rate, CONTRAST_MG_ML, holes_mm=holes_mm)]
            self.contrast_ml += rate * DT_S
        self.circulation.step(DT_S, jets, in_lumen(devices, self.tree))
        blocked = why_blocked(devices) if wanted > 0.0 else ""
        return injecting, [blocked] if blocked else []

    def _state(
        self,
        devices: Mapping[str, DeviceState],
        pedal: Pedal,
        injecting: Injecting,
        refused: tuple[str, ...],
    ) -> State:
        return State(
            self._tick,
            devices,
            pedal,
            self.exposure is not None,
            self.fluoroscope.settings,
            self.fluoroscope.dose,
            self.contrast_ml,
            injecting,
            self.bedside.vitals,
            refused,
            self.finished,
            self._flow_at,
            self._pressure_at,
            self._ledger_at,
        )

    def _flow_at(self, tick: int, vessel: str) -> float:
        self._present(tick)
        return self.circulation.flow_ml_s(vessel)

    def _pressure_at(self, tick: int, vessel: str, at_mm: float) -> float:
        self._present(tick)
        return self.circulation.pressure_mmhg(vessel, at_mm)

    def _ledger_at(self, tick: int) -> Mapping[str, float]:
        self._present(tick)
        return self.circulation.ledger_mg

    def _present(self, tick: int) -> None:
        if tick != self._tick:
            raise ValueError(f"this state is of tick {tick}; the simulation is at {self._tick}")

    def _finish(self) -> None:
        self.timeline.close(self.state)
        self.timeline.add(self._tick, "finished", "The procedure was ended.")
        self.recording.finished = True

    # -- memory --------------------------------------------------------------------------------

    def _header(self) -> dict[str, Any]:
        scenario = self.scenario
        return {
            "scenario": scenario.text,
            "scenario_id": scenario.id,
            "scenario_sha256": scenario.sha256,
            "devices": [device.model_dump(mode="json") for device in scenario.devices.values()],
            "seed": self.seed,
            "software": __version__,
            "simulated": True,
        }

    def state_hash(self) -> str:
        """SHA-256 of everything that the physics carries on, hexadecimal."""
        return digest_of(
            self._tick,
            self.coaxial.save(),
            self.circulation.state(),
            self.fluoroscope.dose,
            self.fluoroscope.settings,
            self.contrast_ml,
        )

    def save(self, path: str | Path) -> str:
        """Write the recording; returns its SHA-256.

        Raises:
            RecordError: It cannot be written.
        """
        self.recording.events = [event.as_dict() for event in self.events]
        return write(self.recording, Path(path))

    def snapshot(self) -> dict[str, Any]:
        """Everything needed to go on from here with the same bits."""
        return {
            "tick": self._tick,
            "plain": (self.contrast_ml, self.finished, self.exposure),
            "state": self.state,
            "coaxial": self.coaxial.save(),
            "hands": self.hands.save(),
            "hazards": copy.deepcopy(self.hazards),
            "circulation": self.circulation.state(),
            "bedside": self.bedside.save(),
            "machine": self.fluoroscope.state(),
            "timeline": self.timeline.save(),
            "scenery": self._scenery.save(),
            "album": self._album.save(),
            "recording": copy.deepcopy(self.recording),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``snapshot`` returned."""
        self._tick, self.state = saved["tick"], saved["state"]
        self.contrast_ml, self.finished, self.exposure = saved["plain"]
        self.coaxial.restore(saved["coaxial"])
        self.hands.restore(saved["hands"])
        self.hazards = copy.deepcopy(saved["hazards"])
        self.circulation.restore(saved["circulation"])
        self.bedside.restore(saved["bedside"])
        self.fluoroscope.restore(saved["machine"])
        self.timeline.restore(saved["timeline"])
        self._scenery.restore(saved["scenery"])
        self._album.restore(saved["album"])
        self.recording = copy.deepcopy(saved["recording"])
