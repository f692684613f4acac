"""How the panel's height is shared out: the step and the last messages are always to be seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PanelRoom:
    """Heights, px.

    Attributes:
        reference: Side of the reference monitor.
        row: A device's row.
    """

    reference: int
    row: int


def share_out(spare: int, wanted: PanelRoom, least: PanelRoom, rows: int) -> PanelRoom:
    """Make the reference monitor smaller first, then the devices' rows; never below the least.

    Args:
        spare: Height for the reference monitor and all rows.
        wanted: What both would have with room enough.
        least: What can still be read.
        rows: How many devices there are.
    """
    short = max(wanted.reference + rows * wanted.row - spare, 0)
    less = min(short, max(wanted.reference - least.reference, 0))
    short -= less
    each = -(-short // rows) if rows else 0
    return PanelRoom(wanted.reference - less, max(wanted.row - each, min(least.row, wanted.row)))
