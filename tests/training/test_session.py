"""The rating beside the real simulation: it changes nothing, sees everything, and comes back."""

import numpy as np
import pytest

import ir_sim
from ir_sim import Action, Controls, Motion
from ir_sim.simulation.simulation import Simulation

CASE = "tutorial-first-steps"
WIRE = Action("mount", slot="wire", device="wire-035-bentson")


def first_moves(sim, ticks=240):
    """A wire in under fluoroscopy, then a stretch of idle fluoroscopy."""
    sim.step(Controls(actions=(WIRE,)))
    push = Controls(motions={"wire": Motion(40.0, 20.0)}, pedal="fluoro")
    for _ in range(ticks):
        sim.step(push)
    return sim


@pytest.fixture(scope="module")
def scenario():
    return ir_sim.load_scenario(CASE)


@pytest.fixture(scope="module")
def played(scenario):
    return first_moves(ir_sim.Simulation(scenario, seed=3))


def test_rating_does_not_touch_the_physics(scenario, played):
    bare = first_moves(Simulation(scenario, seed=3))
    assert bare.state_hash() == played.state_hash()


def test_the_timeline_holds_the_steps_in_time_order(played):
    ticks = [event.tick for event in played.events]
    assert ticks == sorted(ticks)
    assert "wire-first" in played.progress.done
    assert any(e.kind == "step_done" and e.data["id"] == "wire-first" for e in played.events)


def test_metrics_agree_with_the_state(played):
    metrics, state = played.score().metrics, played.state
    assert metrics["fluoro_time_s"].value == pytest.approx(4.0, abs=0.05)
    assert metrics["kap_gy_cm2"].value == state.kap_gy_cm2 > 0.0
    assert metrics["frames"].value == state.frames
    assert metrics["wire_path_length_mm"].value == pytest.approx(160.0, rel=0.15)


def test_a_snapshot_brings_the_rating_back(scenario):
    sim = first_moves(ir_sim.Simulation(scenario, seed=3), ticks=60)
    saved = sim.snapshot()
    look = Controls(pedal="fluoro")

    def on():
        for _ in range(330):
            sim.step(look)
        score = sim.score()
        return [(e.code, e.time_s) for e in score.errors], score.as_dict(), len(sim.events)

    first = on()
    assert [code for code, _ in first[0]] == ["fluoro_without_motion"]
    sim.restore(saved)
    assert sim.progress.errors == ()
    assert on() == first


def test_a_finished_run_is_saved_rated_and_replayed(scenario, tmp_path):
    sim = first_moves(ir_sim.Simulation(scenario, seed=3), ticks=90)
    sim.step(Controls(actions=(Action("hint"), Action("finish"))))
    assert sim.state.finished
    path = tmp_path / "run.irrun"
    sim.save(path)
    again = ir_sim.replay(path)
    assert again.score().as_dict() == sim.score().as_dict()
    assert [e.as_dict() for e in again.events] == [e.as_dict() for e in sim.events]
    assert again.score().metrics["hints_taken"].value == 1


def test_the_debrief_of_a_real_run(played):
    told = played.debrief()
    path = told.paths["wire"]
    inside = path[~np.isnan(path[:, 0])]
    assert len(inside) > 25
    page = played.debrief_page(told, "R01")
    assert "Bentson" in page
    assert "Not passed" in page


def test_practice_and_another_rubric(scenario, tmp_path):
    from ir_sim.scenario.shipped import shipped
    from ir_sim.training.rubric import load_rubric

    text = (shipped("assets") / "rubrics" / "default.yaml").read_text("utf-8")
    own = tmp_path / "strict.yaml"
    own.write_text(text.replace("id: default", "id: strict").replace("mark: 70", "mark: 90"))
    sim = ir_sim.Simulation(scenario, rubric=load_rubric(own), practice=True)
    score = sim.score()
    assert (score.rubric, score.practice, score.passed) == ("strict", True, False)
    assert score.rubric_sha256 != load_rubric("default").sha256


def test_an_own_rubric_is_tried_on_recorded_runs(scenario, tmp_path):
    """Fluoroscopy may idle for 1 s only: the same run, one more error, fewer points."""
    from ir_sim.scenario.shipped import shipped
    from ir_sim.training.rescoring import rescored
    from ir_sim.training.rubric import rubric_from_text

    text = (shipped("assets") / "rubrics" / "default.yaml").read_text("utf-8")
    text = text.replace("{advanced_mm: 15}", "{advanced_mm: 900}")  # the table stays where it is
    strict = text.replace("id: default", "id: strict").replace("{for_s: 5}", "{for_s: 1}")
    sim = first_moves(ir_sim.Simulation(scenario, 3, rubric=rubric_from_text(text, "own")))
    for _ in range(90):
        sim.step(Controls(pedal="fluoro"))
    path = tmp_path / "run.irrun"
    sim.save(path)
    assert sim.score().errors == ()
    (one,) = rescored([path], rubric_from_text(strict, "strict"))
    assert [e.code for e in one.score.errors] == ["fluoro_without_motion"]
    assert one.before == pytest.approx(sim.score().total, abs=0.01)
    assert one.score.total == pytest.approx(one.before - 4.0, abs=0.01)
    assert str(one).startswith("run.irrun: ")
    assert "(default)" in str(one)
    assert "(strict), not passed" in str(one)


def test_a_wire_drawn_out_through_a_catheter_enters_no_vessel(scenario):
    sim = first_moves(ir_sim.Simulation(scenario, seed=3))
    sim.step(Controls(actions=(Action("mount", slot="catheter", device="catheter-5f-pigtail"),)))
    for _ in range(180):
        sim.step(Controls(motions={"catheter": Motion(50.0)}, pedal="fluoro"))
    assert sim.state.devices["catheter"].inserted_mm > 120.0
    before = len(sim.events)
    sim.step(Controls(actions=(Action("remove", slot="wire"),)))
    while "wire" in sim.state.devices:
        sim.step()
    entered = [e for e in sim.events[before:] if e.kind == "vessel_entered" and e.slot == "wire"]
    assert entered == []
