"""Ten manoeuvres that an interventionalist knows, as scripts for the operator.

``ir-sim demo --manoeuvre NAME --out DIR`` draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.manoeuvres.liver import liver
from ir_sim.devices.manoeuvres.operator import Move, Operator
from ir_sim.scenario.fields import Slot
from ir_sim.scenario.model import Access

RENAL = "right-renal-selective"


def drawn_back(slot: Slot, mm: float) -> Callable[[Operator], bool]:
    """Sees that a device is no further in than that."""
    return lambda o: o.inserted(slot) <= mm


def higher(slot: Slot, mm: float) -> Callable[[Operator], bool]:
    """Sees that a tip has passed a height."""
    return lambda o: bool(o.tip(slot)[1] > mm)


def select(
    o: Operator, slot: Slot, vessels: tuple[str, ...], deep_mm: float = 8.0, speed: float = 15.0
) -> bool:
    """Advance into one of the vessels; from a wrong one draw back, turn and try again."""
    for _ in range(12):
        start = o.inserted(slot)
        o.do(
            {slot: (speed, 0.0)},
            until=lambda o: o.vessel(slot)[0] in vessels and o.vessel(slot)[1] > deep_mm,
            seconds=45.0 / speed,
        )
        if o.vessel(slot)[0] in vessels:
            return True
        o.do({slot: (-2 * speed, 0.0)}, until=drawn_back(slot, start - 4.0), seconds=6.0)
        o.do({slot: (0.0, 180.0)}, seconds=1 / 3)
    return False


def j_up_the_aorta() -> Operator:
    """A J wire leads up the aorta."""
    o = Operator.at(RENAL).mount("wire-035-j3")
    for height in (-60, 40, 150, 250):
        o.do({"wire": (60.0, 0.0)}, until=higher("wire", height))
        o.snap(f"J at {height} mm")
    return o


def selection_by_turning() -> tuple[Operator, Operator]:
    """At the forking of the renal artery: the angled tip up, and turned half round, down."""
    ends = []
    for turn in (0.0, 180.0):
        o = hooked()
        o.do({"wire": (25.0, 0.0)}, until=lambda o: o.tip("wire")[0] < -36.0, seconds=12.0)
        o.snap("before the fork")
        o.do({"wire": (0.0, 180.0)}, seconds=turn / 180.0)
        o.do({"wire": (15.0, 0.0)}, seconds=1.6)
        o.snap(f"turned by {turn:.0f}")
        ends.append(o)
    return ends[0], ends[1]


def above_the_renals(catheter: str, wire: str = "wire-035-angled", y: float = 150.0) -> Operator:
    """Wire up the aorta, catheter over it, wire drawn back into the shaft."""
    o = Operator.at(RENAL).mount(wire)
    o.do({"wire": (60.0, 0.0)}, until=lambda o: o.tip("wire")[1] > y + 40.0)
    o.snap("wire up")
    o.mount(catheter)
    o.do({"catheter": (50.0, 0.0)}, until=lambda o: o.tip("catheter")[1] > y)
    o.snap("catheter over it")
    return o


def draw_back(o: Operator, mm: float = 90.0) -> None:
    """The wire back into the catheter."""
    o.do({"wire": (-60.0, 0.0)}, until=lambda o: o.inserted("wire") < o.inserted("catheter") - mm)
    o.wait()


@cache
def reformed() -> Operator:
    """A Cobra whose curve has come back above the renal arteries."""
    o = above_the_renals("catheter-5f-cobra2")
    draw_back(o)
    o.snap("re-formed")
    return o


@cache
def _hooked() -> Operator:
    """A Cobra re-formed in the aorta and pulled down into the right renal artery."""

    def at(mm: float) -> Callable[[Operator], bool]:
        return lambda o: o.vessel("catheter")[0] == "right_renal" and o.vessel("catheter")[1] > mm

    o = reformed().fork()
    o.do({"catheter": (-12.0, 0.0), "wire": (-12.0, 0.0)}, until=at(0.5), seconds=9.0)
    o.do({"catheter": (-4.0, 0.0), "wire": (-4.0, 0.0)}, until=at(3.5), seconds=1.0)
    o.wait()
    o.snap("hooked")
    return o


def hooked() -> Operator:
    """A Cobra re-formed in the aorta and pulled down into the right renal artery."""
    return _hooked().fork()


def tracked() -> Operator:
    """The wire goes deep into the artery, the catheter follows it, the wire comes out."""
    o = hooked()
    far = o.inserted("catheter") + 75.0  # so that it is the shaft which bears the catheter
    o.do({"wire": (25.0, 0.0)}, until=lambda o: o.inserted("wire") > far, seconds=12.0)
    o.snap("wire in")

    def deep(o: Operator) -> bool:
        return o.vessel("catheter")[0] == "right_renal" and o.vessel("catheter")[1] > 20.0

    o.do({"catheter": (8.0, 0.0)}, until=deep, seconds=6.0)
    o.snap("catheter follows")
    draw_back(o, 30.0)
    o.snap("wire out")
    return o


def lost_position() -> Operator:
    """Pushing a wire against resistance without support throws the catheter out."""
    o = hooked()
    o.do({"wire": (25.0, 0.0)}, until=lambda o: "right_renal" in o.vessel("wire")[0], seconds=12.0)
    o.snap("wire in")
    o.do({"wire": (30.0, 0.0)}, until=lambda o: o.vessel("catheter")[0] == "aorta", seconds=8.0)
    o.do({"wire": (30.0, 0.0)}, seconds=1.0)
    o.snap("pushed on: thrown out")
    return o


def simmons_over() -> Operator:
    """A re-formed Simmons, turned to the left, goes over the bifurcation when it is pulled."""
    o = above_the_renals("catheter-5f-simmons1")
    draw_back(o, 130.0)
    o.do({"catheter": (0.0, 180.0)}, seconds=1.0)
    o.wait()
    o.snap("re-formed, turned")

    def over(o: Operator) -> bool:
        return o.vessel("catheter")[0] == "left_common_iliac" and o.vessel("catheter")[1] > 5.0

    both: dict[Slot, Move] = {"catheter": (-25.0, 0.0), "wire": (-25.0, 0.0)}
    o.do(both, until=lambda o: o.tip("catheter")[1] < 30.0 or over(o), seconds=12.0)
    o.snap("pulled down")
    o.do({"catheter": (-10.0, 0.0), "wire": (-10.0, 0.0)}, until=over, seconds=8.0)
    o.snap("over the top")
    o.do({"wire": (40.0, 0.0)}, until=lambda o: o.tip("wire")[1] < -110.0, seconds=12.0)
    o.snap("wire down the other side")
    o.do({"catheter": (25.0, 0.0)}, until=lambda o: o.tip("catheter")[1] < -60.0, seconds=6.0)
    o.snap("catheter follows")
    return o


def pigtail() -> Operator:
    """A pigtail is straight on the wire, curls without it, and is straightened again."""
    o = above_the_renals("catheter-5f-pigtail", y=225.0)
    draw_back(o, 80.0)
    o.snap("curled")
    o.do({"wire": (40.0, 0.0)}, until=lambda o: o.inserted("wire") > o.inserted("catheter") + 90.0)
    o.wait()
    o.snap("straight again")
    return o


def blind_push() -> Operator:
    """A catheter is pushed up the iliac without a wire."""
    o = Operator.at(RENAL).mount("catheter-5f-cobra2")
    for _ in range(4):
        o.do({"catheter": (40.0, 0.0)}, seconds=1.5)
        o.snap("no wire")
    return o


def loop() -> Operator:
    """A floppy wire is pushed on against resistance, loops, and is drawn straight again."""
    o = Operator.at(RENAL).mount("wire-035-bentson")
    o.do({"wire": (60.0, 0.0)}, until=lambda o: o.tip("wire")[1] > 395.0)
    o.snap("at the end of the tree")
    o.do({"wire": (60.0, 0.0)}, until=lambda o: "loop_formed" in o.kinds(), seconds=9.0)
    o.snap("pushed on")
    o.do({"wire": (-60.0, 0.0)}, until=lambda o: "loop_gone" in o.kinds(), seconds=12.0)
    o.snap("drawn back")
    return o


def _liver() -> tuple[Lumen, Access]:
    anatomy, access = liver(6.0)
    return Lumen(build_tree(anatomy)), access


def third_order() -> Operator:
    """A RIM in the coeliac trunk; through it a microcatheter to a segment of the liver."""
    o = Operator(*_liver()).mount("wire-035-angled")
    o.do({"wire": (60.0, 0.0)}, until=lambda o: o.tip("wire")[1] > 360.0)
    o.mount("catheter-5f-rim")
    o.do({"catheter": (50.0, 0.0)}, until=lambda o: o.tip("catheter")[1] > 330.0)
    draw_back(o, 100.0)
    hooks = lambda o: o.vessel("catheter")[0] == "coeliac" and o.vessel("catheter")[1] > 3.0  # noqa: E731
    o.do({"catheter": (-12.0, 0.0), "wire": (-12.0, 0.0)}, until=hooks, seconds=8.0)
    o.exchange("wire")
    o.snap("RIM in the coeliac trunk")
    o.mount("microcatheter-27", "wire-018-micro")
    o.do({"wire": (60.0, 0.0)}, until=lambda o: o.inserted("wire") > o.inserted("catheter") - 5.0)
    for wanted in (("common",), ("proper",), ("right_hepatic",), ("segment_7", "segment_5")):
        if not select(o, "wire", wanted):
            break
        near = lambda o: o.inserted("microcatheter") > o.inserted("wire") - 6.0  # noqa: E731
        o.do({"microcatheter": (40.0, 0.0)}, until=near, seconds=15.0)
        o.snap("in " + wanted[0])
    return o


MANOEUVRES: dict[
    str, tuple[Callable[[], Operator | tuple[Operator, ...]], tuple[float, float, float, float]]
] = {
    "j_up_the_aorta": (j_up_the_aorta, (-100, 60, -130, 280)),
    "selection_by_turning": (selection_by_turning, (-90, 40, 40, 130)),
    "hooked": (hooked, (-60, 50, 30, 200)),
    "tracked": (tracked, (-60, 50, 30, 200)),
    "lost_position": (lost_position, (-80, 50, 30, 200)),
    "simmons_over": (simmons_over, (-80, 80, -130, 200)),
    "pigtail": (pigtail, (-60, 60, 130, 300)),
    "blind_push": (blind_push, (-100, 60, -130, 160)),
    "loop": (loop, (-80, 80, -130, 440)),
    "third_order": (third_order, (-130, 60, 200, 410)),
}
