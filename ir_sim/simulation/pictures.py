"""The scenes that are kept: the last pulses, and every run that was filmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.anatomy.body import Body
from ir_sim.xray import Imager, Scene, Settings

#: So many pulses back the recursive filter and the detector's lag still remember.
_KEPT = 8


class Album:
    """Scenes of a case, and a picture from them when somebody asks for one.

    Attributes:
        latest: The last scene, or None.
    """

    def __init__(self, tree: VesselTree, body: Body, bed_vessel: Sequence[int], seed: int) -> None:
        self._case = tree, body, tuple(int(v) for v in bed_vessel), seed
        self._recent: tuple[Scene, ...] = ()
        self._runs: dict[int, tuple[Scene, ...]] = {}
        self._imagers: dict[int, Imager] = {}

    @property
    def latest(self) -> Scene | None:
        """The last scene."""
        return self._recent[-1] if self._recent else None

    def runs(self) -> Mapping[int, tuple[Scene, ...]]:
        """The scenes of each run, by number."""
        return dict(self._runs)

    def add(self, scene: Scene) -> None:
        """Keep a scene."""
        self._recent = (*self._recent, scene)[-_KEPT:]
        run = scene.exposure.run
        if run:
            self._runs[run] = (*self._runs.get(run, ()), scene)

    def picture(self, size_px: int, settings: Settings) -> NDArray[np.uint8]:
        """(h, w) what the monitor shows now: drawn from the scenes alone."""
        if size_px not in self._imagers:
            tree, body, beds, seed = self._case
            self._imagers[size_px] = Imager(tree, body, beds, size_px, seed)
        imager = self._imagers[size_px]
        imager.reset()
        for scene in self._sequence():
            imager.draw(scene)
        return imager.hold(settings).copy()

    def _sequence(self) -> tuple[Scene, ...]:
        if self.latest is None:
            return ()
        exposure = self.latest.exposure
        if exposure.run:
            return self._runs[exposure.run]
        recent = tuple(scene for scene in self._recent if not scene.exposure.run)
        mapped = exposure.settings.roadmap
        return (*self._runs.get(mapped, ()), *recent) if mapped is not None else recent

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs; scenes are frozen and shared."""
        return {"recent": self._recent, "runs": dict(self._runs)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self._recent, self._runs = saved["recent"], dict(saved["runs"])
