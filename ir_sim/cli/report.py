"""The program director's page: written to a file, or served live."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ir_sim.cli.words import Progress, command

if TYPE_CHECKING:
    from ir_sim.records.report.cusum import LearningCusum

OK = 0


def add(commands: Any) -> None:
    """Register the commands."""
    from ir_sim.cli.log import add_db, add_filters

    parser = command(
        commands,
        "report",
        report,
        "one offline page: who practised what, learning curves, errors, dose and contrast",
        "ir-sim report -o report.html\nir-sim report --cohort 2026 --since 2026-01-01\n"
        "ir-sim report --for R01 -o R01.html",
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
    parser.add_argument(
        "--for",
        dest="viewer",
        metavar="PSEUDONYM",
        help="the page as this person may see it, by the role in the log: a resident sees the own "
        "runs and the cohort without names, an instructor the cohort, a director everyone",
    )
    _add_test(parser)

    parser = command(
        commands,
        "serve",
        serve,
        "the report, live in a browser; on this computer only, unless told otherwise",
        "ir-sim serve\nir-sim serve --port 9000",
    )
    add_db(parser)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="beyond this computer: sign-in (people's passwords, or IR_SIM_SERVE_PASSWORD for the "
        "user report) and --certificate",
    )
    parser.add_argument("--sign-in", action="store_true", help="ask for it here as well")
    parser.add_argument("--port", type=int, default=8765, metavar="N")
    parser.add_argument("--certificate", metavar="FILE", help="PEM with certificate and key")
    _add_test(parser)


def _add_test(parser: argparse.ArgumentParser) -> None:
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


def _test(args: argparse.Namespace) -> LearningCusum:
    from ir_sim.records.report.cusum import LearningCusum

    return LearningCusum(args.unacceptable, args.acceptable, args.false_signal, args.horizon)


def report(args: argparse.Namespace) -> int:
    """Write the page."""
    from ir_sim.cli.log import filter_of
    from ir_sim.records.report.page import write_report
    from ir_sim.records.roles import HOLDER
    from ir_sim.records.store import open_log

    test = _test(args)
    bar = Progress("report", 1.0)
    with open_log(args.db, read_only=True) as log:
        viewer = log.viewer(args.viewer) if args.viewer else HOLDER
        count = write_report(
            log,
            Path(args.out),
            filter_of(args),
            mode=args.mode,
            viewer=viewer,
            test=test,
            progress=bar.at,
        )
    bar.done()
    print(f"{args.out}: {count} simulated runs")
    return OK


def serve(args: argparse.Namespace) -> int:
    """Show the page live."""
    from ir_sim.records.serve import Pages, make_server
    from ir_sim.records.serve import serve as run
    from ir_sim.records.store import open_log

    certificate = Path(args.certificate) if args.certificate else None
    password = os.environ.get("IR_SIM_SERVE_PASSWORD", "")
    with open_log(args.db, read_only=True) as log:
        pages = Pages(log, _test(args))
        server = make_server(
            pages,
            args.host,
            args.port,
            password=password,
            certificate=certificate,
            sign_in=args.sign_in,
        )
        run(server, lambda line: print(line, flush=True))
    return OK
