"""What a pulse sees: devices, contrast and the patient's own motion, frozen into a scene."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ir_sim.anatomy import VesselTree
from ir_sim.devices import DeviceState, SheathMouth
from ir_sim.flow import Circulation
from ir_sim.flow.false_lumen import BREADTH_RADII, Channel
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.mixing import Mixing
from ir_sim.simulation.residues import Residues
from ir_sim.simulation.stage import assistants_shapes, device_shape, sheath_path, sheath_shape
from ir_sim.simulation.state import Injecting, State
from ir_sim.xray import DeviceShape, Exposure, Piece, Pool, Scene, device_pieces

#: Quiet breathing: travel of the diaphragm, mm, and period, s (textbook 10-15 mm and 12-15 a
#: minute). Filming asks for a held breath, which drifts a little (assumed).
_BREATH_MM, _BREATH_S = 11.0, 4.6
_HELD_DRIFT = 0.03
#: Blood in the tissue: radius of the blob for a volume, as a ball, and its least, mm.
_LEAST_POOL_MM = 2.0
#: Thickness of a lifted intima and least half width of a channel that is drawn, mm (assumed);
#: samples in a piece of it.
_FLAP_MM, _THIN_MM, _PIECE_SAMPLES = 0.4, 0.3, 4
#: Contrast in a lumen that nobody can see, mg/mL.
_LEAST_FILLING_MG_ML = 3.0


class Scenery:
    """Builds the scenes of a case.

    Args:
        scenario: The case.
        tree: Its vessels.
        mouth: The sheath's mouth.
        seed: Where in the breath the run begins.
    """

    def __init__(self, scenario: Scenario, tree: VesselTree, mouth: SheathMouth, seed: int) -> None:
        self._tree = tree
        self._path = sheath_path(tree, scenario.access, mouth)
        self._sheath = sheath_shape(self._path, scenario.access)
        self._helped = assistants_shapes(scenario, tree)
        self._pieces: dict[str, tuple[Piece, ...]] = {
            name: device_pieces(device) for name, device in scenario.devices.items()
        }
        self._mixing = Mixing(tree)
        self._still = tree.sample_radius_mm.astype(np.float32)
        self._breath = float(np.random.default_rng(seed).uniform())
        self._residues = Residues()

    def step(
        self,
        dt_s: float,
        devices: Mapping[str, DeviceState],
        injecting: Injecting,
        circulation: Circulation,
        *,
        filming: bool,
    ) -> None:
        """Let a tick pass: breath (held for a run), urine, what stays in the catheters."""
        self.breathe(dt_s, filming=filming)
        self._residues.step(dt_s, devices, injecting, circulation)

    def breathe(self, dt_s: float, *, filming: bool) -> None:
        """Let the patient breathe on, or hold the breath for a run."""
        share = _HELD_DRIFT if filming else 1.0
        self._breath = (self._breath + share * dt_s / _BREATH_S) % 1.0

    @property
    def breath_mm(self) -> float:
        """How far the diaphragm is down from rest; longer at rest than filled."""
        return _BREATH_MM * math.sin(math.pi * self._breath) ** 4

    def scene(
        self,
        exposure: Exposure,
        state: State,
        circulation: Circulation,
        treatments: tuple[DeviceShape, ...] = (),
    ) -> Scene:
        """What this pulse sees; ``treatments`` are the shapes of balloons, stents, coils."""
        radius = circulation.open_radius_mm.astype(np.float32)
        heart = circulation.heart
        return Scene(
            exposure=exposure,
            devices=(
                self._sheath,
                *self._helped,
                *(self._shape(d, state.devices) for d in state.devices.values()),
                *treatments,
                *false_lumens_of(circulation, self._tree),
            ),
            concentration_mg_ml=self._mixing.smear(circulation.opaque_mg_ml).astype(np.float32),
            radius_mm=None if np.array_equal(radius, self._still) else radius,
            bed_mg=circulation.opaque_bed_mg,
            collecting_mg=self._residues.collecting_mg,
            breath_mm=self.breath_mm,
            heart_phase=min(heart.phase_s / heart.period_s, 1.0),
            pools=pools_of(circulation, self._tree),
        )

    def _shape(self, device: DeviceState, devices: Mapping[str, DeviceState]) -> DeviceShape:
        sample = np.append(
            device.chain.curve_sample[: len(device.points_mm) - 1], device.tip_sample
        )
        z = self._tree.sample_z_mm[np.maximum(sample, 0)]
        shape = device_shape(device, self._pieces[device.device.id], self._path, z)
        filling = self._residues.filling_mg_ml(device.device.slot, devices)
        if filling < _LEAST_FILLING_MG_ML:
            return shape
        return replace(shape, filling_mg_ml=filling, lumen_mm=device.device.inner_radius_mm)

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {"breath": self._breath, "residues": self._residues.save()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self._breath = saved["breath"]
        self._residues.restore(saved["residues"])


def pools_of(circulation: Circulation, tree: VesselTree) -> tuple[Pool, ...]:
    """Blood and contrast in the tissue, as blobs."""
    pools = []
    for vessel, at_mm, ml, mg in circulation.pools():
        if ml <= 0.0:
            continue
        radius = max((3.0 * ml * 1e3 / (4.0 * math.pi)) ** (1.0 / 3.0), _LEAST_POOL_MM)
        x, y = tree.vessels[vessel].point_at(at_mm).tolist()
        pools.append(Pool((x, y), mg, radius))
    return tuple(pools)


def false_lumens_of(circulation: Circulation, tree: VesselTree) -> tuple[DeviceShape, ...]:
    """The contrast beside true lumens, as pieces of a tube without a wall."""
    return tuple(piece for c in circulation.false_lumens() for piece in _beside(c, tree))


def _beside(channel: Channel, tree: VesselTree) -> Iterator[DeviceShape]:
    if float(channel.mg_ml.max()) < _LEAST_FILLING_MG_ML:
        return
    vessel = tree.vessels[channel.vessel]
    at = np.arange(channel.low, channel.high) - int(tree.first[channel.vessel])
    healthy, wide = vessel.healthy_radius_mm[at], channel.width_mm
    aside = healthy - wide + _FLAP_MM + 0.5 * wide
    normal = np.column_stack([-vessel.tangent[at, 1], vessel.tangent[at, 0]])
    path = vessel.xy_mm[at] + aside[:, None] * normal
    stages = len(channel.mg_ml)
    for low in range(0, len(at) - 1, _PIECE_SAMPLES):
        part = slice(low, min(low + _PIECE_SAMPLES + 1, len(at)))
        half = 0.5 * float(wide[part].mean())
        if half < _THIN_MM:
            continue
        # as deep in the picture as the channel is broad, not as it is thick
        deeper = 0.5 * BREADTH_RADII * float(healthy[part].mean()) / half
        place = 0.5 * (part.start + part.stop) / len(at) * stages - 0.5
        held = float(np.interp(place, np.arange(stages), channel.mg_ml))
        z = vessel.z_mm[at][part]
        yield DeviceShape(path[part], (), z, filling_mg_ml=held * deeper, lumen_mm=half)
