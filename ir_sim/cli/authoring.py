"""Commands for authors: new, preview, import."""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path
from typing import Any

from ir_sim.cli.words import command
from ir_sim.errors import IrSimError

OK, NO, BAD = 0, 1, 2
#: How often a watched file is looked at, s.
_LOOK_S = 0.3


def add(commands: Any) -> None:
    """Register the commands."""
    parser = command(
        commands,
        "new",
        new,
        "write a complete new case to start from",
        "ir-sim new my-case\nir-sim new my-case --title 'Left renal stenosis' -o cases/\n"
        "ir-sim new my-case --template arch",
    )
    parser.add_argument("name", metavar="NAME", help="the new case's id, such as my-case")
    parser.add_argument("--title", help="one line for people")
    parser.add_argument(
        "--template", metavar="ANATOMY", help="over a named anatomy, such as arch or renal"
    )
    parser.add_argument("-o", "--output", metavar="PATH", help="file or folder (default: here)")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")

    parser = command(
        commands,
        "preview",
        preview,
        "show a case while it is written, and change it by hand; or draw it into a file",
        "ir-sim preview my-case.yaml\nir-sim preview my-case.yaml --png my-case.png\n"
        "ir-sim preview my-case.yaml --watch\n"
        "ir-sim preview my-case.yaml --xray",
    )
    parser.add_argument("case", metavar="CASE", help="a case's file or id")
    parser.add_argument("--png", metavar="OUT", help="write a picture instead of opening a window")
    parser.add_argument(
        "--xray", action="store_true", help="as the monitor shows it: fluoroscopy and subtraction"
    )
    parser.add_argument("--watch", action="store_true", help="draw anew whenever the file changes")

    parser = command(
        commands,
        "import",
        import_lines,
        "make a case from real centrelines: VMTK .vtp/.vtk, 3D Slicer .mrk.json, SWC, CSV",
        "ir-sim import centrelines.vtp -o my-case.yaml --axes lps\n"
        "ir-sim import left.mrk.json right.mrk.json -o my-case.yaml",
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files of one patient")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="case to write")
    parser.add_argument("--unit", choices=("auto", "mm", "cm", "m", "um"), default="auto")
    parser.add_argument(
        "--axes",
        choices=("auto", "lps", "ras", "xyz"),
        default="auto",
        help="of the file: lps or ras as scanners have them, xyz as in the picture",
    )
    parser.add_argument(
        "--plane",
        choices=("best", "ap", "lateral"),
        default="best",
        help="of the picture; the depth is kept",
    )
    parser.add_argument("--body", default="generic", help="background template")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")


def new(args: argparse.Namespace) -> int:
    """A scaffold on disk."""
    from ir_sim.authoring.scaffold import new_case, new_over_template

    if args.template:
        text = new_over_template(args.name, args.template, args.title)
    else:
        text = new_case(args.name, args.title)
    path = Path(args.output) if args.output else Path(f"{args.name}.yaml")
    if path.is_dir() or (args.output and args.output.endswith(("/", "\\"))):
        path = path / f"{args.name}.yaml"
    if path.exists() and not args.force:
        raise IrSimError(f"{path} exists already; --force replaces it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"wrote {path}")
    print(f"next: ir-sim preview {path}, then ir-sim play {path}")
    return OK


def preview(args: argparse.Namespace) -> int:
    """The author's screen, or a picture of the case."""
    from ir_sim.scenario.library import known_scenarios

    known = known_scenarios().get(args.case)
    if not (args.png or args.watch or args.xray):
        from ir_sim.cli.display import missing

        reason = missing()
        if reason is None:
            from ir_sim.app.main import run_author

            return run_author(known or Path(args.case))
        print(f"{reason}: drawing into a file")
    kind = "-xray" if args.xray else ""
    out = Path(args.png) if args.png else Path(f"{Path(args.case).stem}{kind}.png")
    if not args.watch:
        _draw(args.case, out, xray=args.xray)
        print(f"wrote {out}")
        return OK
    watched = known or Path(args.case)
    print(f"watching {watched}; Ctrl-C ends")
    seen: float | None = -1.0
    while True:
        now = watched.stat().st_mtime if watched.exists() else None
        if now != seen:
            seen = now
            try:
                _draw(args.case, out, xray=args.xray)
                print(f"{out} is up to date", flush=True)
            except IrSimError as error:
                print(error, flush=True)
        time.sleep(_LOOK_S)


def _draw(case: str, out: Path, *, xray: bool) -> None:
    from ir_sim.authoring.check import load_case

    scenario = load_case(case)
    if xray:
        from ir_sim.authoring.xray_preview import draw_xray

        picture = draw_xray(scenario)
    else:
        from ir_sim.authoring.preview import draw

        picture = draw(scenario)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")  # a viewer never sees half a picture
    try:
        picture.save(part, format="PNG")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def import_lines(args: argparse.Namespace) -> int:
    """Centrelines as a case, with a report."""
    from ir_sim.authoring.check import check_case
    from ir_sim.authoring.importing import import_case

    out = Path(args.output)
    if out.exists() and not args.force:
        raise IrSimError(f"{out} exists already; --force replaces it")
    name = re.sub(r"[^a-z0-9]+", "-", out.stem.lower()).strip("-") or "imported"
    done = import_case(
        [Path(source) for source in args.sources],
        name,
        unit=args.unit,
        axes=args.axes,
        plane=args.plane,
        body=args.body,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(done.text, encoding="utf-8")
    print(f"wrote {out}: {done.branches} vessels, within {done.deviation_mm:.2f} mm of the file")
    for note in done.notes:
        print(f"  - {note}")
    scenario, problems = check_case(out)
    for problem in problems:
        print(problem)
    print(f"next: ir-sim preview {out}, then name the vessels and choose the task")
    return OK if scenario is not None else NO
