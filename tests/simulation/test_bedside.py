"""The cuff shows the true pressure when the line on the sheath does not; the groin on the ward."""

import pytest

from ir_sim.app.drawing.vitals import cuff_words
from ir_sim.flow.reactions import Reaction
from ir_sim.scenario.library import load
from ir_sim.simulation import Action, Controls, Simulation, bedside, cuff
from ir_sim.simulation.state import Cuff
from ir_sim.training.session import Session
from ir_sim.treatment import access_laws


def test_the_cuff_shows_the_pressure_that_a_shut_iliac_hides(monkeypatch):
    monkeypatch.setattr(cuff, "TAKES_TICKS", 30)
    sim = Simulation(load("iliac-stenosis-stent"), 1)
    before = sim.state.cuff
    assert before.mean_mmhg == pytest.approx(97.0, abs=6.0)
    row = sim.circulation.add_plug("right_common_iliac", 25.0, 50.0)
    sim.circulation.close_plug(row, 1.0)
    for _ in range(240):
        sim.step()
    assert sim.state.cuff.time_s == before.time_s  # nobody has measured
    sim.step(Controls(actions=(Action("cuff"),)))
    assert sim.step(Controls(actions=(Action("cuff"),))).refused  # it is pumped up already
    assert sim.state.cuff.measuring
    for _ in range(40):
        sim.step()
    assert sim.state.vitals.mean_mmhg < 0.8 * before.mean_mmhg
    assert sim.state.cuff.mean_mmhg == pytest.approx(before.mean_mmhg, rel=0.1)
    assert sim.state.cuff.time_s > before.time_s


def test_the_cuff_measures_by_itself(monkeypatch):
    monkeypatch.setattr(cuff, "EVERY_TICKS", 20)
    monkeypatch.setattr(cuff, "TAKES_TICKS", 5)
    arm = cuff.ArmCuff(Simulation(load("iliac-stenosis-stent"), 1).circulation)
    arm._next_tick = 20
    for tick in range(1, 61):
        arm.step(tick)
    assert arm.shows.time_s == pytest.approx(45 / 60)


def test_the_words_of_the_cuff():
    assert cuff_words(Cuff(121, 70, 87, 0.0), 125.0) == ("121/70 (87)", "2 min ago")
    assert cuff_words(Cuff(0, 0, 0, 0.0), 10.0)[0] == "none found"


@pytest.mark.parametrize(
    ("units", "answers", "bleeds"),
    [
        (0.0, {"haemostasis": "compress"}, False),
        (0.0, {"haemostasis": "two-minutes"}, True),
        (9000.0, {"haemostasis": "compress"}, False),
        (9000.0, {"sheath-out": "when-clotting", "haemostasis": "compress"}, False),
        (9000.0, {"sheath-out": "at-once", "haemostasis": "compress"}, True),
    ],
)
def test_the_groin_bleeds_by_minutes_and_clotting_time(units, answers, bleeds):
    sim = Session(load("iliac-stenosis-stent"), 1)
    if units:
        sim.step(Controls(actions=(Action("drug", device="heparin", value=units),)))
        for _ in range(90):
            sim.step()
    said = [Action("answer", device=name, value=value) for name, value in answers.items()]
    sim.step(Controls(actions=(*said, Action("finish"))))
    found = [e for e in sim.events if e.kind == "access_haematoma"]
    codes = [e.data["code"] for e in sim.events if e.kind == "error"]
    assert bool(found) == bleeds
    assert ("access_haematoma" in codes) == bleeds


def test_compression_grows_with_the_hole_and_the_clotting_time():
    assert access_laws.needed_min(6.0, 120.0) == 10.0
    assert access_laws.needed_min(8.0, 240.0) > 2.0 * access_laws.needed_min(6.0, 120.0)
    assert access_laws.haematoma_ml(6.0, 120.0, 15.0) == 0.0
    artery, vein = (access_laws.haematoma_ml(6.0, 120.0, 0.0, vein=v) for v in (False, True))
    assert artery > access_laws.COUNTS_ML > vein > 0.0


@pytest.mark.parametrize("treated", [True, False])
def test_a_reaction_to_contrast_is_answered_in_time_or_scored(monkeypatch, treated):
    severe = Reaction("severe", 1.0)
    monkeypatch.setattr(bedside, "draw_reaction", lambda *_: severe)
    sim = Session(load("iliac-stenosis-stent"), 1)
    for _ in range(90):
        sim.step(Controls(inject_ml_s=1.0))
    assert any(e.kind == "contrast_reaction" for e in sim.events)
    for _ in range(60):
        sim.step()
    if treated:
        sim.step(Controls(actions=(Action("drug", device="epinephrine", value=0.3),)))
    sim.step(Controls(actions=(Action("finish"),)))
    answers = [e.data for e in sim.events if e.kind == "rescued"]
    codes = [e.data["code"] for e in sim.events if e.kind == "error"]
    assert ("reaction_untreated" in codes) != treated
    if treated:
        assert answers[0]["by"] == "epinephrine"
        assert answers[0]["after_s"] == pytest.approx(1.5, abs=0.6)
        longest = sim.score().metrics["rescue_time_s"].value
        assert longest == pytest.approx(answers[0]["after_s"], abs=0.01)
