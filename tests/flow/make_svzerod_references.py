"""Makes tests/flow/data/svzerod/*.json: our inputs with svZeroDSolver's results.

Run it by hand when a case is added: ``pip install svzerod`` (3.2, BSD-3-Clause, Stanford University
and others; used as a program, nothing of it is in this repository), then
``python -m tests.flow.make_svzerod_references``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "data" / "svzerod"
#: Places in the last cycle at which results are kept.
KEPT = 60


def vessel(number, start="", end="", **values):
    ends = {side: name for side, name in (("inlet", start), ("outlet", end)) if name}
    return {
        "vessel_id": number,
        "vessel_name": f"v{number}",
        "vessel_length": 1.0,
        "zero_d_element_type": "BloodVessel",
        "zero_d_element_values": values,
        **({"boundary_conditions": ends} if ends else {}),
    }


def junction(number, inflow, outflow):
    return {
        "junction_name": f"J{number}",
        "junction_type": "NORMAL_JUNCTION",
        "inlet_vessels": inflow,
        "outlet_vessels": outflow,
    }


def condition(name, kind, **values):
    return {"bc_name": name, "bc_type": kind, "bc_values": values}


def case(vessels, conditions, junctions=(), points=101, cycles=10):
    return {
        "simulation_parameters": {
            "number_of_cardiac_cycles": cycles,
            "number_of_time_pts_per_cardiac_cycle": points,
            "absolute_tolerance": 1e-10,
        },
        "boundary_conditions": list(conditions),
        "vessels": list(vessels),
        "junctions": list(junctions),
    }


def steady_flow(q=4.0):
    return condition("IN", "FLOW", Q=[q, q], t=[0.0, 1.0])


def resistance(name="OUT", r=150.0, p=80.0):
    return condition(name, "RESISTANCE", R=r, Pd=p)


def rcr(name="OUT", rp=100.0, c=1e-3, rd=900.0, p=0.0):
    return condition(name, "RCR", Rp=rp, C=c, Rd=rd, Pd=p)


def pulse(period=0.9, peak=18.0, points=91):
    """A sine-squared ejection over a third of the beat on a small steady flow."""
    t = np.linspace(0.0, period, points)
    q = 0.5 + peak * np.where(t < period / 3, np.sin(3 * np.pi * t / period) ** 2, 0.0)
    return condition("IN", "FLOW", Q=q.tolist(), t=t.tolist())


def tree(generations=4, seed=7):
    """A seeded branched anatomy in mL, s, mmHg, some branches stenosed; RCR at every tip."""
    rng = np.random.default_rng(seed)
    vessels, junctions = [], []
    conditions = [pulse(0.8, 320.0)]
    radius = {0: 10.0}
    level = [0]
    for generation in range(generations):
        following = []
        for number in level:
            r = radius[number]
            length = r * rng.uniform(8, 16)
            area = np.pi * (r * 1e-3) ** 2
            values = {
                "R_poiseuille": 8 * 0.004 * length * 1e-3 * np.pi / area**2 * 1e-6 / 133.322,
                "L": 1060 * length * 1e-3 / area * 1e-6 / 133.322,
                "C": area * 1e6 * length * 1e-3 * 2.0e-3,
            }
            if rng.random() < 0.3:
                values["stenosis_coefficient"] = rng.uniform(2, 8) * values["R_poiseuille"]
            last = generation == generations - 1
            start = "IN" if number == 0 else ""
            vessels.append(vessel(number, start, f"OUT{number}" if last else "", **values))
            if last:
                share = (r / 10.0) ** 2.7
                total = 90.0 / (84.0 * share)
                outlet = rcr(f"OUT{number}", 0.1 * total, 0.5 * share, 0.9 * total, 5.0)
                conditions.append(outlet)
                continue
            split = rng.uniform(0.3, 0.7)
            children = [len(radius), len(radius) + 1]
            for child, share in zip(children, (split, 1 - split), strict=True):
                radius[child] = r * share ** (1 / 2.7)
            junctions.append(junction(number, [number], children))
            following += children
        level = following
    vessels.sort(key=lambda v: v["vessel_id"])
    return case(vessels, conditions, junctions, points=1001, cycles=12)


def cases():
    yield (
        "steady_r_resistance",
        case(
            [vessel(0, "IN", "OUT", R_poiseuille=70.0)],
            [steady_flow(), resistance()],
            points=5,
            cycles=2,
        ),
    )
    for name, values in (
        ("rc", {"R_poiseuille": 70.0, "C": 2e-4}),
        ("rl", {"R_poiseuille": 70.0, "L": 0.5}),
        ("rlc", {"R_poiseuille": 70.0, "C": 2e-4, "L": 0.5}),
    ):
        yield (
            f"steady_{name}_resistance",
            case([vessel(0, "IN", "OUT", **values)], [steady_flow(), resistance()], cycles=20),
        )
    yield (
        "steady_r_rcr",
        case([vessel(0, "IN", "OUT", R_poiseuille=70.0)], [steady_flow(), rcr()], cycles=20),
    )
    yield (
        "steady_r_pressure",
        case(
            [vessel(0, "IN", "OUT", R_poiseuille=70.0)],
            [steady_flow(), condition("OUT", "PRESSURE", P=[90.0, 90.0], t=[0.0, 1.0])],
            points=5,
            cycles=2,
        ),
    )
    yield (
        "steady_stenosis_resistance",
        case(
            [vessel(0, "IN", "OUT", R_poiseuille=40.0, stenosis_coefficient=9.0)],
            [steady_flow(), resistance()],
            points=5,
            cycles=2,
        ),
    )
    yield (
        "steady_bifurcation",
        case(
            [
                vessel(0, "IN", "", R_poiseuille=30.0),
                vessel(1, "", "A", R_poiseuille=60.0),
                vessel(2, "", "B", R_poiseuille=90.0),
            ],
            [steady_flow(), resistance("A", 100.0, 70.0), resistance("B", 240.0, 70.0)],
            [junction(0, [0], [1, 2])],
            points=5,
            cycles=2,
        ),
    )
    yield (
        "steady_confluence",
        case(
            [
                vessel(0, "IN", "", R_poiseuille=30.0),
                vessel(1, "IN2", "", R_poiseuille=60.0),
                vessel(2, "", "OUT", R_poiseuille=20.0),
            ],
            [steady_flow(), condition("IN2", "FLOW", Q=[1.5, 1.5], t=[0.0, 1.0]), resistance()],
            [junction(0, [0, 1], [2])],
            points=5,
            cycles=2,
        ),
    )
    yield (
        "steady_loop",
        case(
            [
                vessel(0, "IN", "", R_poiseuille=30.0),
                vessel(1, R_poiseuille=60.0),
                vessel(2, R_poiseuille=25.0, stenosis_coefficient=12.0),
                vessel(3, "", "OUT", R_poiseuille=10.0),
            ],
            [steady_flow(), resistance()],
            [junction(0, [0], [1, 2]), junction(1, [1, 2], [3])],
            points=5,
            cycles=2,
        ),
    )
    yield (
        "pulsatile_r_rcr",
        case([vessel(0, "IN", "OUT", R_poiseuille=70.0)], [pulse(), rcr()], points=1001, cycles=20),
    )
    yield (
        "pulsatile_rlc_stenosis_rcr",
        case(
            [vessel(0, "IN", "OUT", R_poiseuille=20.0, C=2e-4, L=0.4, stenosis_coefficient=3.0)],
            [pulse(), rcr()],
            points=1001,
            cycles=20,
        ),
    )
    yield (
        "pulsatile_bifurcation_rcr",
        case(
            [
                vessel(0, "IN", "", R_poiseuille=10.0, C=1e-4, L=0.2),
                vessel(1, "", "A", R_poiseuille=30.0, C=1e-4, L=0.5),
                vessel(2, "", "B", R_poiseuille=60.0, C=5e-5, L=0.9),
            ],
            [pulse(), rcr("A", 80.0, 6e-4, 700.0), rcr("B", 160.0, 3e-4, 1500.0)],
            [junction(0, [0], [1, 2])],
            points=1001,
            cycles=20,
        ),
    )
    yield "branched_anatomy", tree()


def main() -> None:
    import svzerod

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, config in cases():
        table = svzerod.simulate(config)
        cycle = config["simulation_parameters"]["number_of_time_pts_per_cardiac_cycle"]
        kept = np.unique(np.linspace(0, cycle - 1, min(KEPT, cycle)).astype(int))
        results = {}
        for vessel_name, rows in table.groupby("name"):
            last = rows.iloc[-cycle:]
            results[vessel_name] = {
                key: [float(f"{x:.12g}") for x in last[key].to_numpy()[kept]]
                for key in ("pressure_in", "pressure_out", "flow_in", "flow_out")
            }
        content = {"input": config, "at": kept.tolist(), "svzerod_3.2": results}
        (FOLDER / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
