"""What hands do with catheters: climb, form, hook, settle, follow. Figures are measured ones.

Heights are arclengths along the turning vessel, from the branch towards the heart.
"""

from __future__ import annotations

from dataclasses import dataclass

from ir_sim.training.expert.operator import Moves, Operator, Work
from ir_sim.training.expert.route import Route, beyond, in_lumen, side_deg
from ir_sim.training.expert.steering import (
    GENTLE_N,
    WIRE_MM_S,
    Stall,
    any_of,
    depth_on,
    draw,
    wire_into,
    wire_to,
)

#: Speeds, mm/s: a catheter over its wire, drawing back, pulling to hook, settling the tip in an
#: ostium, a catheter into a branch.
FOLLOW_MM_S, BACK_MM_S = 50.0, 60.0
PULL_MM_S, SETTLE_MM_S, TRACK_MM_S = 12.0, 4.0, 8.0
#: Heights above the branch: of the wire while the catheter climbs; how far below the branch one
#: gives up.
WIRE_ABOVE_MM, LOST_BELOW_MM = 88.0, 22.0
#: How far the wire is drawn into the catheter so that its shape returns, mm, at least.
FORM_BACK_MM = 90.0
#: A wire leads a catheter by at least so much, mm.
LEAD_MM = 35.0
#: A catheter that was drawn back out of a branch is drawn so much further, clear of its mouth, mm.
CLEAR_MM = 8.0
#: A catheter so deep in a vessel that is not on its way has gone astray, mm.
ASTRAY_MM = 12.0
#: A branch that turns by less is entered by the wire from below, from so far below it, deg and mm.
STRAIGHT_DEG, BELOW_MM = 60.0, 30.0
#: A catheter far from the bend it was made for is turned so that its curve lies across the picture
#: and does not lead its tip into a side branch when the wire goes; if it falls out so, it is turned
#: towards the branch in which it lies.
NEUTRAL_DEG = 90.0
#: A trunk no longer than this, mm, holds no more than the curve of a catheter in its mouth.
SHORT_TRUNK_MM = 40.0
#: Hands stop where a wall pushes back on a catheter over its wire, which cannot dissect, N.
FIRM_N = 1.4
#: A catheter drawn back is taut on a vessel's mouth when its hub holds back so much, N.
TAUT_N = 0.4


@dataclass(frozen=True)
class Try:
    """One way to try a hook: height above the branch, and rotation off the branch's side."""

    above_mm: float
    off_deg: float


TRIES = (
    Try(48.0, 0.0), Try(30.0, 0.0), Try(48.0, 25.0), Try(40.0, -25.0), Try(65.0, 0.0),
    Try(25.0, 35.0), Try(25.0, -35.0), Try(50.0, 180.0),
)  # fmt: skip


def climb(o: Operator, way: Route, above_mm: float) -> Work:
    """The wire up to a height above the branch; out of side branches and on."""
    room = way.branch_mm - 15.0 if way.down else 0.6 * way.turn.length_mm
    goal = min(above_mm, room)
    if not way.down:
        goal = above_mm

    def height() -> float | None:
        return way.height_mm(*o.place("wire"))

    def there() -> bool:
        now = height()
        return now is not None and now >= goal

    def astray() -> bool:
        return height() is None and o.device("wire").tip_vessel_mm > 3.0

    def along() -> float | None:
        now = height()
        return None if now is None else now if now > -900.0 else o.inserted_mm("wire") - 1e4

    for attempt in range(6):
        stall = Stall(o, "wire", along)
        push = any_of(there, astray, stall, lambda: o.force_n("wire") > GENTLE_N)
        yield from o.do({"wire": (WIRE_MM_S, 0.0)}, push, 20.0)
        if there():
            return True
        if o.has("catheter") and not o.inserted_mm("wire") - o.inserted_mm("catheter") > 20.0:
            back = o.inserted_mm("catheter") - 40.0  # its curve sends the wire the wrong way
            yield from draw(o, "catheter", back)
            yield from o.turn("catheter", 0.0)
        elif not astray():
            yield from wire_to(o, o.inserted_mm("wire") - 60.0)
        yield from o.do({"wire": (-BACK_MM_S, 0.0)}, lambda: not astray(), 4.0)
        yield from o.do({"wire": (-BACK_MM_S, 0.0)}, None, 0.25)
        yield from o.turn("wire", 180.0 * (attempt % 2 == 0) + 40.0 * attempt, 2.0)
    return False


