"""New cases are good from the start, with and without a template."""

import pytest

from ir_sim.authoring.check import check_case, load_case
from ir_sim.authoring.explain import explain
from ir_sim.authoring.scaffold import new_case, new_over_template
from ir_sim.errors import IrSimError
from ir_sim.scenario.templates import template_names
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.session import Session


@pytest.mark.parametrize("template", [None, *template_names()])
def test_a_new_case_is_good(tmp_path, template):
    text = new_over_template("my-case", template) if template else new_case("my-case")
    path = tmp_path / "my-case.yaml"
    path.write_text(text, encoding="utf-8")
    scenario, problems = check_case(path)
    assert problems == []
    if template:
        said = " ".join(explain(scenario).split())
        assert f"of the template '{template}'" in said
        assert "Other patients differ in calibres (by up to 8 %)" in said


def test_no_such_template():
    with pytest.raises(IrSimError, match="there are abdominal-aorta"):
        new_over_template("my-case", "brain")


def test_the_expert_plays_a_new_case(tmp_path):
    path = tmp_path / "my-case.yaml"
    path.write_text(new_case("my-case"), encoding="utf-8")
    session = Session(load_case(path), seed=0)
    expert = Autopilot(session)
    while not session.state.finished and session.state.time_s < 120.0:
        session.step(expert.controls())
    assert session.score().passed
