"""Into a branch by drawing back: past it over the wire, wire in, curve towards it, and back.

So a shaped catheter enters a branch that a wire slides past: the internal iliac artery from above,
the artery of a transplant.
"""

from __future__ import annotations

from ir_sim.anatomy.vessel_tree import Vessel
from ir_sim.training.expert.operator import Moves, Operator, Seen, Work
from ir_sim.training.expert.route import Route, beyond, in_lumen, side_deg

#: Speeds, mm/s: the wire ahead, the catheter over it, drawing back.
_AHEAD_MM_S, _OVER_MM_S, _BACK_MM_S = 40.0, 20.0, 9.0
#: How far the wire leads, how far past the branch the catheter goes, how far before it the search
#: ends, and how far the wire is drawn in so that the curve returns, mm.
_LEAD_MM, _PAST_MM, _SHORT_MM, _IN_MM = 60.0, 16.0, 14.0, 45.0
#: Hands stop at this force of the wall on the wire, and on a catheter over it, N.
_WIRE_N, _CATHETER_N = 0.5, 1.2
#: Rotations of the catheter off the branch's side that are tried, deg.
_OFF_DEG = (0.0, 40.0, -40.0)


def draw_back_into(o: Operator, way: Route, vessel: Vessel, slot: str) -> Work:
    """The catheter into a branch of the way down, from beyond it.

    Args:
        o: The operator.
        way: To the goal; the branch is one of its vessels after the first.
        vessel: The branch.
        slot: The catheter, whose shape is to point into it.

    Returns:
        Whether its tip, or that of its wire, lies in the branch.
    """
    if not o.has(slot) or vessel.parent < 0:
        return False
    parent, inside = o.tree.vessels[vessel.parent], beyond(o.tree, vessel.index)
    siblings = beyond(o.tree, parent.index) - inside - {parent.id}
    side = 0.0 if side_deg(o.tree, vessel) > 0.0 else 180.0

    def past() -> bool:
        at, s = o.place(slot)
        if at == parent.id:
            return s > vessel.parent_at_mm + _PAST_MM
        return at in siblings and s > _PAST_MM

    def found() -> bool:
        at, s = o.place(slot)
        return at in inside and (s > 2.5 or at != vessel.id)

    def missed() -> bool:
        at, s = o.place(slot)
        if at == parent.id:
            return s < vessel.parent_at_mm - _SHORT_MM
        return at not in inside and at not in siblings

    def over() -> Moves:
        if o.inserted_mm("wire") - o.inserted_mm(slot) < _LEAD_MM / 2:
            return {"wire": (_AHEAD_MM_S, 0.0)}
        return {slot: (_OVER_MM_S, 0.0)}

    if found():
        return True
    for off in _OFF_DEG:
        yield from o.turn("wire", side + 180.0, 2.0)
        yield from o.do(
            {"wire": (_AHEAD_MM_S, 0.0)},
            lambda: (
                o.inserted_mm("wire") > o.inserted_mm(slot) + _LEAD_MM and o.free("wire")
                and _past_with(o, vessel, parent, siblings)
            ) or o.force_n("wire") > _WIRE_N,
            8.0,
        )  # fmt: skip
        if o.free("wire") and o.place("wire")[0] in inside:
            return True  # the wire has found it by itself
        yield from o.do(over, lambda: past() or found() or o.force_n(slot) > _CATHETER_N, 15.0)
        if found() or not past():
            return found()
        goal = o.inserted_mm(slot) - _IN_MM
        yield from o.do({"wire": (-50.0, 0.0)}, _drawn(o, goal), 6.0, watch=False)
        yield from o.turn(slot, side + off)
        back = {slot: (-_BACK_MM_S, 0.0), "wire": (-_BACK_MM_S, 0.0)}
        yield from o.do(back, lambda: found() or missed(), 12.0, watch=True)
        if found() or o.place(slot)[0] != parent.id:
            break
    return found()


def _past_with(o: Operator, vessel: Vessel, parent: Vessel, siblings: frozenset[str]) -> bool:
    """Whether the wire leads far enough past the branch."""
    at, s = o.place("wire")
    if at == parent.id:
        return s > vessel.parent_at_mm + 2 * _PAST_MM
    return at in siblings and s > 2 * _PAST_MM and not in_lumen(vessel, o.device("wire").tip_mm)


def _drawn(o: Operator, goal_mm: float) -> Seen:
    """Whether the wire has come back to a length."""
    return lambda: o.inserted_mm("wire") < goal_mm
