"""Cases that hypothesis makes: sound skeletons, values from the schema's bounds, faults."""

import json
import re
from functools import cache

import yaml
from hypothesis import strategies as st

from ir_sim.scenario.catalogue import shipped_devices, shipped_supplies
from ir_sim.scenario.lesions import KINDS
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.templates import template_names

ORGANS = ["kidney", "liver", "spleen", "bowel", "muscle", "brain", "uterus", "lung", "other", "x"]
#: Of these keys a block has one.
CHOICES = {
    "Stenosis": ("diameter_percent", "diameter_mm"),
    "Aneurysm": ("diameter_percent", "diameter_mm", "sac"),
    "Condition": (
        "tip_at",
        "mounted",
        "injected",
        "filmed",
        "removed",
        "happened",
        "endpoint",
        "target_reached",
        "drug",
    ),
    "Thrombus": ("age_h", "age_days"),
    "Endpoint": ("at_most", "at_least"),
}
#: The smaller first.
PAIRS = ("heart_rate_bpm", "mean_pressure_mmhg", "age", "weight_kg", "egfr")
ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=40),
        st.sampled_from(["no", "on", "1e3", "", "aorta", "[", "~", "2026-13-40", "0x1F"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@cache
def schema():
    return Scenario.model_json_schema()


def number(node):
    low = node.get("minimum", node.get("exclusiveMinimum", -1e4))
    high = node.get("maximum", node.get("exclusiveMaximum", max(100.0, 20 * abs(low))))
    if node["type"] == "integer":
        return st.integers(int(low), int(high))
    above = "exclusiveMinimum" in node
    usual = st.floats(low + 0.01 * above, high).map(lambda v: round(v, 2))
    return usual | usual | usual | st.floats(low, high, exclude_min=above)


def value_of(node, names):
    """A value that the schema allows; names are taken from the case."""
    if "$ref" in node:
        return value_of(schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]], names)
    if "const" in node:
        return st.just(node["const"])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    for key in ("anyOf", "oneOf"):
        if key in node:
            kinds = [each for each in node[key] if each.get("type") != "null"]
            return st.one_of([value_of(each, names) for each in kinds])
    kind = node.get("type")
    if kind in ("number", "integer"):
        return number(node)
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    if kind == "string":
        words = st.text("abc é'#:", min_size=1, max_size=12)
        return st.sampled_from(names) if "pattern" in node else words
    if kind == "array":
        least = node.get("minItems", 0)
        most = min(node.get("maxItems", 3), max(least, 3))
        return st.lists(value_of(node.get("items", {}), names), min_size=least, max_size=most)
    if kind == "object" and "properties" in node:
        return block_of(node, names)
    return st.dictionaries(st.sampled_from(names), st.floats(-10, 400), max_size=2)


@st.composite
def block_of(draw, node, names):
    needed, keys = node.get("required", []), node["properties"]
    wanted = {key for key in keys if key in needed or draw(st.integers(0, 3)) == 0}
    one_of = CHOICES.get(node.get("title"), ())
    if one_of:
        wanted = (wanted - set(one_of)) | {draw(st.sampled_from(one_of))}
    out = {key: draw(value_of(keys[key], names)) for key in keys if key in wanted}
    for key in PAIRS:
        if isinstance(out.get(key), list):
            out[key] = sorted(out[key])
    return out


@st.composite
def trees(draw):
    """A trunk downwards and branches that begin on their parent's wall."""
    tall = draw(st.floats(60, 400))
    wide = draw(st.floats(2.0, 14.0))
    count = draw(st.integers(2, 5))
    sway = draw(st.floats(-10, 10))
    trunk = [
        [sway * (i % 2), tall * (1 - i / (count - 1)), wide * (1 - 0.05 * i)] for i in range(count)
    ]
    vessels = [{"id": "aorta", "points": trunk}]
    for k in range(draw(st.integers(1, 5))):
        parent = draw(st.sampled_from(vessels))
        x, y, radius = draw(st.sampled_from(parent["points"][1:]))
        side = draw(st.sampled_from([-1.0, 1.0]))
        own = max(radius * draw(st.floats(0.3, 0.85)), 0.3)
        reach, slope = draw(st.floats(5, 120)), draw(st.floats(-1.5, 1.0))
        points = [
            [
                x + side * (radius + reach * share),
                y + slope * reach * share,
                own * (1 - 0.3 * share),
            ]
            for share in (0.0, 0.5, 1.0)
        ]
        vessels.append({"id": f"branch_{k}", "parent": parent["id"], "points": points})
    return vessels


