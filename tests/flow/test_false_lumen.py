"""A dissection's second channel: late to fill, late to empty, and all of it accounted for."""

import numpy as np

from ir_sim.flow.sites import Injection
from ir_sim.simulation.scenery import false_lumens_of
from tests.flow.cases import DT, circulation, one_artery

FLAP = {"kind": "dissection", "at_mm": 40, "length_mm": 30, "diameter_percent": 50}


def torn():
    return circulation(one_artery(lesions=[FLAP]))


def filmed(c, seconds, inject_s=1.5):
    """Contrast in the true lumen beside the flap, mg/mL, and in the false one."""
    vessel = c.tree.by_id["artery"]
    middle = int(c.tree.first[vessel.index] + np.searchsorted(vessel.s_mm, 40.0))
    true, false = [], []
    for k in range(round(seconds / DT)):
        jet = Injection(vessel.index, 5.0, 4.0, 300.0)
        c.step(DT, [jet] if k < inject_s / DT else [])
        true.append(float(c.concentration_mg_ml[middle]))
        false.append(max(float(ch.mg_ml.mean()) for ch in c.false_lumens()))
    return np.array(true), np.array(false)


def test_the_false_lumen_fills_later_and_empties_later_than_the_true_one():
    c = torn()
    true, false = filmed(c, 12.0)
    assert false.argmax() > true.argmax() + 0.5 / DT
    assert 0.05 * true.max() < false.max() < true.max()
    at = round(4.0 / DT)
    assert true[at] < 0.05 * true.max()
    assert false[at] > 0.5 * false.max()
    assert false[-1] < 0.6 * false.max()
    whole = c.ledger_mg
    parts = [v for k, v in whole.items() if k != "injected"]
    assert abs(sum(parts) - whole["injected"]) < 1e-9 * whole["injected"]
    assert c.concentration_mg_ml.min() > -1e-9


def held_mg(c):
    return float(c.contents.false_lumens.mass[0].sum())


def test_a_film_shows_a_second_channel_beside_the_first():
    c = torn()
    filmed(c, 3.0)
    seen = false_lumens_of(c, c.tree)
    assert len(seen) > 4
    vessel = c.tree.by_id["artery"]
    for piece in seen:
        away = np.abs(piece.points_mm[:, 1] - vessel.point_at(40.0)[1])
        assert (away > 1.0).all()
        assert (away < 4.0).all()
        assert piece.filling_mg_ml > 5.0


def test_a_stent_closes_it_and_what_it_held_goes_on():
    c = torn()
    filmed(c, 2.0)
    vessel = c.tree.by_id["artery"]
    held = held_mg(c)
    c.set_radius("artery", vessel.healthy_radius_mm, 1.0)
    for _ in range(90):
        c.step(DT)
    assert held > 1.0
    assert held_mg(c) < 1e-6 * held
    assert not false_lumens_of(c, c.tree)
    whole = c.ledger_mg
    parts = [v for k, v in whole.items() if k != "injected"]
    assert abs(sum(parts) - whole["injected"]) < 1e-9 * whole["injected"]


def test_a_wall_that_is_lifted_in_play_has_one_too_and_a_state_keeps_it():
    one, two = circulation(one_artery()), circulation(one_artery())
    assert not one.false_lumens()
    one.dissect("artery", 40.0, 20.0, 45.0)
    filmed(one, 2.5)
    assert held_mg(one) > 0.5
    two.restore(one.state())
    for c in (one, two):
        for _ in range(30):
            c.step(DT)
    assert np.array_equal(one.false_lumens()[0].mg_ml, two.false_lumens()[0].mg_ml)
    fresh = circulation(one_artery())
    two.restore(fresh.state())
    assert not two.false_lumens()


def test_behind_an_occlusion_nothing_washes_out():
    c = torn()
    filmed(c, 3.0)
    row = c.add_plug("artery", 70.0, 80.0)
    c.close_plug(row, 1.0, 0.2)
    for _ in range(60):
        c.step(DT)
    before = held_mg(c)
    for _ in range(300):
        c.step(DT)
    assert held_mg(c) > 0.9 * before
