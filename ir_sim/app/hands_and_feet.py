"""From keys, mouse and gamepad to what two hands and a foot do in a tick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pygame

from ir_sim.app.bindings import BY_KEY, SLOT_BINDINGS
from ir_sim.app.power_injector import ArmedInjector
from ir_sim.app.treating import treat_rate
from ir_sim.simulation.controls import Action, Controls, Motion, Pedal
from ir_sim.simulation.state import Reading

#: Speeds of a held key, and what Shift and Ctrl make of them (assumed; slow enough to steer, fast
#: enough to reach the renal arteries from the groin in ten seconds).
ADVANCE_MM_S = 40.0
TURN_DEG_S = 150.0
FINE, COARSE = 0.25, 3.0
TABLE_MM_S = 80.0
#: A firm push on a 10 mL syringe through a 5 F catheter, mL/s; gently with Shift.
INJECT_ML_S = 3.0
INJECT_GENTLY_ML_S = 1.0
#: One notch of the wheel.
NOTCH_MM = 4.0
NOTCH_DEG = 15.0
#: How fast what the wheel asks for is carried out.
WHEEL_MM_S = 120.0
WHEEL_DEG_S = 540.0
DEAD_ZONE = 0.15
#: What the arrows do while Alt is down.
_ARROWS = {
    "right_advance": "shift_up",
    "right_retract": "shift_down",
    "right_turn_left": "shift_left",
    "right_turn_right": "shift_right",
}


@dataclass
class _Owed:
    """What the wheel has asked for and the hand has not yet done."""

    mm: float = 0.0
    deg: float = 0.0

    def take(self, dt_s: float) -> tuple[float, float]:
        """Speeds of this tick that pay it off."""
        mm = min(max(self.mm, -WHEEL_MM_S * dt_s), WHEEL_MM_S * dt_s)
        deg = min(max(self.deg, -WHEEL_DEG_S * dt_s), WHEEL_DEG_S * dt_s)
        self.mm -= mm
        self.deg -= deg
        return mm / dt_s, deg / dt_s


@dataclass
class Pad:
    """The sticks and buttons of a gamepad, as last reported.

    Attributes:
        axes: -1 to 1 by name.
        buttons: Names of those that are down.
    """

    axes: dict[str, float] = field(default_factory=dict)
    buttons: set[str] = field(default_factory=set)

    def axis(self, name: str) -> float:
        """A stick's deflection, zero near its middle and finer there than at its end."""
        value = self.axes.get(name, 0.0)
        beyond = max(abs(value) - DEAD_ZONE, 0.0) / (1.0 - DEAD_ZONE)
        return beyond * beyond * (1.0 if value > 0 else -1.0)


