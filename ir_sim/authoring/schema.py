"""JSON Schema of a case, so that an editor completes keys and marks mistakes while typing."""

from __future__ import annotations

from typing import Any

from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.model import Scenario


def editor_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of scenario format 1, with the shipped devices as choices."""
    schema: dict[str, Any] = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "ir_sim scenario, format 1"
    devices = shipped_devices()
    tray = schema["properties"]["tray"]
    tray["description"] = "Devices on the table; own devices may be added in devices/*.yaml."
    tray["items"] = {
        "anyOf": [
            {"enum": sorted(devices)},
            {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        ]
    }
    return schema