def catheter_up(o: Operator, way: Route, above_mm: float, slot: str = "catheter") -> Work:
    """The catheter over the wire to a height above the branch, the wire always ahead."""
    goal = min(above_mm, way.branch_mm - 20.0) if way.down else above_mm

    def height() -> float:
        now = way.height_mm(*o.place(slot))
        return now if now is not None else -1e3

    def there() -> bool:
        return height() >= goal

    def astray() -> bool:
        return way.height_mm(*o.place(slot)) is None and o.place(slot)[1] > ASTRAY_MM

    def moves() -> dict[str, tuple[float, float]]:
        if o.inserted_mm("wire") - o.inserted_mm(slot) < LEAD_MM:
            return {"wire": (WIRE_MM_S, 0.0)}
        return {slot: (FOLLOW_MM_S, 0.0)}

    yield from o.do(moves, any_of(there, astray), 25.0)
    return there()


def form(o: Operator, slot: str = "catheter") -> Work:
    """The wire back into the catheter until its shape returns."""
    device = o.device(slot).device
    shaped = sum(section.length_mm for section in device.sections[:-1])
    back = max(FORM_BACK_MM, shaped + 15.0)
    back = min(back, o.inserted_mm(slot) - 5.0)

    def drawn() -> bool:
        return o.inserted_mm("wire") < o.inserted_mm(slot) - back

    yield from o.do({"wire": (-BACK_MM_S, 0.0)}, drawn, 8.0, watch=False)
    yield from o.wait(0.4)
    return True


def pull_in(o: Operator, way: Route, at_mm: float, slot: str = "catheter") -> Work:
    """Draw catheter and wire back together until the tip falls into the branch."""
    inside = {v.id for v in way.down}

    def hooked(mm: float) -> bool:
        vessel, s = o.place(slot)
        return vessel in inside and (s >= mm or vessel != way.down[0].id)

    def lost() -> bool:
        height = way.height_mm(*o.place(slot))
        return height is not None and height < -LOST_BELOW_MM

    both = {slot: (-PULL_MM_S, 0.0), "wire": (-PULL_MM_S, 0.0)}
    yield from o.do(both, lambda: hooked(0.5) or lost(), 12.0, watch=True)
    if not hooked(0.5):
        return False
    yield from settle(o, way, max(at_mm + 0.5, 3.5), slot, slack_mm=2.0, seconds=1.0)
    return o.place(slot)[0] in inside


def hook(o: Operator, way: Route, at_mm: float, tries: tuple[Try, ...] = TRIES) -> Work:
    """A shaped catheter into the branch, with retries."""
    side = 0.0 if way.turning_deg() > 0.0 else 180.0
    if o.happens_once("misjudged", o.style.misjudges):
        tries = (Try(48.0, 90.0), *tries)
    for attempt in tries:
        yield from o.think()
        if not (yield from climb(o, way, attempt.above_mm + LEAD_MM + 5.0)) and (
            yield from straight_in(o, way)
        ):
            return True
        if not (yield from catheter_up(o, way, attempt.above_mm)):
            continue
        yield from form(o)
        yield from o.turn("catheter", side + attempt.off_deg)
        if (yield from pull_in(o, way, at_mm)):
            return True
    return False


def straight_in(o: Operator, way: Route, slot: str = "catheter") -> Work:
    """The wire from below into a branch that runs on almost straight, such as the left subclavian.

    Where the wire cannot be led past such a branch it may as well go in first.
    """
    if abs(way.turning_deg()) > STRAIGHT_DEG:
        return False

    def below() -> bool:
        height = way.height_mm(*o.place(slot))
        return height is not None and height < -BELOW_MM

    back = {slot: (-BACK_MM_S, 0.0), "wire": (-BACK_MM_S, 0.0)}
    if not (yield from o.do(back, below, 6.0)):
        return False
    return (yield from wire_into(o, way, LEAD_MM))


def seat(o: Operator, way: Route, at_mm: float, slot: str = "catheter") -> Work:
    """From a hooked ostium, or from any place on the way down: wire in, catheter over it.

    Args:
        o: The operator.
        way: To the vessel in which the catheter is to lie.
        at_mm: How deep.
        slot: The catheter.
    """
    goal = way.goal.id
    inside = beyond(o.tree, way.goal.index)

    def deep() -> bool:
        vessel, s = o.place(slot)
        if vessel not in inside or (vessel == goal and s < at_mm):
            return False
        tip = o.device(slot).tip_mm  # not where the mouths of two vessels still lie together
        shared = any(in_lumen(v, tip) for v in siblings)
        return not shared or vessel != goal or s > 0.75 * way.goal.length_mm

    siblings = [
        v for v in o.tree.vessels
        if len(way.down) > 1 and v.parent == way.goal.parent and v is not way.goal
    ]  # fmt: skip
    on_way = {v.id for v in way.down} | inside

    def lost() -> bool:  # thrown out, and the wire with it
        out = way.hooked and o.place(slot)[0] == way.turn.id
        return out and o.place("wire")[0] not in on_way

    def stuck() -> bool:
        return o.force_n(slot) > FIRM_N

    def taut() -> bool:
        return o.device(slot).hub_force_n < -TAUT_N

    def moves() -> Moves:
        vessel, s = o.place(slot)
        speed = TRACK_MM_S if way.hooked and (vessel == way.down[0].id and s < 10.0) else 20.0
        if o.inserted_mm("wire") - o.inserted_mm(slot) < 12.0:
            return {slot: (speed, 0.0), "wire": (speed, 0.0)}
        return {slot: (speed, 0.0)}

    if slot == "catheter" and o.happens_once("bare", o.style.bare):
        yield from o.do({slot: (30.0, 0.0)}, None, 1.0)
    for more in (45.0, 75.0, 110.0):
        if not (yield from wire_into(o, way, at_mm + more)):
            break
        if len(way.down) > 1 and o.place(slot)[0] != goal:  # its curve leads round the corner
            yield from o.turn(slot, leading_deg(way), 3.0)
        buckled = Stall(o, slot, lambda: depth_on(way, *o.place(slot)), 30.0)
        yield from o.do(moves, any_of(deep, lost, stuck, buckled), 25.0)
        if deep():
            return True
        if lost():
            return False
        back = 3.0 if buckled() else 0.5
        yield from o.do({slot: (-TRACK_MM_S, 0.0)}, taut, back)
    return deep()


