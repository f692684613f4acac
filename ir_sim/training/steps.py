"""The steps of the procedure: which are done, in which order, and whether the target is held.

Steps are meant to be done in order. The *front* is the step after the furthest one done. In every
look (10 Hz) the open steps up to the front may be done, the front included; a step beyond it may be
done early, which is a deviation of the order:

- a deed (injected, filmed, mounted, removed, target reached) may come at any time;
- a place (tip_at) counts early only for the step right after the front and only at the moment the
  tip arrives, because a tip may pass the places of later steps on its way.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ir_sim.scenario.task import Condition, Endpoint, Happened, Step, Target, TipAt
from ir_sim.simulation.events import Event
from ir_sim.simulation.state import State
from ir_sim.training.moment import SAMPLE_S, Moment, Tip


@dataclass(frozen=True)
class StepDone:
    """A step that has just been done.

    Attributes:
        step: As authored.
        skipped: The step that should have come before, or None.
    """

    step: Step
    skipped: Step | None


@dataclass
class _Deeds:
    """What has been done so far that conditions ask for."""

    injected_ml: dict[str, float] = field(default_factory=dict)
    film_ml: dict[str, float] = field(default_factory=dict)  # in the run that is going on
    filmed: set[str] = field(default_factory=set)  # enough for a step, in that run
    removed: set[str] = field(default_factory=set)
    drugs: set[str] = field(default_factory=set)
    happened: dict[tuple[str, str | None], int] = field(default_factory=dict)
    filming: bool = False


@dataclass
class StepWatch:
    """Follows the steps.

    Attributes:
        done_s: For each step done, when, in the order in which they were done.
        early: Ids of steps that were done before the step that should precede them.
    """

    steps: tuple[Step, ...]
    done_s: dict[str, float] = field(default_factory=dict)
    early: set[str] = field(default_factory=set)
    _deeds: _Deeds = field(default_factory=_Deeds)
    _there: set[str] = field(default_factory=set)  # steps whose place held at the last look

    @property
    def current(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if step.id not in self.done_s), None)

    @property
    def done_weight(self) -> float:
        """Sum of the weights of the steps done."""
        return float(sum(step.weight for step in self.steps if step.id in self.done_s))

    @property
    def weight(self) -> float:
        """Sum of all weights."""
        return float(sum(step.weight for step in self.steps))

    def update(self, moment: Moment, *, reached: bool) -> list[StepDone]:
        """What has been done in this tick.

        Args:
            moment: The tick.
            reached: Whether the target has been held by now.
        """
        self._note(moment)
        if not moment.sampled and not moment.events:
            return []
        found: list[StepDone] = []
        places = {s.id for s in self.steps if s.when.tip_at and _at(s.when.tip_at, moment.tips)}
        front = self._front()
        for i, step in enumerate(self.steps):
            if step.id in self.done_s or not self._holds(step, moment, reached, places):
                continue
            if i > front and not self._may_come_early(i, front, step):
                continue
            earlier = [s for s in self.steps[:i] if s.id not in self.done_s]
            self.done_s[step.id] = moment.state.time_s
            self._use_up(step.when)
            skipped = earlier[0] if i > front and earlier else None
            if skipped is not None:
                self.early.add(step.id)
            found.append(StepDone(step, skipped))
            front = self._front()
        self._there = places
        return found

    def _front(self) -> int:
        done = [i for i, step in enumerate(self.steps) if step.id in self.done_s]
        return done[-1] + 1 if done else 0

    def _may_come_early(self, i: int, front: int, step: Step) -> bool:
        if step.when.endpoint is not None:
            return False  # judged when its turn has come
        if step.when.tip_at is None:
            return step.when not in [s.when for s in self.steps[front:i]]
        return i == front + 1 and step.id not in self._there

    def _holds(self, step: Step, moment: Moment, reached: bool, places: set[str]) -> bool:
        when, deeds = step.when, self._deeds
        if when.tip_at is not None:
            return step.id in places
        if when.mounted is not None:
            held = moment.state.devices.get(when.mounted.device)
            return held is not None and when.mounted.id in (None, held.device.id)
        if when.injected is not None:
            enough = when.injected.at_least_ml
            return deeds.injected_ml.get(when.injected.vessel, 0.0) >= enough - 1e-9
        if when.filmed is not None:
            filmed = deeds.film_ml.get(when.filmed.vessel, 0.0)
            fresh = when.filmed.vessel not in deeds.filmed
            return fresh and filmed >= when.filmed.at_least_ml - 1e-9
        if when.removed is not None:
            return when.removed in deeds.removed
        if when.happened is not None:
            return deeds.happened.get(_key(when.happened), 0) >= when.happened.times
        if when.endpoint is not None:
            return moment.sampled and met(when.endpoint, moment.state)
        if when.drug is not None:
            return when.drug in deeds.drugs
        return bool(when.target_reached) and reached

    def _note(self, moment: Moment) -> None:
        deeds = self._deeds
        filming = moment.state.pedal == "acquire"
        if filming and not deeds.filming:
            deeds.film_ml.clear()
            deeds.filmed.clear()
        deeds.filming = filming
        if moment.injecting:
            vessel = moment.state.injecting.vessel
            if filming:
                deeds.film_ml[vessel] = deeds.film_ml.get(vessel, 0.0) + moment.injected_ml
            if not (filming and self._to_film(vessel)):
                deeds.injected_ml[vessel] = deeds.injected_ml.get(vessel, 0.0) + moment.injected_ml
        for event in moment.events:
            for key in {(event.kind, None), (event.kind, event.vessel)}:
                deeds.happened[key] = deeds.happened.get(key, 0) + 1
            if event.kind == "drug_given":
                deeds.drugs.add(str(event.data.get("drug")))
            if event.kind == "removed" and event.slot is not None:
                deeds.removed.add(event.slot)
            elif event.kind == "mounted" and event.slot is not None:
                deeds.removed.discard(event.slot)

    def _to_film(self, vessel: str) -> bool:
        """Whether filming this vessel is a step of its own: then its contrast is no test puff."""
        return any(
            step.when.filmed is not None and step.when.filmed.vessel == vessel
            for step in self.steps
        )

    def _use_up(self, when: Condition) -> None:
        """The same puff, film or removal does not count for a second step."""
        if when.injected is not None:
            self._deeds.injected_ml[when.injected.vessel] = 0.0
        elif when.filmed is not None:
            self._deeds.filmed.add(when.filmed.vessel)
        elif when.removed is not None:
            self._deeds.removed.discard(when.removed)
        elif when.happened is not None:
            self._deeds.happened[_key(when.happened)] -= when.happened.times

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {k: copy.deepcopy(v) for k, v in vars(self).items() if k != "steps"}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update(copy.deepcopy(dict(saved)))


def met(endpoint: Endpoint, state: State) -> bool:
    """Whether a treatment has come to what an endpoint asks for."""
    value = state.measure(endpoint.measure, endpoint.vessel)
    if value is None:
        return False
    return (endpoint.at_most is None or value <= endpoint.at_most) and (
        endpoint.at_least is None or value >= endpoint.at_least
    )


def _key(happened: Happened) -> tuple[str, str | None]:
    return (happened.kind, happened.vessel)


def _at(place: TipAt | Target, tips: Mapping[str, Tip]) -> bool:
    tip = tips.get(place.device)
    if tip is None or tip.vessel != place.vessel or tip.at_mm < place.at_mm:
        return False
    return place.to_mm is None or tip.at_mm <= place.to_mm


@dataclass
class TargetWatch:
    """Whether the target's device lies in its place, and for how long.

    Attributes:
        reached_s: When it had been held long enough for the first time, or None.
        held_s: How long it has lain there now.
        on_target: Whether it has been held long enough and still lies there.
    """

    target: Target
    reached_s: float | None = None
    held_s: float = 0.0
    on_target: bool = False

    def update(self, moment: Moment) -> list[Event]:
        """``target_reached`` or ``target_lost``, when that happens."""
        if not moment.sampled:
            return []
        there = _at(self.target, moment.tips)
        self.held_s = self.held_s + SAMPLE_S if there else 0.0
        tick, device, vessel = moment.state.tick, self.target.device, self.target.vessel
        spoken = vessel.replace("_", " ")
        if self.on_target and not there:
            self.on_target = False
            text = f"The {device} left its place in the {spoken}."
            return [Event(tick, "target_lost", text, device, vessel)]
        if there and not self.on_target and self.held_s >= self.target.hold_s - 1e-9:
            self.on_target = True
            if self.reached_s is None:
                self.reached_s = moment.state.time_s
            text = f"Target reached: the {device} lies in the {spoken}."
            return [Event(tick, "target_reached", text, device, vessel)]
        return []

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {k: v for k, v in vars(self).items() if k != "target"}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update(saved)
