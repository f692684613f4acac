"""The implicit bending solve: the angles of the links at the end of a time step.

The chain of rigid links (nodes ``p_0 .. p_N``, link ``i`` from ``p_i-1`` to ``p_i`` with length
``h_i`` and angle ``theta_i``) is inextensible by construction: only angles are unknown. A step
minimises the incremental potential

    sum 1/2 k_i (theta_i - theta_i-1 - rho_i)^2          bending, composite stiffness and rest curve
  + sum 1/2 kv_i (theta_i - theta_i-1 - ref_i)^2         bending loss (Kelvin-Voigt)
  + sum wall(penetration)                                compliant wall, planes from the contacts
  + sum friction(slip)                                   elasto-plastic Coulomb, normal force lagged
  + sum 1/2 c |p - p_start|^2                            drag

by Newton steps. The Newton system is written in node displacements with stiff axial rows: it is
banded (half-width 5), so a step costs O(N). The axial rows only shape the step; positions are then
rebuilt from the angles, so no length is ever lost.

Plane vectors are complex numbers. Units: mm, N, rad.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpbsv

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.intp]

#: Stiffness of an artery's wall under a device's contact, N/mm (assumed). For a depth d the force
#: is k d, stiffening by (d / ``WALL_YIELD_MM``)^2 as collagen is recruited; within
#: ``WALL_SOFT_MM`` of the surface it sets in smoothly, k (d + s)^2 / 4 s.
WALL_STIFFNESS_N_MM = 5.0
WALL_YIELD_MM = 0.2
WALL_SOFT_MM = 0.05
#: Tangential stiffness of a sticking contact, N/mm (assumed).
STICK_STIFFNESS_N_MM = 2.0
_AXIAL_N_MM = 1.0e5
_LARGEST_TURN_RAD = 0.35
_BAND = 5
#: Stiffness of the walls that a Newton step would run into, N/mm, and how often to look ahead.
_AHEAD_N_MM = 3.0
_WALLS_AHEAD = 3
_SEARCH_STEPS = 5
#: The slope along a step tells only part of what is left: a margin.
_CAUTION = 5.0


class Contacts:
    """Contact planes on a chain, each at some place of a link.

    Args:
        count: Links of the chain.
        slot: (m,) place in the chain's memory of slip and force.
        link: (m,) link index.
        share: (m,) place on the link, from 0 at its proximal to 1 at its distal end.
        normal: (m,) complex unit normal of the wall, into the lumen.
        offset_mm: (m,) plane offset: the axis is ``normal . x - offset`` from the wall.
        radius_mm: (m,) outer radius of the device there.
        slip_mm: (m,) slip accumulated before this step along ``1j * normal``.
        friction_limit_n: (m,) Coulomb limit from the normal force of the step before.
        start: (count + 1,) node positions at the start of the step.
    """

    def __init__(
        self,
        count: int,
        slot: Index,
        link: Index,
        share: Array,
        normal: Complex,
        offset_mm: Array,
        radius_mm: Array,
        slip_mm: Array,
        friction_limit_n: Array,
        start: Complex,
    ) -> None:
        self.slot, self.normal = slot, normal
        self.reach_mm = radius_mm + offset_mm
        self.slip_mm = slip_mm
        self.friction_limit_n = friction_limit_n
        self.limit_mm = friction_limit_n / STICK_STIFFNESS_N_MM
        self.link, self.share = link, share
        self.inward = normal.conj()
        # slip is measured from where the points stood at the start
        self.slip_from_mm = slip_mm - (self.inward * self.on(start)).imag
        # each contact's force counts on its link's distal end and, with a share, on the proximal
        self.rest = 1.0 - share
        places = 2 * link[:, None] + _XY
        self.force_places = np.concatenate([places, places + 2 * count]).ravel()
        # its stiffness: three blocks of xx, xy, yy
        rows = np.arange(9)[:, None] * count
        self.rate_places = (rows + link).ravel()
        nx, ny = normal.real, normal.imag
        outer = np.stack([nx * nx, nx * ny, ny * ny])
        weight = np.stack([self.rest * self.rest, self.rest * share, share * share])
        self.weight = weight[:, None, :]
        self.outer_product = outer

    def on(self, nodes: Complex) -> Complex:
        """(m,) the contacts' points for (count + 1,) values at the nodes."""
        at = nodes[self.link]
        at += self.share * (nodes[self.link + 1] - at)
        return at

    def __len__(self) -> int:
        """Number of contacts."""
        return len(self.slot)

    @classmethod
    def none(cls, count: int) -> Contacts:
        """No contact."""
        f, i = np.zeros(0), np.zeros(0, np.intp)
        c = np.zeros(0, np.complex128)
        return cls(count, i, i, f, c, f, f, f, f, np.zeros(count + 1, np.complex128))


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
        held = np.minimum(np.maximum(slip, -contacts.limit_mm), contacts.limit_mm)
        pull = np.empty(len(depth), np.complex128)
        pull.real, pull.imag = normal_n, held
        pull.imag *= -STICK_STIFFNESS_N_MM
        pull *= contacts.normal
        stick = np.abs(held)
        stick += _TINY
        stick /= np.abs(slip) + _TINY
        stick *= STICK_STIFFNESS_N_MM
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


