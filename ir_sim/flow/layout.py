"""Index tables of the transport cells: elements, and the segments that taps cut them into.

::

    slots of element e:   | c0 | c1 | c2 | c3 |(pad)|     n cells and one empty pad
    faces:                ^    ^    ^    ^    ^           one at the left of every slot
    with a tap at c2:     [ segment 0 ][ segment 1 ]      and one more face, the end of segment 0

A tap is a place inside an element where fluid enters or leaves (a catheter's hole, a bleed). It
becomes a node of its own between two segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ir_sim.flow.elimination import Array, Index


@dataclass(frozen=True)
class Cells:
    """Where each element's cells lie in the slot arrays.

    Attributes:
        count: (elements,) cells of each element, at least 2.
        first: (elements,) first slot of each.
        n_slots: Cells and pads together.
        of_slot: (slots,) element of each slot; the pad belongs to its element.
        pad: (elements,) slots that stay empty.
    """

    count: Index
    first: Index
    n_slots: int
    of_slot: Index
    pad: Index


def cells(count: Index) -> Cells:
    """Lay out elements with so many cells each."""
    ends = np.cumsum(count + 1)
    first = ends - (count + 1)
    of_slot = np.repeat(np.arange(len(count)), count + 1)
    return Cells(count, first, int(ends[-1]), of_slot, ends - 1)


@dataclass(frozen=True)
class Layout:
    """The segments and faces for one set of taps.

    Attributes:
        taps: Pairs (element, cell) in order; tap t is node ``n_nodes + t``.
        element: (segments,) element of each segment.
        low: (segments,) slot of the first cell.
        high: (segments,) slot just after the last cell.
        a: (segments,) node at the start.
        b: (segments,) node at the end.
        cells_before: (segments,) cells of the same element that lie before.
        tap_before: (segments,) the tap at its start, or -1.
        face_segment: (faces,) segment of each face; faces 0 .. slots-1, then one per tap.
        face_cell: (faces,) cells of the segment that lie before the face.
        start_face: (segments,) its first face.
        end_face: (segments,) its last face.
        n_nodes: Nodes of the network and taps together.
    """

    taps: tuple[tuple[int, int], ...]
    element: Index
    low: Index
    high: Index
    a: Index
    b: Index
    cells_before: Index
    tap_before: Index
    face_segment: Index
    face_cell: Array
    start_face: Index
    end_face: Index
    n_nodes: int


def layout(
    table: Cells, a: Index, b: Index, n_nodes: int, taps: Sequence[tuple[int, int]]
) -> Layout:
    """Cut the elements at the taps.

    Args:
        table: The cells.
        a: (elements,) start nodes.
        b: (elements,) end nodes.
        n_nodes: Nodes of the network.
        taps: Sorted, different pairs (element, cell with 0 < cell < count): the tap lies before
            that cell.
    """
    n, t = len(table.count), len(taps)
    low = np.append(table.first, [table.first[e] + c for e, c in taps]).astype(np.int64)
    high = np.append(table.first + table.count, np.zeros(t, dtype=np.int64))
    element = np.append(np.arange(n), [e for e, _ in taps]).astype(np.int64)
    start, end = np.append(a, np.zeros(t, dtype=np.int64)), np.append(b, np.zeros(t, np.int64))
    before = np.append(np.zeros(n, np.int64), [c for _, c in taps]).astype(np.int64)
    tap_before = np.append(np.full(n, -1), np.arange(t)).astype(np.int64)
    end_face = np.append(table.pad, np.zeros(t, dtype=np.int64))
    face_segment = np.append(table.of_slot, np.zeros(t, dtype=np.int64))
    upstream: dict[int, int] = {}
    for k, (e, _) in enumerate(taps):
        above, here = upstream.get(e, e), n + k
        high[here], end[here], end_face[here] = high[above], end[above], end_face[above]
        high[above], end[above], end_face[above] = low[here], n_nodes + k, table.n_slots + k
        start[here] = n_nodes + k
        face_segment[low[here] : end_face[here] + 1] = here
        face_segment[table.n_slots + k] = above
        upstream[e] = here
    slots = np.append(np.arange(table.n_slots), low[n:])
    return Layout(
        tuple(taps),
        element,
        low,
        high,
        start,
        end,
        before,
        tap_before,
        face_segment,
        (slots - low[face_segment]).astype(np.float64),
        low.copy(),
        end_face,
        n_nodes + t,
    )
