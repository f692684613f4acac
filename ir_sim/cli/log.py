"""Commands of the score log: list, show, export, verify, import, sync, retract, erase, people."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ir_sim.cli.words import Progress, command, table
from ir_sim.errors import RecordError

if TYPE_CHECKING:
    from ir_sim.records.reading import LoggedRun, RunFilter

OK, NO = 0, 1
FORMATS = ("csv", "jsonl", "xapi", "events", "parquet", "xlsx")


def add(commands: Any) -> None:
    """Register the commands."""
    from ir_sim.cli import log_changes, report

    group = command(
        commands,
        "log",
        lambda args: _help(group),
        "the score log: who practised what and how it went (simulated runs only)",
        "ir-sim log list --trainee R01\nir-sim log export --format csv -o runs.csv\n"
        "ir-sim log verify",
    )
    kinds = group.add_subparsers(title="commands", metavar="COMMAND")
    _add_reading(kinds)
    log_changes.add(kinds)
    report.add(commands)


def _add_reading(kinds: Any) -> None:
    parser = log_command(kinds, "list", list_runs, "list runs, newest first", "ir-sim log list")
    add_filters(parser)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="0 = all (default 20)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")

    parser = log_command(kinds, "show", show_run, "one run's debrief", "ir-sim log show 3f2b8c1e-…")
    parser.add_argument("run_id", metavar="RUN", help="a run's id, or its first letters")

    parser = log_command(
        kinds,
        "export",
        export_runs,
        "write runs to a file",
        "ir-sim log export --format csv -o runs.csv\n"
        "ir-sim log export --format xapi --lrs https://lrs.example.org/xapi",
    )
    add_filters(parser)
    parser.add_argument("--format", choices=FORMATS, default="csv", dest="form")
    parser.add_argument("-o", "--out", metavar="FILE", help="file; standard output if left out")
    parser.add_argument(
        "--lrs",
        metavar="URL",
        help="send xAPI statements to a learning record store (login USER:PASSWORD in the "
        "environment variable IR_SIM_LRS_LOGIN)",
    )
    parser.add_argument("--actor-home", metavar="URL", help="xAPI: where the accounts live")

    parser = log_command(
        kinds,
        "verify",
        verify,
        "find every edit, deletion, reorder or insertion; exit 1 if there is any",
        "ir-sim log verify",
    )
    parser.add_argument("--json", action="store_true", help="findings as a JSON list")
    parser.add_argument(
        "--replay",
        action="store_true",
        help="also run every kept recording again and compare the scores (slow)",
    )

    parser = log_command(
        kinds, "people", people, "pseudonyms, cohorts, levels, roles", "ir-sim log people"
    )
    parser.add_argument("--names", action="store_true", help="with this computer's name list")


def log_command(kinds: Any, name: str, run: Any, about: str, example: str) -> Any:
    """Register a command of ``ir-sim log``."""
    parser = command(kinds, name, run, about, example)
    add_db(parser)
    return parser


def add_db(parser: argparse.ArgumentParser) -> None:
    """The option that names another log."""
    parser.add_argument(
        "--db",
        metavar="URL",
        help="score log: a file, or postgresql+psycopg://… (default: IR_SIM_DB, or the file in "
        "the data folder)",
    )


def add_filters(parser: argparse.ArgumentParser) -> None:
    """The options that choose runs."""
    parser.add_argument("--trainee", metavar="PSEUDONYM")
    parser.add_argument("--cohort", metavar="TEXT")
    parser.add_argument("--case", metavar="ID")
    parser.add_argument("--since", metavar="DATE", help="started on or after, such as 2026-01-31")
    parser.add_argument("--until", metavar="DATE", help="started before")
    parser.add_argument("--player", choices=("human", "expert", "bot"))


def filter_of(args: argparse.Namespace) -> RunFilter:
    """The runs that a command line chose."""
    from ir_sim.records.reading import RunFilter
    from ir_sim.records.record import moment_from

    return RunFilter(
        trainee=args.trainee,
        cohort=args.cohort,
        case=args.case,
        since=moment_from(args.since, "--since") if args.since else None,
        until=moment_from(args.until, "--until") if args.until else None,
        player=args.player,
    )


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return OK


def list_runs(args: argparse.Namespace) -> int:
    """The newest runs; before the first one there is a kind word instead of an error."""
    from ir_sim.records.store import NoLogError

    which = filter_of(args)
    if args.limit < 0:
        raise RecordError("--limit must not be negative")
    try:
        return _list(args, which)
    except NoLogError:
        if args.db or os.environ.get("IR_SIM_DB"):
            raise  # a log that was named should be there
        if not args.json:
            print("no runs yet: a run is logged when it is finished (ir-sim play)")
        return OK


def _list(args: argparse.Namespace, which: RunFilter) -> int:
    from ir_sim.records.columns import line_of
    from ir_sim.records.store import open_log

    with open_log(args.db, read_only=True) as log:
        runs = log.runs(which, newest=args.limit or sys.maxsize)
        if args.json:
            for run in runs:
                print(line_of(run))
            return OK
        rows = [["started (UTC)", "run", "trainee", "score", "", "errors", "case"]]
        rows += [_row(run) for run in runs]
        print(table(rows))
        if len(rows) == 1:
            print("no runs")
    print("simulated procedures only")
    return OK


def _row(run: LoggedRun) -> list[str]:
    document = run.document
    total = document["total"]
    word = (
        "retracted"
        if run.retracted
        else "interrupted"
        if document["status"] != "finished"
        else "passed"
        if document["passed"]
        else "not passed"
    )
    return [
        document["started_utc"][:16].replace("T", " "),
        document["run_id"][:8],
        run.person.shown,
        "-" if total is None else f"{total:.1f}",
        word,
        str(len(document["errors"])),
        document["scenario_id"],
    ]


def show_run(args: argparse.Namespace) -> int:
    """One run's debrief."""
    from ir_sim.records.store import open_log

    with open_log(args.db, read_only=True) as log:
        run = log.run(args.run_id)
    document = run.document
    total = "-" if document["total"] is None else f"{document['total']:.2f} of 100"
    print(f"run {document['run_id']} (simulated){', RETRACTED' if run.retracted else ''}")
    rows = [
        ["case", f"{document['scenario_id']} ({document['scenario_sha256'][:12] or 'unknown'})"],
        ["rubric", f"{document['rubric_id']} ({document['rubric_sha256'][:12] or 'unknown'})"],
        ["trainee", run.person.shown],
        ["started", document["started_utc"]],
        ["length", f"{document['procedure_s']:.0f} s simulated"],
        ["score", f"{total}, {'passed' if document['passed'] else 'not passed'}"],
        *([["gate", reason] for reason in document["gate_reasons"]]),
    ]
    print(table(rows, indent="  "))
    for part in document["parts"]:
        name = part["label"] or part["name"]
        print(f"  {part['points']:6.2f} / {part['out_of']:g}  {name}: {part['because']}")
    for name, metric in document["metrics"].items():
        reference = metric["reference"]
        beside = "" if reference is None else f" (reference {reference:g}, {metric['source']})"
        print(f"  {metric['label'] or name}: {metric['value']:g} {metric['unit']}{beside}")
    for error in document["errors"]:
        place = f"  {error['time_s']:7.1f} s  weight {error['weight']}"
        print(f"{place}  {error['code']}: {error['text']}")
    return OK