class HandsAndFeet:
    """What is held down, and what it makes of the next tick.

    Attributes:
        left: Slot in the left hand.
        right: Slot in the right hand.
        selected: Slot that the wheel moves.
        latch: Whether a pedal stays down until it is pressed again.
        inject_ml_s: Speed of the hand injection.
        injector: The power injector.
        pad: The gamepad.
    """

    def __init__(self, *, latch: bool = False) -> None:
        self.left, self.right, self.selected = "catheter", "wire", "wire"
        self.latch = latch
        self.inject_ml_s = INJECT_ML_S
        self.injector = ArmedInjector()
        self.pad = Pad()
        self._down: set[str] = set()
        self._latched: Pedal = "off"
        self._owed = _Owed()
        self._table_mm = [0.0, 0.0]
        self._actions: list[Action] = []
        self._turning = False

    def down(self, name: str) -> bool:
        """Whether what a key does is being done."""
        return name in self._down

    def let_go(self) -> None:
        """Every key up, such as when the window loses the keyboard."""
        self._down.clear()
        self._latched = "off"
        self._owed = _Owed()
        self._table_mm = [0.0, 0.0]
        self._turning = False
        self.pad = Pad()

    def command(self, *actions: Action) -> None:
        """Do this in the next tick."""
        self._actions += actions

    def key(self, event: pygame.event.Event) -> str | None:
        """Take a key; returns the name of a command to carry out at once, if it is one."""
        binding = BY_KEY.get(event.key)
        if binding is None:
            return None
        name = binding.does
        if name in _ARROWS and (self.down("shift") or f"alt-{name}" in self._down):
            return self._nudged(event, name)
        if event.type == pygame.KEYUP:
            self._down.discard(name)
            return None
        if name in self._down:
            return None  # the keyboard repeats
        if name in ("fluoro", "acquire") and self.latch:
            self._latched = "off" if self._latched == name else name  # type: ignore[assignment]
            return None
        if binding.held:
            self._down.add(name)
            return None
        if name == "latch":
            self.latch = not self.latch
            self._latched = "off"
            self._down -= {"fluoro", "acquire"}
        return name

    def _nudged(self, event: pygame.event.Event, name: str) -> str | None:
        """An arrow with Alt shifts the mask instead of moving the wire."""
        held = f"alt-{name}"
        if event.type == pygame.KEYUP:
            self._down.discard(held)
            return None
        if held in self._down:
            return None
        self._down.discard(name)
        self._down.add(held)
        return _ARROWS[name]

    def words(self) -> dict[str, str]:
        """The keys that move each slot, as people read them."""
        words = {self.left: "W A S D", self.right: "arrows"}
        held = words.get(self.selected)
        words[self.selected] = f"{held}, wheel" if held else "wheel"
        return words

    def take_in_hand(self, slot: str, mounted: Iterable[str], *, right: bool = False) -> bool:
        """Take a device in hand: the wire right, others left unless asked otherwise."""
        if slot not in mounted:
            return False
        self.selected = slot
        if right or slot == "wire":
            self.right = slot
            if self.left == slot:
                self.left = "catheter"
        else:
            self.left = slot
            if self.right == slot:
                self.right = "wire"
        return True

    def next_device(self, mounted: Iterable[str]) -> None:
        """Take the next mounted device in hand."""
        slots = [slot for slot in SLOT_BINDINGS if slot in set(mounted)]
        if slots:
            place = slots.index(self.selected) if self.selected in slots else -1
            self.take_in_hand(slots[(place + 1) % len(slots)], slots)

    def turning(self, on: bool) -> None:
        """Whether the right mouse button is down: the wheel turns instead of advancing."""
        self._turning = on

    def wheel(self, notches: float) -> None:
        """The wheel was turned."""
        share = self._share()
        if self._turning:
            self._owed.deg += notches * NOTCH_DEG * share
        else:
            self._owed.mm += notches * NOTCH_MM * share

    def drag_table(self, dx_mm: float, dy_mm: float) -> None:
        """The picture was dragged by this much."""
        self._table_mm[0] += dx_mm
        self._table_mm[1] += dy_mm

    def controls(
        self, dt_s: float, mounted: Iterable[str] | None = None, reading: Reading | None = None
    ) -> Controls:
        """What is done in the next tick.

        Args:
            dt_s: Length of the tick.
            mounted: Slots that hold a device; a hand on an empty slot moves nothing. None: all.
            reading: Of the treating tool in hand.
        """
        there = None if mounted is None else set(mounted)
        actions, self._actions = tuple(self._actions), []
        motions = self._motions(dt_s)
        gentle = self.down("fine") or "fine" in self.pad.buttons
        injects = self.down("inject") or "inject" in self.pad.buttons
        rate = INJECT_GENTLY_ML_S if gentle else self.inject_ml_s
        pedal = self._pedal()
        actions += self.injector.due(pedal, dt_s)
        return Controls(
            motions={
                slot: motion
                for slot, motion in motions.items()
                if not motion.held and (there is None or slot in there)
            },
            pedal=pedal,
            inject_ml_s=rate if injects else 0.0,
            table_mm_s=self._table(dt_s),
            actions=actions,
            treat=treat_rate(reading, self._treating()),
        )

    def _treating(self) -> float:
        more = self.down("treat_more") or "treat_more" in self.pad.buttons
        less = self.down("treat_less") or "treat_less" in self.pad.buttons
        return (float(more) - float(less)) * self._share()

    def _share(self) -> float:
        fine = self.down("fine") or "fine" in self.pad.buttons
        coarse = self.down("coarse") or "coarse" in self.pad.buttons
        return (FINE if fine else 1.0) * (COARSE if coarse else 1.0)

    def _pedal(self) -> Pedal:
        if self.down("acquire") or self.pad.axes.get("acquire", 0.0) > 0.5:
            return "acquire"
        if self.down("fluoro") or self.pad.axes.get("fluoro", 0.0) > 0.5:
            return "fluoro"
        return self._latched

    def _held(self, plus: str, minus: str) -> float:
        return float(self.down(plus)) - float(self.down(minus))

    def _motions(self, dt_s: float) -> dict[str, Motion]:
        share = self._share()
        out = {}
        for hand, slot in (("left", self.left), ("right", self.right)):
            advance = self._held(f"{hand}_advance", f"{hand}_retract")
            turn = self._held(f"{hand}_turn_left", f"{hand}_turn_right")
            if hand == "right" and self.down("table"):
                advance = turn = 0.0
            advance += self.pad.axis(f"{hand}_y")
            turn -= self.pad.axis(f"{hand}_x")
            out[slot] = Motion(advance * ADVANCE_MM_S * share, turn * TURN_DEG_S * share)
        mm_s, deg_s = self._owed.take(dt_s)
        now = out.get(self.selected, Motion())
        out[self.selected] = Motion(now.advance_mm_s + mm_s, now.rotate_deg_s + deg_s)
        return out

    def _table(self, dt_s: float) -> tuple[float, float]:
        x = self._held("table_right", "table_left") + self.pad.axes.get("table_x", 0.0)
        y = self._held("table_up", "table_down") + self.pad.axes.get("table_y", 0.0)
        if self.down("table"):
            x += self._held("right_turn_right", "right_turn_left")
            y += self._held("right_advance", "right_retract")
        share = self._share()
        drag, self._table_mm = self._table_mm, [0.0, 0.0]
        return (x * TABLE_MM_S * share + drag[0] / dt_s, y * TABLE_MM_S * share + drag[1] / dt_s)
