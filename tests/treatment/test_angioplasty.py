"""Balloons and stents through the simulation: waist, flow, recoil, tears, landing, sizes."""

import pytest

from ir_sim.simulation.controls import Action, Controls, Motion
from tests.treatment.table import STENOSIS, Table

HARD = STENOSIS.replace("fibrous", "calcified")


def test_a_balloon_shows_its_waist_opens_it_occludes_and_leaves_less_than_it_opened():
    table = Table("balloon-035-8x40")
    flow = table.sim.circulation.flow_ml_s("artery")
    assert table.measure("residual_percent") == pytest.approx(70.0, abs=1.0)
    table.inflate_to(6.0)
    assert "waist" in table.reading.text
    assert "no waist" not in table.reading.text
    assert "waist_gone" not in table.kinds
    # a full balloon hides the result, shuts the vessel and does not move
    assert table.measure("residual_percent") == pytest.approx(70.0, abs=1.0)
    table.run(1.5)
    assert abs(table.sim.circulation.flow_ml_s("artery")) < 0.02 * flow
    before = table.held.inserted_mm
    table.run(0.3, motions={"catheter": Motion(20.0)})
    assert table.held.inserted_mm == before
    assert "deflate" in table.sim.state.refused[0]
    table.inflate_to(12.0)
    assert "waist_gone" in table.kinds
    table.deflate()
    residual = table.measure("residual_percent")
    assert 3.0 < residual < 30.0
    assert table.event("balloon_deflated").data["residual_percent"] == pytest.approx(
        residual, abs=2
    )
    table.run(2.0)
    assert table.sim.circulation.flow_ml_s("artery") > 1.02 * flow
    assert table.measure("gradient_mmhg") < 5.0


def test_calcium_does_not_give_way_below_its_pressure():
    table = Table("balloon-035-8x40", HARD)
    table.inflate_to(12.0)
    table.deflate()
    assert "waist_gone" not in table.kinds
    assert table.measure("residual_percent") > 50.0


def test_a_snapshot_in_the_middle_of_an_inflation_goes_on_with_the_same_bits():
    table = Table("balloon-035-8x40")
    table.inflate_to(6.0)
    sim, lumen, saved = table.sim, table.sim.lumen, {}
    while len(saved) < 2:  # right after walls were laid, and after their distance followed
        table.run(0.02, treat=1.0)
        saved[lumen.painted_mm is lumen.radius_mm] = sim.snapshot()

    def hashes(until):
        while sim.state.tick < until:
            sim.step(Controls(treat=1.0))
            yield sim.state_hash()

    end = sim.state.tick + 40
    first = list(hashes(end))
    for snapshot in saved.values():
        sim.restore(snapshot)
        assert list(hashes(end))[-40:] == first


def test_a_balloon_twice_the_vessel_bursts_it_and_blood_is_lost_until_it_is_pressed_and_sealed():
    mild = STENOSIS.replace("diameter_percent: 70", "diameter_percent: 40")
    table = Table("balloon-035-12x40, stent-covered-8x38", mild, r=3)
    table.inflate_to(9.0)
    assert "rupture" in table.kinds
    assert "balloon_oversized" in table.kinds
    assert "pain" in table.kinds
    table.run(3.0)
    lost = table.sim.circulation.blood_loss_ml
    table.run(3.0)  # the balloon tamponades
    assert table.sim.circulation.blood_loss_ml - lost < 0.5
    table.deflate()
    table.run(4.0)
    bleeding = table.measure("bleed_ml_min")
    assert bleeding > 50.0
    assert table.sim.circulation.blood_loss_ml > lost + 3.0
    table.put_in("stent-covered-8x38")
    table.inflate_to(9.0)
    table.deflate()
    table.run(2.0)
    assert "tear_sealed" in table.kinds
    assert table.measure("bleed_ml_min") < 1.0
    assert "branch_covered" in table.kinds  # what a covered stent costs
    assert abs(table.sim.circulation.flow_ml_s("branch")) < 0.05


