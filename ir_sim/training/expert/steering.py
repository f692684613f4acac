"""Steering a wire through the tree: into branches, along the way, and back."""

from __future__ import annotations

from collections.abc import Callable

from ir_sim.anatomy.vessel_tree import Vessel
from ir_sim.training.expert.operator import Moves, Operator, Seen, Work
from ir_sim.training.expert.probing import draw_back_into
from ir_sim.training.expert.route import Route, beyond, in_lumen, side_deg

#: Speeds of a wire, mm/s: where the vessel is wide, and into a branch.
WIRE_MM_S, ENTER_MM_S = 60.0, 25.0
#: A wire that went wrong is drawn back so far before the branch, mm.
BEFORE_MM = 8.0
#: Without a shaped catheter a wire does not find a branch of a vessel of this radius, mm.
WIDE_MM = 8.0
#: What has not moved by so much in so long is jammed, mm and s.
JAMMED_MM, JAMMED_S = 0.5, 4.0
#: Hands stop where a wall pushes back on a wire with more, N.
GENTLE_N = 0.7


def any_of(*seen: Seen) -> Seen:
    """Whether any of them is seen."""
    return lambda: any(look() for look in seen)


class Stall:
    """Notices that what is pushed in at the hub does not come out at the tip: it buckles.

    Args:
        o: The operator.
        slot: The device.
        along_mm: How far along its way the tip is; more is further.
        slack_mm: What may be fed in without the tip getting any further.
    """

    def __init__(
        self, o: Operator, slot: str, along_mm: Callable[[], float | None], slack_mm: float = 35.0
    ) -> None:
        self._o, self._slot, self._along, self._slack = o, slot, along_mm, slack_mm
        self._best, self._inserted = -1e9, o.inserted_mm(slot)
        self._fed_mm, self._fed_s = self._inserted, o.state.time_s

    def __call__(self) -> bool:
        """Whether it buckles, or does not move at all."""
        now, inserted = self._along(), self._o.inserted_mm(self._slot)
        if abs(inserted - self._fed_mm) > JAMMED_MM:
            self._fed_mm, self._fed_s = inserted, self._o.state.time_s
        if self._o.state.time_s - self._fed_s > JAMMED_S:
            return True
        if now is not None and now > self._best:
            self._best, self._inserted = now, inserted
        return inserted - self._inserted > self._slack


def depth_on(way: Route, vessel: str, at_mm: float) -> float | None:
    """How far along the way down a place is, mm, negative before it; None off it."""
    total = 0.0
    for k, v in enumerate(way.down):
        if v.id == vessel:
            return total + at_mm
        following = way.down[k + 1] if k + 1 < len(way.down) else None
        total += following.parent_at_mm if following is not None else v.length_mm
    if vessel != way.turn.id:
        return None
    return min(at_mm - way.branch_mm, -1.0) if way.antegrade else -1.0


def wire_into(o: Operator, way: Route, at_mm: float) -> Work:
    """The wire along the way until it lies so deep in the goal, or in what lies beyond it."""
    inner = max(
        (s for s in ("catheter", "microcatheter") if o.has(s)), key=o.inserted_mm, default=""
    )
    if inner:  # nobody needs to see it inside the catheter
        near = o.inserted_mm(inner) - 4.0
        yield from o.do(
            {"wire": (WIRE_MM_S, 0.0)}, lambda: o.inserted_mm("wire") >= near, 20.0, watch=False
        )
    vessels = way.down if way.hooked else way.down or (way.turn,)
    for vessel in vessels[_passed(o, way) :]:
        last = vessel is way.goal
        depth = at_mm if last else 6.0
        again = inner == "catheter" and way.down and vessel is not way.down[0]
        tries = (1 if way.antegrade and _wide(o, vessel) else 5) if again else 10
        if (yield from _steer(o, way, vessel, depth, tries)):
            continue
        if not (again and (yield from draw_back_into(o, way, vessel, inner))):
            return False
        if not (yield from _steer(o, way, vessel, depth)):
            return False
    return True


def _wide(o: Operator, vessel: Vessel) -> bool:
    """Whether a branch leaves a vessel too wide for a wire's own bend to find it."""
    return o.tree.vessels[vessel.parent].radius_at(vessel.parent_at_mm) > WIDE_MM


def _passed(o: Operator, way: Route) -> int:
    """How many vessels of the way down the wire's tip has behind it."""
    if not o.free("wire"):
        return 0
    at = o.place("wire")[0]
    if at in beyond(o.tree, way.goal.index):
        return max(len(way.down) - 1, 0)
    return next((k for k, v in enumerate(way.down) if v.id == at), 0)


