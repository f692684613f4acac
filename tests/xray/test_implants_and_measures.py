"""Stents, coils, balloons, chalk; ruler and stenosis."""

import numpy as np
import pytest

from ir_sim.anatomy.body import build_body
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.lesions import Stenosis
from ir_sim.scenario.model import Anatomy, Vessel
from ir_sim.xray import DeviceShape, Fluoroscope, Imager, Piece, Scene
from ir_sim.xray.device_paint import paint_devices
from ir_sim.xray.implants import balloon, calcification, coil, staples, stent
from ir_sim.xray.materials import MIXTURES, attenuation_1_cm
from ir_sim.xray.measure import calibration_mm_per_px, ruler_mm, stenosis
from ir_sim.xray.projection import Projection

LINE = np.stack([np.linspace(-15, 15, 31), np.zeros(31)], 1)


def painted(shapes: tuple[DeviceShape, ...], n: int = 400, mm: float = 0.1, lao: float = 0.0):
    p = Projection((0.0, 0.0), lao, 0.0, mm, n)
    line = np.zeros((n, n), np.float32)
    paint_devices(line, shapes, p, 70)
    return line


def test_stent_is_a_mesh_of_its_width() -> None:
    line = painted(stent(LINE, 3.0))
    rows = np.flatnonzero(line.max(1) > 0.02)
    assert (rows[-1] - rows[0]) * 0.1 == pytest.approx(6.2, abs=0.4)
    inside = line[175:225, 100:300]
    assert 0.05 < (inside > 0.03).mean() < 0.75  # struts with gaps
    assert line[:, 80:320].max() < 3.0  # but for the marks at its ends


def test_coil_is_dense_and_stays_in_its_vessel() -> None:
    shape = coil(LINE[10:20], 2.0, 100.0)
    assert np.hypot(*np.diff(shape.points_mm, axis=0).T).sum() > 60.0
    line = painted((shape,))
    rows = np.flatnonzero(line.max(1) > 0.02)
    assert (rows[-1] - rows[0]) * 0.1 < 4.6
    assert line.max() > 1.0


def test_balloon_holds_its_volume_of_contrast() -> None:
    (shape,) = balloon(LINE, 3.0)
    line = painted((shape,))
    mu = attenuation_1_cm("balloon-contrast", 70, 0.16 * 3.0)
    middle = line[:, 190:210].sum(0).mean() * 0.01
    assert middle == pytest.approx(mu * np.pi * 0.3**2, rel=0.02)
    assert line[:, 52].max() < 0.6 * line[:, 200].max()
    (empty,) = balloon(LINE, 3.0, contrast=False)
    assert painted((empty,))[200, 200] < 0.15 * line[200, 200]


def test_chalk_and_staples_are_of_known_materials() -> None:
    shapes = calcification(LINE, 3.0, 0.6) + staples(np.array([0, 0]), np.array([30, 5]))
    assert len(shapes) > 10
    assert {q.material for s in shapes for q in s.pieces} <= set(MIXTURES)
    assert painted(shapes).max() > 0.02


def test_a_turned_stent_is_shorter() -> None:
    straight = painted(stent(LINE, 3.0))
    turned = painted(stent(LINE, 3.0), lao=60.0)
    width = [(np.flatnonzero(p.max(0) > 0.02)[[0, -1]] * 0.1) for p in (straight, turned)]
    assert width[1][1] - width[1][0] < 0.75 * (width[0][1] - width[0][0])


def test_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no length"):
        stent(np.zeros((2, 2)), 3.0)


@pytest.mark.parametrize("percent", [30, 50, 70])
def test_stenosis_is_measured_on_the_picture(percent: float) -> None:
    lesion = Stenosis(kind="stenosis", at_mm=40, length_mm=14, diameter_percent=percent)
    tree = build_tree(
        Anatomy(body="generic", vessels=[Vessel(id="a", points=[[-40, 3, 3], [40, -6, 3]],
                                                lesions=[lesion])])
    )  # fmt: skip
    body = build_body("generic")
    machine = Fluoroscope(body, (0, 0))
    machine.command("field", 22)
    eye = Imager(tree, body, (), 512, 1)
    c = np.full(len(tree.sample_s_mm), 90.0, np.float32)
    taken = 0
    while taken < 6:
        shot = machine.step(1 / 60, "acquire")
        if shot is not None:
            taken += 1
            picture = eye.draw(Scene(shot, concentration_mg_ml=c if taken > 3 else None))
    p = Projection.of(machine.settings, 512)
    found = stenosis(picture, p.pixels(tree.vessels[0].xy_mm[22:60]), p.mm_per_px, 30.0)
    assert found.percent == pytest.approx(percent, abs=9)
    assert found.reference_mm == pytest.approx(6.0, rel=0.15)


def test_ruler_and_catheter_calibration() -> None:
    assert ruler_mm((0, 0), (30, 40), 0.2) == pytest.approx(10.0)
    p = Projection((0.0, 0.0), 0.0, 0.0, 0.15, 400)
    line = np.zeros((400, 400), np.float32)
    points = np.array([[-25.0, 0.0], [25.0, 8.0]])
    paint_devices(line, [DeviceShape(points, (Piece(0, 500, 1.0, 0.0, "steel"),))], p, 70)
    picture = np.clip(200 - 150 * np.minimum(line, 1.0), 0, 255).astype(np.uint8)
    way = p.pixels(np.linspace(points[0], points[1], 60)[8:-8])
    assert calibration_mm_per_px(picture, way, 6.0) == pytest.approx(0.15, rel=0.06)
    with pytest.raises(ValueError, match="no catheter"):
        calibration_mm_per_px(np.full((400, 400), 99, np.uint8), way, 6.0)
