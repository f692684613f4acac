"""The rubric: which errors count how much, and how points are shared out. Data, not code."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, field_validator

from ir_sim.errors import AuthoringError, Problem
from ir_sim.scenario.fields import Line, Model, Name, NonNegative, Positive
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.validation import nearest, validate
from ir_sim.scenario.yaml_source import parse, read_text

Weight = Annotated[int, Field(ge=1, le=5)]


class ErrorRule(Model):
    """How an error of the catalogue is weighed and explained."""

    weight: Weight
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


class Rubric(Model):
    """A way to rate a run."""

    format: Literal[1]
    id: Name
    title: Line
    pass_mark: Annotated[float, Field(ge=0, le=100)]
    points: Points
    cost_by_weight: dict[str, NonNegative]
    ratio: Ratio
    errors: dict[Name, ErrorRule]
    _sha256: str = PrivateAttr(default="")

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


def load_rubric(reference: str | Path) -> Rubric:
    """A shipped rubric by id, or an author's own by path.

    Raises:
        AuthoringError: It cannot be found, read or understood.
    """
    folder = shipped("assets") / "rubrics"
    known = {path.stem: path for path in folder.glob("*.yaml")}
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
    rubric, problems = validate(parse(text, name), Rubric)
    if rubric is None:
        raise AuthoringError(problems)
    rubric._sha256 = hashlib.sha256(text.encode()).hexdigest()
    return rubric
