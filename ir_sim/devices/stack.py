"""The coaxial stack: which devices lie in one another, how far in, how far turned.

At an arclength the stack bends as one rod: EI = sum EI_d and the rest curvature is the
stiffness-weighted mean of the devices' curvatures, each seen edge-on by its rotation:
kappa = sum(EI_d kappa_d cos(phi_d)) / sum(EI_d).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.profile import Profile, profile_of
from ir_sim.scenario.device import Device
from ir_sim.scenario.fields import SLOTS, Slot

Array = NDArray[np.float64]
Index = NDArray[np.intp]

#: Samples of the material in each joint's cell.
_SAMPLES = 4
_SHARES = ((np.arange(_SAMPLES) + 0.5) / _SAMPLES)[:, None]
#: Softest composite that the solver is given, N mm2.
_SOFTEST_N_MM2 = 0.05


@dataclass
class Mounted:
    """A device in the stack.

    Attributes:
        inserted_mm: Length beyond the sheath's mouth.
        hub_rad: Rotation of the hub.
        tip_rad: Rotation that has reached the tip: friction winds the shaft up between them.
    """

    device: Device
    profile: Profile = field(repr=False)
    inserted_mm: float = 0.0
    hub_rad: float = 0.0
    tip_rad: float = 0.0

    @classmethod
    def fresh(cls, device: Device) -> Mounted:
        """A device whose tip stands at the sheath's mouth."""
        return cls(device, profile_of(device))


@dataclass(frozen=True)
class Material:
    """The composite rod on a grid of links.

    Attributes:
        stiffness: (n,) joint stiffness, N mm/rad.
        rest_turn: (n,) joint rest angle, rad.
        weight: (devices, n) each device's stiffness at the joint, inside out.
        outer: (n,) which device (index from the inside) the wall touches at the link's middle.
        radius_mm: (n,) its outer radius.
        friction: (n,) its friction coefficient.
    """

    stiffness: Array
    rest_turn: Array
    weight: Array
    outer: NDArray[np.intp]
    radius_mm: Array
    friction: Array


def inside_out(stack: dict[Slot, Mounted]) -> list[Mounted]:
    """The devices from the innermost to the outermost."""
    return [stack[slot] for slot in reversed(SLOTS) if slot in stack]


def outermost(devices: list[Mounted], node_s_mm: Array) -> Index:
    """(n,) which device, counted from the inside, the wall touches at each link's middle."""
    middle = 0.5 * (node_s_mm[1:] + node_s_mm[:-1])
    out = np.zeros(len(middle), np.intp)
    for i, mounted in enumerate(devices):
        out[: middle.searchsorted(mounted.inserted_mm, side="right")] = i
    return out


def composite(devices: list[Mounted], node_s_mm: Array) -> Material:
    """The composite rod of devices (inside out) on nodes at (n + 1,) arclengths.

    Joint ``i`` stands at the proximal end of link ``i`` and owns the material from the middle of
    the link before to the middle of its own; the last joint also owns what is left to the tip.
    """
    middle = 0.5 * (node_s_mm[1:] + node_s_mm[:-1])
    n = len(middle)
    low = np.empty(n)
    low[0], low[1:] = 0.0, middle[:-1]
    cell = middle - low
    turn_cell = cell.copy()
    turn_cell[-1] = node_s_mm[-1] - low[-1]
    at = low + turn_cell * _SHARES  # (samples, n)
    total, moment = np.zeros((2, _SAMPLES, n))
    weight = np.zeros((len(devices), n))
    for i, mounted in enumerate(devices):
        profile, tip = mounted.profile, mounted.inserted_mm
        # before: shaft only; and where it ends
        bent, end = low.searchsorted((tip - profile.shaped_mm, tip)).tolist()
        shaft = max(bent - 1, 0)
        weight[i, :shaft] = profile.shaft_ei_n_mm2
        total[:, :shaft] += profile.shaft_ei_n_mm2
        own = np.interp(tip - at[:, shaft:end], profile.table_mm, profile.table, left=0.0)
        weight[i, shaft:end] = own.real[_SAMPLES // 2]
        total[:, shaft:end] += own.real
        moment[:, shaft:end] += own.imag * math.cos(mounted.tip_rad)
    np.maximum(total, _SOFTEST_N_MM2, out=total)
    stiffness = _SAMPLES / ((1.0 / total).sum(0) * cell)
    rest_turn = (moment / total).sum(0) * turn_cell / _SAMPLES
    outer = outermost(devices, node_s_mm)
    radius = np.array([m.device.outer_radius_mm for m in devices])[outer]
    friction = np.array([m.device.friction for m in devices])[outer]
    return Material(stiffness, rest_turn, weight, outer, radius, friction)
