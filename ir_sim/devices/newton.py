"""Newton steps of the bending solve.

The Newton system is written in node displacements with stiff axial rows: it is banded (half-width
5), so a step costs O(N). The axial rows only shape the step; positions are then rebuilt from the
angles, so no length is ever lost.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpbsv

from ir_sim.devices.bending import Chain, Solution, evaluate
from ir_sim.devices.contact_planes import WALL_SOFT_MM, Contacts

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.intp]

_AXIAL_N_MM = 1.0e5
_LARGEST_TURN_RAD = 0.35
_BAND = 5
#: Stiffness of the walls that a Newton step would run into, N/mm, and how often to look ahead.
_AHEAD_N_MM = 3.0
_WALLS_AHEAD = 3
_SEARCH_STEPS = 5
#: The slope along a step tells only part of what is left: a margin.
_CAUTION = 5.0


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
_XX, _YY = np.array([0, 0, 1]), np.array([0, 1, 1])
#: Upper triangle of a link's 4 x 4 block from its three 2 x 2 blocks.
_BLOCK_ROWS = np.array([0, 1, 3, 4, 2, 4, 5, 6, 7, 8])


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
