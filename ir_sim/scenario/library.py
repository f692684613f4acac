"""Finding and loading scenarios: shipped and own ones by id, any file by path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import platformdirs

from ir_sim.errors import Problem, ScenarioError
from ir_sim.scenario.catalogue import devices_for, shipped_supplies, supplies_for
from ir_sim.scenario.cross_checks import cross_checks
from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.supply import Supply
from ir_sim.scenario.validation import nearest, validate
from ir_sim.scenario.yaml_source import parse, read_text

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


def examine(reference: str | Path) -> tuple[Scenario | None, list[Problem]]:
    """Read a case and report every error and warning; the case is None if unusable."""
    name = str(reference)
    path = known_scenarios().get(name)
    if path is not None:
        name = f"{path.parent.name}/{path.name}"
    else:
        path = Path(reference)
        if _is_id(name) and not path.exists():
            known = sorted(known_scenarios())
            message = f"no case has the id '{name}'"
            return None, [Problem(name, 1, 1, "", message, nearest(name, known))]
    text, problems = read_text(path, name)
    if problems:
        return None, problems
    devices, problems = devices_for(path)
    supplies, found = supplies_for(path)
    problems = problems + found
    scenario, found = from_text(text, name, devices, supplies)
    return scenario, problems + found


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
    supplies = supplies if supplies is not None else shipped_supplies()
    source = parse(text, name)
    scenario, problems = validate(source, Scenario)
    if scenario is None:
        return None, problems
    tray = {i: devices[i] for i in scenario.tray if i in devices}
    used = {i: supplies[i] for i in scenario.tray if i in supplies}
    scenario.bound(source, tray, used)
    problems += cross_checks(scenario, [*devices, *supplies])
    unusable = any(problem.severity == "error" for problem in problems)
    return (None if unusable else scenario), problems


def _is_id(name: str) -> bool:
    return not name.endswith((".yaml", ".yml")) and "/" not in name and "\\" not in name