def export_runs(args: argparse.Namespace) -> int:
    """Write runs to a file, or send them."""
    from ir_sim.records.export import export
    from ir_sim.records.lrs import RecordStore
    from ir_sim.records.store import open_log
    from ir_sim.records.xapi import DEFAULT_ACTOR_HOME, statements_of

    which = filter_of(args)
    home = args.actor_home or DEFAULT_ACTOR_HOME
    with open_log(args.db, read_only=True) as log:
        if args.lrs:
            if args.form != "xapi":
                raise RecordError("a record store takes xAPI statements: --format xapi --lrs URL")
            store = RecordStore(args.lrs, os.environ.get("IR_SIM_LRS_LOGIN", ""))
            sent = store.send(s for run in log.runs(which) for s in statements_of(run, home))
            print(f"{sent} statements are in the record store")
            return OK
        path = Path(args.out) if args.out else None
        bar = Progress("export", log.count())
        count = export(log, which, args.form, path, actor_home=home, progress=bar.at)
        bar.done()
    if path is not None:
        print(f"{count} runs written to {path}")
    return OK


def verify(args: argparse.Namespace) -> int:
    """Check the whole log."""
    from ir_sim.records.store import open_log

    with open_log(args.db, read_only=True) as log:
        bar = Progress("verify", 1)

        def at(done: int, total: int) -> None:
            bar.total = max(total, 1)
            bar.at(done)

        findings = log.verify(at)
        bar.done()
        if args.replay:
            from ir_sim.records.resimulate import resimulate

            total = log.count()
            bar = Progress("replay", total)
            for done, found in enumerate(resimulate(log), 1):
                bar.at(done)
                findings += found
            bar.done()
        count, name = log.count(), log.name
    broken = [finding for finding in findings if finding.severity == "broken"]
    if args.json:
        print(json.dumps([vars(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print(finding if finding in broken else f"note: {finding}")
        told = f"{len(broken)} findings" if broken else "nothing was changed"
        print(f"{name}: {count} runs, {told}")
    return NO if broken else OK


def people(args: argparse.Namespace) -> int:
    """Everyone in the log."""
    from ir_sim.records.people import NameList
    from ir_sim.records.store import open_log

    with open_log(args.db, read_only=True) as log:
        names = NameList(log.home).read() if args.names else {}
        rows = [["pseudonym", "cohort", "level", "role", "name" if args.names else ""]]
        rows += [
            [p.shown, p.cohort or "-", p.level or "-", p.role or "-", names.get(p.shown, "")]
            for p in log.people()
        ]
    print(table(rows))
    return OK
