"""The chain's state and its grid: coarse links along the shaft, fine ones towards the tip.

The grid stands still in the sheath's frame. Feeding lengthens the last link; a link that has grown
splits, one that has shrunk merges with its neighbour. The last ``FINE_LINKS`` links are half as
long as the others, because tips carry the tight curves.
"""

from __future__ import annotations

import cmath
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.contact_space import SLOTS_PER_LINK

Array = NDArray[np.float64]

#: Length of a shaft link; tip links have half of it, mm.
LINK_MM = 4.0
FINE_LINKS = 16
_SIDES = 2
_NONE = np.zeros(_SIDES)


@dataclass
class RodState:
    """All that a rod carries from one step to the next.

    Attributes:
        angle: (n,) link angles, rad.
        spin: (n,) rate at which they turned in the last step, rad/s.
        length_mm: (n,) link lengths.
        slip_mm: (6 n,) elastic slip of each contact slot.
        normal_n: (6 n,) wall force of each contact slot.
        layer: (n,) layer of crossing vessels each link is on.
    """

    angle: Array
    spin: Array
    length_mm: Array
    slip_mm: Array
    normal_n: Array
    layer: NDArray[np.intp]

    @classmethod
    def stub(cls, length_mm: float, angle: float, layer: int) -> RodState:
        """A single link at the sheath's mouth."""
        none = np.zeros(SLOTS_PER_LINK)
        return cls(
            np.array([angle]),
            np.zeros(1),
            np.array([length_mm]),
            none,
            none.copy(),
            np.array([layer], np.intp),
        )

    def copy(self) -> RodState:
        """An independent copy."""
        return RodState(*(np.array(getattr(self, name)) for name in self.__dataclass_fields__))


def regrid(state: RodState, link_mm: float = LINK_MM) -> bool:
    """Split and merge links, in place, after the last link has changed its length.

    Returns:
        Whether the grid has changed.
    """
    fine, before = 0.5 * link_mm, state.angle
    while state.length_mm[-1] >= 1.5 * fine:
        _split(state, len(state.length_mm) - 1, fine)
    while state.length_mm[-1] < 0.5 * fine and len(state.length_mm) > 1:
        _merge(state, len(state.length_mm) - 2)
    if state.angle is before:
        return False
    coarse = int((state.length_mm > 0.75 * link_mm).sum())  # coarse links come first
    while len(state.length_mm) - coarse > FINE_LINKS + 2:
        _merge(state, coarse)
        coarse += 1
    while len(state.length_mm) - coarse < FINE_LINKS and coarse > 0:
        _split(state, coarse - 1, 0.5 * float(state.length_mm[coarse - 1]))
        coarse -= 1
    return True


def shorten(state: RodState, growth_mm: float, link_mm: float = LINK_MM) -> bool:
    """Merge the last links, in place, as far as the last one would else shrink to nothing.

    Returns:
        Whether the grid has changed.
    """
    before = state.angle
    while len(state.length_mm) > 1 and state.length_mm[-1] + growth_mm < 0.15 * link_mm:
        _merge(state, len(state.length_mm) - 2)
    return state.angle is not before


def _split(state: RodState, i: int, first_mm: float) -> None:
    """Cut link ``i`` after ``first_mm``; the parts keep its direction."""
    rest = float(state.length_mm[i]) - first_mm
    for name in ("angle", "spin", "length_mm", "layer"):
        old = getattr(state, name)
        setattr(state, name, np.concatenate([old[: i + 1], old[i:]]))
    state.length_mm[i], state.length_mm[i + 1] = first_mm, rest
    for name in ("slip_mm", "normal_n"):
        old, at = getattr(state, name), SLOTS_PER_LINK * i
        middle, end = old[at : at + _SIDES], old[at + _SIDES :]
        # the old middle is the new joint
        setattr(state, name, np.concatenate([old[:at], _NONE, middle, _NONE, _NONE, end]))


def _merge(state: RodState, i: int) -> None:
    """Join link ``i`` with the next into one of their common length and mean direction."""
    a, b = state.length_mm[i : i + 2].tolist()
    first, second = state.angle[i : i + 2].tolist()
    chord = a + b * cmath.exp(1j * (second - first))
    for name in ("angle", "spin", "length_mm", "layer"):
        old = getattr(state, name)
        setattr(state, name, np.concatenate([old[: i + 1], old[i + 2 :]]))
    state.angle[i] = first + cmath.phase(chord)  # keeps the winding number
    state.length_mm[i] = a + b
    for name in ("slip_mm", "normal_n"):
        old, at = getattr(state, name), SLOTS_PER_LINK * i
        joint = old[at + _SIDES : at + 2 * _SIDES]
        rest = old[at + SLOTS_PER_LINK + _SIDES :]
        setattr(state, name, np.concatenate([old[:at], joint, rest]))
