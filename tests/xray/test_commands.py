"""``ir-sim gallery`` and ``ir-sim images``."""

from pathlib import Path

import pytest

import ir_sim
from ir_sim.cli import main


def test_gallery_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("ir_sim.xray.gallery.template_names", lambda: ("generic",))
    assert main(["gallery", "--out", str(tmp_path / "g"), "--size", "64"]) == 0
    assert "contact-sheet.png" in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "g").glob("*.png")}
    assert len(names) >= 7 + 5
    assert sum(name.startswith("flow-") for name in names) == 8


def test_bad_sizes_and_files_are_one_line(tmp_path: Path, capsys) -> None:
    assert main(["gallery", "--out", str(tmp_path), "--size", "9"]) == 2
    assert main(["images", str(tmp_path / "none.irrun"), "--out", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2


def test_runs_of_a_recording_become_files(tmp_path: Path, capsys) -> None:
    pydicom = pytest.importorskip("pydicom")
    sim = ir_sim.Simulation(ir_sim.load_scenario("right-renal-selective"), seed=1)
    for pedal, ticks in (("fluoro", 20), ("off", 10), ("acquire", 45), ("off", 5)):
        for _ in range(ticks):
            sim.step(ir_sim.Controls(pedal=pedal))
    sim.save(tmp_path / "r.irrun")
    out = tmp_path / "films"
    words = ["images", str(tmp_path / "r.irrun"), "--out", str(out), "--size", "64", "--dicom"]
    assert main(words) == 0
    assert {p.name for p in out.iterdir()} == {"run-1.webp", "run-1.dcm", "dose.dcm"}
    run = pydicom.dcmread(out / "run-1.dcm")
    assert run.NumberOfFrames == 3
    dose = pydicom.dcmread(out / "dose.dcm")
    assert dose.Modality == "SR"