def test_beyond_the_rated_pressure_the_timeline_says_so_and_at_last_the_balloon_bursts():
    table = Table("balloon-035-8x40")
    table.inflate_to(14.0)
    assert "balloon_over_rated" not in table.kinds
    table.inflate_to(28.0)
    assert "balloon_over_rated" in table.kinds
    burst = table.event("balloon_burst")
    assert 1.02 * 14.0 <= burst.data["atm"] <= 1.7 * 14.0


def test_a_balloon_beside_the_lesion_dilates_nothing():
    table = Table("balloon-035-8x40", off_mm=55.0)
    table.inflate_to(9.0)
    assert "balloon_outside_lesion" in table.kinds
    table.deflate()
    assert table.measure("residual_percent") == pytest.approx(70.0, abs=1.0)


def test_without_a_wire_a_balloon_goes_nowhere():
    table = Table("balloon-035-8x40", wire=False)
    table.run(1.0, motions={"catheter": Motion(30.0)})
    assert table.held.inserted_mm == 0.0
    assert "wire" in table.sim.state.refused[0]


def test_a_self_expanding_stent_opens_from_its_far_end_and_stays_where_it_is():
    table = Table("stent-self-9x40, balloon-035-8x40")
    table.run(7.0, treat=2.8)
    assert "open" in table.reading.text
    before = table.held.inserted_mm
    table.run(0.3, motions={"catheter": Motion(20.0)})
    assert table.held.inserted_mm == before  # half open: it holds its catheter
    table.run(9.0, treat=2.8)
    table.run(1.5)
    deployed = table.event("stent_deployed")
    assert deployed.vessel == "artery"
    assert deployed.data["uncovered_mm"] == 0.0
    assert deployed.data["apposed_percent"] == 100.0
    alone = table.measure("residual_percent")
    assert 15.0 < alone < 45.0  # fibrous plaque holds it: a balloon has to help
    table.put_in("balloon-035-8x40")
    table.inflate_to(12.0)
    table.deflate()
    assert table.measure("residual_percent") < 10.0
    assert "device_misplaced" not in table.kinds


def test_a_stent_beside_the_lesion_is_misplaced_and_a_narrow_one_hangs_free():
    missed = Table("stent-balloon-8x37", off_mm=24.0)
    missed.inflate_to(9.0)
    missed.deflate()
    assert "geographic_miss" in missed.kinds
    assert missed.event("device_misplaced").data["uncovered_mm"] > 2.0
    narrow = Table("stent-balloon-5x18", STENOSIS.replace("length_mm: 20", "length_mm: 12"))
    narrow.inflate_to(12.0)
    narrow.deflate()
    assert "malapposition" in narrow.kinds
    assert narrow.event("stent_deployed").data["apposed_percent"] < 80.0


def test_a_stent_much_too_small_is_carried_away():
    lost = Table("stent-balloon-5x18", off_mm=70.0)
    lost.inflate_to(9.0)
    assert "stent_migrated" in lost.kinds
    assert "device_misplaced" in lost.kinds
    assert "stent_deployed" not in lost.kinds


def test_what_is_left_behind_is_seen():
    table = Table("stent-balloon-8x37")
    crimped = table.sim.treatments.shapes()
    assert len(crimped) == 1
    table.inflate_to(12.0)
    full = table.sim.treatments.shapes()
    assert any(p.material == "balloon-contrast" for s in full for p in s.pieces)
    table.deflate()
    left = table.sim.treatments.shapes()
    assert len(left) > 10
    assert not any(p.material == "balloon-contrast" for s in left for p in s.pieces)
    assert table.sim.treatments.bench.devices
    table.do(Action("remove", slot="catheter"))
    for _ in range(200):
        table.sim.step(Controls())
    assert len(table.sim.treatments.shapes()) == len(left)
