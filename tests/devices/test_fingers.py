"""Fingers hold a hub with 8 N and no more, whatever pushes and however fast."""

import numpy as np
import pytest

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.coaxial import HARD_N
from ir_sim.devices.fingers import FINGERS_SLIP_N, Felt
from ir_sim.devices.manoeuvres import Operator

from .anatomies import winding

TICK_S = 1.0 / 60.0


def felt(resistance=0.0, push=0.0, squeeze=0.0, stretch=0.0):
    return Felt(np.array([resistance]), push, squeeze, stretch)


def test_a_free_hub_moves_all_the_way_and_a_held_one_stays():
    assert felt().slides_mm(0, 0.7, TICK_S) == 0.7
    assert felt().slides_mm(0, -0.7, TICK_S) == -0.7
    assert felt(resistance=7.0).slides_mm(0, 0.0, TICK_S) == 0.0


@pytest.mark.parametrize("blocked", [felt(resistance=8.0), felt(push=8.0), felt(squeeze=8.0)])
def test_fingers_slip_when_pushing_and_still_pull_back(blocked):
    assert blocked.slides_mm(0, 0.7, TICK_S) == 0.0
    assert blocked.slides_mm(0, -0.7, TICK_S) == -0.7


def test_what_pulls_back_slips_as_well():
    assert felt(stretch=FINGERS_SLIP_N).slides_mm(0, -0.7, TICK_S) == 0.0
    assert felt(stretch=FINGERS_SLIP_N).slides_mm(0, 0.7, TICK_S) == 0.7


def test_a_held_hub_gives_way_to_more_than_fingers_hold():
    assert -0.5 <= felt(resistance=10.0).slides_mm(0, 0.0, TICK_S) < 0.0
    assert 0.0 < felt(resistance=-10.0).slides_mm(0, 0.0, TICK_S) <= 0.5
    assert felt(resistance=500.0).slides_mm(0, 0.0, TICK_S) == -0.5


def test_a_stiff_guide_run_into_a_dead_end_is_felt_as_no_more_than_fingers_hold():
    anatomy, access = winding()
    o = Operator(Lumen(build_tree(anatomy)), access).mount("guide-8f-balloon")
    o.do({"guide": (200.0, 0.0)}, until=lambda o: o.inserted("guide") > 440.0)
    worst = 0.0
    for _ in range(40):
        o.do({"guide": (200.0, 0.0)}, seconds=1 / 60)
        worst = max(worst, o.system.rod.felt.hub_n)
    assert FINGERS_SLIP_N / 2 < worst < 1.1 * HARD_N


def test_a_fold_that_giving_way_tightens_does_not_run_away_in_finer_steps():
    # the same second in ever finer steps gives way by the same length at most
    gave = [
        steps * felt(resistance=500.0).slides_mm(0, 0.0, TICK_S / steps) for steps in (1, 4, 64)
    ]
    np.testing.assert_allclose(gave, -0.5)
