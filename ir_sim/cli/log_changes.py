"""Commands that write to the score log: import, sync, retract, erase, person."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from ir_sim.errors import RecordError

OK, NO = 0, 1


def add(kinds: Any) -> None:
    """Register the commands."""
    from ir_sim.cli.log import log_command

    parser = log_command(
        kinds,
        "import",
        import_file,
        "take over runs: another score log, a .jsonl export, or a .csv table",
        "ir-sim log import old-scores.csv",
    )
    parser.add_argument("file", metavar="FILE")

    parser = log_command(
        kinds,
        "sync",
        sync_waiting,
        "log the runs that had to wait, each exactly once; exit 1 if some still wait",
        "ir-sim log sync",
    )
    parser.add_argument("--all", action="store_true", help="also runs meant for another log")

    parser = log_command(
        kinds,
        "retract",
        retract,
        "note that a run is not to count (it stays in the log)",
        "ir-sim log retract 3f2b8c1e-… --reason 'wrong trainee at the desk'",
    )
    parser.add_argument("run_id", metavar="RUN", help="a run's id, or its first letters")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="no names of people")

    parser = log_command(
        kinds,
        "erase",
        erase,
        "remove a person's identity; the runs stay, of nobody, and the chain stays valid",
        "ir-sim log erase R01 --yes",
    )
    parser.add_argument("trainee", metavar="PSEUDONYM")
    parser.add_argument("--yes", action="store_true", help="do it: it cannot be undone")

    parser = log_command(
        kinds,
        "person",
        person,
        "set a person's cohort, level, role, or name on this computer's name list",
        "ir-sim log person R01 --cohort 2026 --level PGY-3",
    )
    parser.add_argument("trainee", metavar="PSEUDONYM")
    parser.add_argument("--cohort", metavar="TEXT", help="empty text removes it")
    parser.add_argument("--level", metavar="TEXT")
    parser.add_argument("--role", metavar="ROLE", help="resident, instructor or director")
    parser.add_argument("--name", metavar="TEXT", help="kept apart from every log and report")
    sign_in = parser.add_mutually_exclusive_group()
    sign_in.add_argument(
        "--sign-in",
        action="store_true",
        help="set a password for the live report and the app's records: asked for, or taken from "
        "IR_SIM_NEW_PASSWORD",
    )
    sign_in.add_argument("--no-sign-in", action="store_true", help="take the password away")


def import_file(args: argparse.Namespace) -> int:
    """Take over runs."""
    from ir_sim.records.importing import import_runs
    from ir_sim.records.store import open_log

    with open_log(args.db) as log:
        done = import_runs(log, Path(args.file))
    print(f"{done.new} runs taken over, {done.already} were in the log already")
    return OK


def sync_waiting(args: argparse.Namespace) -> int:
    """Log what had to wait."""
    from ir_sim.records.filing import sync

    done = sync(args.db, everything=args.all)
    for problem in done.problems:
        print(f"ir-sim: {problem}", file=sys.stderr)
    print(f"{done.log}: {done.logged} runs logged, {done.already} were in the log already")
    for name, count in done.elsewhere.items():
        print(f"{count} runs wait for {name} (--db), or take them with --all")
    return NO if done.problems else OK


def retract(args: argparse.Namespace) -> int:
    """Note that a run is not to count."""
    from ir_sim.records.store import open_log

    with open_log(args.db) as log:
        run_id = str(log.run(args.run_id).document["run_id"])
        new = log.retract(run_id, args.reason)
    print(f"run {run_id} {'is' if new else 'was already'} retracted")
    return OK


def erase(args: argparse.Namespace) -> int:
    """Remove a person's identity."""
    from ir_sim.records.people import NameList
    from ir_sim.records.spool import waiting
    from ir_sim.records.store import open_log

    if not args.yes:
        raise RecordError("erasing cannot be undone: say --yes to do it")
    with open_log(args.db) as log:
        for item in waiting(log.home):
            if not isinstance(item, RecordError) and item.record.trainee == args.trainee:
                raise RecordError("runs of this person still wait: 'ir-sim log sync' first")
        log.erase(args.trainee)
        NameList(log.home).put(args.trainee, None)
    print("the identity is erased; exports and reports made before still show it")
    return OK


def person(args: argparse.Namespace) -> int:
    """Place a person."""
    from ir_sim.records.people import NameList
    from ir_sim.records.store import open_log

    password = _new_password() if args.sign_in else None
    with open_log(args.db) as log:
        placed = log.place(args.trainee, cohort=args.cohort, level=args.level, role=args.role)
        if args.sign_in or args.no_sign_in:
            log.let_sign_in(args.trainee, password)
        if args.name is not None:
            NameList(log.home).put(args.trainee, args.name or None)
    print(
        f"{placed.shown}: cohort {placed.cohort or '-'}, level {placed.level or '-'}, "
        f"role {placed.role or '-'}"
    )
    return OK


def _new_password() -> str:
    """From the environment or the keyboard; never shown."""
    given = os.environ.get("IR_SIM_NEW_PASSWORD", "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise RecordError("no keyboard to ask for a password: set IR_SIM_NEW_PASSWORD")
    first = getpass.getpass("new password: ")
    if getpass.getpass("once more: ") != first:
        raise RecordError("the two passwords differ; nothing was changed")
    return first