def _steer(o: Operator, way: Route, vessel: Vessel, depth_mm: float, tries: int = 10) -> Work:
    inside = beyond(o.tree, vessel.index)
    on_way = {v.id for v in (*way.down, way.turn, *way.up)}
    depth = min(depth_mm, _reach_mm(o, vessel) - 8.0)
    if depth < vessel.length_mm - 5.0:  # the trunk is long enough: stay in it
        inside = frozenset({vessel.id})
    side = 0.0 if side_deg(o.tree, vessel) > 0.0 or vessel.parent < 0 else 180.0

    later = {v.id for v in way.down[way.down.index(vessel) + 1 :]} if vessel in way.down else set()

    def inner() -> float:
        return max(o.inserted_mm(slot) for slot in ("catheter", "microcatheter"))

    def depth_now() -> float:
        at, s = o.place("wire")
        if at == vessel.id:
            return s
        if at in inside:
            return _depth_below(o, vessel, at, s)
        return -1.0

    def arrived() -> bool:
        return depth_now() >= depth or (o.free("wire") and o.place("wire")[0] in later)

    def pressed() -> bool:
        return o.force_n("wire") > GENTLE_N

    def astray() -> bool:
        at, s = o.place("wire")
        off = o.free("wire") and at not in inside and at not in on_way and s > 2.0
        # where two lumens overlap, the name tells nothing
        return off and not in_lumen(vessel, o.device("wire").tip_mm)

    before = [v.id for v in (*way.up, way.turn, *way.down)]
    to_the_heart = {v.id for v in way.up} | ({way.turn.id} if way.hooked else set())

    def along() -> float | None:
        if not o.free("wire"):
            return o.inserted_mm("wire") - 1e5
        at, s = o.place("wire")
        if at in inside:
            return depth_now()
        if at not in before:
            return None
        return 1e3 * (before.index(at) - 90) + (-s if at in to_the_heart else s)

    def push() -> Moves:
        at, s = o.place("wire")
        if at == vessel.id:
            near = s > depth - 30.0
        else:
            near = o.tree.vessels[vessel.parent].id != at or s > vessel.parent_at_mm - 30.0
        yielding = max(1.0 - o.force_n("wire") / GENTLE_N, 0.3)
        return {"wire": (yielding * (ENTER_MM_S if near else 50.0), 0.0)}

    guide = next((slot for slot in ("microcatheter", "catheter") if o.has(slot)), "")
    if guide and depth_now() < 0.0:
        yield from _guide_before(o, way, vessel, guide)
        yield from _before(o, way, vessel, inner() - 4.0)
    for attempt in range(tries):
        if arrived():
            return True
        if attempt and attempt % 3 == 0 and guide:
            yield from o.turn(guide, side + (0.0, 90.0, 180.0)[attempt // 3 - 1], 2.0)
        if depth_now() < 0.0 or not o.free("wire"):
            yield from o.turn("wire", side + (0.0, 180.0, 60.0, -60.0, 120.0)[attempt % 5], 2.0)
        stall = Stall(o, "wire", along)
        yield from o.do(push, any_of(arrived, astray, stall, pressed), 25.0)
        if arrived():
            return True
        if depth_now() >= 0.6 * depth:
            return True
        yield from _before(o, way, vessel, inner() - 6.0)
    return False


def _guide_before(o: Operator, way: Route, vessel: Vessel, guide: str) -> Work:
    """A catheter that lies beyond the branch in its parent is drawn back before it."""
    if vessel is way.down[0] or vessel.parent < 0:
        return True
    parent, goal = o.tree.vessels[vessel.parent].id, vessel.parent_at_mm - 0.5 * BEFORE_MM

    def beyond_it() -> bool:
        at, s = o.place(guide)
        return at == parent and s > max(goal, 1.0)

    if not beyond_it():
        return True
    back = {guide: (-15.0, 0.0)}
    yield from o.do(back, lambda: not beyond_it(), 4.0, watch=True)
    return (yield from o.turn(guide, 0.0 if side_deg(o.tree, vessel) > 0.0 else 180.0, 3.0))


def _before(o: Operator, way: Route, vessel: Vessel, least_mm: float) -> Work:
    """Draw the wire back until its tip lies before a branch again, but no further than a length."""

    def before() -> bool:
        at, s = o.place("wire")
        on_parent = vessel.parent >= 0 and at == o.tree.vessels[vessel.parent].id
        short = on_parent and (
            s > vessel.parent_at_mm + BEFORE_MM
            if vessel is way.down[0] and way.hooked
            else s < vessel.parent_at_mm - BEFORE_MM
        )
        return short or o.inserted_mm("wire") <= least_mm or not o.free("wire")

    back = {"wire": (-2 * ENTER_MM_S, 0.0)}
    return (yield from o.do(back, before, 6.0))


def _depth_below(o: Operator, vessel: Vessel, at: str, s: float) -> float:
    total, now = s, o.tree.by_id[at]
    while now.index != vessel.index:
        total += now.parent_at_mm
        now = o.tree.vessels[now.parent]
    return total


def _reach_mm(o: Operator, vessel: Vessel) -> float:
    """Longest way from a vessel's ostium to an end beyond it."""
    kids = [o.tree.vessels[i] for i in o.tree.children[vessel.index]]
    return max([vessel.length_mm, *(k.parent_at_mm + _reach_mm(o, k) for k in kids)])


def wire_to(o: Operator, mm: float) -> Work:
    """Draw the wire back to a length."""
    return (yield from draw(o, "wire", mm))


def draw(o: Operator, slot: str, mm: float) -> Work:
    """Draw a device back to a length; a wire inside it comes with it as far as it must."""
    goal = max(mm, 0.0)
    back = {slot: (-2 * ENTER_MM_S, 0.0)}
    return (yield from o.do(back, lambda: o.inserted_mm(slot) <= goal, 6.0))


def wire_back(o: Operator, slot: str = "catheter", mm: float = 60.0) -> Work:
    """The wire into the catheter."""

    def drawn() -> bool:
        return o.inserted_mm("wire") < o.inserted_mm(slot) - mm

    return (yield from o.do({"wire": (-40.0, 0.0)}, drawn, 8.0))
