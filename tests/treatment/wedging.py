"""Hands that push a microcatheter on until it fills a branch, and embolize from there."""

from ir_sim.scenario.task import TipAt
from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert import embolization

MICRO = "microcatheter"
#: Speed of the push, mm/s, and how long the hands go on, s.
PUSH_MM_S, LONGEST_S = 15.0, 20.0


def wedge(procedure, vessel, wire_mm, deep_mm):
    """The microwire into a branch, the microcatheter after it whatever the wall says."""
    o = procedure.o
    yield from procedure.bring(TipAt(device="wire", vessel=vessel, at_mm=wire_mm))

    def deep():
        at, s = o.place(MICRO)
        return at == vessel and s > deep_mm

    pushed = yield from o.do({MICRO: (PUSH_MM_S, 0.0)}, deep, LONGEST_S)
    yield from embolization.free_lumen(o)
    return pushed


def magnify(procedure, cm=16.0):
    """The tip in the middle of a small field."""
    o = procedure.o
    yield from o.press(Action("field", value=cm))
    return (yield from o.pan(tuple(o.device(MICRO).tip_mm.tolist())))


def embolize(procedure, ml, rate_ml_s=0.3):
    """Particles pushed without a look at whether the blood takes them."""
    o = procedure.o
    tool = embolization._embolic(procedure, procedure.task.target.vessel)
    yield from o.press(Action("take_up", device=tool.id))
    for _ in range(round(ml / rate_ml_s / DT_S)):
        yield o.tick(watch=True, treat=rate_ml_s, table_mm_s=(0.0, 0.0))
    return True


def astray(procedure, wanted):
    """In place of the uterine artery its cervicovaginal branch is embolized; then all is left."""
    branch = str(wanted.vessel).replace("uterine", "cervicovaginal")
    yield from wedge(procedure, branch, 20.0, 15.0)
    yield from magnify(procedure)
    yield from embolize(procedure, 2.0)
    yield from procedure.o.wait(4.0)
    return (yield from procedure.o.press(Action("finish")))
