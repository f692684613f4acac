"""What the monitor shows."""

import dataclasses

import numpy as np
import pytest

from ir_sim.anatomy.body import build_body, template_names
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.xray import DeviceShape, Fluoroscope, Imager, Pool, Scene, device_pieces
from ir_sim.xray.gallery import demonstration_tree
from ir_sim.xray.settings import Exposure, Settings

TICK = 1 / 60
N = 256
TREE = demonstration_tree("abdomen-pelvis")
BODY = build_body("abdomen-pelvis")
BEDS = [v.index for v in TREE.vessels if v.outlet is not None]
AORTA = TREE.by_id["aorta"].xy_mm[::-1]
WIRE = DeviceShape(AORTA[AORTA[:, 1] < 100], device_pieces(shipped_devices()["wire-035-angled"]))


def imager(seed: int = 0) -> Imager:
    return Imager(TREE, BODY, BEDS, N, seed)


def shots(machine: Fluoroscope, pedal: str, count: int) -> list[Exposure]:
    out = []
    while len(out) < count:
        shot = machine.step(TICK, pedal)
        if shot is not None:
            out.append(shot)
    return out


def contrast(vessel: str, mg_ml: float) -> np.ndarray:
    c = np.zeros(len(TREE.sample_s_mm), np.float32)
    v = TREE.by_id[vessel].index
    c[TREE.first[v] : TREE.first[v + 1]] = mg_ml
    return c


def pixel(settings: Settings, x: float, y: float) -> tuple[int, int]:
    mm = settings.field_mm / N
    column = (x - settings.centre_mm[0]) / mm + N / 2
    return round(N / 2 - (y - settings.centre_mm[1]) / mm), round(column)


def test_the_same_scenes_give_the_same_bytes() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    scenes = [Scene(shot, (WIRE,)) for shot in shots(machine, "fluoro", 4)]
    one, other = imager(5), imager(5)
    first = [one.draw(s).copy() for s in scenes]
    assert all(np.array_equal(a, other.draw(s)) for a, s in zip(first, scenes, strict=True))
    one.reset()
    assert np.array_equal(one.draw(scenes[0]), first[0])
    assert not np.array_equal(imager(6).draw(scenes[0]), first[0])


def test_a_picture_is_grey_and_the_wire_is_dark() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    eye = imager()
    for shot in shots(machine, "fluoro", 6):
        picture = eye.draw(Scene(shot, (WIRE,)))
    assert picture.shape == (N, N)
    assert picture.dtype == np.uint8
    middle = picture[40:-40, 40:-40]
    assert 80 < middle.mean() < 170
    row, column = pixel(machine.settings, *AORTA[np.argmin(np.abs(AORTA[:, 1] - 70))])
    around = picture[row - 1 : row + 2, column - 2 : column + 3]
    beside = np.r_[picture[row, column - 14 : column - 6], picture[row, column + 7 : column + 15]]
    assert around.min(1).mean() < beside.mean() - 45


def test_more_dose_is_less_grain() -> None:
    grain = []
    for detail in ("low", "normal", "high"):
        machine = Fluoroscope(build_body("generic"), (0, 60))
        machine.command("detail", detail)
        eye = Imager(TREE, build_body("generic"), BEDS, N, 1)
        a, b = (eye.draw(Scene(shot)).astype(float) for shot in shots(machine, "fluoro", 2))
        grain.append(np.std((a - b)[60:-60, 60:-60]))
    assert grain[0] > 1.2 * grain[1] > 1.44 * grain[2]


def test_subtraction_shows_only_what_has_changed() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    eye = imager()
    series = shots(machine, "acquire", 6)
    for k, shot in enumerate(series):
        c = contrast("left_renal", 150.0) if k >= 3 else None
        picture = eye.draw(Scene(shot, concentration_mg_ml=c))
    flat = picture[150:200, 60:110].astype(float)
    assert flat.std() < 12
    row, column = pixel(machine.settings, 40, 98)
    assert picture[row - 3 : row + 4, column].min() < flat.mean() - 70
    assert eye.peak(1) is not None


