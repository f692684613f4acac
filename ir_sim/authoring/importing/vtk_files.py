"""VTK polydata in XML (``.vtp``), as VMTK writes it: text, binary, appended, compressed.

Only points, lines and the point data are read. Formats: https://docs.vtk.org/en/latest/
design_documents/VTKFileFormats.html
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ir_sim.authoring.importing.polyline import CentrelineError, Polyline, read_bytes

_TYPES = {
    "Float32": "f4", "Float64": "f8", "Int8": "i1", "UInt8": "u1", "Int16": "i2",
    "UInt16": "u2", "Int32": "i4", "UInt32": "u4", "Int64": "i8", "UInt64": "u8",
}  # fmt: skip
#: Names of the array that holds the radius, in the order in which they are believed.
RADII = ("MaximumInscribedSphereRadius", "Radius", "radius", "MISR", "radii", "R")
MAX_VALUES = 30_000_000


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
        ends = whole(path, reader.array(lines["offsets"]))
        index = whole(path, reader.array(lines["connectivity"]))
        name = next((n for n in RADII if n in arrays), None)
        radius = reader.array(arrays[name]) if name else np.full(len(xyz), np.nan)
        runs = np.split(index, ends[:-1]) if len(ends) else []
        out += lines_of(path, xyz, radius, runs)
    return some(path, out)


def lines_of(
    path: Path, xyz: np.ndarray, radius: np.ndarray, runs: list[np.ndarray]
) -> list[Polyline]:
    """Polylines from points, radii and the point numbers of each line."""
    if len(radius) != len(xyz):
        raise CentrelineError(f"{path}: {len(radius)} radii for {len(xyz)} points")
    out = []
    for run in runs:
        if len(run) and (run.min() < 0 or run.max() >= len(xyz)):
            raise CentrelineError(f"{path}: a line names a point that is not in the file")
        if len(run):
            out.append(Polyline("", xyz[run].astype(float), radius[run].astype(float)))
    return out


def whole(path: Path, values: np.ndarray) -> np.ndarray:
    """Numbers of points as whole numbers."""
    if not (np.isfinite(values) & (np.abs(values) < MAX_VALUES)).all():
        raise CentrelineError(f"{path}: a line names a point that is not in the file")
    return values.astype(np.int64)


def some(path: Path, lines: list[Polyline]) -> list[Polyline]:
    """The lines, if there are any."""
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
        if blocks * max(int(table[1]), 1) > 8 * MAX_VALUES:
            raise CentrelineError(f"{self.path}: an array larger than is read")
        at += size * (3 + blocks)
        out = []
        for length in table[3:]:
            unpacker = zlib.decompressobj()
            out.append(unpacker.decompress(data[at : at + int(length)], int(table[1]) + 1))
            at += int(length)
        return b"".join(out)
