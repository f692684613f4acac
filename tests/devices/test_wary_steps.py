"""A step that does not hold is gone in pieces, as far as they hold, at a bounded price."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.devices import rod

from .test_determinism import DT, fresh

MM_S = 180.0  # 3 mm in a tick: three pieces


def entered():
    system = fresh()
    for _ in range(30):
        system.advance({"wire": (60.0, 0.0)}, DT)
    return system


def holding(system, monkeypatch, longest_s):
    """Let only steps that last no longer hold; returns the durations that were tried."""
    tried, advance, holds = [], rod.Rod.advance, type(system)._holds

    def tries(self, devices, feed_mm, turn_rad, dt_s):
        tried.append(dt_s)
        return advance(self, devices, feed_mm, turn_rad, dt_s)

    def judged(self, before, *, leap=False):
        return holds(self, before, leap=leap) and tried[-1] <= longest_s * 1.001

    monkeypatch.setattr(rod.Rod, "advance", tries)
    monkeypatch.setattr(type(system), "_holds", judged)
    return tried


@pytest.mark.parametrize(("share", "goes_mm"), [(1 / 3, 3.0), (1 / 12, 3.0)])
def test_it_goes_on_in_the_pieces_that_hold(monkeypatch, share, goes_mm):
    system = entered()
    before_mm = system.stack["wire"].inserted_mm
    tried = holding(system, monkeypatch, share * DT)
    system.advance({"wire": (MM_S, 0.0)}, DT)
    assert system.stack["wire"].inserted_mm - before_mm == pytest.approx(goes_mm)
    assert sum(t for t in tried if t <= share * DT * 1.001) == pytest.approx(DT)
    assert not system.slipped


def test_in_the_smallest_pieces_it_goes_a_part_of_the_way_and_the_hub_slips(monkeypatch):
    system = entered()
    before_mm = system.stack["wire"].inserted_mm
    tried = holding(system, monkeypatch, DT / 48)
    system.advance({"wire": (MM_S, 0.0)}, DT)
    assert 0.5 < system.stack["wire"].inserted_mm - before_mm < 1.0
    assert len(tried) <= 1 + 2 * 3 + 2 * 4
    assert system.slipped


def test_where_nothing_holds_everything_stays(monkeypatch):
    system = entered()
    was, place_mm = system.rod.nodes.copy(), system.stack["wire"].inserted_mm
    tried = holding(system, monkeypatch, 0.0)
    system.advance({"wire": (MM_S, 0.0)}, DT)
    assert np.array_equal(system.rod.nodes, was)
    assert system.stack["wire"].inserted_mm == place_mm
    assert len(tried) == 1 + 3
    assert system.slipped
    monkeypatch.undo()
    system.advance({"wire": (MM_S, 0.0)}, DT)
    assert system.stack["wire"].inserted_mm > place_mm
