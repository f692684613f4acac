"""``ir-sim treatments``: the treatments' laws beside published figures."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import Any

from ir_sim.cli.words import command, table

OK = 0


def add(commands: Any) -> None:
    """Register the command."""
    about = "compare the laws of balloons, stents, coils, embolics and clot with published figures"
    parser = command(commands, "treatments", treatments, about, "ir-sim treatments --json")
    parser.add_argument("--json", action="store_true", help="one list, for programs")
    parser.add_argument("--only", default="", metavar="WORD", help="treatments with this word")


def treatments(args: argparse.Namespace) -> int:
    """Every law against its anchor."""
    from ir_sim.treatment.comparison import rows

    found = [row for row in rows() if args.only.lower() in row.treatment.lower()]
    if args.json:
        print(json.dumps([dataclasses.asdict(row) for row in found], indent=2, ensure_ascii=False))
        return OK
    lines = [("TREATMENT", "LAW", "SIMULATED", "PUBLISHED", "SOURCE", "DIFFERENCE")]
    lines += [(r.treatment, r.law, r.simulated, r.published, r.source, r.difference) for r in found]
    print(table(lines) if found else "no law bears that word")
    return OK
