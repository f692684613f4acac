"""Baselines and pass marks from runs of known skill: closed forms, and an author's file kept."""

import csv
import math
from concurrent.futures import Future
from dataclasses import replace

import pytest
import yaml

from ir_sim.errors import IrSimError, RecordError
from ir_sim.training import calibrate as c
from ir_sim.training.bots import GRADES, Played
from ir_sim.training.kept_runs import KeptRuns


def run(bot, total, seed=1, time=100.0, reached=True):
    metrics = {"procedure_time_s": time, "fluoro_time_s": 40.0, "contrast_ml": 8.0}
    metrics["kap_gy_cm2"] = 1.234
    grade = GRADES[bot]
    return Played("a-case", bot, seed, grade, total, total >= 70, reached, True, metrics, ())


def test_equal_spreads_cross_in_the_middle():
    assert c.crossing([88.0, 92.0], [38.0, 42.0]) == pytest.approx(65.0)


def test_the_crossing_is_where_both_normal_curves_are_equally_high():
    above, below = [95.0, 90.0, 99.0, 93.0], [60.0, 30.0, 45.0, 52.0]
    x = c.crossing(above, below)

    def height(values):
        mean = sum(values) / len(values)
        sd = (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5
        return math.exp(-0.5 * ((x - mean) / sd) ** 2) / sd

    assert 46.75 < x < 94.25
    assert height(above) == pytest.approx(height(below))


def test_groups_that_do_not_differ_give_no_pass_mark():
    assert math.isnan(c.crossing([50.0], [60.0]))
    assert math.isnan(c.crossing([], [60.0]))


def test_ranks_agree_with_scipy():
    from scipy.stats import spearmanr

    a, b = [5, 4, 3, 2, 1, 5, 4, 3, 2, 1], [99, 95, 80, 82, 10, 99, 90, 70, 40, 40]
    assert c.rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)


def test_the_baseline_is_what_the_skilled_need_and_an_allowance():
    played = [run("expert", 99, time=100.0), run("senior", 95, time=140.0), run("novice", 40)]
    found = c.calibrate(played)
    assert found.baseline["procedure_time_s"] == pytest.approx(600.0)  # 5 x 120
    assert found.baseline["kap_gy_cm2"] == pytest.approx(7.5)  # 6 x 1.234 = 7.404, rounded up
    assert [group.bot for group in found.groups] == ["expert", "senior", "novice"]


def test_runs_that_miss_the_target_set_no_baseline():
    found = c.calibrate([run("expert", 20, reached=False), run("novice", 10)])
    assert not found.baseline


def test_runs_of_two_cases_are_refused():
    other = Played("another", "expert", 1, 5, 90.0, True, True, True, {}, ())
    with pytest.raises(ValueError, match="one case"):
        c.calibrate([run("expert", 90), other])


FLOW = """\
# mine
id: x
scoring:   # how
  rubric: default
  baseline: {procedure_time_s: 300, fluoro_time_s: 110}  # old

# the end
"""
NESTED = """\
scoring:
  baseline:
    contrast_ml: 20   # little
"""


def test_writing_keeps_comments_and_everything_else():
    after = c.write_baseline(FLOW, {"procedure_time_s": 120.0, "contrast_ml": 12.5})
    figures = yaml.safe_load(after)["scoring"]["baseline"]
    assert figures == {"procedure_time_s": 120, "fluoro_time_s": 110, "contrast_ml": 12.5}
    for comment in ("# mine", "# how", "# old", "# the end"):
        assert comment in after
    assert after.count("\n") == FLOW.count("\n")


def test_writing_into_a_nested_baseline():
    after = c.write_baseline(NESTED, {"contrast_ml": 30, "kap_gy_cm2": 2.5})
    figures = yaml.safe_load(after)["scoring"]["baseline"]
    assert figures == {"contrast_ml": 30, "kap_gy_cm2": 2.5}
    assert "# little" in after


def test_writing_into_an_empty_baseline():
    after = c.write_baseline("scoring: {baseline: {}}\n", {"contrast_ml": 3.0})
    assert yaml.safe_load(after) == {"scoring": {"baseline": {"contrast_ml": 3}}}


@pytest.mark.parametrize("text", ["id: x\n", "scoring: {rubric: default}\n"])
def test_a_case_without_a_baseline_is_refused(text):
    with pytest.raises(IrSimError, match="first"):
        c.write_baseline(text, {"contrast_ml": 3.0})


