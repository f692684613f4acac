"""YAML text to plain data, with the line and column of every value.

PyYAML's events are scanned flat before anything is composed: aliases, tags and deep nesting are
refused there, because composing them can exhaust memory (alias bombs) or crash the C loader
(100,000 nested brackets). Scalars follow the YAML 1.2 core rules, so that ``no`` stays a word,
``010`` is ten and ``500.0e3`` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ir_sim.errors import Problem

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 50
MAX_NODES = 1_000_000

Loc = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
}


@dataclass(frozen=True)
class Source:
    """A parsed YAML document.

    Attributes:
        file: Name to show in messages.
        text: The text as read.
        data: Plain dict, list, str, int, float, bool and None.
        marks: For each location the (line, column), from 1, of its value.
        key_marks: For each location the (line, column), from 1, of its key.
        problems: What was wrong; ``data`` is None if composing was impossible.
        files: For each location that was not written in ``file``, the file it was written in.
        resolved: The whole case as one text, if ``text`` takes parts from elsewhere; else empty.
    """

    file: str
    text: str
    data: Any
    marks: dict[Loc, tuple[int, int]]
    key_marks: dict[Loc, tuple[int, int]]
    problems: list[Problem]
    files: dict[Loc, str] = field(default_factory=dict)
    resolved: str = ""

    def file_of(self, loc: Loc) -> str:
        """The file that a location, or its nearest parent in the text, was written in."""
        at = loc
        while at and at not in self.marks:
            at = at[:-1]
        return self.files.get(at, self.file)

    def value(self, loc: Loc) -> Any:
        """What is written at a location, or None."""
        node = self.data
        for part in loc:
            node = _inside(node, part)
        return node

    def problem(
        self, loc: Loc, message: str, hint: str = "", *, at_key: bool = False, warn: bool = False
    ) -> Problem:
        """A problem at a location, or at its nearest parent that stands in the text."""
        at = loc
        marks = self.key_marks if at_key and loc in self.key_marks else self.marks
        while at and at not in marks:
            at, marks = at[:-1], self.marks
        line, column = marks.get(at, (1, 1))
        severity = "warning" if warn else "error"
        return Problem(self.file_of(at), line, column, self.place(loc), message, hint, severity)

    def place(self, loc: Loc) -> str:
        """A location as an author reads it: ``anatomy.vessels[right_renal].points[2].radius``.

        List items are named by their ``id`` if they have one and counted from 1 otherwise, as lines
        and columns are.
        """
        out, node = "", self.data
        for k, part in enumerate(loc):
            if isinstance(part, int) and k and loc[k - 1] != "points" and "points" in loc[:k]:
                out += f".{('x', 'y', 'radius', 'z')[part]}" if part < 4 else f"[{part + 1}]"
            elif isinstance(part, int):
                item = node[part] if isinstance(node, list) and part < len(node) else None
                name = item.get("id") if isinstance(item, dict) else None
                out += f"[{name if isinstance(name, str) else part + 1}]"
            else:
                out += f".{part}" if out else part
            node = _inside(node, part)
        return out


def _inside(node: Any, part: str | int) -> Any:
    """The value at a key or place, or None."""
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def dotted(loc: Loc) -> str:
    """``('vessels', 2, 'id')`` as ``vessels[2].id``."""
    out = ""
    for part in loc:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if out else str(part)
    return out


def read_text(path: Path, name: str) -> tuple[str, list[Problem]]:
    """Read a YAML file of at most 2 MiB as UTF-8 (a byte order mark is allowed)."""
    try:
        if path.is_dir():
            return "", [Problem(name, 1, 1, "", "is a folder, not a file", "name a .yaml file")]
        if path.stat().st_size > MAX_BYTES:
            size = path.stat().st_size / 1024 / 1024
            message = f"the file has {size:.1f} MiB; at most 2 MiB are read"
            return "", [Problem(name, 1, 1, "", message)]
        raw = path.read_bytes()
    except FileNotFoundError:
        return "", [Problem(name, 1, 1, "", "no such file")]
    except OSError as error:
        reason = error.strerror or str(error)
        return "", [Problem(name, 1, 1, "", f"cannot be read: {reason}")]
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", [Problem(name, 1, 1, "", "is UTF-16 text", "save it as UTF-8")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        head = raw[: error.start]
        line = head.count(b"\n") + 1
        column = len(head) - (head.rfind(b"\n") + 1) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8 text"
        return "", [Problem(name, line, column, "", message, "save the file as UTF-8")]


def parse(text: str, file: str) -> Source:
    """Parse one YAML document; never raises for bad text."""
    source = Source(file, text, None, {}, {}, [])
    if len(text) > MAX_BYTES:
        source.problems.append(Problem(file, 1, 1, "", "the text is longer than 2 MiB"))
        return source
    try:
        blocked = list(_refusals(text, file))
        if blocked:
            source.problems.extend(blocked)
            return source
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and "quoted scalar" in str(error.context):
            mark = error.context_mark  # where the quote opens, not where the text ends
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.problems.append(Problem(file, line, column, "", *_plain_words(error, text, line)))
        return source
    except yaml.YAMLError as error:  # a character that YAML does not allow
        line, column = _reader_place(error, text)
        message = "a character that a YAML text may not have"
        source.problems.append(Problem(file, line, column, "", message, "delete it"))
        return source
    if node is None:
        source.problems.append(Problem(file, 1, 1, "", "the file is empty"))
        return source
    data = _plain(node, (), source)
    return Source(file, text, data, source.marks, source.key_marks, source.problems)


def _refusals(text: str, file: str) -> Iterator[Problem]:
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark

        def problem(message: str, hint: str = "", mark: Any = mark) -> Problem:
            return Problem(file, mark.line + 1, mark.column + 1, "", message, hint)

        if isinstance(event, yaml.AliasEvent):
            message = f"a value cannot begin with '*' (*{event.anchor})"
            yield problem(message, "put a text in quotes; aliases are not allowed")
            return
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield problem(
                    "a second document ('---') in the file", "delete this line: a file is a case"
                )
                return
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            tag = getattr(event, "tag", None)
            if tag is not None and tag != "!":
                name = tag.replace("tag:yaml.org,2002:", "!!")
                message = f"a value cannot begin with '!' ({name})"
                yield problem(message, "put a text in quotes; tags are not allowed")
                return
            if getattr(event, "anchor", None):
                message = f"a value cannot begin with '&' (&{event.anchor})"
                yield problem(message, "put a text in quotes; anchors are not allowed")
                return
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                yield problem(f"nested more than {MAX_DEPTH} deep")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if nodes > MAX_NODES:
            yield problem(f"more than {MAX_NODES:,} values")
            return


def _plain(node: yaml.Node, loc: Loc, source: Source) -> Any:
    source.marks[loc] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*loc, i), source) for i, item in enumerate(node.value)]
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        at = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            place = Problem(source.file, *at, dotted(loc), "a key must be a word")
            source.problems.append(place)
            continue
        key = str(key_node.value)
        if key in out:
            first = source.key_marks[(*loc, key)][0]
            message = f"key '{key}' is repeated (first at line {first})"
            source.problems.append(
                Problem(source.file, *at, dotted((*loc, key)), message, "keep one of them")
            )
            continue
        source.key_marks[(*loc, key)] = at
        out[key] = _plain(value_node, (*loc, key), source)
    return out


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style:  # quoted or block text stays text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 20 else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _plain_words(error: yaml.MarkedYAMLError, text: str, line: int) -> tuple[str, str]:
    """The scanner's words turned into an author's."""
    said = error.problem or str(error)
    lines = text.splitlines()
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())] or "tab" in said or "'\\t'" in said:
        return "a tab character in the indentation", "indent with spaces"
    column = error.problem_mark.column if error.problem_mark is not None else 0
    closing = here[column : column + 1]
    if "did not find expected key" in said and closing in ("]", "}"):
        opening = {"]": "[", "}": "{"}[closing]
        return f"this '{closing}' closes nothing", f"is a '{opening}' missing before it?"
    table = {
        "mapping values are not allowed": (
            "a second ':' where a value was expected",
            "put the text in quotes, or check the indentation",
        ),
        "could not find expected ':'": ("a ':' is missing after a key", "write key: value"),
        "did not find expected key": (
            "the indentation or a bracket does not fit here",
            "look at this line and the one before",
        ),
        "did not find expected '-' indicator": ("a list item must start with '- '", ""),
        "did not find expected ',' or ']'": ("a ',' or ']' is missing", "close the list"),
        "did not find expected ',' or '}'": ("a ',' or '}' is missing", "close the braces"),
        "found unexpected end of stream": ("a quote is not closed", 'add the closing quote "'),
        "maximum nesting depth": (f"nested more than {MAX_DEPTH} deep", ""),
        "found character that cannot start": (
            "a character that cannot start a value",
            "put the text in quotes",
        ),
    }
    for key, words in table.items():
        if key in said:
            return words
    return said, ""


def _reader_place(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    position = getattr(error, "position", None)
    if position is None:
        bad = re.search(
            r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text
        )
        position = bad.start() if bad else 0
    head = text[:position]
    return head.count("\n") + 1, position - (head.rfind("\n") + 1) + 1


def is_plain_word(text: str) -> bool:
    """Whether an unquoted word stays text when it is read."""
    return not (text in _WORDS or _INT.fullmatch(text) or _FLOAT.fullmatch(text))
