"""The rubric: which errors count how much, and how points are shared out. Data, not code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from ir_sim.errors import AuthoringError, Problem
from ir_sim.scenario.fields import Finite, Line, Model, Name, NonNegative, Positive
from ir_sim.scenario.library import own_folder
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.validation import nearest, validate
from ir_sim.scenario.yaml_source import Loc, Source, parse, read_text
from ir_sim.training.detectors import COMMON_FIELDS, DETECTORS

Weight = Annotated[int, Field(ge=1, le=5)]


class ErrorRule(Model):
    """How an error of the catalogue is found, weighed and explained.

    ``text`` is the sentence for the report; figures of the finding stand in braces.
    """

    weight: Weight
    definition: Line
    threshold: dict[Name, Finite] = Field(default_factory=dict)
    text: Line
    hint: Line
    source: Line


class Points(Model):
    """Points of each part; together 100."""

    steps: NonNegative
    errors: NonNegative
    efficiency: NonNegative
    dose: NonNegative
    contrast: NonNegative


class Ratio(Model):
    """Ratio to the baseline that earns everything, and that earns nothing."""

    full: Positive
    none: Positive


class Unsafe(Model):
    """Errors from a weight on take away efficiency and dose points, down to a share of them."""

    from_weight: Weight
    keeps: Annotated[float, Field(ge=0, le=1)]


class Shares(Model):
    """How the efficiency and the dose points are shared out; each pair adds up to 1."""

    procedure_time_s: NonNegative = 0.5
    fluoro_time_s: NonNegative = 0.5
    kap_gy_cm2: NonNegative = 0.7
    air_kerma_mgy: NonNegative = 0.3

    @model_validator(mode="after")
    def _pairs(self) -> Shares:
        for a, b in (("procedure_time_s", "fluoro_time_s"), ("kap_gy_cm2", "air_kerma_mgy")):
            total = getattr(self, a) + getattr(self, b)
            if abs(total - 1.0) > 1e-6:
                raise ValueError(f"{a} and {b} add up to {total:g}, not to 1")
        return self


class Rubric(Model):
    """A way to rate a run.

    An error that the rubric leaves out is not looked for. ``closed_gate_most`` is the largest total
    of a run that cannot pass; ``forms_share`` the part of the step points that goes to the forms of
    a case that has some. Without ``unsafe`` speed and dose are rated whatever errors were made.
    """

    format: Literal[1]
    id: Name
    title: Line
    pass_mark: Annotated[float, Field(ge=0, le=100)]
    points: Points
    cost_by_weight: dict[str, NonNegative]
    ratio: Ratio
    shares: Shares = Shares()
    forms_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    closed_gate_most: Annotated[float, Field(ge=0, le=100)] = 50.0
    unsafe: Unsafe | None = None
    errors: dict[Name, ErrorRule]
    _sha256: str = PrivateAttr(default="")

    @field_validator("closed_gate_most")
    @classmethod
    def _below_the_pass_mark(cls, most: float, info: ValidationInfo) -> float:
        if most >= info.data.get("pass_mark", 100.0):
            raise ValueError(f"must be below pass_mark, got {most:g}")
        return most

    @field_validator("points")
    @classmethod
    def _hundred(cls, points: Points) -> Points:
        total = sum(dict(points).values())
        if abs(total - 100.0) > 1e-6:
            raise ValueError(f"the points add up to {total:g}, not to 100")
        return points

    @field_validator("cost_by_weight")
    @classmethod
    def _every_weight(cls, cost: dict[str, float]) -> dict[str, float]:
        if sorted(cost) != ["1", "2", "3", "4", "5"]:
            raise ValueError("give a cost for each weight from 1 to 5")
        return cost

    @property
    def sha256(self) -> str:
        """Hash of the rubric's text, hexadecimal."""
        return self._sha256

    def cost(self, weight: int) -> float:
        """Points that an error of a weight costs."""
        return self.cost_by_weight[str(weight)]


def known_rubrics() -> dict[str, Path]:
    """Own rubrics (the folder ``rubrics`` beside the own cases) and shipped ones, by id.

    A shipped rubric keeps its id.
    """
    own = sorted((own_folder() / "rubrics").glob("*.yaml"))
    return {p.stem: p for p in (*own, *sorted((shipped("assets") / "rubrics").glob("*.yaml")))}


def load_rubric(reference: str | Path) -> Rubric:
    """A shipped or own rubric by id, or any by path.

    Raises:
        AuthoringError: It cannot be found, read or understood.
    """
    known = known_rubrics()
    name = str(reference)
    path = known.get(name, Path(reference))
    if name not in known and not name.endswith((".yaml", ".yml")):
        hint = nearest(name, sorted(known))
        raise AuthoringError([Problem(name, 1, 1, "", f"no rubric '{name}'", hint)])
    text, problems = read_text(path, name)
    if problems:
        raise AuthoringError(problems)
    return rubric_from_text(text, name)


def rubric_from_text(text: str, name: str) -> Rubric:
    """A rubric from YAML text.

    Raises:
        AuthoringError: With every problem found.
    """
    source = parse(text, name)
    rubric, problems = validate(source, Rubric)
    if rubric is not None:
        problems += _against_detectors(rubric, source)
    if rubric is None or problems:
        raise AuthoringError(problems)
    rubric._sha256 = hashlib.sha256(text.encode()).hexdigest()
    return rubric


def _against_detectors(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """Errors that nothing looks for, thresholds that nothing reads, figures that nothing gives."""
    for code, rule in rubric.errors.items():
        at: Loc = ("errors", code)
        detector = DETECTORS.get(code)
        if detector is None:
            hint = nearest(code, sorted(DETECTORS))
            yield source.problem(at, f"nothing looks for an error '{code}'", hint, at_key=True)
            continue
        for name in rule.threshold:
            if name not in detector.thresholds:
                message = f"'{code}' has no threshold '{name}'"
                hint = nearest(name, sorted(detector.thresholds))
                yield source.problem((*at, "threshold", name), message, hint, at_key=True)
        allowed = (*COMMON_FIELDS, *detector.fields)
        try:
            used = [name for _, name, _, _ in Formatter().parse(rule.text) if name is not None]
        except ValueError as error:
            yield source.problem((*at, "text"), f"the braces do not match: {error}")
            continue
        for name in used:
            if name not in allowed:
                message = f"'{code}' gives no figure '{name}'"
                yield source.problem((*at, "text"), message, nearest(name, list(allowed)))
