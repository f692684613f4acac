"""Other patients of the same case, easier or harder: a case's data changed within its bounds.

Everything that is changed is written into the case's text, so that a recording holds the patient
who was treated and a replay needs neither seed nor bounds. The same case, patient and grade give
the same text on every machine.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ir_sim.scenario.fields import Finite, Model, Name, YesNo
from ir_sim.scenario.shaping import Vessels, Wave, bends, bent, widened
from ir_sim.scenario.yaml_source import Source
from ir_sim.scenario.yaml_text import plain_text

Grade = Literal["standard", "easier", "harder"]
GRADES: tuple[Grade, ...] = ("standard", "easier", "harder")
#: A vessel's own part of the variation of calibre; the rest all vessels share (assumed).
_OWN_SHARE = 0.25
#: Wavelength of the field that moves ostia and organs, mm (assumed).
_PLACE_MM = 260.0
#: How often a version that cannot be played is drawn anew.
ATTEMPTS = 6
#: A stenosis stays one.
_LEAST_PERCENT, _MOST_PERCENT = 5.0, 95.0

Data = dict[str, Any]
Range = Annotated[list[Finite], Field(min_length=2, max_length=2)]


class Variation(Model):
    """How far another patient of this case may differ; what is left out stays as it is."""

    calibre_percent: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] = 0.0
    tortuosity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    position_mm: Annotated[float, Field(ge=0, le=15, allow_inf_nan=False)] = 0.0
    lesion_percent: Annotated[float, Field(ge=0, le=40, allow_inf_nan=False)] = 0.0
    flow_percent: Annotated[float, Field(ge=0, le=40, allow_inf_nan=False)] = 0.0
    heart_rate_bpm: Range | None = None
    mean_pressure_mmhg: Range | None = None
    age: Range | None = None
    weight_kg: Range | None = None
    egfr: Range | None = None
    variant: list[Name] = []

    @model_validator(mode="after")
    def _in_order(self) -> Variation:
        for key in ("heart_rate_bpm", "mean_pressure_mmhg", "age", "weight_kg", "egfr"):
            pair = getattr(self, key)
            if pair is not None and pair[0] > pair[1]:
                raise ValueError(f"{key} runs from {pair[0]:g} to {pair[1]:g}: the smaller first")
        return self


class Change(Model):
    """What an easier or a harder version of the case changes."""

    stenosis_percent: Annotated[float, Field(ge=-60, le=60, allow_inf_nan=False)] = 0.0
    calibre_percent: Annotated[float, Field(ge=-30, le=30, allow_inf_nan=False)] = 0.0
    tortuosity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    hints: YesNo = True
    baseline_percent: Annotated[float, Field(ge=30, le=300, allow_inf_nan=False)] = 100.0
    tray_add: list[Name] = []
    tray_remove: list[Name] = []


class Difficulty(Model):
    """The case made easier or harder, chosen when it is opened."""

    easier: Change = Change(stenosis_percent=-15.0, calibre_percent=8.0, baseline_percent=140.0)
    harder: Change = Change(
        stenosis_percent=12.0,
        calibre_percent=-8.0,
        tortuosity=0.3,
        hints=False,
        baseline_percent=80.0,
    )


def with_variant(source: Source, patient: int) -> Source:
    """The source with one of the template's variants that another patient may have."""
    data = source.data
    if not patient or not isinstance(data, dict):
        return source
    bounds, anatomy = data.get("variation"), data.get("anatomy")
    words = bounds.get("variant") if isinstance(bounds, dict) else None
    if not isinstance(anatomy, dict) or not isinstance(words, list) or not words:
        return source
    word = words[_dice(data, patient, 0, "variant").randrange(len(words))]
    loc = ("anatomy", "variant")
    marks = {**source.marks, loc: source.marks[("variation", "variant")]}
    return replace(source, data={**data, "anatomy": {**anatomy, "variant": word}}, marks=marks)


def changed(
    source: Source,
    variation: Variation | None,
    difficulty: Difficulty | None,
    patient: int,
    attempt: int,
    grade: Grade,
) -> Source:
    """The case's data for a patient and a grade, with its text.

    Args:
        source: Put together and valid.
        variation: The case's bounds.
        difficulty: The case's own grades; the usual ones if None.
        patient: 0 is the patient as authored.
        attempt: Another draw of the same patient, or less of a grade, where the one before could
            not be played; below ``ATTEMPTS``.
        grade: Which version.
    """
    data = {k: v for k, v in source.data.items() if k not in ("variation", "difficulty")}
    if grade != "standard":
        change: Change = getattr(difficulty or Difficulty(), grade)
        data = _graded(data, change, 1.0 - attempt / ATTEMPTS)
    if patient and variation is not None:
        data = _varied(data, variation, patient, attempt)
    settled = {key: value for key, value in data.items() if key != "extends"}
    keys = ("body", "heart", "vessels")
    settled["anatomy"] = {k: v for k, v in data["anatomy"].items() if k in keys}
    who = f"{source.file}, patient {patient}, {grade}"
    return replace(source, data=settled, resolved=plain_text(settled, who))