def test_breathing_leaves_ghosts_and_a_new_mask_takes_them_away() -> None:
    def residue(mask: bool) -> float:
        machine = Fluoroscope(BODY, (60, 60))
        machine.settings = dataclasses.replace(machine.settings, mode="dsa")
        eye = imager()
        for k in range(6):
            shot = shots(machine, "acquire", 1)[0]
            picture = eye.draw(Scene(shot, breath_mm=0.0 if k < 3 else 4.0))
            if mask and k == 4:
                machine.command("mask")
        return float(picture[40:-40, 40:-40].std())

    assert residue(False) > 1.4 * residue(True)


def test_pixel_shift_finds_a_moved_patient() -> None:
    def residue(shift: object) -> float:
        machine = Fluoroscope(BODY, (0, 30))
        machine.command("pixel_shift", shift)
        eye = imager()
        mm = machine.settings.field_mm / N
        for k, shot in enumerate(shots(machine, "acquire", 5)):
            moved = (2.0 * mm, 1.0 * mm) if k > 2 else (0.0, 0.0)
            picture = eye.draw(Scene(shot, patient_mm=moved))
        return float(picture[40:-40, 40:-40].std())

    none, auto, hand = residue([0, 0]), residue("auto"), residue([2, 1])
    assert auto < 0.6 * none
    assert hand < 0.6 * none


def test_roadmap_lies_over_the_vessel_in_white() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    eye = imager()
    for k, shot in enumerate(shots(machine, "acquire", 6)):
        c = contrast("left_renal", 150.0) if k >= 2 else None
        eye.draw(Scene(shot, concentration_mg_ml=c))
    machine.step(TICK, "off")
    machine.command("roadmap", True)
    for shot in shots(machine, "fluoro", 8):
        picture = eye.draw(Scene(shot))
    row, column = pixel(machine.settings, 40, 98)
    vessel = picture[row - 1 : row + 2, column - 3 : column + 4].mean()
    assert vessel > picture[150:200, 60:110].mean() + 35


