"""Files that other programs read: animated pictures, DICOM images and dose reports."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ir_sim.anatomy.body import build_body
from ir_sim.xray import Fluoroscope, Imager, Scene
from ir_sim.xray.dicom import Study, irradiations, write_run
from ir_sim.xray.dose_report import write_dose_report
from ir_sim.xray.export import ExportError, RunPictures, run_pictures, write_animation
from ir_sim.xray.gallery import demonstration_tree
from ir_sim.xray.settings import Exposure

TICK = 1 / 60
N = 128
STUDY = Study("r1", "Renal angiogram", "p-1", "f", 64, datetime.datetime(2026, 1, 2, 3, 4, 5))


@pytest.fixture(scope="module")
def case() -> tuple[RunPictures, Fluoroscope, list[Exposure]]:
    body = build_body("generic")
    machine = Fluoroscope(body, (0, 0))
    machine.command("collimate", [0.1, 0.0, 0.0, 0.2])
    machine.command("angulate", [20, -5])
    exposures, scenes = [], []
    for pedal, ticks in (("fluoro", 60), ("off", 60), ("fluoro", 30), ("off", 20), ("acquire", 90)):
        for _ in range(ticks):
            shot = machine.step(TICK, pedal)
            if shot is not None:
                exposures.append(shot)
                if shot.kind == "acquire":
                    scenes.append(Scene(shot))
    imager = Imager(demonstration_tree("generic"), body, (), N)
    return run_pictures(imager, scenes), machine, exposures


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
def test_animated_picture(case: tuple, tmp_path: Path, ending: str) -> None:
    run = case[0]
    path = tmp_path / f"run.{ending}"
    write_animation(path, run.frames, run.frame_time_ms, 96)
    with Image.open(path) as picture:
        assert picture.n_frames == len(run.frames) == 5
        assert picture.size == (96, 96)


def test_unknown_ending_is_refused(case: tuple, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"ends in \.gif"):
        write_animation(tmp_path / "run.mov", case[0].frames, 100)
    with pytest.raises(ExportError, match="cannot be written"):
        write_animation(tmp_path / "nowhere" / "run.gif", case[0].frames, 100)


def test_runs_are_not_mixed(case: tuple) -> None:
    with pytest.raises(ValueError, match="without frames"):
        run_pictures(Imager(demonstration_tree("generic"), build_body("generic"), (), N), [])


def test_presses_of_the_pedal(case: tuple) -> None:
    events = irradiations(case[2])
    assert [(e.first.kind, len(e.exposures)) for e in events] == [
        ("fluoro", 8), ("fluoro", 4), ("acquire", 5)]  # fmt: skip


def test_image_read_by_pydicom(case: tuple, tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom")
    path = tmp_path / "run.dcm"
    write_run(path, case[0], STUDY)
    ds = pydicom.dcmread(path)
    assert ds.SOPClassUID.name == "X-Ray Angiographic Image Storage"
    assert np.array_equal(ds.pixel_array, case[0].frames)
    assert float(ds.FrameTime) == pytest.approx(1000 / 3)
    assert float(ds.PositionerPrimaryAngle) == 20
    assert ds.CollimatorLeftVerticalEdge == 13
    assert "imulated" in str(ds.PatientName)
    kap = sum(e.kap_gy_cm2 for e in case[0].exposures)
    # dGy cm2 is the unit of this attribute: 1 Gy cm2 = 10 dGy cm2
    assert float(ds.ImageAndFluoroscopyAreaDoseProduct) == pytest.approx(10 * kap, rel=1e-6)
    assert len({elem.tag for elem in ds}) == len(list(ds))


def test_image_read_by_another_reader(case: tuple, tmp_path: Path) -> None:
    pytest.importorskip("pydicom")
    gdcm = pytest.importorskip("gdcm")
    path = tmp_path / "run.dcm"
    write_run(path, case[0], STUDY)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    image = reader.GetImage()
    assert [image.GetDimension(k) for k in range(3)] == [N, N, len(case[0].frames)]
    raw = image.GetBuffer().encode("utf-8", "surrogateescape")
    assert np.array_equal(np.frombuffer(raw, np.uint8), case[0].frames.ravel())


def test_dose_report_adds_up(case: tuple, tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom")
    machine, exposures = case[1], case[2]
    path = tmp_path / "dose.dcm"
    write_dose_report(path, machine.dose, exposures, STUDY)
    ds = pydicom.dcmread(path)
    assert ds.SOPClassUID.name == "X-Ray Radiation Dose SR Storage"
    total = numbers(ds, "113722")
    events = numbers(ds, "122130")
    assert len(events) == 3
    assert total[0] == pytest.approx(1e-4 * machine.dose.kap_gy_cm2)
    assert sum(events) == pytest.approx(total[0], rel=1e-6)
    assert numbers(ds, "113725")[0] == pytest.approx(1e-3 * machine.dose.air_kerma_mgy)
    assert numbers(ds, "113730")[0] == pytest.approx(1.5)
    assert sum(numbers(ds, "113768")) == len(exposures)


def test_dose_report_read_by_another_reader(case: tuple, tmp_path: Path) -> None:
    pytest.importorskip("pydicom")
    gdcm = pytest.importorskip("gdcm")
    path = tmp_path / "dose.dcm"
    write_dose_report(path, case[1].dose, case[2], STUDY)
    reader = gdcm.Reader()
    reader.SetFileName(str(path))
    assert reader.Read()
    text = gdcm.StringFilter()
    text.SetFile(reader.GetFile())
    assert text.ToString(gdcm.Tag(0x0040, 0xA491)).strip() == "COMPLETE"
    assert reader.GetFile().GetDataSet().FindDataElement(gdcm.Tag(0x0040, 0xA730))


def test_the_same_run_gives_the_same_file(case: tuple, tmp_path: Path) -> None:
    pytest.importorskip("pydicom")
    for name in ("a.dcm", "b.dcm"):
        write_run(tmp_path / name, case[0], STUDY)
    assert (tmp_path / "a.dcm").read_bytes() == (tmp_path / "b.dcm").read_bytes()


def numbers(ds: object, code: str) -> list[float]:
    found = []
    for item in ds.ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == code:
            found.append(float(item.MeasuredValueSequence[0].NumericValue))
        if "ContentSequence" in item:
            found += numbers(item, code)
    return found