def _dice(data: Data, patient: int, attempt: int, what: str) -> random.Random:
    """Chance that depends on the case, the patient and what is drawn, and on nothing else."""
    return random.Random(f"{data.get('id')}:{patient}:{attempt}:{what}")  # noqa: S311


def _graded(data: Data, change: Change, so_far: float) -> Data:
    """A grade's changes; its anatomy changes only ``so_far`` where the whole cannot be played."""
    vessels: Vessels = data["anatomy"]["vessels"]
    vessels = widened(vessels, {"": 1.0 + so_far * change.calibre_percent / 100.0})
    if change.tortuosity:
        vessels = bent(vessels, bends(so_far * change.tortuosity, (0.4, 2.1, 3.9, 5.2)))
    vessels = [_narrowed(vessel, so_far * change.stenosis_percent) for vessel in vessels]
    out = {**data, "anatomy": {**data["anatomy"], "vessels": vessels}}
    tray = [name for name in data["tray"] if name not in change.tray_remove]
    out["tray"] = tray + [name for name in change.tray_add if name not in tray]
    if not change.hints:
        task = data["task"]
        steps = [{k: v for k, v in step.items() if k != "hint"} for step in task.get("steps", [])]
        out["task"] = {**task, **({"steps": steps} if "steps" in task else {})}
    scoring = data.get("scoring") or {}
    baseline = scoring.get("baseline") or {}
    share = change.baseline_percent / 100.0
    scaled = {k: round(v * share, 3) for k, v in baseline.items() if isinstance(v, int | float)}
    if scaled:
        out["scoring"] = {**scoring, "baseline": {**baseline, **scaled}}
    return out


def _varied(data: Data, bounds: Variation, patient: int, attempt: int) -> Data:
    def dice(what: str) -> random.Random:
        return _dice(data, patient, attempt, what)

    def spread(what: str, most: float) -> float:
        return most * dice(what).uniform(-1.0, 1.0)

    anatomy, vessels = data["anatomy"], data["anatomy"]["vessels"]
    shared = spread("calibre", bounds.calibre_percent * (1.0 - _OWN_SHARE))
    own = bounds.calibre_percent * _OWN_SHARE
    factor = {
        str(v["id"]): 1.0 + (shared + spread(f"calibre:{v['id']}", own)) / 100.0 for v in vessels
    }
    if bounds.calibre_percent:
        vessels = widened(vessels, factor)
    waves: list[Wave] = []
    if bounds.tortuosity:
        phases = [dice(f"bend:{k}").uniform(0.0, 2 * math.pi) for k in range(4)]
        waves += bends(bounds.tortuosity * dice("bend").random(), phases)
    if bounds.position_mm:
        for k, (ux, uy) in enumerate(((0.0, 1.0), (1.0, 0.0))):
            phase = dice(f"place:{k}").uniform(0.0, 2 * math.pi)
            dx, dy = (
                spread(f"place:x:{k}", bounds.position_mm),
                spread("place:y", bounds.position_mm),
            )
            waves.append(Wave(0.5 * dx, 0.5 * dy, ux, uy, _PLACE_MM, phase))
    vessels = bent(vessels, waves)
    if bounds.lesion_percent:
        by = spread("lesion", bounds.lesion_percent)
        vessels = [_narrowed(vessel, by) for vessel in vessels]
    if bounds.flow_percent:
        by = 1.0 + spread("flow", bounds.flow_percent) / 100.0
        vessels = [_fed(vessel, by) for vessel in vessels]
    heart, who = dict(anatomy.get("heart") or {}), dict(data["patient"])
    for block, pairs in (
        (
            heart,
            {"rate_bpm": bounds.heart_rate_bpm, "mean_pressure_mmhg": bounds.mean_pressure_mmhg},
        ),
        (who, {"age": bounds.age, "weight_kg": bounds.weight_kg, "egfr": bounds.egfr}),
    ):
        for key, pair in pairs.items():
            if pair is not None:
                value = dice(key).uniform(*pair)
                block[key] = round(value) if key == "age" else round(value, 1)
    out = {**data, "anatomy": {**anatomy, "heart": heart, "vessels": vessels}, "patient": who}
    if isinstance(data.get("briefing"), str):  # the prose names the age of the one as authored
        was, now = f"{data['patient']['age']}-year-old", f"{who['age']}-year-old"
        out["briefing"] = data["briefing"].replace(was, now)
    return out


def _narrowed(vessel: Data, by_percent: float) -> Data:
    lesions = vessel.get("lesions")
    if not by_percent or not lesions:
        return vessel
    out = []
    for lesion in lesions:
        percent = lesion.get("diameter_percent")
        if lesion.get("kind") == "stenosis" and percent is not None:
            now = min(max(percent + by_percent, _LEAST_PERCENT), _MOST_PERCENT)
            lesion = {**lesion, "diameter_percent": round(now, 1)}  # noqa: PLW2901
        out.append(lesion)
    return {**vessel, "lesions": out}


def _fed(vessel: Data, by: float) -> Data:
    outlet = vessel.get("outlet")
    if not outlet or outlet.get("flow_ml_min") is None:
        return vessel
    return {**vessel, "outlet": {**outlet, "flow_ml_min": round(outlet["flow_ml_min"] * by, 2)}}
