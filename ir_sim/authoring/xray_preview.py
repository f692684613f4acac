"""How a case looks on the monitor: fluoroscopy, and a subtraction of all its vessels filled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ir_sim.anatomy.body import body_of
from ir_sim.anatomy.vessel_tree import VesselTree, build_tree
from ir_sim.flow.calibres import Calibres
from ir_sim.flow.plumbing import plumb
from ir_sim.scenario.lesions import Bleed, ball_radius_mm
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped
from ir_sim.xray import Exposure, Fluoroscope, Imager, Pool, Scene

#: Iodine in the vessels of the subtraction, mg/mL (assumed: a good selective injection).
_FILLED_MG_ML = 120.0
#: Blood and iodine outside a bleeding vessel in the picture (assumed: some seconds of a bleed).
_BLED_ML, _BLED_MG = 0.8, 60.0
_TICK_S = 1.0 / 60.0
_FLUORO_FRAMES, _MASK_FRAMES, _FILLED_FRAMES = 8, 2, 2
_FIELD_CM = 48


def draw_xray(scenario: Scenario, size_px: int = 800) -> Image.Image:
    """Two pictures side by side, centred between the target and the middle of the vessels."""
    tree = build_tree(scenario.anatomy)
    body = body_of(scenario)
    target = tree.by_id[scenario.task.target.vessel].point_at(scenario.task.target.at_mm)
    machine = Fluoroscope(body, (float(target[0]), float(target[1])))
    machine.command("field", _FIELD_CM)
    beds = [vessel.index for vessel in tree.vessels if vessel.outlet is not None]
    imager = Imager(tree, body, beds, size_px)
    empty = np.zeros(len(tree.sample_s_mm), np.float32)
    # clot and spasm are in the flow, not in the tree
    radius = Calibres(plumb(tree)).open_radius_mm.astype(np.float32)
    pools = tuple(_pools(tree))
    fluoro = imager.hold()
    for _ in range(_FLUORO_FRAMES):
        fluoro = imager.draw(Scene(_exposure(machine, "fluoro"), (), empty, radius)).copy()
    machine.step(_TICK_S, "off")
    run = fluoro
    for frame in range(_MASK_FRAMES + _FILLED_FRAMES):
        filled = empty + _FILLED_MG_ML if frame >= _MASK_FRAMES else empty
        exposure = _exposure(machine, "acquire")
        bled = pools if frame >= _MASK_FRAMES else ()
        run = imager.draw(Scene(exposure, (), filled.astype(np.float32), radius, pools=bled))
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


def _pools(tree: VesselTree) -> Iterator[Pool]:
    """What has left the vessels at the drawn bleeds."""
    for vessel in tree.vessels:
        for lesion in vessel.lesions:
            if isinstance(lesion, Bleed):
                x, y = vessel.point_at(lesion.at_mm).tolist()
                yield Pool((x, y), _BLED_MG, ball_radius_mm(_BLED_ML))


def _exposure(machine: Fluoroscope, pedal: str) -> Exposure:
    """The next pulse."""
    exposure = None
    while exposure is None:
        exposure = machine.step(_TICK_S, pedal)
    return exposure
