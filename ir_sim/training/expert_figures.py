"""The expert's figures of each shipped case, to compare a run with.

They are kept as data (``assets/experts``), because playing a case takes minutes; figures of another
version of a case are not used. ``ir_sim.training.expert_runs`` makes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ir_sim.scenario.model import Scenario
from ir_sim.scenario.shipped import shipped

#: Keys of the language that came later, and what they are where a case says nothing: they change
#: nothing then.
_LATER: Mapping[str, object] = {
    "venous_pressure_mmhg": 5.0,
    "kind": None,
    "drains": [],
    "inflow_ml_min": None,
    "to_at_mm": None,
    "calcium_percent": 0.0,
    "staples": [],
}


def fingerprint(scenario: Scenario) -> str:
    """Hash of what an expert's run depends on: not of words, baselines or forms."""
    anatomy = scenario.anatomy.model_dump(mode="json")
    lesions = [lesion for vessel in anatomy["vessels"] for lesion in vessel["lesions"]]
    for block in (anatomy, anatomy["heart"], *anatomy["vessels"], *lesions):
        for key, silent in _LATER.items():
            if block.get(key, silent) == silent:
                block.pop(key, None)
    kept = {
        "anatomy": anatomy,
        "access": scenario.access.model_dump(mode="json"),
        "tray": list(scenario.tray),
        "target": scenario.task.target.model_dump(mode="json"),
        "steps": [step.when.model_dump(mode="json") for step in scenario.task.steps],
    }
    if scenario.assistant is not None:
        kept["assistant"] = scenario.assistant.model_dump(mode="json")
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def expert_figures(scenario: Scenario) -> Mapping[str, float] | None:
    """The expert's figures of this very case (as ``values_of`` gives them), or None."""
    path = folder() / f"{scenario.id}.json"
    if not path.is_file():
        return None
    kept = json.loads(path.read_text("utf-8"))
    if kept["case"] != fingerprint(scenario):
        return None
    return {name: float(value) for name, value in kept["figures"].items()}


def folder() -> Path:
    """Where the figures lie, a file for each case."""
    return shipped("assets") / "experts"
