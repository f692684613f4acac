"""The program director's page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ir_sim.cli.words import Progress, command

OK = 0


def add(commands: Any) -> None:
    """Register the command."""
    from ir_sim.cli.log import add_db, add_filters

    parser = command(
        commands,
        "report",
        report,
        "one offline page: who practised what, learning curves, errors, dose and contrast",
        "ir-sim report -o report.html\nir-sim report --cohort 2026 --since 2026-01-01",
    )
    add_db(parser)
    add_filters(parser)
    parser.add_argument("-o", "--out", metavar="FILE", default="report.html")
    parser.add_argument(
        "--mode",
        choices=("all", "assessment", "practice"),
        default="all",
        help="runs in which mode (default all)",
    )
    group = parser.add_argument_group("LC-CUSUM (learning-curve CUSUM)")
    group.add_argument(
        "--unacceptable", type=float, default=0.40, metavar="P", help="share of failed runs"
    )
    group.add_argument(
        "--acceptable", type=float, default=0.20, metavar="P", help="share of failed runs"
    )
    group.add_argument(
        "--false-signal",
        type=float,
        default=0.10,
        metavar="P",
        help="chance of a signal within --horizon runs at the unacceptable share",
    )
    group.add_argument("--horizon", type=int, default=50, metavar="N", help="runs")


def report(args: argparse.Namespace) -> int:
    """Write the page."""
    from ir_sim.cli.log import filter_of
    from ir_sim.records.report.cusum import LearningCusum
    from ir_sim.records.report.page import write_report
    from ir_sim.records.store import open_log

    test = LearningCusum(args.unacceptable, args.acceptable, args.false_signal, args.horizon)
    bar = Progress("report", 1.0)
    with open_log(args.db, read_only=True) as log:
        count = write_report(
            log, Path(args.out), filter_of(args), mode=args.mode, test=test, progress=bar.at
        )
    bar.done()
    print(f"{args.out}: {count} simulated runs")
    return OK
