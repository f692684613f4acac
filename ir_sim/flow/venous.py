"""The veins at rest: what flows into them, where it goes, and the pressures that follow.

Vessels of one kind that hang together are a *side*: all arteries, or one tree of veins. A side of
veins takes blood in at its ends (from drawn organs, or from the rest of the body) and, where it
begins at an artery, through an anastomosis; it gives it to the right atrium or, as the portal vein
does, to an organ. What comes in goes out: the flows follow from the authored ones alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ir_sim.anatomy import VesselTree
from ir_sim.flow.elimination import Array, Index
from ir_sim.flow.organs import ATRIUM
from ir_sim.flow.plumbing import Inflow, Plumbing

Loc = tuple[str | int, ...]

#: Mean velocity in a vein for which the author gives no inflow, mm/s: about 0.1 m/s in the common
#: femoral vein of a person at rest (duplex 10 to 20 cm/s at its peaks; assumed).
VELOCITY_MM_S = 100.0
#: Flow of a dialysis fistula for which the author gives none, mL/min (KDOQI: 600 matures, most
#: carry 600 to 1500).
FISTULA_ML_MIN = 1000.0
#: Pressure lost between the drawn veins and the right atrium, and across the liver (the normal
#: hepatic venous pressure gradient is 1 to 5 mmHg; both assumed).
_TO_ATRIUM_MMHG, _ACROSS_ORGAN_MMHG = 2.0, 4.0
#: Pressure of the venules that drives blood into drawn veins, mmHg: a vein that is shut fills up to
#: this, and its blood takes ways that are not drawn (assumed).
VENULES_MMHG = 25.0
#: Share of an inflow's resistance on the side of the drawn vein, and volume that the veins behind
#: it store, mL/mmHg per mL/s (assumed: breathing then changes the flow by a third).
_NEAR_SHARE, _STORE_S = 0.1, 0.12
#: Change of a vein's volume with pressure, 1/mmHg (about eight times an artery's; Guyton & Hall).
DISTENSIBILITY = 0.02
#: Least drop that a bed or an inflow has, mmHg.
_LEAST_DROP_MMHG = 0.2


@dataclass(frozen=True)
class Returns:
    """What flows into the drawn veins at rest.

    Attributes:
        node: (inflows,) node of each.
        flow_ml_s: (inflows,) mean flow.
        pressure_mmhg: (inflows,) pressure in the vein there.
        proximal: (inflows,) resistances towards the vein; ``distal`` from the venules.
        capacitance: (inflows,) mL/mmHg between them.
        share: (inflows, beds) share of each bed's blood that each takes; rows of beds add up to 1
            at most, what is left goes through veins that are not drawn.
    """

    node: Index
    flow_ml_s: Array
    pressure_mmhg: Array
    proximal: Array
    capacitance: Array
    distal: Array
    share: Array


def side_of(tree: VesselTree) -> list[int]:
    """For each vessel the first vessel of its side; -1 for arteries."""
    side = []
    for vessel in tree.vessels:
        if not vessel.vein:
            side.append(-1)
        elif vessel.parent >= 0 and tree.vessels[vessel.parent].vein:
            side.append(side[vessel.parent])
        else:
            side.append(vessel.index)
    return side


def fistula_flows(plumbing: Plumbing) -> dict[int, float]:
    """mL/s through each anastomosis, by the index of the vein that begins there."""
    stated = {v: plumbing.tree.vessels[v].inflow_ml_min for v in plumbing.anastomoses}
    return {v: (FISTULA_ML_MIN if q is None else q) / 60.0 for v, q in stated.items()}


def balance(plumbing: Plumbing, take: Array) -> Array:
    """Complete what the ends take by what the veins' ends take.

    Args:
        plumbing: The network.
        take: (ends,) mL/s, right for the arteries' ends and for stated flows; filled in for the
            rest in place.

    Returns:
        (inflows,) mL/s.
    """
    tree, side = plumbing.tree, side_of(plumbing.tree)
    if not plumbing.inflows and not plumbing.anastomoses:
        return np.zeros(0)
    fistula = fistula_flows(plumbing)
    drainers = np.zeros(len(take))
    for inflow in plumbing.inflows:
        drainers[list(inflow.drains)] += 1.0
    veins = [k for k, end in enumerate(plumbing.ends) if tree.vessels[end.vessel].vein]
    come = np.zeros(len(plumbing.inflows))
    # a vein may drain what another vein feeds (portal vein, liver, hepatic veins): go on until
    # all have been told
    for _ in range(len(set(side)) + 1):
        for j, inflow in enumerate(plumbing.inflows):
            come[j] = _comes(tree, inflow, take, drainers)
        for first in sorted(set(side) - {-1}):
            ends = [k for k in veins if side[plumbing.ends[k].vessel] == first]
            whole = fistula.get(first, 0.0) + sum(
                float(come[j]) for j, i in enumerate(plumbing.inflows) if side[i.vessel] == first
            )
            _give(plumbing, ends, whole, take)
    return come


def _comes(tree: VesselTree, inflow: Inflow, take: Array, drainers: Array) -> float:
    if inflow.drains:
        drained = list(inflow.drains)
        return float((take[drained] / drainers[drained]).sum())
    if inflow.ml_min is not None:
        return inflow.ml_min / 60.0
    vessel = tree.vessels[inflow.vessel]
    radius = float(np.median(vessel.healthy_radius_mm[vessel.s_mm >= 0.0]))
    return float(np.pi * radius**2 * VELOCITY_MM_S * 1e-3)


def _give(plumbing: Plumbing, ends: list[int], whole: float, take: Array) -> None:
    """Share what comes into a side among its ends: as stated, the rest by calibre."""
    if not ends:
        return
    vessels = [plumbing.tree.vessels[plumbing.ends[k].vessel] for k in ends]
    asked = [plumbing.ends[k].outlet.flow_ml_min for k in ends]
    stated = np.array([0.0 if q is None else q / 60.0 for q in asked])
    free = np.array([q is None for q in asked], dtype=float)
    free *= [float(np.median(v.healthy_radius_mm)) ** 3 for v in vessels]
    if not free.any():
        take[ends] = whole * stated / stated.sum()
        return
    left = max(whole - float(stated.sum()), 0.0)
    if left == 0.0:
        stated *= whole / stated.sum() if whole < stated.sum() else 1.0
    take[ends] = stated + left * free / free.sum()


def pressures(plumbing: Plumbing, drop: Array, root_mmhg: float, central_mmhg: float) -> Array:
    """(nodes,) mean pressures; those of an anastomosis' start are the artery's.

    Args:
        plumbing: The network.
        drop: (elements,) pressure lost from a to b.
        root_mmhg: In the arteries' root.
        central_mmhg: Of the right atrium.
    """
    p, tree = plumbing, plumbing.tree
    pressure = np.full(p.n_nodes, root_mmhg)
    side = side_of(tree)
    for e in np.flatnonzero(~p.vein).tolist():
        pressure[p.b[e]] = pressure[p.a[e]] - drop[e]
    for first in sorted(set(side) - {-1}):
        inside = [e for e in range(len(p.vessel)) if side[p.vessel[e]] == first]
        ends = [end for end in p.ends if side[end.vessel] == first]
        if not ends:
            continue
        atrium = [end for end in ends if end.outlet.organ == ATRIUM]
        end = (atrium or ends)[0]
        known = {end.node: central_mmhg + (_TO_ATRIUM_MMHG if atrium else _ACROSS_ORGAN_MMHG)}
        # the first element of a fistula's vein begins in the artery: it is left to the anastomosis
        cut = int(p.first_element[first]) if first in p.anastomoses else -1
        while len(known) < len(inside) + (0 if cut >= 0 else 1):
            before = len(known)
            for e in inside:
                a, b = int(p.a[e]), int(p.b[e])
                if a in known and b not in known:
                    known[b] = known[a] - drop[e]
                elif b in known and a not in known and e != cut:
                    known[a] = known[b] + drop[e]
            if len(known) == before:
                break
        for node, value in known.items():
            pressure[node] = value
    return pressure


def throttles(plumbing: Plumbing, drop: Array, pressure: Array) -> dict[int, float]:
    """What each anastomosis holds, mmHg s/mL, by its vein's index; negative: too much is asked."""
    out = {}
    for vessel, flow in fistula_flows(plumbing).items():
        e = int(plumbing.first_element[vessel])
        a, b = int(plumbing.a[e]), int(plumbing.b[e])
        out[vessel] = (float(pressure[a] - pressure[b]) - float(drop[e])) / flow
    return out


