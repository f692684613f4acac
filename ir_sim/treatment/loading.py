"""What fits through a lumen, and the figures of a supply by its kind."""

from __future__ import annotations

from ir_sim.scenario.device import MM_PER_INCH
from ir_sim.scenario.supply import Coil, Plug, Supply
from ir_sim.treatment.bench import Outflow


def too_narrow(tool: Supply, out: Outflow) -> str:
    """Why a supply does not go through a lumen, in one line."""
    has = 2.0 * out.bore_mm / MM_PER_INCH
    return f"{tool.title} needs a bore of {tool.needs_in:g} in; the {out.slot} has {has:.3f} in"


def coil_of(tool: Supply) -> Coil:
    """The figures of a coil.

    Raises:
        ValueError: It is none.
    """
    if tool.coil is None:
        raise ValueError(f"{tool.id} is no coil")
    return tool.coil


def plug_of(tool: Supply) -> Plug:
    """The figures of a plug.

    Raises:
        ValueError: It is none.
    """
    if tool.plug is None:
        raise ValueError(f"{tool.id} is no plug")
    return tool.plug
