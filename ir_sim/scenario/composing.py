"""A case made of others: ``extends`` and anatomical templates, put together before validation.

What a case writes itself stands over what it takes: keys over keys, list items over items with the
same ``id``; ``{id: x, remove: yes}`` takes an inherited item away. Every value keeps the file, line
and column that it was written at; what comes from a shipped template is at the line that names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ir_sim.errors import Problem
from ir_sim.scenario.templates import PARAMETERS, template, template_names, variants_of
from ir_sim.scenario.validation import nearest
from ir_sim.scenario.yaml_source import Loc, Source, parse, read_text
from ir_sim.scenario.yaml_text import plain_text

MOST_LINKS = 8
#: What a case never takes over: its name, and that a physician has seen it.
_OWN = ("id", "review", "extends")
_YES = ("yes", "on", True)

Find = Callable[[str], Path | None]
Drop = Callable[[list[Any], Any, Loc], bool]


@dataclass(frozen=True)
class Composed:
    """What came of it.

    Attributes:
        source: The whole case.
        broken: Whether something that it takes could not be found, so that what is missing may
            not be missing.
    """

    source: Source
    broken: bool = False


def is_composed(data: Any) -> bool:
    """Whether a case takes anything from elsewhere."""
    anatomy = data.get("anatomy") if isinstance(data, dict) else None
    return isinstance(data, dict) and (
        "extends" in data or (isinstance(anatomy, dict) and "template" in anatomy)
    )


def compose(source: Source, find: Find, folder: Path | None) -> Composed:
    """Put a case together; returns the source itself if it takes nothing.

    Args:
        source: As parsed.
        find: The file of a known case's id.
        folder: Where paths begin; None where files may not be named.
    """
    if not is_composed(source.data):
        return Composed(source)
    whole, broken = _extended(source, find, folder, (source.file,))
    whole, unfound = _templated(whole)
    whole = _swept(whole)
    if not broken and not unfound and not whole.problems:
        whole = replace(whole, resolved=plain_text(_settled(whole.data), source.file))
    return Composed(whole, broken or unfound)


def _settled(data: dict[str, Any]) -> dict[str, Any]:
    """The data without the keys by which they were put together."""
    out = {key: value for key, value in data.items() if key != "extends"}
    if isinstance(out.get("anatomy"), dict):
        drop = ("template", *PARAMETERS)
        out["anatomy"] = {k: v for k, v in out["anatomy"].items() if k not in drop}
    return out


def _extended(
    source: Source, find: Find, folder: Path | None, chain: tuple[str, ...]
) -> tuple[Source, bool]:
    """The case over all that it extends; whether something was not found."""
    name = source.data.get("extends") if isinstance(source.data, dict) else None
    if name is None:
        return source, False
    loc: Loc = ("extends",)
    if not isinstance(name, str):
        source.problems.append(source.problem(loc, "must name one case or anatomy"))
        return source, True
    if name in template_names():
        over = source.data.get("anatomy") or {}
        if not isinstance(over, dict):
            return source, True  # the schema says what is wrong
        data = {**source.data, "anatomy": {"template": name, **over}}
        marks = {**source.marks, ("anatomy", "template"): source.marks[loc]}
        marks.setdefault(("anatomy",), source.marks[loc])
        return replace(source, data=data, marks=marks), False
    base, problem = _base(source, name, find, folder, chain)
    if base is None:
        source.problems.append(problem)
        return source, True
    if not isinstance(base.data, dict):
        source.problems.extend(base.problems)
        return source, True
    inner = Path(base.file).parent if folder is not None else None
    below, broken = _extended(base, find, inner, (*chain, base.file))
    kept = {key: value for key, value in below.data.items() if key not in _OWN}
    return overlay(replace(below, data=kept), source), broken


def _base(
    source: Source, name: str, find: Find, folder: Path | None, chain: tuple[str, ...]
) -> tuple[Source | None, Problem]:
    loc: Loc = ("extends",)
    path = find(name)
    if path is None and folder is not None and name.endswith((".yaml", ".yml")):
        path = folder / name
    if path is None or not path.is_file():
        hint = nearest(name, list(template_names())) or "the id or the file of a case"
        return None, source.problem(loc, f"no case or anatomy '{name}' to extend", hint)
    seen = [Path(file).resolve() for file in chain]
    if path.resolve() in seen:
        return None, source.problem(loc, f"'{name}' extends this case in turn: a circle")
    if len(chain) > MOST_LINKS:
        return None, source.problem(loc, f"more than {MOST_LINKS} cases extend one another")
    text, problems = read_text(path, str(path))
    if problems:
        return None, problems[0]
    return parse(text, str(path)), source.problem(loc, "")


def overlay(base: Source, top: Source) -> Source:
    """A source over another: what both say is said by ``top``."""
    out = Source(top.file, top.text, None, {}, {}, [*base.problems, *top.problems])
    merged = _merged(out, base, (), top, (), ())
    return replace(out, data=merged)


def _merged(out: Source, base: Source, b: Loc, top: Source, t: Loc, new: Loc) -> Any:
    low, high = _at(base.data, b), _at(top.data, t)
    if isinstance(low, dict) and isinstance(high, dict):
        _mark(out, top, t, new)
        merged: dict[str, Any] = {}
        for key in dict.fromkeys([*low, *high]):
            at = (*new, key)
            if key not in high:
                merged[key] = _copied(out, base, (*b, key), at)
            elif key not in low:
                merged[key] = _copied(out, top, (*t, key), at)
            else:
                merged[key] = _merged(out, base, (*b, key), top, (*t, key), at)
        return merged
    if _named(low) and _named(high) and (low or high):
        return _merged_items(out, base, b, top, t, new)
    return _copied(out, top, t, new)


def _merged_items(out: Source, base: Source, b: Loc, top: Source, t: Loc, new: Loc) -> list[Any]:
    """Two lists of items with ids: the base's order, then what is new."""
    _mark(out, top, t, new)
    low, high = _at(base.data, b), _at(top.data, t)
    over = {item["id"]: i for i, item in reversed(list(enumerate(high)))}
    merged: list[Any] = []
    known: set[str] = set()
    for i, item in enumerate(low):
        at = (*new, len(merged))
        name = item["id"]
        first = name not in known
        known.add(name)
        if name not in over or not first:
            merged.append(_copied(out, base, (*b, i), at))
        elif high[over[name]].get("remove") not in _YES:
            merged.append(_merged(out, base, (*b, i), top, (*t, over[name]), at))
    for i, item in enumerate(high):
        if item["id"] not in known or over[item["id"]] != i:
            merged.append(_copied(out, top, (*t, i), (*new, len(merged))))
    return merged


