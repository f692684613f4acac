"""Newton steps of the bending solve.

The Newton system is written in node displacements with stiff axial rows: it is banded (half-width
5), so a step costs O(N). The axial rows only shape the step; positions are then rebuilt from the
angles, so no length is ever lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpbsv

from ir_sim.devices.bending import Chain, Solution, evaluate
from ir_sim.devices.contact_planes import WALL_SOFT_MM, Contacts

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

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
    """(n,) change of the link angles; contacts ``ahead`` count as if already touched.

    With ``a_i = d(theta_i) / d(p_i - p_i-1)``, ``k_i`` the joints' stiffness and 2 x 2 blocks

        P_i = k_i a_i-1 a_i^T                             the joint between two links
        Q_i = (k_i + k_i+1 + tension) a_i a_i^T + axial   a link's own

    the matrix of nodes ``i``, ``j`` is: ``(i, i) = Q_i + Q_i+1 + P_i+1 + P_i+1^T``,
    ``(i - 1, i) = -Q_i - P_i - P_i+1``, ``(i - 2, i) = P_i``, and what the contacts add.
    """
    n = len(now.angle)
    c, s = now.direction.real, now.direction.imag
    across = np.empty((2, n))
    np.divide(s, -chain.length_mm, out=across[0])
    np.divide(c, chain.length_mm, out=across[1])
    own = np.empty((2, 2, n))
    _own_blocks(chain, now, c, s, own)
    joint = np.zeros((2, 2, n + 1))
    np.multiply(across[:, None, :-1], (across * chain.stiffness)[None, :, 1:], out=joint[:, :, 1:n])
    following = joint[:, :, 1:]
    between = own + joint[:, :, :-1]
    between += following
    node = following + following.transpose(1, 0, 2)
    node += own
    node[0, 0] += chain.drag
    node[1, 1] += chain.drag
    rhs = np.empty((n, 2))
    np.multiply(across.T, -now.gradient[:, None], out=rhs)
    rhs[:-1] -= rhs[1:].copy()
    if len(contacts):
        on = _contact_blocks(n, rhs, contacts, now, ahead)
        node += on[2]
        between -= on[1]
        own += on[0]
    node[:, :, :-1] += own[:, :, 1:]
    band = np.zeros((n, 2, _BAND + 1))  # the lower triangle, column by column
    band[:, 0, 0], band[:, 0, 1], band[:, 1, 0] = node[0, 0], node[0, 1], node[1, 1]
    np.negative(between[0, :, 1:].T, out=band[:-1, 0, 2:4])
    np.negative(between[1, :, 1:].T, out=band[:-1, 1, 1:3])
    band[:-2, 0, 4:6] = joint[0, :, 2:n].T
    band[:-2, 1, 3:5] = joint[1, :, 2:n].T
    matrix = band.reshape(2 * n, _BAND + 1).T
    _, solved, info = dpbsv(matrix, rhs.ravel(), lower=1, overwrite_ab=1, overwrite_b=1)
    if info:
        raise FloatingPointError(f"the bending matrix is not positive definite ({info})")
    step = np.asarray(solved).reshape(n, 2)
    turn = step[:, 0] * across[0] + step[:, 1] * across[1]
    turn[1:] -= step[:-1, 0] * across[0, 1:] + step[:-1, 1] * across[1, 1:]
    return np.asarray(turn)


def _own_blocks(chain: Chain, now: Solution, c: Array, s: Array, out: Array) -> None:
    """(2, 2, n) blocks ``Q`` of the links.

    A link's tension stiffens its turning; its length is kept by a stiff axial term. With turning
    stiffness ``r / h^2`` and axial stiffness ``A``: ``A - (A - r / h^2) (s^2, -c s; -c s, c^2)``.
    """
    softer = chain.length_mm * now.tension_n
    np.maximum(softer, 0.0, out=softer)
    softer += chain.stiffness
    softer[:-1] += chain.stiffness[1:]
    softer /= chain.length_mm
    softer /= -chain.length_mm
    softer += _AXIAL_N_MM
    across = softer * s
    np.multiply(across, c, out=out[0, 1])
    out[1, 0] = out[0, 1]
    across *= s
    np.subtract(_AXIAL_N_MM, across, out=out[0, 0])
    softer *= c
    softer *= c
    np.subtract(_AXIAL_N_MM, softer, out=out[1, 1])


def _contact_blocks(
    n: int, rhs: Array, contacts: Contacts, now: Solution, ahead: NDArray[np.bool_] | None
) -> Array:
    """(3, 2, 2, n) the contacts' stiffness, shared by the nodes of their links.

    First the part of the proximal node, then the part between, then that of the distal node.
    What contacts ``ahead`` add to the right hand side is added to it.
    """
    rate = now.wall_rate if ahead is None else np.where(ahead, _AHEAD_N_MM, now.wall_rate)
    stiff = (rate - now.stick_n) * contacts.outer_product
    stiff[0] += now.stick_n
    stiff[3] += now.stick_n
    shared = (contacts.weight * stiff).ravel()
    if ahead is not None:  # they spring from where the rest of their gap is closed
        pull = np.where(ahead, _AHEAD_N_MM * now.depth_mm, 0.0) * contacts.normal
        both = np.concatenate([contacts.share * pull, contacts.rest * pull]).view(np.float64)
        forces = np.bincount(contacts.force_places, both, 4 * n).reshape(2, n, 2)
        rhs += forces[0]
        rhs[:-1] += forces[1, 1:]
    total = np.bincount(contacts.rate_places, shared, 12 * n)
    return np.asarray(total.reshape(3, 2, 2, n), dtype=np.float64)
