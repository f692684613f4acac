"""The panel's height: shared out so that the step is seen."""

from hypothesis import given
from hypothesis import strategies as st

from ir_sim.app.drawing.panel import clock
from ir_sim.app.panel_room import PanelRoom, share_out

WANTED, LEAST = PanelRoom(280, 56), PanelRoom(100, 28)


def test_with_room_enough_nothing_shrinks():
    assert share_out(2000, WANTED, LEAST, 4) == WANTED
    assert share_out(0, WANTED, LEAST, 0) == PanelRoom(100, 56)


def test_the_reference_monitor_shrinks_first_then_the_rows():
    assert share_out(280 + 4 * 56 - 100, WANTED, LEAST, 4) == PanelRoom(180, 56)
    assert share_out(100 + 4 * 40, WANTED, LEAST, 4) == PanelRoom(100, 40)
    assert share_out(10, WANTED, LEAST, 4) == LEAST


@given(st.integers(0, 1500), st.integers(0, 4))
def test_what_fits_is_never_more_than_there_is(spare, rows):
    share = share_out(spare, WANTED, LEAST, rows)
    used = share.reference + rows * share.row
    assert used <= max(spare, LEAST.reference + rows * LEAST.row)
    assert LEAST.row <= share.row <= WANTED.row
    assert LEAST.reference <= share.reference <= WANTED.reference


def test_the_clock_does_not_run_ahead():
    assert clock(118.96) == "1:58.9"  # as the report tells it, in whole seconds
    assert clock(59.97) == "0:59.9"
    assert clock(120.3) == "2:00.3"
