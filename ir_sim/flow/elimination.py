"""Sparse elimination of a flow network's nodes, in rounds of independent pivots.

A nodal system ``(diag(d) - W) x = rhs`` whose off-diagonal pattern is the network itself. Nodes
with few neighbours are eliminated first; all pivots of one round are pairwise non-adjacent, so a
round is a handful of vector operations. On a tree the leaves go first and every round removes a
large share of the nodes; loops only add fill-in. What is left when no cheap pivot remains is solved
densely. The order is found once per topology, the numbers may change every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgesv

Array = NDArray[np.float64]
Index = NDArray[np.int64]

#: Nodes left for the dense solve; measured to be the cheapest between 8 and 64.
_CORE_NODES = 24
#: A pivot with more neighbours than this costs more fill-in than the dense core.
_MOST_NEIGHBOURS = 3


@dataclass(frozen=True)
class _Round:
    """One round of pivots: p pivots, n pivot-neighbour pairs, f fill-in pairs."""

    pivot: Index  # (p,) nodes
    pair_pivot: Index  # (n,) which pivot of this round
    pair_slot: Index  # (n,) off-diagonal slot of the pair
    pair_node: Index  # (n,) the neighbour
    touched: Index  # unique neighbours
    pair_touched: Index  # (n,) place in ``touched``
    fill_first: Index  # (f,) slot pivot - first neighbour
    fill_second: Index  # (f,) slot pivot - second neighbour
    fill_pivot: Index  # (f,) which pivot of this round
    filled: Index  # unique slots that fill-in changes
    fill_filled: Index  # (f,) place in ``filled``


def total(index: Index, weight: Array, n: int = 0) -> Array:
    """(n,) sum of the weights that fall on each index."""
    return np.asarray(np.bincount(index, weight, n), dtype=np.float64)


class Elimination:
    """The elimination order of one topology.

    Args:
        n_nodes: Number of nodes.
        a: (elements,) node at one end of each coupling.
        b: (elements,) node at the other end.
        fixed: Nodes whose value is known; their rows are left out and their solution is 0.
    """

    def __init__(self, n_nodes: int, a: Index, b: Index, fixed: Index) -> None:
        self._n_nodes = n_nodes
        known = np.zeros(n_nodes, dtype=bool)
        known[fixed] = True
        neighbours: list[dict[int, int]] = [{} for _ in range(n_nodes)]
        self._n_slots = 0
        slots = np.full(len(a), -1, dtype=np.int64)
        for e, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if not known[i] and not known[j] and i != j:
                slots[e] = self._slot(neighbours, i, j)
        self._coupled = np.flatnonzero(slots >= 0)
        self._coupled_slot = slots[self._coupled]
        alive = set(np.flatnonzero(~known).tolist())
        self._rounds: list[_Round] = []
        while len(alive) > _CORE_NODES:
            pivots = _independent(neighbours, alive)
            if not pivots:
                break
            self._rounds.append(self._eliminate(neighbours, pivots))
            alive.difference_update(pivots)
        self._core = np.array(sorted(alive), dtype=np.int64)
        place = {node: k for k, node in enumerate(self._core.tolist())}
        pairs = [
            (slot, place[i], place[j])
            for i in self._core.tolist()
            for j, slot in neighbours[i].items()
            if i < j
        ]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 3)
        self._core_slot, self._core_i, self._core_j = table[:, 0], table[:, 1], table[:, 2]

    def _slot(self, neighbours: list[dict[int, int]], i: int, j: int) -> int:
        slot = neighbours[i].get(j)
        if slot is None:
            slot = self._n_slots
            self._n_slots += 1
            neighbours[i][j] = neighbours[j][i] = slot
        return slot

    def _eliminate(self, neighbours: list[dict[int, int]], pivots: list[int]) -> _Round:
        pairs: list[tuple[int, int, int]] = []
        fills: list[tuple[int, int, int, int]] = []
        for k, node in enumerate(pivots):
            around = list(neighbours[node].items())
            pairs += [(k, slot, other) for other, slot in around]
            for x, (first, first_slot) in enumerate(around):
                for second, second_slot in around[x + 1 :]:
                    target = self._slot(neighbours, first, second)
                    fills.append((first_slot, second_slot, k, target))
            for other, _ in around:
                del neighbours[other][node]
            neighbours[node] = {}
        pair = np.array(pairs, dtype=np.int64).reshape(-1, 3)
        fill = np.array(fills, dtype=np.int64).reshape(-1, 4)
        touched, pair_touched = np.unique(pair[:, 2], return_inverse=True)
        filled, fill_filled = np.unique(fill[:, 3], return_inverse=True)
        return _Round(
            np.array(pivots, dtype=np.int64),
            pair[:, 0].copy(),
            pair[:, 1].copy(),
            pair[:, 2].copy(),
            touched,
            pair_touched,
            fill[:, 0].copy(),
            fill[:, 1].copy(),
            fill[:, 2].copy(),
            filled,
            fill_filled,
        )

    def solve(self, diagonal: Array, coupling: Array, rhs: Array) -> Array:
        """Solve the nodal system; ``diagonal`` and ``rhs`` are used up.

        Args:
            diagonal: (nodes,) diagonal.
            coupling: (elements,) off-diagonal magnitude w of each coupling; the matrix holds -w.
            rhs: (nodes,) right-hand side.

        Returns:
            (nodes,) solution, 0 at fixed nodes.
        """
        w = total(self._coupled_slot, coupling[self._coupled], self._n_slots)
        stack: list[tuple[Array, Array]] = []
        for r in self._rounds:
            pivot_diagonal = diagonal[r.pivot]
            pair_w = w[r.pair_slot]
            factor = pair_w / pivot_diagonal[r.pair_pivot]
            stack.append((pair_w, pivot_diagonal))
            diagonal[r.touched] -= total(r.pair_touched, pair_w * factor)
            rhs[r.touched] += total(r.pair_touched, factor * rhs[r.pivot][r.pair_pivot])
            if len(r.filled):
                fill = w[r.fill_first] * w[r.fill_second] / pivot_diagonal[r.fill_pivot]
                w[r.filled] += total(r.fill_filled, fill)
        x = np.zeros(self._n_nodes)
        x[self._core] = self._solve_core(diagonal, w, rhs)
        for r, (pair_w, pivot_diagonal) in zip(
            reversed(self._rounds), reversed(stack), strict=True
        ):
            inflow = total(r.pair_pivot, pair_w * x[r.pair_node], len(r.pivot))
            x[r.pivot] = (rhs[r.pivot] + inflow) / pivot_diagonal
        return x

    def _solve_core(self, diagonal: Array, w: Array, rhs: Array) -> Array:
        n = len(self._core)
        if not n:
            return np.zeros(0)
        matrix = np.zeros((n, n))
        matrix[self._core_i, self._core_j] = -w[self._core_slot]
        matrix[self._core_j, self._core_i] = -w[self._core_slot]
        matrix.flat[:: n + 1] = diagonal[self._core]
        # symmetric: LAPACK takes the rows for its columns without a copy
        _, _, x, info = dgesv(matrix.T, rhs[self._core], overwrite_a=1, overwrite_b=1)
        if info:
            raise np.linalg.LinAlgError(f"the network's matrix is singular ({info})")
        return np.asarray(x)


def _independent(neighbours: list[dict[int, int]], alive: set[int]) -> list[int]:
    """Nodes of low degree, no two of them neighbours; deterministic."""
    pivots: list[int] = []
    blocked: set[int] = set()
    for node in sorted(alive, key=lambda n: (len(neighbours[n]), n)):
        if len(neighbours[node]) > _MOST_NEIGHBOURS:
            break
        if node not in blocked:
            pivots.append(node)
            blocked.add(node)
            blocked.update(neighbours[node])
    return pivots
