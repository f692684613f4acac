"""What the organs take, and the beds and the heart that make it so.

An author gives a flow per outlet, or only an organ, and the mean pressure. Flows are what the ends
take while every vessel is healthy; a stenosis then takes its toll by itself. The resistance of each
bed follows from its flow and from the pressure that is left at its end of the tree; nothing is
tuned by hand. What the drawn vessels do not take of the heart's output runs through one bed for the
rest of the body, beside the tree's root.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from ir_sim.anatomy import Vessel, VesselTree
from ir_sim.flow.elimination import Array
from ir_sim.flow.laws import poiseuille, wall_compliance, wall_shear_flow
from ir_sim.flow.organs import BLIND, ORGANS
from ir_sim.flow.parts import Outlets
from ir_sim.flow.plumbing import End, Plumbing, plumb
from ir_sim.scenario.model import Anatomy, Outlet, Patient

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
        outlets: One per end of the plumbing, and last the bed of the rest of the body at node 0.
        organs: Name of each outlet's organ; the last is ``rest``.
        half_compliance: (elements,) wall compliance at either end of each element, mL/mmHg.
        upstream_compliance: Compliance of the arteries that are not drawn, at node 0.
    """

    output_ml_s: float
    pressure_mmhg: Array
    flow_ml_s: Array
    outlets: Outlets
    organs: tuple[str, ...]
    half_compliance: Array
    upstream_compliance: float

    @property
    def outlet_flow_ml_s(self) -> Array:
        """(outlets,) mean flow of each."""
        total = self.outlets.proximal + self.outlets.distal
        return (self.pressure_mmhg[self.outlets.node] - self.outlets.pressure) / total


def body_surface_m2(patient: Patient) -> float:
    """Body surface, m² (Mosteller 1987, N Engl J Med 317:1098)."""
    return float(np.sqrt(patient.height_cm * patient.weight_kg / 3600.0))


def supply(plumbing: Plumbing, anatomy: Anatomy, patient: Patient) -> Supply:
    """Find the circulation that gives every end its flow at the given mean pressure.

    Raises:
        ValueError: The demands cannot be met; one line with the first problem of ``check``.
    """
    problems = list(_problems(plumbing, anatomy))
    if problems:
        raise ValueError(problems[0][1])
    take = _end_flows(plumbing)
    surface = body_surface_m2(patient)
    output = max(_CARDIAC_INDEX * surface * 1000 / 60, take.sum() / (1.0 - _LEAST_REST))
    flow, pressure = _healthy(plumbing, take, anatomy.heart.mean_pressure_mmhg)
    node = np.array([*(end.node for end in plumbing.ends), 0], dtype=np.int64)
    through = np.append(take, output - take.sum())
    resistance = (pressure[node] - VENOUS_MMHG) / through
    outlets = Outlets(
        node,
        _PROXIMAL_SHARE * resistance,
        _BED_TIME_S / resistance,
        (1.0 - _PROXIMAL_SHARE) * resistance,
        np.full(len(node), VENOUS_MMHG),
    )
    stiffness = max(1.0 + _STIFFER_PER_YEAR * (patient.age - 30), 0.5)
    radius = np.concatenate([v.healthy_radius_mm for v in plumbing.tree.vessels])
    wall = plumbing.sum(wall_compliance(plumbing.ds_mm, radius, stiffness))
    total = _COMPLIANCE_ML_MMHG * surface / 1.8 / stiffness
    upstream = max(total - wall.sum() - outlets.capacitance.sum(), 0.1 * total)
    organs = (*(end.outlet.organ for end in plumbing.ends), "rest")
    return Supply(output, pressure, flow, outlets, organs, 0.5 * wall, upstream)


def check(tree: VesselTree, anatomy: Anatomy) -> list[tuple[Loc, str, str]]:
    """What is wrong with the demands on the flow, in the author's terms.

    Returns:
        For each problem the place in the scenario (as pydantic gives it), a message and a hint.
    """
    return list(_problems(plumb(tree), anatomy))


def _end_flows(plumbing: Plumbing) -> Array:
    """(ends,) mL/s; without a flow what Murray's law gives at the organ's wall shear stress."""
    return np.array([_end_flow(plumbing, end) for end in plumbing.ends], dtype=float)