def returns(plumbing: Plumbing, come: Array, take: Array, rest: float, pressure: Array) -> Returns:
    """The inflows as resistances to the venules.

    Args:
        plumbing: The network.
        come: (inflows,) mL/s.
        take: (ends,) mL/s.
        rest: Flow through the bed of the rest of the body, mL/s.
        pressure: (nodes,) mmHg.
    """
    inflows = plumbing.inflows
    node = np.array([inflow.node for inflow in inflows], dtype=np.int64)
    share = np.zeros((len(inflows), len(take) + 1))
    drainers = np.zeros(len(take))
    for inflow in inflows:
        drainers[list(inflow.drains)] += 1.0
    for j, inflow in enumerate(inflows):
        if inflow.drains:
            drained = list(inflow.drains)
            share[j, drained] = 1.0 / drainers[drained]
        else:
            share[j, -1] = come[j] / rest
    here = pressure[node]
    whole = np.maximum(VENULES_MMHG - here, _LEAST_DROP_MMHG) / come
    return Returns(
        node, come, here, _NEAR_SHARE * whole, _STORE_S * come, (1 - _NEAR_SHARE) * whole, share
    )


def venous_problems(
    plumbing: Plumbing, place: dict[str, int], output_ml_s: float
) -> Iterator[tuple[Loc, str, str]]:
    """What is wrong with the veins, in the author's terms: place, message, hint.

    Args:
        plumbing: The network.
        place: Where each drawn vessel stands in the text.
        output_ml_s: What the heart gives to what is not drawn.
    """
    tree, side = plumbing.tree, side_of(plumbing.tree)
    for end in plumbing.ends:
        vessel = tree.vessels[end.vessel]
        if end.outlet.organ == ATRIUM and not vessel.vein:
            at: Loc = ("anatomy", "vessels", place[vessel.id], "outlet", "organ")
            yield (
                at,
                f"'{vessel.id}' is an artery and does not end in the right atrium",
                ("kind: vein"),
            )
    for first in plumbing.anastomoses:
        if not any(side[end.vessel] == first for end in plumbing.ends):
            name = tree.vessels[first].id
            message = f"'{name}' begins at an artery and never reaches the heart"
            hint = (
                "a fistula's last vein: outlet: {organ: right-atrium}; a vein that drains an organ "
                "has a vein as parent, or none, and 'drains'"
            )
            yield ("anatomy", "vessels", place[name]), message, hint
    for inflow in plumbing.inflows:
        vessel = tree.vessels[inflow.vessel]
        if vessel.drains and not inflow.drains:
            at = ("anatomy", "vessels", place[vessel.id], "drains")
            yield (
                at,
                f"'{vessel.drains[0]}' feeds no organ that '{vessel.id}' could drain",
                ("an artery with an 'outlet', or one whose branches have"),
            )
    take = np.ones(len(plumbing.ends))
    come = balance(plumbing, take)
    undrawn = sum(float(q) for q, i in zip(come, plumbing.inflows, strict=True) if not i.drains)
    if undrawn > output_ml_s:
        message = (
            f"{undrawn * 60e-3:.1f} L/min flow into the veins from what is not drawn; the heart "
            f"gives it {output_ml_s * 60e-3:.1f}"
        )
        hint = "smaller 'inflow_ml_min', or 'drains' where the artery is drawn"
        yield ("anatomy", "vessels"), message, hint
