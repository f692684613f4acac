"""Small anatomies for the tests of the circulation."""

from __future__ import annotations

from ir_sim.anatomy import build_tree
from ir_sim.flow import Circulation
from ir_sim.scenario.library import examine
from ir_sim.scenario.model import Anatomy, Heart, Outlet, Patient, Vessel

DT = 1 / 60
PATIENT = Patient(age=60, sex="m", weight_kg=75.0, height_cm=175.0, egfr=90.0)


def anatomy(*vessels: Vessel, rate=72.0, pressure=92.0) -> Anatomy:
    heart = Heart(rate_bpm=rate, mean_pressure_mmhg=pressure)
    return Anatomy(body="abdomen-pelvis", heart=heart, vessels=list(vessels))


def vessel(name, parent, points, organ=None, flow=None, **more) -> Vessel:
    outlet = None if organ is None else Outlet(organ=organ, flow_ml_min=flow)
    rows = [[float(x) for x in p] for p in points]
    return Vessel(id=name, parent=parent, points=rows, outlet=outlet, **more)


def aorta_with_two(organ="muscle", **heart) -> Anatomy:
    """An aorta, a long artery of 6 mm to the right that forks into 300 and 180 mL/min."""
    return anatomy(
        vessel("aorta", None, [[0, 200, 9], [0, 0, 9]], "muscle", 1500.0),
        vessel("artery", "aorta", [[-9, 100, 3], [-60, 100, 3], [-120, 100, 3]]),
        vessel("upper", "artery", [[-121, 101, 2.2], [-150, 130, 2.0]], organ, 300.0),
        vessel("lower", "artery", [[-121, 99, 2.2], [-150, 70, 2.0]], organ, 180.0),
        **heart,
    )


def one_artery(organ="tumour", lesions=(), **heart) -> Anatomy:
    """An artery of 6 mm for 500 mL/min, rest-flow independent bed by default."""
    return anatomy(
        vessel("aorta", None, [[0, 200, 9], [0, 0, 9]], "muscle", 1500.0),
        vessel(
            "artery",
            "aorta",
            [[-9, 100, 3], [-50, 100, 3], [-89, 100, 3]],
            organ,
            500.0,
            lesions=list(lesions),
        ),
        **heart,
    )


def circulation(of: Anatomy, patient: Patient = PATIENT) -> Circulation:
    return Circulation(build_tree(of), of, patient)


def shipped(name="right-renal-selective") -> Circulation:
    scenario, _ = examine(name)
    assert scenario is not None
    return Circulation(build_tree(scenario.anatomy), scenario.anatomy, scenario.patient)


def run(c: Circulation, seconds: float, injections=(), catheters=()) -> None:
    for _ in range(round(seconds * 60)):
        c.step(DT, injections, catheters)
