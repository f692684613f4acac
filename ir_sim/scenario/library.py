"""Finding and loading scenarios: shipped and own ones by id, any file by path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import platformdirs

from ir_sim.errors import Problem, ScenarioError
from ir_sim.scenario.catalogue import devices_for, shipped_supplies, supplies_for
from ir_sim.scenario.composing import compose
from ir_sim.scenario.cross_checks import cross_checks
from ir_sim.scenario.device import Device
from ir_sim.scenario.mending import mend
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.patients import Grade, changed, with_variant
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.supply import Supply
from ir_sim.scenario.validation import nearest, validate
from ir_sim.scenario.yaml_source import parse, read_text


@dataclass(frozen=True)
class Which:
    """Which version of a case: another patient within its bounds, easier or harder.

    Attributes:
        patient: 0 is the patient as authored.
        grade: ``standard``, ``easier`` or ``harder``.
        attempt: Another draw of the same patient.
    """

    patient: int = 0
    grade: Grade = "standard"
    attempt: int = 0


STANDARD = Which()


@dataclass(frozen=True)
class Examined:
    """What reading a case has shown.

    Attributes:
        scenario: The case, or None if it cannot be used.
        problems: Every error and warning.
        mended: The case with stand-ins for what the schema refused, so that the rest of it can be
            checked; None if nothing could be made of it.
        touched: The places that hold stand-ins.
    """

    scenario: Scenario | None
    problems: list[Problem]
    mended: Scenario | None = None
    touched: tuple[str, ...] = ()


#: Folders beside the cases whose files are no cases.
_NOT_CASES = ("devices", "rubrics", "supplies")


@cache
def shipped_scenarios() -> Mapping[str, Path]:
    """Shipped case ids and their files, in library order."""
    files = sorted(shipped("scenarios").rglob("*.yaml"))
    return {path.stem: path for path in files if path.parent.name not in _NOT_CASES}


def own_folder() -> Path:
    """Where a person's own cases are looked for; ``IR_SIM_CASES`` names another folder."""
    named = os.environ.get("IR_SIM_CASES")
    return (
        Path(named)
        if named
        else platformdirs.user_data_path("ir_sim", appauthor=False) / "scenarios"
    )


def own_scenarios() -> Mapping[str, Path]:
    """Own case ids and their files. A shipped case keeps its id."""
    try:
        files = sorted(own_folder().rglob("*.yaml"))
    except OSError:
        return {}
    shipped_ids = shipped_scenarios()
    return {
        path.stem: path
        for path in files
        if path.parent.name not in _NOT_CASES and path.stem not in shipped_ids
    }


def known_scenarios() -> Mapping[str, Path]:
    """Shipped cases, then own ones."""
    return {**shipped_scenarios(), **own_scenarios()}


def load(reference: str | Path) -> Scenario:
    """Load a case.

    Args:
        reference: The id of a shipped or own case, or the path of a YAML file.

    Raises:
        ScenarioError: With every problem found, each with its line and column.
    """
    scenario, problems = examine(reference)
    errors = [problem for problem in problems if problem.severity == "error"]
    if scenario is None or errors:
        raise ScenarioError(errors)
    return scenario


def examine(
    reference: str | Path, which: Which = STANDARD
) -> tuple[Scenario | None, list[Problem]]:
    """Read a case and report every error and warning; the case is None if unusable."""
    found = look_at(reference, which)
    return found.scenario, found.problems


def look_at(reference: str | Path, which: Which = STANDARD) -> Examined:
    """Read a case and everything that can be said of it."""
    name = str(reference)
    path = known_scenarios().get(name)
    if path is not None:
        name = f"{path.parent.name}/{path.name}"
    else:
        path = Path(reference)
        if _is_id(name) and not path.exists():
            known = sorted(known_scenarios())
            message = f"no case has the id '{name}'"
            return Examined(None, [Problem(name, 1, 1, "", message, nearest(name, known))])
    text, problems = read_text(path, name)
    if problems:
        return Examined(None, problems)
    return look_at_text(text, name, path, which)


def look_at_text(text: str, name: str, path: Path, which: Which = STANDARD) -> Examined:
    """What ``look_at`` says of a text as if it stood in a file."""
    devices, problems = devices_for(path)
    supplies, found = supplies_for(path)
    seen = inspect(text, name, devices, supplies, folder=path.parent, which=which)
    return replace(seen, problems=problems + found + seen.problems)


def from_text(
    text: str,
    name: str,
    devices: Mapping[str, Device],
    supplies: Mapping[str, Supply] | None = None,
) -> tuple[Scenario | None, list[Problem]]:
    """A case from YAML text.

    Args:
        text: YAML.
        name: Of the file, for messages.
        devices: The catalogue that its tray may name.
        supplies: The supplies that its tray may name; the shipped ones by default.
    """
    found = inspect(text, name, devices, supplies)
    return found.scenario, found.problems


def inspect(
    text: str,
    name: str,
    devices: Mapping[str, Device],
    supplies: Mapping[str, Supply] | None = None,
    *,
    folder: Path | None = None,
    which: Which = STANDARD,
) -> Examined:
    """A case from YAML text, put together, checked block by block and across blocks.

    Args:
        text: YAML.
        name: Of the file, for messages.
        devices: The catalogue that its tray may name.
        supplies: The supplies that its tray may name; the shipped ones by default.
        folder: Where the paths of ``extends`` begin; None where only ids may be named.
        which: Patient and difficulty.
    """
    supplies = supplies if supplies is not None else shipped_supplies()
    composed = compose(with_variant(parse(text, name), which.patient), _file_of, folder)
    source = composed.source
    scenario, problems = validate(source, Scenario)
    mended: Scenario | None = scenario
    touched: tuple[str, ...] = ()
    if scenario is None:
        if composed.broken:
            problems = [p for p in problems if not p.message.endswith("is missing")]
        mended, touched = mend(source, Scenario)
    elif which != STANDARD:
        grades = (scenario.variation, scenario.difficulty)
        source = changed(source, *grades, which.patient, which.attempt, which.grade)
        scenario, problems = validate(source, Scenario)
        mended = scenario
    if mended is None or composed.broken:
        return Examined(None, problems)
    tray = {i: devices[i] for i in mended.tray if i in devices}
    used = {i: supplies[i] for i in mended.tray if i in supplies}
    helper = mended.assistant
    mended.bound(source, tray, used, devices.get(helper.device) if helper is not None else None)
    across = cross_checks(mended, [*devices, *supplies], devices)
    across = [p for p in across if not _follows(p.where, touched)]
    problems = sorted({*problems, *across})
    unusable = any(problem.severity == "error" for problem in problems)
    return Examined(None if unusable else scenario, problems, mended, touched)


def _file_of(case: str) -> Path | None:
    """The file of a known case."""
    return known_scenarios().get(case)


def _follows(where: str, touched: tuple[str, ...]) -> bool:
    """Whether what is found at a place may only follow from what was told of others.

    The place holds a stand-in, lies in one, or is a block of which a key was refused.
    """
    return any(
        where == t
        or where.startswith((f"{t}.", f"{t}["))
        or (bool(where) and t.startswith(f"{where}.") and "." not in t[len(where) + 1 :])
        for t in touched
    )


def _is_id(name: str) -> bool:
    return not name.endswith((".yaml", ".yml")) and "/" not in name and "\\" not in name
