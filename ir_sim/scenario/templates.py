"""Named anatomies: vessel trees that a case takes as a whole and then changes where it must.

``assets/anatomies`` holds them. Age widens the aorta and bends it; ``calibre`` multiplies every
radius; ``tortuosity`` bends every course; a variant replaces, adds or removes vessels.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from ir_sim.scenario.shaping import Vessels, bends, bent, widened
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.yaml_source import parse

#: The keys of ``anatomy`` that shape a template.
PARAMETERS = ("age", "calibre", "tortuosity", "variant")
#: The age for which the templates are drawn, years.
DRAWN_AGE = 60.0
#: A decade widens the aorta by so much (assumed, from about 0.5 mm a decade in the infrarenal
#: aorta, Sonesson et al. 1994, J Vasc Surg 20:218) and adds so much tortuosity (assumed).
_WIDER_PER_DECADE, _BENT_PER_DECADE = 0.03, 0.05


@cache
def template_names() -> tuple[str, ...]:
    """Every template, in alphabetical order."""
    return tuple(sorted(path.stem for path in (shipped("assets") / "anatomies").glob("*.yaml")))


@cache
def _read(name: str) -> Mapping[str, Any]:
    path = shipped("assets") / "anatomies" / f"{name}.yaml"
    source = parse(path.read_text("utf-8"), path.name)
    if source.problems or not isinstance(source.data, dict):
        raise RuntimeError(f"the shipped anatomy '{name}' is damaged: {source.problems}")
    return source.data


def title_of(name: str) -> str:
    """What a template shows."""
    return str(_read(name)["title"])


def variants_of(name: str) -> Mapping[str, str]:
    """The variants of a template and what each is."""
    return {key: str(value["title"]) for key, value in _read(name).get("variants", {}).items()}


def template(
    name: str,
    age: float = DRAWN_AGE,
    calibre: float = 1.0,
    tortuosity: float = 0.0,
    variant: list[str] | None = None,
) -> dict[str, Any]:
    """A template's ``body`` and ``vessels`` as plain data.

    Args:
        name: One of ``template_names``.
        age: Years.
        calibre: Multiplies every radius.
        tortuosity: 0 as drawn, 1 very tortuous.
        variant: Of ``variants_of``, applied in order.
    """
    data = copy.deepcopy(dict(_read(name)))
    vessels: Vessels = data["vessels"]
    for word in variant or []:
        vessels = _changed(vessels, data["variants"][word]["vessels"])
    decades = (age - DRAWN_AGE) / 10.0
    root = next(str(vessel["id"]) for vessel in vessels if "parent" not in vessel)
    wider = calibre * max(1.0 + _WIDER_PER_DECADE * decades, 0.7)
    vessels = widened(vessels, {"": calibre, root: wider})
    bend = min(max(tortuosity + _BENT_PER_DECADE * max(decades, 0.0), 0.0), 1.0)
    if bend > 0.0:
        vessels = bent(vessels, bends(bend, _phases(name)))
    return {"body": data["body"], "vessels": vessels}


def _phases(name: str) -> list[float]:
    """Four phases, rad, that belong to a template's name."""
    number = zlib.crc32(name.encode())
    return [2.0 * 3.141592653589793 * ((number >> (8 * k)) & 255) / 256.0 for k in range(4)]


def _changed(vessels: Vessels, changes: Vessels) -> Vessels:
    """Vessels with some replaced, added or removed by id."""
    out = {str(vessel["id"]): vessel for vessel in vessels}
    for change in changes:
        name = str(change["id"])
        if change.get("remove"):
            out.pop(name, None)
        else:
            out[name] = {**out.get(name, {}), **copy.deepcopy(change)}
    return list(out.values())
