"""Damaged and made texts, a bounded number; ``fuzz_scenarios.py`` runs as many as one likes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import fuzz_scenarios


def test_damaged_texts_get_an_answer(tmp_path):
    tally = fuzz_scenarios.run(600, 11, seconds=10.0, folder=tmp_path)
    assert tally.failures == []
    assert tally.accepted < tally.texts == 600


def test_made_texts_get_an_answer(tmp_path):
    tally = fuzz_scenarios.run(60, 3, seconds=10.0, made=True, folder=tmp_path)
    assert tally.failures == []
    assert tally.texts >= 60
