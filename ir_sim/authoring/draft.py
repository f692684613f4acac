"""A case's text under an author's hands: numbers and lines are changed where they stand.

Nothing is written anew. A moved point replaces its numbers, a new lesion adds its words; comments,
order, spacing and line ends stay as the author wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ir_sim.errors import IrSimError
from ir_sim.scenario.library import Examined, look_at_text
from ir_sim.scenario.yaml_source import Loc, Source, parse, read_text

_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_MOST_STEPS = 200
Row = Sequence[float]

#: What a new lesion says beside its kind and place.
NEW_LESIONS = {
    "stenosis": "length_mm: 10, diameter_percent: 60",
    "occlusion": "length_mm: 10",
    "aneurysm": "sac: {neck_mm: 3, dome_mm: 6}",
    "thrombus": "length_mm: 15",
    "bleed": "flow_ml_min: 20",
    "tumour": "flow_ml_min: 40",
    "fibroid": "flow_ml_min: 60",
    "fistula": "flow_ml_min: 200",
    "spasm": "",
    "dissection": "length_mm: 20",
}


class Draft:
    """A case's file, what its text says now, and the way back.

    Args:
        path: The file.
        text: Its text.

    Attributes:
        text: As it is now.
        source: Parsed.
        seen: What reading it has shown, without geometry and flow.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self._saved = path, text, text
        self._past: list[str] = []
        self._future: list[str] = []
        self._held: str | None = None
        self._read()

    @staticmethod
    def open(path: Path) -> Draft:
        """Read a file.

        Raises:
            IrSimError: It cannot be read.
        """
        text, problems = read_text(path, str(path))
        if problems:
            raise IrSimError(str(problems[0]))
        return Draft(path, text)

    def _read(self) -> None:
        self.source: Source = parse(self.text, str(self.path))
        self.seen: Examined = look_at_text(self.text, str(self.path), self.path)

    # -- the way back --------------------------------------------------------------------------

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return self.text != self._saved

    def hold(self) -> None:
        """What follows until ``let_go`` is one step back: a drag of the mouse."""
        self._held = self.text

    def let_go(self) -> None:
        """End of a drag."""
        held, self._held = self._held, None
        if held is not None and held != self.text:
            self._remember(held)

    def _remember(self, text: str) -> None:
        self._past = [*self._past[-_MOST_STEPS:], text]
        self._future = []

    def replace(self, text: str) -> None:
        """Take another text, as one step."""
        if text == self.text:
            return
        if self._held is None:
            self._remember(self.text)
        self.text = text
        self._read()

    def undo(self) -> bool:
        """One step back; whether there was one."""
        if not self._past:
            return False
        self._future.append(self.text)
        self.text = self._past.pop()
        self._read()
        return True

    def redo(self) -> bool:
        """One step forward again; whether there was one."""
        if not self._future:
            return False
        self._past.append(self.text)
        self.text = self._future.pop()
        self._read()
        return True

    def save(self) -> None:
        """Write the file so that either the old or the whole new one is there.

        Raises:
            IrSimError: It cannot be written.
        """
        part = self.path.with_name(self.path.name + ".part")
        try:
            part.write_bytes(self.text.encode("utf-8"))
            part.replace(self.path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise IrSimError(f"{self.path}: cannot be written: {reason}") from error
        self._saved = self.text

    def reload(self) -> bool:
        """Take up the file's text if it has changed on disk; whether it had."""
        text, problems = read_text(self.path, str(self.path))
        if problems or text == self._saved:
            return False
        self._saved = text
        self.replace(text)
        return True

    # -- vessels -------------------------------------------------------------------------------

    def points(self, vessel: str) -> list[list[float]]:
        """A vessel's points as the case has them now, inherited or its own; empty if none."""
        mended = self.seen.mended
        specs = mended.anatomy.vessels if mended is not None else []
        return next(([list(p) for p in spec.points] for spec in specs if spec.id == vessel), [])

    def move(self, vessel: str, point: int, x_mm: float, y_mm: float) -> None:
        """Put a point elsewhere."""
        self._set(vessel, point, {0: x_mm, 1: y_mm}, digits=1)

    def widen(self, vessel: str, point: int, radius_mm: float) -> None:
        """Give a point another radius."""
        self._set(vessel, point, {2: max(radius_mm, 0.2)}, digits=2)

    def _set(self, vessel: str, point: int, values: dict[int, float], digits: int) -> None:
        loc = (*self._adopted(vessel), "points", point)
        text = self.text
        for column in sorted(values, reverse=True):  # from the right, so that places stay true
            at = self._offset(self.source.marks[(*loc, column)])
            found = _NUMBER.match(text, at)
            if found is None:
                raise IrSimError("this number is not written as one: edit it in the text")
            text = text[:at] + _shown(values[column], digits) + text[found.end() :]
        self.replace(text)

    def insert_point(self, vessel: str, before: int, row: Row) -> None:
        """A new point before another; behind the last one if ``before`` is their number."""
        loc = (*self._adopted(vessel), "points")
        count = len(self._at(loc))
        words = "[" + ", ".join(_shown(v, 1 if i < 2 else 2) for i, v in enumerate(row)) + "]"
        neighbour = min(before, count - 1)
        at = self._offset(self.source.marks[(*loc, neighbour)])
        start = self._line_start(at)
        dashed = self.text[start:at].strip() == "-"
        if before < count:
            lead = self.text[start:at] if dashed else ""
            new = f"{words}{self._newline}{lead}" if dashed else f"{words}, "
            self.replace(self.text[:at] + new + self.text[at:])
            return
        end = self.text.index("]", at) + 1
        new = f"{self._newline}{self.text[start:at]}{words}" if dashed else f", {words}"
        self.replace(self.text[:end] + new + self.text[end:])

    def delete_point(self, vessel: str, point: int) -> None:
        """Take a point away; two must stay."""
        loc = (*self._adopted(vessel), "points")
        count = len(self._at(loc))
        if count <= 2:
            raise IrSimError("a vessel needs two points")
        at = self._offset(self.source.marks[(*loc, point)])
        start, end = self._line_start(at), self.text.index("]", at) + 1
        if self.text[start:at].strip() == "-":
            match = _BREAK.search(self.text, end)
            self.replace(self.text[:start] + self.text[match.end() if match else len(self.text) :])
        elif point + 1 < count:
            self.replace(
                self.text[:at] + self.text[self._offset(self.source.marks[(*loc, point + 1)]) :]
            )
        else:
            before = self.text.rindex("]", 0, at) + 1
            self.replace(self.text[:before] + self.text[end:])

    def add_branch(self, parent: str, rows: Sequence[Row], organ: str = "other") -> str:
        """A new vessel on another; returns its name."""
        names = self.seen.mended.anatomy.names if self.seen.mended is not None else []
        name = next(n for n in (f"{parent}_branch_{k}" for k in range(1, 10_000)) if n not in names)
        self._append(
            [
                f"- id: {name}",
                f"  parent: {parent}",
                f"  points: {_rows(rows)}",
                f"  outlet: {{organ: {organ}}}",
            ]
        )
        return name

    def add_lesion(self, vessel: str, kind: str, at_mm: float) -> None:
        """A new lesion with the usual figures."""
        loc = self._adopted(vessel)
        place = "" if kind == "spasm" else f"at_mm: {_shown(at_mm, 1)}"
        words = ", ".join(part for part in (f"kind: {kind}", place, NEW_LESIONS[kind]) if part)
        item, lesions = "{" + words + "}", (*loc, "lesions")
        if self._get(lesions):
            first = self._offset(self.source.marks[(*lesions, 0)])
            start = self._line_start(first)
            lead = self.text[start:first]
            dashed = lead.strip() == "-"
            new = f"{item}{self._newline}{lead}" if dashed else f"{item}, "
            self.replace(self.text[:first] + new + self.text[first:])
            return
        if lesions in self.source.key_marks:
            at = self._offset(self.source.marks[lesions])
            end = self.text.index("]", at) + 1
            self.replace(f"{self.text[:at]}[{item}]{self.text[end:]}")
            return
        at = self._offset(self.source.key_marks[(*loc, "points")])
        start = self._line_start(at)
        alone = not self.text[start:at].strip()
        tail = f"{self._newline}{self.text[start:at]}" if alone else ", "
        self.replace(f"{self.text[:at]}lesions: [{item}]{tail}{self.text[at:]}")

    # -- text ----------------------------------------------------------------------------------

    def _own(self, vessel: str) -> Loc | None:
        """Where this file writes a vessel's points, if it does."""
        for i, item in enumerate(self._get(("anatomy", "vessels")) or []):
            if isinstance(item, dict) and item.get("id") == vessel and "points" in item:
                return ("anatomy", "vessels", i)
        return None

    def _adopted(self, vessel: str) -> Loc:
        """Where this file writes a vessel; what it inherits it writes from now on."""
        own = self._own(vessel)
        if own is not None:
            return own
        rows = self.points(vessel)
        if not rows:
            raise IrSimError(f"'{vessel}' belongs to a lesion: change the lesion")
        for i, item in enumerate(self._get(("anatomy", "vessels")) or []):
            if isinstance(item, dict) and item.get("id") == vessel:
                self._add_key(("anatomy", "vessels", i), "id", f"points: {_rows(rows)}")
                return ("anatomy", "vessels", i)
        self._append([f"- id: {vessel}", f"  points: {_rows(rows)}"])
        found = self._own(vessel)
        if found is None:
            raise IrSimError("the vessel could not be written into this file")
        return found

    def _add_key(self, loc: Loc, before: str, words: str) -> None:
        """A key before another of the same block."""
        at = self._offset(self.source.key_marks[(*loc, before)])
        start = self._line_start(at)
        lead = self.text[start:at]
        block = not lead.strip(" -")
        pad = " " * len(lead) if block else ""
        tail = f"{self._newline}{pad}" if block else ", "
        self.replace(f"{self.text[:at]}{words}{tail}{self.text[at:]}")

    def _append(self, lines: Sequence[str]) -> None:
        """Lines as a further vessel."""
        vessels = self._get(("anatomy", "vessels"))
        if vessels:
            first = self._offset(self.source.marks[("anatomy", "vessels", 0)])
            start = self._line_start(first)
            if self.text[start:first].strip() != "-":
                raise IrSimError("write the vessels one under another ('- id: ...') first")
            pad = self.text[start:first].index("-")
            last = self.source.marks[("anatomy", "vessels", len(vessels) - 1)][0]
            at, head = self._end_of_block(last, pad), ""
        else:
            if ("anatomy",) not in self.source.key_marks:
                raise IrSimError("this file has no block 'anatomy' to write into")
            line, _ = self.source.key_marks[("anatomy",)]
            if self.source.marks[("anatomy",)][0] == line or vessels is not None:
                raise IrSimError("write 'anatomy:' as an indented block first")
            pad = self.source.marks[("anatomy",)][1] - 1 + 2
            at, head = self._line_end(line), " " * (pad - 2) + "vessels:" + self._newline
        block = "".join(" " * pad + line + self._newline for line in lines)
        lead = "" if at == 0 or self.text[at - 1] in "\r\n" else self._newline
        self.replace(self.text[:at] + lead + head + block + self.text[at:])

    def _end_of_block(self, line: int, indent: int) -> int:
        """Offset behind the last line of a list item that begins in a line, counted from 1."""
        starts, last = self._starts, line
        for k in range(line, len(starts)):
            end = starts[k + 1] if k + 1 < len(starts) else len(self.text)
            words = self.text[starts[k] : end]
            if not words.strip() or words.lstrip().startswith("#"):
                continue
            if len(words) - len(words.lstrip(" ")) <= indent:
                break
            last = k + 1
        return starts[last] if last < len(starts) else len(self.text)

    def _get(self, loc: Loc) -> Any:
        value: Any = self.source.data
        for part in loc:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def _at(self, loc: Loc) -> Any:
        value = self._get(loc)
        if value is None:
            raise IrSimError("this is not written in the file")
        return value

    @property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _offset(self, mark: tuple[int, int]) -> int:
        return self._starts[mark[0] - 1] + mark[1] - 1

    def _line_start(self, offset: int) -> int:
        return max(start for start in self._starts if start <= offset)

    def _line_end(self, line: int) -> int:
        starts = self._starts
        return starts[line] if line < len(starts) else len(self.text)


def _shown(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.6g}"


def _rows(rows: Sequence[Row]) -> str:
    words = [", ".join(_shown(v, 1 if i < 2 else 2) for i, v in enumerate(row)) for row in rows]
    return "[" + ", ".join(f"[{row}]" for row in words) + "]"