def _named(items: Any) -> bool:
    return isinstance(items, list) and all(
        isinstance(item, dict) and isinstance(item.get("id"), str) for item in items
    )


def _at(data: Any, loc: Loc) -> Any:
    for part in loc:
        data = data[part]
    return data


def _mark(out: Source, source: Source, loc: Loc, new: Loc) -> None:
    if loc in source.marks:
        out.marks[new] = source.marks[loc]
    if loc in source.key_marks:
        out.key_marks[new] = source.key_marks[loc]
    file = source.file_of(loc)
    if file != out.file:
        out.files[new] = file


def _copied(out: Source, source: Source, loc: Loc, new: Loc, drop: Drop | None = None) -> Any:
    """A copy of what stands at a place, with its marks; ``drop`` says which items to leave out."""
    _mark(out, source, loc, new)
    value = _at(source.data, loc)
    if isinstance(value, dict):
        return {key: _copied(out, source, (*loc, key), (*new, key), drop) for key in value}
    if isinstance(value, list):
        items: list[Any] = []
        for i, item in enumerate(value):
            if drop is None or not drop(value, item, (*loc, i)):
                items.append(_copied(out, source, (*loc, i), (*new, len(items)), drop))
        return items
    return value


def _templated(source: Source) -> tuple[Source, bool]:
    """The case's vessels over those of its template; whether there is no such template."""
    anatomy = source.data.get("anatomy") if isinstance(source.data, dict) else None
    if not isinstance(anatomy, dict) or "template" not in anatomy:
        return source, False
    name, loc = anatomy["template"], ("anatomy", "template")
    if name not in template_names():
        hint = nearest(name, list(template_names()))
        source.problems.append(source.problem(loc, f"no anatomical template '{name}'", hint))
        return source, True
    shape, problems = _shape(source, name, anatomy)
    if problems:
        source.problems.extend(problems)
        return source, True
    data = {"anatomy": template(name, **shape)}
    if not isinstance(anatomy.get("vessels", []), list):
        return source, True  # the schema says what is wrong
    here, file = source.marks[loc], source.file_of(loc)
    vessels = data["anatomy"]["vessels"]
    places: list[Loc] = [("anatomy", "body"), ("anatomy", "vessels")]
    places += [("anatomy", "vessels", i) for i in range(len(vessels))]
    base = Source(file, "", data, dict.fromkeys(places, here), {}, [])
    return overlay(base, source), False


def _shape(
    source: Source, name: str, anatomy: dict[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """The template's parameters as far as they are of the right type; the schema names the rest."""
    shape: dict[str, Any] = {}
    problems = []
    patient = source.data.get("patient")
    age = anatomy.get("age", patient.get("age") if isinstance(patient, dict) else None)
    for key, value, low, high in (
        ("age", age, 0, 120),
        ("calibre", anatomy.get("calibre"), 0.5, 1.6),
        ("tortuosity", anatomy.get("tortuosity"), 0, 1),
    ):
        if isinstance(value, int | float) and low <= value <= high:
            shape[key] = float(value)
    words = anatomy.get("variant") or []
    known = variants_of(name)
    chosen = words if isinstance(words, list) else [words]
    for i, word in enumerate(chosen):
        if not isinstance(word, str) or word not in known:
            loc: Loc = (
                ("anatomy", "variant", i) if isinstance(words, list) else ("anatomy", "variant")
            )
            message = f"the template '{name}' has no variant '{word}'"
            problems.append(source.problem(loc, message, nearest(word, list(known))))
    return {**shape, "variant": chosen}, problems


def _swept(source: Source) -> Source:
    """The source without removals of what is not there; each of them is named."""
    out = Source(source.file, source.text, None, {}, {}, list(source.problems))

    def unmet(items: list[Any], item: Any, loc: Loc) -> bool:
        if not isinstance(item, dict) or item.get("remove") not in _YES:
            return False
        known = [x["id"] for x in items if isinstance(x, dict) and "remove" not in x and "id" in x]
        hint = nearest(item.get("id"), [word for word in known if isinstance(word, str)])
        message = f"there is no '{item.get('id')}' to remove"
        out.problems.append(source.problem(loc, message, hint))
        return True

    return replace(out, data=_copied(out, source, (), (), unmet))