def _end_flow(plumbing: Plumbing, end: End) -> float:
    if end.outlet.flow_ml_min is not None:
        return end.outlet.flow_ml_min / 60.0
    vessel = plumbing.tree.vessels[end.vessel]
    radius = float(np.median(vessel.healthy_radius_mm[vessel.s_mm >= 0.0]))
    organ = ORGANS.get(end.outlet.organ, ORGANS["other"])
    return wall_shear_flow(radius, organ.wall_shear_pa)


def _healthy(plumbing: Plumbing, take: Array, root_mmhg: float) -> tuple[Array, Array]:
    """(elements,) flow and (nodes,) pressure while no vessel is diseased."""
    radius = np.concatenate([v.healthy_radius_mm for v in plumbing.tree.vessels])
    resistance = plumbing.sum(poiseuille(plumbing.ds_mm, radius))
    below = np.zeros(plumbing.n_nodes)
    for end, flow in zip(plumbing.ends, take, strict=True):
        below[end.node] += flow
    flow_through = np.zeros(len(plumbing.vessel))
    for e in reversed(range(len(plumbing.vessel))):
        flow_through[e] = below[plumbing.b[e]]
        below[plumbing.a[e]] += flow_through[e]
    pressure = np.full(plumbing.n_nodes, root_mmhg)
    for e in range(len(plumbing.vessel)):
        drop = resistance[e] * flow_through[e]
        pressure[plumbing.b[e]] = pressure[plumbing.a[e]] - drop
    return flow_through, pressure


def _problems(plumbing: Plumbing, anatomy: Anatomy) -> Iterator[tuple[Loc, str, str]]:
    tree = plumbing.tree
    place = {spec.id: i for i, spec in enumerate(anatomy.vessels)}
    for vessel in tree.vessels:
        at: Loc = ("anatomy", "vessels", place[_drawn(tree, vessel)])
        if vessel.outlet is not None:
            yield from _outlet_problems(vessel.id, at, vessel.outlet)
        kids = [tree.vessels[k].parent_at_mm for k in tree.children[vessel.index]]
        if vessel.outlet is None and kids and vessel.length_mm - max(kids) > _STUB_MM:
            gap = vessel.length_mm - max(kids)
            message = f"'{vessel.id}' goes on {gap:.0f} mm beyond its last branch and feeds nothing"
            yield (at, message, "give it an 'outlet', or end it at the branch")
    take = _end_flows(plumbing)
    if take.sum() * 60e-3 > _MOST_OUTPUT_L_MIN:
        message = (
            f"the outlets take {take.sum() * 60e-3:.1f} L/min together; "
            f"a heart at rest gives 4 to 8, at most {_MOST_OUTPUT_L_MIN:g}"
        )
        yield (("anatomy", "vessels"), message, "smaller 'flow_ml_min'")
        return
    yield from _starved(plumbing, take, anatomy.heart.mean_pressure_mmhg, place)


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
    plumbing: Plumbing, take: Array, root_mmhg: float, place: dict[str, int]
) -> Iterator[tuple[Loc, str, str]]:
    """Ends that would get too little pressure, each with the vessel that loses most of it."""
    tree = plumbing.tree
    flow, pressure = _healthy(plumbing, take, root_mmhg)
    drop = pressure[plumbing.a] - pressure[plumbing.b]
    into = {int(b): e for e, b in enumerate(plumbing.b)}
    for end, q in zip(plumbing.ends, take, strict=True):
        if pressure[end.node] >= _LEAST_END_MMHG:
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
        message = (
            f"'{name}' takes {q * 60:.0f} mL/min, but '{vessel.id}' (smallest radius "
            f"{vessel.healthy_radius_mm.min():.2g} mm, {flow[worst] * 60:.0f} mL/min) would lose "
            f"{min(drop[worst], 9999):.0f} of the {root_mmhg:.0f} mmHg"
        )
        hint = f"about {fits:.0f} mL/min fit, or draw the vessel wider"
        loc: Loc = ("anatomy", "vessels", place[_drawn(tree, tree.vessels[end.vessel])])
        stated = plumbing.tree.vessels[end.vessel].outlet is not None and end.outlet.flow_ml_min
        yield ((*loc, "outlet", "flow_ml_min") if stated else loc, message, hint)
