"""Reads svZeroDSolver's JSON input (its documented format) into our `Network`.

Blood vessels (also CRL), junctions (also those with losses), flow, pressure, resistance and RCR
boundary conditions.
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
        kind = vessel["zero_d_element_type"]
        if kind not in ("BloodVessel", "BloodVesselCRL"):
            raise ValueError(f"not handled: {kind}")
        name, values = vessel["vessel_name"], vessel["zero_d_element_values"]
        a, b = (node_of[vessel["vessel_id"], side] for side in ("in", "out"))
        if kind == "BloodVesselCRL":
            first, last = _crl(name, a, b, values, elements, compliances)
        else:
            first, last = _vessel(name, a, b, values, elements, compliances)
        ends[name] = (a, b, first, last)
        for side, node in (("inlet", a), ("outlet", b)):
            condition = vessel.get("boundary_conditions", {}).get(side)
            if condition:
                _condition(conditions[condition], node, outlets, inlets, out=side == "outlet")
    _lossy_junctions(config, node_of, elements)
    return Case(Network(elements, compliances, outlets, inlets), ends, period, inlets)


def _nodes(config: dict) -> dict[tuple[int, str], str]:
    nodes = {}
    for junction in config.get("junctions", []):
        inflow, outflow = _joined(config, junction)
        for vessel in inflow:
            nodes[vessel, "out"] = junction["junction_name"]
        for vessel in outflow:
            lossy = _losses(junction)
            nodes[vessel, "in"] = junction["junction_name"] + (f".{vessel}" if lossy else "")
    for vessel in config["vessels"]:
        for side in ("in", "out"):
            nodes.setdefault((vessel["vessel_id"], side), f"{vessel['vessel_name']}.{side}")
    return nodes


def _joined(config: dict, junction: dict) -> tuple[list[int], list[int]]:
    """Ids of the vessels into and out of a junction, given by id or by name."""
    if "inlet_vessels" in junction:
        return junction["inlet_vessels"], junction["outlet_vessels"]
    number = {vessel["vessel_name"]: vessel["vessel_id"] for vessel in config["vessels"]}
    return tuple(
        [number[name] for name in junction[key]] for key in ("inlet_blocks", "outlet_blocks")
    )


def _losses(junction: dict) -> bool:
    return any(np.any(values) for values in junction.get("junction_values", {}).values())


def _lossy_junctions(config: dict, node_of, elements) -> None:
    """Losses between a junction and each vessel that leaves it."""
    for junction in config.get("junctions", []):
        if not _losses(junction):
            continue
        values = junction["junction_values"]
        for i, vessel in enumerate(_joined(config, junction)[1]):
            of = {key: values.get(key, [0.0] * (i + 1))[i] for key in values}
            elements.append(
                Element(
                    f"{junction['junction_name']}.{vessel}",
                    junction["junction_name"],
                    node_of[vessel, "in"],
                    resistance=of.get("R_poiseuille", 0.0),
                    quadratic=of.get("stenosis_coefficient", 0.0),
                    inertance=of.get("L", 0.0),
                )
            )


def _crl(name, a, b, values, elements, compliances) -> tuple[str, str]:
    """C at the inlet, then R, the stenosis and L; flow into it is not reported."""
    r, k = values.get("R_poiseuille", 0.0), values.get("stenosis_coefficient", 0.0)
    elements.append(Element(name, a, b, resistance=r, quadratic=k, inertance=values.get("L", 0.0)))
    compliances[a] = compliances.get(a, 0.0) + values.get("C", 0.0)
    return "", name


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


def _condition(condition, node, outlets, inlets, *, out) -> None:
    kind, values = condition["bc_type"], condition["bc_values"]
    if kind in ("FLOW", "PRESSURE"):
        wave = values["Q" if kind == "FLOW" else "P"]
        if out and kind == "FLOW":  # out of the network
            wave = (-np.asarray(wave, dtype=float)).tolist()
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
