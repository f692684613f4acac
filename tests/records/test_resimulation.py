"""A real run, logged, run again from its recording: the score must be the one that was logged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ir_sim import Action, Controls, Motion, Simulation, load_scenario
from ir_sim.records.filing import log_run
from ir_sim.records.record import RunRecord
from ir_sim.records.resimulate import resimulate
from ir_sim.records.store import open_log

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def session():
    """A short real run that was ended by hand."""
    scenario = load_scenario("right-renal-selective")
    played = Simulation(scenario, seed=3)
    wire = next(item for item in scenario.tray if "wire" in str(item))
    played.step(Controls(actions=(Action("mount", slot="wire", device=str(wire)),)))
    for _ in range(90):
        played.step(Controls(motions={"wire": Motion(advance_mm_s=20)}, pedal="fluoro"))
    played.step(Controls(actions=(Action("finish"),)))
    return played


def file(session, home, **changes):
    """Log it as the app does."""
    fields = {
        "trainee": "R01",
        "scenario_id": session.scenario.id,
        "scenario_sha256": session.scenario.sha256,
        "started_utc": NOW,
        "ended_utc": NOW,
        "procedure_s": session.state.time_s,
        "irrun": session.recording.to_bytes(),
        "home": home,
    }
    return log_run(session.score(), **{**fields, **changes})


def test_a_real_run_comes_to_its_logged_score(session, tmp_path):
    filed = file(session, tmp_path)
    assert filed.logged == 1
    with open_log(home=tmp_path) as log:
        assert log.verify() == []
        assert [found for run in resimulate(log) for found in run] == []
        (run,) = log.runs()
        score = session.score()
        assert run.document["total"] == score.total
        assert set(run.document["metrics"]) <= set(score.metrics)
        assert len(run.document["errors"]) == len(score.errors)


def test_a_score_that_was_never_reached_is_found(session, tmp_path):
    """Signed by the workstation itself, so the chain cannot tell; the recording can."""
    with open_log(home=tmp_path) as log:
        score = session.score()
        record = RunRecord.parse(
            {
                "trainee": "R01",
                "scenario_id": session.scenario.id,
                "rubric_sha256": score.rubric_sha256,
                "started_utc": NOW,
                "ended_utc": NOW,
                "procedure_s": 1.5,
                "total": 99.0,
                "passed": True,
            },
            "test",
        )
        log.add(record, session.recording.to_bytes())
        assert log.verify() == []
        ((finding,),) = resimulate(log)
        assert finding.severity == "broken"
        assert "99.0 was logged" in str(finding)