def test_blades_are_dark_and_last_image_hold_shows_them_as_lines() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    machine.command("collimate", [0.2, 0.0, 0.0, 0.1])
    eye = imager()
    picture = eye.draw(Scene(shots(machine, "fluoro", 1)[0]))
    assert picture[:, : int(0.2 * N) - 2].max() < 12
    assert picture[: int(0.1 * N) - 2].max() < 12
    assert picture[N // 2, N // 2] > 40
    assert np.array_equal(eye.hold(machine.settings), picture)
    machine.command("collimate", [0.2, 0.3, 0.0, 0.1])
    held = eye.hold(machine.settings)
    assert held[N // 2, round(0.7 * N)] == 235
    assert np.array_equal(eye.hold(), picture)


def test_brightness_does_not_depend_on_collimation_or_thickness() -> None:
    means = []
    for blades, ap in (([0, 0, 0, 0], 22.0), ([0.3, 0.3, 0.3, 0.3], 22.0), ([0, 0, 0, 0], 32.0)):
        body = dataclasses.replace(BODY, ap_cm=ap)
        machine = Fluoroscope(body, (0, 60))
        machine.command("collimate", blades)
        eye = Imager(TREE, body, BEDS, N)
        for shot in shots(machine, "fluoro", 3):
            picture = eye.draw(Scene(shot))
        means.append(picture[100:156, 100:156].mean())
    assert max(means) - min(means) < 40


def test_thick_patients_lose_contrast() -> None:
    depth = []
    for ap in (18.0, 34.0):
        body = dataclasses.replace(build_body("generic"), ap_cm=ap)
        machine = Fluoroscope(body, (0, 60))
        eye = Imager(TREE, body, BEDS, N)
        for k, shot in enumerate(shots(machine, "acquire", 5)):
            c = contrast("left_renal", 60.0) if k >= 2 else None
            picture = eye.draw(Scene(shot, concentration_mg_ml=c))
        row, column = pixel(machine.settings, 40, 98)
        vessel = picture[row - 2 : row + 3, column - 3 : column + 4].min(0).mean()
        depth.append(picture[150:200, 60:110].mean() - vessel)
    assert depth[1] < 0.85 * depth[0]


def test_carbon_dioxide_is_bright() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    eye = imager()
    for k, shot in enumerate(shots(machine, "acquire", 4)):
        c = contrast("aorta", -900.0) if k >= 2 else None
        picture = eye.draw(Scene(shot, concentration_mg_ml=c))
    row, column = pixel(machine.settings, 5, 60)
    assert picture[row, column - 4 : column + 5].mean() > picture[150:200, 60:110].mean() + 20


def test_roadmap_of_carbon_dioxide_is_white_too() -> None:
    machine = Fluoroscope(BODY, (0, 60))
    eye = imager()
    for k, shot in enumerate(shots(machine, "acquire", 6)):
        c = contrast("aorta", -900.0) if k >= 2 else None
        eye.draw(Scene(shot, concentration_mg_ml=c))
    machine.step(TICK, "off")
    machine.command("roadmap", 1)
    for shot in shots(machine, "fluoro", 8):
        picture = eye.draw(Scene(shot))
    row, column = pixel(machine.settings, 5, 60)
    vessel = picture[row - 4 : row + 5, column - 4 : column + 5].mean()
    assert vessel > picture[150:200, 60:110].mean() + 15


def test_kidney_blushes_where_it_lies_with_all_its_iodine() -> None:
    from ir_sim.xray.blush import Blush
    from ir_sim.xray.projection import Projection

    mm = 0.9
    p = Projection((0.0, 60.0), 0.0, 0.0, mm, N)
    names = [TREE.vessels[i].id for i in BEDS]
    bed = np.zeros(len(BEDS))
    bed[names.index("left_renal_lower")] = 100.0
    seen = Blush(TREE, BODY, BEDS, p, 0).mg_cm2(bed, None, (slice(0, N), slice(0, N)))
    assert seen.sum() * (0.1 * mm) ** 2 == pytest.approx(100.0, rel=0.03)
    y, x = np.unravel_index(seen.argmax(), seen.shape)
    at = ((x - N / 2) * mm, 60 - (y - N / 2) * mm)
    assert 40 < at[0] < 110
    assert 40 < at[1] < 140


def test_extravasation_keeps_its_mass() -> None:
    from ir_sim.xray.beam import beam_quality
    from ir_sim.xray.line_integrals import LineIntegrals

    machine = Fluoroscope(BODY, (0, 60))
    shot = shots(machine, "fluoro", 1)[0]
    lines = LineIntegrals(TREE, BODY, tuple(BEDS), N)
    before = lines.at(Scene(shot)).copy()
    after = lines.at(Scene(shot, pools=(Pool((20.0, 70.0), 300.0, 6.0),)))
    cell = (0.1 * machine.settings.field_mm / N) ** 2
    mg = (after - before).sum() * cell / (beam_quality(shot.kv).iodine_cm2_g * 1e-3)
    assert mg == pytest.approx(300.0, rel=0.02)


def test_panning_keeps_things_in_their_places() -> None:
    """The wire's tip is found at its world position wherever the table stands."""
    from ir_sim.xray.line_integrals import LineIntegrals

    lines = LineIntegrals(TREE, BODY, tuple(BEDS), N)
    tip = WIRE.points_mm[-1]
    for centre in ((0.0, 60.0), (13.0, 71.3), (-31.0, 118.0)):
        machine = Fluoroscope(BODY, centre)
        shot = shots(machine, "fluoro", 1)[0]
        without = lines.at(Scene(shot)).copy()
        change = lines.at(Scene(shot, (WIRE,))) - without
        row = int(np.flatnonzero(change.max(1) > 0.05)[0])
        column = int(change[row].argmax())
        expected = pixel(machine.settings, *tip)
        assert abs(row - expected[0]) <= 2
        assert abs(column - expected[1]) <= 2


def test_calibre_changes_show() -> None:
    from ir_sim.xray.line_integrals import LineIntegrals

    machine = Fluoroscope(build_body("generic"), (0, 60))
    shot = shots(machine, "fluoro", 1)[0]
    lines = LineIntegrals(TREE, build_body("generic"), tuple(BEDS), N)
    c = contrast("left_renal", 20.0)
    empty = lines.at(Scene(shot)).copy()
    wide = (lines.at(Scene(shot, concentration_mg_ml=c)) - empty).sum()
    radius = TREE.sample_radius_mm.astype(np.float32) * 0.97
    less = (lines.at(Scene(shot, concentration_mg_ml=c, radius_mm=radius)) - empty).sum()
    half = (lines.at(Scene(shot, concentration_mg_ml=c, radius_mm=radius / 2)) - empty).sum()
    assert less / wide == pytest.approx(0.97**2, abs=0.02)
    assert half / wide == pytest.approx(0.97**2 / 4, abs=0.08)


@pytest.mark.parametrize("template", template_names())
def test_every_template_has_something_to_see(template: str) -> None:
    from ir_sim.anatomy.body_layers import paint_layers

    body = build_body(template)
    layers = paint_layers(body)
    assert layers
    for layer in layers:
        assert np.isfinite(layer.image).all()
        w = layer.window
        assert layer.image.shape[0] == round((w.top - w.bottom) / layer.mm)
    bones = [layer for layer in layers if layer.material == "bone"]
    assert bool(bones) == (template != "generic")
    for layer in bones:
        assert layer.image.min() > -0.2
        assert layer.image.max() < 8.0  # petrous bone and teeth


def test_lumbar_vertebrae_carry_the_mineral_of_a_densitometry() -> None:
    """Areal density of L2 to L4: 0.8 to 1.3 g/cm2 (Kelly 2005, NHANES; adults)."""
    from ir_sim.anatomy.body_layers import paint_layers

    layers = [layer for layer in paint_layers(BODY) if layer.material == "bone"]
    spine = max(layers, key=lambda layer: -layer.z_mm)
    for y in (14, 50, 86):
        row = round((spine.window.top - y) / spine.mm)
        column = round(-spine.window.left / spine.mm)
        half = round(22 / spine.mm)
        part = spine.image[row - half // 2 : row + half // 2, column - half : column + half]
        assert 0.6 < part.mean() < 1.4


def test_views_built_ahead_in_another_thread_change_nothing() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def series(ahead: bool) -> list[np.ndarray]:
        machine = Fluoroscope(BODY, (0, 60))
        eye = imager(3)
        out = []
        with ThreadPoolExecutor(1) as pool:
            for field in (48, 32, 22, 48):
                if ahead:
                    later = dataclasses.replace(machine.settings, field_cm=float(field))
                    pool.submit(eye.prepare, later)
                machine.command("field", field)
                out += [
                    eye.draw(Scene(shot, (WIRE,))).copy() for shot in shots(machine, "fluoro", 2)
                ]
        return out

    plain, threaded = series(False), series(True)
    assert all(np.array_equal(a, b) for a, b in zip(plain, threaded, strict=True))


def test_an_angulated_view_moves_the_spine_and_shortens_the_width() -> None:
    from ir_sim.xray.background import project_body
    from ir_sim.xray.projection import Projection

    straight = project_body(BODY, Projection((0.0, 60.0), 0.0, 0.0, 0.9, N), 0)
    turned = project_body(BODY, Projection((0.0, 60.0), 30.0, 0.0, 0.9, N), 0)
    rows = slice(110, 150)
    columns = np.arange(N)
    middle = [float((b.bone_g_cm2[rows].sum(0) * columns).sum() / b.bone_g_cm2[rows].sum())
              for b in (straight, turned)]  # fmt: skip
    # the spine lies 48 mm behind the isocentre: LAO moves it right by 48 sin 30
    assert (middle[1] - middle[0]) * 0.9 == pytest.approx(24, abs=6)
    assert turned.bone_g_cm2.sum() == pytest.approx(straight.bone_g_cm2.sum(), rel=0.25)
    assert turned.water_cm[128, 128] > straight.water_cm[128, 128]


def test_a_wire_stands_out_with_the_root_of_the_dose() -> None:
    """Contrast to noise of a thin wire before filtering: four times the dose, twice the ratio."""
    from ir_sim.xray.beam import beam_quality
    from ir_sim.xray.detector import Detector

    line = np.zeros((N, N), np.float32)
    line[:, 126:130] = 0.25

    def ratio(dose_ngy: float) -> float:
        detector = Detector(N, 0.33, 4)
        detector.lag = 0.0
        quanta = beam_quality(70).quanta_per_mm2_ngy * dose_ngy * 0.33**2
        signal = detector.expose(detector.primary(line), 1.0, quanta, 1)
        beside = signal[40:-40, 60:110]
        return float((beside.mean() - signal[40:-40, 127:129].mean()) / beside.std())

    assert ratio(80) / ratio(20) == pytest.approx(2.0, rel=0.08)
    assert ratio(20) > 0.5
