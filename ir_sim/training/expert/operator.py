"""One tick of work at the table: hubs, pedal, table and buttons together."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ir_sim.devices import DeviceState
from ir_sim.scenario.fields import SLOTS
from ir_sim.simulation.controls import Action, Controls, Motion, Pedal
from ir_sim.simulation.state import DT_S, State
from ir_sim.training.expert.style import EXPERT, Style

if TYPE_CHECKING:
    from ir_sim.training.session import Session

#: One tick is one ``yield``; the value at the end says whether it was done.
Work = Generator[Controls, None, bool]
#: mm/s and deg/s at a hub.
Move = tuple[float, float]
Moves = Mapping[str, Move]
Seen = Callable[[], bool]

#: Tremor: how fast it changes, per tick, and the spread of such waves.
_SHAKE = 0.15
_SHAKE_SIZE = math.sqrt(_SHAKE / (2.0 - _SHAKE))
#: The table is moved no faster than this, mm/s, and so eagerly, 1/s (assumed).
TABLE_MM_S = 130.0
_EAGER = 5.0
#: A hub is turned so fast, deg/s, until the tip has come so near, deg (assumed).
TURN_DEG_S = 150.0
_TURNED_DEG = 12.0


class Operator:
    """Hands, feet and eyes.

    Args:
        session: The run.
        style: How this operator works.
        chance: Where the style leaves something to chance.
    """

    def __init__(
        self,
        session: Session,
        style: Style = EXPERT,
        chance: np.random.Generator | None = None,
    ) -> None:
        self.session, self.style = session, style
        self.tree = session.tree
        self._chance = chance if chance is not None else np.random.default_rng(0)
        self._shake: dict[str, float] = {}
        self._had: set[str] = set()

    def happens(self, share: float) -> bool:
        """Whether something that happens so often happens now."""
        return share > 0.0 and bool(self._chance.random() < share)

    def happens_once(self, what: str, share: float) -> bool:
        """Whether something that happens at most once in a case happens now."""
        if what in self._had or not self.happens(share):
            return False
        self._had.add(what)
        return True

    # -- eyes ----------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What is seen now."""
        return self.session.state

    def has(self, slot: str) -> bool:
        """Whether a device is in a slot."""
        return slot in self.state.devices

    def device(self, slot: str) -> DeviceState:
        """The device in a slot."""
        return self.state.devices[slot]

    def inserted_mm(self, slot: str) -> float:
        """Its length beyond the sheath; 0 if there is none."""
        return self.device(slot).inserted_mm if self.has(slot) else 0.0

    def free(self, slot: str) -> bool:
        """Whether its tip lies in the blood, not inside another device."""
        if not self.has(slot):
            return False
        around = [self.inserted_mm(s) for s in SLOTS[: SLOTS.index(slot)]]
        return self.inserted_mm(slot) > max(around, default=0.0) + 0.1

    def place(self, slot: str) -> tuple[str, float]:
        """Vessel and arclength of its tip; an empty name if it is not there."""
        if not self.has(slot):
            return "", 0.0
        device = self.device(slot)
        return device.tip_vessel, device.tip_vessel_mm

    def force_n(self, slot: str) -> float:
        """The largest force of the wall on it."""
        return float(self.device(slot).wall_force_n.max()) if self.has(slot) else 0.0

    @property
    def leading(self) -> str:
        """The slot whose tip is furthest in, or empty."""
        return max(self.state.devices, key=self.inserted_mm, default="")

    # -- a tick --------------------------------------------------------------------------------

    def tick(
        self,
        moves: Moves | None = None,
        *,
        watch: bool | None = None,
        pedal: Pedal | None = None,
        inject_ml_s: float = 0.0,
        table_mm_s: tuple[float, float] | None = None,
        actions: tuple[Action, ...] = (),
        treat: float = 0.0,
    ) -> Controls:
        """The controls of one tick.

        Args:
            moves: What the hands do.
            watch: Whether to look; by default while a free tip is moved.
            pedal: Overrides that.
            inject_ml_s: Syringe.
            table_mm_s: Table; by default it follows the leading tip while one looks.
            actions: Buttons.
            treat: The hand on the treating tool, as ``Controls.treat``.
        """
        moves = {s: m for s, m in (moves or {}).items() if self.has(s) and m != (0.0, 0.0)}
        if watch is None:
            watch = any(self.free(s) for s in moves)
        if pedal is None:
            pedal = "fluoro" if watch else "off"
        if table_mm_s is None:
            table_mm_s = self._follow() if pedal == "fluoro" else (0.0, 0.0)
        motions = {}
        for slot, (v, w) in moves.items():
            pace = self.style.tempo * self._steadiness(slot)
            motions[slot] = Motion(float(pace * v), float(pace * w))
        return Controls(motions, pedal, inject_ml_s, table_mm_s, actions, treat)

    def _steadiness(self, slot: str) -> float:
        """What a hand makes of a wanted speed: slow random waves around 1."""
        if not self.style.tremor:
            return 1.0
        was = self._shake.get(slot, 0.0)
        self._shake[slot] = now = was + (float(self._chance.normal()) - was) * _SHAKE
        return max(1.0 + self.style.tremor * now / _SHAKE_SIZE, 0.0)

    def _follow(self) -> tuple[float, float]:
        """Speed of the table that keeps the leading tip in the picture."""
        slot = self.leading
        if not slot:
            return (0.0, 0.0)
        tip, settings = self.device(slot).tip_mm, self.state.settings
        keep = 0.5 * self.style.keeps_view * settings.field_mm
        off = tip - np.asarray(settings.centre_mm)
        over = [x - min(max(x, -keep), keep) for x in off.tolist()]
        speed = [
            min(max(_EAGER * x, -TABLE_MM_S), TABLE_MM_S) if abs(x) >= 0.5 else 0.0 for x in over
        ]
        return speed[0], speed[1]

    # -- simple work ---------------------------------------------------------------------------

    def do(
        self,
        moves: Moves | Callable[[], Moves],
        until: Seen | None = None,
        seconds: float = 30.0,
        watch: bool | None = None,
    ) -> Work:
        """Move until something is seen or time is up; whether it was seen."""
        late = round(self.style.delay_s / DT_S)
        if watch is None and self.happens(self.style.blind):
            watch = False
        for _ in range(max(round(seconds / self.style.tempo / DT_S), 1)):
            if until is not None and until():
                if not late:
                    return True
                late -= 1
            yield self.tick(moves() if callable(moves) else moves, watch=watch)
        return until is None or until()

    def wait(self, seconds: float) -> Work:
        """Hands still, foot off."""
        for _ in range(round(seconds / DT_S)):
            yield self.tick(watch=False)
        return True

    def think(self) -> Work:
        """A pause between two manoeuvres, the foot off the pedal unless it is forgotten there."""
        seconds = self.style.pause_s
        if seconds > 2.0:
            seconds *= float(self._chance.uniform(0.6, 1.4))
        forgotten = self.happens(self.style.idle_foot)
        for _ in range(round(seconds / DT_S)):
            yield self.tick(watch=forgotten)
        return True

    def press(self, *actions: Action) -> Work:
        """Buttons, forms, devices."""
        yield self.tick(actions=actions)
        return not self.state.refused

    def take_out(self, slot: str) -> Work:
        """Draw a device out."""
        if not self.has(slot):
            return True
        yield self.tick(actions=(Action("remove", slot=slot),))
        done = yield from self.do({}, lambda: not self.has(slot), 30.0)
        if slot == "wire" and done:
            yield from self.flush()
        return done

    def flush(self) -> Work:
        """Let blood run back and flush, as after every wire that comes out; may be forgotten."""
        lumen = any(self.inserted_mm(s) > 0.0 for s in SLOTS if s != "wire")
        if lumen and not self.happens(self.style.slips):
            yield from self.press(Action("flush"))
        return True

    def put_in(self, slot: str, device: str) -> Work:
        """Mount a device, or change what is there for it."""
        if self.has(slot) and self.device(slot).device.id == device:
            return True
        kind = "exchange" if self.has(slot) else "mount"
        if not (yield from self.press(Action(kind, slot=slot, device=device))):
            return False

        def there() -> bool:
            return self.has(slot) and self.device(slot).device.id == device

        return (yield from self.do({}, there, 30.0))

    def turn(self, slot: str, goal_deg: float, seconds: float = 4.0) -> Work:
        """Turn a hub until the tip has come to a rotation."""

        def off() -> float:
            now = self.device(slot).tip_rotation_deg
            return (goal_deg - now + 180.0) % 360.0 - 180.0

        def moves() -> Moves:
            return {slot: (0.0, float(np.clip(6.0 * off(), -TURN_DEG_S, TURN_DEG_S)))}

        return (yield from self.do(moves, lambda: abs(off()) < _TURNED_DEG, seconds))

    def pan(self, centre_mm: tuple[float, float]) -> Work:
        """Move the table until a place is in the middle, with one look at the end."""
        goal = np.asarray(centre_mm)

        def off() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
            return np.asarray(goal - np.asarray(self.state.settings.centre_mm))

        for _ in range(round(6.0 / DT_S)):
            if float(np.abs(off()).max()) < 1.0:
                break
            speed = np.clip(_EAGER * off(), -TABLE_MM_S, TABLE_MM_S)
            yield self.tick(pedal="off", table_mm_s=(float(speed[0]), float(speed[1])))
        for _ in range(8):
            yield self.tick(pedal="fluoro", table_mm_s=(0.0, 0.0))
        return True
