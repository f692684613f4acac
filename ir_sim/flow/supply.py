"""What the organs take, and the beds and the heart that make it so.

An author gives a flow per outlet, or only an organ, and the mean pressure. Flows are what the ends
take while every vessel is healthy; a stenosis then takes its toll by itself. The resistance of each
bed follows from its flow and from the pressure that is left at its end of the tree; nothing is
tuned by hand. What the drawn vessels do not take of the heart's output runs through one bed for the
rest of the body, beside the tree's root.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from ir_sim.anatomy import Vessel, VesselTree
from ir_sim.flow.elimination import Array
from ir_sim.flow.laws import poiseuille, wall_compliance, wall_shear_flow
from ir_sim.flow.organs import BLIND, ORGANS
from ir_sim.flow.parts import Outlets
from ir_sim.flow.plumbing import End, Plumbing, plumb
from ir_sim.flow.venous import (
    DISTENSIBILITY,
    VENULES_MMHG,
    Returns,
    balance,
    fistula_flows,
    pressures,
    returns,
    throttles,
    venous_problems,
)
from ir_sim.scenario.model import Anatomy, Heart, Outlet, Patient

Loc = tuple[str | int, ...]

VENOUS_MMHG = 5.0
#: Least mean pressure that may be left at the end of an artery at rest, mmHg (assumed: arterioles
#: start at 30 to 60 mmHg).
_LEAST_END_MMHG = 30.0
#: Cardiac index at rest, L/(min m²): 2.5 to 4 is normal.
_CARDIAC_INDEX = 3.0
#: Largest output of a resting heart, L/min (assumed).
_MOST_OUTPUT_L_MIN = 15.0
#: Share of the output that at least runs past the drawn vessels.
_LEAST_REST = 0.02
#: Share of a bed's resistance on the arterial side of its compliance, and its time constant R C
#: (assumed; both shape the pulse, not the mean).
_PROXIMAL_SHARE = 0.1
_BED_TIME_S = 0.3
#: Compliance of all arteries at 30 years and 1.8 m², mL/mmHg (stroke volume by pulse pressure:
#: Chemla et al. 1998, Am J Physiol 274:H500, 1.2 to 2), and its loss per year (assumed).
_COMPLIANCE_ML_MMHG = 1.6
_STIFFER_PER_YEAR = 1.0 / 45.0
#: A vessel may go on this far beyond its last branch without an outlet, mm.
_STUB_MM = 30.0


@dataclass(frozen=True)
class Supply:
    """The healthy resting circulation.

    Attributes:
        output_ml_s: The heart's mean output.
        pressure_mmhg: (nodes,) mean pressures.
        flow_ml_s: (elements,) mean flows.
        outlets: One per end of the plumbing, then the bed of the rest of the body at node 0; behind
            these beds, the inflows of the veins.
        organs: Name of each bed's organ; the last is ``rest``.
        half_compliance: (elements,) wall compliance at either end of each element, mL/mmHg.
        upstream_compliance: Compliance of the arteries that are not drawn, at node 0.
        returns: What flows into drawn veins.
        throttle: By the index of a vein that begins at an artery: what its anastomosis holds.
    """

    output_ml_s: float
    pressure_mmhg: Array
    flow_ml_s: Array
    outlets: Outlets
    organs: tuple[str, ...]
    half_compliance: Array
    upstream_compliance: float
    returns: Returns
    throttle: Mapping[int, float]

    @property
    def outlet_flow_ml_s(self) -> Array:
        """(beds,) mean flow of each."""
        total = self.outlets.proximal + self.outlets.distal
        flow = (self.pressure_mmhg[self.outlets.node] - self.outlets.pressure) / total
        return np.asarray(flow[: len(self.organs)])


def body_surface_m2(patient: Patient) -> float:
    """Body surface, m² (Mosteller 1987, N Engl J Med 317:1098)."""
    return float(np.sqrt(patient.height_cm * patient.weight_kg / 3600.0))


def supply(plumbing: Plumbing, anatomy: Anatomy, patient: Patient) -> Supply:
    """Find the circulation that gives every end its flow at the given mean pressure.

    Raises:
        ValueError: The demands cannot be met; one line with the first problem of ``check``.
    """
    problems = list(_problems(plumbing, anatomy, patient))
    if problems:
        raise ValueError(problems[0][1])
    take, come = _end_flows(plumbing)
    central = anatomy.heart.venous_pressure_mmhg
    surface = body_surface_m2(patient)
    arterial = np.array([not plumbing.tree.vessels[e.vessel].vein for e in plumbing.ends], bool)
    taken, shunted = take[arterial].sum(), sum(fistula_flows(plumbing).values())
    output = max(_CARDIAC_INDEX * surface * 1000 / 60, taken / (1.0 - _LEAST_REST))
    flow, pressure, throttle = _healthy(plumbing, take, come, anatomy.heart)
    node = np.array([*(end.node for end in plumbing.ends), 0], dtype=np.int64)
    through = np.append(take, output - taken)
    resistance = (pressure[node] - central) / through
    back = returns(plumbing, come, take, float(through[-1]), pressure)
    outlets = Outlets(
        np.append(node, back.node),
        np.append(_PROXIMAL_SHARE * resistance, back.proximal),
        np.append(_BED_TIME_S / resistance, back.capacitance),
        np.append((1.0 - _PROXIMAL_SHARE) * resistance, back.distal),
        np.append(np.full(len(node), central), np.full(len(back.node), VENULES_MMHG)),
    )
    stiffness = max(1.0 + _STIFFER_PER_YEAR * (patient.age - 30), 0.5)
    radius = np.concatenate([v.healthy_radius_mm for v in plumbing.tree.vessels])
    wall = plumbing.sum(wall_compliance(plumbing.ds_mm, radius, stiffness))
    total = _COMPLIANCE_ML_MMHG * surface / 1.8 / stiffness
    beds = outlets.capacitance[: len(node)][np.append(arterial, True)]
    upstream = max(total - wall[~plumbing.vein].sum() - beds.sum(), 0.1 * total)
    volume = plumbing.sum(np.pi * radius**2 * plumbing.ds_mm * 1e-3)
    wall = np.where(plumbing.vein, DISTENSIBILITY * volume, wall)
    organs = (*(end.outlet.organ for end in plumbing.ends), "rest")
    output += shunted
    return Supply(output, pressure, flow, outlets, organs, 0.5 * wall, upstream, back, throttle)


def check(tree: VesselTree, anatomy: Anatomy, patient: Patient) -> list[tuple[Loc, str, str]]:
    """What is wrong with the demands on the flow, in the author's terms.

    Returns:
        For each problem the place in the scenario (as pydantic gives it), a message and a hint.
    """
    return list(_problems(plumb(tree), anatomy, patient))


def resting_ml_s(tree: VesselTree) -> Array:
    """(vessels,) mean flow at each ostium at rest, mL/s; towards the heart in veins."""
    plumbing = plumb(tree)
    flow = _resting(plumbing, *_end_flows(plumbing))
    return np.abs(flow[plumbing.first_element])


def _end_flows(plumbing: Plumbing) -> tuple[Array, Array]:
    """(ends,) and (inflows,) mL/s.

    Without a flow what Murray's law gives at the organ's wall shear stress.
    """
    take = np.array([_end_flow(plumbing, end) for end in plumbing.ends], dtype=float)
    return take, balance(plumbing, take)


def _end_flow(plumbing: Plumbing, end: End) -> float:
    if end.outlet.flow_ml_min is not None:
        return end.outlet.flow_ml_min / 60.0
    vessel = plumbing.tree.vessels[end.vessel]
    radius = float(np.median(vessel.healthy_radius_mm[vessel.s_mm >= 0.0]))
    organ = ORGANS.get(end.outlet.organ, ORGANS["other"])
    return wall_shear_flow(radius, organ.wall_shear_pa)


def _healthy(
    plumbing: Plumbing, take: Array, come: Array, heart: Heart
) -> tuple[Array, Array, dict[int, float]]:
    """(elements,) flow, (nodes,) pressure and anastomoses while no vessel is diseased."""
    radius = np.concatenate([v.healthy_radius_mm for v in plumbing.tree.vessels])
    resistance = plumbing.sum(poiseuille(plumbing.ds_mm, radius))
    flow = _resting(plumbing, take, come)
    drop = resistance * flow
    pressure = pressures(plumbing, drop, heart.mean_pressure_mmhg, heart.venous_pressure_mmhg)
    return flow, pressure, throttles(plumbing, drop, pressure)


def _resting(plumbing: Plumbing, take: Array, come: Array) -> Array:
    """(elements,) flow, from what leaves and enters at the ends."""
    below = np.zeros(plumbing.n_nodes)
    for end, flow in zip(plumbing.ends, take, strict=True):
        below[end.node] += flow
    for inflow, flow in zip(plumbing.inflows, come, strict=True):
        below[inflow.node] -= flow
    flow_through = np.zeros(len(plumbing.vessel))
    for e in reversed(range(len(plumbing.vessel))):
        flow_through[e] = below[plumbing.b[e]]
        below[plumbing.a[e]] += flow_through[e]
    return flow_through


def _problems(
    plumbing: Plumbing, anatomy: Anatomy, patient: Patient
) -> Iterator[tuple[Loc, str, str]]:
    tree = plumbing.tree
    open_ends = {inflow.vessel for inflow in plumbing.inflows}
    open_ends |= {end.vessel for end in plumbing.ends if tree.vessels[end.vessel].parent >= 0}
    place = {spec.id: i for i, spec in enumerate(anatomy.vessels)}
    for vessel in tree.vessels:
        at: Loc = ("anatomy", "vessels", place[_drawn(tree, vessel)])
        if vessel.outlet is not None:
            yield from _outlet_problems(vessel.id, at, vessel.outlet)
        kids = [tree.vessels[k].parent_at_mm for k in tree.children[vessel.index]]
        gap = vessel.length_mm - max(kids, default=vessel.length_mm)
        if vessel.vein:
            if gap > _STUB_MM and vessel.index not in open_ends:
                name = vessel.id
                message = f"'{name}' goes on {gap:.0f} mm beyond its last branch and is closed"
                yield (at, message, "give it an 'inflow_ml_min', or end it at the branch")
        elif vessel.outlet is None and gap > _STUB_MM:
            message = f"'{vessel.id}' goes on {gap:.0f} mm beyond its last branch and feeds nothing"
            yield (at, message, "give it an 'outlet', or end it at the branch")
    take, come = _end_flows(plumbing)
    taken = sum(
        q for q, e in zip(take, plumbing.ends, strict=True) if not tree.vessels[e.vessel].vein
    )
    rest = max(_CARDIAC_INDEX * body_surface_m2(patient) * 1000 / 60 - taken, _LEAST_REST * taken)
    venous = list(venous_problems(plumbing, place, rest))
    yield from venous
    if venous:
        return
    taken += sum(fistula_flows(plumbing).values())
    if taken * 60e-3 > _MOST_OUTPUT_L_MIN:
        message = (
            f"the outlets take {taken * 60e-3:.1f} L/min together; "
            f"a heart at rest gives 4 to 8, at most {_MOST_OUTPUT_L_MIN:g}"
        )
        yield (("anatomy", "vessels"), message, "smaller 'flow_ml_min'")
        return
    yield from _starved(plumbing, take, come, anatomy.heart, place)


def _drawn(tree: VesselTree, vessel: Vessel) -> str:
    """Id of the vessel in the author's text: its own, or of the one whose lesion has grown it."""
    return tree.vessels[vessel.parent].id if vessel.grown else vessel.id


