"""How the tree's samples lie over the cells of transport, to read concentrations at the samples."""

from __future__ import annotations

import numpy as np

from ir_sim.flow.calibres import Calibres
from ir_sim.flow.elimination import Array, Index
from ir_sim.flow.plumbing import Plumbing
from ir_sim.flow.transport import Transport


class Overlay:
    """Found anew when calibres have changed: cells are of one volume, samples of one length.

    Args:
        plumbing: The vessels.
        transport: What is in them.
        calibres: How wide they are.
    """

    def __init__(self, plumbing: Plumbing, transport: Transport, calibres: Calibres) -> None:
        self._plumbing, self._transport, self._calibres = plumbing, transport, calibres
        self._hidden, self._parental = _hidden_samples(plumbing)
        self._found: tuple[Index, Array] | None = None

    def forget(self) -> None:
        """Calibres have changed: the samples lie over other cells."""
        self._found = None

    def now(self) -> tuple[Index, Array]:
        """(samples,) the cell that a concentration is read from, and the share of the next one."""
        if self._found is None:
            self._found = self._find()
        return self._found

    def _find(self) -> tuple[Index, Array]:
        p, cells = self._plumbing, self._transport.cells
        size = self._calibres.sample_volume
        e = p.of_sample
        before = np.cumsum(size) - size
        before = before - before[p.first[:-1]][e]
        whole = p.sum(size)[e]
        count = cells.count[e]
        at = np.minimum(np.maximum((before + 0.5 * size) / whole, 0.0), 1.0) * count - 0.5
        at = np.minimum(np.maximum(at, 0.0), count - 1.0)
        low = np.minimum(at.astype(np.int64), count - 2)
        share = at - low
        slot = cells.first[e] + low
        slot[self._hidden], share[self._hidden] = slot[self._parental], share[self._parental]
        return slot, share


def _hidden_samples(p: Plumbing) -> tuple[Index, Index]:
    """Samples that lie in the parent's lumen, and those of it whose blood they show."""
    source = np.arange(len(p.ds_mm))
    join = p.join[p.tree.sample_vessel]
    hidden = np.flatnonzero((p.ds_mm == 0.0) & (join >= 0))
    for sample in hidden.tolist():  # parents come first
        source[sample] = source[join[sample]]
    return hidden, source[hidden]
