"""From parsed YAML to a checked model: pydantic's findings in an author's words."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ir_sim.errors import Problem
from ir_sim.scenario.author_words import choice, example, hint_at, in_words, nearest, shown
from ir_sim.scenario.yaml_source import Loc, Source

__all__ = ["nearest", "validate"]

M = TypeVar("M", bound=BaseModel)
_PUNCTURE = "vessel: right_common_femoral"


def validate(source: Source, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Check a parsed document against a schema.

    Returns:
        The model, or None, and every problem in file order (those of the parser included).
    """
    problems = list(source.problems)
    if source.data is None:
        return None, problems or [
            source.problem((), "the file holds nothing", "ir-sim new my-case")
        ]
    if not isinstance(source.data, dict):
        problems.append(source.problem((), "must be a block of keys and values", "id: my-case"))
        return None, problems
    try:
        value = model.model_validate(source.data)
    except ValidationError as error:
        items = _relevant(source, error.errors(include_url=False))
        problems.extend(_problem(source, model, item) for item in items)
        return None, sorted(set(problems))
    return (None if problems else value), sorted(set(problems))


def _problem(source: Source, model: type[BaseModel], item: ErrorDetails) -> Problem:
    loc = real_loc(source, item["loc"])
    kind, got = item["type"], item["input"]
    if kind == "missing":
        key = item["loc"][-1]
        at = loc[:-1] if loc and loc[-1] == key else loc
        such = _PUNCTURE if (at, key) == (("access",), "vessel") else example(str(key))
        return source.problem(at, f"'{key}' is missing", such)
    if kind == "union_tag_not_found":
        return source.problem(loc, "'kind' is missing", example("kind"))
    if kind == "union_tag_invalid":
        words = str(item["ctx"]["expected_tags"]).replace("'", "").split(", ")
        value = got.get("kind") if isinstance(got, dict) else got
        message, hint = choice(words, value)
        return source.problem((*loc, "kind"), message, hint)
    if kind == "extra_forbidden":
        if str(loc[-1]).isdigit():
            hint = "a decimal comma? write a point, such as 62.5"
        else:
            hint = nearest(loc[-1], _keys_at(model, item["loc"][:-1]))
            if loc[-1] == "at_mm" and "spasm" in item["loc"]:
                hint = "a spasm takes the whole vessel: delete it"
        return source.problem(loc, f"unknown key '{loc[-1]}'", hint, at_key=True)
    if loc == ("review",) and not isinstance(got, dict):
        message = f"must be unreviewed, or who reviewed it and when, got {shown(got)}"
        return source.problem(loc, message, "review: {by: Dr A. Name, date: 2026-05-31}")
    if kind == "value_error" and loc not in source.marks:
        loc = loc[:-1]  # the last part names a branch of a union
    message, hint = in_words(kind, item.get("ctx", {}), got, item["msg"])
    return source.problem(loc, message, hint_at(loc, kind, got) or hint)


def _relevant(source: Source, items: list[ErrorDetails]) -> list[ErrorDetails]:
    """The findings without those that only follow from another one."""
    unknown = {
        (real_loc(source, item["loc"])[:-1], nearest(item["loc"][-1], [str(key)]))
        for item in items
        if item["type"] == "extra_forbidden"
        for key in [other["loc"][-1] for other in items if other["type"] == "missing"]
    }
    kept = []
    for item in items:
        if item["type"] == "missing":
            at = item["loc"][:-1]
            if (at, f"did you mean '{item['loc'][-1]}'?") in unknown:
                continue  # the misspelt key is named already
        union_branch = item["loc"][0] == "review" and len(item["loc"]) > 1
        if item["type"] == "literal_error" and union_branch and isinstance(item["input"], dict):
            continue  # 'unreviewed' was not meant
        kept.append(item)
    return kept


def real_loc(source: Source, loc: tuple[int | str, ...]) -> Loc:
    """Drop the parts of pydantic's location that name a branch of a union, not a key."""
    out: Loc = ()
    for i, part in enumerate(loc):
        step = (*out, part)
        last = i == len(loc) - 1
        if step in source.marks or step in source.key_marks or last:
            out = step
    if out and out not in source.marks and out not in source.key_marks and len(out) > 1:
        node: Any = source.data
        for part in out[:-1]:
            node = node[part]
        if not isinstance(node, dict):
            return out[:-1]
    return out


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that a block may have, found by walking the schema."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[-1]])
        if "anyOf" in node:
            return [found for option in node["anyOf"] for found in resolve(option)]
        return [node]

    def branch(node: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
        """The block of a union that a tag names."""
        tags = node.get("discriminator", {}).get("mapping", {})
        return resolve({"$ref": tags[part]}) if part in tags else []

    nodes = resolve(schema)
    for part in loc:
        following: list[dict[str, Any]] = []
        for node in nodes:
            if isinstance(part, int) and "items" in node:
                following += resolve(node["items"])
            elif part in node.get("properties", {}):
                following += resolve(node["properties"][part])
            else:
                following += branch(node, part)
        nodes = following or nodes
    return sorted({key for node in nodes for key in node.get("properties", {})})


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()
