"""Reads svZeroDSolver's JSON input (its documented format) into our `Network`.

Blood vessels, plain junctions, flow, pressure, resistance and RCR boundary conditions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ir_sim.flow import Element, Inlet, Network, Rcr


@dataclass
class Case:
    """A network with the names of its vessels' ends.

    ``ends[vessel]`` is (inlet node, outlet node, first element, last element).
    """

    network: Network
    ends: dict[str, tuple[str, str, str, str]]
    period: float
    inlets: dict[str, Inlet]


def read(path: Path) -> Case:
    return parse(json.loads(path.read_text()))


def parse(config: dict) -> Case:
    node_of = _nodes(config)
    conditions = {c["bc_name"]: c for c in config["boundary_conditions"]}
    period = _period(config)
    elements, compliances, outlets, inlets, ends = [], {}, {}, {}, {}
    for vessel in config["vessels"]:
        if vessel["zero_d_element_type"] != "BloodVessel":
            raise ValueError(f"not handled: {vessel['zero_d_element_type']}")
        name = vessel["vessel_name"]
        a, b = (node_of[vessel["vessel_id"], side] for side in ("in", "out"))
        first, last = _vessel(name, a, b, vessel["zero_d_element_values"], elements, compliances)
        ends[name] = (a, b, first, last)
        for side, node in (("inlet", a), ("outlet", b)):
            condition = vessel.get("boundary_conditions", {}).get(side)
            if condition:
                _condition(conditions[condition], node, outlets, inlets)
    return Case(Network(elements, compliances, outlets, inlets), ends, period, inlets)


def _nodes(config: dict) -> dict[tuple[int, str], str]:
    nodes = {}
    for junction in config.get("junctions", []):
        if any(np.any(v) for v in junction.get("junction_values", {}).values()):
            raise ValueError("not handled: junction losses")
        for vessel in junction["inlet_vessels"]:
            nodes[vessel, "out"] = junction["junction_name"]
        for vessel in junction["outlet_vessels"]:
            nodes[vessel, "in"] = junction["junction_name"]
    for vessel in config["vessels"]:
        for side in ("in", "out"):
            nodes.setdefault((vessel["vessel_id"], side), f"{vessel['vessel_name']}.{side}")
    return nodes


def _vessel(name, a, b, values, elements, compliances) -> tuple[str, str]:
    """R and the stenosis, then C, then L, as its BloodVessel block has them."""
    r, k = values.get("R_poiseuille", 0.0), values.get("stenosis_coefficient", 0.0)
    inertance, c = values.get("L", 0.0), values.get("C", 0.0)
    if c > 0 and inertance > 0 and (r > 0 or k > 0):
        middle = f"{name}.middle"
        elements.append(Element(f"{name}.r", a, middle, resistance=r, quadratic=k))
        elements.append(Element(f"{name}.l", middle, b, inertance=inertance))
        compliances[middle] = c
        return f"{name}.r", f"{name}.l"
    elements.append(Element(name, a, b, resistance=r, quadratic=k, inertance=inertance))
    if c > 0:
        at = a if inertance > 0 else b
        compliances[at] = compliances.get(at, 0.0) + c
    return name, name


def _condition(condition, node, outlets, inlets) -> None:
    kind, values = condition["bc_type"], condition["bc_values"]
    if kind in ("FLOW", "PRESSURE"):
        wave = values["Q" if kind == "FLOW" else "P"]
        inlets[node] = Inlet(kind.lower(), values.get("t", ()), wave)
    elif kind == "RESISTANCE":
        outlets[node] = Rcr(proximal=values["R"], pressure=values["Pd"])
    elif kind == "RCR":
        outlets[node] = Rcr(values["Rp"], values["C"], values["Rd"], values["Pd"])
    else:
        raise ValueError(f"not handled: {kind}")


def _period(config: dict) -> float:
    given = config["simulation_parameters"].get("cardiac_period")
    for condition in config["boundary_conditions"]:
        t = condition["bc_values"].get("t")
        if given is None and isinstance(t, list) and len(t) > 1:
            given = t[-1] - t[0]
    return given or 1.0
