"""What there is to see at one exposure: frozen plain arrays, handed over by the simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.settings import Exposure


@dataclass(frozen=True)
class Piece:
    """A length of a device that is made of one thing: a tube, a rod or a band.

    Attributes:
        from_mm: Where it begins, distance from the tip.
        to_mm: Where it ends.
        outer_mm: Outer radius.
        inner_mm: Inner radius, 0 for a rod.
        material: Name in ``ir_sim.xray.materials``.
    """

    from_mm: float
    to_mm: float
    outer_mm: float
    inner_mm: float
    material: str


@dataclass(frozen=True, eq=False)
class DeviceShape:
    """A device where it lies.

    Attributes:
        points_mm: (n, 2) from the hub's side to the tip.
        pieces: What it is made of; overlapping pieces add.
        z_mm: (n,) depth towards the viewer, or a number.
        filling_mg_ml: Iodine in its lumen.
        lumen_mm: Radius of that lumen.
    """

    points_mm: NDArray[np.float64]
    pieces: tuple[Piece, ...]
    z_mm: NDArray[np.float64] | float = 0.0
    filling_mg_ml: float = 0.0
    lumen_mm: float = 0.0


@dataclass(frozen=True)
class Pool:
    """Contrast outside the vessels: an extravasation.

    Attributes:
        xy_mm: Its middle.
        mg: Iodine in it.
        radius_mm: Of the blob.
    """

    xy_mm: tuple[float, float]
    mg: float
    radius_mm: float


@dataclass(frozen=True, eq=False)
class Scene:
    """The state of everything that X-rays see.

    Attributes:
        exposure: The pulse that looks.
        devices: All devices, stents, coils and so on.
        concentration_mg_ml: (samples,) iodine; negative is carbon dioxide as -1000 x its share.
        radius_mm: (samples,) where a vessel's calibre differs from the tree's; None elsewhere.
        bed_mg: (outlets,) iodine in each organ bed.
        collecting_mg: (outlets,) iodine already excreted into a kidney's collecting system.
        breath_mm: Downward shift of the diaphragm from rest.
        heart_phase: 0 to 1 through the beat.
        patient_mm: Movement of the patient as a whole.
        pools: Extravasations.
    """

    exposure: Exposure
    devices: tuple[DeviceShape, ...] = ()
    concentration_mg_ml: NDArray[np.float32] | None = None
    radius_mm: NDArray[np.float32] | None = None
    bed_mg: NDArray[np.float64] | None = None
    collecting_mg: NDArray[np.float64] | None = None
    breath_mm: float = 0.0
    heart_phase: float = 0.0
    patient_mm: tuple[float, float] = (0.0, 0.0)
    pools: tuple[Pool, ...] = ()
