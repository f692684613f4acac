"""A centreline as it comes out of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.errors import IrSimError

#: Largest file that is read, bytes.
MAX_BYTES = 128 * 1024 * 1024


class CentrelineError(IrSimError):
    """A file of centrelines cannot be read or used."""


@dataclass(frozen=True, eq=False)
class Polyline:
    """One line of a file.

    Attributes:
        name: What the file calls it; may be empty.
        xyz: (n, 3) positions in the file's unit and axes.
        radius: (n,) in the file's unit; NaN where the file gives none.
        axes: ``lps``, ``ras`` or ``xyz`` if the file does not say.
        parent: Place in the list of the line that this one leaves, if the file says so.
    """

    name: str
    xyz: Array
    radius: Array
    axes: str = "xyz"
    parent: int | None = None


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        CentrelineError: It cannot be read, or is larger than ``MAX_BYTES``.
    """
    try:
        if path.is_dir():
            raise CentrelineError(f"{path}: is a folder; name the files in it")
        if path.stat().st_size > MAX_BYTES:
            raise CentrelineError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise CentrelineError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def read_lines(path: Path) -> list[str]:
    """The file's lines of text, as UTF-8 or, failing that, as Latin-1."""
    raw = read_bytes(path)
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return raw.decode("latin-1").splitlines()


def number(text: str, path: Path, line: int) -> float:
    """A number of a text file.

    Raises:
        CentrelineError: It is none.
    """
    try:
        return float(text)
    except ValueError:
        raise CentrelineError(f"{path}:{line}: '{text[:30]}' is not a number") from None


def polyline(
    name: str, points: Sequence[Sequence[float]], radius: Sequence[float], axes: str = "xyz"
) -> Polyline:
    """A polyline from plain lists."""
    xyz = np.asarray(points, dtype=float).reshape(-1, 3)
    return Polyline(name, xyz, np.asarray(radius, dtype=float), axes)
