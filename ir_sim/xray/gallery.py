"""A contact sheet: every template in every mode at every dose, one glance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from ir_sim.anatomy.body import build_body, template_names
from ir_sim.anatomy.vessel_tree import VesselTree, build_tree
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.library import load
from ir_sim.scenario.model import Anatomy
from ir_sim.scenario.shipped import shipped
from ir_sim.xray.fluoroscope import Fluoroscope
from ir_sim.xray.imager import Imager
from ir_sim.xray.materials import device_pieces
from ir_sim.xray.pictures import Grey
from ir_sim.xray.scene import DeviceShape, Scene

Array = NDArray[np.float64]

#: The case whose vessels stand for the abdomen.
_ABDOMEN_CASE = "right-renal-selective"
_TICK_S = 1.0 / 60.0
#: Iodine in a bed in the parenchymal phase, mg.
_BED_MG = 260.0


@dataclass(frozen=True)
class Place:
    """What is shown of a template.

    Attributes:
        centre_mm: Middle of the field.
        field_cm: Size of the field.
        way: Vessels that the device has come through, first to last, from the access.
        inject: Vessel and arclength of the catheter's tip.
        mg_ml: Concentration there.
    """

    centre_mm: tuple[float, float]
    field_cm: float
    way: tuple[str, ...]
    inject: tuple[str, float]
    mg_ml: float


@cache
def places() -> dict[str, Place]:
    """What the gallery shows of each template (``assets/xray/gallery-places.yaml``)."""
    rows = _asset("gallery-places.yaml")
    return {
        template: Place(
            centre_mm=(float(row["centre_mm"][0]), float(row["centre_mm"][1])),
            field_cm=float(row["field_cm"]),
            way=tuple(row["way"]),
            inject=(str(row["inject"][0]), float(row["inject"][1])),
            mg_ml=float(row["mg_ml"]),
        )
        for template, row in rows.items()
    }


def demonstration_tree(template: str) -> VesselTree:
    """Vessels that lie where they belong in a template.

    Raises:
        ValueError: No vessels for that template.
    """
    if template == "abdomen-pelvis":
        return build_tree(load(_ABDOMEN_CASE).anatomy)
    vessels = _asset("demonstration-vessels.yaml").get(template)
    if vessels is None:
        raise ValueError(f"no demonstration vessels for '{template}'")
    return build_tree(Anatomy.model_validate({"body": template, "vessels": vessels}, strict=False))


@cache
def _asset(name: str) -> dict[str, Any]:
    text = (shipped("assets") / "xray" / name).read_text("utf-8")
    return dict(yaml.safe_load(text))


def gallery(out: Path, size_px: int = 768) -> list[Path]:
    """Write one picture per template, mode and dose, and a contact sheet of all.

    Args:
        out: Folder, made if need be.
        size_px: Side of each picture.

    Returns:
        The files written, the contact sheet first.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows, files = [], []
    for template in template_names():
        pictures = template_pictures(template, size_px)
        for name, picture in pictures.items():
            path = out / f"{template}-{name}.png"
            cv2.imwrite(str(path), picture)
            files.append(path)
        rows.append(_labelled(template, pictures))
    width = max(row.shape[1] for row in rows)
    even = [cv2.copyMakeBorder(r, 0, 8, 0, width - r.shape[1], cv2.BORDER_CONSTANT) for r in rows]
    sheet = out / "contact-sheet.png"
    cv2.imwrite(str(sheet), np.vstack(even))
    return [sheet, *files]


def template_pictures(template: str, size_px: int) -> dict[str, Grey]:
    """Fluoroscopy at three doses, cine, subtraction and roadmap of one template."""
    place = places()[template]
    tree = demonstration_tree(template)
    body = build_body(template)
    beds = [v.index for v in tree.vessels if v.outlet is not None]
    imager = Imager(tree, body, beds, size_px, seed=1)
    shapes = _devices(tree, place)
    shots = _Shots(imager, Fluoroscope(body, place.centre_mm), tree, place, beds)
    shots.machine.command("field", place.field_cm)
    found: dict[str, Grey] = {}
    for detail in ("low", "normal", "high"):
        shots.machine.command("detail", detail)
        found[f"fluoro-{detail}"] = shots.fluoro(shapes, 10)
    shots.machine.command("mode", "cine")
    found["cine"] = shots.run(shapes[:1], 16)
    shots.machine.command("mode", "dsa")
    found["dsa"] = shots.run(shapes[:1], 8)
    shots.machine.command("detail", "normal")
    shots.machine.command("roadmap", True)
    shots.fluoro(shapes[:1], 5)
    found["roadmap"] = shots.fluoro(shapes, 8)
    return found


