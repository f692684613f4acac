"""Gelatin sponge: what the leaking blood brings packs the torn branch, and nothing else does."""

import pytest

from ir_sim.treatment import embolic_laws as laws
from tests.treatment.test_coils_and_embolics import BEADS, BLEED, Table, off

TRAY = f"gelfoam-slurry, {BEADS}"
SPONGE = "gelfoam-slurry"


def torn(tool=SPONGE):
    table = Table(TRAY, organ="muscle", lesion=BLEED)
    table.run(2.0)
    assert table.take(tool) == ""
    return table


def bleeds(table):
    return table.treatments.measure("bleed_ml_min", "feeder")


def pulses(table, count):
    for _ in range(count):
        if "gelatin_lodged" in table.kinds:
            break
        table.run(2.0, 0.3)
        table.run(1.0)


def test_slurry_packs_the_torn_branch_and_the_bleeding_stops():
    table = torn()
    first = bleeds(table)
    pulses(table, 20)
    table.run(1.5 * laws.GELATIN_SETS_S)
    lodged = table.event("gelatin_lodged")
    room = 3.1416 * 1.75**2 * laws.GELATIN_PACK_MM
    assert lodged.data["mg"] == pytest.approx(laws.GELATIN_SETS_SHARE * room, rel=0.1)
    assert bleeds(table) < 0.05 * first
    assert not {"reflux", "non_target_embolization"} & set(table.kinds)
    ledger = table.blood.ledger_of("particles")
    assert abs(off(ledger)) <= 1e-9 * ledger["injected"]


def test_particles_leave_through_the_hole_and_do_not_pack_it():
    table = torn("particles-500-700")
    first = bleeds(table)
    pulses(table, 6)
    assert "gelatin_lodged" not in table.kinds
    assert bleeds(table) > 0.8 * first


def test_pieces_do_not_hold_in_a_wide_vessel(monkeypatch):
    monkeypatch.setattr(laws, "GELATIN_HOLDS_MM", 3.0)  # the feeder measures 3.4 mm
    table = torn()
    first = bleeds(table)
    pulses(table, 6)
    assert "gelatin_lodged" not in table.kinds
    assert bleeds(table) > 0.8 * first


def test_sponge_that_comes_back_from_a_snapshot_goes_on_with_the_same_bits():
    table = torn()
    table.run(2.0, 0.3)
    saved, blood = table.treatments.state(), table.blood.state()
    table.run(3.0, 0.3)
    first = bleeds(table)
    table.treatments.restore(saved)
    table.blood.restore(blood)
    table.run(3.0, 0.3)
    assert bleeds(table) == first
