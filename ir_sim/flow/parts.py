"""The parts of a network beside its elements, as arrays: outlets and taps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ir_sim.flow.elimination import Array, Index

NO_INDEX: Index = np.zeros(0, dtype=np.int64)
NO_VALUE: Array = np.zeros(0)


@dataclass(frozen=True)
class Outlets:
    """RCR outlets as arrays of one length; ``proximal`` and ``distal`` are > 0."""

    node: Index = field(default_factory=lambda: NO_INDEX)
    proximal: Array = field(default_factory=lambda: NO_VALUE)
    capacitance: Array = field(default_factory=lambda: NO_VALUE)
    distal: Array = field(default_factory=lambda: NO_VALUE)
    pressure: Array = field(default_factory=lambda: NO_VALUE)


@dataclass(frozen=True)
class Taps:
    """Flows into or out of the middle of elements, as arrays of one length.

    Attributes:
        element: Where.
        fraction: Share of the element's resistance upstream (towards node a), 0 to 1.
        flow: Injected flow.
        conductance: Conductance to ``pressure``; 0 for an injection.
        pressure: Pressure outside.
    """

    element: Index = field(default_factory=lambda: NO_INDEX)
    fraction: Array = field(default_factory=lambda: NO_VALUE)
    flow: Array = field(default_factory=lambda: NO_VALUE)
    conductance: Array = field(default_factory=lambda: NO_VALUE)
    pressure: Array = field(default_factory=lambda: NO_VALUE)


NO_TAPS = Taps()
