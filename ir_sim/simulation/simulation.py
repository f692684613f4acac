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
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim import __version__
from ir_sim.anatomy.body import body_of
from ir_sim.devices import CoaxialSystem, DeviceState, SheathMouth, sheath_mouth
from ir_sim.devices.hazards import HazardWatch
from ir_sim.scenario.fields import SLOTS, Slot
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.aftercare import haematoma
from ir_sim.simulation.answers import Answers
from ir_sim.simulation.at_rest import at_rest
from ir_sim.simulation.bedside import Bedside
from ir_sim.simulation.controls import Controls, Pedal
from ir_sim.simulation.digest import digest_of
from ir_sim.simulation.events import Event
from ir_sim.simulation.handling import Hands, no_wire_ahead
from ir_sim.simulation.harm import inflict
from ir_sim.simulation.injector import CONTRAST_MG_ML, Lying, injection, outflow
from ir_sim.simulation.jets import JetWatch
from ir_sim.simulation.orders import Orders, check_orders
from ir_sim.simulation.pictures import Album
from ir_sim.simulation.power_injector import PowerInjector
from ir_sim.simulation.pressure_line import PressureLine
from ir_sim.simulation.recording import Recording, write
from ir_sim.simulation.scenery import Scenery
from ir_sim.simulation.side_holes import jets_from
from ir_sim.simulation.state import DT_S, TICKS_PER_S, Injecting, State
from ir_sim.simulation.syringe import Syringe
from ir_sim.simulation.timeline import Timeline
from ir_sim.treatment import Bench, Treatments
from ir_sim.xray import Exposure, Fluoroscope, Scene

