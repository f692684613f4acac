"""Finding and loading scenarios: shipped by id, an author's own by path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ir_sim.errors import Problem, ScenarioError
from ir_sim.scenario.catalogue import devices_for
from ir_sim.scenario.cross_checks import cross_checks
from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.validation import nearest, validate
from ir_sim.scenario.yaml_source import parse, read_text


@cache
def shipped_scenarios() -> Mapping[str, Path]:
    """Shipped case ids and their files, in library order."""
    files = sorted(shipped("scenarios").rglob("*.yaml"))
    return {path.stem: path for path in files if path.parent.name != "devices"}


def load(reference: str | Path) -> Scenario:
    """Load a case.

    Args:
        reference: The id of a shipped case, or the path of a YAML file.

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
    path = shipped_scenarios().get(name)
    if path is not None:
        name = f"{path.parent.name}/{path.name}"
    else:
        path = Path(reference)
        if _is_id(name) and not path.exists():
            known = sorted(shipped_scenarios())
            message = f"no shipped case has the id '{name}'"
            return None, [Problem(name, 1, 1, "", message, nearest(name, known))]
    text, problems = read_text(path, name)
    if problems:
        return None, problems
    devices, problems = devices_for(path)
    scenario, found = from_text(text, name, devices)
    return scenario, problems + found


def from_text(
    text: str, name: str, devices: Mapping[str, Device]
) -> tuple[Scenario | None, list[Problem]]:
    """A case from YAML text; ``devices`` is the catalogue that its tray may name."""
    source = parse(text, name)
    scenario, problems = validate(source, Scenario)
    if scenario is None:
        return None, problems
    tray = {i: devices[i] for i in scenario.tray if i in devices}
    scenario.bound(source, tray)
    problems += cross_checks(scenario, list(devices))
    unusable = any(problem.severity == "error" for problem in problems)
    return (None if unusable else scenario), problems


def _is_id(name: str) -> bool:
    return not name.endswith((".yaml", ".yml")) and "/" not in name and "\\" not in name