class Backwards:
    """An executor whose jobs end in the wrong order."""

    def submit(self, _, case, name, seed):
        job = Future()
        job.set_result(run(name, 10.0 * GRADES[name] + seed, seed))
        return job


def test_runs_come_back_in_the_order_asked_for_whatever_ends_first():
    told = []
    played = c.run_all("x", Backwards(), 2, told=lambda run, done, of: told.append((done, of)))
    assert [(r.bot, r.seed) for r in played] == [(b, s) for b in GRADES for s in (1, 2)]
    assert told[-1] == (10, 10)


def test_the_command_refuses_what_cannot_be_meant(capsys):
    from ir_sim.cli import main

    assert main(["calibrate", "right-renal-selective", "--bots", "genius"]) == 2
    assert "no bot 'genius'" in capsys.readouterr().err
    assert main(["calibrate", "right-renal-selective", "--write"]) == 2
    assert "needs the file" in capsys.readouterr().err


def test_the_command_tells_of_kept_runs_without_playing(tmp_path, capsys):
    from ir_sim.cli import main
    from ir_sim.scenario.library import load
    from ir_sim.training.kept_runs import played_on

    case = "right-renal-selective"
    assert main(["calibrate", case, "--runs", "0"]) == 2
    assert "say with --keep" in capsys.readouterr().err
    path = tmp_path / "study.csv"
    assert main(["calibrate", case, "--runs", "0", "--keep", str(path)]) == 2
    assert "no run of these cases" in capsys.readouterr().err
    kept = KeptRuns(path)
    for bot, score in (("expert", 99.0), ("senior", 90.0), ("reckless", 30.0)):
        played = replace(run(bot, score), case=case)
        kept.add(played_on(load(case)), played)
    assert main(["calibrate", "all", "--runs", "0", "--keep", str(path)]) == 0
    said = capsys.readouterr().out
    assert "3 runs by bots, simulated" in said
    assert "rank correlation of skill and score: 1.00" in said


def test_runs_that_are_kept_are_not_played_again(tmp_path):
    path, on = tmp_path / "study.csv", "a-case 0123 4567 0.1.0"
    kept = KeptRuns(path)
    kept.add(on, run("expert", 99, seed=1))
    with path.open("a") as file:
        file.write("a-case,0123,45")  # killed in the middle of a line
    again = KeptRuns(path)
    assert again.known(on) == {("expert", 1): run("expert", 99, seed=1)}
    assert not again.known("a-case 89ab 4567 0.1.0")
    again.add(on, run("novice", 40, seed=1))
    assert len(KeptRuns(path).known(on)) == 2
    rows = list(csv.DictReader(path.open()))
    assert [row["bot"] for row in rows] == ["expert", "novice"]
    assert float(rows[1]["score"]) == 40.0
    path.write_text("a note\n" + path.read_text())
    with pytest.raises(RecordError, match=":1: not a bot's run"):
        KeptRuns(path)


def test_only_what_is_missing_is_played():
    played = []

    class Here:
        def submit(self, _, case, name, seed):
            played.append((name, seed))
            job = Future()
            job.set_result(run(name, 90, seed=seed))
            return job

    known = {("expert", 1): run("expert", 99, seed=1)}
    found = c.run_all("a-case", Here(), 2, ("expert", "novice"), known=known)
    assert played == [("expert", 2), ("novice", 1), ("novice", 2)]
    assert [(r.bot, r.seed) for r in found] == [
        ("expert", 1), ("expert", 2), ("novice", 1), ("novice", 2),
    ]  # fmt: skip
    assert found[0].total == 99


def test_fluoroscopy_time_has_its_own_rank_correlation():
    def timed(bot, total, fluoro):
        metrics = {"procedure_time_s": 1.0, "fluoro_time_s": fluoro, "contrast_ml": 8.0}
        metrics["kap_gy_cm2"] = 1.0
        return Played("a-case", bot, 1, GRADES[bot], total, True, True, True, metrics, ())

    played = [timed("expert", 99, 40.0), timed("junior", 80, 30.0), timed("reckless", 9, 20.0)]
    found = c.calibrate(played)
    assert found.rank_correlation == pytest.approx(1.0)
    assert found.fluoro_correlation == pytest.approx(-1.0)
