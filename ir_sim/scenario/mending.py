"""Stand-ins for what the schema refuses, so that the rest of a case is checked in the same pass.

Nothing is moved: a refused value is replaced where it stands, or taken out if its key has a
default. What is then found at a mended place is not told; it was told already.
"""

from __future__ import annotations

import copy
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ir_sim.scenario.validation import real_loc
from ir_sim.scenario.yaml_source import Loc, Source

M = TypeVar("M", bound=BaseModel)

_ROUNDS = 12
_COURSE = [[0.0, 0.0, 1.0], [0.0, 10.0, 1.0]]
_NOBODY = "x-mended"
_STAND_IN: dict[str, Any] = {
    "format": 1,
    "title": "-",
    "level": "beginner",
    "objectives": ["-"],
    "patient": {"age": 60, "sex": "f", "weight_kg": 70},
    "age": 60,
    "sex": "f",
    "weight_kg": 70,
    "anatomy": {"body": "generic", "vessels": [{"id": _NOBODY, "points": _COURSE}]},
    "body": "generic",
    "vessels": [{"id": _NOBODY, "points": _COURSE}],
    "points": _COURSE,
    "access": {"vessel": _NOBODY, "at_mm": 0.0, "sheath_fr": 30.0},
    "vessel": _NOBODY,
    "tray": [_NOBODY],
    "task": {"target": {"vessel": _NOBODY}},
    "target": {"vessel": _NOBODY},
    "at_mm": 0.0,
    "sheath_fr": 30.0,
    "length_mm": 1.0,
    "do": "-",
    "organ": "other",
    "device": "catheter",
    "measure": "tici",
    "by": "-",
    "ask": "-",
    "text": "-",
}


def mend(source: Source, model: type[M]) -> tuple[M | None, tuple[str, ...]]:
    """A case with stand-ins, and the places that hold them.

    Returns:
        The case, or None if too much of it is missing, and the places as messages name them.
    """
    if not isinstance(source.data, dict):
        return None, ()
    data, touched = copy.deepcopy(source.data), dict.fromkeys(_repeated(source))
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(data), tuple(touched)
        except ValidationError as error:
            progress = False
            for item in error.errors(include_url=False, include_input=False):
                loc = real_loc(source, item["loc"])
                if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
                    loc = (*loc, "kind") if not loc or loc[-1] != "kind" else loc
                touched[source.place(loc)] = None
                progress |= _replace(data, loc, item["type"])
            if not progress:
                return None, ()
    return None, ()


def _repeated(source: Source) -> list[str]:
    """Places that the parser has spoken of: a repeated key, say."""
    return [problem.where for problem in source.problems if problem.where]


def _replace(data: Any, loc: Loc, kind: str) -> bool:
    """Put a stand-in at a place; False if that is not possible."""
    holder = data
    for part in loc[:-1]:
        try:
            holder = holder[part]
        except (KeyError, IndexError, TypeError):
            return False
    key = loc[-1] if loc else ""
    if isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        return _replace_item(holder, key, loc)
    if not isinstance(holder, dict):
        return False
    if kind == "extra_forbidden" or (key in holder and key not in _known(loc)):
        return holder.pop(key, holder) is not holder
    value = _known(loc).get(str(key))
    if key == "id" and isinstance(holder.get("id"), str):
        value = re.sub(r"[^a-z0-9_-]+", "_", holder["id"].lower()).strip("_-") or value
    if key in holder and holder[key] == value:
        return holder.pop(key, holder) is not holder
    if value is None:
        return False
    holder[str(key)] = copy.deepcopy(value)
    return True


def _known(loc: Loc) -> dict[str, Any]:
    """Stand-ins by key at a place."""
    number = "-".join(str(part) for part in loc if isinstance(part, int))
    own: dict[str, Any] = {"id": f"x-mended-{number or 'case'}"}
    if "lesions" in loc:
        own["kind"] = "spasm"
        own["sac"] = {}
    if "steps" in loc:
        own["when"] = {"target_reached": True}
    return {**_STAND_IN, **own}


def _replace_item(items: list[Any], i: int, loc: Loc) -> bool:
    name = next((part for part in reversed(loc[:-1]) if isinstance(part, str)), "")
    number = "-".join(str(part) for part in loc if isinstance(part, int))
    stand_ins: dict[str, Any] = {
        "vessels": {"id": f"x-mended-{number}", "points": _COURSE},
        "steps": {"id": f"x-mended-{number}", "do": "-", "when": {"target_reached": True}},
        "lesions": {"kind": "spasm"},
        "points": 1.0 if len(loc) > 1 and isinstance(loc[-2], int) else [float(i), 10.0 * i, 1.0],
        "tray": f"x-mended-{number}",
        "objectives": "-",
        "allergies": "-",
        "before": f"x-mended-{number}",
        "after": f"x-mended-{number}",
    }
    value = stand_ins.get(name)
    if value is None or items[i] == value:
        return False
    items[i] = copy.deepcopy(value)
    return True
