"""Bots: the rubric ranks them by skill, and their chance is their seed's."""

import itertools

import numpy as np
import pytest

import ir_sim
from ir_sim.training.bots import GRADES, STYLES, bot, play_bot
from ir_sim.training.calibrate import rank_correlation
from ir_sim.training.session import Session

CASE = "right-renal-selective"


def first_controls(name, seed, ticks=90):
    session = Session(ir_sim.load_scenario(CASE), 1)
    player = bot(session, name, seed)
    out = []
    for _ in range(ticks):
        out.append(player.controls())
        session.step(out[-1])
    return out


def test_a_bots_chance_is_its_seeds_alone():
    assert first_controls("reckless", 4) == first_controls("reckless", 4)
    assert first_controls("reckless", 4) != first_controls("reckless", 5)


def test_an_unknown_bot_is_refused():
    with pytest.raises(ValueError, match="no bot 'genius': one of expert"):
        bot(Session(ir_sim.load_scenario(CASE), 1), "genius")


def test_habits_get_worse_with_the_grade():
    styles = [STYLES[name] for name in sorted(GRADES, key=lambda name: -GRADES[name])]
    for better, worse in itertools.pairwise(styles):
        assert worse.tremor > better.tremor
        assert worse.delay_s > better.delay_s
        assert worse.film_ml >= better.film_ml
        assert worse.slips >= better.slips


@pytest.mark.slow
def test_the_rubric_ranks_the_bots_by_their_grade():
    played = [play_bot(CASE, name, seed, longest_s=420.0) for name in STYLES for seed in (1, 2)]
    ranked = rank_correlation([p.grade for p in played], [p.total for p in played])
    assert ranked >= 0.9
    assert all(p.passed for p in played if p.bot == "expert")
    assert not any(p.passed for p in played if p.bot == "reckless")
    means = [np.mean([p.total for p in played if p.bot == name]) for name in STYLES]
    assert means[0] > 90