def _outlet_problems(vessel_id: str, at: Loc, outlet: Outlet) -> Iterator[tuple[Loc, str, str]]:
    organ = outlet.organ
    if organ == BLIND:
        if outlet.flow_ml_min is not None:
            message = f"'{vessel_id}' ends blind (organ: none) and can have no flow"
            yield ((*at, "outlet", "flow_ml_min"), message, "delete 'flow_ml_min'")
    elif organ not in ORGANS:
        near = get_close_matches(organ, ORGANS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "one of " + ", ".join(sorted(ORGANS))
        yield ((*at, "outlet", "organ"), f"no organ '{organ}'", hint)


def _starved(
    plumbing: Plumbing, take: Array, come: Array, heart: Heart, place: dict[str, int]
) -> Iterator[tuple[Loc, str, str]]:
    """Ends that would get too little pressure, each with the vessel that loses most of it."""
    tree, root_mmhg = plumbing.tree, heart.mean_pressure_mmhg
    flow, pressure, throttle = _healthy(plumbing, take, come, heart)
    for vessel_index, held in throttle.items():
        if held < 0.0:
            name = tree.vessels[vessel_index].id
            wanted = 60.0 * fistula_flows(plumbing)[vessel_index]
            message = f"the arteries cannot bring the {wanted:.0f} mL/min of '{name}'"
            hint = "a smaller 'inflow_ml_min', or a wider artery before it"
            yield ("anatomy", "vessels", place[name]), message, hint
    drop = pressure[plumbing.a] - pressure[plumbing.b]
    into = {int(b): e for e, b in enumerate(plumbing.b)}
    for end, q in zip(plumbing.ends, take, strict=True):
        if pressure[end.node] >= _LEAST_END_MMHG or tree.vessels[end.vessel].vein:
            continue
        way, node = [], end.node
        while node != 0:
            way.append(into[node])
            node = int(plumbing.a[into[node]])
        worst = max(way, key=lambda e: drop[e])
        vessel = plumbing.tree.vessels[plumbing.vessel[worst]]
        name = plumbing.tree.vessels[end.vessel].id
        lost = root_mmhg - pressure[end.node]
        fits = q * 60 * (root_mmhg - _LEAST_END_MMHG) / lost
        where = "it" if vessel.id == name else f"'{vessel.id}'"
        carries = "" if vessel.id == name else f", {flow[worst] * 60:.0f} mL/min"
        message = (
            f"'{name}' takes {q * 60:.0f} mL/min, but {where} (smallest radius "
            f"{vessel.healthy_radius_mm.min():.2g} mm{carries}) would lose "
            f"{min(drop[worst], 9999):.0f} of the {root_mmhg:.0f} mmHg"
        )
        hint = f"about {fits:.0f} mL/min fit, or draw the vessel wider"
        loc: Loc = ("anatomy", "vessels", place[_drawn(tree, tree.vessels[end.vessel])])
        stated = plumbing.tree.vessels[end.vessel].outlet is not None and end.outlet.flow_ml_min
        yield ((*loc, "outlet", "flow_ml_min") if stated else loc, message, hint)
