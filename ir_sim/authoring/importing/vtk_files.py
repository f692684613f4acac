"""VTK polydata: XML (``.vtp``, as VMTK writes it) and legacy (``.vtk``), text and binary.

Only points, lines and the point data are read. Formats: https://docs.vtk.org/en/latest/
design_documents/VTKFileFormats.html
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ir_sim.authoring.importing.polyline import CentrelineError, Polyline, read_bytes

_TYPES = {
    "Float32": "f4", "Float64": "f8", "Int8": "i1", "UInt8": "u1", "Int16": "i2",
    "UInt16": "u2", "Int32": "i4", "UInt32": "u4", "Int64": "i8", "UInt64": "u8",
}  # fmt: skip
_LEGACY_TYPES = {
    "float": "f4", "double": "f8", "char": "i1", "unsigned_char": "u1", "short": "i2",
    "unsigned_short": "u2", "int": "i4", "unsigned_int": "u4", "long": "i8",
    "unsigned_long": "u8", "vtktypeint64": "i8", "vtkIdType": "i8", "vtktypeint32": "i4",
}  # fmt: skip
#: Names of the array that holds the radius, in the order in which they are believed.
_RADII = ("MaximumInscribedSphereRadius", "Radius", "radius", "MISR", "radii", "R")
_MAX_VALUES = 30_000_000


def read_vtp(path: Path) -> list[Polyline]:
    """XML polydata.

    Raises:
        CentrelineError: Not polydata, damaged, or without lines.
    """
    raw = read_bytes(path)
    head, appended = _split_appended(raw)
    try:
        root = ElementTree.fromstring(head)  # noqa: S314 - expat refuses entity bombs; size capped
    except ElementTree.ParseError as error:
        raise CentrelineError(f"{path}: damaged XML: {error}") from error
    if root.tag != "VTKFile" or root.get("type") != "PolyData":
        raise CentrelineError(
            f"{path}: not VTK PolyData (a surface or image? centrelines are lines)"
        )
    reader = _Xml(path, root, appended)
    out: list[Polyline] = []
    for piece in root.iter("Piece"):
        arrays = {a.get("Name", ""): a for a in piece.iterfind("PointData/DataArray")}
        points = piece.find("Points/DataArray")
        lines = {a.get("Name"): a for a in piece.iterfind("Lines/DataArray")}
        if points is None or "connectivity" not in lines or "offsets" not in lines:
            continue
        xyz = reader.points(points)
        ends = _whole(path, reader.array(lines["offsets"]))
        index = _whole(path, reader.array(lines["connectivity"]))
        name = next((n for n in _RADII if n in arrays), None)
        radius = reader.array(arrays[name]) if name else np.full(len(xyz), np.nan)
        runs = np.split(index, ends[:-1]) if len(ends) else []
        out += _lines(path, xyz, radius, runs)
    return _some(path, out)


def read_legacy(path: Path) -> list[Polyline]:
    """Legacy polydata.

    Raises:
        CentrelineError: Not polydata, damaged, or without lines.
    """
    reader = _Legacy(path, read_bytes(path))
    xyz, runs, arrays = reader.polydata()
    name = next((n for n in _RADII if n in arrays), None)
    radius = arrays[name] if name else np.full(len(xyz), np.nan)
    return _some(path, _lines(path, xyz, radius, runs))


def _lines(
    path: Path, xyz: np.ndarray, radius: np.ndarray, runs: list[np.ndarray]
) -> list[Polyline]:
    if len(radius) != len(xyz):
        raise CentrelineError(f"{path}: {len(radius)} radii for {len(xyz)} points")
    out = []
    for run in runs:
        if len(run) and (run.min() < 0 or run.max() >= len(xyz)):
            raise CentrelineError(f"{path}: a line names a point that is not in the file")
        if len(run):
            out.append(Polyline("", xyz[run].astype(float), radius[run].astype(float)))
    return out


def _whole(path: Path, values: np.ndarray) -> np.ndarray:
    """Numbers of points as whole numbers."""
    if not (np.isfinite(values) & (np.abs(values) < _MAX_VALUES)).all():
        raise CentrelineError(f"{path}: a line names a point that is not in the file")
    return values.astype(np.int64)


def _some(path: Path, lines: list[Polyline]) -> list[Polyline]:
    if not lines:
        raise CentrelineError(f"{path}: no lines in it (a surface? centrelines are needed)")
    return lines


def _split_appended(raw: bytes) -> tuple[bytes, bytes]:
    """The XML without its appended data, which may be raw bytes, and that data."""
    start = raw.find(b"<AppendedData")
    if start < 0:
        return raw, b""
    first = raw.find(b"_", raw.find(b">", start))
    last = raw.rfind(b"</AppendedData>")
    if first < 0 or last < first:
        return raw, b""
    return raw[: first + 1] + raw[last:], raw[first + 1 : last]


@dataclass
class _Xml:
    """Reads the arrays of an XML file."""

    path: Path
    root: ElementTree.Element
    appended: bytes

    def array(self, element: ElementTree.Element) -> np.ndarray:
        """(values,) numbers of a DataArray."""
        kind = _TYPES.get(element.get("type", ""))
        if kind is None:
            raise CentrelineError(f"{self.path}: arrays of type '{element.get('type')}'")
        how = element.get("format", "ascii")
        try:
            if how == "ascii":
                return np.array((element.text or "").split(), dtype=float)
            if how == "binary":
                data = self._base64((element.text or "").strip().encode())
            else:
                data = self._appended(int(element.get("offset", "0")))
            order = "<" if self.root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
            return np.frombuffer(data, dtype=order + kind).astype(float)
        except (ValueError, IndexError, zlib.error) as error:
            name = element.get("Name", "")
            raise CentrelineError(f"{self.path}: the array '{name}' is damaged") from error

    def points(self, element: ElementTree.Element) -> np.ndarray:
        """(n, 3) positions of a DataArray."""
        values = self.array(element)
        if len(values) % 3:
            raise CentrelineError(f"{self.path}: {len(values)} coordinates are no points")
        return values.reshape(-1, 3)

    @property
    def _header(self) -> str:
        order = "<" if self.root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
        return order + ("u8" if self.root.get("header_type") == "UInt64" else "u4")

    def _appended(self, offset: int) -> bytes:
        element = self.root.find("AppendedData")
        data = self.appended[offset:]
        if element is not None and element.get("encoding") == "base64":
            return self._base64(data)
        return self._blocks(data, 0)

    def _base64(self, text: bytes) -> bytes:
        """Header and data are encoded one after the other, each with its own padding."""
        text = re.sub(rb"\s+", b"", text)
        size = np.dtype(self._header).itemsize
        if self.root.get("compressor"):
            first = base64.b64decode(text[: 4 * -(-size // 3)])
            blocks = int(np.frombuffer(first[:size], self._header)[0])
            header = size * (3 + blocks)
            taken = 4 * -(-header // 3)
            head = base64.b64decode(text[:taken])[:header]
            sizes = np.frombuffer(head, self._header)[3:].astype(np.int64)
            body = 4 * -(-int(sizes.sum()) // 3)
            return self._blocks(head + base64.b64decode(text[taken : taken + body]), 0)
        first = base64.b64decode(text[: 4 * -(-size // 3)])
        count = int(np.frombuffer(first[:size], self._header)[0])
        whole = 4 * -(-(size + count) // 3)
        return base64.b64decode(text[:whole])[size : size + count]

    def _blocks(self, data: bytes, at: int) -> bytes:
        """A length, or the table of compressed blocks, and the bytes that it describes."""
        size = np.dtype(self._header).itemsize
        if not self.root.get("compressor"):
            count = int(np.frombuffer(data[at : at + size], self._header)[0])
            return data[at + size : at + size + count]
        if "ZLib" not in self.root.get("compressor", ""):
            raise CentrelineError(f"{self.path}: compressed by {self.root.get('compressor')}")
        blocks = int(np.frombuffer(data[at : at + size], self._header)[0])
        table = np.frombuffer(data[at : at + size * (3 + blocks)], self._header).astype(np.int64)
        if blocks * max(int(table[1]), 1) > 8 * _MAX_VALUES:
            raise CentrelineError(f"{self.path}: an array larger than is read")
        at += size * (3 + blocks)
        out = []
        for length in table[3:]:
            unpacker = zlib.decompressobj()
            out.append(unpacker.decompress(data[at : at + int(length)], int(table[1]) + 1))
            at += int(length)
        return b"".join(out)


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
        if not 0 <= count <= _MAX_VALUES:
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
            ends = _whole(self.path, ends)
            self._skip_to(b"CONNECTIVITY")
            index = _whole(self.path, self._numbers(size, self._line().split()[1]))
            return [index[a:b] for a, b in pairwise(ends)]
        flat = _whole(self.path, self._numbers(size, "int"))
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
