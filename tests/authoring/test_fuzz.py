"""Damaged scenario texts, a bounded number; ``fuzz_scenarios.py`` runs as many as one likes."""

import importlib.util
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location(
    "fuzz_scenarios", Path(__file__).with_name("fuzz_scenarios.py")
)
fuzz_scenarios = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fuzz_scenarios)


def test_damaged_texts_get_an_answer():
    result = fuzz_scenarios.run(600, seed=11, seconds=10.0)
    assert result["accepted"] < 600
