"""From one place treated to the next: small catheters out, the catheter back onto the new way."""

from __future__ import annotations

from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.expert.route import Route

#: Speed of drawing back catheter and wire together, mm/s.
_BACK_MM_S = 25.0
#: A wire lies so far before the tip while the catheter is drawn back, mm.
_LEAD_MM = 20.0


def elsewhere(o: Operator, way: Route, slot: str) -> bool:
    """Whether a catheter that leads a microcatheter lies in a limb that the way does not pass."""
    if not (o.has(slot) and o.has("microcatheter")):
        return False
    path = o.tree.path_to_root(o.tree.by_id[o.place(slot)[0]].index)
    if way.hooked:
        return path[0] not in {v.index for v in way.up} and way.turn.index not in path
    return path[0] != way.turn.index and not any(v.index in path for v in way.down)


def come_back(o: Operator, way: Route, slot: str, wire: str) -> Work:
    """The catheter out of another limb, a wire before it, until its tip lies on the way.

    Args:
        o: The operator.
        way: The new way.
        slot: The catheter.
        wire: Id of the wire to lead it.
    """
    yield from o.take_out("wire")
    yield from o.take_out("microcatheter")
    yield from o.put_in("wire", wire)
    near = o.inserted_mm(slot) + _LEAD_MM
    ahead = {"wire": (60.0, 0.0)}
    yield from o.do(ahead, lambda: o.inserted_mm("wire") >= near, 20.0, watch=False)
    both = {slot: (-_BACK_MM_S, 0.0), "wire": (-_BACK_MM_S, 0.0)}
    known = {v.id for v in (*way.up, way.turn)}
    return (yield from o.do(both, lambda: o.place(slot)[0] in known, 40.0))
