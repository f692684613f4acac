"""What the commands share: registering one with its example, tables, progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

Run = Callable[[argparse.Namespace], int]


def command(
    commands: Any, name: str, run: Run, about: str, example: str
) -> argparse.ArgumentParser:
    """Register a command.

    Args:
        commands: The sub-parsers that ``main`` hands out.
        name: The command's word.
        run: What it does; returns the exit code.
        about: One sentence.
        example: Lines that can be typed as they stand.
    """
    lines = "\n".join(f"  {line}" for line in example.splitlines())
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=about,
        epilog=f"example:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    return parser


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Rows as aligned columns; the last column runs free."""
    if not rows:
        return ""
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]) - 1)]
    return "\n".join(
        indent + "  ".join([*(c.ljust(w) for c, w in zip(row[:-1], wide, strict=True)), row[-1]])
        for row in rows
    )


class Progress:
    """A line on the error stream that says how far a long job is; silent unless a person looks."""

    WIDTH = 30

    def __init__(self, what: str, total: float) -> None:
        self.what, self.total = what, max(total, 1e-9)
        self._shown = -1
        self._on = sys.stderr.isatty()

    def at(self, done: float, note: str = "") -> None:
        """Show how much is done."""
        percent = int(100 * min(done / self.total, 1.0))
        if self._on and percent != self._shown:
            self._shown = percent
            full = self.WIDTH * percent // 100
            bar = "#" * full + "." * (self.WIDTH - full)
            print(f"\r{self.what} [{bar}] {percent:3d} % {note[:40]:40}", end="", file=sys.stderr)

    def done(self) -> None:
        """Clear the line."""
        if self._on and self._shown >= 0:
            print("\r" + " " * (len(self.what) + self.WIDTH + 52) + "\r", end="", file=sys.stderr)
