"""The command line: ``ir-sim``.

Exit codes: 0 done, 1 a negative answer (a case with problems, a run that does not repeat), 2 wrong
use or bad input. Bad input is one clear line on the error stream, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ir_sim import __version__
from ir_sim.errors import IrSimError

OK, NO, BAD = 0, 1, 2
#: What a shell reports for a program that the keyboard interrupted.
INTERRUPTED = 130

ABOUT = """\
Training simulator for catheter navigation in interventional radiology.
Simulated patients only; not a medical device."""

EXAMPLES = """\
examples:
  ir-sim                                  open the program
  ir-sim play right-renal-selective       straight into a case
  ir-sim demo right-renal-selective       watch the expert
  ir-sim list                             all cases
  ir-sim validate my-case.yaml            check a case that you wrote

Every command explains itself: ir-sim COMMAND --help"""


def parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    from ir_sim.cli import authoring, bench, calibrate, cases, images, log, runs, treatments

    top = argparse.ArgumentParser(
        prog="ir-sim",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"ir-sim {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    runs.add(commands)
    cases.add(commands)
    authoring.add(commands)
    log.add(commands)
    images.add(commands)
    bench.add(commands)
    calibrate.add(commands)
    treatments.add(commands)
    top.set_defaults(run=runs.home)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The words after ``ir-sim``; those of the process by default.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 still gets its text
            stream.reconfigure(errors="replace")
    try:
        args = parser().parse_args(argv)
        code = int(args.run(args))
        sys.stdout.flush()
    except IrSimError as error:
        _complain(str(error))
        return BAD
    except KeyboardInterrupt:
        print("\nir-sim: stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        _complain(f"{name}{error.strerror or error}")
        return BAD
    except MemoryError:
        _complain("not enough memory for this")
        return BAD
    return code


def _complain(text: str) -> None:
    print(f"ir-sim: {text}", file=sys.stderr)
