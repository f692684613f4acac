"""Where an injection goes, how fast it can flow, and which vessels the devices fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.anatomy.places import firsts
from ir_sim.devices import DeviceState, SheathMouth
from ir_sim.flow.injector import HAND_PSI, most_flow_ml_s
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.scenario.fields import SLOTS
from ir_sim.simulation.state import Injecting
from ir_sim.treatment import Outflow

#: Contrast medium as it comes from the bottle, mg iodine per mL (iohexol 300).
CONTRAST_MG_ML = 300.0
#: A lumen that a device inside leaves less open than this share of its radius does not inject
#: (annulus of 0.035 in in 0.038 in: a thousandth of the free flow; assumed cut).
_BLOCKED_SHARE = 0.75
#: Flow of devices whose maker gives none, mL/s, by slot (assumed; ``flow.md``: 5F 3-6 by hand).
_FLOW_ML_S = {"guide": 10.0, "catheter": 6.0, "microcatheter": 2.5, "sheath": 8.0}
#: A small syringe on a microcatheter: what a thumb does with 1 to 3 mL, psi (assumed).
_SMALL_SYRINGE_PSI = 400.0
#: A tip that fills this much of the lumen's radius is wedged (assumed; the annulus then leaves
#: about a tenth of the flow).
WEDGED_SHARE = 0.9


@cache
def hand_ml_s(slot: str, length_mm: float, bore_mm: float) -> float:
    """What a hand pushes through a lumen, mL/s: friction of the medium against the hand's pressure.

    Args:
        slot: ``microcatheter`` is pushed with a small syringe, all else with 10 mL.
        length_mm: Of the lumen.
        bore_mm: Its diameter.
    """
    psi = _SMALL_SYRINGE_PSI if slot == "microcatheter" else HAND_PSI
    return most_flow_ml_s(psi, length_mm, bore_mm, CONTRAST_MG_ML)


def injecting_slot(devices: Mapping[str, DeviceState]) -> str:
    """The device that an injection goes through: the innermost with a lumen in the vessel."""
    for slot in ("microcatheter", "catheter", "guide"):
        if slot in devices and devices[slot].inserted_mm > 0.0:
            return slot
    return "sheath"


def why_blocked(devices: Mapping[str, DeviceState]) -> str:
    """Why nothing flows through the injecting lumen, in one line; empty if it does."""
    slot = injecting_slot(devices)
    if slot == "sheath":
        return ""
    balloon = devices[slot].device.balloon
    if balloon is not None and balloon.monorail:
        return "a monorail balloon's lumen is for the wire alone: nothing goes in through it"
    bore = devices[slot].device.inner_radius_mm
    for inner in SLOTS[SLOTS.index(slot) + 1 :]:
        held = devices.get(inner)
        if held is not None and held.device.outer_radius_mm > _BLOCKED_SHARE * bore:
            return f"the {inner} fills the {slot}'s lumen: remove the {inner} to inject"
    return ""


def outflow(
    devices: Mapping[str, DeviceState],
    tree: VesselTree,
    mouth: SheathMouth,
    radius_mm: NDArray[np.float64] | None = None,
) -> Outflow:
    """Where something pushed through the innermost lumen comes out now, and how fast it can.

    Args:
        devices: By slot.
        tree: The vessels.
        mouth: The sheath's.
        radius_mm: (samples,) calibres now; the tree's own where None.
    """
    slot = injecting_slot(devices)
    if slot == "sheath":
        vessel = tree.vessels[mouth.vessel]
        near = float(vessel.s_mm[np.argmin(np.hypot(*(vessel.xy_mm - mouth.xy_mm).T))])
        most = _FLOW_ML_S[slot]
        return Outflow(slot, vessel.index, near, 0.0, most, 0.0, False, "", most)
    state = devices[slot]
    device, sample = state.device, max(state.tip_sample, 0)
    at_mm = max(float(tree.sample_s_mm[sample]), 0.0)
    rated = device.max_flow_ml_s or _FLOW_ML_S[slot]
    most = min(rated, hand_ml_s(slot, device.length_mm, 2.0 * device.inner_radius_mm))
    lumen_mm = float((tree.sample_radius_mm if radius_mm is None else radius_mm)[sample])
    return Outflow(
        slot=slot,
        vessel=int(tree.sample_vessel[sample]),
        at_mm=at_mm,
        holes_mm=device.side_holes.to_mm if device.side_holes is not None else 0.0,
        most_ml_s=most,
        bore_mm=device.inner_radius_mm,
        wedged=device.outer_radius_mm >= WEDGED_SHARE * lumen_mm,
        blocked=why_blocked(devices),
        rated_ml_s=rated,
    )


def injection(out: Outflow, tree: VesselTree, wanted_ml_s: float, *, power: bool) -> Injecting:
    """What comes of a push on the syringe; a hand is weaker than a power injector."""
    most = 0.0 if out.blocked else out.rated_ml_s if power else out.most_ml_s
    return Injecting(min(wanted_ml_s, most), out.slot, tree.vessels[out.vessel].id, out.wedged)


class Lying:
    """The stretches of vessels that devices lie in; found anew only when a device has moved."""

    def __init__(self, tree: VesselTree) -> None:
        self._tree = tree
        self._of: tuple[DeviceState, ...] = ()
        self._found: tuple[CatheterInLumen, ...] = ()

    def now(self, devices: Mapping[str, DeviceState]) -> tuple[CatheterInLumen, ...]:
        """For each device and vessel the stretch that it fills, with its radius."""
        of = tuple(devices.values())
        if len(of) != len(self._of) or any(a is not b for a, b in zip(of, self._of, strict=True)):
            self._of = of
            self._found = tuple(c for device in of for c in _in_lumen(device, self._tree))
        return self._found


def _in_lumen(device: DeviceState, tree: VesselTree) -> Iterator[CatheterInLumen]:
    chain = device.chain
    s, samples = chain.curve_s_mm, chain.curve_sample
    # the curve runs from the mouth to the tip: a device covers one stretch of it
    low, high = s.searchsorted((device.from_mm, device.inserted_mm)).tolist()
    if high < len(s) and s[high] == device.inserted_mm:
        high += 1
    sample = samples[low:high]
    sample = sample[sample >= 0]
    if not len(sample):
        return
    vessel, at = tree.sample_vessel[sample], tree.sample_s_mm[sample]
    starts = firsts(vessel[1:] != vessel[:-1])
    spans: dict[int, tuple[float, float]] = {}
    for v, least, most in zip(
        vessel[starts].tolist(),
        np.minimum.reduceat(at, starts).tolist(),
        np.maximum.reduceat(at, starts).tolist(),
        strict=True,
    ):
        had = spans.get(v, (least, most))
        spans[v] = (min(had[0], least), max(had[1], most))
    for v in sorted(spans):
        yield CatheterInLumen(v, *spans[v], device.device.outer_radius_mm)