def towards_deg(way: Route) -> float:
    """Rotation at which a curve points into the last branch of the way."""
    return 0.0 if side_deg(way.tree, way.goal) > 0.0 else 180.0


def leading_deg(way: Route) -> float:
    """Rotation at which a catheter follows its wire into the last branch of the way.

    Its curve points into the branch. Where a short trunk bends one way and its branch the other,
    the curve still lies in the trunk's mouth and, turned so, would press against that bend: there
    it lies across the picture, and the wire alone leads.
    """
    trunk = way.down[0]
    short = way.hooked and len(way.down) == 2 and trunk.length_mm < SHORT_TRUNK_MM
    if short and way.turning_deg() * side_deg(way.tree, way.goal) < 0.0:
        return NEUTRAL_DEG
    return towards_deg(way)


def settle(
    o: Operator,
    way: Route,
    at_mm: float,
    slot: str = "catheter",
    *,
    slack_mm: float = 4.0,
    seconds: float = 8.0,
) -> Work:
    """Deeper by drawing back: a hook in a branch that runs down slides along it.

    Stops as soon as drawing back no longer gains anything.
    """
    best, since = -1e9, o.inserted_mm(slot)
    inside = {v.id for v in way.down}

    def spent() -> bool:
        nonlocal best, since
        now = depth_on(way, *o.place(slot)) or -1.0
        if now > best + 0.2:
            best, since = now, o.inserted_mm(slot)
        return now < best - 0.7 or since - o.inserted_mm(slot) > slack_mm

    def deep() -> bool:
        vessel, s = o.place(slot)
        return vessel in inside and (s >= at_mm or vessel != way.down[0].id)

    moves = {slot: (-SETTLE_MM_S, 0.0), "wire": (-SETTLE_MM_S, 0.0)}
    yield from o.do(moves, any_of(deep, spent), seconds, watch=True)
    return deep()


def back_on_the_way(o: Operator, way: Route, slot: str) -> Work:
    """Out of a side branch of the way: draw back until the tip lies on the way again."""
    inside = {v.id for v in way.down}
    if not o.has(slot):
        return False
    now = o.tree.by_id[o.place(slot)[0]]
    if not any(o.tree.vessels[i].id in inside for i in o.tree.path_to_root(now.index)):
        return False
    both = {slot: (-15.0, 0.0), "wire": (-15.0, 0.0)}
    return (yield from o.do(both, lambda: o.place(slot)[0] in inside, 4.0, watch=True))


def pull_back_into(o: Operator, vessel: str, slot: str = "catheter") -> Work:
    """The catheter, its lumen free, drawn back until its tip lies in a vessel of the way here."""
    if not o.has(slot):
        return False
    yield from o.take_out("wire")
    here = o.tree.by_id[o.place(slot)[0]].index
    if o.tree.by_id[vessel].index not in o.tree.path_to_root(here):
        return False
    back = {slot: (-PULL_MM_S, 0.0)}
    if not (yield from o.do(back, lambda: o.place(slot)[0] == vessel, 20.0, watch=True)):
        return False
    return (yield from o.do(back, None, CLEAR_MM / PULL_MM_S, watch=True))


def let_go(o: Operator, way: Route, slot: str) -> Work:
    """The wire back up beyond the branch, so that another catheter can follow it."""
    yield from o.do({"wire": (-BACK_MM_S, 0.0)}, lambda: not o.free("wire"), 6.0)
    if way.hooked and o.place(slot)[0] != way.turn.id:
        yield from o.do(
            {slot: (-20.0, 0.0), "wire": (-20.0, 0.0)}, lambda: o.place(slot)[0] == way.turn.id, 4.0
        )
    return (yield from climb(o, way, WIRE_ABOVE_MM))
