"""Where the shipped scenarios and assets lie, in a checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path


@cache
def shipped(kind: str) -> Path:
    """The folder ``scenarios`` or ``assets`` that travels with the program.

    An installed wheel carries both inside the package; in a checkout they lie beside it.

    Args:
        kind: ``scenarios`` or ``assets``.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    package = Path(str(resources.files("ir_sim")))
    for folder in (package / "data" / kind, package.parent / kind):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"ir_sim's own folder '{kind}' is missing: install ir-sim again")
