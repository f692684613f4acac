"""A case's vessels changed by hand: numbers and lines are changed where they stand.

Nothing is written anew. A moved point replaces its numbers, a new lesion adds its words; comments,
order, spacing and line ends stay as the author wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ir_sim.authoring.manuscript import Manuscript, plainly
from ir_sim.errors import IrSimError
from ir_sim.scenario.yaml_source import Loc

_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
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


class Draft(Manuscript):
    """A case whose vessels are changed by hand."""

    def points(self, vessel: str) -> list[list[float]]:
        """A vessel's points as the case has them now, inherited or its own; empty if none."""
        mended = self.seen.mended
        specs = mended.anatomy.vessels if mended is not None else []
        return next(([list(p) for p in spec.points] for spec in specs if spec.id == vessel), [])

    @plainly
    def move(self, vessel: str, point: int, x_mm: float, y_mm: float) -> None:
        """Put a point elsewhere."""
        self._set(vessel, point, {0: x_mm, 1: y_mm}, digits=1)

    @plainly
    def widen(self, vessel: str, point: int, radius_mm: float) -> None:
        """Give a point another radius."""
        self._set(vessel, point, {2: max(radius_mm, 0.2)}, digits=2)

    def _set(self, vessel: str, point: int, values: dict[int, float], digits: int) -> None:
        loc = (*self._adopted(vessel), "points", point)
        text = self.text
        for column in sorted(values, reverse=True):  # from the right, so that places stay true
            at = self.offset(self.source.marks[(*loc, column)])
            found = _NUMBER.match(text, at)
            if found is None:
                raise IrSimError("this number is not written as one: edit it in the text")
            text = text[:at] + _shown(values[column], digits) + text[found.end() :]
        self.replace(text)

    @plainly
    def insert_point(self, vessel: str, before: int, row: Row) -> None:
        """A new point before another; behind the last one if ``before`` is their number."""
        loc = (*self._adopted(vessel), "points")
        count = len(self.at(loc))
        words = "[" + ", ".join(_shown(v, 1 if i < 2 else 2) for i, v in enumerate(row)) + "]"
        neighbour = min(before, count - 1)
        at = self.offset(self.source.marks[(*loc, neighbour)])
        start = self.line_start(at)
        dashed = self.text[start:at].strip() == "-"
        if before < count:
            lead = self.text[start:at] if dashed else ""
            new = f"{words}{self.newline}{lead}" if dashed else f"{words}, "
            self.replace(self.text[:at] + new + self.text[at:])
            return
        end = self.text.index("]", at) + 1
        new = f"{self.newline}{self.text[start:at]}{words}" if dashed else f", {words}"
        self.replace(self.text[:end] + new + self.text[end:])

    @plainly
    def delete_point(self, vessel: str, point: int) -> None:
        """Take a point away; two must stay."""
        loc = (*self._adopted(vessel), "points")
        count = len(self.at(loc))
        if count <= 2:
            raise IrSimError("a vessel needs two points")
        at = self.offset(self.source.marks[(*loc, point)])
        start, end = self.line_start(at), self.text.index("]", at) + 1
        if self.text[start:at].strip() == "-":
            self.replace(self.text[:start] + self.text[self.next_line(end) :])
        elif point + 1 < count:
            self.replace(
                self.text[:at] + self.text[self.offset(self.source.marks[(*loc, point + 1)]) :]
            )
        else:
            before = self.text.rindex("]", 0, at) + 1
            self.replace(self.text[:before] + self.text[end:])

    @plainly
    def add_branch(self, parent: str, rows: Sequence[Row], organ: str = "other") -> str:
        """A new vessel on another; returns its name."""
        names = self.seen.mended.anatomy.names if self.seen.mended is not None else []
        name = next(n for n in (f"{parent}_branch_{k}" for k in range(1, 10_000)) if n not in names)
        self.append(
            [
                f"- id: {name}",
                f"  parent: {parent}",
                f"  points: {_rows(rows)}",
                f"  outlet: {{organ: {organ}}}",
            ]
        )
        return name

    @plainly
    def add_lesion(self, vessel: str, kind: str, at_mm: float) -> None:
        """A new lesion with the usual figures."""
        loc = self._adopted(vessel)
        place = "" if kind == "spasm" else f"at_mm: {_shown(at_mm, 1)}"
        words = ", ".join(part for part in (f"kind: {kind}", place, NEW_LESIONS[kind]) if part)
        item, lesions = "{" + words + "}", (*loc, "lesions")
        if self.get(lesions):
            first = self.offset(self.source.marks[(*lesions, 0)])
            start = self.line_start(first)
            lead = self.text[start:first]
            dashed = lead.strip() == "-"
            new = f"{item}{self.newline}{lead}" if dashed else f"{item}, "
            self.replace(self.text[:first] + new + self.text[first:])
            return
        if lesions in self.source.key_marks:
            at = self.offset(self.source.marks[lesions])
            end = self.text.index("]", at) + 1
            self.replace(f"{self.text[:at]}[{item}]{self.text[end:]}")
            return
        at = self.offset(self.source.key_marks[(*loc, "points")])
        start = self.line_start(at)
        alone = not self.text[start:at].strip()
        tail = f"{self.newline}{self.text[start:at]}" if alone else ", "
        self.replace(f"{self.text[:at]}lesions: [{item}]{tail}{self.text[at:]}")

    def _own(self, vessel: str) -> Loc | None:
        """Where this file writes a vessel's points, if it does."""
        for i, item in enumerate(self.get(("anatomy", "vessels")) or []):
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
        for i, item in enumerate(self.get(("anatomy", "vessels")) or []):
            if isinstance(item, dict) and item.get("id") == vessel:
                self.add_key(("anatomy", "vessels", i), "id", f"points: {_rows(rows)}")
                return ("anatomy", "vessels", i)
        self.append([f"- id: {vessel}", f"  points: {_rows(rows)}"])
        found = self._own(vessel)
        if found is None:
            raise IrSimError("the vessel could not be written into this file")
        return found


def _shown(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.6g}"


def _rows(rows: Sequence[Row]) -> str:
    words = [", ".join(_shown(v, 1 if i < 2 else 2) for i, v in enumerate(row)) for row in rows]
    return "[" + ", ".join(f"[{row}]" for row in words) + "]"
