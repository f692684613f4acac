"""``ir-sim gallery`` and ``ir-sim images``: pictures as files."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from ir_sim.cli.words import Progress, command
from ir_sim.errors import IrSimError

OK = 0


def add(commands: Any) -> None:
    """Register the commands."""
    sheet = command(
        commands,
        "gallery",
        gallery,
        "draw every body in every mode at every dose, five injections, and a contact sheet",
        "ir-sim gallery --out pictures",
    )
    sheet.add_argument("--out", default="gallery", metavar="DIR", help="folder for the pictures")
    sheet.add_argument(
        "--long", action="store_true", help="also clot and its removal, from experts' whole runs"
    )
    sheet.add_argument("--size", type=int, default=768, metavar="PX", help="side of a picture")
    runs = command(
        commands,
        "images",
        images,
        "write the filmed runs of a recording as animated pictures or DICOM",
        "ir-sim images run.irrun --out films\nir-sim images run.irrun --out films --dicom",
    )
    runs.add_argument("file", metavar="FILE", help="a recording, .irrun")
    runs.add_argument("--out", default="images", metavar="DIR", help="folder for the files")
    runs.add_argument("--size", type=int, default=1024, metavar="PX", help="side of a picture")
    runs.add_argument(
        "--dicom", action="store_true", help="also DICOM: each run and a radiation dose report"
    )


def gallery(args: argparse.Namespace) -> int:
    """Write the contact sheet and its pictures."""
    from ir_sim.simulation.dilation_gallery import write_dilation_pictures
    from ir_sim.simulation.embolization_gallery import write_embolization_pictures
    from ir_sim.simulation.flow_gallery import write_flow_pictures
    from ir_sim.simulation.kissing_gallery import write_kissing_pictures
    from ir_sim.xray.gallery import gallery as draw

    _check_size(args.size)
    folder = _folder(args.out)
    files = draw(folder, args.size) + write_flow_pictures(folder, args.size)
    files += write_dilation_pictures(folder, args.size)
    files += write_kissing_pictures(folder, args.size)
    files += write_embolization_pictures(folder, args.size)
    if args.long:
        from ir_sim.training.clot_gallery import write_clot_pictures

        files += write_clot_pictures(folder, args.size)
    print(f"wrote {len(files)} pictures; all at a glance: {files[0]}")
    return OK


def images(args: argparse.Namespace) -> int:
    """Run a recording again and write what was filmed."""
    from ir_sim.simulation.recording import read
    from ir_sim.training.session import Session
    from ir_sim.xray.dicom import Study, write_run
    from ir_sim.xray.dose_report import write_dose_report
    from ir_sim.xray.export import run_pictures, write_animation
    from ir_sim.xray.imager import Imager

    _check_size(args.size)
    recording = read(args.file)
    folder = _folder(args.out)
    session = Session.from_recording(recording)
    exposures = []
    progress = Progress(Path(args.file).name, max(recording.ticks, 1))
    for tick, controls in enumerate(recording.controls(), 1):
        state = session.step(controls)
        scene = session.scene()
        if state.exposing and scene is not None:
            exposures.append(scene.exposure)
        progress.at(tick)
    progress.done()
    patient = session.scenario.patient
    study = Study(
        run_id=session.state_hash(),
        title=session.scenario.title,
        pseudonym=str(recording.header.get("trainee") or "trainee"),
        sex=patient.sex,
        age=patient.age,
        when=datetime.datetime.fromtimestamp(Path(args.file).stat().st_mtime),
    )
    imager = Imager(session.tree, session.body, session.circulation.bed_vessel, args.size)
    written = []
    for number, scenes in session.runs().items():
        imager.reset()
        run = run_pictures(imager, scenes)
        path = folder / f"run-{number}.webp"
        write_animation(path, run.frames, run.frame_time_ms, min(args.size, 768))
        written.append(path.name)
        if args.dicom:
            write_run(folder / f"run-{number}.dcm", run, study)
            written.append(f"run-{number}.dcm")
    if args.dicom:
        write_dose_report(folder / "dose.dcm", session.fluoroscope.dose, exposures, study)
        written.append("dose.dcm")
    print(f"wrote {', '.join(written)} in {folder}" if written else "no run was filmed")
    return OK


def _check_size(size_px: int) -> None:
    if not 64 <= size_px <= 2048:
        raise IrSimError(f"--size {size_px}: a picture is 64 to 2048 picture elements wide")


def _folder(out: str) -> Path:
    path = Path(out)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise IrSimError(f"{out}: cannot be made: {why}") from error
    return path
