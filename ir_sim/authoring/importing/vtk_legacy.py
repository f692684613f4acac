"""VTK polydata in the legacy form (``.vtk``), text and binary, versions 1 to 5."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ir_sim.authoring.importing.polyline import CentrelineError, Polyline, read_bytes
from ir_sim.authoring.importing.vtk_files import MAX_VALUES, RADII, lines_of, some, whole

_LEGACY_TYPES = {
    "float": "f4", "double": "f8", "char": "i1", "unsigned_char": "u1", "short": "i2",
    "unsigned_short": "u2", "int": "i4", "unsigned_int": "u4", "long": "i8",
    "unsigned_long": "u8", "vtktypeint64": "i8", "vtkIdType": "i8", "vtktypeint32": "i4",
}  # fmt: skip


def read_legacy(path: Path) -> list[Polyline]:
    """Legacy polydata.

    Raises:
        CentrelineError: Not polydata, damaged, or without lines.
    """
    reader = _Legacy(path, read_bytes(path))
    xyz, runs, arrays = reader.polydata()
    name = next((n for n in RADII if n in arrays), None)
    radius = arrays[name] if name else np.full(len(xyz), np.nan)
    return some(path, lines_of(path, xyz, radius, runs))


@dataclass
class _Legacy:
    """Reads a legacy file from front to back."""

    path: Path
    raw: bytes
    at: int = 0
    binary: bool = False

    def polydata(self) -> tuple[np.ndarray, list[np.ndarray], dict[str, np.ndarray]]:
        """Points, the point numbers of each line, and the point data by name."""
        if not self._line().startswith("# vtk DataFile"):
            raise CentrelineError(f"{self.path}: not a legacy VTK file")
        self._line()  # title
        self.binary = self._line().strip().upper() == "BINARY"
        xyz, runs = np.empty((0, 3)), []  # type: tuple[np.ndarray, list[np.ndarray]]
        arrays: dict[str, np.ndarray] = {}
        of_points = False
        while self.at < len(self.raw):
            words = self._line().split()
            if not words:
                continue
            key = words[0].upper()
            try:
                if key == "DATASET" and words[1].upper() not in ("POLYDATA", "UNSTRUCTURED_GRID"):
                    raise CentrelineError(f"{self.path}: a {words[1]}; centrelines are POLYDATA")
                if key == "POINTS":
                    xyz = self._numbers(3 * int(words[1]), words[2]).reshape(-1, 3)
                elif key in ("LINES", "CELLS", "VERTICES", "POLYGONS", "TRIANGLE_STRIPS"):
                    cells = self._cells(int(words[1]), int(words[2]))
                    runs = cells if key in ("LINES", "CELLS") else runs
                elif key in ("POINT_DATA", "CELL_DATA"):
                    of_points = key == "POINT_DATA"
                elif key == "SCALARS":
                    width = int(words[3]) if len(words) > 3 else 1
                    self._line()  # LOOKUP_TABLE
                    values = self._numbers(width * len(xyz), words[2])
                    arrays |= {words[1]: values} if of_points and width == 1 else {}
                elif key == "FIELD":
                    for _ in range(int(words[2])):
                        name, parts, count, kind = self._line_of_words()
                        values = self._numbers(int(parts) * int(count), kind)
                        arrays |= {name: values} if of_points and int(parts) == 1 else {}
            except (IndexError, ValueError, KeyError) as error:
                raise CentrelineError(
                    f"{self.path}: damaged after '{' '.join(words)[:60]}'"
                ) from error
        return xyz, runs, arrays

    def _line(self) -> str:
        end = self.raw.find(b"\n", self.at)
        end = len(self.raw) if end < 0 else end
        line = self.raw[self.at : end]
        self.at = end + 1
        return line.decode("latin-1").rstrip("\r")

    def _line_of_words(self) -> list[str]:
        while self.at < len(self.raw):
            words = self._line().split()
            if words and words[0] != "METADATA":
                return words
            while words and self._line().strip():  # METADATA runs to an empty line
                pass
        raise ValueError("the file ends")

    def _numbers(self, count: int, kind: str) -> np.ndarray:
        if not 0 <= count <= MAX_VALUES:
            raise CentrelineError(f"{self.path}: an array larger than is read")
        dtype = np.dtype(">" + _LEGACY_TYPES[kind])
        if self.binary:
            end = self.at + count * dtype.itemsize
            if end > len(self.raw):
                raise ValueError("the file ends")
            values = np.frombuffer(self.raw[self.at : end], dtype).astype(float)
            self.at = end
            return values
        found: list[str] = []
        while len(found) < count and self.at < len(self.raw):
            found += self._line().split()
        if len(found) < count:
            raise ValueError("the file ends")
        return np.array(found[:count], dtype=float)

    def _cells(self, count: int, size: int) -> list[np.ndarray]:
        ahead = self.raw[self.at : self.at + 8]
        if ahead.upper().startswith(b"OFFSETS"):  # version 5: offsets and connectivity
            ends = self._numbers(count, self._line().split()[1])
            ends = whole(self.path, ends)
            self._skip_to(b"CONNECTIVITY")
            index = whole(self.path, self._numbers(size, self._line().split()[1]))
            return [index[a:b] for a, b in pairwise(ends)]
        flat = whole(self.path, self._numbers(size, "int"))
        out, at = [], 0
        for _ in range(count):
            out.append(flat[at + 1 : at + 1 + flat[at]])
            at += 1 + int(flat[at])
        return out

    def _skip_to(self, word: bytes) -> None:
        found = self.raw.find(word, self.at)
        if found < 0:
            raise ValueError("the file ends")
        self.at = found
