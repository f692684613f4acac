"""What the hands feel at the hubs, and where their fingers slip."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.bending import Solution
from ir_sim.devices.contact_planes import Contacts
from ir_sim.devices.stack import Material

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The push or pull at which the fingers slip on a hub, N (assumed).
FINGERS_SLIP_N = 8.0
#: From this share of it on they let more and more go.
_FIRM = 0.8
#: A hub pushed harder than that gives way by the excess over this stiffness, N/mm, at most so
#: fast, mm/s (assumed). (A speed, not a length a sub-step: where giving way tightens a fold, finer
#: sub-steps must not let it run further.)
_GIVES_N_MM = 10.0
_GIVES_MM_S = 30.0


@dataclass(frozen=True, eq=False)
class Felt:
    """Forces along the chain after a step.

    Attributes:
        resistance_n: (devices,) force along the path that the wall puts up against each device,
            inside out; what its hub feels. Positive against advancing.
        push_n: Force with which the sheath's mouth pushes the whole chain; negative pulls.
        squeeze_n: The greatest push carried anywhere in the chain.
        stretch_n: The greatest pull.
    """

    resistance_n: Array
    push_n: float = 0.0
    squeeze_n: float = 0.0
    stretch_n: float = 0.0

    @classmethod
    def nothing(cls) -> Felt:
        """At rest in free space."""
        return cls(np.zeros(0))

    @classmethod
    def of(cls, now: Solution, contacts: Contacts, material: Material, base_rad: float) -> Felt:
        """What a solution makes the hands feel."""
        along = (now.contact_force * _tangents(now.direction, contacts).conj()).real
        resisted = np.bincount(material.outer[contacts.link], along, len(material.weight))
        push = (now.push * cmath.exp(-1j * base_rad)).real
        tension = now.tension_n
        return cls(np.negative(resisted), -push, -float(tension.min()), float(tension.max()))

    @property
    def hub_n(self) -> float:
        """The greatest force at any hub."""
        return max(float(np.abs(self.resistance_n).max(initial=0.0)), abs(self.push_n))

    def slides_mm(self, i: int, feed_mm: float, dt_s: float) -> float:
        """How far device ``i`` slides when its hub is moved by ``feed_mm`` during ``dt_s``.

        What the fingers feel is at least the greatest push in the chain, for friction only takes
        from it on the way to the tip. A hub that is pushed harder than they hold gives way.
        """
        resisted = float(self.resistance_n[i]) if i < len(self.resistance_n) else 0.0
        over = resisted - min(max(resisted, -FINGERS_SLIP_N), FINGERS_SLIP_N)
        most = _GIVES_MM_S * dt_s
        back = min(max(over / _GIVES_N_MM, -most), most)
        if feed_mm == 0.0:
            return -back
        ahead = math.copysign(1.0, feed_mm)
        in_chain = self.squeeze_n if feed_mm > 0.0 else self.stretch_n
        felt = max(ahead * self.push_n, ahead * resisted, in_chain)
        grip = (FINGERS_SLIP_N - felt) / ((1.0 - _FIRM) * FINGERS_SLIP_N)
        return feed_mm * min(max(grip, 0.0), 1.0) - back


def _tangents(direction: Complex, contacts: Contacts) -> Complex:
    """(m,) unit tangents at contacts; at a joint, half way between its links."""
    joint = direction.copy()
    joint[:-1] += direction[1:]
    joint /= np.maximum(np.abs(joint), 1e-9)  # zero where it folds back on itself
    return np.where(contacts.share == 1.0, joint[contacts.link], direction[contacts.link])
