"""From parsed YAML to a checked model: pydantic's findings in an author's words."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ir_sim.errors import Problem
from ir_sim.scenario.yaml_source import Loc, Source

M = TypeVar("M", bound=BaseModel)


def validate(source: Source, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Check a parsed document against a schema.

    Returns:
        The model, or None, and every problem in file order (those of the parser included).
    """
    problems = list(source.problems)
    if source.data is None:
        return None, problems
    if not isinstance(source.data, dict):
        problems.append(source.problem((), "must be a mapping of keys, such as 'id: my-case'"))
        return None, problems
    try:
        value = model.model_validate(source.data)
    except ValidationError as error:
        problems.extend(_problem(source, model, item) for item in error.errors(include_url=False))
        return None, sorted(set(problems))
    return (None if problems else value), sorted(set(problems))


def nearest(word: object, words: list[str]) -> str:
    """A hint that names the valid word a person most likely meant, or lists a few."""
    close = difflib.get_close_matches(str(word), words, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if not words:
        return ""
    listed = ", ".join(words[:8]) + (", ..." if len(words) > 8 else "")
    return f"one of: {listed}"


def _problem(source: Source, model: type[BaseModel], item: ErrorDetails) -> Problem:
    loc = _real_loc(source, item["loc"])
    kind, ctx, got = item["type"], item.get("ctx", {}), item["input"]
    shown = _shown(got)
    if kind == "missing":
        key = item["loc"][-1]
        return source.problem(loc[:-1] if loc and loc[-1] == key else loc, f"'{key}' is missing")
    if kind == "extra_forbidden":
        hint = nearest(loc[-1], _keys_at(model, item["loc"][:-1]))
        return source.problem(loc, f"unknown key '{loc[-1]}'", hint, at_key=True)
    if kind in ("literal_error", "enum"):
        words = [w.strip().strip("'") for w in _expected(ctx).replace(" or ", ", ").split(",")]
        message = (
            f"'{got}' is not one of {', '.join(words)}"
            if len(words) > 1
            else (f"must be {words[0]}, got {shown}")
        )
        return source.problem(loc, message, nearest(got, words) if len(words) > 1 else "")
    message, hint = _words(kind, ctx, shown, got)
    return source.problem(loc, message or f"{item['msg'].lower()}, got {shown}", hint)


def _words(kind: str, ctx: dict[str, Any], shown: str, got: Any) -> tuple[str, str]:
    numbers = {
        "greater_than": ("more than", "gt"),
        "greater_than_equal": ("at least", "ge"),
        "less_than": ("less than", "lt"),
        "less_than_equal": ("at most", "le"),
    }
    if kind in numbers:
        words, key = numbers[kind]
        return f"must be {words} {ctx[key]:g}, got {shown}", ""
    plain = {
        "float_type": "must be a number",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "finite_number": "must be a finite number",
        "string_type": "must be text",
        "bool_type": "must be yes or no",
        "list_type": "must be a list",
        "dict_type": "must be a mapping of keys",
        "model_type": "must be a mapping of keys",
        "model_attributes_type": "must be a mapping of keys",
    }
    if kind in plain:
        hint = ""
        if kind == "string_type" and isinstance(got, int | float | bool):
            hint = f'put it in quotes: "{got}"'
        if kind in ("float_type", "int_type") and isinstance(got, str):
            hint = "a number without a unit; the unit is in the key's name"
        return f"{plain[kind]}, got {shown}", hint
    if kind in ("too_short", "too_long"):
        least = kind == "too_short"
        bound = ctx["min_length"] if least else ctx["max_length"]
        return (
            f"needs {'at least' if least else 'at most'} {bound} items, got {ctx['actual_length']}",
            "",
        )
    if kind == "string_pattern_mismatch":
        return f"{shown} is not a name", "lower-case letters, digits, '-' and '_'"
    if kind == "string_too_long":
        return f"text longer than {ctx['max_length']} characters", ""
    if kind == "string_too_short":
        return "must not be empty", ""
    if kind.startswith("date"):
        return f"must be a date such as 2026-05-31, got {shown}", ""
    if kind in ("value_error", "assertion_error"):
        return str(ctx.get("error", "not valid")), ""
    return "", ""


def _expected(ctx: dict[str, Any]) -> str:
    return str(ctx.get("expected", ""))


def _shown(got: Any) -> str:
    if got is None:
        return "nothing"
    if isinstance(got, str):
        return f"the text '{got[:40]}'"
    if isinstance(got, bool):
        return "yes" if got else "no"
    if isinstance(got, list):
        return "a list"
    if isinstance(got, dict):
        return "a mapping"
    return str(got)


def _real_loc(source: Source, loc: tuple[int | str, ...]) -> Loc:
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
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[-1]])
        if "anyOf" in node:
            return [found for option in node["anyOf"] for found in resolve(option)]
        return [node]

    nodes = resolve(schema)
    for part in loc:
        following: list[dict[str, Any]] = []
        for node in nodes:
            if isinstance(part, int) and "items" in node:
                following += resolve(node["items"])
            elif part in node.get("properties", {}):
                following += resolve(node["properties"][part])
        nodes = following or nodes
    return sorted({key for node in nodes for key in node.get("properties", {})})
