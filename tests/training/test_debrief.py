"""The debrief: everything of the run, as data and as one page that needs nothing else."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from ir_sim.scenario import load, shipped_scenarios
from ir_sim.scenario.shipped import shipped
from ir_sim.training.debrief import debrief_of, values_of
from ir_sim.training.debrief_html import debrief_page
from ir_sim.training.drawings import curve
from ir_sim.training.expert_figures import expert_figures
from ir_sim.training.rubric import load_rubric
from ir_sim.training.session import Session
from tests.training.bench import LOOK, MOVE, Bench, good_run

FORMS = "checklist: {before: [identity, time-out], after: [record]}"


def bad_run():
    bench = Bench(more=FORMS)
    bench.answer("identity", "ask-patient").answer("time-out", "left")
    bench.tick(events=[bench.event("mounted", slot="wire")])
    for at in np.linspace(250.0, 60.0, 240):
        bench.put("wire", "aorta", at, inserted_mm=300.0 - at).tick(MOVE)
    bench.put("wire", "mesenteric", 20.0).run(11.0, MOVE)
    bench.run(6.0, LOOK)
    return bench


def debrief(bench, **more):
    return debrief_of(bench.assessment, bench.state, bench.events, **more)


@pytest.fixture(scope="module")
def bad():
    return bad_run()


def test_it_tells_what_happened_in_order(bad):
    told = debrief(bad)
    assert [e.code for e in told.score.errors] == [
        "checklist_wrong",
        "wrong_vessel",
        "fluoro_without_motion",
    ]
    times = [line.time_s for line in told.timeline]
    assert times == sorted(times)
    assert [s.done_s is not None for s in told.steps] == [True, False, False, False, False, False]
    assert [a.right for a in told.answers] == [True, False, False]
    assert told.answers[1].given == "Left"
    assert told.answers[1].wanted == "Right"
    assert told.answers[2].given == "not answered"


def test_strips_have_ten_values_a_second_and_the_paths_follow_the_tips(bad):
    told = debrief(bad)
    seconds = bad.state.time_s
    for strip in told.strips:
        assert len(strip.value) == len(strip.time_s) == pytest.approx(10 * seconds, abs=1)
        assert np.isfinite(strip.value).all()
    speed = next(s for s in told.strips if s.name == "speed_wire")
    moving = speed.value[(speed.time_s > 0.5) & (speed.time_s < 3.9)]
    assert np.median(moving) == pytest.approx(190.0 / 4.0, rel=0.02)
    assert set(told.paths) == {"wire"}
    last = told.paths["wire"][-1]
    assert last == pytest.approx(bad.tree.by_id["mesenteric"].point_at(20.0))


def test_a_saved_series_is_not_changed_by_what_follows():
    bench = Bench().run(1.0)
    series = bench.assessment.tally.series
    saved, rows = series.save(), len(series)
    bench.run(1.0)
    assert len(series) == rows + 10
    series.restore(saved)
    assert len(series) == rows
    bench.put("wire", "aorta", 50.0).run(2.0)
    series.restore(saved)
    assert len(series) == rows
    assert np.isnan(series.tip_xy_mm("wire")).all()


def test_the_three_ratings_are_always_there():
    for bench in (Bench(), good_run(Bench())):
        labels = [rating.label for rating in debrief(bench).ratings]
        assert labels == ["Fluoroscopy time", "Contrast medium", "Target reached"]
    assert [r.verdict for r in debrief(good_run(Bench())).ratings] == ["good"] * 3
    assert [r.verdict for r in debrief(Bench()).ratings] == ["open", "open", "poor"]


def test_advice_names_what_cost_most():
    assert debrief(good_run(Bench())).advice.title.startswith("Next: less help")
    unfinished = debrief(Bench())
    assert unfinished.advice.title == "Finish: Wire up"
    assert unfinished.advice.text == "Push gently"
    bench = good_run(Bench())
    for _ in range(3):
        bench.tick(events=[bench.event("wall_force", slot="wire", vessel="aorta", force_n=0.9)])
    advice = debrief(bench).advice
    assert advice.text == load_rubric("default").errors["wall_force"].hint
    assert "3 times" in advice.because
    bench.tick(events=[bench.event("perforation", slot="wire", vessel="aorta", force_n=2.0)])
    assert debrief(bench).advice.title == "Safety first"


def test_comparison_with_expert_and_earlier_runs():
    expert, mine = values_of(good_run(Bench()).score()), bad_run()
    earlier = [values_of(Bench().score()), expert]
    rows = {row.name: row for row in debrief(mine, expert=expert, earlier=earlier).comparison}
    assert rows["fluoro_time_s"].expert == pytest.approx(expert["fluoro_time_s"])
    assert rows["fluoro_time_s"].earlier == (0.0, pytest.approx(expert["fluoro_time_s"]))
    assert rows["fluoro_time_s"].metric.value > rows["fluoro_time_s"].expert


def test_the_report_reads_like_one():
    bench = good_run(Bench())
    text = {p.heading: p.text for p in debrief(bench).report}
    assert text["Complications and deviations"] == "None."
    assert "Target reached: the catheter lies in the right renal. (0:" in text["Technique"]
    assert "KAP" in text["Radiation and contrast"]
    assert "right renal" not in text["Access"]
    assert text["Simulated procedure"].startswith("Bench case")


class _Strict(HTMLParser):
    """Every element closed in order, nothing loaded from outside."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.outside = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.outside += [v for k, v in attrs if k in ("src", "href", "xlink:href") and v]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(bad):
    return debrief_page(debrief(bad), bad.tree, bad.scenario.task.target, "R<01>")


