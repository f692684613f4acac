"""Pictures of coils, a plug, particles and oil where they end, from short runs without navigation.

The tip is held where a good operator would bring it; blood, treatments and X-rays are real.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ir_sim.flow import Injection
from ir_sim.scenario.library import load
from ir_sim.simulation.injector import CONTRAST_MG_ML
from ir_sim.simulation.simulation import Simulation
from ir_sim.simulation.state import DT_S
from ir_sim.treatment import Outflow
from ir_sim.xray import Exposure, Pool, Scene
from ir_sim.xray.imager import Imager
from ir_sim.xray.strip import write_strip

Grey = NDArray[np.uint8]

#: Rate of a puff for a film, mL/s, and its length, s.
_PUFF_ML_S, _PUFF_S = 1.2, 2.2
_BORE_MM, _MOST_ML_S = 0.5, 2.5


def write_embolization_pictures(out: Path, size_px: int = 768) -> list[Path]:
    """Write three strips: coils and a plug; the sac of an aneurysm; particles and oil."""
    out.mkdir(parents=True, exist_ok=True)
    strips = {"coils": (_bleed, _plug), "aneurysm": (_aneurysm,), "particles": (_fibroid, _liver)}
    return [
        write_strip(
            out / f"treatment-{name}.png",
            (shot for make in shots for shot in make(size_px)),
            size_px,
        )
        for name, shots in strips.items()
    ]


class _Table:
    """A case with a tip held at a place."""

    def __init__(self, case: str, vessel: str, size_px: int, field_cm: float = 22.0) -> None:
        self.sim, self.vessel, self.size_px = Simulation(load(case), 1), vessel, size_px
        machine = self.sim.fluoroscope
        machine.command("field", field_cm)
        v = self.sim.tree.by_id[vessel]
        off = v.point_at(0.6 * v.length_mm) - np.asarray(machine.settings.centre_mm)
        while float(np.hypot(*off)) > 0.5:
            speed = np.clip(off / DT_S, -100.0, 100.0)
            machine.step(DT_S, "off", (float(speed[0]), float(speed[1])))
            off = v.point_at(0.6 * v.length_mm) - np.asarray(machine.settings.centre_mm)
        beds = self.sim.circulation.bed_vessel.tolist()
        self.imager = Imager(self.sim.tree, self.sim.body, beds, size_px, 1)

    def tip(self, at_mm: float) -> None:
        index = self.sim.tree.by_id[self.vessel].index
        place = ("microcatheter", index, at_mm, 0.0, _MOST_ML_S, _BORE_MM)
        self.sim.bench.outflow = Outflow(*place, wedged=False, blocked="")

    def run(self, seconds: float, hand: float = 0.0, puff: float = 0.0, pedal: str = "off") -> None:
        sim, bench = self.sim, self.sim.bench
        for _ in range(round(seconds / DT_S)):
            sim.treatments.step(hand)
            jets = list(bench.injections)
            if puff:
                out = bench.outflow
                jets.append(Injection(out.vessel, out.at_mm, puff, CONTRAST_MG_ML))
            sim.circulation.step(DT_S, jets)
            bench.injections.clear()
            bench.happenings.clear()
            bench.tick += 1
            exposure = sim.fluoroscope.step(DT_S, pedal) if pedal != "off" else None
            if exposure is not None:
                self.picture = self.imager.draw(self._scene(exposure))
        if pedal != "off":
            sim.fluoroscope.step(DT_S, "off")

    def _scene(self, exposure: Exposure) -> Scene:
        sim = self.sim
        pools = []
        for vessel, at_mm, ml, mg in sim.circulation.pools():
            x, y = sim.tree.vessels[vessel].point_at(at_mm).tolist()
            radius = max((3.0 * ml * 1e3 / (4.0 * np.pi)) ** (1.0 / 3.0), 2.0)
            pools.append(Pool((x, y), mg, float(radius)))
        c = sim.circulation.opaque_mg_ml.astype(np.float32)
        bed = sim.circulation.opaque_bed_mg
        return Scene(exposure, sim.treatments.shapes(), c, bed_mg=bed, pools=tuple(pools))

    def coil(self, tool: str, at_mm: float, seconds: float = 5.6) -> None:
        self.tip(at_mm)
        self.sim.treatments.command("take_up", tool, None)
        self.run(seconds, 8.0)

    def look(self) -> Grey:
        self.run(0.8, pedal="fluoro")
        return self.picture.copy()

    def film(self, puff_ml_s: float = _PUFF_ML_S) -> Grey:
        self.run(0.8, pedal="acquire")
        self.run(_PUFF_S, puff=puff_ml_s, pedal="acquire")
        return self.picture.copy()


def _bleed(size_px: int) -> Iterator[tuple[str, Grey]]:
    table = _Table("gastroduodenal-coils", "gastroduodenal", size_px, 16.0)
    table.tip(6.0)
    yield "bleeding", table.film()
    table.coil("coil-018-4mm", 30.0, 2.5)
    yield "a coil half out", table.look()
    table.run(3.0, 8.0)
    table.coil("coil-018-4mm", 29.0)
    yield "distal coils", table.look()
    for at_mm in (12.0, 10.0, 8.0):
        table.coil("coil-018-4mm", at_mm)
    yield "distal and proximal", table.look()
    table.sim.circulation.clotting = 10.0  # minutes in seconds
    table.run(10.0)
    table.tip(2.0)
    yield "closed", table.film()


def _plug(size_px: int) -> Iterator[tuple[str, Grey]]:
    table = _Table("splenic-plug", "splenic", size_px, 22.0)
    table.tip(14.0)
    table.sim.treatments.command("take_up", "plug-8mm", None)
    table.run(4.0, 4.0)
    table.sim.treatments.command("release", None, None)
    yield "plug", table.look()


def _aneurysm(size_px: int) -> Iterator[tuple[str, Grey]]:
    sac, carotid = "left_internal_carotid_sac", "left_internal_carotid"
    table = _Table("carotid-aneurysm", sac, size_px, 16.0)
    table.vessel = carotid
    table.tip(60.0)
    yield "aneurysm before", table.film(4.0)
    table.vessel = sac
    tools = [("7mm-framing", 200), ("6mm-framing", 200), ("5mm-filling", 150), ("4mm-filling", 100)]
    tools += [("4mm-filling", 100), ("3mm-finishing", 60), ("3mm-finishing", 60)]
    for k, (tool, length_mm) in enumerate(tools):
        if k == 0:
            table.coil(f"coil-010-{tool}", 4.5, 0.5 * length_mm / 8.0)
            yield "frame half out", table.look()
        table.coil(f"coil-010-{tool}", 4.5, length_mm / 8.0 + 0.5)
        table.sim.treatments.command("release", None, None)
        table.run(1.0)
        if k in (0, 2):
            yield ("frame", "", "filling")[k], table.look()
    percent = table.sim.treatments.measure("packing_percent", sac)
    yield f"packed, {percent:.0f} %", table.look()
    table.vessel = carotid
    table.tip(60.0)
    yield "aneurysm after", table.film(4.0)


def _fibroid(size_px: int) -> Iterator[tuple[str, Grey]]:
    table = _Table("fibroids-left", "left_uterine", size_px, 22.0)
    table.tip(42.0)
    yield "uterine artery before", table.film()
    table.sim.treatments.command("take_up", "particles-500-700", None)
    for _ in range(30):
        beats = table.sim.treatments.measure("clearing_beats", "left_uterine")
        if beats is not None and beats >= 5.0:
            break
        flow = table.sim.circulation.flow_ml_s("left_uterine")
        table.run(3.0, max(min(0.25 * flow, 0.5), 0.03))
        table.run(0.6 if flow > 0.25 else 4.2)
    table.run(8.0)
    yield "near-stasis", table.film()


def _liver(size_px: int) -> Iterator[tuple[str, Grey]]:
    table = _Table("liver-chemoembolization", "right_hepatic_anterior", size_px, 22.0)
    table.tip(10.0)
    yield "tumour before", table.film()
    table.sim.treatments.command("take_up", "lipiodol-doxorubicin", None)
    table.run(14.0, 0.5)
    table.run(10.0)
    yield "oil stays", table.look()
