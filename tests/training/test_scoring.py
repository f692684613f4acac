"""Points: bounds, monotony, the gate, and the formulas of docs/scoring.md worked by hand."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.errors import AuthoringError
from ir_sim.scenario.shipped import shipped
from ir_sim.training.rubric import load_rubric, rubric_from_text
from ir_sim.training.score import ErrorFound, Metric
from ir_sim.training.scoring import Done, points_for_ratio, rate
from tests.training.bench import LOOK, Bench, good_run

RUBRIC = load_rubric("default")
BASE = {
    "procedure_time_s": 100.0,
    "fluoro_time_s": 40.0,
    "kap_gy_cm2": 10.0,
    "air_kerma_mgy": None,
    "contrast_ml": 20.0,
}
ALL = Done(steps=8.0, steps_of=8.0, forms=0.0, forms_of=0.0, reached=True)
NONE = Done(steps=0.0, steps_of=8.0, forms=0.0, forms_of=0.0, reached=False)


def metrics(ratio=1.0, **own):
    values = {name: Metric((ref or 0.0) * ratio, "", ref, "", name) for name, ref in BASE.items()}
    return {**values, **own}


def error(weight, code="wall_force"):
    return ErrorFound(code, weight, 1.0, "Something", "Do not")


def points(score):
    return {part.name: part.points for part in score.parts}


def test_everything_right_is_a_hundred_and_nothing_done_is_nothing():
    best = rate(RUBRIC, ALL, [], metrics())
    assert best.total == pytest.approx(100.0)
    assert best.passed
    worst = rate(RUBRIC, NONE, [], metrics(0.0))
    assert worst.total == 0.0
    assert not worst.passed
    assert worst.gate.reasons == ("The target was not reached.",)


def test_parts_add_up_and_stay_within_their_bounds():
    score = rate(RUBRIC, ALL, [error(2), error(3)], metrics(1.7))
    assert score.total == pytest.approx(sum(points(score).values()))
    assert sum(part.out_of for part in score.parts) == pytest.approx(100.0)
    assert all(0.0 <= part.points <= part.out_of for part in score.parts)


def test_a_worked_example():
    """Half the step weight; a weight-3 error; twice the baseline in everything."""
    half = Done(steps=4.0, steps_of=8.0, forms=0.0, forms_of=0.0, reached=True)
    got = points(rate(RUBRIC, half, [error(3)], metrics(2.0)))
    assert got["steps"] == pytest.approx(15.0)
    assert got["errors"] == pytest.approx(30.0 * 0.5 - 7.0)
    safe = 1.0 - 0.5 * 7.0 / 30.0
    assert got["efficiency"] == pytest.approx(20.0 * safe * 0.5)  # (3 - 2) / (3 - 1)
    assert got["dose"] == pytest.approx(12.0 * safe * 0.5)
    assert got["contrast"] == pytest.approx(8.0 * 0.5)


def test_speed_and_dose_count_only_as_far_as_the_run_was_safe():
    untidy, unsafe, wild = (
        points(rate(RUBRIC, ALL, [error(w)] * n, metrics())) for w, n in ((2, 9), (3, 2), (3, 9))
    )
    assert untidy["efficiency"] == 20.0
    assert unsafe["efficiency"] == pytest.approx(20.0 * (1.0 - 0.5 * 14.0 / 30.0))
    assert (wild["efficiency"], wild["dose"]) == (10.0, 6.0)
    assert wild["contrast"] == 8.0
    bare = rubric_from_text(TEXT.replace("unsafe: {from_weight: 3, keeps: 0.5}\n", ""), "own.yaml")
    assert points(rate(bare, ALL, [error(3)] * 9, metrics()))["efficiency"] == 20.0


def test_questions_weigh_with_the_steps():
    done = Done(steps=8.0, steps_of=8.0, forms=2.0, forms_of=8.0, reached=True)
    assert points(rate(RUBRIC, done, [], metrics()))["steps"] == pytest.approx(
        30.0 * (0.8 + 0.2 * 2 / 8)
    )


def test_kerma_counts_apart_from_kap_where_the_case_has_a_reference():
    kerma = Metric(300.0, "mGy", 100.0, "", "Ka,r")
    got = points(rate(RUBRIC, ALL, [], metrics(1.0, air_kerma_mgy=kerma)))
    assert got["dose"] == pytest.approx(12.0 * 0.7)


def test_a_critical_error_shuts_the_gate_whatever_the_rest():
    score = rate(RUBRIC, ALL, [error(5, "perforation")], metrics(0.5))
    assert not score.gate.open
    assert not score.passed
    assert score.total <= RUBRIC.closed_gate_most
    assert "Critical error" in score.gate.reasons[0]


def test_practice_is_measured_but_never_passed():
    score = rate(RUBRIC, ALL, [], metrics(), practice=True)
    assert score.practice
    assert not score.passed
    assert score.as_dict()["practice"] is True


@settings(deadline=None)
@given(st.floats(0.0, 10.0), st.floats(0.0, 10.0), st.lists(st.integers(1, 4), max_size=12))
def test_more_of_a_bad_thing_never_earns_more(a, b, weights):
    low, high = sorted((a, b))
    errors = [error(w) for w in weights]
    at = [rate(RUBRIC, ALL, errors, metrics(ratio)).total for ratio in (low, high)]
    assert at[0] >= at[1] - 1e-9
    more = rate(RUBRIC, ALL, [*errors, error(1)], metrics(low)).total
    assert more <= at[0] + 1e-9
    assert 0.0 <= more <= 100.0


@settings(deadline=None)
@given(st.floats(0.0, 100.0))
def test_points_for_a_ratio_are_a_ramp(ratio):
    got = points_for_ratio(ratio, 1.0, 3.0)
    assert got == pytest.approx(min(1.0, max(0.0, (3.0 - ratio) / 2.0)))


def test_a_played_run_is_rated_from_what_happened():
    bench = good_run(Bench())
    bench.state.kap_gy_cm2, bench.state.air_kerma_mgy = 5.0, 30.0
    score = bench.score()
    assert score.total == pytest.approx(100.0)
    assert score.passed
    assert score.metrics["contrast_ml"].value == pytest.approx(7.5, abs=0.2)
    assert score.metrics["contrast_ml"].reference == 20.0
    assert "bench" in score.metrics["contrast_ml"].source
    assert score.rubric_sha256 == RUBRIC.sha256


def test_the_score_is_known_at_any_moment_and_is_plain_json():
    bench = Bench()
    for _ in range(3):
        plain = json.loads(json.dumps(bench.score().as_dict(), allow_nan=False))
        assert plain["simulated"] is True
        bench.put("wire", "aorta", 100.0).run(0.5, LOOK)
    assert "competent" not in json.dumps(bench.score().as_dict())


def test_required_metrics_are_there_with_their_units():
    got = good_run(Bench()).score().metrics
    for name, unit in {
        "fluoro_time_s": "s",
        "kap_gy_cm2": "Gy cm²",
        "air_kerma_mgy": "mGy",
        "contrast_ml": "mL",
        "procedure_time_s": "s",
        "target_reached": "",
        "frames": "",
        "path_length_mm": "mm",
        "idle_fluoro_s": "s",
        "sub_movements": "",
        "spectral_arc_length": "",
    }.items():
        if name != "spectral_arc_length":  # the bench's tips jump: no movement is long enough
            assert got[name].unit == unit
            assert math.isfinite(got[name].value)
            assert got[name].label


def test_idle_fluoroscopy_is_counted_to_the_tick():
    bench = Bench()
    bench.run(3.0, LOOK).run(2.0)
    assert bench.score().metrics["idle_fluoro_s"].value == pytest.approx(3.0)


# -- the rubric as a file ----------------------------------------------------------------------

TEXT = (shipped("assets") / "rubrics" / "default.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  wall_force:\n", "  wall_forse:\n", "did you mean 'wall_force'"),
        ("threshold: {force_n: 0.6}", "threshold: {newton: 0.6}", "no threshold 'newton'"),
        ("with {force_n:.1f} N for", "with {forc_n:.1f} N for", "did you mean 'force_n'"),
        ("with {force_n:.1f} N for", "with {force_n:.1f N for", "braces"),
        ("contrast: 8}", "contrast: 9}", "add up to 101"),
        ("fluoro_time_s: 0.5", "fluoro_time_s: 0.6", "add up to 1.1"),
        ("5: 30}", "6: 30}", "weight from 1 to 5"),
        ("closed_gate_most: 50", "closed_gate_most: 70", "below pass_mark"),
        ("    weight: 3\n", "    weight: 7\n", "at most 5"),
        ("    definition: A tip pressed", "    meaning: A tip pressed", "'definition' is missing"),
    ],
)
def test_a_mistake_in_a_rubric_is_named_where_it_is(old, new, words):
    assert old in TEXT
    with pytest.raises(AuthoringError) as caught:
        rubric_from_text(TEXT.replace(old, new, 1), "own.yaml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("own.yaml:")


def test_an_error_that_the_rubric_leaves_out_is_not_looked_for():
    start = TEXT.index("  wall_force:")
    end = TEXT.index("  wrong_vessel:")
    rubric = rubric_from_text(TEXT[:start] + TEXT[end:], "own.yaml")
    bench = Bench()
    bench.assessment = type(bench.assessment)(bench.case, rubric)
    bench.put("wire", "aorta", 50.0)
    bench.tick(events=[bench.event("wall_force", slot="wire", vessel="aorta", force_n=1.0)])
    assert bench.codes == []


def test_an_unknown_rubric_is_one_clear_line():
    with pytest.raises(AuthoringError, match="did you mean 'default'"):
        load_rubric("defalt")


def test_an_own_rubric_lies_beside_the_own_cases(tmp_path, monkeypatch):
    from ir_sim.scenario.library import own_scenarios

    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "strict.yaml").write_text(TEXT.replace("id: default", "id: strict"))
    monkeypatch.setenv("IR_SIM_CASES", str(tmp_path))
    assert load_rubric("strict").id == "strict"
    assert load_rubric("default").sha256 == RUBRIC.sha256
    assert own_scenarios() == {}


@pytest.mark.parametrize(("reached", "points_of_steps"), [(True, 30.0), (False, 0.0)])
def test_a_case_without_steps_has_one_the_target(reached, points_of_steps):
    done = Done(steps=0.0, steps_of=0.0, forms=0.0, forms_of=0.0, reached=reached)
    got = points(rate(RUBRIC, done, [], metrics()))
    assert got["steps"] == got["errors"] == pytest.approx(points_of_steps)