class _Shots:
    """Takes series of pictures with a bolus that passes."""

    def __init__(
        self,
        imager: Imager,
        machine: Fluoroscope,
        tree: VesselTree,
        place: Place,
        beds: list[int],
    ) -> None:
        self.imager, self.machine, self.tree, self.place = imager, machine, tree, place
        self.beds = beds
        self.arrival_s = arrival_times(tree, *place.inject)

    def fluoro(self, shapes: tuple[DeviceShape, ...], count: int) -> Grey:
        """The last of some fluoroscopy pictures, without contrast."""
        return self._take("fluoro", shapes, count, bolus=False)

    def run(self, shapes: tuple[DeviceShape, ...], count: int) -> Grey:
        """The last of some frames of a run."""
        return self._take("acquire", shapes, count, bolus=True)

    def _take(self, pedal: str, shapes: tuple[DeviceShape, ...], count: int, bolus: bool) -> Grey:
        self.machine.step(_TICK_S, "off")
        start, taken = None, 0
        picture = self.imager.hold()
        while taken < count:
            exposure = self.machine.step(_TICK_S, pedal)
            if exposure is None:
                continue
            taken += 1
            start = exposure.time_s if start is None else start
            since = exposure.time_s - start
            c = self._bolus(since - 0.8) if bolus else None
            bed = self._blush(since - 0.8) if bolus else None
            breath = (
                0.25 * float(np.sin(0.9 * since)) if bolus else 2.0 * float(np.sin(1.4 * since))
            )
            scene = Scene(exposure, shapes, c, bed_mg=bed, breath_mm=breath)
            picture = self.imager.draw(scene)
        return picture.copy()

    def _blush(self, since_s: float) -> Array:
        """Iodine in the beds: a second after the bolus has come to the end of their artery."""
        ends = self.arrival_s[[int(self.tree.first[k + 1]) - 1 for k in self.beds]]
        return np.asarray(_BED_MG * np.clip((since_s - ends - 0.3) / 1.5, 0.0, 1.0))

    def _bolus(self, since_s: float) -> NDArray[np.float32]:
        age = since_s - self.arrival_s
        front = 1.0 / (1.0 + np.exp(-age / (0.05 + 0.12 * np.maximum(self.arrival_s, 0.0))))
        thin = 1.0 / (1.0 + 0.25 * np.maximum(self.arrival_s, 0.0))
        return (self.place.mg_ml * front * thin).astype(np.float32)


def arrival_times(tree: VesselTree, vessel: str, at_mm: float) -> Array:
    """(samples,) seconds from an injection to each sample; 1e3 where none arrives.

    A plain transit along the tree (300 mm/s in the aorta, slower in small vessels) that stands in
    for the flow.
    """
    out = np.full(len(tree.sample_s_mm), 1e3)

    def follow(index: int, from_mm: float, time_s: float) -> None:
        v = tree.vessels[index]
        speed = 320.0 * np.clip(v.radius_mm / 9.0, 0.05, 1.0) ** 0.6
        step = np.diff(v.s_mm, prepend=v.s_mm[0]) / speed
        t = np.cumsum(step)
        t = t - float(np.interp(from_mm, v.s_mm, t)) + time_s
        rows = slice(int(tree.first[index]), int(tree.first[index + 1]))
        reflux = np.where(v.s_mm < from_mm, (from_mm - v.s_mm) / 25.0, 0.0)
        out[rows] = np.where(v.s_mm >= from_mm - 25.0, np.maximum(t, time_s) + reflux, 1e3)
        for child in tree.children[index]:
            at = tree.vessels[child].parent_at_mm
            if at >= from_mm - 6.0:
                joins = float(np.interp(at, v.s_mm, t))
                follow(child, float(tree.vessels[child].s_mm[0]), max(joins, time_s))

    follow(tree.by_id[vessel].index, at_mm, 0.0)
    return out


def _devices(tree: VesselTree, place: Place) -> tuple[DeviceShape, ...]:
    """A catheter to the injection and a wire that has gone on from it."""
    catalogue = shipped_devices()
    parts = [tree.by_id[name].xy_mm for name in place.way]
    if len(parts) > 1 and place.way[-1] == "aorta":
        parts = [p[::-1] for p in parts]  # from the groin upwards
    elif len(parts) == 1:
        parts = [parts[0][::-1]]
    line = np.vstack(parts)
    kernel = np.ones(9) / 9.0
    line = np.stack(
        [np.convolve(np.pad(line[:, k], 4, "edge"), kernel, "valid") for k in (0, 1)], 1
    )
    goal = tree.by_id[place.inject[0]].point_at(place.inject[1])
    end = int(np.argmin(np.hypot(*(line - goal).T)))
    beyond = min(end + 55, len(line) - 1)
    catheter = DeviceShape(line[: end + 1], device_pieces(catalogue["catheter-5f-cobra2"]))
    wire = DeviceShape(line[: beyond + 1], device_pieces(catalogue["wire-035-angled"]))
    return (catheter, wire)


def _labelled(template: str, pictures: dict[str, Grey]) -> Grey:
    tiles = []
    for name, picture in pictures.items():
        tile = cv2.resize(picture, (384, 384), interpolation=cv2.INTER_AREA)
        tile = cv2.copyMakeBorder(tile, 22, 0, 0, 6, cv2.BORDER_CONSTANT)
        words = f"{template}  {name}"
        cv2.putText(tile, words, (6, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 220, 1, cv2.LINE_AA)
        tiles.append(tile)
    return np.asarray(np.hstack(tiles), np.uint8)
