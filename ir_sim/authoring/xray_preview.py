"""How a case looks on the monitor: fluoroscopy, and a subtraction of all its vessels filled."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ir_sim.anatomy.body import build_body
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped
from ir_sim.xray import Exposure, Fluoroscope, Imager, Scene

#: Iodine in the vessels of the subtraction, mg/mL (assumed: a good selective injection).
_FILLED_MG_ML = 120.0
_TICK_S = 1.0 / 60.0
_FLUORO_FRAMES, _MASK_FRAMES, _FILLED_FRAMES = 8, 2, 2
_FIELD_CM = 48


def draw_xray(scenario: Scenario, size_px: int = 800) -> Image.Image:
    """Two pictures side by side, centred between the target and the middle of the vessels."""
    tree = build_tree(scenario.anatomy)
    body = build_body(scenario.anatomy.body, scenario.patient)
    target = tree.by_id[scenario.task.target.vessel].point_at(scenario.task.target.at_mm)
    machine = Fluoroscope(body, (float(target[0]), float(target[1])))
    machine.command("field", _FIELD_CM)
    beds = [vessel.index for vessel in tree.vessels if vessel.outlet is not None]
    imager = Imager(tree, body, beds, size_px)
    empty = np.zeros(len(tree.sample_s_mm), np.float32)
    fluoro = imager.hold()
    for _ in range(_FLUORO_FRAMES):
        fluoro = imager.draw(Scene(_exposure(machine, "fluoro"), (), empty)).copy()
    machine.step(_TICK_S, "off")
    run = fluoro
    for frame in range(_MASK_FRAMES + _FILLED_FRAMES):
        filled = empty + _FILLED_MG_ML if frame >= _MASK_FRAMES else empty
        run = imager.draw(Scene(_exposure(machine, "acquire"), (), filled.astype(np.float32)))
    image = Image.new("L", (2 * size_px, size_px))
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(shipped("assets") / "fonts" / "Inter-SemiBold.ttf"), 18)
    for k, (picture, words) in enumerate(
        ((fluoro, "fluoroscopy"), (run, "subtraction, every vessel filled"))
    ):
        image.paste(Image.fromarray(picture), (k * size_px, 0))
        place = (k * size_px + 14, size_px - 34)
        pen.text(place, words, fill=240, font=font, stroke_width=2, stroke_fill=20)
    return image


def _exposure(machine: Fluoroscope, pedal: str) -> Exposure:
    """The next pulse."""
    exposure = None
    while exposure is None:
        exposure = machine.step(_TICK_S, pedal)
    return exposure