@st.composite
def cases(draw):
    """A case as data."""
    blocks = schema()["$defs"]
    vessels = draw(trees())
    ids = [vessel["id"] for vessel in vessels]
    parents = {vessel.get("parent") for vessel in vessels}
    for vessel in vessels:
        vessel["points"] = [[round(v, 2) for v in row] for row in vessel["points"]]
        if vessel["id"] not in parents and draw(st.integers(0, 9)):
            vessel["outlet"] = {"organ": draw(st.sampled_from(ORGANS))}
            if draw(st.booleans()):
                vessel["outlet"]["flow_ml_min"] = draw(st.floats(1, 600))
        long = abs(vessel["points"][-1][0] - vessel["points"][0][0]) + 10
        for kind in draw(st.lists(st.sampled_from(KINDS), max_size=1)):
            lesion = draw(value_of(blocks[kind.__name__], ids))
            if "at_mm" in lesion:
                lesion["at_mm"] = draw(st.floats(0, long))
            if draw(st.booleans()):
                for key in ("length_mm", "diameter_mm"):
                    if key in lesion:
                        lesion[key] = draw(st.floats(0.5, 30))
            vessel.setdefault("lesions", []).append(lesion)
    anatomy = {"body": draw(st.sampled_from(["abdomen-pelvis", "thorax", "head-neck", "generic"]))}
    anatomy["vessels"] = vessels
    if draw(st.integers(0, 19)) == 0:
        anatomy["template"] = draw(st.sampled_from(list(template_names())))
    if draw(st.booleans()):
        anatomy["heart"] = draw(value_of(blocks["Heart"], ids))
    catalogue = [*shipped_devices(), *shipped_supplies()]
    tray = draw(st.lists(st.sampled_from(catalogue), min_size=1, max_size=6, unique=True))
    if draw(st.integers(0, 3)):
        tray = list(dict.fromkeys([*tray, "wire-035-angled", "catheter-5f-cobra2"]))
    access, target = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
    task = {"target": {"vessel": target, "at_mm": draw(st.floats(0, 20))}}
    if draw(st.booleans()):
        steps = st.lists(value_of(blocks["Step"], ids), max_size=2, unique_by=lambda s: s["id"])
        task["steps"] = draw(steps)
    case = {
        "format": 1,
        "id": "made",
        "title": draw(
            st.text(min_size=1, max_size=30) if draw(st.integers(0, 9)) == 0 else st.just("A title")
        ),
        "level": "beginner",
        "objectives": ["One"],
        "patient": draw(value_of(blocks["Patient"], ids)),
        "anatomy": anatomy,
        "access": {
            "vessel": access,
            "at_mm": draw(st.floats(0, 60)),
            "sheath_fr": draw(st.sampled_from([6, 8, 10, 12, 20])),
            "sheath_mm": draw(st.floats(5, 30)),
        },
        "tray": tray,
        "task": task,
    }
    case["patient"] |= {"age": 60, "sex": "f", "weight_kg": draw(st.floats(1, 400))}
    for key, block in (("variation", "Variation"), ("difficulty", "Difficulty")):
        if draw(st.integers(0, 9)) == 0:
            case[key] = draw(value_of(blocks[block], ids))
    return case


@st.composite
def texts(draw):
    """The text of a case; in a third of them something odd stands in a place."""
    case = draw(cases())
    if draw(st.integers(0, 2)) == 0:
        holder, key = case, draw(st.sampled_from(list(case)))
        for _ in range(draw(st.integers(0, 4))):
            inner = holder[key]
            if isinstance(inner, dict | list) and inner:
                keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
                holder, key = inner, draw(st.sampled_from(keys))
        holder[key] = draw(ODD)
    style = draw(st.sampled_from([None, False, "json"]))
    if style == "json":
        return json.dumps(case, default=str, ensure_ascii=False)
    text = yaml.safe_dump(case, default_flow_style=style, sort_keys=False, allow_unicode=True)
    return re.sub(r"\r", "", text)