def test_the_page_stands_alone(page):
    parser = _Strict()
    parser.feed(page)
    assert parser.open == []
    assert parser.outside == []
    assert parser.seen.count("svg") >= 7
    assert not re.search(r"https?://|@import|url\(", page)
    assert len(page) < 400_000


def test_the_page_says_what_it_is_and_never_the_word(page):
    assert "Simulated procedure" in page
    assert "not a medical device" in page
    assert "unreviewed" in page
    assert "competent" not in page.lower()
    assert not re.search(r"\bnan\b|\binf\b", page.lower())


def test_the_page_tells_every_error_and_escapes_names(page, bad):
    for error in debrief(bad).score.errors:
        assert error.hint.replace("'", "&#39;") in page
    assert "R&lt;01&gt;" in page
    assert "R<01>" not in page


def test_a_page_before_anything_happened():
    bench = Bench()
    assert "Not passed" in debrief_page(debrief(bench), bench.tree, bench.scenario.task.target)


def test_a_thinned_strip_keeps_its_peaks(bad):
    strip = debrief(bad).strips[0]
    long = type(strip)("x", "x", "x", np.arange(9000.0), np.zeros(9000))
    long.value[4321] = 7.0
    drawn = curve(long, width=900.0, height=108.0)
    ys = [float(pair.split(",")[1]) for pair in drawn.points.split()]
    assert len(ys) == 500
    assert min(ys) == pytest.approx(8.0, abs=0.06)  # the peak at 1/1.08 of the height


def test_the_documentation_lists_the_catalogue():
    text = (shipped("assets").parent / "docs" / "scoring.md").read_text("utf-8")
    for code, rule in load_rubric("default").errors.items():
        assert f"| {rule.weight} | `{code}` | {rule.definition} | {rule.source} |" in text
    assert "competent" not in text


def test_marks_in_one_place_stand_side_by_side():
    from ir_sim.training.drawings import plan

    bench = Bench().put("wire", "aorta", 100.0)
    for _ in range(3):
        bench.tick(events=[bench.event("wall_force", slot="wire", vessel="aorta", force_n=0.9)])
    target = bench.tree.by_id["right_renal"].point_at(5.0)
    drawn = plan(bench.tree, target, debrief(bench).paths, bench.assessment.errors)
    xs = [mark.x for mark in drawn.marks]
    assert [mark.number for mark in drawn.marks] == [1, 2, 3]
    assert np.diff(xs) == pytest.approx(2.2 * drawn.text_mm)


@pytest.mark.parametrize(
    ("value", "said"),
    [(2503.2, "2503"), (99.96, "100"), (47.25, "47.2"), (6.297, "6.30"), (0.05908, "0.0591"),
     (-4.81, "-4.81"), (0.0, "0"), (12.0, "12")],
)  # fmt: skip
def test_figures_have_three_digits_and_no_exponent(value, said):
    from ir_sim.training.report import figure

    assert figure(value) == said


def test_nothing_is_compared_where_there_is_nothing(page, bad):
    assert "<h2>Compared</h2>" not in page
    told = debrief(bad, earlier=[{"fluoro_time_s": 61.5}])
    assert "61.5" in debrief_page(told, bad.tree, bad.scenario.task.target)


def test_shipped_expert_figures_are_of_the_shipped_case(tmp_path, monkeypatch):
    import json

    from ir_sim.training import expert_figures as module
    from tests.training.bench import scenario_of

    scenario = scenario_of()
    monkeypatch.setattr(module, "folder", lambda: tmp_path)
    assert module.expert_figures(scenario) is None
    kept = {"case": module.fingerprint(scenario), "figures": {"fluoro_time_s": 28.4}}
    (tmp_path / "bench.json").write_text(json.dumps(kept))
    assert module.expert_figures(scenario) == {"fluoro_time_s": 28.4}
    other = scenario_of(more="checklist: {before: [identity]}")
    assert module.expert_figures(other) is not None  # forms do not change what an expert needs
    moved = scenario.model_copy(
        update={"access": scenario.access.model_copy(update={"at_mm": 280.0})}
    )
    assert module.expert_figures(moved) is None


@pytest.mark.parametrize("case", sorted(shipped_scenarios()))
def test_every_shipped_case_has_its_experts_figures(case):
    made = "python -m ir_sim.training.expert_runs"
    assert expert_figures(load(case)) is not None, f"stale: {made} {case}"


def test_the_report_tells_the_result_and_what_was_asked_for():
    session = Session(load("iliac-stenosis-stent"), 1)
    session.step()
    result = {p.heading: p.text for p in session.debrief().report}["Result"]
    assert result.startswith("Residual stenosis in per cent in the right common iliac: 7")
    assert "(asked for: at most 30)" in result
    assert "Result" not in {p.heading for p in debrief(bad_run()).report}
