"""What is wrong and what would be right, in the words of a physician who writes a case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

#: How a required key may look.
_EXAMPLES = {
    "format": "format: 1",
    "id": "id: my-case",
    "title": "title: Selective right renal angiogram",
    "level": "level: beginner",
    "objectives": "objectives: [Engage a renal artery]",
    "patient": "patient: {age: 60, sex: f, weight_kg: 70}",
    "age": "age: 60",
    "sex": "sex: f",
    "weight_kg": "weight_kg: 70",
    "body": "body: abdomen-pelvis",
    "points": "points: [[x, y, radius], [x, y, radius]], in mm",
    "outlet": "outlet: {organ: kidney, flow_ml_min: 480}",
    "organ": "organ: kidney",
    "access": "access: {vessel: right_common_femoral, at_mm: 20, sheath_fr: 6}",
    "vessel": "vessel: right_renal",
    "at_mm": "at_mm: 20, the distance from the vessel's origin",
    "sheath_fr": "sheath_fr: 6",
    "tray": "tray: [wire-035-angled, catheter-5f-cobra2]",
    "target": "target: {vessel: right_renal, at_mm: 6}",
    "kind": "kind: stenosis",
    "length_mm": "length_mm: 10",
    "do": "do: Engage the right renal artery",
    "when": "when: {tip_at: {device: catheter, vessel: right_renal}}",
    "device": "device: catheter",
    "file": "file: angiogram.png",
    "mm_per_px": "mm_per_px: 0.3, the patient's millimetres to a pixel of the picture",
    "measure": "measure: residual_percent",
}
#: Words that people use for the words that the language knows.
_SAME = (
    ("f", "female woman w F"),
    ("m", "male man M"),
    ("beginner", "easy basic novice simple"),
    ("intermediate", "medium moderate"),
    ("advanced", "hard difficult expert"),
    ("occlusion", "blocked closed"),
    ("wire", "guidewire guide-wire"),
    ("thrombus", "clot embolus thrombosis"),
    ("bleed", "haemorrhage hemorrhage bleeding extravasation"),
    ("tumour", "tumor mass hcc cancer"),
    ("fibroid", "myoma leiomyoma"),
    ("fistula", "avf shunt"),
    ("spasm", "vasospasm"),
    ("aneurysm", "pseudoaneurysm pseudo-aneurysm"),
    ("stenosis", "narrowing"),
    ("vein", "venous veins"),
    ("artery", "arterial"),
    ("calcified", "calcium calcific hard stony"),
    ("cavity", "bowel gut colon lumen stomach peritoneum pleura outside"),
    ("tissue", "muscle retroperitoneum parenchyma haematoma hematoma"),
    ("up", "cranial superior above"),
    ("down", "caudal inferior below"),
    ("left", "lateral-left l"),
    ("right", "lateral-right r"),
)
#: What a key may be that was refused, where the bounds alone do not say it.
_CLOSED = "a closed vessel is 'kind: occlusion'"
_RANGE = "the smaller and the larger, such as [60, 80]"
_BLOCK = "a block of keys and values"
_PLAIN = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "finite_number": "must be a finite number",
    "string_type": "must be text",
    "bool_type": "must be yes or no",
    "list_type": "must be a list",
    "dict_type": f"must be {_BLOCK}",
    "model_type": f"must be {_BLOCK}",
    "model_attributes_type": f"must be {_BLOCK}",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def nearest(word: object, words: list[str]) -> str:
    """A hint that names the valid word a person most likely meant, or lists a few."""
    close = difflib.get_close_matches(str(word), words, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if not words:
        return ""
    listed = ", ".join(words[:8]) + (", ..." if len(words) > 8 else "")
    return f"one of: {listed}"


def example(key: str) -> str:
    """A hint that shows how a key is written; empty if none is known."""
    return _EXAMPLES.get(key, "")


def in_words(kind: str, ctx: dict[str, Any], got: Any, said: str) -> tuple[str, str]:
    """A finding of the schema as a message and a hint.

    Args:
        kind: Pydantic's name of the finding.
        ctx: Its figures.
        got: The value that was found.
        said: Pydantic's own words, for what is not translated here.
    """
    if kind in ("literal_error", "enum"):
        expected = str(ctx.get("expected", "")).replace(" or ", ", ")
        return choice([word.strip().strip("'") for word in expected.split(",")], got)
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {ctx[key]:g}, got {shown(got)}", _slip_hint(key, ctx[key], got)
    if kind in _PLAIN:
        return f"{_PLAIN[kind]}, got {shown(got)}", _type_hint(kind, got)
    if kind in ("too_short", "too_long"):
        bound = ctx["min_length"] if kind == "too_short" else ctx["max_length"]
        how = "at least" if kind == "too_short" else "at most"
        return f"needs {how} {bound} {'entry' if bound == 1 else 'entries'}", (
            f"it has {ctx['actual_length'] or 'none'}"
        )
    if kind == "string_pattern_mismatch":
        return f"{shown(got)} is not a name", _name_hint(str(got))
    if kind == "string_too_long":
        return f"text longer than {ctx['max_length']} characters", ""
    if kind == "string_too_short":
        return "must not be empty", ""
    if kind.startswith("date"):
        return f"must be a date such as 2026-05-31, got {shown(got)}", "year-month-day"
    if kind in ("value_error", "assertion_error"):
        return str(ctx.get("error", "not valid")), ""
    return f"{said.lower()}, got {shown(got)}", ""


def hint_at(keys: Sequence[str | int], kind: str, got: Any) -> str:
    """What would be right at a place of a case, where its finding alone does not say it.

    Args:
        keys: Of the place, from the outside in.
        kind: Pydantic's name of the finding.
        got: The value that was found.
    """
    key = keys[-1] if keys else ""
    if keys == ("format",):
        return "format: 1 is the only one so far"
    if key == "points" and kind == "too_short":
        return "two points or more, each [x, y, radius] in mm"
    if len(keys) > 1 and keys[-2] == "points" and kind in ("too_short", "too_long"):
        return "a point is [x, y, radius] or [x, y, radius, z], in mm"
    if key == "flow_ml_min" and kind == "greater_than":
        return "leave it out, and it follows from organ and calibre" if "outlet" in keys else ""
    if "lesions" in keys and key == "diameter_percent" and kind == "less_than":
        return _CLOSED
    if keys[:1] == ("variation",) and kind == "list_type" and key != "variant":
        return _RANGE
    if kind in ("model_attributes_type", "model_type", "dict_type") and "lesions" in keys:
        return "{kind: bleed, at_mm: 20}" if isinstance(got, str) else ""
    if kind == "string_type" and got is None:
        return "write it after the ':'"
    return ""


def shown(got: Any) -> str:
    """A value as a message names it."""
    if got is None:
        return "nothing"
    if isinstance(got, str):
        return f"the text '{got[:40]}'"
    if isinstance(got, bool):
        return "yes" if got else "no"
    if isinstance(got, list):
        return "a list"
    if isinstance(got, dict):
        return _BLOCK
    return str(got)


def choice(words: list[str], got: Any) -> tuple[str, str]:
    """Message and hint for a value that is none of the words it may be."""
    if len(words) == 1:
        return f"must be {words[0]}, got {shown(got)}", ""
    meant = next((w for w, same in _SAME if w in words and str(got) in same.split()), "")
    hint = f"did you mean '{meant}'?" if meant else nearest(got, words)
    named = f"'{got[:40]}'" if isinstance(got, str) else shown(got)
    message = f"{named} is not one of {', '.join(words)}"
    return message, hint if hint.startswith("did") else ""


def _type_hint(kind: str, got: Any) -> str:
    if kind == "string_type" and isinstance(got, int | float | bool):
        return f'put it in quotes: "{got}"'
    if kind in ("float_type", "int_type") and isinstance(got, str):
        return _number_hint(got)
    if kind == "list_type" and isinstance(got, str):
        return f"in brackets: [{got[:40].strip('[] ')}]"
    if _PLAIN[kind].endswith(_BLOCK):
        return "{key: value, key: value}, or indented lines of key: value"
    return ""


def _slip_hint(side: str, limit: float, got: Any) -> str:
    """The same digits in another unit: 1.66 for 166, 720 for 72."""
    if isinstance(got, bool) or not isinstance(got, int | float) or got <= 0 or limit <= 0:
        return ""
    far = got / limit if side in ("lt", "le") else limit / got
    for slip in (10.0, 100.0):
        if 2.0 <= far <= slip:
            meant = got / slip if side in ("lt", "le") else got * slip
            return f"a slip of the point or the unit? {meant:g}"
    return ""


def _number_hint(got: str) -> str:
    """What an author meant who wrote a number that is none."""
    text = got.strip()
    digits = text.translate(str.maketrans("oOlI", "0011"))
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return f"a decimal point: {text.replace(',', '.')}"
    if re.fullmatch(r"[-+]?[\d.]+(\s+[-+]?[\d.]+)+", text):
        return "a comma between the numbers"
    if re.search(r"\d", text) and re.fullmatch(r"[-+]?\d+(\.\d+)?", digits):
        return f"did you mean {digits}?"
    if re.match(r"[-+]?[\d.]+\s*[a-zA-Zµ%°]", text):
        return "a number without a unit; the unit is in the key's name"
    return "digits, such as 12 or 0.5"


def _name_hint(got: str) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "-", got.lower()).strip("-_")
    such = f", such as {name[:60]}" if name else ""
    return f"lower-case letters, digits, '-' and '_'{such}"
