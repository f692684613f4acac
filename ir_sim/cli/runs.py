"""Commands that play: the program itself, play, demo, replay."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ir_sim.cli.words import command
from ir_sim.errors import IrSimError

if TYPE_CHECKING:
    from ir_sim.scenario.patients import Grade

OK, NO, BAD = 0, 1, 2
DEFAULT_CASE = "right-renal-selective"


def add(commands: Any) -> None:
    """Register the commands."""
    parser = command(
        commands,
        "play",
        play,
        "open a case in the window",
        "ir-sim play right-renal-selective --trainee R01",
    )
    parser.add_argument("case", metavar="CASE", help="a case's id or file")
    parser.add_argument("--trainee", metavar="NAME", help="pseudonym for the score log")
    parser.add_argument("--seed", type=int, default=None, metavar="N", help="repeat this patient")
    parser.add_argument("--db", metavar="URL", help="another score log (or IR_SIM_DB)")
    _which(parser)

    parser = command(
        commands,
        "demo",
        demo,
        "let the expert play a case",
        "ir-sim demo right-renal-selective\nir-sim demo left-renal-stenosis --headless --out DIR\n"
        "ir-sim demo --manoeuvre simmons_over --out DIR",
    )
    parser.add_argument("case", metavar="CASE", nargs="?", default=DEFAULT_CASE)
    parser.add_argument("--headless", action="store_true", help="no window: write files")
    parser.add_argument(
        "--manoeuvre", metavar="NAME", help="draw one of the device's clinical manoeuvres, or 'all'"
    )
    parser.add_argument("--out", metavar="DIR", default="demo", help="folder (default: demo)")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    _which(parser)

    parser = command(
        commands,
        "replay",
        replay,
        "watch a recorded run again, check it, or rate it by another rubric",
        "ir-sim replay run.irrun --headless\nir-sim replay run.irrun --rescore strict.yaml\n"
        "ir-sim replay run.irrun --page debrief.html",
    )
    parser.add_argument("file", metavar="FILE", help="a recording (.irrun)")
    parser.add_argument("--rescore", metavar="RUBRIC", help="rate by this rubric")
    parser.add_argument("--page", metavar="HTML", help="write the debrief as one page")
    parser.add_argument("--headless", action="store_true", help="no window: check and rate only")


def _which(parser: argparse.ArgumentParser) -> None:
    """Which patient, and how hard."""
    parser.add_argument(
        "--patient",
        type=int,
        default=0,
        metavar="N",
        help="another patient within the case's 'variation' (default: 0, as authored)",
    )
    parser.add_argument(
        "--difficulty", choices=("standard", "easier", "harder"), default="standard"
    )


def _check(args: argparse.Namespace) -> None:
    """Say what is wrong with a case before a window opens."""
    from ir_sim.authoring.check import load_case

    if args.patient < 0:
        raise IrSimError("--patient counts from 0, the patient as authored")
    load_case(args.case, args.patient, args.difficulty)


def home(args: argparse.Namespace) -> int:
    """No command: the window at its home screen."""
    from ir_sim.cli.display import missing

    reason = missing()
    if reason is None:
        from ir_sim.app.main import run_app

        return run_app()
    return _instead(reason, DEFAULT_CASE)


def play(args: argparse.Namespace) -> int:
    """A case in the window."""
    from ir_sim.cli.display import missing

    _check(args)
    reason = missing()
    if reason is not None:
        return _instead(reason, args.case, args.seed or 0, args.patient, args.difficulty)
    from ir_sim.app.main import run_app

    which = {"patient": args.patient, "difficulty": args.difficulty}
    return run_app(case=args.case, trainee=args.trainee, seed=args.seed, db=args.db, **which)


def demo(args: argparse.Namespace) -> int:
    """The expert plays, or a manoeuvre is drawn."""
    if args.manoeuvre is not None:
        from ir_sim.cli.manoeuvres import draw_manoeuvres

        return draw_manoeuvres(args.manoeuvre, args.out)
    from ir_sim.cli.display import missing

    _check(args)
    reason = None if args.headless else missing()
    if reason is not None:
        print(f"{reason}: the expert plays without a window")
    if args.headless or reason is not None:
        from ir_sim.cli.headless import headless_demo

        return headless_demo(args.case, args.out, args.seed, args.patient, args.difficulty)
    from ir_sim.app.main import run_app

    which = {"patient": args.patient, "difficulty": args.difficulty}
    return run_app(case=args.case, seed=args.seed, demo=True, **which)


def replay(args: argparse.Namespace) -> int:
    """A recording."""
    from ir_sim.cli.display import missing
    from ir_sim.cli.headless import check_recording

    if args.headless or args.rescore or args.page or missing() is not None:
        return check_recording(args.file, args.rescore, args.page)
    from ir_sim.app.main import run_app

    return run_app(replay=args.file)


def _instead(
    reason: str, case: str, seed: int = 0, patient: int = 0, difficulty: Grade = "standard"
) -> int:
    from ir_sim.cli.headless import headless_demo

    print(f"{reason}: the expert plays without a window")
    return headless_demo(case, "demo", seed, patient, difficulty)
