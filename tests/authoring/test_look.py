"""What the author's screen draws while a text is half written: nothing may fail."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from fuzz_scenarios import damaged

from ir_sim.anatomy import build_tree
from ir_sim.authoring.look import course_to, look_at_case
from ir_sim.scenario import load, shipped_scenarios
from ir_sim.scenario.library import look_at_text

PAGE = Path(__file__).parents[2] / "docs" / "authoring.md"


def test_a_damaged_text_is_looked_at_without_failing():
    rng = random.Random(11)
    originals = [p.read_text(encoding="utf-8") for p in shipped_scenarios().values()]
    originals += re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    drawn = 0
    for _ in range(120):
        text = damaged(rng, rng.choice(originals))
        drawn += look_at_case(look_at_text(text, "x.yaml", Path("x.yaml")).mended) is not None
    assert drawn > 10  # most texts with a mistake still show their vessels


def test_a_text_cut_off_anywhere_is_looked_at_without_failing():
    text = load("tutorial-first-steps").text
    for cut in range(0, len(text), 97):
        look_at_case(look_at_text(text[:cut], "x.yaml", Path("x.yaml")).mended)


@pytest.mark.parametrize("case", shipped_scenarios())
def test_the_expert_goes_from_the_sheath_to_the_target_without_a_jump(case):
    scenario = load(case)
    tree = build_tree(scenario.anatomy)
    course = course_to(tree, scenario.access, scenario.task.target)
    target = scenario.task.target
    end = tree.by_id[target.vessel].point_at(target.at_mm)
    assert np.hypot(*(course[-1] - end)) < 1.5
    assert np.hypot(*np.diff(course, axis=0).T).max() < 4.0
