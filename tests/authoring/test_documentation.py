"""What the pages for authors show is true: cases validate, messages are the program's own."""

import re
from pathlib import Path

import pytest

from ir_sim.authoring.check import check_case, load_case
from ir_sim.cli import main, parser
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.session import Session

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/authoring.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CASES = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize("text", CASES)
def test_the_cases_of_the_tutorial_are_good(tmp_path, text):
    path = tmp_path / "my-renal.yaml"
    path.write_text(text)
    assert check_case(path)[1] == []


def test_the_messages_of_the_tutorial_are_the_programs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    wrong = CASES[0].replace("sex: f", "sex: female").replace("parent: aorta", "parent: aorat", 1)
    (said,) = re.findall(r"```text\n(.*?)\n```", PAGE, re.S)
    Path("my-renal.yaml").write_text(wrong)
    assert main(["validate", "my-renal.yaml"]) == 1
    assert capsys.readouterr().out.strip() == said


@pytest.mark.parametrize("page", [PAGE, README])
def test_every_command_shown_exists(page):
    known = set(parser()._subparsers._group_actions[0].choices)
    shown = set(re.findall(r"ir-sim ([a-z]+) ", page))
    assert shown <= known


@pytest.mark.parametrize("page", [PAGE, README])
def test_pictures_and_links_are_there(page):
    folder = ROOT / ("docs" if page is PAGE else ".")
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (folder / target).exists() or target == "docs/images/procedure.png", target


def test_the_expert_plays_the_finished_case_of_the_tutorial(tmp_path):
    path = tmp_path / "my-renal.yaml"
    path.write_text(CASES[1])
    session = Session(load_case(path), seed=0)
    expert = Autopilot(session)
    while not session.state.finished and session.state.time_s < 120.0:
        session.step(expert.controls())
    score = session.score()
    assert score.passed
    assert not score.errors
