"""Commands that read cases: list, validate, explain, diff, schema."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ir_sim.cli.words import command, table
from ir_sim.errors import Problem

OK, NO, BAD = 0, 1, 2


def add(commands: Any) -> None:
    """Register the commands."""
    parser = command(commands, "list", list_cases, "list shipped and own cases", "ir-sim list")
    parser.add_argument("--json", action="store_true", help="for programs")

    parser = command(
        commands,
        "validate",
        validate,
        "check cases and name every problem with its line and column",
        "ir-sim validate my-case.yaml\nir-sim validate scenarios --json",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a case, a folder or a case's id")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--strict", action="store_true", help="a warning is a problem too")

    parser = command(
        commands,
        "explain",
        explain,
        "say in prose what a case contains",
        "ir-sim explain right-renal-selective",
    )
    parser.add_argument("case", metavar="CASE", help="a case's id or file")

    parser = command(
        commands,
        "diff",
        diff,
        "say in clinical terms how two cases differ",
        "ir-sim diff left-renal-stenosis my-version.yaml",
    )
    parser.add_argument("old", metavar="OLD", help="a case's id or file")
    parser.add_argument("new", metavar="NEW", help="a case's id or file")

    parser = command(
        commands,
        "schema",
        schema,
        "print the JSON Schema of a case, for editors, or every key as a page",
        "ir-sim schema -o ir-sim.schema.json\nir-sim schema --markdown",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    parser.add_argument("--markdown", action="store_true", help="a page to read")


def list_cases(args: argparse.Namespace) -> int:
    """Every case with its level and title."""
    from ir_sim.authoring.catalogue import catalogue

    entries = catalogue()
    if args.json:
        print(json.dumps([entry.as_dict() for entry in entries], indent=2, ensure_ascii=False))
        return OK
    rows = [("CASE", "LEVEL", "TITLE")]
    rows += [(entry.id, entry.level or "-", entry.summary) for entry in entries]
    print(table(rows))
    return OK


def validate(args: argparse.Namespace) -> int:
    """Problems of each file."""
    from ir_sim.authoring.check import check_case

    code, report = OK, []
    for name in _expand(args.files):
        scenario, problems = check_case(name)
        errors = [p for p in problems if p.severity == "error" or args.strict]
        if problems and scenario is None and _unread(name, problems):
            code = BAD
        elif errors:
            code = max(code, NO)
        report.append({"file": name, "ok": not errors, "problems": [vars(p) for p in problems]})
        if not args.json:
            for problem in problems:
                print(problem)
            if not errors:
                left = f", {len(problems)} to look at" if problems else ""
                print(f"{name}: good{left}")
    if args.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    return code


def explain(args: argparse.Namespace) -> int:
    """A case as a teacher would read it out."""
    from ir_sim.authoring.check import load_case
    from ir_sim.authoring.explain import explain as in_prose

    print(in_prose(load_case(args.case)))
    return OK


def diff(args: argparse.Namespace) -> int:
    """What is different; exit code 1 if anything is."""
    from ir_sim.authoring.check import load_case
    from ir_sim.authoring.compare import differences

    found = differences(load_case(args.old), load_case(args.new))
    for sentence in found:
        print(sentence)
    if not found:
        print("no difference that matters")
    return NO if found else OK


def schema(args: argparse.Namespace) -> int:
    """The JSON Schema."""
    from ir_sim.authoring.schema import editor_schema, reference

    text = json.dumps(editor_schema(), indent=2, ensure_ascii=False)
    if args.markdown:
        text = reference().rstrip("\n")
    if args.output:
        Path(args.output).write_text(text + "\n", encoding="utf-8")
        print(f"wrote {args.output}")
    else:
        print(text)
    return OK


def _expand(names: list[str]) -> Iterator[str]:
    """Files as named; a folder stands for the cases in it."""
    for name in names:
        if Path(name).is_dir():
            inside = sorted(p for p in Path(name).rglob("*.yaml") if p.parent.name != "devices")
            yield from map(str, inside or [Path(name)])
        else:
            yield name


def _unread(name: str, problems: list[Problem]) -> bool:
    """Whether there was nothing to check, rather than something wrong in it."""
    from ir_sim.scenario.library import known_scenarios

    path = known_scenarios().get(name, Path(name))
    return not path.is_file() and len(problems) == 1
