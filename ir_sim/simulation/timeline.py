"""Writing the timeline: pedals, runs, injections, table and alarms, each once, with a sentence."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ir_sim.devices.hazards import Hazard
from ir_sim.simulation.controls import Controls
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import DT_S, State

#: Reference air kerma at which the room is told, mGy, and kerma-area product, Gy cm² (alert levels
#: as in NCRP 168 and SIR; believed, see ``docs/scoring.md``).
KERMA_ALERTS_MGY = (3000.0, 5000.0)
KAP_ALERTS_GY_CM2 = (300.0, 500.0)
#: Two pushes on the syringe closer together than this are one injection, s (assumed).
_SAME_INJECTION_S = 0.25
#: A table that has rested this long has arrived, s (assumed).
_TABLE_RESTS_S = 0.5


def spoken(name: str) -> str:
    """A vessel's id as words."""
    return name.replace("_", " ")


@dataclass
class _Running:
    """Something that has a beginning and an end."""

    since: int = -1
    idle_s: float = 0.0
    amount: float = 0.0
    frames: int = 0
    slot: str = ""
    vessel: str = ""
    wedged: bool = False
    most: float = 0.0

    @property
    def on(self) -> bool:
        return self.since >= 0


@dataclass
class Timeline:
    """The events so far, and what is needed to write the next ones.

    Attributes:
        events: In time order.
    """

    events: list[Event] = field(default_factory=list)
    _pedal: str = "off"
    _press: _Running = field(default_factory=_Running)
    _run: _Running = field(default_factory=_Running)
    _injection: _Running = field(default_factory=_Running)
    _table: _Running = field(default_factory=_Running)
    _alerts: set[str] = field(default_factory=set)

    def add(
        self,
        tick: int,
        kind: str,
        text: str,
        slot: str | None = None,
        vessel: str | None = None,
        **data: Any,
    ) -> Event:
        """Append an event."""
        event = Event(tick, kind, text, slot, vessel, data)
        self.events.append(event)
        return event

    def hazards(self, tick: int, found: Sequence[Hazard]) -> None:
        """Append what the devices have done to the vessels."""
        for hazard in found:
            text = _HAZARDS[hazard.kind].format(
                slot=hazard.slot, vessel=spoken(hazard.vessel), **hazard.data
            )
            self.add(tick, hazard.kind, text, hazard.slot, hazard.vessel, **hazard.data)

    def watch(self, state: State, controls: Controls, run: int | None) -> None:
        """Note what has begun or ended in a tick.

        Args:
            state: The state after the tick.
            controls: What was done in it.
            run: Number of the acquisition that is running, or None.
        """
        self._watch_pedal(state)
        self._watch_run(state, run)
        self._watch_injection(state)
        self._watch_table(state.tick, controls)
        self._watch_dose(state)

    def close(self, state: State) -> None:
        """End whatever is still running."""
        self._end_injection(state.tick)
        self._end_run(state)
        self._end_press(state)

    def _watch_pedal(self, state: State) -> None:
        if state.pedal == self._pedal:
            return
        self._end_press(state)
        if state.pedal != "off":
            name = "Fluoroscopy" if state.pedal == "fluoro" else "Acquisition"
            self.add(state.tick, "pedal_down", f"{name} pedal down.", pedal=state.pedal)
            self._press = _Running(state.tick, frames=state.frames)
        self._pedal = state.pedal

    def _end_press(self, state: State) -> None:
        if not self._press.on:
            return
        seconds = (state.tick - self._press.since) * DT_S
        frames = state.frames - self._press.frames
        text = f"Pedal up after {seconds:.1f} s."
        data: dict[str, Any] = {"pedal": self._pedal, "seconds": seconds, "frames": frames}
        self.add(state.tick, "pedal_up", text, **data)
        self._press, self._pedal = _Running(), "off"

    def _watch_run(self, state: State, run: int | None) -> None:
        if self._run.on and run != self._run.amount:
            self._end_run(state)
        if run is not None and not self._run.on:
            self._run = _Running(
                state.tick, 0.0, float(run), state.frames, vessel="", most=state.contrast_ml
            )
            self.add(state.tick, "run_started", f"Run {run} started.", run=run)
        if self._run.on and state.injecting.rate_ml_s > 0.0 and not self._run.vessel:
            self._run.vessel = state.injecting.vessel

    def _end_run(self, state: State) -> None:
        run = self._run
        if not run.on:
            return
        seconds = (state.tick - run.since) * DT_S
        left, right, bottom, top = state.settings.blades
        closed = 1.0 - max(1.0 - left - right, 0.0) * max(1.0 - bottom - top, 0.0)
        frames, contrast = state.frames - run.frames, state.contrast_ml - run.most
        text = f"Run {run.amount:.0f} ended: {frames} frames, {contrast:.1f} mL of contrast."
        self.add(
            state.tick,
            "run_ended",
            text,
            vessel=run.vessel or None,
            run=int(run.amount),
            frames=frames,
            seconds=seconds,
            contrast_ml=contrast,
            field_cm=state.settings.field_cm,
            closed_share=closed,
            lao_deg=state.settings.lao_deg,
            cranial_deg=state.settings.cranial_deg,
            centre_mm=[round(float(c), 1) for c in state.settings.centre_mm],
        )
        self._run = _Running()

    def _watch_injection(self, state: State) -> None:
        now, injection = state.injecting, self._injection
        if now.rate_ml_s > 0.0:
            if injection.on and (now.slot, now.vessel) != (injection.slot, injection.vessel):
                self._end_injection(state.tick)
            if not self._injection.on:
                self._injection = _Running(state.tick, slot=now.slot, vessel=now.vessel)
                text = f"{_MEDIA[now.medium]} through the {now.slot} in the {spoken(now.vessel)}."
                data = {"rate_ml_s": now.rate_ml_s}
                self.add(state.tick, "injection_started", text, now.slot, now.vessel, **data)
            running = self._injection
            running.amount += now.rate_ml_s * DT_S
            running.most = max(running.most, now.rate_ml_s)
            running.wedged |= now.wedged
            running.idle_s = 0.0
        elif injection.on:
            injection.idle_s += DT_S
            if injection.idle_s > _SAME_INJECTION_S:
                self._end_injection(state.tick)

    def _end_injection(self, tick: int) -> None:
        done = self._injection
        if not done.on:
            return
        seconds = (tick - done.since) * DT_S - done.idle_s
        text = f"{done.amount:.1f} mL injected in the {spoken(done.vessel)}"
        text += ", the tip wedged." if done.wedged else "."
        data = {"ml": done.amount, "seconds": seconds, "rate_ml_s": done.most}
        self.add(tick, "injection_ended", text, done.slot, done.vessel, wedged=done.wedged, **data)
        self._injection = _Running()

    def _watch_table(self, tick: int, controls: Controls) -> None:
        table = self._table
        speed = float(np.hypot(*controls.table_mm_s))
        if speed > 0.0:
            if not table.on:
                self._table = table = _Running(tick)
            table.amount += speed * DT_S
            table.idle_s = 0.0
        elif table.on:
            table.idle_s += DT_S
            if table.idle_s > _TABLE_RESTS_S:
                self.add(
                    tick, "table_moved", f"Table moved {table.amount:.0f} mm.", mm=table.amount
                )
                self._table = _Running()

    def _watch_dose(self, state: State) -> None:
        for value, levels, unit, name in (
            (state.air_kerma_mgy, KERMA_ALERTS_MGY, "mGy", "Air kerma at the reference point"),
            (state.kap_gy_cm2, KAP_ALERTS_GY_CM2, "Gy cm²", "Kerma-area product"),
        ):
            for level in levels:
                key = f"{unit} {level}"
                if value >= level and key not in self._alerts:
                    self._alerts.add(key)
                    text = f"{name} has reached {level:.0f} {unit}."
                    self.add(state.tick, "dose_alert", text, level=level, unit=unit)

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        own = {k: v for k, v in vars(self).items() if k != "events"}
        return {"count": len(self.events), "events": list(self.events), **copy.deepcopy(own)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self.events[:] = saved["events"]
        own = {k: v for k, v in saved.items() if k not in ("count", "events")}
        vars(self).update(copy.deepcopy(own))


_MEDIA = {"contrast": "Contrast", "co2": "Carbon dioxide", "saline": "Saline"}
_HAZARDS = {
    "vessel_entered": "The {slot} entered the {vessel}.",
    "wall_force": "The {slot} pressed on the wall with {force_n:.1f} N in the {vessel}.",
    "perforation": "The {slot} perforated the {vessel} ({force_n:.1f} N).",
    "dissection": "The tip of the {slot} lifted the wall of the {vessel} ({force_n:.1f} N).",
    "jet_dissection": "The jet of {rate_ml_s:.1f} mL/s from the {slot} lifted the wall of the "
    "{vessel}.",
    "catheter_without_wire": "The {slot} was advanced {advanced_mm:.0f} mm without a wire ahead.",
    "loop_formed": "The {slot} formed a loop in the {vessel}.",
    "loop_gone": "The loop of the {slot} was undone.",
}
