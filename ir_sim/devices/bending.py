"""The implicit bending solve: the angles of the links at the end of a time step.

The chain of rigid links (nodes ``p_0 .. p_N``, link ``i`` from ``p_i-1`` to ``p_i`` with length
``h_i`` and angle ``theta_i``) is inextensible by construction: only angles are unknown. A step
minimises the incremental potential

    sum 1/2 k_i (theta_i - theta_i-1 - rho_i)^2          bending, composite stiffness and rest curve
  + sum 1/2 kv_i (theta_i - theta_i-1 - ref_i)^2         bending loss (Kelvin-Voigt)
  + sum wall(penetration)                                compliant wall, planes from the contacts
  + sum friction(slip)                                   elasto-plastic Coulomb, normal force lagged
  + sum 1/2 c |p - p_start|^2                            drag

by the Newton steps of ``ir_sim.devices.newton``.

Plane vectors are complex numbers. Units: mm, N, rad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.contact_planes import Contacts, wall_response

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Chain:
    """What does not change during a solve.

    Attributes:
        base: Position of node 0.
        base_angle: Direction of the sheath.
        length_mm: (n,) link lengths.
        stiffness: (n,) N mm/rad of the joint at each link's proximal end, with what the bending
            loss adds to it in this step (loss coefficient / time step).
        rest_moment: (n,) moment of that joint when it is straight, with a minus: stiffness times
            rest angle, and loss times the angle at the start of the step, carried along with the
            material. N mm.
        start: (n + 1,) node positions at the start of the step.
        drag: N/mm per node against displacement from ``start``.
        tip_force: External force on the last node (complex N); for tests and tools.
    """

    base: complex
    base_angle: float
    length_mm: Array
    stiffness: Array
    rest_moment: Array
    start: Complex
    drag: float
    tip_force: complex = 0j


@dataclass
class Solution:
    """A state of the chain and the forces in it.

    Attributes:
        angle: (n,) link angles.
        nodes: (n + 1,) complex positions.
        gradient: (n,) derivative of the potential by the angles, N mm.
        depth_mm: (m,) depth of the device's surface in the wall; negative before it.
        normal_n: (m,) wall force.
        wall_rate: (m,) its stiffness, N/mm.
        slip_mm: (m,) slip, elastic part and sliding.
        stick_n: (m,) secant stiffness of the friction, N/mm.
        contact_force: (m,) complex force of the wall on the device.
        push: Force of all walls and tips on the chain: what the sheath's mouth must hold.
        direction: (n,) complex unit vectors along the links.
        tension_n: (n,) force carried along the link; negative is a push.
        moved_mm: Largest node displacement of the last Newton step.
        left_mm: What is left to move after it, estimated from the slope that remains.
    """

    angle: Array
    nodes: Complex
    gradient: Array
    depth_mm: Array
    normal_n: Array
    wall_rate: Array
    slip_mm: Array
    stick_n: Array
    contact_force: Complex
    push: complex
    direction: Complex
    tension_n: Array
    moved_mm: float = np.inf
    left_mm: float = np.inf


def nodes_of(base: complex, angle: Array, length_mm: Array) -> Complex:
    """(n + 1,) node positions of a chain."""
    out = np.empty(len(angle) + 1, np.complex128)
    out[0] = 0.0
    (length_mm * np.exp(1j * angle)).cumsum(out=out[1:])
    out += base
    return out


def evaluate(chain: Chain, contacts: Contacts, angle: Array) -> Solution:
    """Forces in the chain at given angles."""
    direction = np.exp(1j * angle)
    nodes = np.empty(len(angle) + 1, np.complex128)
    nodes[0] = 0.0
    (chain.length_mm * direction).cumsum(out=nodes[1:])
    nodes += chain.base
    moment = np.empty(len(angle))
    moment[0] = angle[0] - chain.base_angle
    np.subtract(angle[1:], angle[:-1], out=moment[1:])
    moment *= chain.stiffness
    moment -= chain.rest_moment
    force = chain.start[1:] - nodes[1:]
    force *= chain.drag
    force[-1] += chain.tip_force
    if len(contacts):
        x = contacts.on(nodes)
        x *= contacts.inward
        depth = contacts.reach_mm - x.real
        normal_n, rate = wall_response(depth)
        slip = contacts.slip_from_mm + x.imag
        # secant stiffness: what sticks is held in full, what slides by its limit
        stick = np.abs(slip)
        np.maximum(stick, contacts.least_mm, out=stick)
        np.divide(contacts.friction_limit_n, stick, out=stick)
        pull = np.empty(len(depth), np.complex128)
        pull.real = normal_n
        np.multiply(stick, slip, out=pull.imag)
        np.conjugate(pull, out=pull)
        pull *= contacts.normal
        both = np.concatenate([pull, contacts.rest * pull]).view(np.float64)
        total = np.bincount(contacts.force_places, both, 4 * len(angle)).view(np.complex128)
        force += total[: len(angle)]
        carried = force[::-1].cumsum()[::-1]
        push = complex(carried[0])
        carried = carried - total[len(angle) :]
    else:
        depth = normal_n = rate = slip = stick = np.zeros(0)
        pull = np.zeros(0, np.complex128)
        carried = force[::-1].cumsum()[::-1]
        push = complex(carried[0])
    along = direction.conj() * carried
    gradient = moment - chain.length_mm * along.imag
    gradient[:-1] -= moment[1:]
    return Solution(
        angle,
        nodes,
        gradient,
        depth,
        normal_n,
        rate,
        slip,
        stick,
        pull,
        push,
        direction,
        along.real,
    )