#: A recorded hash of the whole state, every so many ticks.
HASH_TICKS = 5 * TICKS_PER_S
#: The first picture looks so far ahead of the sheath's mouth, mm.
_LOOK_AHEAD_MM = 75.0


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
        treatments: Balloons, stents, coils, embolics and so on; ``bench`` is what they work at.
        fluoroscope: The X-ray machine.
        recording: The controls so far.
        state: After the last tick.
        exposure: The pulse fired in the last tick, or None.
    """

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self.scenario, self.seed = scenario, int(seed)
        self.tree, self.lumen, self.circulation = at_rest(scenario)
        self.mouth = sheath_mouth(self.tree, scenario.access)
        self.coaxial = CoaxialSystem(self.lumen, self.mouth)
        self.body = body_of(scenario, self.seed)
        self.fluoroscope = Fluoroscope(self.body, first_centre_mm(self.mouth))
        access = scenario.access
        at = (access.vessel, access.at_mm)
        self.bedside = Bedside(scenario.patient, self.circulation, at, self.seed)
        wire_first = scenario.task.catheter_without_wire == "refused"
        self.hands = Hands(scenario.devices, self.coaxial, wire_first=wire_first)
        self.hazards, self.jets = HazardWatch(), JetWatch()
        self.bench = Bench(scenario, self.tree, self.circulation, self.seed)
        self.treatments = Treatments(self.bench)
        self.timeline = Timeline()
        self.injector, self.syringe = PowerInjector(), Syringe()
        self._lying = Lying(self.tree)
        line = PressureLine(self.bench)
        self._answers = Answers(self.circulation, self.treatments, line)
        staff = (self.hands, self.fluoroscope, self.bedside, self.treatments, self.injector)
        self._orders = Orders(*staff, line, self.timeline, self.syringe)
        self.recording = Recording(self._header())
        self.exposure: Exposure | None = None
        self.contrast_ml = 0.0
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

    @property
    def finished(self) -> bool:
        """Whether the procedure was ended."""
        return self._orders.finished

    # -- a tick --------------------------------------------------------------------------------

    def step(self, controls: Controls | None = None) -> State:
        """Go on by one tick.

        Raises:
            ValueError: Something in the controls cannot be meant; nothing has changed then.
        """
        controls = controls if controls is not None else Controls()
        self.check(controls)
        if self._orders.finished:
            raise ValueError("the procedure is finished: start a new simulation")
        self.recording.add(controls)
        tick = self._tick
        orders, vessel = self._orders, self.state.injecting.vessel
        acts = controls.actions
        refused = [said for action in acts for said in orders.carry_out(action, tick, vessel)]
        refused += self._move(controls)
        refused += orders.tell(self.hands.settle(), tick)
        slots = self.coaxial.states()
        devices: Mapping[str, DeviceState] = dict(slots.items())
        injecting, blocked = self._inject(controls, devices)
        refused += blocked
        due = self.fluoroscope.step(DT_S, controls.pedal, controls.table_mm_s)
        self.exposure = due
        self._tick += 1
        rate, where = injecting.rate_ml_s, injecting.vessel
        felt = rate > 0.0 and injecting.iodine_mg_ml > 0.0
        self.bedside.watch(
            self._tick, injecting=felt, timeline=self.timeline, vessel=where, rate=rate
        )
        filming = controls.pedal == "acquire"
        self._scenery.step(DT_S, devices, injecting, self.circulation, filming=filming)
        self.state = self._state(devices, controls.pedal, injecting, tuple(refused))
        found = self.hazards.update(slots, DT_S)
        found += self.jets.update(DT_S, injecting, slots, self.circulation)
        self.timeline.hazards(self._tick, found)
        self._tell_treatments()
        inflict(found, slots, self.circulation)
        if due is not None:
            shapes = self.treatments.shapes()
            self._album.add(self._scenery.scene(due, self.state, self.circulation, shapes))
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
        check_orders(self.scenario, controls, self.coaxial.stack)

    def _move(self, controls: Controls) -> list[str]:
        """Move the hubs; returns why some are not moved."""
        wanted: dict[Slot, tuple[float, float]] = {
            slot: (motion.advance_mm_s, math.radians(motion.rotate_deg_s))
            for slot in SLOTS
            if (motion := controls.motions.get(slot)) is not None and not motion.held
        }
        motions = self.hands.motions(wanted)
        bare = no_wire_ahead(self.coaxial.stack, motions)
        held = {**self.treatments.held(), **{str(slot): why for slot, why in bare.items()}}
        limits = self.treatments.limits()
        free = {
            slot: (min(speed, limits.get(slot, speed)), turn)
            for slot, (speed, turn) in motions.items()
            if slot not in held
        }
        self.coaxial.advance(free, DT_S)
        return [held[slot] for slot in motions if slot in held]

    def _inject(
        self, controls: Controls, devices: Mapping[str, DeviceState]
    ) -> tuple[Injecting, list[str]]:
        """Let syringe and treatments push what they push, and the blood go on by a tick."""
        bench, circulation = self.bench, self.circulation
        out = outflow(devices, self.tree, self.mouth, circulation.radius_mm)
        bench.tick, bench.devices, bench.outflow = self._tick, devices, out
        device = devices[out.slot].device if out.slot in devices else None
        power = self.injector.rate_ml_s(DT_S, device)
        wanted = power or controls.inject_ml_s
        injecting = injection(out, self.tree, wanted, power=power > 0.0)
        rate, jets = injecting.rate_ml_s, []
        bench.pushed_ml_s = rate
        if rate:
            jets = jets_from(rate, bench, self.syringe)
        own_jets = len(jets)
        self.treatments.step(controls.treat)
        jets += bench.injections
        circulation.step(DT_S, jets, self._lying.now(devices))
        delivered = circulation.delivered_ml
        if rate:
            given_ml = sum(delivered[:own_jets])
            self.contrast_ml += given_ml * self.syringe.undiluted
            medium, iodine = self.syringe.medium, self.syringe.iodine_mg_ml
            injecting = replace(
                injecting, rate_ml_s=given_ml / DT_S, medium=medium, iodine_mg_ml=iodine
            )
        if bench.injections:  # embolics are mixed with contrast: it counts, undiluted
            own = zip(bench.injections, delivered[-len(bench.injections) :], strict=True)
            mg = sum(ml * jet.concentration_mg_ml for jet, ml in own if jet.species == "contrast")
            self.contrast_ml += mg / CONTRAST_MG_ML
        bench.injections.clear()
        if (self._tick + 1) % HASH_TICKS:  # a checkpoint is enough for its tick
            self.coaxial.follow(circulation.radius_mm)  # as treatment, spasm, injury made them
        return injecting, [out.blocked] if wanted > 0.0 and out.blocked else []

    def _tell_treatments(self) -> None:
        for said in self.bench.happenings:
            self.timeline.add(self._tick, said.kind, said.text, said.slot, said.vessel, **said.data)
        self.bench.happenings.clear()

    def _state(
        self,
        devices: Mapping[str, DeviceState],
        pedal: Pedal,
        injecting: Injecting,
        refused: tuple[str, ...],
    ) -> State:
        self._answers.tick = self._tick
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
            self._orders.finished,
            self.treatments.reading(),
            self._answers,
            replace(self.bedside.cuff.shows, measuring=self.bedside.cuff.measuring),
            self.treatments.assisting(),
        )

    def _finish(self) -> None:
        self.timeline.close(self.state)
        self.timeline.add(self._tick, "finished", "The procedure was ended.")
        act = self.state.vitals.act_s
        later = haematoma(self.scenario, self.events, act, self._tick)
        if later is not None:
            self.events.append(later)
        self.recording.finished = True

    # -- memory --------------------------------------------------------------------------------

    def _header(self) -> dict[str, Any]:
        scenario = self.scenario
        devices = list(scenario.devices.values())
        brought = scenario.assistant_device
        if brought is not None and brought.id not in scenario.devices:
            devices.append(brought)
        return {
            "scenario": scenario.text,
            "scenario_id": scenario.id,
            "scenario_sha256": scenario.sha256,
            "devices": [device.model_dump(mode="json") for device in devices],
            "supplies": [supply.model_dump(mode="json") for supply in scenario.supplies.values()],
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
            self.treatments.state(),
            self.fluoroscope.dose,
            self.fluoroscope.settings,
            self.contrast_ml,
            self.injector,
            *(() if self.syringe.untouched else (self.syringe.save(),)),
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
            "plain": (self.contrast_ml, self._orders.finished, self.exposure),
            "state": self.state,
            "coaxial": self.coaxial.save(),
            "hands": self.hands.save(),
            "injector": self.injector.save(),
            "syringe": self.syringe.save(),
            "hazards": copy.deepcopy((self.hazards, self.jets)),
            "circulation": self.circulation.state(),
            "treatments": self.treatments.state(),
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
        self._answers.tick = self._tick
        self.contrast_ml, self._orders.finished, self.exposure = saved["plain"]
        self.coaxial.restore(saved["coaxial"])
        self.hands.restore(saved["hands"])
        self.injector.restore(saved["injector"])
        self.syringe.restore(saved["syringe"])
        self.hazards, self.jets = copy.deepcopy(saved["hazards"])
        self.circulation.restore(saved["circulation"])
        self.treatments.restore(saved["treatments"])
        self.bedside.restore(saved["bedside"])
        self.fluoroscope.restore(saved["machine"])
        self.timeline.restore(saved["timeline"])
        self._scenery.restore(saved["scenery"])
        self._album.restore(saved["album"])
        self.recording = copy.deepcopy(saved["recording"])
