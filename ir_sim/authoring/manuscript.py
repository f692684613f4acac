"""A text under somebody's hands: the file, the way back, and the places in it.

Edits replace or insert characters where they belong; the rest of the text stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar

from ir_sim.errors import IrSimError
from ir_sim.scenario.library import Examined, look_at_text
from ir_sim.scenario.yaml_source import Loc, Source, parse, read_text

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_MOST_STEPS = 200
P = ParamSpec("P")
T = TypeVar("T")


def plainly(edit: Callable[P, T]) -> Callable[P, T]:
    """An edit that says so where the text is written in a way that it cannot change.

    Whatever goes wrong, and whatever would make the text unreadable, is taken back.
    """

    @wraps(edit)
    def do(*args: P.args, **kwargs: P.kwargs) -> T:
        draft = args[0]
        assert isinstance(draft, Manuscript)  # noqa: S101  # it decorates methods only
        before, past, future = draft.text, draft.past, draft.future
        try:
            done = edit(*args, **kwargs)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            draft.back_to(before, past, future)
            raise IrSimError("this is not written plainly enough: edit it in the text") from error
        except IrSimError:
            draft.back_to(before, past, future)
            raise
        if draft.source.problems and not parse(before, "").problems:
            draft.back_to(before, past, future)
            raise IrSimError("this is not written plainly enough: edit it in the text")
        draft.one_step(before, past)
        return done

    return do


class Manuscript:
    """A case's file, what its text says now, and the way back.

    Args:
        path: The file.
        text: Its text.

    Attributes:
        text: As it is now.
        source: Parsed.
        seen: What reading it has shown, without geometry and flow.
        past: Texts to go back to; ``future`` those to go forward to again.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self._saved = path, text, text
        self.past: list[str] = []
        self.future: list[str] = []
        self._held: str | None = None
        self._read()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a file.

        Raises:
            IrSimError: It cannot be read.
        """
        text, problems = read_text(path, str(path))
        if problems:
            raise IrSimError(str(problems[0]))
        return cls(path, text)

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
        self.past = [*self.past[-_MOST_STEPS:], text]
        self.future = []

    def replace(self, text: str) -> None:
        """Take another text, as one step."""
        if text == self.text:
            return
        if self._held is None:
            self._remember(self.text)
        self.text = text
        self._read()

    def back_to(self, text: str, past: list[str], future: list[str]) -> None:
        """As if nothing had happened since."""
        if text != self.text:
            self.text = text
            self._read()
        self.past, self.future = past, future

    def one_step(self, text: str, past: list[str]) -> None:
        """Make all that came since a text one step."""
        if self._held is None and text != self.text:
            self.past = [*past[-_MOST_STEPS:], text]

    def undo(self) -> bool:
        """One step back; whether there was one."""
        if not self.past:
            return False
        self.future = [*self.future, self.text]
        *self.past, self.text = self.past
        self._read()
        return True

    def redo(self) -> bool:
        """One step forward again; whether there was one."""
        if not self.future:
            return False
        self.past = [*self.past, self.text]
        *self.future, self.text = self.future
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

    # -- text ----------------------------------------------------------------------------------

    def add_key(self, loc: Loc, before: str, words: str) -> None:
        """A key before another of the same block."""
        at = self.offset(self.source.key_marks[(*loc, before)])
        start = self.line_start(at)
        lead = self.text[start:at]
        block = not lead.strip(" -")
        pad = " " * len(lead) if block else ""
        tail = f"{self.newline}{pad}" if block else ", "
        self.replace(f"{self.text[:at]}{words}{tail}{self.text[at:]}")

    def append(self, lines: Sequence[str]) -> None:
        """Lines as a further vessel."""
        vessels = self.get(("anatomy", "vessels"))
        if vessels:
            first = self.offset(self.source.marks[("anatomy", "vessels", 0)])
            start = self.line_start(first)
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
            at, head = self.line_end(line), " " * (pad - 2) + "vessels:" + self.newline
        block = "".join(" " * pad + line + self.newline for line in lines)
        lead = "" if at == 0 or self.text[at - 1] in "\r\n" else self.newline
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

    def get(self, loc: Loc) -> Any:
        """What is written at a place, or None."""
        value: Any = self.source.data
        for part in loc:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def at(self, loc: Loc) -> Any:
        """What is written at a place; ``IrSimError`` if nothing is."""
        value = self.get(loc)
        if value is None:
            raise IrSimError("this is not written in the file")
        return value

    @property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    @property
    def newline(self) -> str:
        """The line end that the author's editor writes."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def offset(self, mark: tuple[int, int]) -> int:
        """Offset of a line and column, both from 1."""
        return self._starts[mark[0] - 1] + mark[1] - 1

    def line_start(self, offset: int) -> int:
        """Offset of the beginning of the line that holds an offset."""
        return max(start for start in self._starts if start <= offset)

    def next_line(self, offset: int) -> int:
        """Offset of the line after the one that holds an offset."""
        return next((s for s in self._starts if s > offset), len(self.text))

    def line_end(self, line: int) -> int:
        """Offset behind a line, counted from 1."""
        starts = self._starts
        return starts[line] if line < len(starts) else len(self.text)
