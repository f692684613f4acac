"""The catalogues: shipped devices and supplies, and those that an author adds beside a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ir_sim.errors import AuthoringError, Problem
from ir_sim.scenario.device import Device, DeviceFile
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.supply import Supply, SupplyFile
from ir_sim.scenario.validation import validate
from ir_sim.scenario.yaml_source import Source, parse, read_text


@cache
def shipped_devices() -> Mapping[str, Device]:
    """Every device of ``assets/devices``, by id."""
    devices, problems = read_devices(shipped("assets") / "devices")
    if problems:
        raise AuthoringError(problems)
    return devices


def devices_for(case_file: Path | None) -> tuple[Mapping[str, Device], list[Problem]]:
    """The shipped devices, and over them those in a folder ``devices`` beside the case."""
    if case_file is None or not (case_file.parent / "devices").is_dir():
        return shipped_devices(), []
    own, problems = read_devices(case_file.parent / "devices")
    return {**shipped_devices(), **own}, problems


@cache
def shipped_supplies() -> Mapping[str, Supply]:
    """Every supply of ``assets/supplies``, by id."""
    supplies, problems = read_supplies(shipped("assets") / "supplies")
    if problems:
        raise AuthoringError(problems)
    return supplies


def supplies_for(case_file: Path | None) -> tuple[Mapping[str, Supply], list[Problem]]:
    """The shipped supplies, and over them those in a folder ``supplies`` beside the case."""
    if case_file is None or not (case_file.parent / "supplies").is_dir():
        return shipped_supplies(), []
    own, problems = read_supplies(case_file.parent / "supplies")
    return {**shipped_supplies(), **own}, problems


def read_supplies(folder: Path) -> tuple[dict[str, Supply], list[Problem]]:
    """Read every ``*.yaml`` of a folder; returns as ``read_devices`` does."""
    supplies: dict[str, Supply] = {}
    problems: list[Problem] = []
    for source in _sources(folder, problems):
        model, found = validate(source, SupplyFile)
        problems += found
        for i, supply in enumerate(model.supplies if model else []):
            if supply.id in supplies:
                loc = ("supplies", i, "id")
                problems.append(source.problem(loc, f"supply '{supply.id}' is defined twice"))
            supplies[supply.id] = supply
    return supplies, problems


def _sources(folder: Path, problems: list[Problem]) -> Iterator[Source]:
    """Every ``*.yaml`` of a folder that can be read; what is wrong with the others is added."""
    for path in sorted(folder.glob("*.yaml")):
        text, found = read_text(path, str(path))
        problems += found
        if not found:
            yield parse(text, str(path))


def read_devices(folder: Path) -> tuple[dict[str, Device], list[Problem]]:
    """Read every ``*.yaml`` of a folder.

    Returns:
        The devices by id, and what is wrong with the files.
    """
    devices: dict[str, Device] = {}
    problems: list[Problem] = []
    for source in _sources(folder, problems):
        model, found = validate(source, DeviceFile)
        problems += found
        for i, device in enumerate(model.devices if model else []):
            if device.id in devices:
                loc = ("devices", i, "id")
                problems.append(source.problem(loc, f"device '{device.id}' is defined twice"))
            devices[device.id] = device
    return devices, problems
