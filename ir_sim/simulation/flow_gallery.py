"""Pictures of contrast that flows: what a reader of angiograms looks at first.

Real blood of real cases, a catheter laid where it belongs instead of being steered there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree, build_tree
from ir_sim.anatomy.body import body_of
from ir_sim.flow import Circulation, Injection
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.library import load
from ir_sim.simulation.injector import CONTRAST_MG_ML
from ir_sim.simulation.mixing import Mixing
from ir_sim.simulation.residues import Residues
from ir_sim.simulation.scenery import false_lumens_of, pools_of
from ir_sim.simulation.state import Injecting
from ir_sim.xray import DeviceShape, Exposure, Fluoroscope, Imager, Scene, device_pieces

Array = NDArray[np.float64]
Grey = NDArray[np.uint8]

_TICK_S = 1.0 / 60.0
_SETTLE_S, _MASK_S, _FILMED_S = 2.0, 1.0, 1.5


@dataclass(frozen=True)
class FlowShot:
    """An injection and when to look at it.

    Attributes:
        name: Of the picture.
        case: Whose vessels.
        vessel: Where the catheter's tip lies, and ``at_mm`` its arclength.
        rate_ml_s: Of the injection, and ``ml`` its volume.
        centre_mm: Middle of the field, and ``field_cm`` its size.
        at_s: Moments of the frames shown, from the start of the injection.
        device: Catheter of the catalogue.
        wedged: Whether the tip fills its vessel.
        holes_mm: Length of the side-holes.
        dissect_mm: From where to where the intima is lifted.
        bleed_ml_s: A hole in the vessel beyond the tip, at 100 mmHg; it lies at ``bleed_mm``.
    """

    name: str
    case: str
    vessel: str
    at_mm: float
    rate_ml_s: float
    ml: float
    centre_mm: tuple[float, float]
    field_cm: float
    at_s: tuple[float, ...]
    device: str = "catheter-5f-cobra2"
    wedged: bool = False
    holes_mm: float = 0.0
    dissect_mm: tuple[float, float] = (0.0, 0.0)
    bleed_ml_s: float = 0.0
    bleed_mm: float = 0.0


FLOW_SHOTS: tuple[FlowShot, ...] = (
    FlowShot(
        "aortogram-15-for-30", "right-renal-selective", "aorta", 250.0, 15.0, 30.0,
        (0.0, 62.0), 48.0, (0.4, 1.0, 2.0, 3.4, 7.0),
        "catheter-5f-pigtail", holes_mm=12.0,
    ),
    FlowShot(
        "renal-by-hand", "left-renal-stenosis", "left_renal", 3.0, 3.0, 8.0,
        (40.0, 88.0), 32.0, (0.34, 1.0, 2.0, 4.0, 8.0),
    ),
    FlowShot(
        "reflux", "sma-selective", "inferior_mesenteric", 5.0, 4.0, 10.0,
        (15.0, 0.0), 32.0, (0.34, 1.0, 2.0, 3.0, 6.0),
    ),
    FlowShot(
        "wedged-stain", "right-renal-selective", "right_renal_lower", 18.0, 1.0, 2.5,
        (-60.0, 82.0), 22.0, (0.34, 1.0, 2.4, 4.4, 9.0), wedged=True,
    ),
    FlowShot(
        "bleed", "gastroduodenal-bleed", "gastroduodenal", 8.0, 3.0, 9.0,
        (-30.0, 110.0), 32.0, (0.34, 1.0, 2.4, 5.0, 10.0),
        bleed_ml_s=1.2, bleed_mm=30.0,
    ),
    FlowShot(
        "kidney-collects", "left-renal-stenosis", "left_renal", 3.0, 4.0, 10.0,
        (50.0, 75.0), 32.0, (1.0, 4.0, 30.0, 120.0, 240.0),
    ),
    FlowShot(
        "dissection", "contralateral-iliac", "left_common_iliac", 4.0, 5.0, 10.0,
        (40.0, -50.0), 22.0, (0.34, 1.0, 2.0, 4.0, 9.0), dissect_mm=(10.0, 60.0),
    ),
    FlowShot(
        "portal-phase", "sma-selective", "superior_mesenteric", 10.0, 6.0, 30.0,
        (-5.0, 85.0), 32.0, (1.0, 4.0, 7.0, 11.0, 18.0),
    ),
)  # fmt: skip


def flow_pictures(shot: FlowShot, size_px: int = 768, seed: int = 1) -> list[Grey]:
    """Subtraction pictures of an injection, one for each moment of the shot."""
    scenario = load(shot.case)
    tree = build_tree(scenario.anatomy)
    blood = Circulation(tree, scenario.anatomy, scenario.patient)
    body = body_of(scenario, seed)
    machine = Fluoroscope(body, shot.centre_mm)
    machine.command("field", shot.field_cm)
    imager = Imager(tree, body, blood.bed_vessel.tolist(), size_px, seed)
    vessel = tree.by_id[shot.vessel]
    catheter = shipped_devices()[shot.device]
    path = course(tree, scenario.access.vessel, shot.vessel, shot.at_mm)
    shape = DeviceShape(path, device_pieces(catheter))
    full = replace(shape, filling_mg_ml=CONTRAST_MG_ML, lumen_mm=catheter.inner_radius_mm)
    lying = _lying(tree, shot, catheter.outer_radius_mm)
    if shot.bleed_ml_s:
        row = blood.add_bleed(vessel.index, min(shot.bleed_mm, vessel.length_mm - 2.0))
        blood.open_leak(row, shot.bleed_ml_s)
    low, high = shot.dissect_mm
    if high > low:
        blood.dissect(vessel.index, 0.5 * (low + high), high - low, 55.0)
    jet = Injection(
        vessel.index, shot.at_mm, shot.rate_ml_s, CONTRAST_MG_ML, holes_mm=shot.holes_mm
    )
    mixing, residues = Mixing(tree), Residues()
    for _ in range(round(_SETTLE_S / _TICK_S)):
        blood.step(_TICK_S, (), lying)
    seconds = shot.ml / shot.rate_ml_s
    shown: list[Grey] = []
    for tick in range(round((_MASK_S + shot.at_s[-1]) / _TICK_S) + 30):
        since = tick * _TICK_S - _MASK_S
        exposure = machine.step(_TICK_S, "acquire")
        blood.step(_TICK_S, (jet,) if 0.0 <= since < seconds else (), lying)
        residues.step(_TICK_S, {}, Injecting(), blood)
        # minutes pass between late frames, and nobody films them
        if exposure is None or (shown and since < shot.at_s[len(shown)] - _FILMED_S):
            continue
        device = full if since > 0.0 else shape
        picture = imager.draw(_scene(exposure, device, blood, mixing, residues))
        if since >= shot.at_s[len(shown)]:
            shown.append(picture.copy())
            if len(shown) == len(shot.at_s):
                break
    return shown


def write_flow_pictures(out: Path, size_px: int = 768) -> list[Path]:
    """Write a strip of frames for each of the injections; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for shot in FLOW_SHOTS:
        frames = flow_pictures(shot, size_px)
        for frame, at_s in zip(frames, shot.at_s, strict=True):
            words = f"{shot.name}  {at_s:.1f} s"
            cv2.putText(
                frame, words, (size_px // 12, size_px // 14),
                cv2.FONT_HERSHEY_SIMPLEX, 0.0008 * size_px, 230, 1, cv2.LINE_AA,
            )  # fmt: skip
        path = out / f"flow-{shot.name}.png"
        cv2.imwrite(str(path), np.hstack(frames))
        files.append(path)
    return files


def course(tree: VesselTree, access: str, vessel: str, at_mm: float) -> Array:
    """(n, 2) way through the vessels from an access to a place, smoothed as a device lies, mm."""
    here, there = _to_root(tree, access, np.inf), _to_root(tree, vessel, at_mm)
    shared = {v for v, _ in there} & {v for v, _ in here}
    meet = max(shared, key=lambda v: len(tree.path_to_root(v)))
    a, b = dict(here)[meet], dict(there)[meet]
    up = [_stretch(tree, v, 0.0, s)[::-1] for v, s in here if v not in shared]
    between = _stretch(tree, meet, min(a, b), max(a, b))
    down = [_stretch(tree, v, -np.inf, s) for v, s in reversed(there) if v not in shared]
    line = np.vstack([*up, between[::-1] if a > b else between, *down])
    kernel = np.ones(9) / 9.0
    return np.stack(
        [np.convolve(np.pad(line[:, k], 4, "edge"), kernel, "valid") for k in (0, 1)], 1
    )


def _to_root(tree: VesselTree, vessel: str, at_mm: float) -> list[tuple[int, float]]:
    v = tree.by_id[vessel]
    out = [(v.index, at_mm)]
    while v.parent >= 0:
        out.append((v.parent, v.parent_at_mm))
        v = tree.vessels[v.parent]
    return out


def _stretch(tree: VesselTree, vessel: int, low: float, high: float) -> Array:
    v = tree.vessels[vessel]
    return v.xy_mm[(v.s_mm >= low) & (v.s_mm <= high)]


def _lying(tree: VesselTree, shot: FlowShot, radius_mm: float) -> tuple[CatheterInLumen, ...]:
    """The catheter in its vessel; wedged, it is as wide as the vessel."""
    vessel = tree.by_id[shot.vessel]
    if shot.wedged:
        radius_mm = 0.99 * vessel.radius_at(shot.at_mm)
    start = 0.0 if vessel.parent >= 0 else shot.at_mm
    end = shot.at_mm if vessel.parent >= 0 else vessel.length_mm
    return (CatheterInLumen(vessel.index, start, end, radius_mm),)


def _scene(
    exposure: Exposure,
    device: DeviceShape,
    blood: Circulation,
    mixing: Mixing,
    residues: Residues,
) -> Scene:
    radius = blood.open_radius_mm.astype(np.float32)
    return Scene(
        exposure,
        (device, *false_lumens_of(blood, blood.tree)),
        mixing.smear(blood.concentration_mg_ml).astype(np.float32),
        None if np.array_equal(radius, blood.tree.sample_radius_mm.astype(np.float32)) else radius,
        bed_mg=blood.bed_mg.copy(),
        collecting_mg=residues.collecting_mg,
        pools=pools_of(blood, blood.tree),
        breath_mm=0.4 * float(np.sin(0.8 * exposure.time_s)),
    )
