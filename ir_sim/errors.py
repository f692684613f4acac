"""The one exception tree of ir_sim.

Bad input from a person (a file, a command line, a database) raises an ``IrSimError``; its text is
one clear line, ready to print. Wrong use of the Python API raises ``ValueError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class IrSimError(Exception):
    """Base of every error that is reported to a person without a traceback."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in an authored file.

    Attributes:
        file: The file as the author named it.
        line: Line, counted from 1.
        column: Column, counted from 1.
        where: The place in the document, such as ``anatomy.vessels[aorta].points[2]``.
        message: What is wrong.
        hint: What would be right; may be empty.
        severity: ``error`` stops the case from loading, ``warning`` does not.
    """

    file: str
    line: int
    column: int
    where: str
    message: str
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """``file:line:column: message (hint)``, the form that editors can jump to."""
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        warn = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}:{self.column}: {warn}{place}{self.message}{hint}"


class AuthoringError(IrSimError):
    """An authored YAML file (scenario, device, rubric) cannot be used.

    Attributes:
        problems: Every problem found, in file order.
    """

    MOST_SHOWN = 20

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        shown = [str(p) for p in self.problems[: self.MOST_SHOWN]]
        left = len(self.problems) - len(shown)
        if left > 0:
            shown.append(f"... and {left} more problems")
        super().__init__("\n".join(shown))


class ScenarioError(AuthoringError):
    """A scenario cannot be found, read or understood."""


class RecordError(IrSimError):
    """A recording or a score log cannot be read or written."""
