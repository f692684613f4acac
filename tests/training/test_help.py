"""Help that fades: prompts, hints after idling or a repeated error, each one on record."""

import pytest

from ir_sim.training.help import HELP_LEVELS, help_after
from tests.training.bench import LOOK, MOVE, Bench


def hints(bench):
    return [(e.kind, e.data["reason"]) for e in bench.events if e.kind.startswith("hint_")]


def test_help_fades_with_finished_runs():
    levels = [help_after(n) for n in range(6)]
    assert levels == ["full", "prompts", "prompts", "on_request", "on_request", "on_request"]
    places = [HELP_LEVELS.index(level) for level in levels]
    assert places == sorted(places)


@pytest.mark.parametrize("level", HELP_LEVELS)
def test_prompts_are_for_the_first_levels(level):
    prompt = Bench(level=level).assessment.progress().prompt
    assert prompt == ("Wire up" if level in ("full", "prompts") else "")


def test_a_hint_comes_after_twenty_idle_seconds_and_goes_with_the_step():
    bench = Bench().run(19.9)
    assert hints(bench) == []
    bench.run(0.2)
    assert hints(bench) == [("hint_offered", "idle for 20 s")]
    assert bench.assessment.progress().hint == "Push gently"
    bench.put("wire", "aorta", 100.0).run(0.3)
    assert bench.assessment.progress().hint == ""


def test_whoever_works_gets_no_hint_unasked():
    bench = Bench().run(40.0, MOVE)
    assert hints(bench) == []


def test_a_repeated_error_brings_its_hint():
    bench = Bench().run(6.0, LOOK).run(0.1, MOVE).run(6.0, LOOK)
    assert hints(bench) == [("hint_offered", "repeated error: fluoro_without_motion")]
    assert "foot off the pedal" in bench.assessment.progress().hint


@pytest.mark.parametrize("level", HELP_LEVELS)
def test_a_hint_is_given_when_asked_for_and_counted(level):
    bench = Bench(level=level).act("hint")
    assert bench.score().metrics["hints_taken"].value == 1
    given = [("hint_given", "asked for")]
    assert hints(bench) == ([] if level == "none" else given)
    assert bench.assessment.progress().hint == ("" if level == "none" else "Push gently")


def test_less_help_never_offers():
    for level in HELP_LEVELS[1:]:
        assert hints(Bench(level=level).run(45.0)) == []
