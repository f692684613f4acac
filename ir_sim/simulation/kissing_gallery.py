"""Pictures of two kissing stents, and of what one balloon alone does, from short scripted runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ir_sim.scenario.library import load
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.dilation_gallery import Grey, fill, film, look, place, run, write_strip
from ir_sim.simulation.simulation import Simulation
from ir_sim.treatment.stent_laws import length_mm

_CASE, _WIRE, _STENT = "kissing-iliacs", "wire-035-angled", "stent-balloon-8x37"
#: The wire goes in for so long, s, at this speed, mm/s; the picture's middle lies so far above the
#: bifurcation, mm.
_WIRE_S, _WIRE_MM_S, _ABOVE_MM = 5.0, 60.0, -5.0


def write_kissing_pictures(out: Path, size_px: int = 768) -> list[Path]:
    """Write a strip: both ready, both full, both stents, the control film; and the film of one."""
    return [write_strip(out / "treatment-kissing.png", _shots(size_px), size_px)]


def _shots(size_px: int) -> Iterator[tuple[str, Grey]]:
    sim = _ready()
    ready = sim.snapshot()
    yield "level, ready", look(sim, size_px)
    sim.step(Controls(actions=(Action("assistant", value=True),)))
    fill(sim, 11.0)
    yield "kissing at 11 atm", look(sim, size_px)
    run(sim, 3.0, Controls(treat=-8.0))
    yield "two stents", look(sim, size_px)
    film(sim)
    yield "control", sim.picture(size_px)
    sim.restore(ready)
    fill(sim, 11.0)
    run(sim, 3.0, Controls(treat=-8.0))
    film(sim)
    yield "one balloon alone: control", sim.picture(size_px)


def _ready() -> Simulation:
    """Wire and stent across the right origin, level with the assistant's, the table over it."""
    sim = Simulation(load(_CASE), 1)
    spec = sim.scenario.assistant
    assert spec is not None  # noqa: S101  # the case has one
    vessel = sim.tree.by_id[spec.vessel]
    middle = sim.tree.vessels[vessel.parent].point_at(vessel.parent_at_mm)
    sim.step(Controls(actions=(Action("field", value=32.0),)))
    sim.step(Controls(actions=(Action("mount", slot="wire", device=_WIRE),)))
    run(sim, _WIRE_S, Controls(motions={"wire": Motion(_WIRE_MM_S)}))
    stent = sim.scenario.devices[_STENT].stent
    assert stent is not None  # noqa: S101
    place(sim, _STENT, middle, 0.5 * length_mm(stent) - spec.edge_mm)
    off = middle + np.array([0.0, _ABOVE_MM]) - np.asarray(sim.fluoroscope.settings.centre_mm)
    run(sim, 2.0, Controls(table_mm_s=(float(0.5 * off[0]), float(0.5 * off[1]))))
    return sim
