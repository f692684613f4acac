"""Differences of two cases in clinical terms."""

import pytest

from ir_sim.authoring.check import load_case
from ir_sim.authoring.compare import differences
from ir_sim.cli import main
from ir_sim.scenario import shipped_scenarios

CASE = "left-renal-stenosis"


def changed(tmp_path, *pairs):
    text = shipped_scenarios()[CASE].read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / f"{CASE}.yaml"
    path.write_text(text, encoding="utf-8")
    return differences(load_case(CASE), load_case(path))


def test_a_case_equals_itself(tmp_path, capsys):
    assert changed(tmp_path) == []
    assert main(["diff", CASE, CASE]) == 0
    assert "no difference" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("diameter_percent: 65", "diameter_percent: 80", "without a fibrous stenosis of 65 %"),
        ("egfr: 41", "egfr: 28", "patient: eGFR: 41 -> 28 mL/min/1.73 m²"),
        ("sheath_fr: 6", "sheath_fr: 7", "access: sheath: 6 -> 7 French"),
        ("wire-035-rosen, ", "", "tray: without wire-035-rosen"),
        ("flow_ml_min: 190", "flow_ml_min: 90", "flow 190 -> 90 mL/min"),
        ("at_least_ml: 2", "at_least_ml: 4", "at least 2 mL injected"),
        ("\n# ", "\n#  ", None),
    ],
)
def test_a_difference_is_said(tmp_path, old, new, words):
    text = shipped_scenarios()[CASE].read_text(encoding="utf-8")
    assert old in text, "the case has changed: change this row too"
    said = changed(tmp_path, (old, new))
    assert (words is None and said == []) or any(words in line for line in said), said


def test_two_cases_differ_in_many_ways(capsys):
    assert main(["diff", CASE, "right-renal-selective"]) == 1
    said = capsys.readouterr().out
    assert "left renal accessory: no longer there" in said
    assert "right renal middle: new" in said
