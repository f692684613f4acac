"""Pictures of a balloon and a stent at work in the iliac case, from a short scripted run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.library import load
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.simulation import Simulation

Grey = NDArray[np.uint8]

_CASE, _VESSEL = "iliac-stenosis-stent", "right_common_iliac"
_WIRE, _BALLOON, _STENT = "wire-035-angled", "balloon-035-8x40", "stent-self-9x40"
#: The wire goes in for so long, s, at this speed, mm/s.
_WIRE_S, _WIRE_MM_S = 6.0, 60.0


def write_dilation_pictures(out: Path, size_px: int = 768) -> list[Path]:
    """Write a strip: waist, open balloon, stent half open, stent, and the control film."""
    return [write_strip(out / "treatment-balloon-and-stent.png", _shots(size_px), size_px)]


def write_strip(path: Path, shots: Iterable[tuple[str, Grey]], size_px: int) -> Path:
    """Write pictures side by side, each under its words."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = []
    for words, picture in shots:
        frame = picture.copy()
        cv2.putText(
            frame, words, (size_px // 12, size_px // 14),
            cv2.FONT_HERSHEY_SIMPLEX, 0.0008 * size_px, 230, 1, cv2.LINE_AA,
        )  # fmt: skip
        frames.append(frame)
    cv2.imwrite(str(path), np.hstack(frames))
    return path


def _shots(size_px: int) -> Iterator[tuple[str, Grey]]:
    sim = Simulation(load(_CASE), 1)
    vessel = sim.tree.by_id[_VESSEL]
    middle = vessel.point_at(vessel.lesions[0].at_mm)
    sim.step(Controls(actions=(Action("field", value=32.0),)))
    sim.step(Controls(actions=(Action("mount", slot="wire", device=_WIRE),)))
    run(sim, _WIRE_S, Controls(motions={"wire": Motion(_WIRE_MM_S)}))
    place(sim, _BALLOON, middle)
    fill(sim, 6.0)
    yield "waist at 6 atm", look(sim, size_px)
    fill(sim, 12.0)
    yield "open at 12 atm", look(sim, size_px)
    run(sim, 3.0, Controls(treat=-8.0))
    place(sim, _STENT, middle)
    run(sim, 8.0, Controls(treat=2.5))
    yield "stent half open", look(sim, size_px)
    run(sim, 10.0, Controls(treat=2.5))
    yield "stent", look(sim, size_px)
    film(sim)
    yield "control", sim.picture(size_px)


def film(sim: Simulation) -> None:
    """A flush catheter into the aorta and a subtraction run through it."""
    sim.step(Controls(actions=(Action("remove", slot="catheter"),)))
    run(sim, 3.0, Controls())
    sim.step(Controls(actions=(Action("mount", slot="catheter", device="catheter-5f-pigtail"),)))
    run(sim, 7.0, Controls(motions={"catheter": Motion(40.0)}))
    sim.step(Controls(actions=(Action("remove", slot="wire"),)))
    run(sim, 4.0, Controls())
    run(sim, 0.7, Controls(pedal="acquire"))
    power = Action("power_injection", value=[8.0, 16.0, 0.3])
    sim.step(Controls(pedal="acquire", actions=(power,)))
    run(sim, 1.9, Controls(pedal="acquire"))


def run(sim: Simulation, seconds: float, controls: Controls) -> None:
    """The same controls for a while."""
    for _ in range(round(60.0 * seconds)):
        sim.step(controls)


def look(sim: Simulation, size_px: int) -> Grey:
    """A short look."""
    run(sim, 0.6, Controls(pedal="fluoro"))
    return sim.picture(size_px)


def fill(sim: Simulation, atm: float) -> None:
    """The balloon in hand filled to a pressure."""
    for _ in range(900):
        reading = sim.state.treatment
        if reading is not None and reading.value >= atm:
            break
        sim.step(Controls(treat=2.0))
    run(sim, 0.5, Controls())


def place(sim: Simulation, device: str, goal: NDArray[np.float64], lead_mm: float = 0.0) -> None:
    """A balloon or stent over the wire and in hand.

    Args:
        sim: The run.
        device: The balloon or stent.
        goal: (2,) where its middle is to lie.
        lead_mm: So much further towards the own groin.
    """
    held = sim.state.devices.get("catheter")
    kind = "mount" if held is None else "exchange"
    sim.step(Controls(actions=(Action(kind, slot="catheter", device=device),)))
    tool = sim.scenario.devices[device]
    end = tool.stent or tool.balloon
    for _ in range(1800):
        lies = sim.state.devices.get("catheter")
        if lies is None or lies.device.id != device or end is None:
            sim.step()
            continue
        curve, s = lies.chain.curve, lies.chain.curve_s_mm
        at = float(s[int(np.argmin(np.hypot(*(curve - goal).T)))])
        off = at + end.tip_mm + 0.5 * end.length_mm - lead_mm - lies.inserted_mm
        if abs(off) < 0.7:
            break
        sim.step(Controls(motions={"catheter": Motion(float(np.clip(3.0 * off, -40.0, 40.0)))}))
    sim.step(Controls(actions=(Action("take_up", device=device),)))
