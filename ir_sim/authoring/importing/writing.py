"""The scenario text of an imported tree: vessels as they are, and a task that plays at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.anatomy.vessel_tree import VesselTree, build_tree
from ir_sim.authoring.explain import name_of
from ir_sim.authoring.flows import resting_flows
from ir_sim.scenario.model import Anatomy, Outlet, Vessel

#: Radius of a vessel that takes the tray's 5 French catheter with room around it, mm.
_CATHETER_MM = 1.0
#: Narrowest vessel that takes the sheath, mm.
_SHEATH_MM = 1.4
#: An origin may be this much wider than its parent.
_MOUTH = 1.1
#: More than this cannot be the flow of one tree, mL/min; it is brought down to the second figure.
_MOST_ML_MIN, _USUAL_ML_MIN = 8000.0, 5000.0


def written(
    name: str,
    files: Sequence[str],
    parents: Sequence[int],
    names: Sequence[str],
    points: Sequence[Array],
    body: str,
    notes: list[str],
) -> str:
    """The text of a case.

    Args:
        name: Its id.
        files: What it was imported from.
        parents: For each vessel the place of its parent, -1 for the root; parents come first.
        names: Of the vessels.
        points: For each vessel (n, 4) x, y, z, radius, mm.
        body: Background template.
        notes: What an author must decide is appended here.
    """
    tree = build_tree(_anatomy(parents, names, points, body))
    for child in tree.vessels[1:]:
        most = tree.vessels[child.parent].radius_at(child.parent_at_mm)
        if points[child.index][0, 3] > _MOUTH * most:
            notes.append(f"{child.id}: its origin was wider than its parent, narrowed")
            points[child.index][0, 3] = round(most, 2)
    flows = _outlet_flows(tree, notes)
    vessels = []
    for parent, vessel, some in zip(parents, names, points, strict=True):
        rows = [f"    - id: {vessel}"]
        if parent >= 0:
            rows.append(f"      parent: {names[parent]}")
        rows.append("      points:")
        rows += [f"        - [{x:g}, {y:g}, {r:g}, {z:g}]" for x, y, z, r in some]
        flow = f", flow_ml_min: {flows[vessel]:.4g}" if flows else ""
        rows.append(f"      outlet: {{organ: other{flow}}}")
        vessels.append("\n".join(rows))
    access, goal = _way_in(tree, notes)
    target, at_mm, device = _goal(tree, goal, notes)
    return "\n".join(
        [
            f"# Imported from {', '.join(files)}: check the names, calibres, organs and the task.",
            "# Points are [x, y, radius, z] in mm; z is the depth, kept for other views.",
            "format: 1",
            f"id: {name}",
            f"title: Imported anatomy {name}",
            "level: intermediate",
            "objectives:",
            f"  - Reach the {name_of(target)}",
            "review: unreviewed",
            "patient: {age: 60, sex: f, weight_kg: 70}   # not from the file",
            "anatomy:",
            f"  body: {body}",
            "  vessels:",
            *vessels,
            f"access: {{{access}}}",
            "tray: [wire-035-bentson, wire-035-angled, catheter-5f-vertebral, catheter-5f-mpa]",
            "task:",
            f"  target: {{vessel: {target}, at_mm: {at_mm:g}, device: {device}}}",
            "  steps:",
            "    - id: reach",
            f"      do: Reach the {name_of(target)}",
            f"      when: {{tip_at: {{device: {device}, vessel: {target}, at_mm: {at_mm:g}}}}}",
            "",
        ]
    )


def _anatomy(
    parents: Sequence[int], names: Sequence[str], points: Sequence[Array], body: str
) -> Anatomy:
    vessels = [
        Vessel(
            id=vessel,
            parent=names[parent] if parent >= 0 else None,
            points=[[float(x), float(y), float(r), float(z)] for x, y, z, r in some],
            outlet=Outlet(organ="other"),
        )
        for parent, vessel, some in zip(parents, names, points, strict=True)
    ]
    return Anatomy(body=body, vessels=vessels)


def _outlet_flows(tree: VesselTree, notes: list[str]) -> dict[str, float]:
    """Flows of the ends if calibre alone would ask too much of a heart; empty otherwise."""
    below = resting_flows(tree)
    total = below[tree.vessels[0].id]
    if total <= _MOST_ML_MIN:
        return {}
    notes.append(
        f"calibres alone would take {total / 1000:.0f} L/min: flows brought down to "
        f"{_USUAL_ML_MIN / 1000:g} L/min together, please check"
    )
    share = _USUAL_ML_MIN / total
    return {
        vessel.id: max(
            share * (below[vessel.id] - sum(below[tree.vessels[k].id] for k in tree.children[i])),
            0.1,
        )
        for i, vessel in enumerate(tree.vessels)
    }


def _way_in(tree: VesselTree, notes: list[str]) -> tuple[str, int]:
    """The access block, and the index of its vessel."""
    root = tree.vessels[0]
    top = float(root.xy_mm[0, 1])
    lowest: list[tuple[float, int]] = []
    for vessel in tree.vessels[1:]:
        inside = vessel.radius_mm[vessel.s_mm >= 0]
        low = float(vessel.xy_mm[-1, 1])
        if low < top and vessel.length_mm > 30.0 and inside.min() > _SHEATH_MM:
            lowest.append((low, vessel.index))
    if lowest:
        index = min(lowest)[1]
        vessel = tree.vessels[index]
        at_mm = round(0.8 * vessel.length_mm, 1)
        sheath = round(min(70.0, 0.6 * vessel.length_mm), 1)
        direction = "retrograde"
    else:
        index, at_mm, direction = 0, min(1.0, round(0.05 * root.length_mm, 2)), "antegrade"
        room = 0.5 * (root.length_mm - at_mm)
        sheath = round(float(np.clip(0.1 * root.length_mm, 5.0, max(min(40.0, room), 5.0))), 1)
    name = tree.vessels[index].id
    notes.append(f"way in: {name} ({direction}); please decide")
    return (
        f"vessel: {name}, at_mm: {at_mm:g}, sheath_fr: 6, sheath_mm: {sheath:g}, "
        f"direction: {direction}"
    ), index


def _goal(tree: VesselTree, access: int, notes: list[str]) -> tuple[str, float, str]:
    """Vessel, distance and device of a target: the widest side branch that is not the way in."""
    branches = [v for v in tree.vessels[1:] if v.index != access and v.length_mm > 6.0]
    if not branches:
        root = tree.vessels[0]
        at_mm, vessel = round(0.6 * root.length_mm, 1), root
    else:
        vessel = max(branches, key=lambda v: float(np.median(v.radius_mm[v.s_mm >= 0])))
        at_mm = round(min(6.0, 0.3 * vessel.length_mm), 1)
    on_way = vessel.radius_mm[(vessel.s_mm >= 0) & (vessel.s_mm <= at_mm)]
    device = "catheter" if len(on_way) and on_way.min() > _CATHETER_MM else "wire"
    notes.append(f"target: {vessel.id} ({device}); please decide")
    return vessel.id, at_mm, device
