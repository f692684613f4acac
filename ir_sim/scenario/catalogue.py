"""The device catalogue: the shipped devices and those that an author adds beside a case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ir_sim.errors import AuthoringError, Problem
from ir_sim.scenario.device import Device, DeviceFile
from ir_sim.scenario.shipped import shipped
from ir_sim.scenario.validation import validate
from ir_sim.scenario.yaml_source import parse, read_text


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


def read_devices(folder: Path) -> tuple[dict[str, Device], list[Problem]]:
    """Read every ``*.yaml`` of a folder.

    Returns:
        The devices by id, and what is wrong with the files.
    """
    devices: dict[str, Device] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        text, found = read_text(path, str(path))
        if found:
            problems += found
            continue
        source = parse(text, str(path))
        model, found = validate(source, DeviceFile)
        problems += found
        for i, device in enumerate(model.devices if model else []):
            if device.id in devices:
                loc = ("devices", i, "id")
                problems.append(source.problem(loc, f"device '{device.id}' is defined twice"))
            devices[device.id] = device
    return devices, problems