def wall_response(depth_mm: Array) -> tuple[Array, Array]:
    """Force (N) and stiffness (N/mm) of the wall for depths of contacts."""
    k, soft = WALL_STIFFNESS_N_MM, WALL_SOFT_MM
    deep = np.maximum(depth_mm - soft, 0.0)
    lead = np.maximum(depth_mm + soft, 0.0)
    lead -= deep
    np.minimum(lead, 2.0 * soft, out=lead)
    rate = lead * (0.5 * k / soft)
    stiffer = deep * deep
    stiffer *= k / WALL_YIELD_MM**2
    lead *= rate
    lead *= 0.5
    lead += deep * (stiffer + k)
    stiffer *= 3.0
    rate += stiffer
    return lead, rate


def newton_step(chain: Chain, contacts: Contacts, now: Solution, largest_mm: float) -> Solution:
    """One Newton step with line search.

    The search looks at the slope of the potential along the step: a step is taken if it does not
    end on a counter-slope of more than half the slope it started with. (The potential's own
    decrease drowns in rounding near equilibrium.)

    Args:
        chain: The chain.
        contacts: Its contact planes.
        now: The state to start from.
        largest_mm: No node moves further than this.
    """
    turn, moves = _direction(chain, contacts, now)
    slope = -float(now.gradient @ turn)
    reach = float(np.abs(moves).max())
    most = float(np.abs(turn).max())
    scale = min(1.0, largest_mm / max(reach, 1e-12), _LARGEST_TURN_RAD / max(most, 1e-12))
    new, counter = now, 0.0
    for _ in range(_SEARCH_STEPS):
        new = evaluate(chain, contacts, now.angle + scale * turn)
        counter = float(new.gradient @ turn)
        if counter <= 0.5 * slope:
            break
        scale *= max(slope / (slope + counter), 0.1)
    new.moved_mm = reach * scale
    # only a full step says by its end slope how near it came
    share = min(_CAUTION * abs(counter) / max(slope, 1e-300), 1.0) if scale == 1.0 else 1.0
    new.left_mm = new.moved_mm * share
    return new


def _direction(chain: Chain, contacts: Contacts, now: Solution) -> tuple[Array, Complex]:
    """Newton step that already knows the walls it would run into.

    Returns:
        (n,) change of the link angles, and (n + 1,) the displacement of the nodes to first order.
    """
    lever = (1j * chain.length_mm) * now.direction
    ahead: NDArray[np.bool_] | None = None
    moves = np.zeros(len(lever) + 1, np.complex128)
    for _ in range(_WALLS_AHEAD):
        turn = _newton_direction(chain, contacts, now, ahead)
        (lever * turn).cumsum(out=moves[1:])
        if not len(contacts):
            break
        move = contacts.on(moves)
        hit = (now.depth_mm < -WALL_SOFT_MM) & (now.depth_mm > (contacts.inward * move).real)
        if ahead is not None:
            hit |= ahead
            if (hit == ahead).all():
                break
        elif not hit.any():
            break
        ahead = hit
    return turn, moves


