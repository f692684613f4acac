r"""Loops of coils settling in a lumen: Pymunk bodies in the vessel's own coordinates.

::

        wall  ----------------------------
                 /  / | \        <- loops, seen from the side: capsules across the lumen
        tip ==> /  /  |  \           u: along the course, y: across
        wall  ----------------------------

A space is made anew from plain numbers for each tick in which a loop moves, so that nothing of the
solver's memory has to be kept: the same loops give the same bits, also after a restore. Loops that
lie still are static and, once all do, nothing is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pymunk
from numpy.typing import NDArray

from ir_sim.anatomy import VesselTree
from ir_sim.anatomy.vessel_tree import Vessel
from ir_sim.treatment.coil_laws import drag_n, hold_n, laid_loop_mm, wire_mm

#: Loops of a nest come no nearer than this, in thicknesses of the wire.
_PITCH_WIRES = 1.3
#: Tilt of a loop to the cross-section: spread and most, rad.
_TILT, _MOST_TILT = 0.35, 0.7
#: A loop that moved less than this, mm/s, for so long, s, lies still (assumed).
_STILL_MM_S, _STILL_S = 0.4, 0.35
#: A loop that the blood carries moves at most at this share of its speed, and never faster, mm/s.
_CARRIED, _FASTEST_MM_S = 0.6, 60.0
_SUBSTEPS = 2
#: How far a course reaches beyond the tip, mm.
_REACH_MM = 220.0


@dataclass
class Loop:
    """One turn of a coil.

    Attributes:
        vessel: Index; ``s_mm`` along it (negative: in the parent's lumen), ``y_mm`` across.
        tilt: To the cross-section, rad.
        turn: Which way it is seen, rad.
        length_mm: Of wire in it.
        still_s: How long it has not moved.
    """

    vessel: int
    s_mm: float
    y_mm: float
    tilt: float
    turn: float
    length_mm: float
    still_s: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether it lies still."""
        return self.still_s >= _STILL_S

    def row(self) -> tuple[int, float, float, float, float, float, float]:
        """As numbers."""
        return (
            self.vessel, self.s_mm, self.y_mm, self.tilt, self.turn, self.length_mm, self.still_s,
        )  # fmt: skip


@dataclass
class Coil:
    """A coil that is coming or has come out.

    Attributes:
        supply: Its id.
        loop_mm: Diameter of its free loops; ``wire_in`` the winding's thickness.
        loops: First out first.
        vessel: Where it was laid, and at which arclength.
        free: Whether it has left its pusher.
    """

    supply: str
    loop_mm: float
    wire_in: float
    fibred: bool
    vessel: int
    at_mm: float
    loops: list[Loop] = field(default_factory=list)
    free: bool = False
    told: bool = False


class Course:
    """The way from a place down the stream: the vessel, then the branch that takes most at its end.

    Args:
        tree: The vessels.
        vessel: Where it begins.
        flow: Of a vessel by its index.
    """

    def __init__(self, tree: VesselTree, vessel: int, flow: Callable[[int], float]) -> None:
        self.tree = tree
        self.vessels, self.starts, self.enters = [vessel], [0.0], [0.0]
        at = tree.vessels[vessel].length_mm
        while at < _REACH_MM:
            last = tree.vessels[self.vessels[-1]]
            near = [
                k for k in tree.children[last.index]
                if tree.vessels[k].parent_at_mm > last.length_mm - 6.0
            ]  # fmt: skip
            if not near:
                break
            following = max(near, key=flow)
            self.vessels.append(following)
            self.starts.append(at)
            at += tree.vessels[following].length_mm
        self.length_mm = at

    def u_mm(self, vessel: int, s_mm: float) -> float | None:
        """Place along the course; None if it is not on it."""
        if vessel not in self.vessels:
            return None
        return self.starts[self.vessels.index(vessel)] + s_mm

    def place(self, u_mm: float) -> tuple[int, float]:
        """Vessel and arclength."""
        i = max(int(np.searchsorted(self.starts, u_mm, side="right")) - 1, 0)
        return self.vessels[i], min(
            u_mm - self.starts[i], self.tree.vessels[self.vessels[i]].length_mm
        )

    def radius_mm(self, u_mm: float, radius: NDArray[np.float64]) -> float:
        """Lumen at a place."""
        vessel, s = self.place(u_mm)
        low, high = int(self.tree.first[vessel]), int(self.tree.first[vessel + 1])
        return float(np.interp(s, self.tree.sample_s_mm[low:high], radius[low:high]))


def settle(
    course: Course,
    coil: Coil,
    others: Sequence[Coil],
    radius: NDArray[np.float64],
    speed_mm_s: Callable[[int], float],
    dt_s: float,
) -> bool:
    """Let the loops of a coil move on by a tick; whether any still moves.

    Args:
        course: On which they lie.
        coil: Whose loops may move.
        others: Whose loops lie still.
        radius: (samples,) lumen now.
        speed_mm_s: Of the blood in a vessel.
        dt_s: Duration.
    """
    for loop in coil.loops:
        if course.u_mm(loop.vessel, loop.s_mm) is None:
            loop.still_s = _STILL_S  # the stream has changed its course: it stays
    moving = [loop for loop in coil.loops if not loop.settled]
    if not moving:
        return False
    space = pymunk.Space()
    space.iterations = 12
    space.collision_slop = 0.01
    places = [u for loop in moving if (u := course.u_mm(loop.vessel, loop.s_mm)) is not None]
    low, high = min(places) - 15.0, max(places) + 15.0
    _walls(space, course, radius, low, high)
    sac = course.tree.vessels[coil.vessel].grown == "aneurysm"
    if sac:
        _dome(space, course, radius)
    for other in (*others, coil):
        for loop in other.loops:
            if other is coil and not loop.settled:
                continue
            u = course.u_mm(loop.vessel, loop.s_mm)
            if u is not None and low < u < high and not sac:
                space.add(_capsule(space.static_body, other, loop, course, radius, u))
    bodies = [_body(space, coil, loop, course, radius, sac) for loop in moving]
    before = [body.position.x for body in bodies]
    for _ in range(_SUBSTEPS):
        for body, loop in zip(bodies, moving, strict=True):
            body.velocity = (_carried(coil, loop, course, radius, speed_mm_s, body), 0.0)
            body.angular_velocity = 0.0
        space.step(dt_s / _SUBSTEPS)
    last = course.length_mm
    for body, loop, was in zip(bodies, moving, before, strict=True):
        u = float(np.clip(body.position.x, -12.0, last))
        loop.vessel, loop.s_mm = course.place(u)
        lumen = course.radius_mm(u, radius)
        loop.y_mm = float(np.clip(body.position.y, -0.5 * lumen, 0.5 * lumen))
        loop.tilt = body.angle if sac else float(np.clip(body.angle, -_MOST_TILT, _MOST_TILT))
        slow = abs(u - was) < _STILL_MM_S * dt_s or u >= last
        loop.still_s = loop.still_s + dt_s if slow else 0.0
    return True


def new_loop(coil: Coil, vessel: int, s_mm: float, length_mm: float) -> Loop:
    """The next turn that comes out of the tip; which way it lies follows from its number."""
    k = len(coil.loops)
    golden = 2.399963  # the golden angle: no two turns lie alike
    tilt = _TILT * math.sin(golden * k + 0.7 * vessel)
    across = 0.15 * math.cos(1.7 * golden * k)
    return Loop(vessel, s_mm, across, tilt, (golden * k) % (2.0 * math.pi), length_mm)


def room_mm(coils: Sequence[Coil], coil: Coil, vessel: int, at_mm: float) -> float:
    """Where along the vessel the next turn finds room: at the tip, else behind what lies there.

    Args:
        coils: All that lie in the patient, the coming one included.
        coil: The coming one.
        vessel: Of the tip, and where it is.
        at_mm: Of the tip.
    """
    pitch = _PITCH_WIRES * wire_mm(coil.wire_in)
    taken = np.array(
        [loop.s_mm for c in coils for loop in c.loops if loop.vessel == vessel and c is not coil]
        + [loop.s_mm for loop in coil.loops if loop.vessel == vessel and loop.settled]
    )
    places = [at_mm + 0.5 - 0.25 * k for k in range(60)]
    for place in places:
        if not len(taken) or float(np.abs(taken - place).min()) >= 0.8 * pitch:
            return place
    return places[-1]


def _carried(
    coil: Coil,
    loop: Loop,
    course: Course,
    radius: NDArray[np.float64],
    speed_mm_s: Callable[[int], float],
    body: pymunk.Body,
) -> float:
    """Speed at which the blood carries a loop, mm/s: 0 while the wall or the pusher holds it."""
    if not coil.free:
        return 0.0
    vessel, s = course.place(float(body.position.x))
    speed = speed_mm_s(vessel)
    lumen = 2.0 * course.radius_mm(float(body.position.x), radius)
    drag = drag_n(speed, coil.loop_mm, lumen, coil.wire_in)
    hold = hold_n(coil.loop_mm, lumen, coil.wire_in, fibred=coil.fibred)
    if s < 0.0 or abs(drag) <= hold:
        return 0.0
    carried = _CARRIED * speed * (1.0 - hold / abs(drag))
    return float(np.clip(carried, -_FASTEST_MM_S, _FASTEST_MM_S))


def _walls(
    space: pymunk.Space, course: Course, radius: NDArray[np.float64], low: float, high: float
) -> None:
    u = np.arange(low, high + 2.0, 2.0)
    r = [course.radius_mm(float(x), radius) + 0.05 for x in u]
    for side in (1.0, -1.0):
        for k in range(len(u) - 1):
            a, b = (float(u[k]), side * r[k]), (float(u[k + 1]), side * r[k + 1])
            wall = pymunk.Segment(space.static_body, a, b, 0.05)
            wall.friction = 0.2
            space.add(wall)


def _dome(space: pymunk.Space, course: Course, radius: NDArray[np.float64]) -> None:
    """The blind end of a sac."""
    end = course.length_mm
    r = course.radius_mm(end, radius) + 0.05
    space.add(pymunk.Segment(space.static_body, (end, -r), (end, r), 0.05))


def _half(coil: Coil, course: Course, radius: NDArray[np.float64], u: float, pitch: float) -> float:
    lumen = 2.0 * course.radius_mm(u, radius)
    return max(0.5 * 0.92 * laid_loop_mm(coil.loop_mm, lumen) - 0.5 * pitch, 0.05)


def _capsule(
    body: pymunk.Body, coil: Coil, loop: Loop, course: Course, radius: NDArray[np.float64], u: float
) -> pymunk.Segment:
    """A settled loop, fixed."""
    pitch = _PITCH_WIRES * wire_mm(coil.wire_in)
    half = _half(coil, course, radius, u, pitch)
    dx, dy = half * math.sin(loop.tilt), half * math.cos(loop.tilt)
    a, b = (u + dx, loop.y_mm - dy), (u - dx, loop.y_mm + dy)
    shape = pymunk.Segment(body, a, b, 0.5 * pitch)
    shape.friction = 0.1
    return shape


def _body(
    space: pymunk.Space, coil: Coil, loop: Loop, course: Course, radius: NDArray[np.float64],
    sac: bool,
) -> pymunk.Body:  # fmt: skip
    """A loop that moves; in a sac turns cross one another and only the wall stops them."""
    u = course.u_mm(loop.vessel, loop.s_mm)
    u = u if u is not None else 0.0
    pitch = _PITCH_WIRES * wire_mm(coil.wire_in)
    if sac:
        half = max(sac_loop_mm(course.tree.vessels[coil.vessel], coil.loop_mm) - 0.5 * pitch, 0.05)
    else:
        half = _half(coil, course, radius, u, pitch)
    body = pymunk.Body(1.0, 60.0)
    body.position = (u, loop.y_mm)
    body.angle = loop.tilt
    shape = pymunk.Segment(body, (0.0, -half), (0.0, half), 0.5 * pitch)
    shape.friction = 0.1
    if sac:
        shape.filter = pymunk.ShapeFilter(group=1)
    space.add(body, shape)
    return body


def sac_loop_mm(sac: Vessel, loop_mm: float) -> float:
    """Radius of a loop as it lies in a sac."""
    return 0.5 * 0.92 * laid_loop_mm(loop_mm, 2.0 * float(sac.radius_mm.max()))
