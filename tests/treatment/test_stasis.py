"""Near-stasis: beats counted from the end of a push until the column has gone."""

import math

import pytest

from ir_sim.treatment import embolic_laws as laws
from tests.treatment import test_coils_and_embolics as coils

TOOL = "particles-500-700"


def table(monkeypatch, rate_bpm, flow=60):
    case = coils.CASE.replace("rate_bpm: 72", f"rate_bpm: {rate_bpm}")
    monkeypatch.setattr(coils, "CASE", case)
    made = coils.Table(coils.BEADS, flow=flow)
    made.take(TOOL)
    return made


def beats(made):
    return made.treatments.measure("clearing_beats", "feeder")


@pytest.mark.parametrize("push_s", [2.0, 8.0])
@pytest.mark.parametrize("rate_bpm", [60, 120])
def test_beats_lie_between_a_plug_and_a_mixed_column_however_long_the_push(
    monkeypatch, rate_bpm, push_s
):
    made = table(monkeypatch, rate_bpm, flow=12)
    made.run(push_s, 0.05)
    assert beats(made) is None  # a column that is fed says nothing
    flow = made.blood.flow_ml_s("feeder")
    made.run(8.0)
    v = made.tree.by_id["feeder"]
    length = min(45.0, v.length_mm - 15.0)
    ml = 1e-3 * length * math.pi * v.radius_at(15.0 + 0.5 * length) ** 2
    plug = ml / flow * rate_bpm / 60.0
    mixed = laws.clearing_beats(ml, flow, rate_bpm)
    assert 0.75 * plug < beats(made) < 1.25 * mixed


def test_a_fast_push_that_goes_on_as_a_trickle_is_no_stasis_at_a_high_rate(monkeypatch):
    made = table(monkeypatch, 140)
    made.run(2.0, 0.6)
    made.run(6.0, 0.12)  # fourteen beats
    made.run(2.0)
    assert "near_stasis" not in made.kinds
    assert beats(made) < laws.NEAR_STASIS_BEATS


def test_a_column_that_stands_is_told_at_the_fifth_beat_after_the_push(monkeypatch):
    made = table(monkeypatch, 120, flow=6)
    made.run(6.0, 0.08)
    assert "near_stasis" not in made.kinds
    made.run(2.3)
    assert "near_stasis" not in made.kinds
    made.run(0.4)
    assert made.event("near_stasis").data["beats"] == pytest.approx(5.0, abs=0.3)