def _newton_direction(
    chain: Chain, contacts: Contacts, now: Solution, ahead: NDArray[np.bool_] | None
) -> Array:
    """(n,) change of the link angles; contacts ``ahead`` count as if already touched."""
    n = len(now.angle)
    columns = 2 * (n + _PAD)
    along = np.empty((2, n))
    across = np.empty((2, n))  # d(theta) / d(p_i - p_i-1)
    along[0], along[1] = now.direction.real, now.direction.imag
    np.divide(along[1], -chain.length_mm, out=across[0])
    np.divide(along[0], chain.length_mm, out=across[1])
    joint = np.zeros((6, n))  # d(joint angle) / d(p_i-2, p_i-1, p_i)
    joint[:2, 1:] = across[:, :-1]
    joint[4:] = across
    np.add(joint[:2], across, out=joint[2:4])
    np.negative(joint[2:4], out=joint[2:4])
    weighted = joint * chain.stiffness
    entries = np.empty((31, n))
    np.multiply(joint.take(_ROW6, 0), weighted.take(_COL6, 0), out=entries[:21])
    rhs = np.empty((n, 2))
    rhs[:] = (-now.gradient * across).T
    rhs[:-1] -= rhs[1:].copy()
    blocks = _link_blocks(chain, now, along, across)
    if len(contacts):
        _add_contacts(blocks, rhs, contacts, now, ahead)
    entries[21:] = blocks.take(_BLOCK_ROWS, 0)
    flat = np.bincount(_chain_places(n), entries.ravel(), (_BAND + 1) * columns)
    matrix = flat.reshape(_BAND + 1, columns)[:, 2 * _PAD :]
    _, solved, info = dpbsv(matrix, rhs.ravel())
    if info:
        raise FloatingPointError(f"the bending matrix is not positive definite ({info})")
    step = np.asarray(solved).reshape(n, 2)
    step[1:] -= step[:-1].copy()
    return np.asarray(step[:, 0] * across[0] + step[:, 1] * across[1])


def _link_blocks(chain: Chain, now: Solution, along: Array, across: Array) -> Array:
    """(9, n) xx, xy, yy of each link at its proximal node, between its nodes, at the distal one.

    A link's tension stiffens its turning; its length is kept by a stiff axial row.
    """
    tension = np.maximum(chain.length_mm * now.tension_n, 0.0)
    own = _AXIAL_N_MM * (along.take(_XX, 0) * along.take(_YY, 0))
    own += (tension * across).take(_XX, 0) * across.take(_YY, 0)
    blocks = np.concatenate([own, -own, own])
    blocks[6] += chain.drag
    blocks[8] += chain.drag
    return blocks


def _add_contacts(
    blocks: Array, rhs: Array, contacts: Contacts, now: Solution, ahead: NDArray[np.bool_] | None
) -> None:
    """The contacts' stiffness, shared by the nodes of their links; in place."""
    n = blocks.shape[1]
    rate = now.wall_rate if ahead is None else np.where(ahead, _AHEAD_N_MM, now.wall_rate)
    stiff = (rate - now.stick_n) * contacts.outer_product
    stiff[0] += now.stick_n
    stiff[2] += now.stick_n
    shared = (contacts.weight * stiff).ravel()
    blocks += np.bincount(contacts.rate_places, shared, 9 * n).reshape(9, n)
    if ahead is not None:  # they spring from where the rest of their gap is closed
        pull = np.where(ahead, _AHEAD_N_MM * now.depth_mm, 0.0) * contacts.normal
        both = np.concatenate([contacts.share * pull, contacts.rest * pull]).view(np.float64)
        total = np.bincount(contacts.force_places, both, 4 * n).reshape(2, n, 2)
        rhs += total[0]
        rhs[:-1] += total[1, 1:]


#: Two fixed nodes stand before node 1 in the padded matrix: node 0 and the sheath behind it.
_PAD = 2
_ROW6, _COL6 = np.triu_indices(6)
_XY = np.arange(2)
_XX, _YY = np.array([0, 0, 1]), np.array([0, 1, 1])
#: Upper triangle of a link's 4 x 4 block from its three 2 x 2 blocks.
_BLOCK_ROWS = np.array([0, 1, 3, 4, 2, 4, 5, 6, 7, 8])
_TINY = 1e-15


def _block_places(size: int, columns: int) -> Index:
    """Where the upper triangle of a block whose first column is 0 goes in band storage."""
    row, column = np.triu_indices(size)
    return (_BAND + row - column) * columns + column


@lru_cache(maxsize=1024)
def _chain_places(n: int) -> Index:
    """Where the entries of all joints, then of all links, go in band storage, flat."""
    columns = 2 * (n + _PAD)
    link = 2 * np.arange(n)
    joints = _block_places(6, columns)[:, None] + link[None, :]
    links = _block_places(4, columns)[:, None] + (link + 2)[None, :]
    return np.concatenate([joints.ravel(), links.ravel()])
